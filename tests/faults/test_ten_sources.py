"""Ten sources of different networks at once, for a while, with faults: every count is exact.

``HUBBUB_TEN_SECONDS`` says for how long (60 without it), ``HUBBUB_TEN_SPEED`` how many times
faster than real time the sources' rests pass (20), ``HUBBUB_TEN_SEED`` what is thrown. Each network
is its scripted server from the contract; half-way the process ends and another begins.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack, closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from listeners.clock import Clock
from listeners.config import BrandConfig, Config
from listeners.engine import Engine
from listeners.http import Fetcher
from listeners.model import SECOND, Micros, SourceState
from listeners.networks.discourse import reader as discourse_reader
from listeners.networks.lemmy import places as lemmy_places
from listeners.networks.matrix import sync as matrix_sync
from listeners.networks.nostr import listener as nostr_listener
from listeners.networks.nostr import relay as nostr_relay
from listeners.store import Store, open_store
from listeners.store.budgets import StoredBudgets
from listeners.store.quotas import StoredLedger
from listeners.supervisor import Service, spawn
from tests.fake.http_server import Reply, body_reply, hung_up, reset_in_body, status_reply
from tests.listeners.networks.contract.scenario import PAGE, Change, Scenario, WebScenario, words
from tests.listeners.networks.contract.scenarios import SCENARIOS

pytestmark = pytest.mark.faults

SECONDS = float(os.environ.get("HUBBUB_TEN_SECONDS", "60"))
SPEED = float(os.environ.get("HUBBUB_TEN_SPEED", "20"))
SEED = int(os.environ.get("HUBBUB_TEN_SEED", "7"))
AFTERWARDS = 240.0
"""Real seconds in which everything must have been heard after the last fault."""

NETWORKS = (
    "bluesky", "mastodon", "matrix", "hackernews", "lemmy",
    "discourse", "github", "telegram", "nostr", "reddit",
)  # fmt: skip
SOCKETS = ("bluesky", "nostr")
DEPTHS = (
    (nostr_relay, "MOST_PAGES"),
    (nostr_listener, "_PER_BATCH"),
    (lemmy_places, "PAGE"),
    (discourse_reader, "MOST_PAGES"),
)
"""What the contract makes small, and what is said in the hour after a refusal does not fit into."""
BEGIN = Micros(1_800_086_400 * SECOND)
TICK = 0.25
BRAND = BrandConfig(name="Kerlann", names=("Kerlann",))
_NUMBER = re.compile(r"\bn(\d+)x\b")

REFUSALS: dict[str, Callable[[], Reply]] = {
    "429 with a wait": lambda: status_reply(429, retry_after="15"),
    "429 without": lambda: status_reply(429),
    "500": lambda: status_reply(500),
    "503": lambda: status_reply(503),
    "403 page": lambda: body_reply(PAGE, "text/html", 403),
    "page instead of data": lambda: body_reply(PAGE, "application/json"),
    "hung up": hung_up,
    "cut short": reset_in_body,
}


def twice(records: list[Any]) -> None:
    """Give every record twice."""
    records[:] = [record for record in records for _ in range(2)]


def odd_order(records: list[Any]) -> None:
    """Give a page in no order."""
    records[:] = [*records[1::2], *records[::2]]


CHANGES: dict[str, Change] = {"duplicates": twice, "disorder": odd_order, "nothing": list.clear}


class Desk(Engine):
    """An engine whose clock runs faster, fetching by that clock."""

    def __init__(self, store: Store, config: Config, clock: Clock) -> None:
        super().__init__(store, config, clock)
        self._made = (store, clock)

    def _fetcher(self) -> Fetcher:
        store, clock = self._made
        return Fetcher(clock, budgets=StoredBudgets(store), ledger=StoredLedger(store))


@dataclass
class Storm:
    """Throws faults at scripted networks while people write there."""

    scenarios: dict[str, Scenario]
    clock: Clock
    dice: random.Random
    written: dict[str, set[int]] = field(default_factory=dict)
    met: Counter[str] = field(default_factory=Counter)
    _number: int = 0
    _until: dict[str, tuple[str, float]] = field(default_factory=dict)

    async def blow(self, seconds: float) -> None:
        """Go on for so many real seconds."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while loop.time() < end:
            for name in self.dice.sample(NETWORKS, 4):
                await self.write(name)
            for name in NETWORKS:
                self._throw(name, loop.time())
            await asyncio.sleep(TICK)

    async def write(self, name: str) -> None:
        """Let somebody write on one network."""
        scenario = self.scenarios[name]
        scenario.begin_at(self.clock())
        scenario.write(words(self._number))
        self.written.setdefault(name, set()).add(self._number)
        self._number += 1
        await scenario.announce()

    def calm(self) -> None:
        """End every fault."""
        for name in NETWORKS:
            self._end(name)

    def _throw(self, name: str, now: float) -> None:
        running = self._until.get(name)
        if running is not None:
            if now >= running[1]:
                self._end(name)
            return
        if self.dice.random() > 0.04:
            return
        scenario = self.scenarios[name]
        refusals = list(REFUSALS)[: 4 if name in SOCKETS else None]
        kind = self.dice.choice(refusals if name in SOCKETS else [*refusals, *CHANGES])
        if kind in REFUSALS:
            scenario.refuse(REFUSALS[kind](), self.dice.randrange(3))
        else:
            scenario.change(CHANGES[kind])
        self._until[name] = (kind, now + self.dice.uniform(0.5, 4.0))

    def _end(self, name: str) -> None:
        kind, _ = self._until.pop(name, ("", 0.0))
        scenario = self.scenarios[name]
        if kind:
            self.met[kind] += scenario.met
        scenario.refuse(None)
        scenario.change(None)


