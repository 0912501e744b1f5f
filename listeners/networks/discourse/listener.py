"""Discourse forums: new posts of all topics, searches, categories, tags, topics, and answering.

Wire format: docs.discourse.org; see the ``discourse_*`` files beside this one for each part.
Budgets: 200 requests a minute by address, 60 with an administrator's key, 20 with a member's.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import (
    HOUR,
    MINUTE,
    SECOND,
    Batch,
    Deletion,
    Micros,
    SourceState,
)
from listeners.networks.answering import Answering
from listeners.networks.contract import Capability
from listeners.networks.discourse import words
from listeners.networks.discourse.decode import time_of
from listeners.networks.discourse.forum import NETWORK, TITLE, forum_of
from listeners.networks.discourse.harvest import Harvester
from listeners.networks.discourse.places import CURSOR, Place, places_of
from listeners.networks.discourse.reader import PAGE, Page, Reader
from listeners.networks.discourse.reply import Replier
from listeners.networks.discourse.server import DiscourseServer, RefusedError
from listeners.networks.discourse.threads import Threads
from listeners.networks.past import PastPage, walk_down
from listeners.networks.searching import lost_place, read_marks, write_marks

SECOND_LOOK = 5 * MINUTE
"""How often the newest page is read again: for edits, likes, deletions and late arrivals."""
REFUSED_FOR = HOUR
"""How long a place that we thought of ourselves is left alone after a refusal."""
USER_INTERVAL = 180.0
MOST_CONFIRMED = 10
"""Posts missing from the newest page that are asked for one by one."""

_log = logging.getLogger(__name__)


class DiscourseListener(Answering):
    """One configured forum: ``base_url`` is its address, with its folder where it has one.

    ``what`` is empty (the whole forum), ``search:WORDS``, ``category:NAME`` or ``tag:NAME``.
    The token is an administrator's API key, used as the account in the option ``username``, or
    with ``kind = "user"`` a member's own. With ``ours = true`` the forum, category or tag is our
    own: whoever answers nobody in particular speaks to us.
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
        history=True,
        gapless=True,
        works_without_key=True,
        interval=60.0,
        min_interval=30.0,
        needs=words.NEEDS,
        steps=words.STEPS,
        limits=words.LIMITS,
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._source = source
        self._brands = [b for b in brands if not source.brand or b.name == source.brand]
        self._clock = clock
        handles = [handle for b in self._brands for handle in b.handles.get(NETWORK, ())]
        self._forum = forum_of(source, handles)
        self._server = DiscourseServer(fetch, source, self._forum, clock)
        self._reader = Reader(self._server, clock)
        self._harvester = Harvester(source, self._brands, self._forum, clock)
        self._threads = Threads(self._server, self._reader, self._harvester)
        self.voice = Replier(self._server, self._reader, clock)
        self._refused: dict[str, Micros] = {}
        self._pages: dict[str, tuple[str, ...]] = {}
        self._looked_at: Micros | None = clock()

    @property
    def next_interval(self) -> float | None:
        """Seconds between two polls with a member's key: it allows 2,880 requests a day."""
        return USER_INTERVAL if self._server.by_user and self._server.signed_in else None

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield what is new in every place, oldest first within each; then look again.

        Raises:
            SourceError: the forum refused a place the user asked for, or cannot be read.
        """
        marks = read_marks(cursor, CURSOR)
        if marks is None:
            yield Batch(gap=lost_place(self._clock()))
            marks = {}
        places = places_of(self._source, self._brands, signed_in=self._server.signed_in)
        places = tuple(p for p in places if self._is_due(self._refused.get(p.key), REFUSED_FOR))
        for place in places:
            if place.once and place.key in marks:
                continue
            try:
                async with aclosing(self._read(place, marks)) as batches:
                    async for batch in batches:
                        yield batch
            except RefusedError as error:
                if error.state is SourceState.RATE_LIMITED or not place.optional:
                    raise
                self._refused[place.key] = self._clock()
                _log.info("the forum does not show us %s (%s)", place.kind, error.status)
        if self._is_due(self._looked_at, SECOND_LOOK):
            self._looked_at = self._clock()
            for place in places:
                if place.kind not in ("search", "notifications"):
                    batch = await self._look_again(place)
                    if batch.posts or batch.deletions:
                        yield batch
                        self._harvester.handed_on(batch)

    def history(
        self, brand: BrandConfig, since: Micros, place: str | None
    ) -> AsyncGenerator[Batch, None]:
        """Yield what the forum still has: searches where it is searched, else all its posts.

        Raises:
            SourceError: the forum refused a place the user asked for, or cannot be read.
        """
        found = places_of(self._source, [brand], signed_in=self._server.signed_in)
        wide = self._source.options.get("ours") is True
        # In a forum of ours every post is said to us; elsewhere its search knows what concerns us.
        searched = not wide and any(one.kind == "search" for one in found)
        places = {
            one.key: one
            for one in found
            if one.kind not in ("private", "notifications") and (one.kind == "search") is searched
        }

        async def ask(key: str, position: str) -> PastPage | None:
            try:
                page, below = await self._reader.older(places[key], position)
            except RefusedError as error:
                if error.state is SourceState.RATE_LIMITED or not places[key].optional:
                    raise
                return None
            harvest = self._harvester.gather(page.records)
            return PastPage(
                posts=harvest.posts,
                bad=harvest.bad,
                fetched=harvest.fetched,
                below=below,
                oldest=min(
                    (at for r in page.records if (at := time_of(r)) is not None), default=None
                ),
            )

        return walk_down(list(places), place, since, ask)

    def stream(self, cursor: str | None) -> None:
        """Discourse pushes to browsers alone."""
        return

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return the topics around these posts; see ``discourse_threads``.

        Raises:
            SourceError: the forum could not be asked, or asks us to wait.
        """
        return await self._threads.fetch(native_ids)

    async def _read(self, place: Place, marks: dict[str, int]) -> AsyncGenerator[Batch, None]:
        """Yield the batches of one place, each with the cursor that ``marks`` then make."""
        first = place.key not in marks
        pages = await self._reader.read(place, marks.get(place.key))
        for page in pages:
            batch = await self._batch_of(place, page, first=first)
            # What is read once is read to its end, or again from its beginning.
            mark = None if place.once and page.more else page.mark
            moved = mark is not None and mark != marks.get(place.key)
            if mark is not None:
                marks[place.key] = mark
            if moved or batch.posts or batch.bad or batch.gap:
                yield replace(batch, cursor=write_marks(marks, CURSOR))
                # Only here is the batch known to be stored.
                self._harvester.handed_on(batch)
        if place.key not in marks:
            marks[place.key] = 0
            yield Batch(cursor=write_marks(marks, CURSOR))

    async def _batch_of(self, place: Place, page: Page, *, first: bool) -> Batch:
        records = page.records
        if place.kind == "search":
            fresh = [record for record in records if not self._harvester.knows(record)]
            records = await self._reader.whole(fresh)
        elif place.kind == "notifications":
            records = await self._reader.whole(records)
        harvest = self._harvester.gather(
            records,
            private=place.kind == "private",
            notified=place.kind == "notifications",
            first=first,
        )
        behind = (self._clock() - page.newest_at) / SECOND if page.newest_at else 0.0
        return Batch(
            posts=harvest.posts,
            deletions=harvest.deletions,
            bad=harvest.bad,
            gap=page.gap,
            fetched=harvest.fetched,
            lag=max(0.0, behind) if page.more else 0.0,
        )

    async def _look_again(self, place: Place) -> Batch:
        """Read the newest page once more: ids rise, but posts change, vanish and arrive late."""
        try:
            page = await self._reader.newest(place)
        except RefusedError as error:
            if error.state is SourceState.RATE_LIMITED or not place.optional:
                raise
            return Batch()
        harvest = self._harvester.gather(page.records, private=place.kind == "private")
        before = self._pages.get(place.key, ())
        self._pages[place.key] = harvest.ids
        # Only a full page pushes posts off, and none above one that is still there.
        still = [number for number, one in enumerate(before) if one in harvest.ids]
        full = harvest.fetched >= PAGE
        start = (still[0] if still else len(before)) if full else 0
        missing = [one for one in before[start:] if one not in harvest.ids]
        gone = [
            Deletion(NETWORK, native_id)
            for native_id in missing[:MOST_CONFIRMED]
            if await self._threads.is_gone(native_id)
        ]
        return Batch(
            posts=harvest.posts,
            deletions=(*harvest.deletions, *gone),
            fetched=harvest.fetched,
        )

    def _is_due(self, since: Micros | None, every: int) -> bool:
        """Whether something last done at ``since`` is to be done again; a clock may jump back."""
        return since is None or not 0 <= self._clock() - since < every
