"""Where we are in a feed: its validators, where it moved to, and which entries we know.

The cursor is JSON and is stored with the posts of each batch. A feed only shows its newest
entries, so "where we are" is the set of entries seen, each with a hash of its content.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace

from listeners.model import Micros

MOST_KNOWN = 500
"""Entries of a feed remembered beyond those of its last page."""
_MOST_COMMENT_FEEDS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCursor:
    """What we know of one feed.

    ``known`` maps the hash of an entry's id to the hash of its content, oldest first; ``shown``
    is how many entries the last full answer had. ``moved`` is the address that permanent
    redirections led to ``moves`` times in a row. ``every`` is the interval in seconds that the
    feed asked for. ``comments`` holds the cursors of the comment feeds of entries: ``article`` is
    the entry, ``replies`` the count of comments it stated when its comments were last read.
    """

    etag: str = ""
    modified: str = ""
    moved: str = ""
    moves: int = 0
    seen_at: Micros | None = None
    shown: int = 0
    every: float | None = None
    skip_hours: tuple[int, ...] = ()
    failures: int = 0
    article: str = ""
    replies: int | None = None
    known: Mapping[str, str] = field(default_factory=dict)
    comments: Mapping[str, FeedCursor] = field(default_factory=dict)

    def remember(self, page: Iterable[tuple[str, str]], most: int = MOST_KNOWN) -> FeedCursor:
        """Return the cursor that also knows these entries, given newest first as (id, content)."""
        fresh = dict(reversed(list(page)))
        older = [(key, value) for key, value in self.known.items() if key not in fresh]
        return replace(self, known={**dict(older[-most:]), **fresh})

    def with_comments(self, address: str, cursor: FeedCursor) -> FeedCursor:
        """Return the cursor with that of one comment feed; the longest unread one makes room."""
        comments = {key: value for key, value in self.comments.items() if key != address}
        comments[address] = cursor
        for key in list(comments)[: max(0, len(comments) - _MOST_COMMENT_FEEDS)]:
            del comments[key]
        return replace(self, comments=comments)


def digest(*texts: str) -> str:
    """Return a short hash of these texts: 16 hexadecimal digits."""
    joined = "\0".join(texts).encode("utf-8", "replace")
    return hashlib.blake2b(joined, digest_size=8).hexdigest()


def load_cursor(text: str | None) -> FeedCursor:
    """Return the stored cursor; one that cannot be read is a new start."""
    try:
        table = json.loads(text or "{}")
    except ValueError:
        return FeedCursor()
    return _from_table(table) if isinstance(table, dict) else FeedCursor()


def is_legible(text: str | None) -> bool:
    """Whether a stored cursor is one of ours; one that is not begins anew, which is to be said."""
    try:
        table = json.loads(text or "{}")
    except ValueError:
        return False
    ours = {each.name for each in fields(FeedCursor)}
    return isinstance(table, dict) and (not table or not ours.isdisjoint(table))


def dump_cursor(cursor: FeedCursor) -> str:
    """Return the cursor as JSON, without what is empty."""
    return json.dumps(_to_table(cursor), separators=(",", ":"))


def _to_table(cursor: FeedCursor) -> dict[str, object]:
    table: dict[str, object] = {
        "etag": cursor.etag,
        "modified": cursor.modified,
        "moved": cursor.moved,
        "moves": cursor.moves,
        "seen_at": cursor.seen_at,
        "shown": cursor.shown,
        "every": cursor.every,
        "skip_hours": list(cursor.skip_hours),
        "failures": cursor.failures,
        "article": cursor.article,
        "replies": cursor.replies,
        "known": dict(cursor.known),
        "comments": {key: _to_table(value) for key, value in cursor.comments.items()},
    }
    # No replies at all is something known; not to know how many is not.
    return {key: value for key, value in table.items() if value or (key, value) == ("replies", 0)}


def _from_table(table: Mapping[str, object]) -> FeedCursor:
    seen = _number(table, "seen_at")
    every = table.get("every")
    hours = table.get("skip_hours")
    known = table.get("known")
    comments = table.get("comments")
    return FeedCursor(
        etag=_string(table, "etag"),
        modified=_string(table, "modified"),
        moved=_string(table, "moved"),
        moves=_number(table, "moves") or 0,
        seen_at=None if seen is None else Micros(seen),
        shown=_number(table, "shown") or 0,
        every=float(every) if isinstance(every, (int, float)) else None,
        skip_hours=tuple(h for h in hours if isinstance(h, int)) if isinstance(hours, list) else (),
        failures=_number(table, "failures") or 0,
        article=_string(table, "article"),
        replies=_number(table, "replies"),
        known={str(k): str(v) for k, v in known.items()} if isinstance(known, dict) else {},
        comments={str(k): _from_table(v) for k, v in comments.items() if isinstance(v, dict)}
        if isinstance(comments, dict)
        else {},
    )


def _string(table: Mapping[str, object], key: str) -> str:
    value = table.get(key)
    return value if isinstance(value, str) else ""


def _number(table: Mapping[str, object], key: str) -> int | None:
    value = table.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
