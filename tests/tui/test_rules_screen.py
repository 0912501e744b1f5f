"""The rules on screen: made by a form that tries them, moved, switched, applied, undone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from listeners.actions.rules import keep_rule
from listeners.rules import Conditions, Effects, Rule
from listeners.store import Store, reads
from listeners.store.rules import rules
from listeners.trying import Trial
from tests.fake.hostile import HOSTILE
from tests.tui.driving import CONFIG, Driven, driven, until
from tests.tui.seeded import NOW
from tui.rule_fields import IF, THEN, Offered, field_choices, said_of, toggled, with_value
from tui.screens.rule_form import RuleForm, Typed
from tui.screens.rules import RulesScreen

BRAKES = Rule(
    name="Brakes",
    conditions=Conditions(query="brakes"),
    effects=Effects(tags=("safety",), assign="Léo"),
)


async def two_rules(store: Store) -> None:
    await keep_rule(store, "Ana", BRAKES, NOW)
    await keep_rule(store, "Ana", Rule(name="All", effects=Effects(tags=("x",))), NOW)


async def kept(one: Driven) -> list[tuple[str, bool]]:
    return [(rule.name, rule.enabled) for rule in await rules(one.store)]


async def down_to(one: Driven, key: str) -> None:
    """Move the form's cursor to a field."""
    form = one.screen
    assert isinstance(form, RuleForm)
    for _ in range(30):
        if form.fields.choice is not None and form.fields.choice.value == key:
            return
        await one.press("down")
    raise AssertionError(f"no field {key}")


async def test_a_rule_is_made_tried_kept_and_applied(tmp_path: Path) -> None:
    async with driven(tmp_path) as one:
        await one.press("8", "a")
        await one.press("ctrl+s")
        assert "needs a name" in one.frame()
        await one.press("enter", *"Brakes", "enter")
        await down_to(one, "query")
        await one.press("enter", *"brakes AND (")
        assert isinstance(one.screen, Typed)
        assert "▲" in one.frame()
        await one.press("enter")
        assert isinstance(one.screen, Typed)
        await one.press("backspace", "backspace", "backspace", "backspace", "backspace", "enter")
        await down_to(one, "tags")
        await one.press("enter", *"urgent-case", "enter", "escape")
        assert "Mentions caught" in one.frame()
        await one.press("ctrl+s")
        assert await kept(one) == [("Brakes", True)]
        assert "only to what comes from now on" in one.frame()
        await one.press("down", "enter")
        assert "was applied" in one.frame()
        rows = await reads.conversations(one.store, range(1, 40))
        tagged = [row.id for row in rows.values() if "urgent-case" in row.tags]
        assert tagged
        await one.press("z")
        rows = await reads.conversations(one.store, range(1, 40))
        assert not any("urgent-case" in row.tags for row in rows.values())
        await one.press("z")
        assert await kept(one) == []


async def test_rules_move_rest_and_go_and_come_back(tmp_path: Path) -> None:
    async with driven(tmp_path, prepare=two_rules) as one:
        await one.press("8")
        assert await kept(one) == [("Brakes", True), ("All", True)]
        await one.press("J")
        assert await kept(one) == [("All", True), ("Brakes", True)]
        await one.press("space")
        assert ("Brakes", False) in await kept(one)
        await one.press("d")
        assert len(await kept(one)) == 1
        await one.press("z", "z", "z")
        assert await kept(one) == [("Brakes", True), ("All", True)]


async def test_a_rule_is_changed_where_it_stands(tmp_path: Path) -> None:
    async with driven(tmp_path, prepare=two_rules) as one:
        await one.press("8", "enter")
        await down_to(one, "labels")
        await one.press("enter", "enter", "escape")
        await one.press("ctrl+s")
        (first, _) = await rules(one.store)
        assert [str(label) for label in first.conditions.labels] == ["negative"]
        assert first.name == "Brakes"


