"""The help and the palette come from the registry: whole, by panel, by the person's own keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.tui.driving import CONFIG, driven
from tui.actions import ACTIONS, Action, Group, Panel
from tui.keymap import user_keys
from tui.screens.help import HelpScreen, group_name, help_lines, panel_name
from tui.screens.outbox import OutboxScreen
from tui.screens.palette import palette_choices
from tui.screens.pickers import Picker
from tui.screens.teaching import TeachingScreen
from tui.theme import DARK, palette
from tui.widgets.key_line import key_name
from tui.widgets.paint import text_of

STYLES = palette(DARK)
KEYS = user_keys({})


def keys_of(action: Action) -> tuple[str, ...]:
    return KEYS[action.id]


def told(panel: Panel | None, width: int = 90) -> str:
    return "\n".join(text_of(line) for line in help_lines(panel, keys_of, width, STYLES))


@pytest.mark.parametrize("panel", [None, *Panel])
def test_every_action_with_a_key_is_in_the_help_of_every_panel(panel: Panel | None) -> None:
    said = " ".join(told(panel).split())
    for action in ACTIONS:
        label = action.label_in(panel if action.applies_in(panel) else None)
        assert label in said, action.id
        if action.keys:
            assert key_name(action.keys[0]) in said, action.id


@pytest.mark.parametrize("panel", list(Panel))
def test_the_focused_panel_comes_first(panel: Panel) -> None:
    said = told(panel)
    head, _, elsewhere = said.partition("In other panels")
    for action in ACTIONS:
        if action.applies_in(panel) and action.keys and action.panels:
            help_text = action.help_in(panel).split()[:4]
            assert " ".join(help_text) in " ".join(head.split()), action.id
    if elsewhere:
        others = [one for one in ACTIONS if not one.applies_in(panel) and one.keys]
        assert all(one.label in elsewhere for one in others)


def test_an_alert_is_resolved_where_a_conversation_is_answered() -> None:
    assert "Close the alert" in told(Panel.ALERTS).partition("In other panels")[0]
    assert "Say that it is answered" in told(Panel.QUEUE).partition("In other panels")[0]


def test_a_source_is_asked_where_a_conversation_is_opened() -> None:
    assert "Ask this source to look now." in told(Panel.SOURCES).partition("In other panels")[0]
    assert "Open the whole thread" in told(Panel.QUEUE).partition("In other panels")[0]


@pytest.mark.parametrize("width", [30, 56, 90, 180])
def test_no_line_is_wider_than_the_box(width: int) -> None:
    for panel in Panel:
        for line in help_lines(panel, keys_of, width, STYLES):
            assert len(text_of(line)) <= max(width, 60), text_of(line)


def test_panels_and_groups_have_names() -> None:
    assert all(panel_name(panel) for panel in Panel)
    assert all(group_name(group) for group in Group)


# --- palette ------------------------------------------------------------------------------------


def found(text: str) -> list[object]:
    actions = [action for action in ACTIONS if action.palette]
    labels = [action.label for action in actions]
    return [one.value for one in palette_choices(text, actions, keys_of, labels) if not one.heading]


def test_nothing_typed_shows_everything_by_group() -> None:
    assert found("") == [
        action.id for group in Group for action in ACTIONS
        if action.palette and action.group is group
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "first"),
    [("snooze", "snooze"), ("SNOOZE", "snooze"), ("copy li", "copy.link"), ("colours", "theme"),
     ("panel.alerts", "panel.alerts"), ("undo", "undo")],
)  # fmt: skip
def test_words_find_their_action(text: str, first: str) -> None:
    assert found(text)[0] == first


def test_words_nobody_uses_find_nothing_and_say_so() -> None:
    actions = list(ACTIONS)
    (only,) = palette_choices("xyzzy", actions, keys_of, [one.label for one in actions])
    assert only.heading
    assert "No action" in only.label


# --- on screen ----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 16)])
async def test_the_help_opens_and_closes(tmp_path: Path, size: tuple[int, int]) -> None:
    async with driven(tmp_path, size) as hub:
        await hub.press("question_mark")
        assert isinstance(hub.screen, HelpScreen)
        assert "Keys: Conversations" in hub.frame()
        assert "Answered" in hub.frame()
        before = hub.frame()
        await hub.press("pagedown")
        assert hub.frame() != before
        await hub.press("escape")
        assert not isinstance(hub.screen, HelpScreen)


@pytest.mark.parametrize("screen", [TeachingScreen, OutboxScreen])
async def test_a_screen_with_keys_of_its_own_tells_those_and_no_others(
    tmp_path: Path, screen: type[TeachingScreen | OutboxScreen]
) -> None:
    async with driven(tmp_path, (100, 60)) as hub:
        hub.app.push_screen(screen(hub.app.desk))
        await hub.settled()
        await hub.press("question_mark")
        assert isinstance(hub.screen, HelpScreen)
        said = hub.frame()
        assert "Keys of this screen" in said
        for action in screen.OWN:
            line = next(line for line in said.splitlines() if f" {action.label} " in line)
            assert f" {key_name(action.keys[0])} " in line
        assert "One row down." in said
        assert "Say that it is answered" not in said
        await hub.press("escape")
        assert isinstance(hub.screen, screen)


async def test_the_help_shows_the_persons_own_keys(tmp_path: Path) -> None:
    config = replace(CONFIG, keys={"done": "f10"})
    async with driven(tmp_path, (120, 40), config=config) as hub:
        await hub.press("f1")
        line = next(line for line in hub.frame().splitlines() if "Answered" in line)
        assert "f10" in line


async def test_the_palette_runs_what_it_finds_on_the_screen_below(tmp_path: Path) -> None:
    async with driven(tmp_path, (120, 40)) as hub:
        await hub.press("ctrl+p")
        assert isinstance(hub.screen, Picker)
        await hub.press("s", "o", "u", "r", "c", "e", "s", "enter")
        assert type(hub.screen).__name__ == "SourcesScreen"


async def test_escape_leaves_the_palette_without_doing_anything(tmp_path: Path) -> None:
    async with driven(tmp_path, (120, 40)) as hub:
        before = hub.frame()
        await hub.press("colon", "escape")
        assert hub.frame() == before
