"""Who is who: the DIDs of our handles, and the names behind the DIDs of the stream."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from listeners.model import Author, Post
from listeners.networks.bluesky.api import BlueskyApi
from listeners.networks.contract import SourceError

_DAY = 86_400.0
_PAUSE = 300.0
_MOST = 10_000

_log = logging.getLogger(__name__)


class Accounts:
    """Our accounts: the configuration's spellings and their DIDs."""

    def __init__(self, api: BlueskyApi, spelled: Sequence[str]) -> None:
        self._api = api
        self._spelled = tuple(dict.fromkeys(name.strip() for name in spelled if name.strip()))
        self._resolved: dict[str, str] = {}
        self.ours: dict[str, str] = {}
        """DID to the configuration's spelling, without ``@``."""

    async def learn(self, remembered: Mapping[str, str]) -> dict[str, str]:
        """Find the DIDs of all handles; where nobody can be asked, those remembered are used.

        Returns handle to DID, to be remembered.
        """
        for name in self._spelled:
            handle = name.removeprefix("@")
            if handle.startswith("did:"):
                self.ours[handle] = handle
                continue
            if handle not in self._resolved:
                did = await self._ask(handle) or remembered.get(handle)
                if did is None:
                    continue
                self._resolved[handle] = did
            self.ours[self._resolved[handle]] = handle
        return dict(self._resolved)

    async def _ask(self, handle: str) -> str | None:
        if not self._api.available:
            return None
        try:
            return await self._api.resolve(handle)
        except SourceError as error:
            _log.info("the account behind a handle could not be asked for: %s", error)
            return None


class Profiles:
    """Names, handles and followers of authors, asked for at most once a day each."""

    def __init__(self, api: BlueskyApi) -> None:
        self._api = api
        self._known: OrderedDict[str, tuple[Author | None, float]] = OrderedDict()
        self._resting_until = 0.0

    async def complete(self, posts: tuple[Post, ...]) -> tuple[Post, ...]:
        """Return the posts with their authors' names, as far as they can be had."""
        if not posts or not self._api.available:
            return posts
        await self._learn(post.author.key for post in posts)
        return tuple(self._named(post) for post in posts)

    async def _learn(self, dids: Iterable[str]) -> None:
        now = time.monotonic()
        missing = [
            did
            for did in dict.fromkeys(dids)
            if did not in self._known or self._known[did][1] < now
        ]
        if not missing or now < self._resting_until:
            return
        try:
            found = await self._api.profiles(missing)
        except SourceError as error:
            # Names are a courtesy: the posts go on without them, and the server is let rest.
            self._resting_until = now + _PAUSE
            _log.info("authors' names could not be asked for: %s", error)
            return
        for did in missing:
            self._known[did] = (found.get(did), now + _DAY)
            self._known.move_to_end(did)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)

    def _named(self, post: Post) -> Post:
        profile = self._known.get(post.author.key, (None, 0.0))[0]
        if profile is None:
            return post
        # Our own accounts keep the spelling of the configuration.
        return replace(post, author=replace(profile, handle=post.author.handle or profile.handle))
