"""Hacker News: stories and comments found by search, own replies, links to our sites, threads.

Wire formats: hn.algolia.com/api and, for whether a lost item is deleted, github.com/HackerNews/API.
Hits are read again for ten minutes, and for two hours now and then: the index is late by an unknown
time, and Hacker News lets a comment be edited for two hours without saying so.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import replace

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import HOUR, MINUTE, SECOND, BadRecord, Batch, Micros, Post, Sentence
from listeners.networks.contract import Capability
from listeners.networks.decoding import UnreadableError, bad_record
from listeners.networks.hackernews.decode import NETWORK, TITLE, read_hit, seconds_of
from listeners.networks.hackernews.firebase import Firebase, Karma
from listeners.networks.hackernews.search import (
    CURSOR,
    PER_PAGE,
    Found,
    Index,
    Search,
    searches_of,
)
from listeners.networks.hackernews.thread import Threads
from listeners.networks.harvest import HandedOn, Relevance
from listeners.networks.past import PastPage, walk_down
from listeners.networks.searching import lost_place, read_marks, write_marks

OVERLAP = 10 * 60
"""Seconds below the newest hit that every reading asks for again."""
SECOND_LOOK = 10 * MINUTE
EDITABLE = 2 * HOUR


class HackerNewsListener:
    """One configured Hacker News source: ``what`` is empty (from the brands' queries), words,
    ``author:NAME``, ``url:HOST`` or ``story:ID``.

    ``base_url`` replaces Algolia; the option ``firebase_url`` replaces Firebase, which is not
    asked where only ``base_url`` is set.
    """

    capability = Capability(
        network=NETWORK,
        title=TITLE,
        search=True,
        thread=True,
        own_posts=True,
        edits=True,
        deletions=True,
        reach=True,
        history=True,
        gapless=True,
        works_without_key=True,
        interval=60.0,
        min_interval=30.0,
        limits=(
            Sentence(
                "Hacker News takes no answers from programs: a reply is written in your browser."
            ),
            Sentence(
                "Its search is some minutes late; answers to what you follow are asked for from "
                "Hacker News itself. An author's karma stands for reach."
            ),
        ),
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._source = source
        self._brands = [b for b in brands if not source.brand or b.name == source.brand]
        self._clock = clock
        self._index = Index(fetch, source)
        firebase = Firebase(fetch, source)
        self._karma = Karma(firebase, clock)
        self._relevance = Relevance(source, self._brands)
        self._handed_on = HandedOn(clock)
        self._threads = Threads(self._index, firebase, self._relevance, self._handed_on)
        self._looked_at: Micros | None = clock()

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield what is new of every search, oldest first within each.

        Raises:
            SourceError: the index could not be asked, or its answer not understood.
        """
        marks = read_marks(cursor, CURSOR)
        if marks is None:
            yield Batch(gap=lost_place(self._clock()))
            marks = {}
        looks_back = self._is_second_look()
        for search in searches_of(self._source, self._brands):
            mark = marks.get(search.key)
            after = None if mark is None else mark - OVERLAP
            if after is not None and looks_back:
                after = min(after, (self._clock() - EDITABLE) // SECOND)
            found = await self._index.find(search, after)
            for batch in self._batches(search, found, marks, first=mark is None):
                yield replace(batch, posts=await self._karma.complete(batch.posts))
                # Only here is the batch known to be stored.
                self._handed_on.stored(batch)

    def history(
        self, brand: BrandConfig, since: Micros, place: str | None
    ) -> AsyncGenerator[Batch, None]:
        """Yield what was said before, newest first, search by search.

        Raises:
            SourceError: the index could not be asked, or its answer not understood.
        """
        searches = {search.key: search for search in searches_of(self._source, [brand])}

        async def ask(key: str, position: str) -> PastPage:
            before = int(position) if position.isdigit() else None
            records, below = await self._index.older(searches[key], before, since // SECOND)
            posts, bad = self._read(records)
            return PastPage(
                posts=tuple(posts),
                bad=tuple(bad),
                fetched=len(records),
                below=None if below is None else str(below),
            )

        return walk_down(list(searches), place, since, ask)

    def stream(self, cursor: str | None) -> None:
        """Hacker News pushes to nobody."""
        return

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return what was said around these posts, and which of them are deleted.

        Of a story that is not about us only what is: a story may have thousands of comments.

        Raises:
            SourceError: the index could not be asked, or its answer not understood.
        """
        batch = await self._threads.fetch(native_ids)
        return replace(batch, posts=await self._karma.complete(batch.posts))

    def _batches(
        self, search: Search, found: Found, marks: dict[str, int], *, first: bool
    ) -> Iterable[Batch]:
        """Cut what was found into batches, each with the cursor that ``marks`` then make."""
        gap = found.gap
        for start in range(0, len(found.records), PER_PAGE):
            records = found.records[start : start + PER_PAGE]
            posts, letters = self._read(records)
            bad = self._handed_on.letters(letters)
            before = marks.get(search.key)
            newest = max((s for r in records if (s := seconds_of(r)) is not None), default=0)
            if newest > (before or 0):
                marks[search.key] = newest
            news = self._handed_on.news(posts, first=first)
            behind = self._clock() / SECOND - newest if found.records[start + PER_PAGE :] else 0.0
            if news or bad or gap or marks.get(search.key) != before:
                yield Batch(
                    posts=news,
                    bad=bad,
                    gap=gap,
                    cursor=write_marks(marks, CURSOR),
                    fetched=len(records),
                    lag=max(0.0, behind),
                )
            gap = None

    def _read(self, records: Iterable[object]) -> tuple[list[Post], list[BadRecord]]:
        """Return the posts of hits, the answers to our own marked as far as ours are known."""
        posts: list[Post] = []
        bad: list[BadRecord] = []
        for record in records:
            try:
                posts.append(read_hit(record))
            except UnreadableError as fault:
                bad.append(bad_record(record, fault))
        self._relevance.learn(posts)
        return [self._relevance.addressed(post) for post in posts], bad

    def _is_second_look(self) -> bool:
        since = self._looked_at
        if since is not None and 0 <= self._clock() - since < SECOND_LOOK:
            return False
        self._looked_at = self._clock()
        return True
