"""Hacker News: stories and comments found by search, own replies, links to our sites, threads.

Wire formats: hn.algolia.com/api and, for whether a lost item is deleted, github.com/HackerNews/API.
Hits are read again for ten minutes, and for two hours now and then: the index is late by an unknown
time, and Hacker News lets a comment be edited for two hours without saying so.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import replace

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher, HttpError
from listeners.model import (
    HOUR,
    MINUTE,
    SECOND,
    BadRecord,
    Batch,
    Deletion,
    Gap,
    Micros,
    Post,
    Sentence,
    SourceState,
)
from listeners.networks.contract import Capability
from listeners.networks.hackernews_decode import (
    NETWORK,
    DeletedError,
    UnreadableError,
    bad_record,
    read_hit,
    read_item,
    read_tree,
    seconds_of,
)
from listeners.networks.hackernews_search import (
    PER_PAGE,
    Found,
    Index,
    Search,
    read_cursor,
    searches_of,
    write_cursor,
)
from listeners.networks.hackernews_thread import Relevance, around
from listeners.networks.past import PastPage, walk_down
from listeners.networks.recent import Recent

OVERLAP = 10 * 60
"""Seconds below the newest hit that every reading asks for again."""
SECOND_LOOK = 10 * MINUTE
EDITABLE = 2 * HOUR
HISTORY = 72 * HOUR
MOST_THREADS = 20
MOST_REMEMBERED = 20_000
MOST_BAD = 200

_FIREBASE = "https://hacker-news.firebaseio.com"
_LOST_PLACE = Sentence(
    "The place up to which this source was read could not be understood. hubbub begins again at "
    "the newest posts; what came in between may be missing."
)


class HackerNewsListener:
    """One configured Hacker News source: ``what`` is empty (from the brands' queries), words,
    ``author:NAME``, ``url:HOST`` or ``story:ID``.

    ``base_url`` replaces Algolia; the option ``firebase_url`` replaces Firebase, which is not
    asked where only ``base_url`` is set.
    """

    capability = Capability(
        network=NETWORK,
        title="Hacker News",
        search=True,
        thread=True,
        own_posts=True,
        edits=True,
        deletions=True,
        history=True,
        gapless=True,
        works_without_key=True,
        interval=60.0,
        min_interval=30.0,
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._source = source
        self._brands = [b for b in brands if not source.brand or b.name == source.brand]
        self._fetch = fetch
        self._clock = clock
        self._index = Index(fetch, source)
        self._relevance = Relevance(source, self._brands)
        self._handed_on: Recent[str, bytes] = Recent(MOST_REMEMBERED)
        self._bad: Recent[str, None] = Recent(MOST_BAD)
        self._looked_at: Micros | None = clock()
        firebase = source.options.get("firebase_url", "" if source.base_url else _FIREBASE)
        self._firebase = str(firebase).rstrip("/")

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield what is new of every search, oldest first within each.

        Raises:
            SourceError: the index could not be asked, or its answer not understood.
        """
        marks = read_cursor(cursor)
        if marks is None:
            yield Batch(gap=Gap(None, self._clock(), _LOST_PLACE))
            marks = {}
        looks_back = self._is_second_look()
        for search in searches_of(self._source, self._brands):
            mark = marks.get(search.key)
            after = None if mark is None else mark - OVERLAP
            if after is not None and looks_back:
                after = min(after, (self._clock() - EDITABLE) // SECOND)
            found = await self._index.find(search, after)
            for batch in self._batches(search, found, marks, first=mark is None):
                yield batch
                # Only here is the batch known to be stored.
                for post in batch.posts:
                    self._handed_on.put(post.native_id, _fingerprint(post))
                for letter in batch.bad:
                    self._bad.put(letter.record, None)

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
            posts: list[Post] = []
            bad: list[BadRecord] = []
            for record in records:
                try:
                    posts.append(read_hit(record))
                except UnreadableError as fault:
                    bad.append(bad_record(record, fault))
            return PastPage(
                posts=tuple(self._settled(posts)),
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
        posts: dict[str, Post] = {}
        deletions: list[Deletion] = []
        bad: list[BadRecord] = []
        fetched = 0
        for native_id in list(dict.fromkeys(native_ids))[:MOST_THREADS]:
            if not native_id.isdigit():
                continue
            tree = await self._tree(native_id)
            if tree is None:
                if await self._is_deleted(native_id):
                    deletions.append(Deletion(NETWORK, native_id))
                continue
            nodes: list[Post] = []
            for node in read_tree(tree):
                fetched += 1
                if isinstance(node, Post):
                    nodes.append(node)
                elif isinstance(node, UnreadableError):
                    bad.append(bad_record({"item": native_id}, node))
                elif node.native_id == native_id or node.native_id in self._handed_on:
                    deletions.append(Deletion(NETWORK, node.native_id))
            posts.update((post.native_id, post) for post in around(nodes, self._relevance))
        settled = tuple(self._settled(posts.values()))
        return Batch(
            posts=settled,
            deletions=tuple(dict.fromkeys(deletions)),
            bad=tuple(bad),
            fetched=fetched,
        )

    def _batches(
        self, search: Search, found: Found, marks: dict[str, int], *, first: bool
    ) -> Iterable[Batch]:
        """Cut what was found into batches, each with the cursor that ``marks`` then make."""
        gap = found.gap
        for start in range(0, len(found.records), PER_PAGE):
            records = found.records[start : start + PER_PAGE]
            posts: list[Post] = []
            bad: list[BadRecord] = []
            for record in records:
                try:
                    posts.append(read_hit(record))
                except UnreadableError as fault:
                    letter = bad_record(record, fault)
                    if letter.record not in self._bad:
                        bad.append(letter)
            before = marks.get(search.key)
            newest = max((s for r in records if (s := seconds_of(r)) is not None), default=0)
            if newest > (before or 0):
                marks[search.key] = newest
            news = [p for p in self._settled(posts) if self._is_news(p)]
            if first:
                news = [self._as_history(post) for post in news]
            behind = self._clock() / SECOND - newest if found.records[start + PER_PAGE :] else 0.0
            if news or bad or gap or marks.get(search.key) != before:
                yield Batch(
                    posts=tuple(news),
                    bad=tuple(bad),
                    gap=gap,
                    cursor=write_cursor(marks),
                    fetched=len(records),
                    lag=max(0.0, behind),
                )
            gap = None

    def _settled(self, posts: Iterable[Post]) -> Iterable[Post]:
        """Mark the answers to our own posts, as far as ours are known."""
        posts = list(posts)
        self._relevance.learn(posts)
        return [self._relevance.addressed(post) for post in posts]

    def _is_news(self, post: Post) -> bool:
        return self._handed_on.get(post.native_id) != _fingerprint(post)

    def _is_second_look(self) -> bool:
        since = self._looked_at
        if since is not None and 0 <= self._clock() - since < SECOND_LOOK:
            return False
        self._looked_at = self._clock()
        return True

    def _as_history(self, post: Post) -> Post:
        old = post.created_at is not None and post.created_at < self._clock() - HISTORY
        return replace(post, history=True) if old else post

    async def _tree(self, native_id: str) -> object:
        """Return an item with everything below it; ``None`` where the index has none."""
        try:
            answer = await self._fetch.get(
                f"{self._index.base}/api/v1/items/{native_id}",
                expect="json",
                allow_private=self._index.allow_private,
            )
        except HttpError as error:
            if error.status != 404 or error.state is SourceState.RATE_LIMITED:
                raise
            return None
        return answer.json()

    async def _is_deleted(self, native_id: str) -> bool:
        """Ask Hacker News itself: the index also lacks what it has not read yet."""
        if not self._firebase:
            return False
        answer = await self._fetch.get(
            f"{self._firebase}/v0/item/{native_id}.json",
            expect="json",
            allow_private="firebase_url" in self._source.options,
        )
        try:
            read_item(answer.json())
        except DeletedError:
            return True
        except UnreadableError:
            return False
        return False


def _fingerprint(post: Post) -> bytes:
    said = f"{post.text}\0{post.title}\0{post.links}\0{post.engagement}\0{post.addressed}"
    return hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=12).digest()
