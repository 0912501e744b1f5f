"""One listener at work with the real runner, pipeline and store, in processes that get killed."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from listeners.config import Config
from listeners.http import Fetcher
from listeners.model import MINUTE, SECOND, Micros, SourceState
from listeners.networks.contract import Listener
from listeners.networks.registry import listener_class
from listeners.pipeline import Counts, Pipeline
from listeners.runner import SourceRunner
from listeners.store import Store, open_store
from listeners.store.budgets import StoredBudgets
from listeners.store.connection import Connection
from listeners.store.sources import NewSource, register_sources, source_cursor
from tests.listeners.networks.contract.scenario import Scenario, words

_NUMBER = re.compile(r"\bn(\d+)x\b")


class KilledError(BaseException):
    """The process ends here: nobody catches it, nothing is tidied up."""


class Mortal(Pipeline):
    """Makes ``left`` transactions, and is killed before the next one; ``None``: lives."""

    left: int | None = None

    async def _take_part(self, *how: Any, **more: Any) -> Counts:
        if self.left is not None:
            if self.left == 0:
                raise KilledError
            self.left -= 1
        return await super()._take_part(*how, **more)


class World:
    """A network, its listener, and the store of one desk."""

    def __init__(self, scenario: Scenario, store: Store, path: Path) -> None:
        self.scenario = scenario
        self.fetch: Fetcher
        self._store = store
        self._path = path
        self._now = Micros(0)
        self._later = 0
        self.rests = 0.0
        self.written = 0
        self.gone: set[int] = set()
        self.damaged: set[int] = set()
        self._runner: tuple[Mortal, SourceRunner, Listener] | None = None

    def clock(self) -> Micros:
        """Return the time: a minute after the newest thing on the network, and never back."""
        newest = Micros(self.scenario.clock() + MINUTE + self._later)
        self._now = max(self._now, newest)
        return self._now

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._later += int(seconds * SECOND)

    def write(self, count: int = 1) -> list[Any]:
        """Let so many posts be written, numbered on from those before."""
        first, self.written = self.written, self.written + count
        return [self.scenario.write(words(number)) for number in range(first, self.written)]

    def restart(self) -> None:
        """End the process: what it had in mind is lost, what it stored is not."""
        self._runner = None

    async def round(self, *, writes: int | None = None, threads: bool = False) -> bool:
        """Read from the stored place up to the present; ``False``: the process was killed.

        ``writes``: how many transactions it makes before it is killed.
        """
        pipeline, runner, listener = self._runner = self._runner or await self._begun()
        self.scenario.settle()
        pipeline.left = writes
        try:
            await runner._poll()
            if threads and listener.capability.thread:
                await runner.read_threads()
        except KilledError:
            self.restart()
            return False
        except Exception as error:
            self.rests = await runner._failed(error, 1.0)
        return True

    async def _begun(self) -> tuple[Mortal, SourceRunner, Listener]:
        """Begin a process as the engine does."""
        source = self.scenario.source()
        config = Config(brands=(self.scenario.brand,), sources=(source,))
        pipeline = Mortal(self._store, config, self.clock)
        await pipeline.open()
        made = listener_class(source.network)
        listener = made(source, config.brands, self.fetch, self.clock)

        async def register(connection: Connection) -> tuple[int, str | None]:
            row = NewSource(source.key, source.network, source.key)
            ids = await register_sources(connection, [row], self.clock())
            return ids[source.key], await source_cursor(connection, ids[source.key])

        number, cursor = await self._store.write(register)
        runner = SourceRunner(
            source, number, cursor, listener, pipeline, self._store, self.clock, chance=lambda: 0.5
        )
        await runner.remember()
        return pipeline, runner, listener

    # --- what is stored ------------------------------------------------------------------------

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the store beside hubbub."""
        with sqlite3.connect(self._path) as connection:
            found = connection.execute(sql).fetchall()
        connection.close()
        return found

    def heard(self) -> Counter[int]:
        """Return how often each post is stored, by its number; what is deleted is left out."""
        rows = self.ask("SELECT text, title FROM mention WHERE deleted_at IS NULL")
        numbers = (_NUMBER.search(text) or _NUMBER.search(title) for text, title in rows)
        return Counter(int(found[1]) for found in numbers if found)

    def said(self, number: int) -> str:
        """Return the words of a post as they are stored."""
        rows = self.ask("SELECT title || ' ' || text FROM mention ORDER BY id")
        return next(str(text) for (text,) in rows if f"n{number}x" in text)

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        return int(self.ask(f"SELECT count(*) FROM {table}")[0][0])

    @property
    def state(self) -> SourceState:
        """The state of the source."""
        return SourceState(self.ask("SELECT state FROM source")[0][0])

    @property
    def detail(self) -> str:
        """What is said of its state."""
        return str(self.ask("SELECT coalesce(detail, '') FROM source")[0][0])

    @property
    def until(self) -> Micros | None:
        """When it may be asked again."""
        found = self.ask("SELECT until_at FROM source")[0][0]
        return None if found is None else Micros(found)

    @property
    def cursor(self) -> str | None:
        """The stored place."""
        found = self.ask("SELECT cursor FROM source")
        return None if not found or found[0][0] is None else str(found[0][0])

    async def put_cursor(self, cursor: str | None) -> None:
        """Begin anew from another place, as an older hubbub or a damaged disk leaves it."""
        self.restart()

        async def work(connection: Connection) -> None:
            await connection.many("UPDATE source SET cursor = ?", [(cursor,)])

        await self._store.write(work)


@asynccontextmanager
async def world_of(
    scenario: Scenario, folder: Path, patch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """Start a network and a desk that hears it."""
    async with AsyncExitStack() as stack:
        await scenario.open(stack, patch, folder)
        path = folder / "hubbub.db"
        store = await stack.enter_async_context(open_store(path))
        world = World(scenario, store, path)
        fetch = Fetcher(world.clock, StoredBudgets(store), chance=lambda: 0.0)
        world.fetch = await stack.enter_async_context(fetch)
        yield world
