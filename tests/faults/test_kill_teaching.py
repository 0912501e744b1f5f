"""Killed while stored mentions are scored anew, or while something is learnt: nothing is half."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from listeners.actions import set_mood
from listeners.model import MINUTE, Label, Micros, Score
from listeners.store import Store, open_store
from listeners.store.models import models
from listeners.store.rescoring import Wanted, rescoring
from listeners.teaching.learning import switch
from listeners.teaching.lessons import lessons
from listeners.teaching.rescoring import begin_rescoring
from listeners.teaching.words import teach
from tests.faults.kill_teaching_child import CONFIG, SLICE
from tests.listeners.store.builders import BRAND, NOW, furnish
from tests.listeners.store.test_store_recount import check
from tests.listeners.teaching.test_learning import corrected

ROOT = Path(__file__).parents[2]
CHILD = Path(__file__).with_name("kill_teaching_child.py")
MENTIONS = 1_200
KILLS = 5

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]


def live(store: Path, what: str, seconds: float | None) -> bool:
    """Run the child, kill it so long after it was ready, and say whether it was killed at work."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"tests.faults.{CHILD.stem}", str(store), what],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    with process:
        assert process.stdout.readline() == "ready\n"
        if seconds is not None:
            time.sleep(seconds)
            process.kill()
    return process.returncode == -9


async def verdicts(store: Store) -> dict[int, tuple[int, float | None]]:
    rows = await store.fetch("SELECT id, label, compound FROM mention")
    return {row["id"]: (row["label"], row["compound"]) for row in rows}


async def test_a_rescoring_killed_again_and_again_ends_as_one_that_was_not(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.db"
    chance = random.Random(5)
    async with open_store(path) as store:
        world = await furnish(store)
        verdict = Score(lang="en", scorer="vader", compound=0.0, label=Label.NEUTRAL)
        ids = await world.add(
            [
                world.mention("a killer lock", score=verdict, at=Micros(NOW - at % 200 * MINUTE))
                for at in range(MENTIONS)
            ]
        )
        await set_mood(store, "Ana", "negative", "mention", ids[:9], NOW, config=CONFIG)
        await teach(store, CONFIG, "Ana", BRAND, "killer", 3.0, NOW)
        wanted = Wanted(brand=BRAND, since=Micros(0))
        _, number = await begin_rescoring(store, CONFIG, "Ana", wanted, NOW)
    places, at_work = [0], 0
    for _ in range(KILLS):
        at_work += live(path, "rescoring", 0.02 + chance.random() * 0.2)
        async with open_store(path) as store:
            await check(store)
            job = await rescoring(store, number)
            assert job is not None
            assert job.seen % SLICE == 0
            changed = sum(label == 2 for label, _ in (await verdicts(store)).values())
            assert changed == job.seen == job.changed
            places.append(job.seen)
    assert places == sorted(places)
    assert at_work > KILLS / 2
    assert places[-1] > 0
    assert not live(path, "rescoring", None)
    async with open_store(path) as store:
        await check(store)
        job = await rescoring(store, number)
        assert job is not None
        assert (job.state, job.seen, job.changed) == ("done", MENTIONS - 9, MENTIONS - 9)
        found = await verdicts(store)
        assert {found[id_][0] for id_ in ids[:9]} == {0}
        assert {found[id_][0] for id_ in ids[9:]} == {2}


async def test_killed_while_learning_there_is_no_model_or_a_whole_one(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.db"
    chance = random.Random(6)
    async with open_store(path) as store:
        await corrected(await furnish(store), 240)
    for _ in range(3):
        live(path, "learning", 0.05 + chance.random() * 0.8)
        async with open_store(path) as store:
            assert len(await models(store)) <= 1
            assert (await lessons(store)).layers == {}
    assert not live(path, "learning", None)
    async with open_store(path) as store:
        [model] = await models(store)
        assert model.state == "offered"
        await switch(store, CONFIG, "Ana", "en", True, NOW)
        assert list((await lessons(store)).layers) == ["en"]
