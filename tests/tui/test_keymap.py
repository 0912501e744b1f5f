"""The user's keys are checked as a whole: no unknown word and no clash passes in silence."""

from __future__ import annotations

import pytest
from textual.keys import Keys

from tui.actions import ACTIONS, BY_ID, Panel
from tui.keymap import ALIASES, NAMED, KeymapError, is_key, meet, user_keys


def fault(**wishes: str) -> str:
    with pytest.raises(KeymapError) as caught:
        user_keys({name.replace("__", "."): wish for name, wish in wishes.items()})
    return str(caught.value)


def test_the_usual_keys_do_not_clash() -> None:
    for place, first in enumerate(ACTIONS):
        for second in ACTIONS[place + 1 :]:
            if meet(first, second):
                assert not set(first.keys) & set(second.keys), (first.id, second.id)


def test_the_usual_keys_are_keys() -> None:
    for action in ACTIONS:
        for key in action.keys:
            assert is_key(key), (action.id, key)


def test_the_names_of_keys_are_textuals() -> None:
    known = {key.value for key in Keys} | {"space", "comma"}
    assert known >= NAMED


def test_without_wishes_the_usual_keys_stay() -> None:
    keys = user_keys({})
    assert set(keys) == set(BY_ID)
    for action in ACTIONS:
        assert keys[action.id][: len(action.keys)] == action.keys


@pytest.mark.parametrize(
    ("wish", "keys"),
    [
        ("w", ("w",)),
        ("f10, ctrl+e", ("f10", "ctrl+e")),
        ("Ctrl+E,F11", ("ctrl+e", "f11")),
        ("shift+ctrl+up", ("ctrl+shift+up",)),
        (",", ("comma",)),
        ("ctrl++", ("ctrl++",)),
        ("é, ç", ("é", "ç")),
        ("ù,ù", ("ù",)),
        ("", ()),
    ],
)
def test_a_wish_replaces_the_usual_keys(wish: str, keys: tuple[str, ...]) -> None:
    # The comma is free only where "again" has another key.
    wishes = {
        "done": wish,
        "chart.range": "f12",
        "why": "f10" if "f10" not in wish else "f11",
        "repeat": "f9" if wish == "," else "comma",
    }
    wishes["rules"] = "8"
    assert user_keys(wishes)["done"] == keys


def test_an_unknown_action_names_the_nearest() -> None:
    assert "did you mean snooze?" in fault(snoze="s")
    assert "The help lists them" in fault(zzzzzzzz="s")


def test_an_unknown_key_names_the_nearest() -> None:
    assert "did you mean pagedown?" in fault(done="pagedwon")
    assert "write a character" in fault(done="qqqq")
    assert "cannot have the key hyperspace+e" in fault(done="hyperspace+e")


def test_a_clash_names_both() -> None:
    said = fault(done="s")
    assert "The key s would mean both done and snooze" in said


def test_the_same_key_in_two_panels_is_no_clash() -> None:
    assert not meet(BY_ID["promote"], BY_ID["tag"])
    assert user_keys({"promote": "t"})["promote"] == ("t",)


def test_swapping_two_keys_is_no_clash() -> None:
    keys = user_keys({"done": "d", "dismiss": "e"})
    assert (keys["done"], keys["dismiss"]) == (("d",), ("e",))


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(KeymapError) as caught:
        user_keys({"snoze": "s", "done": "s", "help": ""})
    assert len(caught.value.sentences) == 3


def test_nobody_can_be_left_without_help() -> None:
    assert "help needs at least one key" in fault(help="")


def test_unshifted_keys_of_a_french_keyboard_open_the_panels() -> None:
    keys = user_keys({})
    assert keys["panel.conversations"] == ("1", "f2", "&")
    assert "é" in keys["panel.alerts"]
    assert ";" in keys["arrivals"]


def test_an_alias_gives_way_to_a_wish() -> None:
    keys = user_keys({"done": "é"})
    assert keys["done"] == ("é",)
    assert keys["panel.alerts"] == ("2", "f3")


def test_no_alias_is_a_usual_key() -> None:
    usual = {key for action in ACTIONS for key in action.keys}
    assert not usual & {alias for aliases in ALIASES.values() for alias in aliases}


def test_every_panel_has_a_key_without_shift_on_every_keyboard() -> None:
    for panel in Panel:
        action = BY_ID.get(f"panel.{panel.value}")
        if action is not None:
            assert any(key.startswith("f") and key[1:].isdigit() for key in action.keys)
