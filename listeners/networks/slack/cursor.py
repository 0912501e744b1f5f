"""How far a Slack source was read: the newest message of each channel, what each thread held.

``ts`` values are kept as Slack wrote them; they are never numbers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from listeners.model import Micros
from listeners.networks.matrix.cursor import Run
from listeners.networks.recent import Recent
from listeners.networks.slack.decode import is_ts

MOST_CHANNELS = 1_000
MOST_THREADS = 2_000
MOST_RUNS = 200


@dataclass(slots=True)
class Place:
    """Up to where a source was read.

    ``marks`` are the newest ts by channel; ``threads`` say of a thread (by native id) what its
    first message told of its answers when they were read; ``runs`` who spoke last to us alone.
    """

    marks: Recent[str, str] = field(default_factory=lambda: Recent(MOST_CHANNELS))
    threads: Recent[str, str] = field(default_factory=lambda: Recent(MOST_THREADS))
    runs: Recent[str, Run] = field(default_factory=lambda: Recent(MOST_RUNS))


def read_cursor(cursor: str | None) -> Place | None:
    """Return the place a cursor names, the beginning for none; ``None`` where it is illegible."""
    place = Place()
    if not cursor:
        return place
    try:
        stored = json.loads(cursor)
        for channel, ts in stored["marks"].items():
            if ts and not is_ts(ts):
                return None
            place.marks.put(str(channel), str(ts))
        for thread, told in stored["threads"].items():
            place.threads.put(str(thread), str(told))
        for channel, (sender, at, root) in stored["runs"].items():
            place.runs.put(str(channel), Run(str(sender), Micros(int(at)), str(root)))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None
    return place


def write_cursor(place: Place) -> str:
    """Return the cursor of a place."""
    runs = {channel: [run.sender, run.at, run.root] for channel, run in place.runs.items()}
    stored = {"marks": dict(place.marks), "threads": dict(place.threads), "runs": runs}
    return json.dumps(stored, separators=(",", ":"))
