"""What relays still have of the past, read backwards over all of them together."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Sequence
from typing import Final

from listeners.clock import Clock
from listeners.model import SECOND, Batch, Micros
from listeners.networks.contract import SourceError
from listeners.networks.nostr.event import NostrEvent
from listeners.networks.nostr.harvest import Harvester
from listeners.networks.nostr.relay import About, Record, Relay, seconds_of
from listeners.networks.nostr.wishes import Wishes

_AT_ONCE: Final = 200
_FEWEST_FULL: Final = 20

_log = logging.getLogger(__name__)


class Past:
    """Reads the past for one brand."""

    def __init__(self, relays: Sequence[Relay], harvester: Harvester, clock: Clock) -> None:
        self._relays = relays
        self._harvester = harvester
        self._clock = clock

    async def read(
        self, wishes: Wishes, since: Micros, place: str | None
    ) -> AsyncGenerator[Batch, None]:
        """Yield notes newest first, back to ``since``; ``place`` is the second reached before.

        Raises:
            SourceError: not one relay answers.
        """
        lowest = since // SECOND
        until = int(place) if place and place.isdigit() else self._clock() // SECOND
        while until >= lowest:
            events, reached, offered = await self._step(wishes, lowest, until)
            posts = self._harvester.posts(events)
            posts.reverse()
            until = reached - 1
            yield Batch(posts=tuple(posts), fetched=offered, cursor=str(until))

    async def _step(
        self, wishes: Wishes, lowest: int, until: int
    ) -> tuple[list[NostrEvent], int, int]:
        """Return the notes of the next stretch, and down to which second every relay was read."""
        found: dict[str, NostrEvent] = {}
        reached = lowest
        offered = 0
        errors: list[SourceError] = []
        for relay in self._relays:
            try:
                records, floor = await self._of(relay, wishes, lowest, until)
                told = await self._harvester.sort(relay.name, records)
            except SourceError as error:
                _log.info("%s: %s", relay.name, error)
                errors.append(error)
                continue
            offered += len(records)
            found.update(told.events)
            reached = max(reached, floor)
        if len(errors) == len(self._relays):
            raise errors[0]
        # What lies below was not given by every relay: the next stretch brings it.
        kept = [each for each in found.values() if reached <= each.created_at <= until]
        return kept, reached, offered

    async def _of(
        self, relay: Relay, wishes: Wishes, lowest: int, until: int
    ) -> tuple[list[Record], int]:
        about = await relay.about()
        records: list[Record] = []
        floor = lowest
        async with relay.open() as talk:
            for question in wishes.filters():
                # Some relays leave out the second itself, which NIP-01 says belongs to it.
                answer = await talk.ask(
                    {**question, "since": max(0, lowest - 1), "until": until + 1, "limit": _AT_ONCE}
                )
                records += answer
                times = [at for each in answer if (at := seconds_of(each)) is not None]
                if len(answer) >= _full(about) and times:
                    floor = max(floor, min(min(times) + 1, until))
            await self._harvester.meet(talk, records)
        return records, floor


def _full(about: About) -> int:
    return min(_AT_ONCE, about.most) if about.most else _FEWEST_FULL
