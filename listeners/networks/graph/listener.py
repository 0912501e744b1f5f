"""What the listeners of Facebook, Instagram and Threads share: rounds, lists, what is told once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import ClassVar

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import BadRecord, Batch, Deletion, Gap, Micros, Post, Sentence
from listeners.networks.answering import Answering
from listeners.networks.contract import Capability
from listeners.networks.decoding import UnreadableError, bad_record
from listeners.networks.graph import words
from listeners.networks.graph.accounts import Account
from listeners.networks.graph.faults import GraphError, Kind
from listeners.networks.graph.places import Place, read_place, write_place
from listeners.networks.graph.reading import Branches, Found, listed
from listeners.networks.graph.records import field_of
from listeners.networks.graph.server import GraphServer, Page, Params
from listeners.networks.harvest import HandedOn, Relevance
from listeners.networks.searching import lost_place

MOST_THREADS = 20

Decode = Callable[[object], Sequence[Post]]


class GraphListener(Answering, ABC):
    """One source of Meta's. It reads as one account, which its key opens."""

    capability: Capability
    network: ClassVar[str]
    splits: ClassVar[bool]
    root_fields: ClassVar[str]
    """What is asked of a post, with what stands below it where the network gives that along."""

    def __init__(
        self,
        source: SourceConfig,
        brands: Sequence[BrandConfig],
        fetch: Fetcher,
        clock: Clock,
        base: str,
    ) -> None:
        self._source = source
        self._brands = [b for b in brands if not source.brand or b.name == source.brand]
        self._clock = clock
        self._title = self.capability.title
        self._server = GraphServer(fetch, source, clock, title=self._title, base=base)
        self._handed = HandedOn(clock)
        relevance = Relevance(source, self._brands)
        self._branches = Branches(self._server, self, relevance, self._handed, clock)
        self._account: Account | None = None
        self._told: set[str] = set()

    @property
    def next_interval(self) -> float | None:
        """Seconds between two rounds while much of the allowance is used."""
        return self._server.usage.interval

    async def account(self) -> Account:
        """Return our account. Raises as ``poll``."""
        if self._account is None:
            self._account = await self._find_account()
        return self._account

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield what is new, oldest first within each place.

        Raises:
            SourceError: the key is missing or refused, or its allowance is used up.
        """
        place = read_place(cursor)
        if place is None:
            yield Batch(gap=lost_place(self._clock()))
            place = Place()
        before = write_place(place)
        try:
            async with aclosing(self._round(await self.account(), place)) as batches:
                async for batch in batches:
                    before = write_place(place)
                    yield replace(batch, cursor=before)
                    # Only here is the batch known to be stored.
                    self._handed.stored(batch)
        except GraphError as error:
            if error.kind is Kind.EXPIRED:
                self._account = None
            raise
        if (after := write_place(place)) != before:
            yield Batch(cursor=after)

    def stream(self, cursor: str | None) -> None:
        """Meta pushes to servers of reviewed apps alone."""
        return

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return the posts around these with all that is below them, and which are gone.

        Raises:
            SourceError: the network could not be asked.
        """
        me = await self.account()
        wanted: dict[str, list[str]] = {}
        for one in native_ids:
            if above := await self._root_of(one, me):
                wanted.setdefault(above, []).append(one)
        posts: list[Post] = []
        gone: list[Deletion] = []
        bad: list[BadRecord] = []
        for native_id, asked in list(wanted.items())[:MOST_THREADS]:
            try:
                record = await self._server.get(native_id, {"fields": self.root_fields})
                root = self._read_root(record, me)
                batch = await self._branches.around(root, await self._first(record, wanted=True))
            except GraphError as error:
                if error.kind is Kind.GONE:
                    held = [one for one in asked if self._branches.holds(one)]
                    # What it stands below may be another post than its id lets one think.
                    gone += [
                        Deletion(self.network, one)
                        for one in held
                        if one == native_id or await self._server.is_gone(one)
                    ]
                elif not error.about_one_part:
                    raise
                continue
            except UnreadableError as fault:
                bad.append(bad_record(record, fault))
                continue
            posts += batch.posts
            gone += batch.deletions
            bad += batch.bad
        fetched = len(posts) + len(bad)
        return Batch(posts=tuple(posts), deletions=tuple(gone), bad=tuple(bad), fetched=fetched)

    @abstractmethod
    async def below(self, root: str, more: Mapping[str, str]) -> Page:
        """See ``graph_reading.Edge``."""

    @abstractmethod
    def decoded(self, record: object, root: Post) -> Sequence[Post]:
        """See ``graph_reading.Edge``."""

    @abstractmethod
    async def _find_account(self) -> Account:
        """Return the account the key opens."""

    @abstractmethod
    def _round(self, me: Account, place: Place) -> AsyncGenerator[Batch, None]:
        """Yield one round; the place moves with it."""

    @abstractmethod
    def _read_root(self, record: object, me: Account) -> Post:
        """Return a post below which others stand."""

    @abstractmethod
    async def _root_of(self, native_id: str, me: Account) -> str:
        """Return the post another stands below, empty where it cannot be asked for."""

    async def _first(self, record: object, *, wanted: bool = False) -> Page | None:
        """Return the newest page below a post, which came along with it; ``None`` for none.

        ``wanted``: it must be asked for where it did not.
        """
        comments = field_of(record, "comments")
        return self._server.page_in(comments) if isinstance(comments, Mapping) else None

    async def _list(
        self, name: str, path: str, params: Params, decoded: Decode, place: Place
    ) -> AsyncGenerator[Batch, None]:
        """Read a list of posts; what the key may not see of it is told once."""
        mark = place.marks.get(name)
        try:
            found = await listed(self._server, path, params, decoded, mark)
        except GraphError as error:
            if not error.about_one_part:
                raise
            for batch in self._told_once(name, words.left_out(self._title, error.fault.said)):
                yield batch
            return
        for batch in self._news(name, found, place):
            yield batch

    def _news(self, name: str, found: Found, place: Place) -> Sequence[Batch]:
        """Return what is new of a list that was read; its mark moves."""
        mark = place.marks.get(name)
        posts = sorted(found.posts.values(), key=lambda post: post.created_at or 0)
        self._branches.relevance.learn(posts)
        news = self._handed.news(posts, first=mark is None)
        bad = self._handed.letters({one.record: one for one in found.bad}.values())
        newest = max((post.created_at or 0 for post in posts), default=0)
        place.marks.put(name, max(newest, mark or 0))
        gap = Gap(Micros(mark or 0), self._clock(), words.passed_by(self._title))
        if not news and not bad and not found.cut:
            return ()
        fetched = len(posts) + len(found.bad)
        return (Batch(posts=news, bad=bad, gap=gap if found.cut else None, fetched=fetched),)

    def _told_once(self, name: str, said: Sentence) -> Sequence[Batch]:
        """Return what tells a person of a part that cannot be heard, the first time."""
        if name in self._told:
            return ()
        self._told.add(name)
        return (Batch(gap=Gap(self._clock(), None, said)),)
