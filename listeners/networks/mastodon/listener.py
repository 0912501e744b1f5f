"""Mastodon and the servers that speak its API: timelines, search, notifications, threads, streams.

Wire format: docs.joinmastodon.org; see the ``mastodon_*`` files beside this one for each part.
Reading pages is gapless (``min_id``); streaming is a hint only, since Mastodon repeats nothing
after a break, so every connection begins with a reading and goes on being checked by readings.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import HOUR, MINUTE, SECOND, Batch, Deletion, Gap, Micros
from listeners.networks.answering import Answering
from listeners.networks.contract import Capability
from listeners.networks.mastodon import words
from listeners.networks.mastodon.access import Access
from listeners.networks.mastodon.decode import NETWORK
from listeners.networks.mastodon.harvest import Harvester
from listeners.networks.mastodon.live import Event, Live, NotStreamingError
from listeners.networks.mastodon.memory import Memory
from listeners.networks.mastodon.places import Mark, Place, places_of, read_cursor, write_cursor
from listeners.networks.mastodon.reader import Page, Reader
from listeners.networks.mastodon.reply import MastodonVoice
from listeners.networks.mastodon.seek import Seeker
from listeners.networks.mastodon.server import MastodonServer, RefusedError
from listeners.networks.mastodon.threads import Threads
from listeners.networks.past import PastPage, walk_down
from listeners.networks.searching import lost_place

SECOND_LOOK = 5 * MINUTE
"""How often newest pages are read again: for edits, counts, deletions and late arrivals."""
REFUSED_FOR = HOUR
"""How long a place that we thought of ourselves is left alone after a refusal."""
POLLED_FOR = HOUR
"""How long a server that does not push is only asked before its streams are tried again."""

_STREAMED = Place("public")
"""How streamed posts are treated: mostly strangers', whose threads are not looked up."""
_NOTIFIED = Place("notifications")

_log = logging.getLogger(__name__)


