"""A store with two brands in it, for campaigns."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from listeners.store import Store, open_store
from tests.listeners.store.builders import World, furnish


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_store(tmp_path / "home" / "hubbub.db") as opened:
        yield await furnish(opened)


@pytest.fixture
def store(world: World) -> Store:
    return world.store
