"""The screens of people, campaigns and planning: the same keys on each, and a way to the next."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from textual.binding import BindingsMap

from tests.tui.driving import Driven, driven
from tests.tui.seeded import seed
from tui.actions import BY_ID
from tui.actions.relations import LETTERS
from tui.i18n import _
from tui.screens.campaigns import CampaignsScreen
from tui.screens.conductor import ConductorScreen
from tui.screens.coverage import CoverageScreen
from tui.screens.help import HelpScreen
from tui.screens.own_keys import OwnKeysScreen
from tui.screens.people import PeopleScreen
from tui.screens.person import PersonScreen
from tui.screens.planning import PlanningScreen
from tui.screens.report import ReportScreen
from tui.screens.stages import StagesScreen
from tui.screens.voice import VoiceScreen

SCREENS: dict[str, type[OwnKeysScreen[Any]]] = {
    "people": PeopleScreen,
    "stages": StagesScreen,
    "campaigns": CampaignsScreen,
    "planning": PlanningScreen,
    "conductor": ConductorScreen,
    "coverage": CoverageScreen,
    "voice": VoiceScreen,
    "weekly": ReportScreen,
}
MARKED = ("people", "stages", "conductor")
"""Where rows are marked by the keys of everywhere, one, a range and all."""


def bound(screen: type[OwnKeysScreen[Any]]) -> dict[str, list[str]]:
    keys = (screen._merge_bindings() or BindingsMap()).key_to_bindings
    return {key: [one.action for one in found] for key, found in keys.items()}


@pytest.mark.parametrize("screen", [*SCREENS.values(), PersonScreen])
def test_what_holds_everywhere_holds_here(screen: type[OwnKeysScreen[Any]]) -> None:
    keys = bound(screen)
    for wanted in ("more", "undo", "redo", "palette", "help", "brand", "quit.now"):
        for key in BY_ID[wanted].keys:
            (name,) = BindingsMap([(key, "", "")]).key_to_bindings
            assert keys.get(name, [])[:1] == [f"hub('{wanted}')"], (wanted, key)
    assert [key for key, found in keys.items() if len(set(found)) > 1] == []


@pytest.mark.parametrize("name", MARKED)
def test_rows_are_marked_by_the_usual_keys(name: str) -> None:
    own = {action.id: action for action in SCREENS[name].OWN}
    for wanted in ("mark", "mark.range", "mark.all"):
        assert set(own[wanted].keys) == set(BY_ID[wanted].keys)
        assert own[wanted].label == BY_ID[wanted].label


async def helped(one: Driven) -> str:
    await one.press("question_mark")
    assert isinstance(one.screen, HelpScreen)
    lines = ""
    for _page in range(4):
        lines += one.frame()
        await one.press("pagedown")
    await one.press("escape")
    return lines


async def test_each_leads_to_the_next_and_says_its_keys(tmp_path: Path) -> None:
    async with driven(
        tmp_path, (120, 60), filled=False, prepare=lambda store: seed(store, chatter=12)
    ) as one:
        for letter, name in LETTERS.items():
            await one.press("9", letter)
            assert type(one.screen) is SCREENS[name]
            screen = one.screen
            lines = await helped(one)
            for action in screen.OWN:
                assert _(action.label) in lines, (name, action.id)
            assert one.screen is screen
            if name in ("people", "conductor"):
                rows = screen.rows
                assert rows is not None
                await one.press("g", "space")
                assert len(rows.state.marks) == 1, name
                await one.press("*")
                assert len(rows.state.marks) > 2, name
                await one.press("escape")
                assert one.screen is screen
                assert not rows.state.marks, name
                await one.press("g", "v", "j", "j", "v")
                assert len(rows.state.marks) > 1, name
                await one.press("escape")
            said = screen.keys.said
            assert said is None or "nothing to do here" not in said.text
        titles = Counter(type(each).__name__ for each in one.app.screen_stack)
        assert max(titles.values()) == 1
