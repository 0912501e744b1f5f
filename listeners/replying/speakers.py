"""The sources that can answer, with their listeners: made when first needed, and then kept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TypeVar

from listeners.clock import Clock
from listeners.config import Config, SourceConfig
from listeners.http import Fetcher
from listeners.model import Sentence
from listeners.networks.contract import Listener, SourceError
from listeners.networks.registry import listener_class
from listeners.networks.replying import Replying, ReplyLimit
from listeners.replying.voices import no_voice, voices
from listeners.store import Store
from listeners.store.budgets import StoredBudgets
from listeners.store.outbox import OutboxRow
from listeners.store.quotas import StoredLedger
from listeners.store.spend import StoredSpend
from listeners.supervisor import spawn

T = TypeVar("T")
MakeListener = Callable[[SourceConfig, Fetcher], Listener]

LIMIT_SECONDS = 20.0
"""How long a server is given to say how long a reply may be."""

_log = logging.getLogger(__name__)


async def within(seconds: float, work: Awaitable[T]) -> T:
    """Return what ``work`` comes to.

    Raises:
        TimeoutError: it took longer than ``seconds``.
    """
    async with asyncio.timeout(seconds):
        return await work


@dataclass(frozen=True, slots=True)
class Speaker:
    """A source that can answer, and its listener."""

    source: SourceConfig
    listener: Replying
    can_delete: bool


class Speakers:
    """All speakers of one process. Connects to nothing before it must; ``close`` it."""

    def __init__(
        self, store: Store, config: Config, clock: Clock, make: MakeListener | None = None
    ) -> None:
        """``make`` makes a source's listener in place of the registry's class."""
        self._store = store
        self._config = config
        self._clock = clock
        self._make = make or self._made
        self._stack = AsyncExitStack()
        self._fetch: Fetcher | None = None
        self._opening = asyncio.Lock()
        self._listeners: dict[str, Listener] = {}
        self._limits: dict[str, asyncio.Task[ReplyLimit | None]] = {}

    async def close(self) -> None:
        """Hang up everywhere."""
        for task in self._limits.values():
            task.cancel()
        await asyncio.gather(*self._limits.values(), return_exceptions=True)
        await self._stack.aclose()

    async def for_mention(
        self, network: str, brand: str, heard_by: str
    ) -> tuple[Speaker | None, Sentence | None]:
        """Return the speaker that answers a mention, or why there is none."""
        why: Sentence | None = None
        for source in voices(self._config, network, brand, heard_by):
            found = await self._listener(source)
            if not isinstance(found, Replying):
                continue
            refused = found.may_reply()
            if refused is None:
                return Speaker(source, found, found.capability.delete_reply), None
            why = why or refused
        return None, why or no_voice(self._config, network)

    async def of_reply(self, row: OutboxRow) -> Speaker | None:
        """Return the speaker a reply was sent with, where it can still be asked."""
        for source in self._config.sources:
            if source.key == row.source and source.network == row.network:
                found = await self._listener(source)
                if isinstance(found, Replying) and found.may_reply() is None:
                    return Speaker(source, found, found.capability.delete_reply)
        return None

    async def limit(self, speaker: Speaker, seconds: float) -> ReplyLimit | None:
        """Return how long a reply may be; ``None`` where that is not known within ``seconds``.

        The question goes on meanwhile, and the next caller finds its answer.
        """
        key = speaker.source.key
        task = self._limits.get(key)
        if task is None or (task.done() and (task.cancelled() or task.result() is None)):
            task = self._limits[key] = spawn(f"limit of {key}", _asked(speaker.listener))
        done, _ = await asyncio.wait([task], timeout=seconds)
        return task.result() if done else None

    async def _listener(self, source: SourceConfig) -> Listener:
        async with self._opening:
            if self._fetch is None:
                writable = not self._store.read_only
                budgets = StoredBudgets(self._store) if writable else None
                ledger = StoredLedger(self._store) if writable else None
                spends = StoredSpend(self._store) if writable else None
                made = Fetcher(self._clock, budgets, ledger, spends=spends)
                self._fetch = await self._stack.enter_async_context(made)
            if source.key not in self._listeners:
                self._listeners[source.key] = self._make(source, self._fetch)
            return self._listeners[source.key]

    def _made(self, source: SourceConfig, fetch: Fetcher) -> Listener:
        brands = self._config.brands
        own = tuple(one for one in brands if one.name == source.brand) if source.brand else brands
        return listener_class(source.network)(source, own, fetch, self._clock)


async def _asked(listener: Replying) -> ReplyLimit | None:
    try:
        return await within(LIMIT_SECONDS, listener.reply_limit())
    except (SourceError, TimeoutError) as error:
        _log.info("how long a reply may be is not known", exc_info=error)
        return None
