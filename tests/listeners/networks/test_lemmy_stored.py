"""Lemmy from the servers to the queue: what two instances show is one mention."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from listeners.config import BrandConfig, Config, SourceConfig
from listeners.engine import Engine
from listeners.model import SECOND, Micros, Part
from listeners.networks.lemmy.decode import NETWORK
from listeners.rows import MentionRow
from listeners.store import Store, open_store, reads
from listeners.store.filters import StreamFilter
from tests.fake.lemmy import FAR, FakeLemmy

BRAND = BrandConfig(name="Kerlann", handles={NETWORK: (f"mender@{FAR}",)})


class Desk:
    """Two instances and a store that hears both, begun anew for every round."""

    def __init__(self, old: FakeLemmy, new: FakeLemmy, store: Store) -> None:
        self.old, self.new = old, new
        self.store = store

    def clock(self) -> Micros:
        return Micros((max(self.old.now, self.new.now) + 60) * SECOND)

    async def hear(self) -> None:
        sources = tuple(
            SourceConfig(network=NETWORK, what="c/boats", base_url=server.url)
            for server in (self.old, self.new)
        )
        engine = Engine(self.store, Config(brands=(BRAND,), sources=sources), self.clock)
        assert [report.detail for report in await engine.once()] == [None, None]

    async def mentions(self) -> list[MentionRow]:
        ids = await reads.mention_ids(self.store, StreamFilter(), limit=100)
        rows = await reads.mentions(self.store, ids)
        return sorted(rows.values(), key=lambda row: row.sort_at)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with (
        FakeLemmy(3) as old,
        FakeLemmy(4) as new,
        open_store(tmp_path / "hubbub.db") as store,
    ):
        yield Desk(old, new, store)


async def test_a_thread_on_two_instances_is_one_conversation(desk: Desk) -> None:
    for server in (desk.old, desk.new):
        post = server.post("Kerlann leaks", text="Can you help?", by="ana")
        server.comment("We look into it", on=post, by="mender")
    await desk.hear()
    await desk.hear()
    asked, ours = await desk.mentions()
    assert (asked.native_id, asked.part) == (desk.old.address(post), Part.OUTSIDE)
    assert (ours.part, ours.root) == (Part.OURS, asked.native_id)
    assert asked.conversation_id == ours.conversation_id is not None
