"""Threads on demand, and what has vanished: the answers only single questions can give.

Mastodon announces deletions on streams alone. Without one, a post that was on a page and is
missing from it later, or that cannot be found any more, is asked for by its id before it is
called deleted: a server that hides posts from us answers 404 for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from listeners.model import BadRecord, Batch, Deletion, Post
from listeners.networks.mastodon.decode import (
    NETWORK,
    Status,
    UnreadableError,
    bad_record,
    read_status,
)
from listeners.networks.mastodon.harvest import Harvester
from listeners.networks.mastodon.memory import Memory
from listeners.networks.mastodon.places import Place, quote_segment
from listeners.networks.mastodon.server import MastodonServer

MOST_THREADS = 20
"""Threads fetched in one go: two or three requests each."""


class Threads:
    """Fetches threads and confirms deletions on one server."""

    def __init__(self, server: MastodonServer, harvester: Harvester, memory: Memory) -> None:
        self._server = server
        self._harvester = harvester
        self._memory = memory
        self._shows_posts = False
        self._pages: dict[str, list[tuple[str, str]]] = {}

    async def fetch(self, native_ids: Sequence[str]) -> Batch:
        """Return the posts around these, each with its root, and which of these are deleted.

        A post's id on this server is known from its page, from an address of this server, or,
        with a token, by searching for its uri; a post found in none of these ways is left out.

        Raises:
            SourceError: the server could not be asked, or asks us to wait.
        """
        posts: dict[str, Post] = {}
        deletions: list[Deletion] = []
        bad: list[BadRecord] = []
        fetched = 0
        for uri in list(dict.fromkeys(native_ids))[:MOST_THREADS]:
            if uri in posts:
                continue
            found = await self._find(uri)
            if found is None:
                if await self._is_gone(uri):
                    deletions.append(Deletion(NETWORK, uri))
                continue
            fetched += 1
            records = await self._context(found.api_id)
            fetched += len(records)
            statuses = [found]
            for record in records:
                try:
                    statuses.append(read_status(record, self._harvester.own))
                except UnreadableError as fault:
                    bad.append(bad_record(record, fault))
            self._memory.learn(statuses)
            for status in statuses:
                posts[status.post.native_id] = self._harvester.settle(status)
        ordered = sorted(posts.values(), key=lambda post: post.created_at or 0)
        return Batch(
            posts=tuple(ordered), deletions=tuple(deletions), bad=tuple(bad), fetched=fetched
        )

    async def vanished(self, place: Place, statuses: Sequence[Status]) -> tuple[Deletion, ...]:
        """Return what was on this place's newest page and is deleted.

        ``statuses`` are the newest page now, oldest first.
        """
        page = [(status.api_id, status.post.native_id) for status in statuses]
        before = self._pages.get(place.key, [])
        self._pages[place.key] = page
        uris = {uri for _, uri in page}
        still = [number for number, (_, uri) in enumerate(before) if uri in uris]
        if not still or not page:
            return ()
        # What stood above a post that is still there cannot have been pushed off the page.
        missing = [uri for _, uri in before[still[0] :] if uri not in uris]
        if missing and not self._shows_posts:
            self._shows_posts = await self._harvester.look_up(page[-1][0]) is not None
        gone = [uri for uri in missing if await self._is_gone(uri)]
        # Some servers give an edited post a new id, and an edit may take it off the page.
        gone = [uri for uri in gone if await self._search(uri) is None]
        return tuple(Deletion(NETWORK, uri) for uri in gone)

    async def _find(self, uri: str) -> Status | None:
        number = self._memory.api_id_of(uri) or self._local_id(uri)
        if number is not None:
            found = await self._harvester.look_up(number)
            if found is not None and found.post.native_id == uri:
                self._shows_posts = True
                return found
        return await self._search(uri)

    async def _search(self, uri: str) -> Status | None:
        """Ask a server we are signed in to for a post by its uri: it may fetch it for us."""
        if not self._server.signed_in:
            return None
        asked = [("q", uri), ("type", "statuses"), ("resolve", "true"), ("limit", "1")]
        found = await self._server.lookup("/api/v2/search", asked)
        statuses = found.get("statuses") if isinstance(found, dict) else None
        for record in statuses if isinstance(statuses, list) else ():
            try:
                status = read_status(record, self._harvester.own)
            except UnreadableError:
                continue
            if status.post.native_id == uri:
                return status
        return None

    async def _is_gone(self, uri: str) -> bool:
        """Whether the server, which shows us posts, no longer has the id of this one."""
        number = self._memory.api_id_of(uri) or self._local_id(uri)
        if number is None or not self._shows_posts:
            return False
        return await self._server.exists(f"/api/v1/statuses/{quote_segment(number)}") is False

    async def _context(self, api_id: str) -> list[object]:
        path = f"/api/v1/statuses/{quote_segment(api_id)}/context"
        context = await self._server.lookup(path)
        if not isinstance(context, dict):
            return []
        above, below = context.get("ancestors"), context.get("descendants")
        return [
            *(above if isinstance(above, list) else []),
            *(below if isinstance(below, list) else []),
        ]

    def _local_id(self, uri: str) -> str | None:
        """Return the id in a uri that this very server gave: its last part, in Mastodon."""
        try:
            parts = urlsplit(uri)
        except ValueError:
            return None
        last = parts.path.rstrip("/").rsplit("/", 1)[-1]
        return last if parts.netloc == self._server.name and last.isalnum() else None
