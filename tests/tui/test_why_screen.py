"""Why a message sounds so, and correcting it, as a person does it with keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from listeners.model import Label
from listeners.store import Store, reads
from tests.tui.driving import driven, listed
from tui.keymap import user_keys
from tui.screens.why import WhyScreen
from tui.widgets.thread import ThreadMessages

SIZES = [(80, 24), (120, 40)]


async def mention(store: Store, id_: int) -> Any:
    return (await reads.mentions(store, [id_]))[id_]


async def scored(store: Store) -> None:
    """Let the seeded mentions know whose word their language is."""
    await store.write(
        lambda c: c.fetch("UPDATE mention SET lang_by = 'tag', scorer = 'vader' WHERE lang = 'en'")
    )


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_a_mention_says_why_and_is_corrected(tmp_path: Path, size: tuple[int, int]) -> None:
    async with driven(tmp_path, size, prepare=scored) as one:
        await one.press("4")
        id_ = listed(one.screen)[0]
        before = await mention(one.store, id_)
        assert before.label is Label.NEGATIVE
        await one.press("w")
        assert isinstance(one.screen, WhyScreen)
        said = one.frame()
        assert "annoying\u00a0-" in said
        assert "“annoying” weighs most" in said
        assert "English, as the network says" in said
        assert "VADER alone" in said
        assert "fair: about four in ten" in said

        await one.press("O")
        assert "corrected by Ana" in one.frame()
        assert "Positive, as you say" in one.frame()
        assert (await mention(one.store, id_)).label is Label.POSITIVE
        await one.press("z")
        assert await mention(one.store, id_) == before
        await one.press("escape")
        assert not isinstance(one.screen, WhyScreen)


async def test_what_has_no_score_says_so_and_takes_one(tmp_path: Path) -> None:
    async with driven(tmp_path, prepare=scored) as one:
        found = await one.store.fetch("SELECT id FROM mention WHERE label = 3 AND lang IS NOT NULL")
        id_ = found[0]["id"]
        one.app.push_screen(WhyScreen(one.app.desk, (id_,), id_))
        await one.settled()
        assert "There is no scorer for Japanese" in one.frame()
        assert "not counted as neutral" in " ".join(one.frame().split())
        await one.press("U")
        assert "The scorer gave it no score." in one.frame()
        assert (await mention(one.store, id_)).label is Label.NEGATIVE
        await one.press("0")
        after = await mention(one.store, id_)
        assert (after.label, after.compound, after.corrected_by) == (Label.UNSCORED, None, "")


async def test_a_thread_is_leafed_through(tmp_path: Path) -> None:
    async with driven(tmp_path, prepare=scored) as one:
        await one.press("w")
        assert "3 of 3" in one.frame()
        await one.press("tab")
        assert "1 of 3" in one.frame()
        await one.press("shift+tab", "shift+tab")
        assert "2 of 3" in one.frame()
        # A page that just fits, and grows by a correction, is still read from its head.
        page = one.screen.query_one(ThreadMessages)
        await one.pilot.resize_terminal(120, 40 - page.view.height + page.virtual_size.height)
        await one.press("O")
        assert "corrected by Ana" in one.frame()
        assert "2 of 3" in one.frame()


async def test_marked_rows_are_corrected_together(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("4")
        first, second = listed(one.screen)[:2]
        await one.press("space", "space", "I")
        for id_ in (first, second):
            assert (await mention(one.store, id_)).label is Label.NEUTRAL
        assert "2 neutral, as you say" in one.frame()
        assert "corrected" in one.frame()
        await one.press("z")
        assert {(await mention(one.store, id_)).corrected_by for id_ in (first, second)} == {""}


async def test_the_row_of_a_conversation_shows_its_correction(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        talk = listed(one.screen)[0]
        await one.press("O")
        row = (await reads.conversations(one.store, [talk]))[talk]
        assert (row.label, row.compound) == (Label.POSITIVE, 0.5)
        assert "+0.50" in one.frame()


async def test_in_a_thread_it_is_the_message_the_thread_is_about(tmp_path: Path) -> None:
    async with driven(tmp_path, (200, 60)) as one:
        await one.press("enter")
        focus = one.screen.thread.thread.focus
        await one.press("O")
        assert (await mention(one.store, focus.id)).corrected_by == "Ana"
        assert "corrected by Ana" in one.frame()


async def test_the_evidence_of_an_alert_by_the_palette(tmp_path: Path) -> None:
    async with driven(tmp_path, prepare=scored) as one:
        await one.press("2")
        await one.press("U")
        assert "nothing to do here" in one.frame()
        await one.press("ctrl+p", *"sounds so", "enter")
        assert isinstance(one.screen, WhyScreen)


async def test_w_is_the_range_where_there_is_a_chart(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        for panel in ("2", "3"):
            await one.press(panel, "w")
            assert not isinstance(one.screen, WhyScreen)
        await one.press("1", "w")
        assert isinstance(one.screen, WhyScreen)


def test_the_keys_are_there_on_french_keyboards() -> None:
    keys = user_keys({})
    assert keys["mood.automatic"] == ("0", "à")
    assert [keys[f"mood.{one}"] for one in ("negative", "neutral", "positive")] == [
        ("U",),
        ("I",),
        ("O",),
    ]


async def test_another_key_for_why(tmp_path: Path) -> None:
    from dataclasses import replace

    from tests.tui.driving import CONFIG

    async with driven(tmp_path, config=replace(CONFIG, keys={"why": "f10"})) as one:
        await one.press("w")
        assert not isinstance(one.screen, WhyScreen)
        await one.press("f10")
        assert isinstance(one.screen, WhyScreen)
