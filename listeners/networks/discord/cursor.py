"""How far a Discord source was read: the newest message of each channel, and who spoke last there.

Snowflakes rise with time, so the newest one names the place exactly.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from listeners.model import Micros
from listeners.networks.matrix.cursor import Run
from listeners.networks.recent import Recent

MOST_PLACES = 2_000
MOST_RUNS = 200


@dataclass(slots=True)
class Place:
    """Up to where a source was read. ``began`` is when it was read first: a channel made later is
    read from its beginning. ``marks`` are of channels, or of searches."""

    began: Micros | None = None
    marks: Recent[str, int] = field(default_factory=lambda: Recent(MOST_PLACES))
    runs: Recent[str, Run] = field(default_factory=lambda: Recent(MOST_RUNS))


def read_cursor(cursor: str | None) -> Place | None:
    """Return the place a cursor names, the beginning for none; ``None`` where it is illegible."""
    place = Place()
    if not cursor:
        return place
    try:
        stored = json.loads(cursor)
        place.began = Micros(int(stored["began"]))
        for name, mark in stored["marks"].items():
            place.marks.put(str(name), int(mark))
        for channel, (sender, at, root) in stored["runs"].items():
            place.runs.put(str(channel), Run(str(sender), Micros(int(at)), str(root)))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None
    return place


def write_cursor(place: Place) -> str:
    """Return the cursor of a place."""
    runs = {channel: [run.sender, run.at, run.root] for channel, run in place.runs.items()}
    stored = {"began": place.began or 0, "marks": dict(place.marks), "runs": runs}
    return json.dumps(stored, separators=(",", ":"))
