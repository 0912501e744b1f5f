"""New posts are judged by what is taught and learnt now, in a process that listens already."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from listeners.model import Label, Post
from listeners.sentiment import SCORER_VERSION
from listeners.store import open_store
from listeners.store.models import add_model
from listeners.teaching.learning import switch
from listeners.teaching.weights import packed
from listeners.teaching.words import take_away, teach
from tests.listeners.teaching.test_learning import blank
from tests.listeners.test_pipeline import CONFIG, NOW, ZOE, Desk

pytestmark = pytest.mark.usefixtures("desk")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_store(tmp_path / "home" / "hubbub.db") as store:
        made = Desk(store)
        await made.open()
        yield made


def post(number: int, text: str = "Lune is terrible", lang: str = "en") -> Post:
    return Post(
        network="mastodon",
        native_id=str(number),
        url=f"https://social.example/{number}",
        author=ZOE,
        text=text,
        lang=lang,
        created_at=NOW,
    )


async def newest(desk: Desk) -> tuple[Label, str | None]:
    row = (await desk.mentions())[-1]
    return row.label, row.scorer


async def test_a_word_counts_from_the_next_post_on_and_no_longer_once_taken_away(
    desk: Desk,
) -> None:
    await desk.take(post(1))
    assert await newest(desk) == (Label.NEGATIVE, "vader")
    await teach(desk.store, CONFIG, "Ana", "Lune", "terrible", 3.0, NOW)
    await desk.take(post(2))
    assert await newest(desk) == (Label.POSITIVE, "vader")
    # For its brand alone.
    await desk.take(post(3, "Soleil is terrible"))
    assert await newest(desk) == (Label.NEGATIVE, "vader")
    await take_away(desk.store, CONFIG, "Ana", "Lune", "terrible", NOW)
    await desk.take(post(4))
    assert await newest(desk) == (Label.NEGATIVE, "vader")


async def test_what_was_learnt_judges_its_language_and_every_verdict_names_its_scorer(
    desk: Desk,
) -> None:
    number = await desk.store.write(
        lambda c: add_model(
            c, lang="en", corrections=100, figures={}, weights=packed(blank()), state="offered",
            now=NOW,
        )
    )  # fmt: skip
    await desk.take(post(1))
    assert (await newest(desk))[1] == "vader"
    await switch(desk.store, CONFIG, "Ana", "en", True, NOW)
    await desk.take(post(2))
    assert (await newest(desk))[1] == f"learnt-en-{number}"
    await desk.take(post(3, "Lune est génial", "fr"))
    assert (await newest(desk))[1] == "vader-fr"
    await desk.take(post(4, "Lune はすごい", "ja"))
    assert await newest(desk) == (Label.UNSCORED, None)
    versions = await desk.store.fetch("SELECT DISTINCT scorer_version FROM mention")
    assert [row["scorer_version"] for row in versions] == [SCORER_VERSION]
