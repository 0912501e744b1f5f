"""Taught words: what they do to a verdict, which can be taught, and the steps of teaching."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.actions import redo, undo
from listeners.config import BrandConfig, Config
from listeners.model import Label, Micros
from listeners.sentiment import explain, score, vader_compound
from listeners.store import open_store, reads
from listeners.store.rescoring import Wanted, unfinished
from listeners.store.taught import taught_by_brand, taught_words
from listeners.teaching.lessons import Lessons, lessons
from listeners.teaching.rescoring import begin_rescoring, go_on
from listeners.teaching.words import (
    take_away,
    teach,
    weight_of,
    word_as_kept,
)
from tests.listeners.store.builders import BRAND, NOW, World, furnish

CONFIG = Config(
    brands=(BrandConfig(name=BRAND, names=("Joy Cola",)),),
    members=("Ana", "Zoé"),
    observers=("Zoé",),
)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_store(tmp_path / "home" / "hubbub.db") as store:
        yield await furnish(store)


@pytest.mark.parametrize(
    ("text", "lang", "taught", "label"),
    [
        ("That lock is a killer", "en", {"killer": 3.0}, Label.POSITIVE),
        ("That lock is a KILLER!", "en", {"killer": 3.0}, Label.POSITIVE),
        ("#killer", "en", {"killer": 3.0}, Label.POSITIVE),
        ("not a killer", "en", {"killer": 3.0}, Label.NEGATIVE),
        ("great", "en", {"great": 0.0}, Label.NEUTRAL),
        ("very great", "en", {"great": 0.0}, Label.NEUTRAL),
        ("it just works as designed", "en", {"as designed": -3.0}, Label.NEGATIVE),
        ("very as designed", "en", {"as designed": 0.0}, Label.NEUTRAL),
        # A phrase of ours that holds the word no longer counts against what was taught.
        ("Toujours en panne", "fr", {"panne": 3.0}, Label.POSITIVE),
        ("C’est l’arnaque", "fr", {"arnaque": 1.8}, Label.POSITIVE),
        ("Das ist ein Hammer", "de", {"hammer": 3.0}, Label.POSITIVE),
        ("🪫", None, {"🪫": -3.0}, Label.NEGATIVE),
        ("Killer", "ja", {"killer": 3.0}, Label.UNSCORED),
    ],
)
def test_a_taught_word_goes_before_every_list(
    text: str, lang: str | None, taught: dict[str, float], label: Label
) -> None:
    assert score(text, lang=lang, taught=taught).label is label
    # Nothing of it stays behind for the next brand.
    before = score(text, lang=lang)
    assert score(text, lang=lang, taught={"else": 1.0}) == before
    assert score(text, lang=lang) == before


def test_the_pure_score_of_vader_never_moves() -> None:
    text = "What a killer, this is great"
    found = explain(text, lang="en", taught={"killer": 4.0, "great": -4.0})
    assert found.vader == vader_compound(text)
    assert found.score.compound != vader_compound(text)
    assert {one.text: one.base for one in found.words} == {"killer": 4.0, "great": -4.0}
    plain = score(text, lang="en", layered=False, taught={"killer": 4.0})
    assert (plain.scorer, plain.label) == ("vader-plain", Label.POSITIVE)
    assert score(text, lang="en", layered=False).compound == vader_compound(text)


@settings(max_examples=25, deadline=None)
@given(
    words=st.dictionaries(st.text(min_size=1, max_size=12), st.floats(-4, 4), max_size=4),
    text=st.text(max_size=60),
)
def test_any_words_can_be_taught_and_no_verdict_leaves_its_bounds(
    words: dict[str, float], text: str
) -> None:
    found = score(text, lang="en", taught={word_as_kept(word): w for word, w in words.items()})
    assert found.compound is None or -1 <= found.compound <= 1


@pytest.mark.parametrize(
    ("said", "weight"),
    [
        ("good", 1.8), ("Very good", 3.0), ("very-bad", -3.0), ("neutral", 0.0), ("-2", -2.0),
        ("1,5", 1.5), ("4", 4.0), ("4.1", None), ("nan", None), ("excellent", None), ("", None),
    ],
)  # fmt: skip
def test_a_weight_is_one_of_five_or_a_number(said: str, weight: float | None) -> None:
    assert weight_of(said) == weight


def test_a_word_is_kept_in_one_spelling() -> None:
    assert word_as_kept("  L’Arnaque! ") == "l'arnaque"


@pytest.mark.parametrize(
    ("brand", "word", "weight", "why"),
    [
        (BRAND, "", 1.0, "Say which word."),
        (BRAND, "joy cola", 1.0, "A name of {brand}"),
        (BRAND, "a b c d e f", 1.0, "That is too long"),
        (BRAND, "fine", 9.0, "A weight goes from"),
        ("Nobody", "fine", 1.0, "There is no brand {brand}."),
    ],
)
async def test_what_cannot_be_taught_says_why(
    world: World, brand: str, word: str, weight: float, why: str
) -> None:
    outcome = await teach(world.store, CONFIG, "Ana", brand, word, weight, NOW)
    assert (outcome.done, outcome.sentence.template.startswith(why)) == (0, True)
    assert await taught_words(world.store) == []


async def test_observers_teach_nothing(world: World) -> None:
    assert not (await teach(world.store, CONFIG, "Zoé", BRAND, "fine", 1.0, NOW)).done
    assert not (await take_away(world.store, CONFIG, "Zoé", BRAND, "fine", NOW)).done


async def test_teaching_changing_and_taking_away_are_steps(world: World) -> None:
    store = world.store

    async def now() -> dict[str, float]:
        return dict((await taught_by_brand(store)).get(BRAND, {}))

    await teach(store, CONFIG, "Ana", BRAND, "Killer", 3.0, NOW)
    assert await now() == {"killer": 3.0}
    assert not (await teach(store, CONFIG, "Ana", BRAND, "killer", 3.0, NOW)).done
    await teach(store, CONFIG, "Ana", BRAND, "killer", -1.8, NOW)
    await take_away(store, CONFIG, "Ana", BRAND, "killer", NOW)
    assert await now() == {}
    assert not (await take_away(store, CONFIG, "Ana", BRAND, "killer", NOW)).done
    for after in ({"killer": -1.8}, {"killer": 3.0}, {}):
        assert (await undo(store, "Ana", NOW)).done == 1
        assert await now() == after
    for after in ({"killer": 3.0}, {"killer": -1.8}, {}):
        assert (await redo(store, "Ana", NOW)).done == 1
        assert await now() == after


async def test_what_is_taught_is_read_again_only_when_it_changes(world: World) -> None:
    first = await lessons(world.store)
    assert await lessons(world.store, first) is first
    await teach(world.store, CONFIG, "Ana", BRAND, "killer", 3.0, NOW)
    second = await lessons(world.store, first)
    assert second.taught(BRAND) == {"killer": 3.0}
    await teach(world.store, CONFIG, "Ana", BRAND, "killer", 1.8, NOW)
    assert (await lessons(world.store, second)).taught(BRAND) == {"killer": 1.8}
    assert Lessons().taught("anybody") == {}


@pytest.mark.parametrize("word", ["killer", ""], ids=["that word", "all of the brand"])
async def test_undoing_a_word_scores_stored_mentions_once_more(world: World, word: str) -> None:
    store = world.store
    verdict = score("a killer lock", lang="en")
    [id_] = await world.add([world.mention("a killer lock", score=verdict)])
    before = (await reads.mentions(store, [id_]))[id_]
    await teach(store, CONFIG, "Ana", BRAND, "killer", 3.0, NOW)
    wanted = Wanted(brand=BRAND, since=Micros(0), word=word)
    _, number = await begin_rescoring(store, CONFIG, "Ana", wanted, NOW)
    await go_on(store, CONFIG, number, lambda: NOW, pause=0)
    assert (await reads.mentions(store, [id_]))[id_].label is Label.POSITIVE

    assert (await undo(store, "Ana", NOW)).done == 1
    [job] = await unfinished(store)
    await go_on(store, CONFIG, job.id, lambda: NOW, pause=0)
    assert (await reads.mentions(store, [id_]))[id_] == before


async def test_undoing_a_word_leaves_what_was_scored_anew_before_it(world: World) -> None:
    store = world.store
    wanted = Wanted(brand=BRAND, since=Micros(0))
    _, number = await begin_rescoring(store, CONFIG, "Ana", wanted, NOW)
    await go_on(store, CONFIG, number, lambda: NOW, pause=0)
    await teach(store, CONFIG, "Ana", BRAND, "killer", 3.0, Micros(NOW + 1))
    assert (await undo(store, "Ana", Micros(NOW + 2))).done == 1
    assert await unfinished(store) == []
