"""How far a Matrix source was read, and which messages in a row belong together.

The cursor holds the server's token, and for every room the newest event handed on: so a reading
that was cut off at any batch goes on there, whatever token it began with. It also holds who spoke
last in a room and under which root, for that decides where the next message belongs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from listeners.conversations.identity import PRIVATE_SILENCE
from listeners.model import MINUTE, Micros

TOGETHER = 10 * MINUTE
"""Messages of one person that follow each other within this belong together, in microseconds."""
MOST_ROOMS = 100
"""Rooms whose newest event is kept: those heard last."""


@dataclass(frozen=True, slots=True)
class Run:
    """Who spoke last in a room, when, and the root of what they said."""

    sender: str
    at: Micros
    root: str


@dataclass(frozen=True, slots=True)
class Mark:
    """The newest event of a room that was handed on, and who spoke last there."""

    event_id: str
    run: Run | None = None


@dataclass(slots=True)
class Place:
    """Up to where a source was read.

    ``since`` is the server's token, empty before the first reading; ``todo`` are rooms whose
    history up to ``since`` is not read yet; ``told`` are rooms of which the person was told that
    they cannot be read.
    """

    since: str = ""
    marks: dict[str, Mark] = field(default_factory=dict)
    todo: list[str] = field(default_factory=list)
    told: tuple[str, ...] = ()

    def mark(self, room_id: str, mark: Mark) -> None:
        """Note the newest event of a room."""
        self.marks.pop(room_id, None)
        self.marks[room_id] = mark
        while len(self.marks) > MOST_ROOMS:
            del self.marks[next(iter(self.marks))]


def root_of(
    run: Run | None,
    *,
    room_id: str,
    event_id: str,
    sender: str,
    at: Micros | None,
    private: bool,
    thread: str = "",
    answers: str = "",
    roots: Mapping[str, str] | None = None,
) -> str | None:
    """Return the root a message belongs under, ``None`` where its parent or itself decides.

    A thread has its first event, an answer the root of what it answers, as far as ``roots``
    knows. Without either, a private room is one exchange until 28 days of silence, and elsewhere
    what one person says within ten minutes with nobody in between is one.
    """
    known = roots or {}
    if private:
        if run is None:
            return room_id
        silent = at is not None and at - run.at > PRIVATE_SILENCE
        return f"{room_id} {event_id}" if silent else run.root
    if thread:
        return known.get(thread, thread)
    if answers:
        return known.get(answers)
    if run is not None and run.sender == sender and at is not None and abs(at - run.at) <= TOGETHER:
        return run.root
    return None


def read_cursor(cursor: str | None) -> Place | None:
    """Return the place a cursor names, the beginning for none; ``None`` where it is illegible."""
    if not cursor:
        return Place()
    try:
        stored = json.loads(cursor)
        marks = {str(room): _mark(one) for room, one in stored["marks"].items()}
        place = Place(str(stored["since"]), marks, [str(room) for room in stored["todo"]])
        place.told = tuple(str(room) for room in stored["told"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return place if place.since else None


def write_cursor(place: Place) -> str:
    """Return the cursor of a place."""
    marks = {
        room: [mark.event_id, *((mark.run.sender, mark.run.at, mark.run.root) if mark.run else ())]
        for room, mark in place.marks.items()
    }
    return json.dumps(
        {"since": place.since, "marks": marks, "todo": place.todo, "told": list(place.told)},
        separators=(",", ":"),
    )


def _mark(stored: list[object]) -> Mark:
    event_id, *rest = stored
    if not rest:
        return Mark(str(event_id))
    sender, at, root = rest
    return Mark(str(event_id), Run(str(sender), Micros(int(str(at))), str(root)))
