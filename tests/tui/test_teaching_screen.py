"""Teaching a word from a post, the screen of what is taught and learnt, and scoring anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from listeners.config import BrandConfig, Config
from listeners.model import Micros, Sentence
from listeners.store import Store
from listeners.store.models import Model, add_model, models
from listeners.store.news import leave_news, take_news
from listeners.store.rescoring import Wanted, unfinished
from listeners.store.taught import taught_by_brand
from listeners.teaching.learning import Standing, told
from listeners.teaching.rescoring import begin_rescoring
from tests.tui.driving import CONFIG, Driven, driven, until
from tests.tui.seeded import BRAND, NOW
from tui import formats
from tui.i18n import say
from tui.screens.teaching import TeachingScreen
from tui.sentiment_words import quality_line
from tui.teaching_words import weight_figure, weight_words

FIGURES = {
    "posts": 400, "given": 312, "recall": 0.641, "f1": 0.64, "listed_recall": 0.598,
    "listed_f1": 0.59, "low": 0.012, "high": 0.07,
}  # fmt: skip


SMALL = (80, 24)
"""Drawing is what costs here, so a test that is not about sizes has few cells to draw."""


async def open_screen(seen: Driven) -> None:
    """Open it as the palette does, which one test goes through."""
    seen.app.push_screen(TeachingScreen(seen.app.desk))
    await seen.settled()
    assert isinstance(seen.screen, TeachingScreen)


async def learnt(store: Store) -> None:
    await store.write(
        lambda c: add_model(
            c, lang="fr", corrections=312, figures=FIGURES, weights=b"", state="offered", now=NOW
        )
    )


async def words(seen: Driven) -> dict[str, float]:
    return dict((await taught_by_brand(seen.store)).get(BRAND, {}))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_word_of_a_post_is_taught_and_stored_posts_follow(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with driven(tmp_path, size) as seen:
        await seen.press("4")  # the stream
        await seen.press("T")
        assert f"Teach a word for {BRAND}" in seen.frame()
        await seen.press(*"displ")
        await seen.press("enter")
        assert "says nothing of mood" in seen.frame()
        await seen.press("enter")
        await until(lambda: "stored mention" in seen.frame())
        assert await words(seen) == {"display": 3.0}
        await seen.press("enter")
        await until(lambda: "scored anew" in seen.frame())
        assert await unfinished(seen.store) == []
        await seen.press("z")
        assert await words(seen) == {}


async def test_the_screen_lists_changes_and_removes_and_refuses_a_name(tmp_path: Path) -> None:
    async with driven(tmp_path, SMALL) as seen:
        await seen.press("colon", *"taug", "enter")
        assert isinstance(seen.screen, TeachingScreen)
        assert "No word is taught yet." in seen.frame()
        await seen.press("a", *"aurora", "space", *"bikes")
        assert "names never weigh" in seen.frame()
        await seen.press("enter")
        assert await words(seen) == {}
        await seen.press("escape")
        await seen.press("a", *"zorgly", "enter")
        await seen.press(*"very b", "enter")
        assert await words(seen) == {"zorgly": -3.0}
        await until(lambda: "zorgly" in seen.frame() and "-3.0" in seen.frame())
        await seen.press("e", "1", "full_stop", "5", "enter")
        assert await words(seen) == {"zorgly": 1.5}
        await seen.press("d")
        assert await words(seen) == {}
        await seen.press("z")
        assert await words(seen) == {"zorgly": 1.5}


async def test_an_observer_may_look_only(tmp_path: Path) -> None:
    watching = Config(
        brands=(BrandConfig(name=BRAND),),
        member="Zoé",
        members=("Ana", "Zoé"),
        observers=("Zoé",),
    )
    async with driven(tmp_path, SMALL, config=watching) as seen:
        await open_screen(seen)
        for key in ("a", "R"):
            await seen.press(key)
            assert "observer" in seen.frame()


async def test_what_was_learnt_is_offered_with_both_figures_and_switched_on(
    tmp_path: Path,
) -> None:
    async with driven(tmp_path, SMALL, prepare=learnt) as seen:
        await open_screen(seen)
        frame = " ".join(seen.frame().split())
        for said in ("French", "offered", "312 corrections", "64.1", "59.8"):
            assert said in frame
        await seen.press("o", "enter")
        [model] = await models(seen.store)
        assert model.state == "on"
        await seen.press("z")
        [model] = await models(seen.store)
        assert model.state == "offered"


def test_figures_have_the_decimal_sign_of_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Model(id=1, lang="fr", made_at=NOW, corrections=312, figures=FIGURES, state="offered")
    monkeypatch.setattr(formats, "language", lambda: "fr")
    said = say(told(Standing(lang="fr", corrections=312, newest=model, judging=None)))
    assert all(figure in said for figure in ("64,1", "59,8", "1,2"))
    assert weight_figure(-1.8) == "-1,8"
    assert weight_words(1.5) == "rather good (+1,5)"
    assert "macro-F1 0,60" in quality_line("en")


async def test_a_running_one_shows_how_far_it_is_and_stops_and_all_are_scored(
    tmp_path: Path,
) -> None:
    async def begun(store: Store) -> None:
        wanted = Wanted(brand=BRAND, since=Micros(0))
        await begin_rescoring(store, CONFIG, "Ana", wanted, NOW)

    async with driven(tmp_path, SMALL, prepare=begun) as seen:
        await open_screen(seen)
        assert f"Scoring anew: {BRAND}" in seen.frame()
        await seen.press("s")
        assert await unfinished(seen.store) == []
        assert "Scoring anew:" not in seen.frame()
        await seen.press("s")
        assert "Nothing is being scored anew." in seen.frame()
        # All stored posts are scored anew by a key.
        assert "R scores them anew." in seen.frame()  # heard before versions were kept
        await seen.press("R")
        await until(lambda: "R scores them anew." not in seen.frame())
        assert await unfinished(seen.store) == []


async def test_news_are_said_once(tmp_path: Path) -> None:
    async def left(store: Store) -> None:
        await leave_news(store, Sentence("Something was learnt."))

    async with driven(tmp_path, SMALL, prepare=left) as seen:
        await until(lambda: "Something was learnt." in seen.frame())
        assert await take_news(seen.store) is None
