"""Macros, pipes and "again" on the real screen, and what is refused at start."""

from __future__ import annotations

import asyncio
import importlib
import json
import pkgutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.binding import Binding, BindingsMap

import tui.screens
from listeners.config import Config
from listeners.config.extending import HookConfig, PipeConfig
from listeners.model import HOUR, Micros, Sentence
from listeners.rows import ConversationRow
from listeners.store import Store, reads
from listeners.store.hooks import hook_fault
from tests.tui.driving import CONFIG, Driven, driven, listed, until
from tests.tui.seeded import NOW
from tui.app import _keymap
from tui.keymap import KeymapError, user_keys
from tui.own_keys import Step, arguments_of, own_keys, step_of
from tui.repeating import Again, arguments_again, verb_again
from tui.screens.own_keys import OwnKeysScreen

MACROS = replace(CONFIG, macros={"ctrl+g": ("take", "tag billing,urgent", "snooze 2h")})


def pipe(code: str, **more: object) -> PipeConfig:
    made = PipeConfig(name="crm", label="CRM", command=(sys.executable, "-c", code))
    return replace(made, **more)  # type: ignore[arg-type]


def piped(*pipes: PipeConfig) -> Config:
    return replace(CONFIG, pipes=pipes)


async def row(one: Driven, number: int) -> ConversationRow:
    return (await reads.conversations(one.store, [number]))[number]


# --- macros --------------------------------------------------------------------------------------


async def test_a_macro_does_everything_and_one_undo_takes_it_all_back(tmp_path: Path) -> None:
    async with driven(tmp_path, config=MACROS) as one:
        first = listed(one.screen)[0]
        before = await row(one, first)
        await one.press("ctrl+g")
        after = await row(one, first)
        assert after.assignee == "Ana"
        assert {"billing", "urgent"} <= set(after.tags)
        assert after.snoozed_until == NOW + 2 * HOUR
        assert first not in listed(one.screen)
        await one.press("z")
        back = await row(one, first)
        assert (back.assignee, back.tags, back.state, back.snoozed_until) == (
            before.assignee,
            before.tags,
            before.state,
            before.snoozed_until,
        )
        assert (await row(one, first)).waiting_since == before.waiting_since


async def test_a_macro_works_on_marks_and_inside_a_thread(tmp_path: Path) -> None:
    config = replace(CONFIG, macros={"f12": ("tag seen", "answered")})
    async with driven(tmp_path, config=config) as one:
        first, second, third = listed(one.screen)[:3]
        await one.press("space", "space", "f12")
        assert "seen" in (await row(one, first)).tags
        assert "seen" in (await row(one, second)).tags
        await one.press("z", "enter", "f12")
        assert "seen" in (await row(one, third)).tags or "seen" in (await row(one, first)).tags


async def test_a_macro_is_in_the_help_and_in_the_palette(tmp_path: Path) -> None:
    async with driven(tmp_path, (120, 60), config=MACROS) as one:
        await one.press("ctrl+p", *"billing")
        assert "take, tag billing,urgent, snooze 2h" in one.frame()
        await one.press("enter")
        assert not one.screen.is_modal
        await one.press("z", "question_mark")
        lines = ""
        for _ in range(12):
            lines += one.frame()
            await one.press("pagedown")
        assert "Your own keys" in lines
        assert "^g" in lines


async def test_what_is_refused_of_a_macro_is_said_and_the_rest_is_done(tmp_path: Path) -> None:
    config = replace(CONFIG, macros={"f12": ("take", "tag a")})
    async with driven(tmp_path, config=config) as one:
        first = listed(one.screen)[0]
        await one.press("a", "f12")
        assert "a" in (await row(one, first)).tags
        assert "already" in one.frame()


@pytest.mark.parametrize(
    ("macros", "words"),
    [
        ({"ctrl+g": ("taek",)}, "did you mean take"),
        ({"ctrl+g": ("take now",)}, "stands alone"),
        ({"ctrl+g": ("tag",)}, "needs a word"),
        ({"ctrl+g": ("snooze whenever",)}, "takes a time"),
        ({"ctrl+g": ("priority 7",)}, "1 to 5"),
        ({"ctrl+g": ("assign Nobody",)}, "nobody called Nobody"),
        ({"e": ("take",)}, "would mean both done and take"),
        ({"ctrl+nothing": ("take",)}, "cannot have the key"),
    ],
)
def test_a_wrong_macro_is_said_at_start(macros: dict[str, tuple[str, ...]], words: str) -> None:
    with pytest.raises(KeymapError, match=words):
        own_keys(replace(CONFIG, macros=macros))


