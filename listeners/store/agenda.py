"""What time asks for: conversations whose hour has come, sources, and evidence for alerts."""

from __future__ import annotations

from collections.abc import Iterable

from listeners.conversations.conversation import Conversation
from listeners.model import Micros, SourceState
from listeners.risk.source_health import SourceFacts
from listeners.store.codec import dumps, micros, storable, to_gap
from listeners.store.connection import Connection
from listeners.store.conversation_rows import load_conversations
from listeners.store.settings import put_setting


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