class MastodonListener(Answering):
    """One configured Mastodon source. See ``mastodon_places`` for what ``what`` may be."""

    capability = Capability(
        network=NETWORK,
        title="Mastodon",
        search=True,
        stream=True,
        thread=True,
        own_posts=True,
        reply=True,
        delete_reply=True,
        edits=True,
        deletions=True,
        reach=True,
        history=True,
        gapless=True,
        works_without_key=True,
        interval=60.0,
        min_interval=20.0,
        steps=words.STEPS,
        limits=words.LIMITS,
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._source = source
        self._brands = [b for b in brands if not source.brand or b.name == source.brand]
        self._clock = clock
        self._server = MastodonServer(fetch, source)
        self._memory = Memory()
        self._reader = Reader(self._server)
        self._harvester = Harvester(source, self._brands, self._server, self._memory, clock)
        self._access = Access(self._server, self._reader, clock)
        self._threads = Threads(self._server, self._harvester, self._memory)
        self._live = Live(self._server, fetch)
        seek = Seeker(self._server, self._memory, self._harvester.own.handles())
        self.voice = MastodonVoice(self._server, seek, clock)
        self._refused: dict[str, Micros] = {}
        self._looked_at: Micros | None = clock()
        self._not_streaming: Micros | None = None

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield what is new in every place, oldest first within each; then look again.

        Raises:
            SourceError: the server refused a place the user asked for, or cannot be read.
        """
        marks = read_cursor(cursor)
        if marks is None:
            yield Batch(gap=lost_place(self._clock()))
            marks = {}
        places = self._places()
        await self._harvester.learn_own()
        refusal: RefusedError | None = None
        for place in places:
            try:
                async with aclosing(self._read(place, marks)) as batches:
                    async for batch in batches:
                        yield batch
            except RefusedError as error:
                refusal = self._note_refusal(place, error) or refusal
        if self._is_due(self._looked_at, SECOND_LOOK):
            self._looked_at = self._clock()
            async with aclosing(self._look_again(places)) as batches:
                async for batch in batches:
                    yield batch
        if refusal is not None:
            raise refusal

    def history(
        self, brand: BrandConfig, since: Micros, place: str | None
    ) -> AsyncGenerator[Batch, None]:
        """Yield what tags, accounts and, with a token, searches and notifications still hold.

        Raises:
            SourceError: the server cannot be read, or refuses what the user asked for.
        """
        found = places_of(self._source, [brand], signed_in=self._server.signed_in)
        places = {one.key: one for one in found if not one.crowded}

        async def ask(key: str, position: str) -> PastPage | None:
            try:
                records, below, oldest = await self._reader.older(places[key], position)
            except RefusedError:
                if not places[key].optional:
                    raise
                return None
            harvest = await self._harvester.gather(places[key], records[::-1])
            return PastPage(
                posts=harvest.posts,
                bad=harvest.bad,
                fetched=harvest.fetched,
                below=below,
                oldest=oldest,
            )

        return walk_down(list(places), place, since, ask)

    def stream(self, cursor: str | None) -> AsyncIterator[Batch] | None:
        """Yield batches as posts are written, read again regularly; ``None`` without a token.

        Since Mastodon 4.2 every stream needs one. A server that does not push is polled.
        """
        if not self._server.signed_in or not self._is_due(self._not_streaming, POLLED_FOR):
            return None
        places = [place for place in self._places() if place.stream]
        return self._stream(cursor, places) if places else None

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return the threads around these posts; see ``mastodon_threads``.

        Raises:
            SourceError: the server could not be asked, or asks us to wait.
        """
        return await self._threads.fetch(native_ids)

    def _places(self) -> tuple[Place, ...]:
        places = places_of(self._source, self._brands, signed_in=self._server.signed_in)
        return tuple(p for p in places if self._is_due(self._refused.get(p.key), REFUSED_FOR))

    def _is_due(self, since: Micros | None, every: int) -> bool:
        """Whether something last done at ``since`` is to be done again; a clock may jump back."""
        return since is None or not 0 <= self._clock() - since < every

    async def _stream(
        self, cursor: str | None, places: Sequence[Place]
    ) -> AsyncGenerator[Batch, None]:
        checked: Micros | None = None
        interval = self._source.interval or self.capability.interval
        try:
            async with aclosing(self._live.events(places)) as told:
                async for events in told:
                    if self._is_due(checked, int(interval * SECOND)):
                        if checked is None:
                            # Deletions name ids of the server: the newest posts' are learnt.
                            self._looked_at = None
                        checked = self._clock()
                        async with aclosing(self.poll(cursor)) as batches:
                            async for batch in batches:
                                cursor = batch.cursor or cursor
                                yield batch
                    batch = await self._batch_of_events(events)
                    if batch.posts or batch.deletions or batch.bad:
                        yield batch
                        self._memory.handed_on(batch)
        except NotStreamingError as error:
            self._not_streaming = self._clock()
            error.until = Micros(self._clock() + int(interval * SECOND))
            raise

    async def _batch_of_events(self, events: Sequence[Event]) -> Batch:
        told, notified, gone = [], [], []
        for event in events:
            if event.name in ("update", "status.update"):
                told.append(event.payload)
            elif event.name == "notification":
                notified.append(event.payload)
            elif event.name == "conversation" and isinstance(event.payload, dict):
                told.append(event.payload.get("last_status"))
            elif event.name == "delete" and (uri := self._memory.uri_of(str(event.payload))):
                gone.append(Deletion(NETWORK, uri))
        posts = await self._harvester.gather(_STREAMED, told)
        notes = await self._harvester.gather(_NOTIFIED, notified)
        return Batch(
            posts=posts.posts + notes.posts,
            deletions=tuple(dict.fromkeys(gone)),
            bad=posts.bad + notes.bad,
            fetched=posts.fetched + notes.fetched + len(gone),
        )

    async def _read(self, place: Place, marks: dict[str, Mark]) -> AsyncGenerator[Batch, None]:
        """Yield the batches of one place, each with the cursor that ``marks`` then make."""
        first = place.key not in marks
        lacking = await self._access.check(place)
        if lacking is not None and first:
            yield Batch(gap=Gap(None, self._clock(), lacking))
        async with aclosing(self._reader.read(place, marks.get(place.key))) as pages:
            async for page in pages:
                batch = await self._batch_of(place, page, first=first)
                moved = page.mark is not None and page.mark != marks.get(place.key)
                if page.mark is not None:
                    marks[place.key] = page.mark
                if moved or batch.posts or batch.bad or batch.gap:
                    yield replace(batch, cursor=write_cursor(marks))
                    # Only here is the batch known to be stored.
                    self._memory.handed_on(batch)

    async def _batch_of(self, place: Place, page: Page, *, first: bool) -> Batch:
        harvest = await self._harvester.gather(place, page.records, first=first)
        newest = page.mark.at if page.mark else None
        lag = (self._clock() - newest) / SECOND if page.more and newest else 0.0
        return Batch(
            posts=harvest.posts,
            bad=harvest.bad,
            gap=page.gap,
            fetched=harvest.fetched,
            lag=max(0.0, lag),
        )

    async def _look_again(self, places: Sequence[Place]) -> AsyncGenerator[Batch, None]:
        """Read the newest pages once more: ids rise, but posts change, vanish and arrive late."""
        for place in places:
            if place.kind in ("search", "notifications"):
                continue
            try:
                page = await self._reader.newest(place)
            except RefusedError:
                continue
            harvest = await self._harvester.gather(place, page.records)
            deletions = await self._threads.vanished(place, harvest.statuses)
            if harvest.posts or deletions:
                batch = Batch(posts=harvest.posts, deletions=deletions, fetched=len(harvest.posts))
                yield batch
                self._memory.handed_on(batch)

    def _note_refusal(self, place: Place, error: RefusedError) -> RefusedError | None:
        """Leave a place alone that we thought of ourselves; return what the user must know."""
        if not place.optional:
            return error
        self._refused[place.key] = self._clock()
        _log.info("%s does not show us %s (%s)", self._server.name, place.kind, error.status)
        return None
