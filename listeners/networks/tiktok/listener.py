"""TikTok: comments on our own videos where TikTok approved the app, else how many there are.

Wire format: the Accounts API of TikTok for Business, and the Display API; see the ``tiktok_*``
files beside this one. Nothing else of TikTok is shown to a business.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import BadRecord, Batch, Post, Sentence
from listeners.model import SourceState as State
from listeners.networks import counting
from listeners.networks.answering import Answering
from listeners.networks.changes import Change, Changes, Page, Reach, page_of
from listeners.networks.contract import Capability, SourceError
from listeners.networks.decoding import UnreadableError, bad_record
from listeners.networks.recent import Recent
from listeners.networks.searching import lost_place, read_marks, write_marks
from listeners.networks.tiktok.decode import NETWORK, TITLE, at_of, read_comment, read_video
from listeners.networks.tiktok.reply import Answers, parts
from listeners.networks.tiktok.server import TikTokServer, needs_approval

MOST_PAGES = 5
"""Pages of videos that are counted: 100 videos."""
MOST_ANSWERED = 20
MOST_THREADS = 20
_COUNTS = "counts"
_MOST_VIDEOS = 500
_MISSING = Sentence(
    "More comments came on a video since the last reading than hubbub reads at once. The newest "
    "are stored; the others are on TikTok."
)


class TikTokListener(Answering):
    """Our own account. With ``business_id`` its token is one of the Accounts API."""

    capability = Capability(
        network=NETWORK,
        title=TITLE,
        thread=True,
        own_posts=True,
        reply=True,
        delete_reply=True,
        needs_token=True,
        interval=900.0,
        min_interval=300.0,
        needs=Sentence("A TikTok business account, and an app TikTok approved."),
        steps=(
            Sentence(
                "To count: make an app at developers.tiktok.com with Login Kit and the Display "
                "API; its sandbox works for your own account without review."
            ),
            Sentence("Make a token there with user.info.basic and video.list."),
            Sentence(
                "To read and answer: ask for the Accounts API at business-api.tiktok.com/portal; "
                "TikTok reviews the app."
            ),
            Sentence("Make a token there with comment.list and comment.list.manage."),
            Sentence(
                'Write token = "env:TIKTOK_TOKEN" into the source, and for the Accounts API '
                'business_id = "…" (the open_id that came with the token).'
            ),
        ),
        limits=(
            Sentence("Without approval TikTok counts comments and shows none."),
            Sentence("Only your own videos, the newest 100; TikTok has no search for businesses."),
            Sentence("The Research API is for researchers without a business; it refuses others."),
            Sentence("Tokens live for a day: let a command renew them."),
            Sentence("An answer has 150 characters at most. Deleted comments are not seen to go."),
        ),
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._clock = clock
        self._server = TikTokServer(fetch, source, clock)
        self._changes = Changes(NETWORK, clock, Reach(missing=_MISSING, first=2, most=10))
        self._videos: Recent[str, Post] = Recent(_MOST_VIDEOS)
        self._read: Recent[str, int] = Recent(_MOST_VIDEOS)
        self._fetched = 0
        self.voice = Answers(self._server)

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield our videos and what is new below them, or how many comments came.

        Raises:
            SourceError: TikTok did not approve us, the token ended, or it could not be asked.
        """
        if not self._server.has_token:
            raise SourceError(State.NEEDS_APPROVAL, needs_approval())
        places = read_marks(cursor, _COUNTS)
        if places is None:
            yield Batch(gap=lost_place(self._clock()))
            places = {}
        round_ = self._commented(places) if self._server.shows_comments else self._counted(places)
        async with aclosing(round_) as batches:
            async for batch in batches:
                yield batch

    def stream(self, cursor: str | None) -> None:
        """TikTok pushes to servers that it can reach alone."""
        return

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return the answers below these comments.

        Raises:
            SourceError: TikTok could not be asked.
        """
        if not (self._server.has_token and self._server.shows_comments):
            return Batch()
        posts: list[Post] = []
        bad: list[BadRecord] = []
        asked = [(one, *parts(one)) for one in dict.fromkeys(native_ids)]
        for _, video, comment in [one for one in asked if one[2]][:MOST_THREADS]:
            above = self._videos.get(video) or read_video({"item_id": video})
            found, broken = await self._answers(above, comment)
            posts += found
            bad += broken
        fetched = len(posts) + len(bad)
        return Batch(posts=tuple(posts), bad=tuple(bad), fetched=fetched)

    async def _counted(self, counts: dict[str, int]) -> AsyncGenerator[Batch, None]:
        """Yield our videos with their counts, and a notice for each that has more comments."""
        after = ""
        for number in range(1, MOST_PAGES + 1):
            videos, bad, fetched, following = await self._page(after)
            before = dict(counts)
            notices = counting.told(videos, counts, self._clock())
            ended = not following or following == after or number == MOST_PAGES
            if ended:
                counts[counting.READ] = 1
            batch = Batch(
                posts=self._changes.handed.news([*videos, *notices], first=True),
                bad=self._changes.handed.letters(bad),
                fetched=fetched,
                cursor=write_marks(counts, _COUNTS),
            )
            if batch.posts or batch.bad or counts != before:
                yield batch
                # Only here is the batch known to be stored.
                self._changes.handed.stored(batch)
            if ended:
                return
            after = following

    async def _commented(self, marks: dict[str, int]) -> AsyncGenerator[Batch, None]:
        """Yield our videos, and what is new below those that have more comments than before."""
        after = ""
        for _ in range(MOST_PAGES):
            videos, bad, fetched, following = await self._page(after)
            batch = Batch(
                posts=self._changes.handed.news(videos, first=True),
                bad=self._changes.handed.letters(bad),
                fetched=fetched,
            )
            if batch.posts or batch.bad:
                yield batch
                self._changes.handed.stored(batch)
            for video in videos:
                self._videos.put(video.native_id, video)
                count = video.engagement.replies or 0
                if self._read.get(video.native_id, 0) == count:
                    continue
                self._fetched = 0
                async with aclosing(self._below(video, marks)) as batches:
                    async for one in batches:
                        yield one
                if self._fetched:
                    self._read.put(video.native_id, count)
            if not following or following == after:
                return
            after = following

    async def _below(self, video: Post, marks: dict[str, int]) -> AsyncGenerator[Batch, None]:
        async def ask(after: str | None) -> Page:
            records, following = await self._server.comments(video.native_id, after or "")
            self._fetched += len(records)
            page = page_of(records, lambda record: _change(record, video), following or None)
            answered = [
                post
                for change in page.changes
                for post in change.posts
                if post.engagement.replies and not post.parent_id
            ]
            more: list[Change] = []
            bad: list[BadRecord] = []
            for post in answered[:MOST_ANSWERED]:
                posts, broken = await self._answers(video, parts(post.native_id)[1])
                more += [Change(posts=(one,), at=at_of(post)) for one in posts]
                bad += broken
            return Page(
                changes=(*page.changes, *more),
                bad=(*page.bad, *bad),
                fetched=page.fetched + len(more) + len(bad),
                after=page.after,
            )

        own: dict[str, int] = {k: v for k, v in marks.items() if k == video.native_id}
        async with aclosing(self._changes.batches(video.native_id, ask, own)) as batches:
            async for batch in batches:
                marks.pop(video.native_id, None)
                marks.update(own)
                for old in list(marks)[: max(0, len(marks) - _MOST_VIDEOS)]:
                    del marks[old]
                yield replace(batch, cursor=write_marks(marks, _COUNTS))

    async def _answers(self, video: Post, comment: str) -> tuple[list[Post], list[BadRecord]]:
        """Return the newest answers to a comment, oldest first."""
        records, _ = await self._server.comments(video.native_id, below=comment)
        posts: list[Post] = []
        bad: list[BadRecord] = []
        root = f"{video.native_id}/{comment}"
        for record in reversed(records):
            try:
                found = read_comment(record, video)
            except UnreadableError as fault:
                bad.append(bad_record(record, fault))
                continue
            if found.native_id != root:
                posts.append(_below_root(found, root))
        return posts, bad

    async def _page(self, after: str) -> tuple[list[Post], list[BadRecord], int, str]:
        records, following = await self._server.videos(after)
        videos: dict[str, Post] = {}
        bad: list[BadRecord] = []
        for record in records:
            try:
                video = read_video(record)
            except UnreadableError as fault:
                bad.append(bad_record(record, fault))
                continue
            videos[video.native_id] = video
        return list(videos.values()), bad, len(records), following


def _change(record: object, video: Post) -> Change:
    post = read_comment(record, video)
    return Change(posts=(post,), at=at_of(post))


def _below_root(post: Post, root: str) -> Post:
    return replace(post, parent_id=post.parent_id or root, root_id=root)
