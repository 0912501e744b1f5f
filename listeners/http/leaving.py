"""What a request waits for, or is refused by, before it leaves: its turn, its allowance."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from listeners.clock import Clock
from listeners.http import sentences
from listeners.http.ledger import Ledger
from listeners.http.quota import Quota, day_of
from listeners.http.uses import note
from listeners.model import SECOND, Micros, SourceState
from listeners.networks.contract import SourceError

Pause = Callable[[float], Awaitable[None]]

WAIT: Pause = asyncio.sleep
"""How a turn is waited for, where nothing else is given."""


class Passage:
    """One request on its way out. ``left`` once anything of it may have reached the network."""

    def __init__(self) -> None:
        self.left = False


class Doorkeeper:
    """Lets requests leave one by one, a spacing apart, and no more a day than is allowed."""

    def __init__(self, clock: Clock, ledger: Ledger, pause: Pause | None = None) -> None:
        self._clock = clock
        self._ledger = ledger
        self._pause = pause or WAIT
        self._queues: dict[str, asyncio.Lock] = {}

    @asynccontextmanager
    async def turn(
        self, host: str, seconds: float, check: Callable[[], None]
    ) -> AsyncIterator[None]:
        """Wait for this host's turn, first come first served, and keep it until it is answered.

        The spacing is counted from then: a request may be long on its way, and it is the server
        that counts.

        ``check`` raises where the host may not be asked at all: before the wait, which would be
        in vain, and after it. A waiter that is cancelled has taken no turn.
        """
        if seconds <= 0:
            yield
            return
        note(host)
        async with self._queues.setdefault(host, asyncio.Lock()):
            check()
            now = self._clock()
            while (free := await self._ledger.claim(host, seconds, now)) > now:
                await self._pause((free - now) / SECOND)
                check()
                # A clock that stands still, or was set back, must not make this endless.
                now = max(self._clock(), free)
            try:
                yield
            finally:
                await self._ledger.answered(host, self._clock())

    @asynccontextmanager
    async def allowance(self, quota: Quota | None, credential: str) -> AsyncIterator[Passage]:
        """Take what a request takes of its allowance, and give it back if it never leaves.

        Raises:
            SourceError: the day's allowance is spent; until the next midnight of its zone.
        """
        passage = Passage()
        if quota is None:
            yield passage
            return
        key = quota_key(quota, credential)
        note(key)
        day, until = day_of(quota.zone, self._clock())
        taken = await self._ledger.take(key, day, quota.units, quota.limit, until)
        if taken is not None:
            raise spent(quota, taken, until)
        try:
            yield passage
        except SourceError as error:
            passage.left = passage.left and not error.unsent
            raise
        finally:
            if not passage.left:
                await self._ledger.give_back(key, day, quota.units)


def quota_key(quota: Quota, credential: str) -> str:
    """Return what an allowance is counted under: its name, and a fingerprint of the credential."""
    return f"{quota.name}#{credential}" if credential else quota.name


def spent(quota: Quota, taken: int, until: Micros) -> SourceError:
    """Return the refusal of a request whose allowance is spent."""
    sentence = sentences.allowance_spent(quota.name, taken, quota.limit, quota.zone)
    return SourceError(SourceState.RATE_LIMITED, sentence, until=until, unsent=True)
