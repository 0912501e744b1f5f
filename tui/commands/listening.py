"""Listening while this process is the one that does; looking now and then whether it may.

One process listens, others show and triage. When the one that listens dies, another takes over
within half a minute.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Protocol, cast

from listeners.config import Config
from listeners.model import SafeText
from listeners.store import Store, StoreError
from listeners.store.ownership import BEAT_SECONDS, Ownership
from listeners.supervisor import spawn
from listeners.text import clean_line
from tui.i18n import say

_log = logging.getLogger(__name__)


class Engine(Protocol):
    """What is needed of ``listeners.engine.Engine``."""

    async def run(self) -> None:
        """Listen until cancelled."""
        ...

    def wake(self, key: str | None = None) -> int:
        """Ask one source, or all, to try now; return how many were asked."""
        ...


class Listening:
    """The engine of this process, running whenever no other process listens."""

    def __init__(
        self, store: Store, config: Config, make: Callable[[], Awaitable[Engine]] | None = None
    ) -> None:
        self._store = store
        self._config = config
        self._make = make or self._make_engine
        self._ownership = Ownership(store)
        self._engine: Engine | None = None
        self._task: asyncio.Task[None] | None = None
        self._turning = asyncio.Lock()

    @property
    def here(self) -> bool:
        """Whether this process listens now."""
        return self._task is not None and not self._task.done()

    async def elsewhere(self) -> SafeText | None:
        """Return which other process listens, for a person; ``None`` if none does."""
        owner = await self._ownership.owner()
        if owner is None or self._ownership.owned:
            return None
        return clean_line(f"{owner.host}, {owner.pid}")

    def wake(self, key: str | None = None) -> int:
        """Ask one source, or all of them, to try now; return how many were asked."""
        return self._engine.wake(key) if self._engine is not None and self.here else 0

    async def adopt(self, config: Config) -> bool:
        """Go on by another configuration, at once where this process listens; say whether it does.

        Every source goes on from its place: what was read is stored together with it.
        """
        self._config = config
        async with self._turning:
            if self.here:
                await self._stop()
                await self._turn(owned=True)
            return self.here

    async def claim(self) -> bool:
        """Become the process that listens, if none is; say whether this one is."""
        try:
            return await self._ownership.claim()
        except StoreError as error:
            _log.warning("the store cannot be written, so this process does not listen: %s", error)
            return False

    async def run(self) -> None:
        """Listen whenever this process may, until cancelled; then leave it to others."""
        try:
            while True:
                await self._follow(await self.claim())
                await asyncio.sleep(BEAT_SECONDS)
        finally:
            await self.leave()

    async def leave(self) -> None:
        """Stop listening, and let another process begin at once."""
        await self._stop()
        try:
            await self._ownership.release()
        except StoreError as error:
            _log.warning("others take over only after a while: %s", error)

    async def _follow(self, owned: bool) -> None:
        async with self._turning:
            await self._turn(owned=owned)

    async def _turn(self, *, owned: bool) -> None:
        if self._task is not None and self._task.done():
            error = None if self._task.cancelled() else self._task.exception()
            _log.error("listening ended and is started again", exc_info=error)
            self._task = None
        if owned and self._task is None:
            self._engine = await self._make()
            self._task = spawn("listening", self._engine.run())
        elif not owned:
            await self._stop()

    async def _stop(self) -> None:
        task, self._task, self._engine = self._task, None, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _make_engine(self) -> Engine:
        # The network's libraries take a third of a second to load: beside the loop, so that the
        # first key is answered meanwhile.
        module = await asyncio.to_thread(importlib.import_module, "listeners.engine")
        return cast(Engine, module.Engine(self._store, self._config, say=say))


@asynccontextmanager
async def beside(name: str, work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do something beside the block, and end it with the block; a fault in it is logged."""
    task = spawn(name, work)
    task.add_done_callback(lambda done: _tell_fault(name, done))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _tell_fault(name: str, task: asyncio.Task[None]) -> None:
    error = None if task.cancelled() else task.exception()
    if error is not None:
        _log.error("the %s ended", name, exc_info=error)
