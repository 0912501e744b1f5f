"""What an alert's page shows beside the alert: the hours around it, who and what is behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from listeners.model import DAY, HOUR, Label, Micros, Sentence
from listeners.risk.baseline import History
from listeners.rows import AlertRow, MentionRow
from listeners.store.codec import LABELS, dumps, to_sentence
from listeners.store.connection import Connection
from listeners.store.database import Store
from listeners.store.noise_words import words_of
from listeners.store.notifications import NotificationRow, of_alert
from listeners.store.reads.stream import mentions

HOURS = 48
"""Hours of the chart, up to the end of the episode."""
AFTER = 4
SERIES = {
    "surge": "fresh",
    "silence": "fresh",
    "negative spike": "fresh_negative",
    "negative share": "fresh_negative",
}
"""The rules on numbers that have a series, and the rollup's column it stands in."""
_LOOKED_AT = 500
"""Mentions of the episode, the newest, from which authors and networks are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """The figures of one alert's page.

    ``counts`` are the mentions of each hour from ``starts`` on; ``history`` the hours before, to
    learn what was usual. All are empty where the rule has no series. Authors and networks come
    with their counts, the most frequent first.
    """

    starts: tuple[Micros, ...] = ()
    counts: tuple[int, ...] = ()
    history: History
    words: tuple[str, ...] = ()
    authors: tuple[tuple[str, int], ...] = ()
    networks: tuple[tuple[str, int], ...] = ()
    moods: tuple[tuple[Label, int], ...] = ()
    first: MentionRow | None = None
    loudest: MentionRow | None = None
    sent: tuple[NotificationRow, ...] = ()
    also: tuple[Sentence, ...] = ()
    """What else belongs to the matter: the titles of what was merged into it."""


async def episode(store: Store, row: AlertRow, now: Micros, zone: str = "UTC") -> Episode:
    """Return what the page of an alert shows; ``zone`` is that of its brand."""

    async def work(connection: Connection) -> tuple[list[int], History, tuple[Micros, ...], _Who]:
        starts = _starts(row, now) if row.rule in SERIES else ()
        counts, history = await _series(connection, row, starts, zone)
        ids = await _members(connection, row)
        return counts, history, starts, await _who(connection, ids)

    counts, history, starts, who = await store.read(work)
    named = [one for one in (who.first, who.loudest) if one is not None]
    rows = await mentions(store, named)
    return Episode(
        starts=starts,
        counts=tuple(counts),
        history=history,
        words=await words_of(store, row),
        authors=who.authors,
        networks=who.networks,
        moods=who.moods,
        first=rows.get(who.first or 0),
        loudest=rows.get(who.loudest or 0),
        sent=tuple(await of_alert(store, row.id)),
        also=tuple(
            title
            for one in await store.fetch(
                "SELECT title FROM alert WHERE merged_into = ? ORDER BY id", (row.id,)
            )
            if (title := to_sentence(one["title"])) is not None
        ),
    )


def _starts(row: AlertRow, now: Micros) -> tuple[Micros, ...]:
    end = min(now, row.last_at + AFTER * HOUR) // HOUR * HOUR
    return tuple(Micros(end - back * HOUR) for back in reversed(range(HOURS)))


async def _series(
    connection: Connection, row: AlertRow, starts: tuple[Micros, ...], zone: str
) -> tuple[list[int], History]:
    if not starts:
        return [], History((), row.first_at, zone)
    column = SERIES[row.rule]
    began = row.first_at // HOUR * HOUR - HOUR
    since = began - 28 * DAY
    rows = await connection.fetch(
        f"""SELECT r.start AS start, sum(r.{column}) AS n FROM rollup_hour r
            JOIN brand b ON b.id = r.brand_id
            WHERE b.name = ? AND r.start >= ? AND r.start <= ? GROUP BY r.start""",
        (row.brand, min(since, starts[0]), starts[-1]),
    )
    found = {one["start"]: int(one["n"]) for one in rows}
    heard_from = min(found, default=began)
    hours = [found.get(start, 0) for start in range(max(since, heard_from), began, HOUR)]
    return [found.get(start, 0) for start in starts], History(hours, Micros(began), zone)


async def _members(connection: Connection, row: AlertRow) -> list[int]:
    """Return the mentions of the episode: all of its time for a rule on numbers, else evidence."""
    if row.rule not in SERIES:
        return list(row.evidence)
    window = row.figures.get("window_hours", 1)
    hours = window if isinstance(window, int) else 1
    bad = "AND m.label = 0" if SERIES[row.rule] == "fresh_negative" else ""
    rows = await connection.fetch(
        f"""SELECT m.id FROM mention m JOIN brand b ON b.id = m.brand_id
            WHERE b.name = ? AND m.sort_at > ? AND m.sort_at <= ? AND m.part != 'ours'
              AND m.deleted_at IS NULL {bad} ORDER BY m.sort_at DESC LIMIT ?""",
        (row.brand, row.first_at - hours * HOUR, row.last_at, _LOOKED_AT),
    )
    return [one["id"] for one in rows]


T = TypeVar("T")


def _counted(values: Iterable[T]) -> list[tuple[T, int]]:
    return Counter(values).most_common()


@dataclass(frozen=True, slots=True)
class _Who:
    authors: tuple[tuple[str, int], ...]
    networks: tuple[tuple[str, int], ...]
    moods: tuple[tuple[Label, int], ...]
    first: int | None
    loudest: int | None


async def _who(connection: Connection, ids: list[int]) -> _Who:
    rows = await connection.fetch(
        """SELECT m.id, m.network, m.label, m.sort_at,
                  coalesce(m.likes, 0) + coalesce(m.shares, 0) + coalesce(m.replies, 0) AS loud,
                  coalesce(nullif(a.name, ''), a.handle) AS author
           FROM json_each(?) w JOIN mention m ON m.id = w.value
           JOIN account a ON a.id = m.account_id""",
        (dumps(ids),),
    )
    if not rows:
        return _Who((), (), (), None, None)
    loudest = max(rows, key=lambda one: (one["loud"], one["id"]))
    moods = {LABELS[number]: count for number, count in _counted(r["label"] for r in rows)}
    return _Who(
        tuple(_counted(one["author"] for one in rows)[:5]),
        tuple(_counted(one["network"] for one in rows)[:5]),
        tuple(moods.items()),
        min(rows, key=lambda one: (one["sort_at"], one["id"]))["id"],
        loudest["id"] if loudest["loud"] else None,
    )