def test_a_key_that_a_pipe_and_a_macro_want_is_said_at_start() -> None:
    config = replace(MACROS, pipes=(pipe("", key="ctrl+G"),))
    assert own_keys(MACROS).macros["ctrl+g"].label == "take, tag billing,urgent, snooze 2h"
    with pytest.raises(KeymapError, match="would mean both"):
        own_keys(replace(config, pipes=(pipe("", key="ctrl+g"),)))


def test_the_words_of_a_step_become_arguments() -> None:
    now = Micros(NOW)
    for text, expected in (
        ("take", {}),
        ("snooze", {"until": None}),
        ("snooze 2h", {"until": now + 2 * HOUR}),
        ("assign me", {"to": "Ana"}),
        ("assign Léo", {"to": "Léo"}),
        ("tag a, b", {"tags": ("a", "b")}),
        ("priority auto", {"priority": None}),
        ("priority 2", {"priority": 2}),
        ("note called them back", {"text": "called them back"}),
    ):
        assert arguments_of(step_of(text), now, "Ana") == expected
    assert step_of("  TAG  x ") == Step("tag", "x")


# --- pipes ---------------------------------------------------------------------------------------

ECHO = "import json, sys; d = [json.loads(l) for l in sys.stdin]; "


async def test_a_conversation_is_handed_over_as_json(tmp_path: Path) -> None:
    out = tmp_path / "got.json"
    code = f"{ECHO} open({str(out)!r}, 'w').write(json.dumps(d)); print('ticket 42')"
    async with driven(tmp_path, config=piped(pipe(code))) as one:
        first, second = listed(one.screen)[:2]
        await one.press("X")
        await until(lambda: "ticket 42" in one.frame())
        (got,) = json.loads(out.read_text())
        assert got["id"] == first
        assert got["thread"]
        assert {"our_notes", "author", "tags", "state"} <= set(got)
        await one.press("space", "space", "X")
        await until(lambda: len(json.loads(out.read_text() or "[]")) == 2, 10)
        assert {one_["id"] for one_ in json.loads(out.read_text())} == {first, second}


async def test_what_it_prints_is_kept_as_a_note_and_can_be_undone(tmp_path: Path) -> None:
    made = pipe("print('client since 2019\\nsecond line')", verb="note")
    async with driven(tmp_path, config=piped(made)) as one:
        first = listed(one.screen)[0]
        await one.press("X")
        await until(lambda: "client since 2019" in one.frame())
        notes = await reads.notes(one.store, "conversation", first)
        assert notes[-1].text == "client since 2019\nsecond line"
        await one.press("z")
        assert len(await reads.notes(one.store, "conversation", first)) == len(notes) - 1


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (pipe("import sys; sys.exit('no such client')"), "no such client"),
        (pipe("import time; time.sleep(30)", seconds=0.5), "longer than 0.5 seconds"),
        (replace(pipe(""), command=("no-such-command-anywhere",)), "could not be started"),
        (pipe("print('\\x1b[31mred\\x1b[0m')"), "CRM: "),
        (pipe("import sys; sys.stdout.write('y' * 10_000_000)"), "CRM: yyyy"),
        (pipe(""), "CRM is done"),
    ],
)
async def test_how_it_ended_is_said(tmp_path: Path, made: PipeConfig, words: str) -> None:
    async with driven(tmp_path, config=piped(made)) as one:
        await one.press("X")
        await until(lambda: words in one.frame())
        assert "\x1b" not in one.frame()


