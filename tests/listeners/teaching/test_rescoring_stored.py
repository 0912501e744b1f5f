"""Scoring stored mentions anew: counts stay right, corrections stay, interruptions go on."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.actions import set_mood
from listeners.config import BrandConfig, Config
from listeners.model import DAY, MINUTE, SECOND, Label, Micros, Part, Score
from listeners.sentiment import SCORER_VERSION, score
from listeners.store import Store, open_store, reads
from listeners.store.rescoring import (
    Rescoring,
    Wanted,
    next_slice,
    rescoring,
    unfinished,
    write_slice,
)
from listeners.teaching.rescoring import (
    LEFT_ALONE,
    begin_rescoring,
    finish_left_alone,
    go_on,
    rehearsed,
    stale,
    stale_said_once,
    stop_rescoring,
)
from listeners.teaching.words import teach
from tests.listeners.store.builders import BRAND, NOW, World, furnish
from tests.listeners.store.test_store_recount import check

CONFIG = Config(brands=(BrandConfig(name=BRAND),), members=("Ana", "Zoé"), observers=("Zoé",))
TEXTS = ("a killer lock", "great lock", "broken again", "the lock", "c'est nul et cassé", "🙂", "")
ALL = Wanted(brand=BRAND, since=Micros(0))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_store(tmp_path / "home" / "hubbub.db") as store:
        yield await furnish(store)


def clock() -> Micros:
    return NOW


async def labels(store: Store) -> dict[int, tuple[int, float | None]]:
    rows = await store.fetch("SELECT id, label, compound FROM mention")
    return {row["id"]: (row["label"], row["compound"]) for row in rows}


async def run(store: Store, wanted: Wanted = ALL, config: Config = CONFIG, size: int = 3) -> int:
    _, number = await begin_rescoring(store, config, "Ana", wanted, NOW)
    await go_on(store, config, number, clock, pause=0, size=size)
    return number


WORDS = st.dictionaries(
    st.sampled_from(["killer", "lock", "great", "nul"]), st.sampled_from([-3.0, 0.0, 3.0])
)


@settings(max_examples=6, deadline=None)
@given(
    texts=st.lists(
        st.tuples(st.sampled_from(TEXTS), st.integers(0, 90), st.sampled_from(list(Part))),
        min_size=1,
        max_size=9,
    ),
    corrected=st.sets(st.integers(0, 8), max_size=3),
    taught=WORDS,
    size=st.integers(1, 4),
)
def test_any_rescoring_leaves_counts_equal_to_a_recount(
    texts: list[tuple[str, int, Part]], corrected: set[int], taught: dict[str, float], size: int
) -> None:
    async def play() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with open_store(Path(folder) / "hubbub.db") as store:
                world = await furnish(store)
                ids = await world.add(
                    [
                        world.mention(text, at=Micros(NOW - ago * MINUTE), part=part)
                        for text, ago, part in texts
                    ]
                )
                mine = [ids[at] for at in corrected if at < len(ids)]
                await set_mood(store, "Ana", "negative", "mention", mine, NOW, config=CONFIG)
                before = await labels(store)
                rows = await reads.mentions(store, ids)
                for word, weight in taught.items():
                    await teach(store, CONFIG, "Ana", BRAND, word, weight, NOW)
                await run(store, size=size)
                await check(store)
                after = await labels(store)
                for id_, row in rows.items():
                    if row.corrected_by:
                        assert after[id_] == before[id_]
                    else:
                        told = score(row.text, lang="en", mask=(BRAND,), taught=taught)
                        assert after[id_][1] == told.compound
                # Twice is as good as once.
                await run(store, size=size)
                assert await labels(store) == after

    asyncio.run(play())


async def test_a_dry_run_tells_what_the_real_one_does(world: World) -> None:
    await world.add([world.mention(text) for text in TEXTS])
    before = await labels(world.store)
    tally = await rehearsed(world.store, CONFIG, ALL)
    assert await labels(world.store) == before
    number = await run(world.store)
    job = await rescoring(world.store, number)
    assert job is not None
    assert (job.state, job.seen, job.changed) == ("done", tally.read, tally.changed)
    after = await labels(world.store)
    assert sum(before[id_][0] != after[id_][0] for id_ in before) == tally.moves.total()
    versions = {r["scorer_version"] for r in await world.store.fetch("SELECT * FROM mention")}
    assert versions == {SCORER_VERSION}


@pytest.mark.parametrize(
    ("wanted", "texts"),
    [
        (Wanted(brand=BRAND, since=Micros(0), word="killer"), {"a KILLER lock"}),
        (Wanted(brand=BRAND, since=Micros(0), word="🪫"), {"phone 🪫"}),
        (Wanted(brand=BRAND, since=Micros(0), word='"x'), set()),
        (Wanted(brand=BRAND, since=Micros(0), lang="fr"), {"c'est cassé"}),
        (Wanted(brand=BRAND, since=Micros(NOW - DAY)), {"a KILLER lock", "phone 🪫", "skills"}),
    ],
)
async def test_only_what_is_wanted_is_read(world: World, wanted: Wanted, texts: set[str]) -> None:
    french = Score(lang="fr", scorer="old", compound=0.0, label=Label.NEUTRAL)
    await world.add([world.mention(text) for text in ("a KILLER lock", "phone 🪫", "skills")])
    await world.add([world.mention("c'est cassé", score=french, at=Micros(NOW - 9 * DAY))])
    found = await next_slice(world.store, wanted, (Micros(2**62), 2**62), 50)
    assert {one.text for one in found} == texts


async def test_reviews_by_stars_keep_what_their_authors_gave(world: World) -> None:
    stars = Score(lang="en", scorer="stars", compound=0.8, label=Label.POSITIVE)
    [id_] = await world.add([world.mention("terrible, awful", score=stars)])
    await run(world.store)
    assert (await reads.mentions(world.store, [id_]))[id_].compound == 0.8


async def test_an_interrupted_one_goes_on_where_it_was(world: World) -> None:
    await world.add([world.mention("great lock", at=Micros(NOW - n * MINUTE)) for n in range(7)])
    _, number = await begin_rescoring(world.store, CONFIG, "Ana", ALL, NOW)
    seen: list[int] = []

    def leave(job: Rescoring) -> None:
        seen.append(job.seen)
        if len(seen) == 2:
            raise KeyError("the process dies")

    with pytest.raises(KeyError):
        await go_on(world.store, CONFIG, number, clock, told=leave, pause=0, size=2)
    await check(world.store)
    job = await rescoring(world.store, number)
    assert job is not None
    assert (job.seen, job.state) == (4, "running")
    # Somebody was at it just now: it is left alone until that is long ago.
    assert await finish_left_alone(world.store, CONFIG, clock) == 0
    assert await finish_left_alone(world.store, CONFIG, lambda: Micros(NOW + LEFT_ALONE)) == 1
    job = await rescoring(world.store, number)
    assert job is not None
    assert (job.seen, job.state) == (7, "done")
    assert await unfinished(world.store) == []


async def test_two_at_the_same_slice_write_it_once(world: World) -> None:
    await world.add([world.mention("great lock") for _ in range(3)])
    _, number = await begin_rescoring(world.store, CONFIG, "Ana", ALL, NOW)
    job = await rescoring(world.store, number)
    assert job is not None
    found = await next_slice(world.store, job.wanted, job.place, 2)
    verdicts = [(one, score(one.text, lang="en")) for one in found]
    first = await world.store.write(lambda c: write_slice(c, job, verdicts, NOW))
    second = await world.store.write(lambda c: write_slice(c, job, verdicts, NOW))
    assert (first, second) == (True, False)
    await check(world.store)


async def test_what_changed_meanwhile_is_left(world: World) -> None:
    [id_] = await world.add([world.mention("great lock")])
    _, number = await begin_rescoring(world.store, CONFIG, "Ana", ALL, NOW)
    job = await rescoring(world.store, number)
    assert job is not None
    found = await next_slice(world.store, job.wanted, job.place, 2)
    await set_mood(world.store, "Ana", "negative", "mention", [id_], NOW, config=CONFIG)
    verdicts = [(one, score(one.text, lang="en")) for one in found]
    await world.store.write(lambda c: write_slice(c, job, verdicts, NOW))
    assert (await reads.mentions(world.store, [id_]))[id_].label is Label.NEGATIVE
    await check(world.store)


async def test_a_title_edited_meanwhile_is_not_judged_by_the_old_one(world: World) -> None:
    [id_] = await world.add([world.mention("the lock")])
    _, number = await begin_rescoring(world.store, CONFIG, "Ana", ALL, NOW)
    job = await rescoring(world.store, number)
    assert job is not None
    [found] = await next_slice(world.store, job.wanted, job.place, 2)
    await world.store.write(lambda c: c.fetch("UPDATE mention SET title = 'Terrible'"))
    verdicts = [(found, score("great lock", lang="en"))]
    await world.store.write(lambda c: write_slice(c, job, verdicts, NOW))
    assert (await reads.mentions(world.store, [id_]))[id_].label is found.label


async def test_a_stopped_one_rests_and_observers_begin_none(world: World) -> None:
    await world.add([world.mention("great lock") for _ in range(3)])
    _, number = await begin_rescoring(world.store, CONFIG, "Ana", ALL, NOW)
    await stop_rescoring(world.store, number)
    job = await go_on(world.store, CONFIG, number, clock, pause=0)
    assert job is not None
    assert (job.state, job.seen) == ("stopped", 0)
    outcome, none = await begin_rescoring(world.store, CONFIG, "Zoé", ALL, NOW)
    assert (outcome.done, none) == (0, 0)
    outcome, none = await begin_rescoring(
        world.store, CONFIG, "Ana", Wanted(brand="Nobody", since=Micros(0)), NOW
    )
    assert (outcome.done, none) == (0, 0)


async def test_an_older_scorer_and_other_settings_are_said_once(world: World) -> None:
    store = world.store
    assert await stale(store, CONFIG) == []
    await world.add([world.mention("great lock")])  # of version 0, heard before the update
    with_plain = Config(brands=(BrandConfig(name=BRAND, plain_sentiment=True),))
    [one] = await stale_said_once(store, with_plain)
    assert one.count == 1
    assert await stale_said_once(store, with_plain) == []
    assert [each.brand for each in await stale(store, with_plain)] == [BRAND]
    await run(store, config=with_plain)
    assert await stale(store, with_plain) == []
    [changed] = await stale_said_once(store, CONFIG)
    assert changed.sentence.template.startswith("The sentiment settings of {brand} have changed")


async def test_the_language_of_a_network_stays_and_that_of_a_text_is_found_anew(
    world: World,
) -> None:
    tagged = Score(lang="fr", scorer="x", compound=0.1, label=Label.POSITIVE, said_by="tag")
    guessed = Score(lang="en", scorer="x", compound=0.1, label=Label.POSITIVE, said_by="text")
    text = "Je ne suis pas content de la livraison, elle est en retard"
    short, long = await world.add(
        [world.mention("bof", score=tagged), world.mention(text, score=guessed)]
    )
    await run(world.store)
    rows = await reads.mentions(world.store, [short, long])
    assert (rows[short].lang, rows[short].lang_by) == ("fr", "tag")
    assert (rows[long].lang, rows[long].lang_by) == ("fr", "text")


def test_left_alone_is_longer_than_a_slice_takes() -> None:
    assert LEFT_ALONE >= 10 * SECOND
