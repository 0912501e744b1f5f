"""How far a bot's updates were read, and what must be known of before to place what comes.

The cursor holds the number of the next update, when Telegram was last asked and last had news, who
spoke last in each chat and under which root, under which root each person was last heard, and
which groups were given a new id.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from listeners.model import DAY, Micros
from listeners.networks.matrix.cursor import Run
from listeners.networks.recent import Recent

MOST_CHATS = 100
MOST_PEOPLE = 200
KEPT = DAY
"""How long Telegram keeps what was not asked for; source: #getting-updates."""
RENUMBERED = 6 * DAY
"""After a week without news the next update has any number; source: #update, ``update_id``."""


@dataclass(slots=True)
class Place:
    """Up to where a source was read. ``offset`` is the number of the next update, 0 for any."""

    offset: int = 0
    asked_at: Micros | None = None
    heard_at: Micros | None = None
    runs: Recent[str, Run] = field(default_factory=lambda: Recent(MOST_CHATS))
    roots: Recent[str, str] = field(default_factory=lambda: Recent(MOST_PEOPLE))
    moved: Recent[str, str] = field(default_factory=lambda: Recent(MOST_CHATS))

    def next_offset(self, now: Micros) -> int:
        """Return the number to ask from: none after a long silence, when numbers begin anew."""
        heard = self.heard_at
        silent = heard is not None and now - heard > RENUMBERED
        return 0 if silent else self.offset

    def missed_since(self, now: Micros) -> Micros | None:
        """Return since when updates may be lost: Telegram was not asked for longer than it keeps
        them. ``None`` for nothing lost."""
        asked = self.asked_at
        return asked if asked is not None and now - asked > KEPT else None


def read_cursor(cursor: str | None) -> Place | None:
    """Return the place a cursor names, the beginning for none; ``None`` where it is illegible."""
    place = Place()
    if not cursor:
        return place
    try:
        stored = json.loads(cursor)
        place.offset = int(stored["offset"])
        place.asked_at = Micros(int(stored["asked"]))
        place.heard_at = None if stored["heard"] is None else Micros(int(stored["heard"]))
        for chat, (sender, at, root) in stored["runs"].items():
            place.runs.put(str(chat), Run(str(sender), Micros(int(at)), str(root)))
        for person, root in stored["roots"].items():
            place.roots.put(str(person), str(root))
        for before, after in stored["moved"].items():
            place.moved.put(str(before), str(after))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None
    return place


def write_cursor(place: Place) -> str:
    """Return the cursor of a place."""
    runs = {chat: [run.sender, run.at, run.root] for chat, run in place.runs.items()}
    stored = {
        "offset": place.offset,
        "asked": place.asked_at or 0,
        "heard": place.heard_at,
        "runs": runs,
        "roots": dict(place.roots),
        "moved": dict(place.moved),
    }
    return json.dumps(stored, separators=(",", ":"))
