"""Nostr: notes and comments that name a brand, from several relays at once, as they are written.

Wire format: github.com/nostr-protocol/nips; see the ``nostr_*`` files beside this one for each
part. A relay is a shelf others put notes on: each has its own place, so that one that was away is
read from where it was left, and what two of them bring is one post.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Final

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import BadRecord, Batch, Gap, Micros, Sentence, SourceState
from listeners.networks.contract import Capability, SourceError
from listeners.networks.nostr.cursor import read_place, write_place
from listeners.networks.nostr.event import NETWORK, TITLE, NostrEvent
from listeners.networks.nostr.past import Past
from listeners.networks.nostr.reader import Reader, Reading
from listeners.networks.nostr.relay import Relay
from listeners.networks.nostr.threads import Threads
from listeners.networks.nostr.wishes import Wishes, relays_of, wishes_of
from listeners.networks.searching import lost_place
from listeners.supervisor import spawn

_PER_BATCH: Final = 100
_WAITING: Final = 64


class NostrListener:
    """One Nostr source. ``what`` holds relays, ``#tags``, keys and words, with commas between.

    Without relays large public ones are asked, without the others what the brands' queries name.
    """

    capability = Capability(
        network=NETWORK,
        title=TITLE,
        search=True,
        stream=True,
        thread=True,
        own_posts=True,
        deletions=True,
        history=True,
        works_without_key=True,
        interval=120.0,
        min_interval=30.0,
        limits=(
            Sentence(
                "Nobody has all of Nostr: what stands on none of the source's relays is not "
                "heard. Relays find tags and the people named; only some search words."
            ),
            Sentence(
                "The author's key is checked, the name is not: anybody may take any name. A post "
                "that claims an earlier time than it was sent at may be missed."
            ),
            Sentence(
                "Answers are not sent from here, since they must be signed with your secret key: "
                "the post opens in the browser."
            ),
        ),
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._source = source
        self._brands = [b for b in brands if not source.brand or b.name == source.brand]
        self._fetch = fetch
        self._clock = clock
        self._relays: tuple[Relay, ...] = ()
        self.reader = Reader(source, self._brands, clock)

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield what the relays have since their marks, oldest first.

        Raises:
            SourceError: not one relay answers, or there is nothing to ask for.
        """
        wishes = self._ready()
        place = read_place(cursor)
        if place is None:
            yield Batch(gap=lost_place(self._clock()))
        self.reader.begin(place)
        tasks = [
            spawn(f"read {relay.name}", self.reader.read(relay, wishes)) for relay in self._relays
        ]
        try:
            readings = [await task for task in tasks]
        finally:
            await _ended(tasks)
        self._refuse_silence(readings)
        told = await self._sorted(readings)
        # Where every relay forges, nobody is left to be heard.
        self._refuse_silence(readings)
        async with aclosing(self._batches(readings, told)) as batches:
            async for batch in batches:
                yield batch

    def stream(self, cursor: str | None) -> AsyncGenerator[Batch, None] | None:
        """Yield what is written as it is written, from every relay that answers."""
        place = read_place(cursor)
        if place is None:
            return None
        self.reader.begin(place)
        return self._stream(self._ready())

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return these notes with their counts, what they answer, and what answers them.

        Raises:
            SourceError: not one relay answers.
        """
        self._ready()
        threads = Threads(self._relays, self.reader.harvester)
        return await threads.around(native_ids, self.reader.place)

    def history(
        self, brand: BrandConfig, since: Micros, place: str | None
    ) -> AsyncGenerator[Batch, None]:
        """Yield what the relays still have about a brand, newest first, back to ``since``.

        Raises:
            SourceError: not one relay answers, or there is nothing to ask for.
        """
        self._ready()
        wishes = wishes_of(replace(self._source, what=""), [brand])
        past = Past(self._relays, self.reader.harvester, self._clock)
        return past.read(wishes, since, place)

    def _ready(self) -> Wishes:
        """Return what to ask; the relays are made when they are first needed."""
        wishes = wishes_of(self._source, self._brands)
        if not self._relays:
            self._relays = tuple(
                Relay(each, self._fetch, self._clock, allow_private=self._source.allow_private)
                for each in relays_of(self._source)
            )
        return wishes

    def _refuse_silence(self, readings: Sequence[Reading]) -> None:
        """Raise where not one relay answered."""
        heard = [each for each in readings if not each.silent]
        if not heard:
            raise SourceError(
                SourceState.FAILING,
                Sentence(
                    "None of the relays searches words, and the brand's query has no single word "
                    'that can be a tag. Write a tag as what = "#name", or add a relay that '
                    "searches."
                ),
            )
        errors = [each.error for each in heard if each.error]
        if len(errors) == len(heard) and not any(each.first or each.news for each in heard):
            raise next((e for e in errors if e.state is not SourceState.FAILING), errors[0])

    async def _stream(self, wishes: Wishes) -> AsyncGenerator[Batch, None]:
        heard: asyncio.Queue[Reading] = asyncio.Queue(_WAITING)
        tasks = [
            spawn(f"follow {relay.name}", self.reader.follow(relay, wishes, heard))
            for relay in self._relays
        ]
        deaf: set[str] = set()
        try:
            while True:
                readings = [await _next(heard, tasks)]
                # What waits is stored at once: a burst is not one transaction a note.
                while not heard.empty():
                    readings.append(heard.get_nowait())
                told = await self._sorted(readings)
                for each in readings:
                    (deaf.add if each.error else deaf.discard)(each.relay)
                async with aclosing(self._batches(readings, told)) as batches:
                    async for batch in batches:
                        yield batch
                errors = [each.error for each in readings if each.error]
                if errors and len(deaf) == len(self._relays):
                    raise errors[-1]
        finally:
            await _ended(tasks)

    # --- what is handed on -----------------------------------------------------------------------

    async def _batches(
        self, readings: Sequence[Reading], told: _Told
    ) -> AsyncGenerator[Batch, None]:
        """Yield what these relays told, oldest first; each batch moves the place up to its end.

        Whoever ends hubbub in the middle of a long catching up does not begin it anew.
        """
        for gap in [*self._untold(told.errors), *(each.gap for each in readings if each.gap)]:
            yield Batch(gap=gap)
        harvester, place = self.reader.harvester, self.reader.place
        handed_on = harvester.handed_on
        first = harvester.posts(told.first.values())
        news = harvester.posts(event for event in told.news.values() if event.id not in told.first)
        posts = [*handed_on.news(first, first=True), *handed_on.news(news)]
        posts.sort(key=lambda post: post.created_at or 0)
        deletions = await harvester.deletions(told.news.values(), place, told.news)
        after = replace(place, told=_told(place.told, readings, told.errors))
        for each in readings:
            after = after.marked(each.marks)
        after = after.wrote((post.native_id, post.author.key) for post in posts)
        slices = [posts[at : at + _PER_BATCH] for at in range(0, len(posts), _PER_BATCH)] or [[]]
        batches: list[Batch] = []
        way = place
        for part in slices:
            way = way.on_the_way(after, part)
            batches.append(Batch(posts=tuple(part), cursor=write_place(way)))
        batches[0] = replace(
            batches[0],
            bad=handed_on.letters(told.bad),
            fetched=sum(len(each.first) + len(each.news) for each in readings),
        )
        batches[-1] = replace(batches[-1], deletions=tuple(deletions), cursor=write_place(after))
        for batch in batches:
            if batch.posts or batch.bad or batch.deletions or after != place:
                yield batch
                handed_on.stored(batch)
        self.reader.place = after

    async def _sorted(self, readings: Sequence[Reading]) -> _Told:
        """Return what was told, each event once; a relay that forges is not heard at all."""
        told = _Told({each.relay: each.error for each in readings if each.error})
        for reading in readings:
            try:
                first = await self.reader.harvester.sort(reading.relay, reading.first)
                news = await self.reader.harvester.sort(reading.relay, reading.news)
            except SourceError as error:
                told.errors[reading.relay] = reading.error = error
                for each in (reading.first, reading.news, reading.marks):
                    each.clear()
                continue
            told.first.update(first.events)
            told.news.update(news.events)
            told.bad.extend((*first.bad, *news.bad))
        return told

    def _untold(self, errors: Mapping[str, SourceError]) -> list[Gap]:
        """Return a gap for each relay that is not heard for good, if the person does not know."""
        return [
            Gap(self._clock(), None, error.sentence)
            for relay, error in errors.items()
            if error.state in _LASTING and relay not in self.reader.place.told
        ]


@dataclass(slots=True)
class _Told:
    """What relays told together. ``first`` are events of questions never asked before."""

    errors: dict[str, SourceError]
    first: dict[str, NostrEvent] = field(default_factory=dict)
    news: dict[str, NostrEvent] = field(default_factory=dict)
    bad: list[BadRecord] = field(default_factory=list)


async def _next(heard: asyncio.Queue[Reading], tasks: Sequence[asyncio.Task[None]]) -> Reading:
    """Return what comes next; a task that ended by a fault of its own ends the wait too."""
    coming = spawn("next of nostr", heard.get())
    try:
        await asyncio.wait({coming, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task.done() and not coming.done():
                task.result()
        return await coming
    finally:
        coming.cancel()


async def _ended(tasks: Sequence[asyncio.Task[object]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


_LASTING: Final = frozenset({SourceState.BLOCKED, SourceState.FORMAT_CHANGED, SourceState.GONE})
"""States of a relay that do not pass by themselves: what is only there is not heard."""


def _told(
    before: frozenset[str], readings: Sequence[Reading], errors: Mapping[str, SourceError]
) -> frozenset[str]:
    """Return the relays a person knows to be unheard: those that answer again are none."""
    well = {each.relay for each in readings if each.relay not in errors}
    lasting = {relay for relay, error in errors.items() if error.state in _LASTING}
    return (before - well) | lasting
