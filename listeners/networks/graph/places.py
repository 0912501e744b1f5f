"""Up to where a source of Meta's was read. Its cursors do not last, so ids and times are kept."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from listeners.model import Micros
from listeners.networks.recent import Recent

MOST_ROOTS = 400
MOST_MARKS = 100
MOST_TAGS = 200


@dataclass(slots=True)
class Place:
    """``roots``: of each post how many comments it had and when the newest was written.

    ``marks``: the newest time of each list. ``done``: when what is done seldom was done last.
    ``tags``: ids of hashtags, which last for ever; ``ledger``: when each was first asked for.
    """

    roots: Recent[str, tuple[int, int]] = field(default_factory=lambda: Recent(MOST_ROOTS))
    marks: Recent[str, int] = field(default_factory=lambda: Recent(MOST_MARKS))
    done: dict[str, int] = field(default_factory=dict)
    tags: Recent[str, str] = field(default_factory=lambda: Recent(MOST_TAGS))
    ledger: dict[str, int] = field(default_factory=dict)

    def is_due(self, name: str, every: int, now: Micros) -> bool:
        """Whether something is to be done again, ``every`` so many microseconds."""
        last = self.done.get(name)
        return last is None or not 0 <= now - last < every


def read_place(cursor: str | None) -> Place | None:
    """Return the place a cursor names, the beginning for none; ``None`` where it is illegible."""
    place = Place()
    if not cursor:
        return place
    try:
        stored = json.loads(cursor)
        for root, (total, mark) in stored["roots"].items():
            place.roots.put(str(root), (int(total), int(mark)))
        for name, mark in stored["marks"].items():
            place.marks.put(str(name), int(mark))
        for name, native_id in stored["tags"].items():
            place.tags.put(str(name), str(native_id))
        place.done = {str(name): int(at) for name, at in stored["done"].items()}
        place.ledger = {str(name): int(at) for name, at in stored["ledger"].items()}
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None
    return place


def write_place(place: Place) -> str:
    """Return the cursor of a place."""
    stored = {
        "roots": dict(place.roots),
        "marks": dict(place.marks),
        "done": place.done,
        "tags": dict(place.tags),
        "ledger": place.ledger,
    }
    return json.dumps(stored, separators=(",", ":"))
