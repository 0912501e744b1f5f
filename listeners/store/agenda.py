"""What time asks for: conversations whose hour has come, and the figures the detectors look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from listeners.conversations.conversation import Conversation
from listeners.model import DAY, HOUR, MINUTE, Micros, SourceState
from listeners.risk.source_health import SourceFacts
from listeners.store.codec import dumps, micros, storable, to_gap
from listeners.store.connection import Connection
from listeners.store.conversation_rows import load_conversations
from listeners.store.settings import put_setting

SPIKE_BIN = 5 * MINUTE


async def snoozes_over(connection: Connection, now: Micros) -> list[Conversation]:
    """Return the conversations whose snooze has ended."""
    return await _load(
        connection,
        "SELECT id FROM conversation WHERE state = 'snoozed' AND snoozed_until <= ?",
        now,
    )


async def gone_quiet(connection: Connection, before: Micros) -> list[Conversation]:
    """Return the conversations that wait on them and in which nothing happened since then."""
    return await _load(
        connection, "SELECT id FROM conversation WHERE state = 'waiting' AND last_at <= ?", before
    )


async def without_due_time(connection: Connection) -> list[Conversation]:
    """Return the open conversations of the queue that wait on us and have no due time yet."""
    rows = await connection.fetch(
        """SELECT id FROM conversation WHERE state = 'open' AND in_queue = 1
           AND merged_into IS NULL AND due_at IS NULL AND waiting_since IS NOT NULL"""
    )
    return list((await load_conversations(connection, [row["id"] for row in rows])).values())


async def hours_changed(connection: Connection, brand: str, mark: str) -> bool:
    """Remember a brand's hours and targets, and return whether they were others before."""
    key = f"hours.{brand}"
    rows = await connection.fetch("SELECT value FROM setting WHERE key = ?", (storable(key),))
    before = rows[0]["value"] if rows else mark
    await put_setting(connection, key, mark)
    return bool(before != mark)


async def with_clock(connection: Connection, brand: str) -> list[Conversation]:
    """Return the conversations of a brand whose clock runs, snoozed ones included."""
    rows = await connection.fetch(
        """SELECT c.id FROM conversation c JOIN brand b ON b.id = c.brand_id
           WHERE b.name = ? AND c.state IN ('open', 'snoozed') AND c.merged_into IS NULL
             AND c.waiting_since IS NOT NULL""",
        (storable(brand),),
    )
    return list((await load_conversations(connection, [row["id"] for row in rows])).values())


async def due_before(connection: Connection, before: Micros) -> list[Conversation]:
    """Return the open conversations of the queue that are due before then."""
    return await _load(
        connection,
        """SELECT id FROM conversation WHERE state = 'open' AND in_queue = 1
           AND merged_into IS NULL AND due_at <= ?""",
        before,
    )


async def _load(connection: Connection, sql: str, at: Micros) -> list[Conversation]:
    ids = [row["id"] for row in await connection.fetch(sql, (at,))]
    return list((await load_conversations(connection, ids)).values()) if ids else []


async def threads_to_read(
    connection: Connection, source_id: int, read_before: Micros, limit: int
) -> dict[int, str]:
    """Return open conversations heard by a source whose thread was not read since then.

    By conversation id, the native id of their newest outside post; the most urgent come first.
    """
    rows = await connection.fetch(
        """SELECT c.id, m.native_id FROM conversation c JOIN mention m ON m.id = c.last_outside_id
           WHERE c.state = 'open' AND c.in_queue = 1 AND c.merged_into IS NULL
             AND m.source_id = ? AND coalesce(c.thread_read_at, 0) < ?
           ORDER BY c.thread_read_at IS NOT NULL, c.rank, c.due_at LIMIT ?""",
        (source_id, read_before, limit),
    )
    return {row["id"]: row["native_id"] for row in rows}


async def threads_read(
    connection: Connection, conversation_ids: Iterable[int], now: Micros
) -> None:
    """Write down that the threads of these conversations were read."""
    await connection.many(
        "UPDATE conversation SET thread_read_at = ? WHERE id = ?",
        [(now, id_) for id_ in conversation_ids],
    )


@dataclass(frozen=True, slots=True)
class BrandFigures:
    """One brand's counts as the detectors want them, all of fresh mentions.

    ``hours`` are the full hours of up to 28 days, oldest first, ending at ``hours_end``;
    ``bins`` five-minute counts of negative mentions up to ``now``, oldest first. ``heard_since``
    is the first hour with a fresh mention, ``None`` if there was none.
    """

    hours: tuple[int, ...]
    hours_end: Micros
    last_hour: int
    last_hour_authors: int
    last_six: int
    last_six_authors: int
    last_day: int
    bins: tuple[int, ...]
    day_negative: int
    day_scored: int
    week_negative: int
    week_scored: int


