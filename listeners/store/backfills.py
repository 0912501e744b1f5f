"""Readings of the past: what is to be read, how far each has come, and what became of it.

A reading belongs to a source, a brand and the query it is read for. Its place moves in the write
that stores what was read, so that a crash replays one page at most.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from listeners.model import Micros, SafeText, Sentence
from listeners.store.codec import from_sentence, micros, storable, to_sentence
from listeners.store.connection import Connection, Row
from listeners.store.database import Store


class BackfillState(StrEnum):
    """States of a reading. ``LEFT``: the brand is looked for by another query now."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    LEFT = "left"


OPEN = (BackfillState.WAITING, BackfillState.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillRow:
    """One reading of the past. ``kept`` counts what it brought that was not stored before.

    It goes from ``before`` back to ``since``; ``reached`` is how far it has come, ``None`` while
    nothing was read that has a date.
    """

    id: int
    source_id: int
    source: str
    network: str
    label: SafeText
    brand: str
    query: str
    since: Micros
    before: Micros
    reached: Micros | None
    place: str | None
    state: BackfillState
    fetched: int
    kept: int
    detail: Sentence | None
    asked_by: SafeText
    begun_at: Micros
    ended_at: Micros | None


_SELECT = """
SELECT f.*, s.key AS source, s.network, s.label, b.name AS brand
FROM backfill f JOIN source s ON s.id = f.source_id JOIN brand b ON b.id = f.brand_id
"""


async def backfills(store: Store, source_id: int | None = None) -> list[BackfillRow]:
    """Return the readings of one source, or of all, as far as they are still of interest."""
    rows = await store.fetch(
        f"""{_SELECT} WHERE f.state != 'left' AND ? IN (f.source_id, 0)
            ORDER BY s.network, s.label, s.id, b.name, f.id""",
        (source_id or 0,),
    )
    return [_row(row) for row in rows]


async def next_backfill(store: Store, source_id: int) -> BackfillRow | None:
    """Return what a source is to read next: what was begun comes first."""
    rows = await store.fetch(
        f"""{_SELECT} WHERE f.source_id = ? AND f.state IN ('waiting', 'running')
            ORDER BY f.state = 'waiting', f.id LIMIT 1""",
        (source_id,),
    )
    return _row(rows[0]) if rows else None


async def is_wanted(store: Store, number: int) -> bool:
    """Whether a reading is to go on: nobody has stopped it."""
    rows = await store.fetch("SELECT state FROM backfill WHERE id = ?", (number,))
    return bool(rows) and rows[0]["state"] in OPEN


async def plan(
    connection: Connection,
    source_id: int,
    brand_id: int,
    query: str,
    since: Micros | None,
    now: Micros,
) -> None:
    """Have a brand's past read at a source, unless it was for this very query.

    A reading for another query is left; one that was left for a while goes on. ``since`` is
    ``None`` where no past is wanted.
    """
    await connection.fetch(
        """UPDATE backfill SET state = 'left'
           WHERE source_id = ? AND brand_id = ? AND query != ?
             AND state IN ('waiting', 'running')""",
        (source_id, brand_id, storable(query)),
    )
    if since is not None:
        await connection.fetch(
            """INSERT INTO backfill (source_id, brand_id, query, since_at, before_at, begun_at,
                                     state) VALUES (?, ?, ?, ?, ?, ?, 'waiting')
               ON CONFLICT (source_id, brand_id, query)
               DO UPDATE SET state = iif(state = 'left', 'waiting', state)""",
            (source_id, brand_id, storable(query), since, now, now),
        )


async def advance(
    connection: Connection,
    number: int,
    place: str | None,
    reached: Micros | None,
    fetched: int,
    kept: int,
) -> None:
    """Move a reading on, in the write that stores what it read; ``None`` leaves what is there."""
    await connection.fetch(
        """UPDATE backfill SET place = coalesce(?1, place), fetched = fetched + ?3, new = new + ?4,
               reached_at = iif(?2 IS NULL, reached_at, min(coalesce(reached_at, ?2), ?2)),
               state = iif(state = 'waiting', 'running', state), detail = NULL
           WHERE id = ?5""",
        (None if place is None else storable(place), reached, fetched, kept, number),
    )


async def settle(
    connection: Connection,
    number: int,
    state: BackfillState,
    now: Micros,
    detail: Sentence | None = None,
) -> None:
    """Say what became of a reading that was still to be read; one stopped meanwhile stays so."""
    ended = None if state in OPEN else now
    await connection.fetch(
        """UPDATE backfill SET state = ?, detail = ?, ended_at = ?
           WHERE id = ? AND state IN ('waiting', 'running')""",
        (state.value, from_sentence(detail), ended, number),
    )


@dataclass(frozen=True, slots=True)
class Turned:
    """A reading that somebody stopped, or let go on: its number, and what it was before."""

    id: int
    before: BackfillState
    since: Micros
    ended_at: Micros | None


async def turn(
    connection: Connection,
    state: BackfillState,
    out_of: tuple[BackfillState, ...],
    now: Micros,
    *,
    source: str = "",
    since: Micros | None = None,
) -> list[Turned]:
    """Put the readings of a source (empty: all) from some states into another; return which.

    ``since`` lets them read further back: one that was read to its end begins at its top again,
    where it finds what is stored already.
    """
    rows = await connection.fetch(
        """SELECT f.id, f.state, f.since_at, f.ended_at FROM backfill f
           JOIN source s ON s.id = f.source_id
           WHERE ? IN ('', s.key, s.network)""",
        (storable(source),),
    )
    found = [
        Turned(
            row["id"],
            BackfillState(row["state"]),
            Micros(row["since_at"]),
            micros(row["ended_at"]),
        )
        for row in rows
        if BackfillState(row["state"]) in out_of
        or (
            since is not None
            and since < row["since_at"]
            and row["state"] in (BackfillState.DONE, *OPEN)
        )
    ]
    ended = None if state in OPEN else now
    await connection.many(
        """UPDATE backfill SET place = iif(state = 'done', NULL, place), state = ?, ended_at = ?,
               detail = NULL, since_at = min(since_at, coalesce(?, since_at)) WHERE id = ?""",
        [(state.value, ended, since, one.id) for one in found],
    )
    return found


def _row(row: Row) -> BackfillRow:
    return BackfillRow(
        id=row["id"],
        source_id=row["source_id"],
        source=row["source"],
        network=row["network"],
        label=SafeText(row["label"]),
        brand=row["brand"],
        query=row["query"],
        since=Micros(row["since_at"]),
        before=Micros(row["before_at"]),
        reached=micros(row["reached_at"]),
        place=row["place"],
        state=BackfillState(row["state"]),
        fetched=row["fetched"],
        kept=row["new"],
        detail=to_sentence(row["detail"]),
        asked_by=SafeText(row["asked_by"]),
        begun_at=Micros(row["begun_at"]),
        ended_at=micros(row["ended_at"]),
    )
