"""Reading comments on YouTube: threads newest first, their replies, what changed and what is gone.

Source: developers.google.com/youtube/v3/docs/commentThreads/list. A new reply does not move its
thread, so the count of replies is watched; an edit is seen where a thread is read again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.model import BadRecord, Batch, Deletion, Micros, Post
from listeners.networks.decoding import UnreadableError, bad_record
from listeners.networks.harvest import HandedOn, Relevance
from listeners.networks.recent import Recent
from listeners.networks.youtube.decode import (
    NETWORK,
    Thread,
    read_comment,
    read_thread,
    subscribers_of,
)
from listeners.networks.youtube.places import Spot
from listeners.networks.youtube.server import RefusedError, YouTubeServer, items_of, next_of

PER_PAGE = 100
MOST_PAGES = 10
REPLY_PAGES = 5
REPLIES_A_ROUND = 20
"""Threads whose replies are asked for in one round: each costs a unit."""
_AT_ONCE = 50
_MOST_REMEMBERED = 5_000


@dataclass(slots=True)
class Found:
    """Threads of one spot, oldest first; ``cut`` says that older ones were passed by."""

    threads: list[Thread] = field(default_factory=list)
    bad: list[BadRecord] = field(default_factory=list)
    gone: list[Deletion] = field(default_factory=list)
    fetched: int = 0
    cut: bool = False


class Comments:
    """Reads comments as posts, and remembers what was handed on."""

    def __init__(
        self,
        server: YouTubeServer,
        source: SourceConfig,
        brands: Sequence[BrandConfig],
        clock: Clock,
    ) -> None:
        self._server = server
        self.relevance = Relevance(source, brands)
        self.handed = HandedOn(clock)
        self.own: set[str] = set()
        self._totals: Recent[str, int] = Recent(_MOST_REMEMBERED)
        self._newest: dict[str, dict[str, int]] = {}
        self._followers: Recent[str, int | None] = Recent(_MOST_REMEMBERED)
        self._replies_left = 0

    def begin_round(self) -> None:
        """Allow as many questions for replies as one round may ask."""
        self._replies_left = REPLIES_A_ROUND

    async def find(self, spot: Spot, mark: int | None) -> Found:
        """Return the newest threads of a spot, down to the newest that is known.

        Raises:
            RefusedError: it cannot be read: comments are switched off, it is gone.
            SourceError: YouTube could not be asked.
        """
        found = Found()
        token = ""
        for number in range(MOST_PAGES):
            params = {
                "part": "snippet,replies",
                "order": "time",
                "textFormat": "plainText",
                "maxResults": PER_PAGE,
                **spot.params,
                **({"pageToken": token} if token else {}),
            }
            page = await self._server.page("commentThreads", params)
            records, token = items_of(page), next_of(page)
            threads = self._decoded(records, found)
            if number and mark is not None:
                # Below the newest page only what is new counts.
                known = {
                    one.comment.native_id for one in threads if (one.comment.created_at or 0) < mark
                }
                found.threads = [t for t in found.threads if t.comment.native_id not in known]
            if number == 0:
                await self._gone(spot, threads, found)
            oldest = min((one.comment.created_at or 0 for one in threads), default=0)
            if mark is None or not token or not records or oldest <= mark:
                break
        else:
            found.cut = bool(token)
        found.threads.sort(key=lambda one: one.comment.created_at or 0)
        return found

    async def batch(self, spot: Spot, threads: Sequence[Thread], *, first: bool) -> Batch:
        """Return what is new of these threads, their replies included."""
        posts: list[Post] = []
        gone: list[Deletion] = []
        bad: list[BadRecord] = []
        for thread in threads:
            replies, whole = await self._replies(spot, thread, bad)
            comments = [thread.comment, *replies]
            posts += [self.shaped(post, ours=spot.ours) for post in comments]
            if whole:
                gone += self._lost(thread.comment.native_id, replies)
        self.relevance.learn(posts)
        settled = [self.relevance.addressed(post) for post in posts]
        news = self.handed.news(settled, first=first)
        return Batch(
            posts=await self._with_reach(news),
            deletions=tuple(gone),
            bad=self.handed.letters({letter.record: letter for letter in bad}.values()),
            fetched=len(posts) + len(bad),
        )

    async def around(self, root: str, *, ours: bool) -> Batch | None:
        """Return a thread whole; ``None`` if it is not there any more.

        Raises:
            SourceError: YouTube could not be asked.
        """
        params = {"part": "snippet,replies", "id": root, "textFormat": "plainText"}
        found = Found()
        threads = self._decoded(await self._server.get("commentThreads", params), found)
        if not threads:
            return Batch(bad=tuple(found.bad), fetched=1) if found.bad else None
        self._totals.pop(root, None)
        self._replies_left = max(self._replies_left, 1)
        spot = Spot("video", threads[0].video, ours=ours or threads[0].channel in self.own)
        replies, whole = await self._replies(spot, threads[0], found.bad, wanted=True)
        posts = [self.shaped(one, ours=spot.ours) for one in (threads[0].comment, *replies)]
        self.relevance.learn(posts)
        settled = tuple(self.relevance.addressed(post) for post in posts)
        gone = self._lost(root, replies) if whole else []
        fetched = len(posts) + len(found.bad)
        return Batch(posts=settled, deletions=tuple(gone), bad=tuple(found.bad), fetched=fetched)

    def past(self, records: Sequence[object], spot: Spot, since: Micros) -> tuple[Batch, int]:
        """Return a page as history, back to ``since``, and when its oldest thread was begun."""
        found = Found()
        threads = self._decoded(records, found)
        posts = [
            replace(self.shaped(post, ours=spot.ours), history=True)
            for thread in threads
            for post in (thread.comment, *self._comments(thread.replies, thread.video, found.bad))
            if (post.created_at or since) >= since
        ]
        oldest = min((one.comment.created_at or 0 for one in threads), default=0)
        return Batch(posts=tuple(posts), bad=tuple(found.bad), fetched=len(records)), oldest

    def shaped(self, post: Post, *, ours: bool) -> Post:
        """Return a post that says whether it is ours and whether it is to us."""
        own = post.author.key in self.own
        to_us = ours and not own and post.parent_id is None
        return replace(post, own=own, addressed=post.addressed or to_us)

    async def _replies(
        self, spot: Spot, thread: Thread, bad: list[BadRecord], *, wanted: bool = False
    ) -> tuple[list[Post], bool]:
        """Return the replies below a comment, and whether these are all.

        They are asked for where more are there than came along, and where the thread concerns us.
        """
        root, total = thread.comment.native_id, thread.total
        inline = self._comments(thread.replies, thread.video, bad)
        if self._totals.get(root, 0) == total and not wanted:
            return inline, False
        concerns = (
            spot.ours
            or wanted
            or any(self.relevance.concerns_us(post) for post in (thread.comment, *inline))
        )
        if total <= len(thread.replies):
            self._totals.put(root, total)
            return inline, total == len(inline)
        if not concerns or self._replies_left < 1:
            return inline, False
        self._replies_left -= 1
        records: list[object] = []
        token = ""
        for _ in range(REPLY_PAGES):
            params: dict[str, str | int] = {
                "part": "snippet",
                "parentId": root,
                "textFormat": "plainText",
                "maxResults": PER_PAGE,
                **({"pageToken": token} if token else {}),
            }
            page = await self._server.page("comments", params)
            records += items_of(page)
            token = next_of(page)
            if not token:
                break
        self._totals.put(root, total)
        return self._comments(records, thread.video, bad), not token

    async def _gone(self, spot: Spot, threads: Sequence[Thread], found: Found) -> None:
        """Note which comments of the newest page were there before and are not now.

        YouTube's pages are not always whole, so each is asked for by its id.
        """
        there = {one.comment.native_id: int(one.comment.created_at or 0) for one in threads}
        oldest = min(there.values(), default=0) if len(threads) >= PER_PAGE else 0
        before = self._newest.get(spot.key, {})
        self._newest[spot.key] = there
        missing = [one for one, at in before.items() if one not in there and at >= oldest]
        missing = missing[:_AT_ONCE]
        if missing:
            params: dict[str, str | int] = {
                "part": "id",
                "id": ",".join(missing),
                "maxResults": PER_PAGE,
            }
            kept = {_id_of(one) for one in await self._server.get("comments", params)}
            found.gone += [Deletion(NETWORK, one) for one in missing if one not in kept]

    def _lost(self, root: str, replies: Sequence[Post]) -> list[Deletion]:
        there = {post.native_id for post in replies}
        known = self.handed.below(f"{root}.")
        return [Deletion(NETWORK, one) for one in known if one not in there]

    async def _with_reach(self, posts: Sequence[Post]) -> tuple[Post, ...]:
        """Return posts with how many follow their authors, where that concerns us: one unit tells
        it of fifty, and it is not asked again."""
        near = [post for post in posts if self.relevance.concerns_us(post) and not post.history]
        keys = dict.fromkeys(post.author.key for post in near if post.author.url)
        unknown = [key for key in keys if key not in self._followers][:_AT_ONCE]
        if unknown:
            params: dict[str, str | int] = {
                "part": "statistics",
                "id": ",".join(unknown),
                "maxResults": _AT_ONCE,
            }
            for key in unknown:
                self._followers.put(key, None)
            try:
                told = [subscribers_of(one) for one in await self._server.get("channels", params)]
            except RefusedError:
                told = []  # the comments matter more than how far their authors are heard
            for key, followers in told:
                self._followers.put(key, followers)
        return tuple(
            replace(post, author=replace(post.author, followers=self._followers[post.author.key]))
            if post.author.key in self._followers
            else post
            for post in posts
        )

    def _decoded(self, records: Sequence[object], found: Found) -> list[Thread]:
        threads = []
        for record in records:
            try:
                threads.append(read_thread(record))
            except UnreadableError as fault:
                found.bad.append(bad_record(record, fault))
        found.threads += threads
        found.fetched += len(records)
        return threads

    def _comments(self, records: Sequence[object], video: str, bad: list[BadRecord]) -> list[Post]:
        posts = []
        for record in records:
            try:
                posts.append(read_comment(record, video=video))
            except UnreadableError as fault:
                bad.append(bad_record(record, fault))
        return posts


def _id_of(record: object) -> str:
    return str(record.get("id", "")) if isinstance(record, dict) else ""