async def ended(task: asyncio.Task[None]) -> None:
    """End a process."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def heard(path: Path) -> dict[str, Counter[int]]:
    """Return how often each post of each network is stored."""
    found: dict[str, Counter[int]] = {}
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT network, text, title FROM mention").fetchall()
    for network, text, title in rows:
        number = _NUMBER.search(text) or _NUMBER.search(title)
        if number:
            found.setdefault(network, Counter())[int(number[1])] += 1
    return found


def asked(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """Ask the store beside hubbub."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.timeout(SECONDS + AFTERWARDS + 60)
async def test_ten_sources_at_once_lose_and_double_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest = Service.rest

    async def quick_rest(self: Service, seconds: float) -> None:
        await rest(self, seconds / SPEED)

    monkeypatch.setattr(Service, "rest", quick_rest)
    loop = asyncio.get_running_loop()
    began = loop.time()

    def clock() -> Micros:
        return Micros(BEGIN + int((loop.time() - began) * SPEED * SECOND))

    path = tmp_path / "hubbub.db"
    depths = [(module, name, getattr(module, name)) for module, name in DEPTHS]
    async with AsyncExitStack() as stack:
        scenarios = {name: SCENARIOS[name]() for name in NETWORKS}
        sources = []
        for name, scenario in scenarios.items():
            (tmp_path / name).mkdir()
            await scenario.open(stack, monkeypatch, tmp_path / name)
        # The contract lets little be reached; here what a refusal's rest leaves unread can be.
        for module, name, depth in depths:
            monkeypatch.setattr(module, name, depth)
        matrix = scenarios["matrix"]
        assert isinstance(matrix, WebScenario)
        matrix.server.page_size = matrix_sync.PER_PAGE
        for scenario in scenarios.values():
            one = scenario.source()
            sources.append(replace(one, interval=1.0, options={**one.options, "history": "none"}))
        store = await stack.enter_async_context(open_store(path))
        config = Config(brands=(BRAND,), sources=tuple(sources))
        storm = Storm(scenarios, clock, random.Random(SEED))
        for name in NETWORKS:
            await storm.write(name)
        for _ in range(2):
            engine = Desk(store, config, clock)
            running = spawn("desk", engine.run())
            await storm.blow(SECONDS / 2)
            await ended(running)
        storm.calm()
        engine = Desk(store, config, clock)
        running = spawn("desk", engine.run())
        end = loop.time() + AFTERWARDS
        wanted = {name: Counter(numbers) for name, numbers in storm.written.items()}
        while heard(path) != wanted and loop.time() < end and not running.done():
            await asyncio.sleep(1.0)
        found = heard(path)
        states = dict(asked(path, "SELECT network, state FROM source"))
        await ended(running)
    missing = {name: sorted(wanted[name] - found.get(name, Counter())) for name in NETWORKS}
    twice = {name: sorted(found.get(name, Counter()) - wanted[name]) for name in NETWORKS}
    gaps = asked(path, "SELECT s.network, g.reason FROM gap g JOIN source s ON s.id = g.source_id")
    figures = {name: len(storm.written[name]) for name in NETWORKS}
    print(f"\n{SECONDS:.0f} s at {SPEED:.0f}x: {sum(figures.values())} posts {figures}")
    print(f"faults met: {sum(storm.met.values())} {dict(storm.met)}; gaps told: {gaps}")
    print(f"questions: { {name: one.asked for name, one in scenarios.items()} }; states: {states}")
    assert not any(missing.values()), f"lost: {missing}"
    assert not any(twice.values()), f"twice: {twice}"
    assert not gaps
    assert sum(storm.met.values()) > len(NETWORKS), "hardly a fault was met"
    assert SourceState.OK.value in states.values()
