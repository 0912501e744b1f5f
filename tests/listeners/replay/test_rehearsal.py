"""Trying an edited configuration: the pipeline's own verdicts once more, and what would differ."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from listeners.actions.rules import keep_rule
from listeners.config import Config
from listeners.config.editing import EDITABLE, edited
from listeners.config.extending import ExtensionError
from listeners.config.false_alarms import Choice
from listeners.model import HOUR, MINUTE, SECOND, Micros
from listeners.replay.rehearsal import TOGETHER, Rehearsal, batches, rehearse
from listeners.rules import Conditions, Effects, Rule
from listeners.store import open_store
from listeners.store.heard_posts import heard_since
from tests.listeners.conversations.threads import (
    CONFIG,
    IDA,
    NOW,
    STAR,
    US,
    ZOE,
    Threads,
)

SINCE = Micros(NOW - HOUR)
SECRETIVE = replace(
    CONFIG, brands=(replace(CONFIG.brands[0], confidential=("Projekt Mond",)), *CONFIG.brands[1:])
)


@pytest.fixture
async def threads(tmp_path: Path) -> AsyncIterator[Threads]:
    async with open_store(tmp_path / "hubbub.db") as store:
        made = Threads(store, SECRETIVE)
        await made.open()
        await live(made)
        yield made


async def live(threads: Threads) -> None:
    """A morning as it happens: questions, answers, a leak, a second brand, what is only passing."""
    tagged = Rule(
        name="Parcels", conditions=Conditions(query="parcel"), effects=Effects(tags=("p",))
    )
    await keep_rule(threads.store, "Ana", tagged, NOW)
    await threads.say("1", "Lune, where is my parcel?")
    threads.wait(MINUTE)
    await threads.say("2", "@lune on its way", US, to="1", mentions=("zoe@social.example",))
    threads.wait(MINUTE)
    await threads.say("3", "still nothing, what now?", to="2")
    threads.wait(MINUTE)
    await threads.say("4", "Lune and Soleil are both lovely", IDA)
    threads.wait(MINUTE)
    await threads.say("5", "hello @lune", IDA, mentions=("lune@social.example",))
    threads.wait(MINUTE)
    await threads.say("6", "I read about Projekt Mond of Lune", STAR)
    threads.wait(MINUTE)
    await threads.say("7", "Lune minecraft server is up", IDA)
    threads.wait(MINUTE)
    await threads.say("8", "Lune minecraft: can you help?", replace(ZOE, key="k", handle="k"))
    threads.wait(MINUTE)
    await threads.say("9", "Soleil is too hot, I want a refund", ZOE)
    threads.wait(MINUTE)


async def tried(threads: Threads, changed: Config, brand: str = "") -> Rehearsal:
    now = Micros(threads.now + 1)
    steps = [
        one async for one in rehearse(threads.store, threads.config, changed, SINCE, now, brand)
    ]
    assert steps[-1].done
    return steps[-1]


async def test_a_replay_of_the_same_rules_is_what_the_pipeline_did(threads: Threads) -> None:
    found = await tried(threads, threads.config)
    assert found.looked == 10
    assert found.counts == dict.fromkeys(found.counts, 0)
    assert found.did.mentions == 10
    assert found.did.asks >= 4
    assert found.did.queued >= 3
    assert found.did.ruled == {"Parcels": 1}
    assert sum(found.did.alerts.values()) >= 1
    for side in (found.now, found.edited):
        assert replace(side, detected={}) == found.did


async def test_an_exclusion_leaves_out_what_it_names(threads: Threads) -> None:
    found = await tried(threads, edited(threads.config, "Lune", ["exclude=minecraft"]))
    assert found.counts["matched_less"] == 2
    assert found.counts["matched_more"] == 0
    assert len(found.matched_less) == 2
    assert found.edited.mentions == found.now.mentions - 2
    assert found.edited.queued == found.now.queued - 1


async def test_a_term_that_is_no_longer_confidential_raises_nothing(threads: Threads) -> None:
    found = await tried(threads, edited(threads.config, "Lune", ["confidential="]))
    assert [one.template for one in found.lost_alerts] == [
        "A confidential term of {brand} is in public: {masked}"
    ]
    assert found.new_alerts == ()
    back = await tried(threads, edited(threads.config, "Soleil", ["confidential=too hot"]))
    assert len(back.new_alerts) == 1
    assert all("too hot" not in str(one.values) for one in back.new_alerts)


async def test_one_brand_is_tried_alone(threads: Threads) -> None:
    found = await tried(threads, threads.config, "Soleil")
    assert found.looked == found.did.mentions == 2


async def test_nothing_is_changed_and_nothing_is_left_behind(
    threads: Threads, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    before = await heard_since(threads.store, SINCE, 0, 100)
    async with aclosing(
        rehearse(threads.store, threads.config, CONFIG, SINCE, threads.now)
    ) as steps:
        async for step in steps:
            if step.share > 0.3:
                assert list(scratch.iterdir())
                break
    assert list(scratch.iterdir()) == []
    assert await heard_since(threads.store, SINCE, 0, 100) == before


async def test_batches_are_of_one_source_and_one_moment(threads: Threads) -> None:
    page = await heard_since(threads.store, SINCE, 0, 100)
    assert [len(one) for one in batches(page)] == [10]
    other = replace(page[3], source="bluesky:lune")
    assert [len(one) for one in batches([*page[:3], other, *page[4:]])] == [3, 1, 6]
    near = [replace(one, seen_at=Micros(NOW + place * SECOND)) for place, one in enumerate(page)]
    assert [len(one) for one in batches(near)] == [10]
    far = [replace(page[0], seen_at=Micros(NOW + place * (TOGETHER + 1))) for place in range(3)]
    assert [len(one) for one in batches(far)] == [1, 1, 1]


# --- changes ---------------------------------------------------------------------------------


def test_settings_are_changed_for_one_brand_only() -> None:
    alarms = ("alerts.false_alarms=2 a month", "alerts.silence=off")
    made = edited(CONFIG, "Lune", ["query=moon", "names=Lune, Luna", *alarms])
    lune, soleil = made.brands
    assert (lune.query, lune.names) == ("moon", ("Lune", "Luna"))
    assert lune.alarms.whole == Choice(a_month=2.0)
    assert lune.alarms.own == {"silence": None}
    assert soleil == CONFIG.brands[1]
    assert set(EDITABLE) >= {"query", "exclude", "confidential", "alerts.surge_6_h"}


@pytest.mark.parametrize(
    ("brand", "edit"),
    [
        ("", "query=moon"),
        ("Nobody", "query=moon"),
        ("Lune", "query"),
        ("Lune", "query=(moon"),
        ("Lune", "colour=red"),
        ("Lune", "alerts.false_alarms=often"),
    ],
)
def test_what_cannot_be_tried_is_refused(brand: str, edit: str) -> None:
    with pytest.raises(ExtensionError):
        edited(CONFIG, brand, [edit])
