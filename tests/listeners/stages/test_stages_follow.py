"""Stages follow what is done to people in the very write that does it, and follow it back."""

from __future__ import annotations

import pytest

from listeners.actions import redo, undo
from listeners.actions.people import set_role, tag_people
from listeners.actions.people_joining import merge_persons, split_account
from tests.listeners.stages.test_stages_stored import CONFIG, Scene, ago, scene

__all__ = ["scene"]


async def stages(scene: Scene) -> tuple[str, str]:
    return await scene.stage("ana"), await scene.stage("bob")


async def test_a_merger_and_its_undo_move_at_once(scene: Scene) -> None:
    talk = await scene.talk("t")
    await scene.said(9, "ana")
    await scene.said(4, "bob", conversation_id=talk)
    await scene.ours(3, talk)
    await scene.said(2, "bob", conversation_id=talk)
    await scene.find()
    assert await stages(scene) == ("connect", "convince")
    ana, bob = await scene.person("ana"), await scene.person("bob")

    assert (await merge_persons(scene.store, CONFIG, "Ana", [ana, bob], ago(1))).done
    assert await stages(scene) == ("convince", "convince")
    assert await scene.store.fetch("SELECT 1 FROM standing WHERE person_id = ?", (bob,)) == []
    assert (await undo(scene.store, "Ana", ago(1))).done
    assert await stages(scene) == ("connect", "convince")
    assert (await redo(scene.store, "Ana", ago(1))).done
    assert await stages(scene) == ("convince", "convince")

    account = scene.world.accounts["bob"]
    assert (await split_account(scene.store, CONFIG, "Ana", account, ago(1))).done
    assert await stages(scene) == ("connect", "convince")
    assert (await undo(scene.store, "Ana", ago(1))).done
    assert await stages(scene) == ("convince", "convince")


@pytest.mark.parametrize(
    ("role", "tag", "stage"),
    [("staff", "", ""), ("customer", "", "convert"), ("", "customer", "convert")],
)
async def test_a_role_or_tag_and_its_undo_move_at_once(
    scene: Scene, role: str, tag: str, stage: str
) -> None:
    await scene.said(9)
    await scene.find()
    ana = [await scene.person()]
    if role:
        await set_role(scene.store, CONFIG, "Ana", ana, role, ago(1))
    else:
        await tag_people(scene.store, CONFIG, "Ana", ana, [tag], ago(1))
    assert await scene.stage() == stage
    await undo(scene.store, "Ana", ago(1))
    assert await scene.stage() == "connect"
    await redo(scene.store, "Ana", ago(1))
    assert await scene.stage() == stage
