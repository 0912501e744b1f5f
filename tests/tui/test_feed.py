"""The feed: one message for much change, soon, and another when only time has passed."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from textual.message import Message

from listeners.store import Connection, Store, open_store
from listeners.store.sources import register_brands
from listeners.supervisor import spawn
from tests.tui.driving import until
from tui import feed
from tui.feed import Changed, Feed


async def change(store: Store, name: str) -> None:
    async def work(connection: Connection) -> None:
        await register_brands(connection, [name])

    await store.write(work)


async def test_much_change_is_few_messages(tmp_path: Path) -> None:
    posted: list[float] = []

    def post(message: Message) -> bool:
        assert isinstance(message, Changed)
        posted.append(time.monotonic())
        return True

    async with open_store(tmp_path / "hubbub.db") as store:
        task = spawn("feed", Feed(store, post).run())
        begun = time.monotonic()
        for at in range(100):
            await change(store, f"brand {at}")
        await until(lambda: posted)
        took = time.monotonic() - begun
        assert len(posted) <= 2 + took / feed.PERIOD
        before = len(posted)
        await change(store, "last")
        await until(lambda: len(posted) > before)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_time_alone_is_worth_a_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "PATIENCE", 0.05)
    posted: list[Message] = []

    def post(message: Message) -> bool:
        posted.append(message)
        return True

    async with open_store(tmp_path / "hubbub.db") as store:
        task = spawn("feed", Feed(store, post).run())
        await until(lambda: posted)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_one_pending_look_is_enough() -> None:
    assert Changed().can_replace(Changed())
