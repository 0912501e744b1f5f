"""What was said around a post on Lemmy, and what of what we hold is gone."""

from __future__ import annotations

from collections.abc import Sequence

from listeners.model import BadRecord, Batch, Deletion, Post
from listeners.networks.lemmy.decode import NETWORK
from listeners.networks.lemmy.reader import Reader
from listeners.networks.recent import Recent
from listeners.networks.walking import Walker

MOST_THREADS = 10
MOST_CONFIRMED = 10
"""Posts missing from a page or thread that are asked for one by one."""
_MOST_REMEMBERED = 20_000


class Threads:
    """Reads threads of one instance."""

    def __init__(self, reader: Reader, walker: Walker) -> None:
        self._reader = reader
        self._walker = walker
        self._roots: Recent[str, str] = Recent(_MOST_REMEMBERED)

    def learn(self, posts: Sequence[Post]) -> None:
        """Remember below which submission these stand."""
        for post in posts:
            self._roots.put(post.native_id, post.root_id or post.native_id)

    async def fetch(self, native_ids: Sequence[str]) -> Batch:
        """Return the posts around these, and which are gone.

        Raises:
            SourceError: the instance could not be asked, or asks us to wait.
        """
        asked = list(dict.fromkeys(native_ids))[:MOST_THREADS]
        found: dict[str, Post] = {}
        deletions: dict[str, Deletion] = {}
        bad: list[BadRecord] = []
        fetched = 0
        for native_id in asked:
            if native_id in found or native_id in deletions:
                continue
            spot = await self._reader.spot(native_id)
            if spot is None:
                continue
            got = await self._reader.thread(spot.below)
            if got is None:
                root = self._roots.get(native_id, native_id)
                for one in {native_id, root}:
                    deletions[one] = Deletion(NETWORK, one)
                continue
            read, whole = got
            fetched += read.fetched
            bad += read.bad
            self.learn(read.posts)
            kept = self._walker.around(read.posts, [native_id])
            found |= {post.native_id: post for post in kept}
            gone = {one.native_id for one in read.deletions}
            held = self._walker.handed_on
            deletions |= {
                one: Deletion(NETWORK, one) for one in gone if one in asked or one in held
            }
            if whole and not read.bad and read.posts:
                there = {post.native_id for post in read.posts} | gone
                root = read.posts[0].native_id
                below = [one for one, top in self._roots.items() if top == root and one in held]
                missing = [one for one in {native_id, *below} if one not in there]
                gone_now = await self.gone(missing)
                deletions |= {one.native_id: one for one in gone_now}
        return Batch(
            posts=tuple(found.values()),
            deletions=tuple(deletions.values()),
            bad=self._walker.handed_on.letters(bad),
            fetched=fetched,
        )

    async def gone(self, native_ids: Sequence[str]) -> list[Deletion]:
        """Return which of these are gone, each asked for by itself; so of a few only.

        Raises:
            SourceError: as ``fetch``.
        """
        asked = sorted(native_ids)[:MOST_CONFIRMED]
        return [Deletion(NETWORK, one) for one in asked if await self._reader.is_gone(one)]