async def test_escape_leaves_everything_as_it_was(tmp_path: Path) -> None:
    async with driven(tmp_path, prepare=two_rules) as one:
        await one.press("8", "enter")
        await down_to(one, "priority")
        await one.press("enter", "down", "enter", "escape")
        assert "not kept yet" in one.frame()
        await one.press("escape")
        assert isinstance(one.screen, RulesScreen)
        (first, _) = await rules(one.store)
        assert first.effects.priority is None


async def test_an_observer_may_only_look(tmp_path: Path) -> None:
    config = replace(CONFIG, observers=("Ana",))
    async with driven(tmp_path, config=config, prepare=two_rules) as one:
        for key in ("a", "enter", "space", "J", "d", "e"):
            await one.press("8") if not isinstance(one.screen, RulesScreen) else None
            await one.press(key)
            assert isinstance(one.screen, RulesScreen)
            assert "observer" in one.frame()
        assert await kept(one) == [("Brakes", True), ("All", True)]


async def test_a_trial_is_stopped_by_escape_and_nothing_is_kept_unseen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[bool] = []

    async def endless(*_: object, **__: object) -> AsyncIterator[Trial]:
        try:
            for share in range(1, 100_000):
                await asyncio.sleep(0.005)
                yield Trial(looked=share, share=min(0.9, share / 100), effects={"tag": 0})
        finally:
            ended.append(True)

    async with driven(tmp_path, prepare=two_rules) as one:
        await one.press("8")
        monkeypatch.setattr("tui.screens.rule_form.try_rule", endless)
        await one.pilot.press("enter")
        await until(lambda: isinstance(one.screen, RuleForm))
        await until(lambda: "trying it" in one.frame())
        await one.pilot.press("ctrl+s")
        await until(lambda: "tried first" in one.frame() or "trying it" in one.frame())
        assert isinstance(one.screen, RuleForm)
        await one.pilot.press("escape")
        await until(lambda: ended)
        assert isinstance(one.screen, RuleForm)
        await one.press("escape")
        assert "trying it" not in one.frame()
        assert "About this rule" in one.frame()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_hostile_names_stay_words(tmp_path: Path, size: tuple[int, int]) -> None:
    async def prepare(store: Store) -> None:
        for number, (_, text) in enumerate(HOSTILE):
            effects = Effects(tags=(f"t{number}",), assign=text[:20])
            await keep_rule(store, "Ana", Rule(name=f"x{text[:40]}", effects=effects), NOW)

    async with driven(tmp_path, size, prepare=prepare) as one:
        await one.press("8", "enter")
        assert "\x1b" not in one.frame()


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_picture_of_the_rules(tmp_path: Path, size: tuple[int, int]) -> None:
    async with driven(tmp_path, size, prepare=two_rules) as one:
        await one.press("8")
        await one.same_frame(f"rules-{size[0]}x{size[1]}")
        await one.press("enter")
        await one.same_frame(f"rule-form-{size[0]}x{size[1]}")


def test_every_field_can_be_chosen_and_says_what_it_holds() -> None:
    offered = Offered(
        brands=("Aurora",), networks=("bluesky",), members=("Léo",), langs=("fr",),
        tags=("billing",), templates={4: "Refund"},
    )  # fmt: skip
    rule = Rule(name="A")
    for field in (*IF, *THEN):
        if field.typed:
            continue
        choices = [one for one in field_choices("", rule, field.key, offered) if not one.heading]
        assert choices, field
        value = choices[-1].value
        made = toggled(rule, field.key, value) if field.many else with_value(rule, field.key, value)
        assert said_of(made, field, offered), field
        assert not said_of(rule, field, offered)


def test_what_is_typed_is_taken_where_there_is_no_such_choice() -> None:
    found = field_choices("new-tag", Rule(name="A"), "tags", Offered(tags=("billing",)))
    assert [one.value for one in found] == ["new-tag"]
    held = toggled(Rule(name="A"), "tags", "new-tag")
    assert toggled(held, "tags", "new-tag") == Rule(name="A")
