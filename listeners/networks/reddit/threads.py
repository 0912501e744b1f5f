"""What was said around a post on Reddit, and what of what we hold is gone.

Reddit's terms ask that what is deleted there is deleted here, and it tells nobody: so what was
handed on lately is asked for again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from listeners.clock import Clock
from listeners.model import MINUTE, Batch, Deletion, Micros, Post
from listeners.networks.recent import Recent
from listeners.networks.reddit.decode import NETWORK, is_fullname
from listeners.networks.reddit.reader import AT_ONCE, Reader, gone_for, root_of
from listeners.networks.reddit.server import RedditServer, RefusedError
from listeners.networks.walking import Sheet, Walker

MOST_THREADS = 10
FEED_TURN = 5 * MINUTE
"""How often a thread may be read from its feed: it takes its turn from the listening."""
_MOST_REMEMBERED = 20_000


class Threads:
    """Reads threads, and looks again at what was handed on."""

    def __init__(self, server: RedditServer, reader: Reader, walker: Walker, clock: Clock) -> None:
        self._clock = clock
        self._turn_at: Micros | None = None
        self._server = server
        self._reader = reader
        self._walker = walker
        self._roots: Recent[str, str] = Recent(_MOST_REMEMBERED)
        self._missing: frozenset[str] = frozenset()
        self._looked_to = 0

    def learn(self, posts: Iterable[Post]) -> None:
        """Remember below which submission these stand: an id does not tell."""
        for post in posts:
            if (root := root_of(post.native_id, post)) is not None:
                self._roots.put(post.native_id, root)

    async def fetch(self, native_ids: Sequence[str]) -> Batch:
        """Return the posts around these, and which are gone.

        Raises:
            SourceError: Reddit could not be asked, or asks us to wait.
        """
        asked = [one for one in dict.fromkeys(native_ids) if is_fullname(one)]
        asked = [one for one in asked if not one.startswith("t4_")]
        if not self._server.app:
            asked = [one for one in asked if one.startswith("t3_") or one in self._roots]
        unknown = [one for one in asked if one.startswith("t1_") and one not in self._roots]
        if unknown and self._server.app:
            self.learn((await self._reader.info(unknown)).posts)
        most = MOST_THREADS if self._server.app else self._turns(asked)
        found: dict[str, Post] = {}
        deletions: dict[str, Deletion] = {}
        sheets: list[Sheet] = []
        for native_id in asked[:most]:
            root = root_of(native_id, None) or self._roots.get(native_id)
            if root is None or native_id in found:
                continue
            try:
                sheet = await self._reader.thread(root, native_id if native_id != root else "")
            except RefusedError as error:
                if gone_for(error):
                    deletions[native_id] = Deletion(NETWORK, native_id)
                elif error.status != 403:
                    raise
                continue
            sheets.append(sheet)
            self.learn(sheet.posts)
            kept = self._walker.around(sheet.posts, [native_id])
            found |= {post.native_id: post for post in kept}
            deletions |= {one.native_id: one for one in self._known(sheet.deletions, asked)}
        absent = [one for one in asked if one not in found and one not in deletions]
        gone = await self._gone(absent) if self._server.app else ()
        deletions |= {one.native_id: one for one in gone}
        return Batch(
            posts=tuple(found.values()),
            deletions=tuple(deletions.values()),
            bad=self._walker.handed_on.letters(bad for sheet in sheets for bad in sheet.bad),
            fetched=sum(sheet.fetched for sheet in sheets),
        )

    async def look_again(self) -> Batch:
        """Return what changed among the newest posts handed on, and, in turn, among older ones.

        Raises:
            SourceError: as ``fetch``.
        """
        ids = [one for one in self._walker.handed_on.below("t")[::-1] if not one.startswith("t4_")]
        newest, older = ids[:AT_ONCE], ids[AT_ONCE:]
        if self._looked_to >= len(older):
            self._looked_to = 0
        turn = older[self._looked_to : self._looked_to + AT_ONCE]
        self._looked_to += AT_ONCE
        posts: list[Post] = []
        deletions: list[Deletion] = []
        missing: set[str] = set()
        fetched = 0
        for chunk in filter(None, (newest, turn)):
            sheet = await self._reader.info(chunk)
            fetched += sheet.fetched
            posts += self._walker.handed_on.news(self._walker.settled(sheet.posts))
            deletions += sheet.deletions
            there = {post.native_id for post in sheet.posts}
            there |= {one.native_id for one in sheet.deletions}
            missing |= set(chunk) - there if sheet.fetched else set()
        # Once may be an odd answer; what is missing twice in a row is gone.
        deletions += [Deletion(NETWORK, one) for one in sorted(missing & self._missing)]
        self._missing = frozenset(missing - self._missing)
        return Batch(posts=tuple(posts), deletions=tuple(deletions), fetched=fetched)

    def _turns(self, asked: Sequence[str]) -> int:
        """Return how many threads may be read from feeds now."""
        since = self._turn_at
        if not asked or (since is not None and 0 <= self._clock() - since < FEED_TURN):
            return 0
        self._turn_at = self._clock()
        return 1

    async def _gone(self, ids: Sequence[str]) -> list[Deletion]:
        """Return which of these Reddit shows as deleted or removed."""
        sheet = await self._reader.info(ids)
        return [one for one in sheet.deletions if one.native_id in ids]

    def _known(self, deletions: Iterable[Deletion], asked: Sequence[str]) -> list[Deletion]:
        handed_on = self._walker.handed_on
        return [one for one in deletions if one.native_id in asked or one.native_id in handed_on]