async def brand_figures(connection: Connection, brand: str, now: Micros) -> BrandFigures:
    """Return the counts of a brand up to ``now``."""
    (row,) = await connection.fetch("SELECT id FROM brand WHERE name = ?", (brand,))
    brand_id = row["id"]
    end = Micros((now - HOUR) // HOUR * HOUR)
    hours = await _by(connection, "hour", "fresh", brand_id, end - 28 * DAY, end)
    first = min(hours, default=end)
    minutes = await _by(connection, "minute", "fresh_negative", brand_id, now - 28 * DAY, now)
    heard_from = first if hours else now
    bins_from = max(heard_from, now - 28 * DAY) // SPIKE_BIN * SPIKE_BIN
    bins = [0] * max(1, -(-(now - bins_from) // SPIKE_BIN))
    for start, count in minutes.items():
        place = (start - bins_from) // SPIKE_BIN
        bins[min(max(place, 0), len(bins) - 1)] += count
    day = await _shares(connection, brand_id, now - DAY, now)
    week = await _shares(connection, brand_id, now - 8 * DAY, now - DAY)
    hour_count, hour_authors = await _recent(connection, brand_id, now - HOUR, now)
    six_count, six_authors = await _recent(connection, brand_id, now - 6 * HOUR, now)
    day_count, _ = await _recent(connection, brand_id, now - DAY, now)
    return BrandFigures(
        hours=tuple(hours.get(start, 0) for start in range(first, end, HOUR)),
        hours_end=end,
        last_hour=hour_count,
        last_hour_authors=hour_authors,
        last_six=six_count,
        last_six_authors=six_authors,
        last_day=day_count,
        bins=tuple(bins),
        day_negative=day[0],
        day_scored=day[1],
        week_negative=week[0],
        week_scored=week[1],
    )


async def _by(
    connection: Connection, resolution: str, column: str, brand_id: int, since: int, until: int
) -> dict[int, int]:
    rows = await connection.fetch(
        f"""SELECT start, sum({column}) AS n FROM rollup_{resolution}
            WHERE brand_id = ? AND start >= ? AND start < ? GROUP BY start HAVING n > 0""",
        (brand_id, since, until),
    )
    return {row["start"]: row["n"] for row in rows}


async def _shares(connection: Connection, brand_id: int, since: int, until: int) -> tuple[int, int]:
    (row,) = await connection.fetch(
        """SELECT total(negative) AS negative, total(negative + neutral + positive) AS scored
           FROM rollup_hour WHERE brand_id = ? AND start >= ? AND start < ?""",
        (brand_id, since // HOUR * HOUR, until),
    )
    return int(row["negative"]), int(row["scored"])


async def _recent(connection: Connection, brand_id: int, since: int, until: int) -> tuple[int, int]:
    """Return how many fresh mentions there were, a cross-post counted once, and their authors."""
    (row,) = await connection.fetch(
        """SELECT count(DISTINCT iif(fold = '', id, fold)) AS n,
                  count(DISTINCT account_id) AS authors FROM mention
           WHERE brand_id = ? AND sort_at > ? AND sort_at <= ? AND part != 'ours'
             AND history = 0 AND repost = 0 AND deleted_at IS NULL""",
        (brand_id, since, until),
    )
    return row["n"], row["authors"]


async def sample_mentions(
    connection: Connection, brand: str, since: Micros, *, negative_only: bool = False
) -> tuple[int, ...]:
    """Return the newest mentions since then, as evidence for an alert; 20 at most."""
    rows = await connection.fetch(
        f"""SELECT m.id FROM mention m JOIN brand b ON b.id = m.brand_id
            WHERE b.name = ? AND m.sort_at > ? AND m.part != 'ours' AND m.deleted_at IS NULL
            {"AND m.label = 0" if negative_only else ""} ORDER BY m.sort_at DESC LIMIT 20""",
        (brand, since),
    )
    return tuple(row["id"] for row in rows)


async def last_words(connection: Connection, conversation_ids: Iterable[int]) -> tuple[int, ...]:
    """Return the newest outside mention of each of these conversations."""
    rows = await connection.fetch(
        """SELECT last_outside_id AS id FROM conversation
           WHERE id IN (SELECT value FROM json_each(?)) AND last_outside_id IS NOT NULL""",
        (dumps(list(conversation_ids)),),
    )
    return tuple(row["id"] for row in rows)


async def source_facts(connection: Connection) -> dict[str, SourceFacts]:
    """Return how every configured source is doing, by its key."""
    rows = await connection.fetch(
        """SELECT s.*, g.from_at, g.to_at, g.reason FROM source s
           LEFT JOIN gap g ON g.id = (SELECT max(id) FROM gap
               WHERE source_id = s.id AND filled_at IS NULL)
           WHERE s.state != 'off'"""
    )
    return {
        row["key"]: SourceFacts(
            label=row["label"],
            state=SourceState(row["state"]),
            state_since=Micros(row["state_since"]),
            failures=row["failures"],
            last_ok_at=micros(row["last_ok_at"]),
            gap=to_gap(row["from_at"], row["to_at"], row["reason"]),
        )
        for row in rows
    }
