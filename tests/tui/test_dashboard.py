"""The dashboard as it is worked with: every verb, undo, frozen order, panels, empty states."""

from __future__ import annotations

from pathlib import Path

import pytest

from listeners.actions import perform
from listeners.config import BrandConfig, Config
from listeners.model import SECOND, AlertState, ConversationState, Micros
from listeners.store import Store, reads
from tests.tui.driving import Driven, Engine, driven, listed, until
from tui.actions import ACTIONS, Panel
from tui.screens.alert import AlertScreen
from tui.screens.conversation import ConversationScreen, MentionScreen
from tui.screens.dashboard import Dashboard
from tui.screens.filters import FilterScreen
from tui.screens.pickers import Picker
from tui.session import LEFT_ALONE

QUEUE = [1, 2, 4, 6, 3, 5, 7]


async def state_of(store: Store, conversation: int) -> ConversationState:
    return (await reads.conversations(store, [conversation]))[conversation].state


def said(one: Driven) -> str:
    message = one.screen.keys.said
    return message.text if message is not None else ""


async def test_the_first_row_is_the_one_to_answer_first(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        assert listed(one.screen) == QUEUE
        assert one.screen.queue.row.id == 1
        assert "overdue 25m · safety: “brakes failed”" in one.frame()


@pytest.mark.parametrize(
    ("keys", "state", "words"),
    [
        (("e",), ConversationState.WAITING, "Answered"),
        (("E",), ConversationState.RESOLVED, "Resolved"),
        (("d",), ConversationState.IGNORED, "Needs no answer"),
        (("s", "enter"), ConversationState.SNOOZED, "Snoozed"),
        (("b", "2", "h", "enter"), ConversationState.SNOOZED, "Snoozed"),
    ],
)
async def test_a_verb_takes_the_row_away_at_once_and_z_brings_it_back(
    tmp_path: Path, keys: tuple[str, ...], state: ConversationState, words: str
) -> None:
    async with driven(tmp_path) as one:
        await one.press("j", *keys)
        await until(lambda: 2 not in listed(one.screen))
        await one.settled()
        assert one.screen.queue.row.id == 4
        assert await state_of(one.store, 2) is state
        assert said(one) == words
        assert "z undo" in one.frame().splitlines()[-1]
        await one.press("z")
        await until(lambda: listed(one.screen) == QUEUE)
        assert await state_of(one.store, 2) is ConversationState.OPEN
        await one.press("Z")
        await until(lambda: 2 not in listed(one.screen))


async def test_a_verb_applies_to_every_marked_row(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("space", "j", "v", "j", "e")
        await until(lambda: listed(one.screen) == [2, 5, 7] or listed(one.screen) == [2, 3, 5, 7])
        assert "answered" in said(one)
        assert one.screen.queue.state.marks == set()
        await one.press("z")
        await until(lambda: listed(one.screen) == QUEUE)


async def test_take_assign_tag_note_and_importance(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("j", "a")
        await until(lambda: one.screen.queue.row.assignee == "Ana")
        await one.press("A", "L", "enter")
        await until(lambda: one.screen.queue.row.assignee == "Léo")
        await one.press("A", "n", "o", "b", "enter")
        await until(lambda: one.screen.queue.row.assignee == "")
        await one.press("t", "p", "r", "e", "s", "s", "enter")
        await until(lambda: one.screen.queue.row.tags == ("press",))
        await one.press("t", "p", "r", "enter")
        await until(lambda: one.screen.queue.row.tags == ())
        await one.press("c", *"ring", "enter")
        await until(lambda: one.screen.queue.row.notes == 1)
        await one.press("i", "1", "enter")
        await until(lambda: one.screen.queue.row.manual_priority == 1)
        await one.settled()
        assert one.screen.queue.row.id == 2
        for _ in range(7):
            await one.press("z")
        row = (await reads.conversations(one.store, [2]))[2]
        assert (row.assignee, row.tags, row.notes, row.manual_priority) == ("", (), 0, None)


async def test_an_alert_is_acknowledged_silenced_and_dismissed_by_the_same_keys(
    tmp_path: Path,
) -> None:
    async with driven(tmp_path) as one:

        async def state() -> AlertState:
            return (await reads.alerts(one.store, [1]))[1].state

        await one.press("2", "a")
        assert await state() is AlertState.ACKED
        await one.press("s", "enter")
        assert await state() is AlertState.SNOOZED
        await one.press("z", "d", "enter")
        assert await state() is AlertState.DISMISSED
        assert (await reads.alerts(one.store, [1]))[1].dismissed_reason == "noise word"
        await until(lambda: 1 not in listed(one.screen))


async def test_arrivals_wait_behind_a_badge_while_she_acts(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("e")
        await until(lambda: 1 not in listed(one.screen))
        await one.press("j", "j")
        shown, cursor = listed(one.screen), one.screen.queue.row.id
        await perform(one.store, "Léo", "reopen", "conversation", [1, 8], one.clock())
        await until(lambda: one.screen.queue.state.waiting == 2)
        await one.settled()
        assert listed(one.screen) == shown
        assert "2 new · ." in one.frame()
        await one.press(".")
        assert len(listed(one.screen)) == len(shown) + 2
        assert one.screen.queue.row.id == cursor
        assert "new · ." not in one.frame()


async def test_what_others_close_stays_in_sight_until_the_list_is_left_alone(
    tmp_path: Path,
) -> None:
    async with driven(tmp_path) as one:
        await one.press("j")
        await perform(one.store, "Léo", "answered", "conversation", [4], one.clock())
        await until(lambda: "waiting · wants to buy" in one.frame())
        assert listed(one.screen) == QUEUE
        one.clock.now = Micros(one.clock.now + LEFT_ALONE + SECOND)
        one.screen.look_again()
        await until(lambda: 4 not in listed(one.screen))
        assert one.screen.queue.row.id == 2


async def test_pause_holds_the_screen_and_listening_goes_on(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("p")
        assert "paused" in one.frame().splitlines()[0]
        await perform(one.store, "Léo", "answered", "conversation", [1], one.clock())
        await one.settled()
        assert listed(one.screen) == QUEUE
        await one.press("p")
        assert "paused" not in one.frame().splitlines()[0]


async def test_refresh_asks_every_source(tmp_path: Path) -> None:
    engine = Engine()
    async with driven(tmp_path, engine=engine) as one:
        await one.press("R")
        assert engine.woken == [None]
        assert said(one) == "Asked 4 sources to look now."


async def test_enter_opens_and_escape_leads_back(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        for keys, screen in (
            (("1", "enter"), ConversationScreen),
            (("2", "l"), AlertScreen),
            (("4", "right"), MentionScreen),
        ):
            await one.press(*keys)
            assert isinstance(one.screen, screen)
            await one.press("escape")
            assert isinstance(one.screen, Dashboard)


async def test_a_closing_verb_leads_back_from_the_conversation(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("enter", "c", *"hm", "enter")
        assert isinstance(one.screen, ConversationScreen)
        await one.press("e")
        await until(lambda: isinstance(one.screen, Dashboard))
        await one.settled()
        assert said(one).startswith("Answered")
        assert listed(one.screen) == QUEUE[1:]


async def test_a_panel_without_room_gets_the_whole_screen(tmp_path: Path) -> None:
    async with driven(tmp_path, (80, 24)) as one:
        for key, panel in (("f4", Panel.SENTIMENT), ("4", Panel.STREAM), ("1", Panel.QUEUE)):
            await one.press(key)
            assert one.screen.panel is panel
            zoomed = one.screen.has_class("-zoom")
            assert zoomed is (panel is not Panel.QUEUE)
        await one.press("+")
        assert one.screen.has_class("-zoom")
        await one.press("2")
        assert one.screen.panel is Panel.ALERTS
        await one.press("escape")
        assert not one.screen.has_class("-zoom")


async def test_tab_goes_round_the_panels_in_sight(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        seen = []
        for _ in range(4):
            await one.press("tab")
            seen.append(one.screen.panel)
        assert seen == [Panel.ALERTS, Panel.SENTIMENT, Panel.THREAD, Panel.QUEUE]
        await one.press("shift+tab")
        assert one.screen.panel is Panel.THREAD


async def test_back_clears_marks_then_the_filter(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("f")
        opened = one.screen
        assert isinstance(opened, FilterScreen)
        await one.press(*"positive", "enter", "escape")
        assert listed(one.screen) == [4, 6]
        assert "⧩ positive" in one.frame()
        await one.press("space", "escape")
        assert one.screen.queue.state.marks == set()
        assert listed(one.screen) == [4, 6]
        await one.press("escape")
        assert listed(one.screen) == QUEUE


async def test_a_filter_is_kept_as_a_view_and_found_again(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("f", *"bluesky", "enter", *"mine", "down", "enter", "escape")
        assert [view.name for view in await reads.saved_views(one.store)] == ["mine"]
        await one.press("F")
        assert listed(one.screen) == QUEUE
        await one.press("f", *"mine", "enter", "escape")
        assert listed(one.screen) == [1, 2]


async def test_words_filter_the_queue_and_a_fault_is_said(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("f", *"brakes", "enter", "escape")
        assert listed(one.screen) == [1]
        await one.press("F", "f", "left_parenthesis", "enter")
        assert isinstance(one.screen, Picker)
        await one.press("escape")
        assert listed(one.screen) == QUEUE


async def test_clearing_a_filter_says_what_it_did(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("F")
        assert "The whole list is shown already." in one.frame()
        await one.press("f", *"brakes", "enter", "escape", "F")
        assert "The whole list again." in one.frame()


async def test_the_demonstration_asks_no_source(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        one.app.desk.demo = True
        await one.press("R")
        assert "plays by itself" in one.frame()


async def test_a_key_that_does_nothing_here_says_why(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("P")
        assert "nothing to do here" in said(one)
        await one.press("3", "e")
        assert "nothing to do here" in said(one)


async def test_copying_takes_the_address_and_the_text(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("y")
        assert one.app.clipboard == "https://bluesky.example/root0"
        await one.press("Y")
        assert "Photos: https://photos.example/brakes" in one.app.clipboard


async def test_the_range_of_the_chart_and_the_brand_go_round(tmp_path: Path) -> None:
    brands = Config(brands=(BrandConfig(name="Aurora Bikes"), BrandConfig(name="Other")))
    async with driven(tmp_path, config=brands) as one:
        assert "13:45" in one.frame()
        await one.press("3", "w")
        assert "now" in one.frame()
        assert "13:45" not in one.frame()
        await one.press("1", "B")
        assert listed(one.screen) == QUEUE
        await one.press("B")
        assert listed(one.screen) == []


async def test_an_empty_store_says_what_to_do(tmp_path: Path) -> None:
    async with driven(tmp_path, filled=False) as one:
        await until(lambda: "hubbub listens nowhere yet." in one.frame())
        assert "5 shows where a source is added" in one.frame()
        for action in ACTIONS:
            if action.id not in ("quit", "quit.now"):
                one.screen.action_hub(action.id)
                await one.settled()
                if not isinstance(one.screen, Dashboard):
                    await one.press("escape")


async def test_calm_is_said_when_nothing_needs_her(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("*", "E")
        await until(lambda: not listed(one.screen))
        await one.settled()
        assert "Catching up" in one.frame() or "Nothing needs you." in one.frame()


async def test_the_mouse_chooses_marks_nothing_and_opens_by_two(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.pilot.click("#conversations", offset=(20, 4))
        await one.settled()
        assert one.screen.queue.row.id == 2
        await one.pilot.click("#conversations", offset=(20, 4), times=2)
        await until(lambda: isinstance(one.screen, ConversationScreen))


async def test_too_small_says_so_and_comes_back(tmp_path: Path) -> None:
    async with driven(tmp_path, (59, 15)) as one:
        assert "60×16" in one.frame()
        assert "Conversations" not in one.frame()
        await one.pilot.resize_terminal(80, 24)
        await one.settled()
        assert "Conversations" in one.frame()


async def test_a_storm_of_resizes_breaks_nothing(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        for width, height in ((1, 1), (200, 60), (2, 40), (61, 16), (42, 12), (130, 17), (80, 24)):
            await one.pilot.resize_terminal(width, height)
            await one.pilot.pause()
        await one.settled()
        assert "Conversations" in one.frame()
