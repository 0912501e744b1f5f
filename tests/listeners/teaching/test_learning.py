"""Learning from corrections: when it is offered, what it may judge, switching it on and off."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from listeners.actions import redo, set_mood, undo
from listeners.config import BrandConfig, Config
from listeners.model import Label, Micros, Score
from listeners.sentiment import as_listed, explain, score
from listeners.sentiment.learnt import BUCKETS, CLASSES, FIGURES, Learnt
from listeners.store import Store, open_store
from listeners.store.models import add_model, models, switched_on
from listeners.store.news import take_news
from listeners.store.rescoring import Wanted, unfinished
from listeners.teaching import learning
from listeners.teaching.learning import learn, standing, stood_wanted, switch, told
from listeners.teaching.lessons import lessons, model_behind
from listeners.teaching.news import find_news
from listeners.teaching.rescoring import begin_rescoring, go_on
from listeners.teaching.training import (
    Example,
    Figures,
    compared,
    distinct,
    trainable,
    trained,
)
from listeners.teaching.weights import UnknownModelError, packed, unpacked
from tests.listeners.store.builders import BRAND, NOW, World, furnish

CONFIG = Config(brands=(BrandConfig(name=BRAND),), members=("Ana", "Zoé"), observers=("Zoé",))
JARGON = {0: "zorgly wobbly", 1: "plain lock", 2: "snazzerific snug"}
"""Words no list knows, that go with a label in this made-up trade."""


def posts(count: int, seed: int = 0) -> list[tuple[str, int]]:
    chance = random.Random(seed)
    filler = "the lock on my bike this week again here door key box"
    made = []
    for number in range(count):
        label = number % 3
        words = [*chance.sample(filler.split(), 5), *JARGON[label].split()]
        chance.shuffle(words)
        made.append((" ".join(words), label))
    return made


def example(text: str, label: int) -> Example:
    found = as_listed(text, lang="en")
    assert found is not None
    return Example(found[0], label, found[1])


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_store(tmp_path / "home" / "hubbub.db") as store:
        yield await furnish(store)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "FEWEST", 30)


async def corrected(world: World, count: int, seed: int = 0, lang: str = "en") -> None:
    verdict = Score(lang=lang, scorer="vader", compound=0.0, label=Label.NEUTRAL)
    made = posts(count, seed)
    ids = await world.add([world.mention(text, score=verdict) for text, _ in made])
    for label, name in enumerate(("negative", "neutral", "positive")):
        those = [id_ for id_, (_, wanted) in zip(ids, made, strict=True) if wanted == label]
        await set_mood(world.store, "Ana", name, "mention", those, NOW, config=CONFIG)


def blank(lang: str = "en", **changes: object) -> Learnt:
    values = {
        "lang": lang,
        "name": f"learnt-{lang}-0",
        "corrections": 100,
        "figures": ((0.0,) * FIGURES,) * CLASSES,
        "hashed": bytes(BUCKETS * CLASSES),
        "step": 1.0,
        **changes,
    }
    return Learnt(**values)  # type: ignore[arg-type]


def test_words_no_list_knows_are_learnt_and_proved_on_posts_left_out() -> None:
    examples = [example(text, label) for text, label in posts(90)]
    figures = compared(examples)
    assert figures.better
    assert figures.recall > 0.9 > 0.5 > figures.listed_recall
    layer = trained(examples, "en", 90)
    unseen = posts(60, seed=1)
    right = [
        score(text, lang="en", learnt={"en": layer}).label
        is (Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE)[label]
        for text, label in unseen
    ]
    assert sum(right) > 55


def test_labels_that_follow_nothing_are_not_better() -> None:
    better = 0
    for seed in range(4):
        chance = random.Random(seed)
        examples = [example(text, chance.randrange(3)) for text, _ in posts(60)]
        better += compared(examples).better
    assert better == 0


def test_a_campaign_of_the_same_words_is_learnt_from_once() -> None:
    # Thirty posts shared by ten people each, their labels drawn by lot: nothing can be learnt, but
    # one share would tell the label of the other nine.
    chance = random.Random(3)
    words = " ".join([*JARGON.values(), "the lock on my bike this week again here"]).split()
    shared = [(" ".join(chance.sample(words, 6)), chance.randrange(3)) for _ in range(30)]
    everything = [example(text, label) for text, label in shared for _ in range(10)]
    assert compared(everything).better
    once = distinct(everything)
    assert len(once) == 30
    assert not compared(once).better
    # The newest comes first, and is the one that is kept.
    assert distinct([example("a LOCK", 2), example("a lock", 0)])[0].label == 2


def test_a_label_that_hardly_occurs_stops_learning() -> None:
    assert not trainable([example("a lock", 1)] * 60)
    assert trainable([example(text, label) for text, label in posts(30)])


def test_without_any_weight_the_lists_decide() -> None:
    # The compound may be another; the label cannot.
    for text in ("great lock", "terrible lock", "the lock", "good, not great, and bad"):
        mine, theirs = score(text, lang="en", learnt={"en": blank()}), score(text, lang="en")
        assert (mine.label, mine.scorer) == (theirs.label, "learnt-en-0")


def test_it_judges_its_own_language_and_nothing_else() -> None:
    layer = {"en": blank()}
    assert score("très bien", lang="fr", learnt=layer).scorer == "vader-fr"
    assert score("とても良い", lang="ja", learnt=layer).label is Label.UNSCORED
    assert score("🙂", lang=None, learnt=layer).scorer == "emoji"
    assert score("great", lang="en", layered=False, learnt=layer).scorer == "vader-plain"


def test_why_names_the_words_it_leans_on() -> None:
    layer = trained([example(text, label) for text, label in posts(60)], "en", 60)
    found = explain("snazzerific lock", lang="en", learnt={"en": layer})
    assert (found.learnt_from, found.listed) == (60, 0.0)
    assert found.pulls[0][0] == "snazzerific"
    assert found.pulls[0][1] > 0
    assert explain("snazzerific lock", lang="en").pulls == ()


def test_weights_are_kept_small_and_come_back_the_same() -> None:
    layer = trained([example(text, label) for text, label in posts(60)], "en", 60)
    stored = packed(layer)
    assert len(stored) < 100_000
    again = unpacked(stored, "en", 7, 60)
    assert (again.name, again.hashed, again.step) == ("learnt-en-7", layer.hashed, layer.step)
    assert again.figures == layer.figures
    assert (model_behind(again.name), model_behind("vader-fr"), model_behind(None)) == (7, 0, 0)


@pytest.mark.parametrize("stored", [b"", b"{}\n", b"[]\nx", b'{"format": 9}\nxx', b"\xff\xfe"])
def test_a_damaged_model_is_refused(stored: bytes) -> None:
    with pytest.raises(UnknownModelError):
        unpacked(stored, "en", 1, 1)


def test_verdicts_that_stood_keep_the_balance() -> None:
    # English was measured right on .599 of posts: 40 wrong ones belong to some 60 right ones.
    assert stood_wanted("en", wrong=40, right=0) == 60
    assert stood_wanted("en", wrong=40, right=60) == 0
    assert stood_wanted("en", wrong=40, right=30) == 30


@pytest.mark.usefixtures("few")
async def test_learning_offers_switches_on_judges_and_is_undone(world: World) -> None:
    store = world.store
    await corrected(world, 29)
    assert await learn(store, CONFIG, NOW) == []
    [one] = await standing(store)
    assert (one.lacking, told(one).values["count"]) == (1, 29)
    assert not (await switch(store, CONFIG, "Ana", "en", True, NOW)).done

    await corrected(world, 61, seed=5)
    [number] = await learn(store, CONFIG, NOW)
    [model] = await models(store)
    assert (model.id, model.state, model.corrections) == (number, "offered", 90)
    assert model.figures["recall"] > model.figures["listed_recall"]
    # Not a fifth more corrections: it is not learnt anew.
    assert await learn(store, CONFIG, NOW) == []
    await find_news(store, CONFIG)
    news = await take_news(store)
    assert news is not None
    assert news.values["count"] == 90
    assert await take_news(store) is None
    await find_news(store, CONFIG)
    assert await take_news(store) is None

    assert not (await switch(store, CONFIG, "Zoé", "en", True, NOW)).done
    assert (await lessons(store)).layers == {}
    assert (await switch(store, CONFIG, "Ana", "en", True, NOW)).done
    assert not (await switch(store, CONFIG, "Ana", "en", True, NOW)).done
    assert list((await lessons(store)).layers) == ["en"]

    verdict = Score(lang="en", scorer="vader", compound=0.0, label=Label.NEUTRAL)
    [id_] = await world.add([world.mention("zorgly wobbly thing", score=verdict)])
    wanted = Wanted(brand=BRAND, since=Micros(0), lang="en")
    _, job = await begin_rescoring(store, CONFIG, "Ana", wanted, NOW)
    await go_on(store, CONFIG, job, lambda: NOW, pause=0)
    assert await verdict_of(store, id_) == (f"learnt-en-{number}", 0)

    assert (await undo(store, "Ana", NOW)).done == 1
    assert (await lessons(store)).layers == {}
    for left in await unfinished(store):
        await go_on(store, CONFIG, left.id, lambda: NOW, pause=0)
    assert await verdict_of(store, id_) == ("vader", 1)
    assert (await redo(store, "Ana", NOW)).done == 1
    assert (await switch(store, CONFIG, "Ana", "en", False, NOW)).done
    assert not (await switch(store, CONFIG, "Ana", "en", False, NOW)).done


async def verdict_of(store: Store, id_: int) -> tuple[str, int]:
    [row] = await store.fetch("SELECT scorer, label FROM mention WHERE id = ?", (id_,))
    return row["scorer"], row["label"]


@pytest.mark.usefixtures("few")
async def test_posts_that_say_the_same_are_compared_once(world: World) -> None:
    await corrected(world, 60)
    await corrected(world, 60)
    await learn(world.store, CONFIG, NOW)
    [model] = await models(world.store)
    assert model.corrections == 120
    assert model.figures["posts"] <= 60


@pytest.mark.usefixtures("few")
async def test_what_is_not_better_cannot_be_switched_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = Figures(
        posts=60, given=60, recall=0.5, f1=0.5, listed_recall=0.5, listed_f1=0.5, low=-0.1, high=0.1
    )
    monkeypatch.setattr(learning, "compared", lambda _examples: figures)
    await corrected(world, 60)
    await learn(world.store, CONFIG, NOW)
    [one] = await standing(world.store)
    assert one.newest is not None
    assert one.newest.state == "worse"
    assert "not better beyond chance" in told(one).template
    outcome = await switch(world.store, CONFIG, "Ana", "en", True, NOW)
    assert (outcome.done, "cannot be switched on" in outcome.sentence.template) == (0, True)


async def test_a_newer_model_takes_the_place_of_the_one_that_judges(world: World) -> None:
    store = world.store

    async def made(corrections: int) -> int:
        return await store.write(
            lambda c: add_model(
                c, lang="en", corrections=corrections, figures={"posts": 1},
                weights=packed(blank()), state="offered", now=NOW,
            )
        )  # fmt: skip

    first = await made(100)
    await switch(store, CONFIG, "Ana", "en", True, NOW)
    second = await made(200)
    await switch(store, CONFIG, "Ana", "en", True, NOW)
    assert [model.id for model, _ in await switched_on(store)] == [second]
    assert (await undo(store, "Ana", NOW)).done == 2
    assert [model.id for model, _ in await switched_on(store)] == [first]
    assert (await redo(store, "Ana", NOW)).done == 2
    assert [model.id for model, _ in await switched_on(store)] == [second]


async def test_the_number_of_a_model_that_is_gone_is_not_given_again(world: World) -> None:
    store = world.store

    async def made(lang: str) -> int:
        return await store.write(
            lambda c: add_model(
                c, lang=lang, corrections=100, figures={}, weights=packed(blank(lang)),
                state="offered", now=NOW,
            )
        )  # fmt: skip

    async def said() -> int:
        await find_news(store, CONFIG)
        news = await take_news(store)
        return int(news.values["count"]) if news is not None else 0

    first = await made("en")
    assert await said() == 100
    await switch(store, CONFIG, "Ana", "en", True, NOW)
    await undo(store, "Ana", NOW)
    second = await made("en")  # the first was only offered, so it goes
    assert second != first
    assert await said() == 100
    # What was undone was about the first: the second is not switched on in its place.
    assert not (await redo(store, "Ana", NOW)).done
    assert [(model.id, model.state) for model in await models(store)] == [(second, "offered")]
    # One of two that are offered is switched on: the other was said already.
    await made("fr")
    assert await said() == 100
    await switch(store, CONFIG, "Ana", "fr", True, NOW)
    assert await said() == 0


async def test_what_was_all_scored_anew_since_follows_the_switch_back(world: World) -> None:
    store = world.store
    jobs: list[list[tuple[str, str]]] = []
    for at in (NOW, Micros(NOW + 2)):
        _, number = await begin_rescoring(
            store, CONFIG, "Ana", Wanted(brand=BRAND, since=Micros(0)), at
        )
        await go_on(store, CONFIG, number, lambda: NOW, pause=0)
        if not jobs:
            await store.write(
                lambda c: add_model(
                    c, lang="en", corrections=1, figures={}, weights=packed(blank()),
                    state="offered", now=Micros(NOW + 1),
                )
            )  # fmt: skip
        await switch(store, CONFIG, "Ana", "en", True, Micros(NOW + 1))
        await undo(store, "Ana", Micros(NOW + 3))
        jobs.append([(job.wanted.brand, job.wanted.lang) for job in await unfinished(store)])
    assert jobs == [[], [(BRAND, "en")]]


async def test_a_model_that_cannot_be_read_leaves_the_lists_to_judge(world: World) -> None:
    await world.store.write(
        lambda c: add_model(
            c, lang="en", corrections=1, figures={}, weights=b"??", state="on", now=NOW
        )
    )
    assert (await lessons(world.store)).layers == {}
