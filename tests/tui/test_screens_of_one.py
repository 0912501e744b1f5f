"""The screens of one subject, the search, and what is said when something fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from listeners.model import Sentence
from listeners.store import StoreError, Trouble, reads
from tests.tui.driving import driven, until
from tui.screens.alert import AlertScreen
from tui.screens.conversation import ConversationScreen, MentionScreen
from tui.screens.dashboard import Dashboard
from tui.screens.history import HistoryScreen
from tui.screens.search import SearchScreen


async def test_the_conversation_shows_who_wrote_before_and_what_was_done(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("enter")
        picture = one.frame()
        assert "Never heard before this." in picture
        assert "Léo gave it to" in picture
        await one.press("tab", "tab", "shift+tab", "J", "K", "j", "G", "g")
        assert isinstance(one.screen, ConversationScreen)


async def test_an_alert_can_be_worked_on_from_its_own_screen(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("2", "enter", "a")
        assert isinstance(one.screen, AlertScreen)
        await until(lambda: "acknowledged" in one.frame())
        await one.press("c", *"calling legal", "enter")
        await until(lambda: "calling legal" in one.frame())
        assert [note.text for note in await reads.notes(one.store, "alert", 1)] == ["calling legal"]


async def test_the_history_lists_what_was_done(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("H")
        assert isinstance(one.screen, HistoryScreen)
        assert "Léo gave it to" in one.frame()
        await one.press("escape")
        assert isinstance(one.screen, Dashboard)


async def test_search_finds_as_she_types_and_opens_what_it_found(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("slash")
        assert isinstance(one.screen, SearchScreen)
        await one.press(*"brakes")
        await until(lambda: len(one.screen.found.state) == 2)
        await one.press("enter", "n")
        assert one.screen.found.state.index == 1
        await one.press("N", "enter")
        assert isinstance(one.screen, MentionScreen)
        await one.press("escape", "escape")
        assert one.screen.focused is one.screen.field
        await one.press("escape")
        assert isinstance(one.screen, Dashboard)
        await one.press("slash")
        assert one.screen.field.value == "brakes"


async def test_letters_in_the_field_are_letters(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("slash", *"edaszq!")
        assert isinstance(one.screen, SearchScreen)
        assert one.screen.field.value == "edaszq!"
        assert len(await reads.events(one.store)) == 1


@pytest.mark.parametrize(
    ("typed", "column", "words"),
    [("brakes AND (", 11, "never closed"), ("(a", 0, "never closed")],
)
async def test_a_fault_stands_under_its_character(
    tmp_path: Path, typed: str, column: int, words: str
) -> None:
    async with driven(tmp_path) as one:
        await one.press("slash", *typed)
        await until(lambda: words in one.frame())
        lines = one.frame().split("\n")
        caret = next(line for line in lines if "▲" in line and "│" in line and "hubbub" not in line)
        field = next(line for line in lines if typed in line)
        assert caret.index("▲") - field.index(typed) == column


async def test_a_store_that_refuses_is_said_and_nothing_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with driven(tmp_path) as one:

        async def full(*_args: object, **_named: object) -> None:
            raise StoreError(Sentence("The disk is full. Nothing was lost."), Trouble.DISK_FULL)

        with monkeypatch.context() as patch:
            patch.setattr(one.store, "write", full)
            await one.press("e")
            await until(lambda: "The disk is full." in one.frame())
        await one.press("e")
        await until(lambda: "✓ Answered" in one.frame())


async def test_help_palette_and_sources_open_and_lead_back(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        for key, words in (("?", "Answer and triage"), ("ctrl+p", "Commands")):
            await one.press(key)
            assert words in one.frame()
            await one.press("escape")
            assert isinstance(one.screen, Dashboard)


async def test_the_palette_runs_what_is_chosen(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("ctrl+p", *"change colours", "enter")
        assert one.app.theme == "hubbub-light"
        await one.press("ctrl+p", *"change colours", "enter")
        assert one.app.theme == "hubbub-ansi"
