"""Our own posts and what is said below them: the newest each round, older ones by their counts."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncGenerator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import aclosing
from dataclasses import replace

from listeners.config import BrandConfig
from listeners.model import DAY, HOUR, SECOND, Batch, Gap, Micros, Post
from listeners.networks.decoding import UnreadableError
from listeners.networks.graph import words
from listeners.networks.graph.accounts import Account
from listeners.networks.graph.listener import GraphListener
from listeners.networks.graph.places import Place
from listeners.networks.graph.reading import MOST_PAGES, Found
from listeners.networks.graph.records import id_in
from listeners.networks.graph.server import Params

POSTS_A_PAGE = 25
WALK_EVERY = HOUR
WALK_BACK = 30 * DAY
WALK_PAGES = 3


class OwnPostsListener(GraphListener):
    """Reads a list of posts, newest first, each with what is below it."""

    _read_now: AbstractSet[str] = frozenset()
    """Posts that were read in this round."""

    @abstractmethod
    def _path(self, me: Account) -> str:
        """Return where our posts are listed."""

    @abstractmethod
    def _total(self, record: object) -> int | None:
        """Return how many stand below a post, ``None`` where that is not told."""

    async def history(
        self, brand: BrandConfig, since: Micros, place: str | None
    ) -> AsyncGenerator[Batch, None]:
        """Yield older posts with the newest below them; see ``Historical``."""
        me = await self.account()
        until = int(place) if place is not None and place.isdigit() else 0
        while True:
            params: dict[str, str | int] = {"fields": self.root_fields, "limit": POSTS_A_PAGE}
            if until:
                params["until"] = until
            page = await self._server.page(self._path(me), params)
            found, posts = Found(), list[Post]()
            found.take(page.records, lambda one: [self._read_root(one, me)])
            for record in page.records:
                if (root := found.posts.get(id_in(record, "id"))) is not None:
                    first = await self._first(record, wanted=True)
                    posts += self._branches.past(root, first, since)
            times = [post.created_at for post in found.posts.values() if post.created_at]
            oldest = min(times, default=0) // SECOND
            if not oldest or (until and oldest >= until):
                return
            until = oldest
            yield Batch(
                posts=tuple(replace(post, history=True) for post in posts),
                bad=tuple(found.bad),
                fetched=len(page.records),
                cursor=str(until),
            )
            if until * SECOND < since:
                return

    async def _own_posts(self, me: Account, place: Place) -> AsyncGenerator[Batch, None]:
        """Read the newest posts, and what is below them."""
        mark = place.marks.get("feed")
        records: list[object] = []
        more: Mapping[str, str] = {}
        found = Found()
        for number in range(MOST_PAGES):
            params: Params = {"fields": self.root_fields, "limit": POSTS_A_PAGE, **more}
            page = await self._server.page(self._path(me), params)
            oldest = found.take(page.records, lambda one: [self._read_root(one, me)])
            records += page.records
            more = page.more
            if mark is None or not more or oldest <= mark:
                break
            found.cut = number + 1 == MOST_PAGES
        bad = self._handed.letters({one.record: one for one in found.bad}.values())
        if found.cut or bad:
            gap = Gap(Micros(mark or 0), self._clock(), words.passed_by(self._title))
            yield Batch(gap=gap if found.cut else None, bad=bad, fetched=len(records))
        by_id = {id_in(record, "id"): record for record in records}
        self._read_now = set(by_id)
        for root in sorted(found.posts.values(), key=lambda post: post.created_at or 0):
            record = by_id[root.native_id]
            first = await self._first(record)
            branch = self._branches.read(root, first, self._total(record), place)
            async with aclosing(branch) as batches:
                async for batch in batches:
                    yield batch
            place.marks.put("feed", max(place.marks.get("feed", 0), root.created_at or 0))

    async def _walk(self, fields: str, me: Account, place: Place) -> AsyncGenerator[Batch, None]:
        """Compare the counts of older posts, and read again those where something changed."""
        if not place.is_due("walk", WALK_EVERY, self._clock()):
            return
        more: Mapping[str, str] = {}
        for _ in range(WALK_PAGES):
            page = await self._server.page(self._path(me), {"fields": fields, "limit": 100, **more})
            oldest = self._clock()
            for record in page.records:
                try:
                    post = self._read_root(record, me)
                except UnreadableError:
                    continue  # the reading of the newest tells of it
                oldest = min(oldest, post.created_at or oldest)
                known, total = place.roots.get(post.native_id), self._total(record)
                if known is None or total in (known[0], None) or post.native_id in self._read_now:
                    continue
                whole = await self._server.get(post.native_id, {"fields": self.root_fields})
                root, first = self._read_root(whole, me), await self._first(whole)
                branch = self._branches.read(root, first, self._total(whole), place, whole=True)
                async with aclosing(branch) as batches:
                    async for batch in batches:
                        yield batch
            more = page.more
            if not more or oldest < self._clock() - WALK_BACK:
                break
        place.done["walk"] = self._clock()
