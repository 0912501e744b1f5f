"""A store with brands, sources and authors in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from listeners.store import Store
from listeners.store.database import open_store
from tests.listeners.store.builders import World, furnish


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "hubbub.db") as opened:
        yield opened


@pytest.fixture
async def world(store: Store) -> World:
    return await furnish(store)
