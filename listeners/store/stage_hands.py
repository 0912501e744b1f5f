"""Stages that members set by hand, in their table: put, taken out of force, put back by undo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from listeners.model import Micros, Sentence
from listeners.stages.facts import Stage
from listeners.store.codec import dumps, from_sentence, storable
from listeners.store.connection import Connection
from listeners.store.stage_history import public
from listeners.store.staging import kept_moves, restage, rulebook


@dataclass(frozen=True, slots=True)
class ByHandNow:
    """What members have set of somebody's stage with a brand: the moves in force, in order."""

    brand_id: int
    stage: str
    moves: tuple[int, ...]

    @property
    def fields(self) -> dict[str, object]:
        """It as the log keeps it."""
        return {"brand_id": self.brand_id, "stage": self.stage, "moves": list(self.moves)}


async def by_hand_now(connection: Connection, person: int, brand: str) -> ByHandNow | None:
    """Return what is set by hand, ``None`` for whoever or whatever has no stages."""
    book = await rulebook(connection)
    brand_id = next((id_ for id_, one in book.brands.items() if one.name == brand), None)
    if brand_id is None or person not in await public(connection, [person]):
        return None
    return await _set_now(connection, person, brand_id)


async def _set_now(connection: Connection, person: int, brand_id: int) -> ByHandNow:
    kept = (await kept_moves(connection, dumps([person]))).get((person, brand_id), [])
    standing = await connection.fetch(
        "SELECT stage FROM standing WHERE person_id = ? AND brand_id = ?", (person, brand_id)
    )
    moved = tuple(row["id"] for row in kept if row["author"])
    return ByHandNow(brand_id, standing[0]["stage"] if standing else "", moved)


async def put_by_hand(
    connection: Connection, person: int, brand_id: int, stage: Stage, author: str, now: Micros
) -> None:
    """Set somebody's stage."""
    reason = from_sentence(Sentence("Set by {name}", {"name": author}))
    await connection.fetch(
        """INSERT INTO stage_move (person_id, brand_id, at, stage, reason, author)
           VALUES (?, ?, ?, ?, ?, ?)""",
        (person, brand_id, now, stage, reason, storable(author)),
    )
    await restage(connection, [person], now)


async def give_back(
    connection: Connection, person: int, moves_by_hand: Iterable[int], now: Micros
) -> None:
    """Take what was set by hand out of force."""
    await _in_force(connection, moves_by_hand, removed=True)
    await restage(connection, [person], now)


async def _in_force(connection: Connection, numbers: Iterable[int], *, removed: bool) -> None:
    await connection.many(
        "UPDATE stage_move SET removed = ? WHERE id = ?", [(removed, n) for n in numbers]
    )


async def turn_stage(
    connection: Connection,
    person: int,
    was: Mapping[str, object],
    left: Mapping[str, object],
    now: Micros,
) -> tuple[str, ...]:
    """Put what is set by hand back from what a step ``left`` to what ``was``.

    Only the moves of the step itself are turned: those of a person who was merged then and is not
    any more are no longer theirs. Returns the fields that somebody else has changed since; then
    nothing was written.
    """
    brand_id, before, after = was.get("brand_id"), was.get("moves"), left.get("moves")
    if not isinstance(brand_id, int) or not isinstance(before, list) or not isinstance(after, list):
        return ("moves",)
    known = {*before, *after}
    there = {*(await _set_now(connection, person, brand_id)).moves}
    put, taken = (
        [one for one in after if one not in before],
        [one for one in before if one not in after],
    )
    newer = any(one > max(known, default=0) for one in there - known)
    if newer or not there.issuperset(put) or there & {*taken}:
        return ("moves",)
    await _in_force(connection, put, removed=True)
    await _in_force(connection, taken, removed=False)
    await restage(connection, [person, *await _whose(connection, [*put, *taken])], now)
    return ()


async def _whose(connection: Connection, numbers: Iterable[int]) -> list[int]:
    rows = await connection.fetch(
        """SELECT DISTINCT person_id FROM stage_move
           WHERE id IN (SELECT value FROM json_each(?))""",
        (dumps(list(numbers)),),
    )
    return [row["person_id"] for row in rows]
