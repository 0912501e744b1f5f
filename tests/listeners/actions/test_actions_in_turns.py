"""Steps of several members in turns, and what undo makes of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from listeners.actions import redo, undo
from listeners.actions.charges import hand_out, hand_over, take_back
from listeners.actions.people_joining import merge_persons
from listeners.actions.stages import set_stage
from listeners.charges import Charge
from listeners.config import BrandConfig, Config
from listeners.store import open_store
from listeners.store.charges import charges
from tests.listeners.store.builders import BRAND, NOW, World, furnish

TEAM = Config(brands=(BrandConfig(name=BRAND),), members=("Ana", "Léo", "Zoé"))
ROLE = Charge(kind="channel", what="mastodon", member="Léo")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_store(tmp_path / "home" / "hubbub.db") as opened:
        yield await furnish(opened)


async def standing(world: World) -> list[tuple[object, ...]]:
    rows = await world.store.fetch("SELECT person_id, stage, by_hand FROM standing ORDER BY 1")
    return [tuple(row) for row in rows]


async def test_stages_set_by_hand_survive_a_merger_that_is_taken_back(world: World) -> None:
    store = world.store
    await world.add([world.mention(author="ana"), world.mention(author="bob")])
    rows = await store.fetch("SELECT key, person_id FROM account")
    ana, bob = (next(row["person_id"] for row in rows if row["key"] == k) for k in ("ana", "bob"))
    await set_stage(store, TEAM, "Léo", [bob], BRAND, "convince", NOW)
    await merge_persons(store, TEAM, "Ana", [ana, bob], NOW)
    await set_stage(store, TEAM, "Léo", [ana], BRAND, "convert", NOW)
    assert (await undo(store, "Ana", NOW)).done == 1
    assert await standing(world) == [(ana, "convert", 1), (bob, "convince", 1)]
    assert (await undo(store, "Léo", NOW)).done == 1
    assert await standing(world) == [(ana, "connect", 0), (bob, "convince", 1)]
    assert (await undo(store, "Léo", NOW)).done == 1
    assert await standing(world) == [(ana, "connect", 0), (bob, "connect", 0)]
    await redo(store, "Ana", NOW)
    await redo(store, "Léo", NOW)
    await redo(store, "Léo", NOW)
    assert await standing(world) == [(ana, "convert", 1)]


async def test_nobody_is_given_a_role_twice_by_undo(world: World) -> None:
    store = world.store
    await hand_out(store, TEAM, "Ana", ROLE, NOW)
    await take_back(store, TEAM, "Ana", [1], NOW)
    await hand_out(store, TEAM, "Léo", ROLE, NOW)
    assert (await undo(store, "Ana", NOW)).done == 0
    assert [(one.id, one.member) for one in await charges(store)] == [(2, "Léo")]
    # Nor by taking back what was handed over.
    await hand_over(store, TEAM, "Léo", "Léo", "Zoé", NOW)
    await hand_out(store, TEAM, "Ana", ROLE, NOW)
    assert (await undo(store, "Léo", NOW)).done == 0
    assert sorted(one.member for one in await charges(store)) == ["Léo", "Zoé"]
