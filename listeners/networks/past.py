"""Walking down a network's past: place after place, page below page, resumable at every page.

What each network has to say is how one page of one place is asked for; where the walk stands, when
a place is at its end, and how all that becomes a cursor is the same everywhere.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from listeners.model import BadRecord, Batch, Micros, Post

MOST_PAGES = 1_000
"""Pages of one place in one walk: a server that never ends is left there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPage:
    """A page of the past. ``below`` asks for what is older, ``None`` at the end.

    ``oldest`` is when its oldest record was made, where records say so.
    """

    posts: tuple[Post, ...] = ()
    bad: tuple[BadRecord, ...] = ()
    fetched: int = 0
    below: str | None = None
    oldest: Micros | None = None


Ask = Callable[[str, str], Awaitable[PastPage | None]]
"""Asks for the page of a place (by its key) below a position, empty for the newest.

``None``: the network does not show this place, and the others are read all the same.
"""


async def walk_down(
    keys: Sequence[str], place: str | None, since: Micros, ask: Ask
) -> AsyncGenerator[Batch, None]:
    """Yield the past of these places back to ``since``, each batch with the place after it.

    Raises:
        SourceError: as ``ask`` does.
    """
    start, position = _read(keys, place)
    for number in range(start, len(keys)):
        key = keys[number]
        for _ in range(MOST_PAGES):
            page = await ask(key, position)
            if page is None:
                break
            below = page.below
            if below == position or (page.oldest is not None and page.oldest < since):
                below = None
            yield Batch(
                posts=page.posts,
                bad=page.bad,
                fetched=page.fetched,
                cursor=_write(keys, number, below),
            )
            if below is None:
                break
            position = below
        position = ""


def _read(keys: Sequence[str], place: str | None) -> tuple[int, str]:
    """Return which place to go on with, and where in it; from the beginning if it is not ours."""
    if place is None:
        return 0, ""
    try:
        stored = json.loads(place)
        key, position = stored["key"], str(stored["below"])
    except (ValueError, TypeError, KeyError):
        return 0, ""
    if key is None:
        return len(keys), ""
    return (keys.index(key), position) if key in keys else (0, "")


def _write(keys: Sequence[str], number: int, below: str | None) -> str:
    """Return the cursor of a place; the next one's beginning where this one is at its end."""
    if below is not None:
        return json.dumps({"key": keys[number], "below": below})
    after = keys[number + 1] if number + 1 < len(keys) else None
    return json.dumps({"key": after, "below": ""})


def oldest_of(posts: Sequence[Post]) -> Micros | None:
    """Return when the oldest of these posts was written."""
    return min((post.created_at for post in posts if post.created_at is not None), default=None)
