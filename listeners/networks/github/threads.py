"""Issues and discussions on demand: everything said in them, and what of it is gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from listeners.model import BadRecord, Batch, Deletion, Post
from listeners.networks.decoding import count
from listeners.networks.github.discussions import Discussions
from listeners.networks.github.harvest import Harvester
from listeners.networks.github.reader import Reader
from listeners.networks.github.server import GitHubServer, RefusedError
from listeners.networks.github.web import NETWORK, Spot, root_of

MOST_THREADS = 10
"""Threads fetched in one go: two requests each, more where there are many comments."""


class Threads:
    """Fetches issues with their comments."""

    def __init__(
        self,
        server: GitHubServer,
        reader: Reader,
        discussions: Discussions,
        harvester: Harvester,
    ) -> None:
        self._server = server
        self._reader = reader
        self._discussions = discussions
        self._harvester = harvester

    async def fetch(self, native_ids: Sequence[str]) -> Batch:
        """Return the posts around these, oldest first, and which are gone.

        Of an issue that is not about us: what concerns us and what was asked for.

        Raises:
            SourceError: GitHub could not be asked, or asks us to wait.
        """
        roots: dict[str, set[str]] = {}
        for native_id in native_ids:
            if self._server.web.spot_of(native_id) is not None:
                roots.setdefault(root_of(native_id), set()).add(native_id)
        posts: list[Post] = []
        deletions: list[Deletion] = []
        bad: list[BadRecord] = []
        fetched = 0
        for root, asked in list(roots.items())[:MOST_THREADS]:
            records, whole = await self._records(root)
            fetched += len(records)
            if not records:
                deletions += [Deletion(NETWORK, one) for one in sorted(asked)] if whole else []
                continue
            harvest = self._harvester.gather(records)
            bad += harvest.bad
            there = {one.post.native_id for one in harvest.found}
            if whole and not harvest.bad and harvest.found:
                expected = asked | set(self._harvester.known_below(root))
                deletions += [Deletion(NETWORK, one) for one in sorted(expected - there)]
            about_us = any(
                one.post.native_id == root and self._harvester.concerns_us(one)
                for one in harvest.found
            )
            posts += [
                self._harvester.settled(one)
                for one in harvest.found
                if about_us
                or one.post.native_id in asked
                or one.post.native_id == root
                or self._harvester.concerns_us(one)
            ]
        return Batch(
            posts=tuple(posts), deletions=tuple(deletions), bad=tuple(bad), fetched=fetched
        )

    async def _records(self, root: str) -> tuple[tuple[object, ...], bool]:
        """Return an issue and its comments, and whether these are all; nothing if it is gone."""
        spot = self._server.web.spot_of(root)
        if spot is None:
            return (), False
        try:
            if spot.is_discussion:
                return await self._discussion(spot)
            issue = await self._server.lookup(f"/repos/{spot.path}/issues/{spot.number}")
        except RefusedError as error:
            if error.status != 403:
                raise
            return (), False  # not for us to see any more, which is not the same as gone
        if issue is None:
            return (), True
        found: tuple[object, ...] = (issue,)
        try:
            if count(issue.get("comments")):
                found += await self._reader.comments(spot.path, spot.number, None)
            if spot.kind == "pull" and self._harvester.pulls:
                found += await self._reader.reviews(spot.path, spot.number)
                found += await self._reader.remarks(spot.path, spot.number)
        except RefusedError as error:
            if error.status != 404:
                raise
            return (), True
        return found, True

    async def _discussion(self, spot: Spot) -> tuple[tuple[Mapping[str, object], ...], bool]:
        if not self._server.signed_in:
            return (), False
        found = await self._discussions.read(spot)
        if found is None:
            return (), True
        return found.records, found.sure_from == 0
