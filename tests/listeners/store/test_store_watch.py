"""Change is noticed, whoever made it, and no change is missed."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

import pytest

from listeners.store import Store
from listeners.store.settings import remember, setting
from listeners.supervisor import spawn


async def test_a_change_of_this_process_is_seen_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listeners.store.watch.POLL_SECONDS", 3600)
    waiting = spawn("wait", store.wait_for_change(3600))
    await asyncio.sleep(0)
    await remember(store, "a", "1")
    # Not by the next look at the file: the writer said so.
    async with asyncio.timeout(30):
        assert await waiting


async def test_a_change_of_another_process_is_seen_within_a_look(store: Store) -> None:
    waiting = spawn("wait", store.wait_for_change(30))
    await asyncio.sleep(0.01)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("INSERT INTO setting VALUES ('b', '2')")
    assert await waiting


async def test_nothing_is_reported_twice_and_nothing_without_a_change(store: Store) -> None:
    await remember(store, "a", "1")
    assert await store.wait_for_change(1)
    assert not await store.wait_for_change(0.05)
    assert await setting(store, "a") == "1"
    assert not await store.wait_for_change(0)


async def test_what_changes_between_two_waits_is_seen_by_the_second(store: Store) -> None:
    watch = store.watch()
    for number in range(3):
        await remember(store, "a", str(number))
        assert await watch.wait(0)
    assert not await watch.wait(0)


async def test_every_onlooker_sees_every_change(store: Store) -> None:
    watches = [store.watch() for _ in range(3)]
    waits = [spawn(f"wait {n}", watch.wait(30)) for n, watch in enumerate(watches)]
    await asyncio.sleep(0)
    await remember(store, "a", "1")
    assert await asyncio.gather(*waits) == [True] * 3


async def test_a_write_that_stored_nothing_is_no_change(store: Store) -> None:
    await store.write(lambda c: c.fetch("SELECT 1"))
    assert not await store.wait_for_change(0)


async def test_waiting_can_be_cancelled(store: Store) -> None:
    waiting = spawn("wait", store.wait_for_change(60))
    await asyncio.sleep(0.01)
    waiting.cancel()
    async with asyncio.timeout(30):
        await asyncio.wait([waiting])
    assert waiting.cancelled()


async def test_settings_have_a_default_and_are_replaced(store: Store) -> None:
    assert await setting(store, "theme", "dark") == "dark"
    for value in ("light", "été \ud800"):
        await remember(store, "theme", value)
    assert (await setting(store, "theme")).startswith("été ")
