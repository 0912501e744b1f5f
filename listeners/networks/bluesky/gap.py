"""What to do about a stretch of time the stream no longer has: search for it, and say so."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from listeners.model import HOUR, SECOND, Batch, Gap, Micros, Post, Sentence
from listeners.networks.bluesky.api import BlueskyApi
from listeners.networks.bluesky.sieve import Sieve
from listeners.networks.contract import SourceError
from listeners.query import push_down

LOST_PLACE = Sentence(
    "The place up to which Bluesky was read could not be understood, so hubbub reads the last "
    "hours again. What was said before that may be missing."
)
_log = logging.getLogger(__name__)


class Backfill:
    """Searches the AppView for a gap; ``gap`` is what is left to be said when it is done."""

    def __init__(self, api: BlueskyApi, sieve: Sieve, host: str, since: Micros, until: Micros):
        self._api = api
        self._sieve = sieve
        self._host = host
        self._since = since
        self._until = until
        self._found: set[str] = set()
        self._complete = api.available

    @property
    def gap(self) -> Gap:
        """The gap, and what the search brought."""
        values: dict[str, str | int | float] = {"host": self._host, "count": len(self._found)}
        if self._complete:
            reason = Sentence(
                "{host} no longer had what was said in this time. A search brought back {count} "
                "posts; some may still be missing.",
                values,
            )
        else:
            reason = Sentence(
                "{host} no longer had what was said in this time, and it could not all be "
                "searched for ({count} posts were found). Posts of this time may be missing.",
                values,
            )
        return Gap(self._since, self._until, reason)

    async def batches(self) -> AsyncGenerator[Batch, None]:
        """Yield what the brands' searches find; a search that is refused is left out."""
        if not self._api.available:
            return
        searches = [push_down(query, "bluesky") for query in self._sieve.queries.values()]
        # A query that no search covers cannot be filled at all.
        self._complete = all(searches)
        for words in dict.fromkeys(each for some in searches for each in some):
            try:
                async with aclosing(
                    self._api.search(words, Micros(self._since - 5 * SECOND), self._until)
                ) as pages:
                    async for found in pages:
                        posts = self._fresh(found.posts)
                        if posts:
                            yield Batch(posts=posts, fetched=len(posts))
            except SourceError as error:
                self._complete = False
                _log.info("a gap could not be searched: %s", error)
                return

    def _fresh(self, posts: list[Post]) -> tuple[Post, ...]:
        # Not every AppView applies the times it is asked for.
        fresh = tuple(
            self._sieve.adopt(post)
            for post in posts
            if post.native_id not in self._found
            and (post.created_at is None or self._since - HOUR <= post.created_at <= self._until)
        )
        self._found.update(post.native_id for post in fresh)
        return fresh
