"""Up to where each relay was read, and who wrote what was lately handed on.

The cursor is JSON: a second for each relay and question, the relays a person was already told
about, and short hashes of posts with their authors: only an author can delete a post, and a relay
that obeys no longer says who that was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from listeners.model import SECOND, Post
from listeners.networks.nostr.wishes import Filter

MOST_WRITTEN: Final = 500
_DIGITS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a source is. ``marks`` are seconds since 1970, by ``mark_of`` a relay and question."""

    marks: Mapping[str, int] = field(default_factory=dict)
    told: frozenset[str] = frozenset()
    written: tuple[str, ...] = ()

    def marked(self, marks: Mapping[str, int]) -> Place:
        """Return the place with these marks moved on; none ever moves back."""
        moved = {key: max(mark, self.marks.get(key, 0)) for key, mark in marks.items()}
        return replace(self, marks={**self.marks, **moved})

    def wrote(self, pairs: Iterable[tuple[str, str]]) -> Place:
        """Return the place that also knows these posts and their authors."""
        known = dict.fromkeys([*self.written, *(_pair(*pair) for pair in pairs)])
        return replace(self, written=tuple(known)[-MOST_WRITTEN:])

    def on_the_way(self, after: Place, posts: Sequence[Post]) -> Place:
        """Return the place between this and ``after`` once these posts are stored.

        Whatever is not yet stored claims to be at least as late as the last of them. A question
        never asked before keeps no mark until all of its answer is stored: what it gives is
        history, and would be news afterwards.
        """
        second = posts[-1].created_at // SECOND if posts and posts[-1].created_at else 0
        marks = {key: min(after.marks[key], second) for key, mark in self.marks.items() if mark}
        return self.marked(marks).wrote((post.native_id, post.author.key) for post in posts)

    def is_by(self, event_id: str, key: str) -> bool:
        """Whether this post is known to be this author's."""
        return _pair(event_id, key) in self.written


def mark_of(relay: str, question: Filter) -> str:
    """Return the name under which the mark of a question to a relay is kept."""
    asked = json.dumps(question, sort_keys=True)
    return f"{hashlib.blake2b(asked.encode(), digest_size=4).hexdigest()} {relay}"


def read_place(cursor: str | None) -> Place | None:
    """Return the stored place; ``None`` if it is not a cursor of ours."""
    if cursor is None:
        return Place()
    try:
        table = json.loads(cursor)
        return Place(
            marks={str(key): int(mark) for key, mark in table["marks"].items()},
            told=frozenset(str(relay) for relay in table.get("told", [])),
            written=tuple(str(pair) for pair in table.get("written", [])),
        )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return None


def write_place(place: Place) -> str:
    """Return the cursor that holds this place."""
    table = {
        "marks": dict(place.marks),
        "told": sorted(place.told),
        "written": list(place.written),
    }
    return json.dumps(table, separators=(",", ":"))


def _pair(event_id: str, key: str) -> str:
    return hashlib.sha256(f"{event_id}{key}".encode()).hexdigest()[:_DIGITS]
