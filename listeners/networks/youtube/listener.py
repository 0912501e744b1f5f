"""YouTube: comments on our channels and on given videos, videos that speak of us, and answers.

Wire format: developers.google.com/youtube/v3; see the ``youtube_*`` files beside this one. A key
has 10,000 units a day; a page of comments costs one, a search stands apart with 100 a day.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from listeners.clock import Clock, to_iso
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import DAY, MINUTE, BadRecord, Batch, Deletion, Gap, Micros, Post, Sentence
from listeners.model import SourceState as State
from listeners.networks.answering import Answering
from listeners.networks.contract import Capability, SourceError
from listeners.networks.decoding import UnreadableError, bad_record
from listeners.networks.feeds.entry import NotAFeedError
from listeners.networks.feeds.xml import read_xml
from listeners.networks.searching import lost_place, search_words
from listeners.networks.youtube.comments import PER_PAGE, Comments
from listeners.networks.youtube.decode import (
    NETWORK,
    TITLE,
    is_channel,
    is_video,
    read_video,
    video_id_in,
    video_of_entry,
)
from listeners.networks.youtube.places import (
    MOST_TERMS,
    Place,
    Spot,
    Wanted,
    own_channels,
    question,
    read_cursor,
    wanted_of,
    write_cursor,
)
from listeners.networks.youtube.reply import Replies, above_of
from listeners.networks.youtube.server import RefusedError, YouTubeServer, items_of, next_of
from listeners.networks.youtube.words import no_key, nothing_to_hear, passed_by

SEARCH_EVERY = 30 * MINUTE
"""48 searches a day leave room for a second source with the same key."""
OVERLAP = DAY
"""How far below the newest video found every search asks again: the index is late."""
MOST_FOUND = 50
MOST_THREADS = 20


class YouTubeListener(Answering):
    """One configured YouTube source; see ``youtube_places`` for what ``what`` may be.

    What is commented on our own channels (the brand's handles) is said to us; of other channels
    only comments with the brand's words are read, or all with ``whole = true``. ``base_url``
    replaces the API, the option ``site_url`` the site with the channels' feeds.
    """

    capability = Capability(
        network=NETWORK,
        title=TITLE,
        search=True,
        thread=True,
        own_posts=True,
        reply=True,
        delete_reply=True,
        edits=True,
        deletions=True,
        reach=True,
        history=True,
        needs_token=True,
        interval=600.0,
        min_interval=300.0,
        needs=Sentence("Your channel's @name in the brand's handles, or channels and videos."),
        steps=(
            Sentence("Open console.cloud.google.com and make a project."),
            Sentence("Under APIs & Services, Library, switch on YouTube Data API v3."),
            Sentence("Under Credentials, make an API key and limit it to that API."),
            Sentence('Write the key into the source as token = "env:YOUTUBE_KEY".'),
            Sentence(
                "To answer, make an OAuth client as well; docs/networks.md says how, step by step."
            ),
        ),
        limits=(
            Sentence(
                "A key has 10,000 units a day and 100 searches: comments are read every ten "
                "minutes, videos searched every half hour. A reply costs 50 units."
            ),
            Sentence("Comments have no search over all of YouTube: only channels and videos."),
            Sentence(
                "New replies and edits are seen in the newest 100 threads of a channel or video, "
                "and in conversations you follow."
            ),
            Sentence(
                "YouTube's terms want stored data refreshed or deleted within 30 days: see "
                "retention in the configuration."
            ),
            Sentence("Without a key, only the newest videos of channels are heard."),
        ),
        keep_hours=30 * 24.0,
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._source = source
        self._brands = [b for b in brands if not source.brand or b.name == source.brand]
        self._clock = clock
        self._server = YouTubeServer(fetch, source, clock)
        self._comments = Comments(self._server, source, self._brands, clock)
        self._told: set[str] = set()
        self.voice = Replies(self._server)

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield new videos and comments, oldest first within each place.

        Raises:
            SourceError: the key is missing or refused, or the day's allowance is spent.
        """
        place = read_cursor(cursor)
        if place is None:
            yield Batch(gap=lost_place(self._clock()))
            place = Place()
        wanted = wanted_of(self._source, self._brands)
        if not (wanted.channels or wanted.videos or wanted.words):
            raise SourceError(State.FAILING, nothing_to_hear())
        self._comments.begin_round()
        async with aclosing(self._round(wanted, place)) as batches:
            async for batch in batches:
                yield replace(batch, cursor=write_cursor(place))
                # Only here is the batch known to be stored.
                self._comments.handed.stored(batch)

    def stream(self, cursor: str | None) -> None:
        """YouTube pushes to servers that it can reach alone."""
        return

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return the threads and videos around these posts, and which are gone.

        Raises:
            SourceError: YouTube could not be asked, or the day's allowance is spent.
        """
        posts: list[Post] = []
        gone: list[Deletion] = []
        bad: list[BadRecord] = []
        roots = dict.fromkeys(above_of(one) for one in native_ids)
        videos = [root for root in roots if is_video(root)][:MOST_FOUND]
        if videos and self._server.has_key:
            found = await self._videos(videos)
            there = {post.native_id for post in found.posts}
            posts += found.posts
            gone += [Deletion(NETWORK, one) for one in videos if one not in there and not found.bad]
        for root in [one for one in roots if not is_video(one)][:MOST_THREADS]:
            if not self._server.has_key:
                break
            batch = await self._comments.around(root, ours=False)
            if batch is None:
                gone += [Deletion(NETWORK, one) for one in native_ids if above_of(one) == root]
                continue
            posts += batch.posts
            gone += batch.deletions
            bad += batch.bad
        fetched = len(posts) + len(bad)
        return Batch(posts=tuple(posts), deletions=tuple(gone), bad=tuple(bad), fetched=fetched)

    async def history(
        self, brand: BrandConfig, since: Micros, place: str | None
    ) -> AsyncGenerator[Batch, None]:
        """Yield the older comments of the source's channels and videos; see ``Historical``."""
        if not self._server.has_key:
            raise SourceError(State.NEEDS_TOKEN, no_key())
        places: dict[str, str] = json.loads(place) if place else {}
        names = Place()
        wanted = wanted_of(self._source, [brand])
        for spot in await self._spots(wanted, names):
            token = places.get(spot.key, "")
            while token != "done":  # noqa: S105 - the end of a reading, not a password
                params = {"part": "snippet,replies", "order": "time", "textFormat": "plainText",
                          "maxResults": PER_PAGE, **spot.params}  # fmt: skip
                page = await self._server.page(
                    "commentThreads", {**params, **({"pageToken": token} if token else {})}
                )
                batch, oldest = self._comments.past(items_of(page), spot, since)
                token = next_of(page) if oldest > since else ""
                token = places[spot.key] = token or "done"
                yield replace(batch, cursor=json.dumps(places))

    async def _round(self, wanted: Wanted, place: Place) -> AsyncGenerator[Batch, None]:
        if not self._server.has_key:
            for channel in filter(is_channel, wanted.channels):
                yield await self._feed(channel)
            raise SourceError(State.NEEDS_TOKEN, no_key())
        refused: RefusedError | None = None
        read = 0
        for spot in await self._spots(wanted, place):
            try:
                if spot.kind == "channel" and not spot.terms:
                    yield await self._feed(spot.id)
                async with aclosing(self._read(spot, place)) as batches:
                    async for batch in batches:
                        yield batch
                read += 1
            except RefusedError as error:
                if not error.about_one_place:
                    raise
                place.watched.pop(spot.id, None)
                if spot.named:
                    refused = error
                    if (gap := self._told_once(spot.key, error)) is not None:
                        yield Batch(gap=gap)
        if wanted.words and self._is_time(place):
            try:
                yield await self._searched(wanted, place)
            except SourceError as error:
                if error.state is not State.RATE_LIMITED:
                    raise
                # Searches have an allowance of their own, and comments are read on without it.
                place.searched_at = self._clock()
                yield Batch(gap=self._told_once(f"search {error.until}", error))
        elif refused is not None and not read:
            raise refused

    def _told_once(self, key: str, error: SourceError) -> Gap | None:
        """Return what tells the person of a refusal, the first time."""
        if key in self._told:
            return None
        self._told.add(key)
        return Gap(self._clock(), error.until, error.sentence)

    async def _spots(self, wanted: Wanted, place: Place) -> Sequence[Spot]:
        """Return where to read comments; names of channels are looked up once."""
        own = {await self._channel(name, place) for name in own_channels(self._brands)}
        self._comments.own = own - {""}
        spots: list[Spot] = []
        for name in wanted.channels:
            channel = await self._channel(name, place)
            ours = channel in own
            for terms in ("",) if ours or not wanted.named else self._terms():
                if channel:
                    spots.append(Spot("channel", channel, terms, ours=ours, named=wanted.named))
        spots += [Spot("video", video, named=True) for video in wanted.videos]
        watched = [one for one in place.watched if one not in wanted.videos]
        return [*spots, *(Spot("video", video) for video in watched)]

    def _terms(self) -> Sequence[str]:
        """Return what comments on a channel of others must hold, each a question of its own."""
        if self._source.options.get("whole") is True:
            return ("",)
        words = search_words(replace(self._source, what=""), self._brands, TITLE)
        return [word.replace('"', "") for word in words[:MOST_TERMS]]

    async def _channel(self, name: str, place: Place) -> str:
        """Return the id of a channel, empty where there is none of this name."""
        if is_channel(name):
            return name
        if name not in place.handles:
            found = await self._server.get("channels", {"part": "id", "forHandle": name})
            first = found[0] if found else None
            place.handles.put(name, str(first.get("id", "")) if isinstance(first, dict) else "")
        return place.handles[name]

    async def _read(self, spot: Spot, place: Place) -> AsyncGenerator[Batch, None]:
        mark = place.marks.get(spot.key)
        found = await self._comments.find(spot, mark)
        gap = Gap(Micros(mark or 0), self._clock(), passed_by()) if found.cut else None
        for start in range(0, max(len(found.threads), 1), PER_PAGE):
            threads = found.threads[start : start + PER_PAGE]
            batch = await self._comments.batch(spot, threads, first=mark is None)
            batch = replace(
                batch,
                gap=gap,
                deletions=(*batch.deletions, *found.gone),
                bad=(*batch.bad, *self._comments.handed.letters(found.bad)),
                fetched=batch.fetched + len(found.bad),
            )
            newest = max((one.comment.created_at or 0 for one in threads), default=0)
            before = place.marks.get(spot.key)
            place.marks.put(spot.key, max(newest, before or 0))
            moved = before != place.marks[spot.key]
            if moved or batch.posts or batch.deletions or batch.bad or gap:
                yield batch
            found.gone, found.bad, gap = [], [], None

    async def _feed(self, channel: str) -> Batch:
        """Return the newest videos of a channel from its feed, which costs no unit."""
        try:
            body = await self._server.feed(channel)
            feed = read_xml(body, "utf-8", "") if body else None
        except (SourceError, NotAFeedError):
            if not self._server.has_key:
                raise
            feed = None  # the comments matter more, and the feed comes again
        found = [video_of_entry(entry) for entry in feed.entries] if feed is not None else []
        posts = [self._comments.shaped(post, ours=False) for post in reversed(found) if post]
        self._comments.relevance.learn(posts)
        return Batch(posts=self._comments.handed.news(posts, first=True), fetched=len(found))

    def _is_time(self, place: Place) -> bool:
        asked = place.searched_at
        return asked is None or not 0 <= self._clock() - asked < SEARCH_EVERY

    async def _searched(self, wanted: Wanted, place: Place) -> Batch:
        """Ask the search once, and for the videos it found."""
        mark = place.marks.get("search")
        after = {} if not mark else {"publishedAfter": to_iso(Micros(mark - OVERLAP))}
        records = await self._server.get(
            "search",
            {"part": "snippet", "q": question(wanted.words), "type": "video", "order": "date",
             "maxResults": MOST_FOUND, **after},
        )  # fmt: skip
        place.searched_at = self._clock()
        ids = dict.fromkeys(filter(None, map(video_id_in, records)))
        fresh = [one for one in ids if one not in self._comments.handed]
        batch = await self._videos(fresh) if fresh else Batch()
        posts = sorted(batch.posts, key=lambda post: post.created_at or 0)
        for post in posts:
            if self._comments.relevance.concerns_us(post):
                place.watched.put(post.native_id, 0)
        newest = max((post.created_at or 0 for post in posts), default=0)
        place.marks.put("search", max(newest, mark or 0))
        news = self._comments.handed.news(posts, first=True)
        return replace(batch, posts=news, fetched=len(records))

    async def _videos(self, ids: Sequence[str]) -> Batch:
        records = await self._server.get(
            "videos", {"part": "snippet,statistics", "id": ",".join(ids[:MOST_FOUND])}
        )
        posts: list[Post] = []
        bad: list[BadRecord] = []
        for record in records:
            try:
                posts.append(self._comments.shaped(read_video(record), ours=False))
            except UnreadableError as fault:
                bad.append(bad_record(record, fault))
        return Batch(posts=tuple(posts), bad=tuple(bad), fetched=len(records))
