from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from listeners.model import SECOND, Micros
from listeners.replying import Outbox
from listeners.store import Store, open_store
from tests.listeners.replying.voice import CONFIG, Voice
from tests.listeners.store.builders import NOW, World, furnish


class Watch:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = Micros(NOW + SECOND)

    def __call__(self) -> Micros:
        return self.now

    def on(self, by: int) -> None:
        """Move on."""
        self.now = Micros(self.now + by)


@pytest.fixture
def clock() -> Watch:
    return Watch()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "home" / "hubbub.db") as opened:
        yield opened


@pytest.fixture
async def world(store: Store) -> World:
    return await furnish(store)


@pytest.fixture
def voice() -> Voice:
    return Voice()


@pytest.fixture
def make(store: Store, clock: Watch, voice: Voice) -> Callable[[], Outbox]:
    """Another process's outbox on the same store and network."""
    return lambda: Outbox(
        store, CONFIG, clock, listener=lambda source, fetch: voice, look_again=0.01
    )


@pytest.fixture
async def outbox(make: Callable[[], Outbox]) -> AsyncIterator[Outbox]:
    async with make() as opened:
        yield opened
