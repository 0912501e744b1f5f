"""What relays are asked, and when: up to the present, then to tell what comes.

A reading of one relay goes on from its own mark. What was answered before a fault is kept.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.model import MINUTE, SECOND, Gap, Micros, Sentence
from listeners.networks.contract import SourceError
from listeners.networks.nostr.cursor import Place, mark_of
from listeners.networks.nostr.event import DELETION
from listeners.networks.nostr.harvest import Harvester
from listeners.networks.nostr.relay import PAGE, About, Record, Relay, Talk, seconds_of
from listeners.networks.nostr.wishes import Filter, Wishes
from listeners.supervisor import backoff

OVERLAP: Final = 15 * MINUTE // SECOND
"""Seconds below the newest note that every reading asks for again: authors say when they wrote.

By as much a note may be ahead of our clock and still say up to when a relay was heard.
"""
FIRST: Final = 100
"""Notes that are read of each question when a relay is first asked."""
AGAIN: Final = 600.0
"""Seconds after which an open subscription is begun anew, and words are searched again."""
_WATCHED: Final = 200
"""Notes handed on last whose deletion is waited for."""
_WINDOW: Final = 30.0

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Reading:
    """What one relay told. ``first`` are records of questions it was never asked before."""

    relay: str
    news: list[Record] = field(default_factory=list)
    first: list[Record] = field(default_factory=list)
    marks: dict[str, int] = field(default_factory=dict)
    gap: Gap | None = None
    error: SourceError | None = None
    silent: bool = False


class Reader:
    """Reads the relays of one source. ``place`` is what is stored of where it is."""

    def __init__(self, source: SourceConfig, brands: Sequence[BrandConfig], clock: Clock) -> None:
        self.place = Place()
        self.again = AGAIN
        self._source = source
        self._brands = brands
        self._clock = clock
        self._made: Harvester | None = None

    @property
    def harvester(self) -> Harvester:
        """What makes posts of events.

        Raises:
            SourceError: a handle of the brand is no key.
        """
        if self._made is None:
            self._made = Harvester(self._source, self._brands, self._clock)
        return self._made

    def begin(self, place: Place | None) -> None:
        """Go on from a stored place, from nowhere without one."""
        self.place = place or Place()

    async def read(self, relay: Relay, wishes: Wishes) -> Reading:
        """Return what a relay has since its marks, or why it does not tell."""
        reading = Reading(relay.address)
        try:
            about = await relay.about()
            questions = _questions(wishes, about)
            if not questions:
                reading.silent = True
                return reading
            async with relay.open() as talk:
                await self._catch_up(talk, about, questions, reading)
        except SourceError as error:
            _log.info("%s: %s", relay.name, error)
            reading.error = error
        return reading

    async def _catch_up(
        self, talk: Talk, about: About, questions: Sequence[Filter], reading: Reading
    ) -> None:
        """Ask every question from its mark on; what is answered before a fault is kept."""
        try:
            for question in questions:
                key = mark_of(reading.relay, question)
                mark = self.place.marks.get(key)
                records = await self._answer(talk, about, question, mark, reading)
                (reading.news if mark else reading.first).extend(records)
                # Where nothing was, the mark is 0: whatever comes there is asked for in full.
                reading.marks[key] = max(self._newest(records), mark or 0)
        except SourceError:
            await self.harvester.meet(talk, [*reading.first, *reading.news])
            raise
        await self.harvester.meet(talk, [*reading.first, *reading.news])

    async def _answer(
        self, talk: Talk, about: About, question: Filter, mark: int | None, reading: Reading
    ) -> Sequence[Record]:
        if mark is None:
            return await talk.ask({**question, "limit": FIRST})
        since = max(0, mark - OVERLAP)
        if "search" in question:
            # The best come first there, not the newest: there is no paging.
            return await talk.ask({**question, "since": since, "limit": PAGE})
        found = await talk.stretch(question, about, since)
        if found.reached:
            reading.gap = Gap(
                Micros(since * SECOND) if mark else None,
                Micros(found.reached * SECOND),
                Sentence(
                    "The relay {relay} has more posts than hubbub reads in one go. The newest were "
                    "read; older ones may have been missed.",
                    {"relay": reading.relay},
                ),
            )
        return found.records

    def _newest(self, records: Sequence[Record]) -> int:
        """Return the newest second claimed, at most the present one; 0 without one.

        Authors' clocks are fast by seconds, and so may all notes be that a relay ever tells: they
        move the place too. One that is further ahead than is asked for again says nothing of when
        it was told.
        """
        now = self._clock() // SECOND
        claimed = (seconds_of(each) for each in records)
        return max((min(at, now) for at in claimed if at and at <= now + OVERLAP), default=0)

    async def follow(self, relay: Relay, wishes: Wishes, heard: asyncio.Queue[Reading]) -> None:
        """Tell what one relay tells, for ever; when it breaks off, from its mark on."""
        attempt = 0
        while True:
            try:
                about = await relay.about()
                async with relay.open() as talk:
                    while True:
                        await self._listen(talk, relay, about, wishes, heard)
                        attempt = 0
            except SourceError as error:
                attempt += 1
                _log.info("%s: %s", relay.name, error)
                await heard.put(Reading(relay.address, error=error))
                await asyncio.sleep(backoff(attempt))

    async def _listen(
        self,
        talk: Talk,
        relay: Relay,
        about: About,
        wishes: Wishes,
        heard: asyncio.Queue[Reading],
    ) -> None:
        """Catch up with one relay and listen for a while.

        The subscription comes first: what is written during the catching up is in one of them.
        """
        now = self._clock() // SECOND
        lasting = wishes.filters()
        live: list[Filter] = [{**each, "since": now - OVERLAP} for each in lasting]
        if watched := self.harvester.handed_on.below("")[-_WATCHED:]:
            live.append({"kinds": [DELETION], "#e": list(watched)})
        if live:
            await talk.subscribe(live)
        reading = Reading(relay.address)
        await self._catch_up(talk, about, _questions(wishes, about), reading)
        await heard.put(reading)
        until = time.monotonic() + self.again
        while (left := until - time.monotonic()) > 0:
            if records := await talk.listen(min(left, _WINDOW)):
                await self.harvester.meet(talk, records)
                newest = self._newest(records)
                marks = {mark_of(relay.address, each): newest for each in lasting} if newest else {}
                await heard.put(Reading(relay.address, news=records, marks=marks))


def _questions(wishes: Wishes, about: About) -> list[Filter]:
    return [*wishes.filters(), *(wishes.searches() if about.searches else ())]
