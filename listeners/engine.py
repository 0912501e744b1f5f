"""The engine: all listening of one process. Every source is a service, and so is every chore."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from listeners.backfilling import HistoryReader
from listeners.clock import Clock, utc_now
from listeners.config import BrandConfig, Config, SourceConfig
from listeners.hooks import Hooks
from listeners.housekeeping import Housekeeping
from listeners.http import Fetcher
from listeners.model import Sentence, SourceState
from listeners.networks.contract import Historical, Listener
from listeners.networks.registry import NETWORKS, listener_class
from listeners.notify import Notifier
from listeners.notify.message import Say, plainly
from listeners.pipeline import Pipeline
from listeners.replying import Outbox
from listeners.runner import SourceReport, SourceRunner
from listeners.store import Store
from listeners.store.budgets import StoredBudgets
from listeners.store.connection import Connection
from listeners.store.quotas import StoredLedger
from listeners.store.sources import (
    NewSource,
    register_sources,
    set_source_state,
    source_cursor,
)
from listeners.store.spend import StoredSpend
from listeners.supervisor import spawn
from listeners.text import clean_line

__all__ = ["Engine", "SourceReport", "SourceRunner"]


class Engine:
    """All listening of one process: made with an open store, run until cancelled."""

    def __init__(
        self, store: Store, config: Config, clock: Clock = utc_now, *, say: Say = plainly
    ) -> None:
        """Keep what is needed; ``say`` speaks the language notifications are written in.

        Raises:
            QuerySyntaxError: a brand's query cannot be read.
        """
        self._store = store
        self._config = config
        self._clock = clock
        self._say = say
        self._pipeline = Pipeline(store, config, clock)
        self._runners: list[SourceRunner] = []

    async def run(self) -> None:
        """Listen until cancelled. A source that fails never ends another, nor this."""
        async with (
            self._fetcher() as fetch,
            Outbox(self._store, self._config, self._clock) as outbox,
        ):
            self._runners = await self._make_runners(fetch)
            house = Housekeeping(self._store, self._config, self._clock)
            services = [service for runner in self._runners for service in runner.services()]
            services += [one.service for one in await self._make_histories(fetch)]
            services += [*house.services(), outbox.service()]
            services += Hooks(self._store, self._config, self._clock).services()
            notifier = Notifier(self._store, self._config, fetch, self._clock, say=self._say)
            services += [one for one in (notifier.service,) if one is not None]
            tasks = [spawn(service.name, service.supervise()) for service in services]
            try:
                await asyncio.gather(*tasks)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def once(
        self, reported: Callable[[SourceReport], None] | None = None
    ) -> list[SourceReport]:
        """Poll every source once, wait until all is stored, and report in the configured order."""
        async with self._fetcher() as fetch:
            runners = await self._make_runners(fetch)
            tasks = [spawn(f"once {runner.source.key}", runner.once()) for runner in runners]
            try:
                reports = []
                for task in tasks:
                    report = await task
                    reports.append(report)
                    if reported:
                        reported(report)
            finally:
                for task in tasks:
                    task.cancel()
            house = Housekeeping(self._store, self._config, self._clock)
            await house.all_once()
            async with Outbox(self._store, self._config, self._clock) as outbox:
                await outbox.reconcile()
            return reports

    def wake(self, key: str | None = None) -> int:
        """Ask one source, or all of them, to try now; return how many were woken."""
        woken = [r for r in self._runners if key is None or r.source.key == key]
        for runner in woken:
            runner.service.wake()
        return len(woken)

    def _fetcher(self) -> Fetcher:
        return Fetcher(
            budgets=StoredBudgets(self._store),
            ledger=StoredLedger(self._store),
            spends=StoredSpend(self._store),
        )

    async def _make_runners(self, fetch: Fetcher) -> list[SourceRunner]:
        await self._pipeline.open()
        listeners = {
            source.key: self._listener(source, fetch)
            for source in self._config.sources
            if source.network in NETWORKS
        }

        async def work(connection: Connection) -> dict[str, tuple[int, str | None]]:
            now = self._clock()
            ids = await register_sources(
                connection, [_new_source(source) for source in self._config.sources], now
            )
            for source in self._config.sources:
                if source.key not in listeners:
                    await set_source_state(
                        connection, ids[source.key], SourceState.OFF, now, detail=_unknown(source)
                    )
            return {key: (ids[key], await source_cursor(connection, ids[key])) for key in listeners}

        known = await self._store.write(work)
        runners = [
            SourceRunner(
                source,
                *known[source.key],
                listeners[source.key],
                self._pipeline,
                self._store,
                self._clock,
            )
            for source in self._config.sources
            if source.key in listeners
        ]
        for runner in runners:
            await runner.remember()
        return runners

    def _listener(self, source: SourceConfig, fetch: Fetcher) -> Listener:
        kind = listener_class(source.network)
        return kind(source, self._brands_of(source), fetch, self._clock)

    async def _make_histories(self, fetch: Fetcher) -> list[HistoryReader]:
        """Return what reads the past of each source that has one, planned and ready.

        Each has a listener of its own: reading the past never disturbs the listening.
        """
        readers = []
        for runner in self._runners:
            listener = self._listener(runner.source, fetch)
            if not isinstance(listener, Historical):
                continue
            reader = HistoryReader(
                runner.source,
                runner.number,
                self._brands_of(runner.source),
                listener,
                self._pipeline,
                self._store,
                self._clock,
                live=partial(_is_current, runner),
                uses=runner.uses,
            )
            await reader.plan()
            readers.append(reader)
        return readers

    def _brands_of(self, source: SourceConfig) -> tuple[BrandConfig, ...]:
        brands = self._config.brands
        return tuple(b for b in brands if b.name == source.brand) if source.brand else brands


def _is_current(runner: SourceRunner) -> bool:
    return runner.is_current


def _new_source(source: SourceConfig) -> NewSource:
    gapless = source.network in NETWORKS and listener_class(source.network).capability.gapless
    label = f"{source.network} {source.what}".strip()
    return NewSource(source.key, source.network, clean_line(label), gapless)


def _unknown(source: SourceConfig) -> Sentence:
    return Sentence(
        "hubbub has no listener for {network} yet. Its feed, its e-mails or a file in the drop "
        "folder can bring its posts in.",
        {"network": source.network},
    )
