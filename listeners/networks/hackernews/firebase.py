"""Hacker News' own API: what the search has not read yet, what is deleted, and authors' karma.

Wire format: github.com/HackerNews/API. It gives one item a request, so it is asked only for what
the search cannot tell, a few items at a time.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import AsyncGenerator, Collection, Sequence
from dataclasses import replace
from urllib.parse import quote

from listeners.clock import Clock
from listeners.config import SourceConfig
from listeners.http import Fetcher
from listeners.model import DAY, MINUTE, Micros, Post
from listeners.networks.contract import SourceError
from listeners.networks.decoding import UnreadableError, count
from listeners.networks.hackernews.decode import DeletedError, kids_of, read_item
from listeners.networks.recent import Recent

DEFAULT_SERVER = "https://hacker-news.firebaseio.com"
MOST_ITEMS = 30
"""Items asked for around one post."""
MOST_AUTHORS = 20
"""Authors asked for in one batch; the others go without their karma this time."""
KARMA_KEPT = 7 * DAY
_PAUSE = 5 * MINUTE
_MOST_KNOWN = 5_000

_log = logging.getLogger(__name__)


class Firebase:
    """Asks Hacker News itself; not at all where only the search's address is configured."""

    def __init__(self, fetch: Fetcher, source: SourceConfig) -> None:
        usual = "" if source.base_url else DEFAULT_SERVER
        self._base = str(source.options.get("firebase_url", usual)).rstrip("/")
        self._allow_private = "firebase_url" in source.options
        self._fetch = fetch

    @property
    def available(self) -> bool:
        """Whether it may be asked."""
        return bool(self._base)

    async def item(self, native_id: str) -> object:
        """Return the record of an item, ``None`` where there is none.

        Raises:
            SourceError: it could not be asked.
        """
        return await self._get(f"item/{native_id}")

    async def karma(self, name: str) -> int | None:
        """Return an author's karma, ``None`` where there is no such author.

        Raises:
            SourceError: it could not be asked.
        """
        record = await self._get(f"user/{quote(name, safe='')}")
        return count(record.get("karma")) if isinstance(record, dict) else None

    async def above(self, record: object) -> list[Post]:
        """Return what an item answers, from its story down; as far as it can be read.

        Raises:
            SourceError: it could not be asked.
        """
        found: list[Post] = []
        parent = record.get("parent") if isinstance(record, dict) else None
        while count(parent) and len(found) < MOST_ITEMS:
            upper = await self.item(str(parent))
            try:
                found.append(read_item(upper))
            except (UnreadableError, DeletedError):
                break
            parent = found[-1].parent_id
            parent = int(parent) if parent is not None and parent.isdigit() else None
        story = found[-1].native_id if found and found[-1].parent_id is None else None
        return [replace(p, root_id=story if p.parent_id else None) for p in reversed(found)]

    async def below(
        self, record: object, root: str | None, known: Collection[str]
    ) -> AsyncGenerator[Post | UnreadableError | DeletedError, None]:
        """Yield the answers to an item that are not ``known``, and theirs, parents first.

        Raises:
            SourceError: it could not be asked.
        """
        waiting = deque(kid for kid in kids_of(record) if kid not in known)
        for _ in range(MOST_ITEMS):
            if not waiting:
                return
            child = await self.item(waiting.popleft())
            if child is None:
                continue  # it is so new that not even this server has it
            waiting.extend(kids_of(child))
            try:
                yield read_item(child, root)
            except (UnreadableError, DeletedError) as error:
                yield error

    async def _get(self, path: str) -> object:
        answer = await self._fetch.get(
            f"{self._base}/v0/{path}.json", expect="json", allow_private=self._allow_private
        )
        return answer.json()


class Karma:
    """How many points an author's posts ever had: the only reach that Hacker News tells."""

    def __init__(self, firebase: Firebase, clock: Clock) -> None:
        self._firebase = firebase
        self._clock = clock
        self._known: Recent[str, tuple[int | None, Micros]] = Recent(_MOST_KNOWN)
        self._resting_since: Micros | None = None

    async def complete(self, posts: Sequence[Post]) -> tuple[Post, ...]:
        """Return the posts with their authors' karma, as far as it is known or quickly had."""
        if self._firebase.available and not self._is_recent(self._resting_since, _PAUSE):
            await self._learn(posts)
        return tuple(self._told(post) for post in posts)

    async def _learn(self, posts: Sequence[Post]) -> None:
        names = dict.fromkeys(post.author.key for post in posts if not post.history)
        missing = [name for name in names if not self._knows(name)]
        try:
            for name in missing[:MOST_AUTHORS]:
                self._known.put(name, (await self._firebase.karma(name), self._clock()))
        except SourceError as error:
            # Karma is an ornament: the posts go on without it, and the server is let rest.
            self._resting_since = self._clock()
            _log.info("authors' karma could not be asked for: %s", error)

    def _knows(self, name: str) -> bool:
        known = self._known.get(name)
        return known is not None and self._is_recent(known[1], KARMA_KEPT)

    def _is_recent(self, at: Micros | None, within: int) -> bool:
        return at is not None and 0 <= self._clock() - at < within

    def _told(self, post: Post) -> Post:
        karma, _ = self._known.get(post.author.key, (None, None))
        return (
            post if karma is None else replace(post, author=replace(post.author, followers=karma))
        )