async def test_keys_are_answered_while_a_command_runs(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    code = (
        f"import os, time\nwhile not os.path.exists({str(gate)!r}): time.sleep(.01)\nprint('now')"
    )
    async with driven(tmp_path, config=piped(pipe(code))) as one:
        first = listed(one.screen)[0]
        await one.pilot.press("X")
        await one.pilot.press("a")
        async with asyncio.timeout(30):
            while (await row(one, first)).assignee != "Ana":
                await one.pilot.pause(0.02)
        gate.write_text("")
        await until(lambda: "CRM: now" in one.frame())


async def test_several_commands_are_asked_for_and_none_is_said(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("X")
        assert "[pipe.NAME]" in one.frame()
    two = (pipe("print('one')"), replace(pipe("print('two')"), name="b", label="Billing"))
    (tmp_path / "second").mkdir()
    async with driven(tmp_path / "second", config=piped(*two)) as one:
        await one.press("X", *"bill", "enter")
        await until(lambda: "Billing: two" in one.frame())


async def test_a_pipe_may_have_a_key(tmp_path: Path) -> None:
    async with driven(tmp_path, config=piped(pipe("print('hello')", key="f12"))) as one:
        await one.press("f12")
        await until(lambda: "CRM: hello" in one.frame())


# --- again ---------------------------------------------------------------------------------------


async def test_the_last_action_is_done_again_with_its_arguments(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        first, second, third = listed(one.screen)[:3]
        await one.press("comma")
        assert "Nothing was done yet" in one.frame()
        await one.press("t", *"fragile", "enter", "down", "comma")
        assert "fragile" in (await row(one, first)).tags
        assert "fragile" in (await row(one, second)).tags
        await one.press("down", "s", *"3h", "enter")
        assert (await row(one, third)).snoozed_until == NOW + 3 * HOUR
        one.clock.now = Micros(NOW + HOUR)
        await one.press("g", "comma")
        assert (await row(one, first)).snoozed_until == NOW + 4 * HOUR
        await one.press("z")
        assert (await row(one, first)).snoozed_until is None


async def test_a_macro_is_done_again(tmp_path: Path) -> None:
    config = replace(CONFIG, macros={"f12": ("take", "tag again")})
    async with driven(tmp_path, config=config) as one:
        _, second = listed(one.screen)[:2]
        await one.press("f12", "down", "comma")
        assert "again" in (await row(one, second)).tags


def test_a_verb_is_translated_for_another_kind_where_the_action_has_one() -> None:
    again = Again("done", "answered", "conversation")
    assert verb_again(again, "conversation") == "answered"
    assert verb_again(again, "alert") == "resolve"
    untag = Again("tag", "untag", "conversation", {"tags": "x"})
    assert verb_again(untag, "conversation") == "untag"
    assert verb_again(untag, "alert") == ""
    snoozed = Again("snooze", "snooze", "conversation", {"until": 5}, span=HOUR)
    assert arguments_again(snoozed, Micros(10)) == {"until": 10 + HOUR}


# --- keys of one screen --------------------------------------------------------------------------


def screens_with_own_keys() -> list[type[OwnKeysScreen[Any]]]:
    for found in pkgutil.iter_modules(tui.screens.__path__, "tui.screens."):
        importlib.import_module(found.name)
    known: list[type[OwnKeysScreen[Any]]] = []
    for one in OwnKeysScreen.__subclasses__():
        known += [one, *one.__subclasses__()]
    return [one for one in known if one.OWN]


def test_every_key_a_screen_shows_is_bound_there_with_the_usual_keys() -> None:
    screens = screens_with_own_keys()
    assert len(screens) > 5
    for one in screens:
        bound = one._merge_bindings() or BindingsMap()
        bound.apply_keymap(_keymap(user_keys({})))
        for action in one.OWN:
            for key in action.keys:
                (name,) = BindingsMap([Binding(key, "")]).key_to_bindings
                acts = {binding.action for binding in bound.key_to_bindings.get(name, [])}
                assert f"hub('{action.id}')" in acts, (one.__name__, action.id, key)


# --- hooks ---------------------------------------------------------------------------------------


async def test_a_hook_that_fails_is_said_in_the_line_at_the_top(tmp_path: Path) -> None:
    hook = HookConfig("conversation.answered", ("notify.sh",))
    fault = Sentence(
        "The hook for {event} fails: {reason}", {"event": hook.event, "reason": "no route"}
    )

    async def prepare(store: Store) -> None:
        await hook_fault(store, hook.name, fault)

    config = replace(CONFIG, hooks=(hook,))
    async with driven(tmp_path, (120, 40), config=config, prepare=prepare) as one:
        assert "⚠" in one.frame().splitlines()[0]
        assert "The hook for conversation.answered fails: no route" in one.frame()
        await hook_fault(one.store, hook.name, None)
        one.screen.look_again()
        await until(lambda: one.app.desk.fault == "")
