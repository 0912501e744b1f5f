"""Bluesky's past, as far as its search has it: page below page by the time of the oldest post.

Wire format: app.bsky.feed.searchPosts, docs.bsky.app. The public AppView answers a search with 403
since 2025; an account's own server passes it on.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from listeners.clock import from_iso, to_iso
from listeners.config import BrandConfig
from listeners.http import HttpError
from listeners.model import SECOND, Batch, Micros, Sentence, SourceState
from listeners.networks.bluesky.api import BlueskyApi
from listeners.networks.bluesky.sieve import Sieve
from listeners.networks.contract import SourceError
from listeners.networks.past import PastPage, oldest_of, walk_down
from listeners.query import QuerySyntaxError, push_down, query_for_brand

_NO_SEARCH = Sentence(
    "Bluesky lets only accounts that are signed in search for what was said before. Give this "
    "source an app password to read the past; what is said now is heard without one."
)
_FAR_FUTURE = Micros(4_102_444_800 * SECOND)
"""Where a search begins that has no end yet: the year 2100."""


def past_of(
    api: BlueskyApi, sieve: Sieve, brand: BrandConfig, since: Micros, place: str | None
) -> AsyncGenerator[Batch, None]:
    """Yield what the searches of a brand find back to ``since``.

    Raises:
        SourceError: nobody can be asked, or the search is refused.
    """
    try:
        searches = push_down(query_for_brand(brand), "bluesky")
    except QuerySyntaxError as error:
        raise SourceError(SourceState.FAILING, error.sentence) from error

    async def ask(words: str, position: str) -> PastPage:
        if not api.available:
            raise SourceError(SourceState.NEEDS_TOKEN, _NO_SEARCH)
        until = from_iso(position) if position else _FAR_FUTURE
        try:
            async with aclosing(api.search(words, since, until)) as pages:
                found = await anext(pages)
        except HttpError as error:
            if not api.signed_in and error.status in (401, 403):
                raise SourceError(SourceState.NEEDS_TOKEN, _NO_SEARCH) from error
            raise
        posts = tuple(sieve.adopt(post) for post in found.posts)
        oldest = oldest_of(posts)
        # Above the oldest by a millisecond: several posts may share its time.
        below = None if oldest is None or not posts else to_iso(Micros(oldest + SECOND // 1000))
        return PastPage(posts=posts, fetched=len(posts), below=below, oldest=oldest)

    return walk_down(searches, place, since, ask)
