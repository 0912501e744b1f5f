"""Politeness towards hosts: how many requests at once, how fast, and when none at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from aiolimiter import AsyncLimiter

from listeners.clock import Clock
from listeners.http import sentences
from listeners.http.answer import HttpError
from listeners.http.budget import Budget, BudgetStore, after_answer, is_drained
from listeners.model import SECOND, Micros, SourceState
from listeners.networks.contract import SourceError

IN_FLIGHT = 8
"""Requests at once, to all hosts: beyond, the connection pool costs more than the requests."""
PER_HOST = 4
_BURST, _SECONDS = 30, 3.0

_SAVED_EVERY = 60 * SECOND
"""What is left of a budget changes with every answer, and is written down this often at most."""

_STORM_FIRST = 10.0
_STORM_LONGEST = 60.0
"""A host that comes back is met within a minute, whatever it was through."""


@dataclass(slots=True)
class _Host:
    """One host's places and pace; shared by all sources that ask it."""

    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(PER_HOST))
    pace: AsyncLimiter = field(default_factory=lambda: AsyncLimiter(_BURST, _SECONDS))


class Manners:
    """The budgets of all hosts, kept over a restart where a store is given."""

    def __init__(
        self, clock: Clock, store: BudgetStore | None, chance: Callable[[], float]
    ) -> None:
        self._clock = clock
        self._store = store
        self._chance = chance
        self._budgets: dict[str, Budget] = {}
        self._saved: dict[str, tuple[Budget, Micros]] = {}
        self._troubles: dict[str, int] = {}
        self._hosts: dict[str, _Host] = {}
        self._places = asyncio.Semaphore(IN_FLIGHT)

    async def load(self) -> None:
        """Read the kept budgets."""
        if self._store is not None:
            self._budgets.update(await self._store.load())

    async def close(self) -> None:
        """Write down what was learned of budgets since it was last written."""
        for key, budget in self._budgets.items():
            if budget.remaining is not None and self._saved.get(key, (None,))[0] != budget:
                await self._save(key, budget)

    @asynccontextmanager
    async def slot(self, host: str) -> AsyncIterator[None]:
        """Wait for a place at this host and overall; one slow host leaves half to others."""
        here = self._hosts.setdefault(host, _Host())
        async with here.places, self._places:
            yield

    async def pace(self, host: str) -> None:
        """Wait until this host may be asked once more without being hurried."""
        await self._hosts.setdefault(host, _Host()).pace.acquire()

    def check(self, key: str, host: str) -> None:
        """Return at once where this host may be asked now.

        Raises:
            SourceError: it asked to be left alone, or is in trouble; with the time it ends.
        """
        until = self._budgets.get(key, Budget()).blocked_until
        if until is None or until <= self._clock():
            return
        if self._troubles.get(key):
            raise SourceError(
                SourceState.FAILING, sentences.left_in_peace(host), until=until, unsent=True
            )
        raise SourceError(
            SourceState.RATE_LIMITED, sentences.budget_spent(host), until=until, unsent=True
        )

    async def answered(self, key: str, headers: Mapping[str, str], lane: str = "") -> None:
        """Keep what an ordinary answer says of the budget; ``lane`` is its key, if it has one."""
        self._troubles.pop(key, None)
        key = lane or key
        self._troubles.pop(key, None)
        before = self._budgets.get(key, Budget())
        after = after_answer(before, headers, self._clock())
        self._budgets[key] = after
        _, saved_at = self._saved.get(key, (None, 0))
        stale = after.remaining is not None and self._clock() - saved_at >= _SAVED_EVERY
        if after.blocked_until != before.blocked_until or stale:
            await self._save(key, after)

    async def refused(self, key: str, refusal: HttpError, lane: str = "") -> None:
        """Keep a refusal, so that every source at this host waits for its end together.

        Where the budget of a ``lane`` is used up, only what lives on it waits.
        """
        if refusal.state is SourceState.RATE_LIMITED and is_drained(refusal.headers):
            key = lane or key
        until = refusal.until
        if refusal.status in (500, 502, 503, 504) and until is None:
            count = self._troubles.get(key, 0) + 1
            self._troubles[key] = count
            pause = min(_STORM_FIRST * 2.0 ** min(count - 1, 10), _STORM_LONGEST)
            pause *= 1 + self._chance() / 10
            until = Micros(self._clock() + int(pause * SECOND))
        elif refusal.state is not SourceState.RATE_LIMITED:
            return
        before = self._budgets.get(key, Budget())
        self._budgets[key] = replace(before, blocked_until=until)
        await self._save(key, self._budgets[key])

    async def _save(self, key: str, budget: Budget) -> None:
        self._saved[key] = (budget, self._clock())
        if self._store is not None:
            await self._store.save(key, budget)
