"""From one conversation to the next, several at once, merged and apart, by keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from listeners.actions import Outcome
from listeners.model import ConversationState, Sentence
from listeners.store import reads
from tests.tui.driving import Driven, driven, listed, until
from tui.screens.conversation import ConversationScreen
from tui.screens.dashboard import Dashboard
from tui.screens.flow import following
from tui.screens.pickers import Picker
from tui.screens.triage import refusals
from tui.session import RowList

QUEUE = [1, 2, 4, 6, 3, 5, 7]


def said(one: Driven) -> str:
    message = one.screen.keys.said
    return message.text if message is not None else ""


def open_id(one: Driven) -> int:
    assert isinstance(one.screen, ConversationScreen)
    subjects = one.screen.subjects()
    assert subjects is not None
    return subjects.ids[0]


@pytest.mark.parametrize(
    ("shown", "ids", "after", "expected"),
    [
        ([1, 2, 3], [1, 2, 3], None, 1),
        ([1, 2, 3], [1, 2, 3], 2, 3),
        ([1, 2, 3], [1, 2, 3], 3, 1),
        ([1, 2, 3], [3, 2, 1], 1, 2),
        ([1, 2, 3], [1, 3], 2, 3),
        ([1, 2, 3], [9, 1], 2, 9),
        ([1], [1], 1, None),
        ([], [], None, None),
    ],
)
def test_what_follows(
    shown: list[int], ids: list[int], after: int | None, expected: int | None
) -> None:
    rows = RowList()
    rows.offer(shown, frozen=False)
    assert following(rows, ids, after) == expected


async def test_next_opens_the_top_and_then_each_that_follows(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("j", "j", ">")
        assert open_id(one) == 1
        await one.press("ctrl+n")
        assert open_id(one) == 2
        await one.press("e")
        assert isinstance(one.screen, Dashboard)
        assert "opens the next one" in said(one)
        await one.press(">")
        assert open_id(one) == 1
        await one.press("escape")
        assert listed(one.screen) == [1, 4, 6, 3, 5, 7]


async def test_next_says_when_nobody_waits(tmp_path: Path) -> None:
    async with driven(tmp_path, filled=False) as one:
        await one.press(">")
        assert "Nobody else waits" in said(one)


async def test_marks_and_one_verb_are_one_step_with_one_undo(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("*", "e")
        await until(lambda: listed(one.screen) == [])
        assert said(one) == "7 answered"
        await one.press("z")
        await until(lambda: sorted(listed(one.screen)) == sorted(QUEUE))
        assert said(one) == "7 taken back"


def test_mixed_results_say_each_reason_once() -> None:
    already, gone = Sentence("It is answered already."), Sentence("It is no longer there.")
    outcome = Outcome(5, Sentence("5 answered"), (already, already, gone))
    assert refusals(outcome) == [
        "2 not: It is answered already.",
        "1 not: It is no longer there.",
    ]
    assert refusals(Outcome(0, already, (already,))) == ["It is answered already."]


async def test_marked_ones_become_one_and_come_apart(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("space", "space", "M")
        await until(lambda: 2 not in listed(one.screen))
        assert said(one) == "Merged into number 1"
        row = (await reads.conversations(one.store, [1]))[1]
        assert row.merged == 1
        await one.press("g", "enter")
        assert "1 merged in" in one.frame()
        assert "⧉ from" in one.frame()
        await one.press("S")
        await one.settled()
        assert said(one) == "Taken out of number 1"
        await one.press("escape", "z")
        await one.press("z")
        await until(lambda: 2 in listed(one.screen))


async def test_one_is_merged_with_another_chosen_by_number(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("M")
        assert isinstance(one.screen, Picker)
        await one.press("6", "enter")
        await until(lambda: isinstance(one.screen, Dashboard) and 6 not in listed(one.screen))
        assert (await reads.shown_in(one.store, 6)) == 1
        await one.press("e")
        await one.settled()
        row = (await reads.conversations(one.store, [1]))[1]
        assert row.state is ConversationState.WAITING
