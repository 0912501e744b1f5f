"""The stages on screen: the funnel, who waits for a next step, setting a stage, and undoing it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest

from listeners.model import DAY, Label, Micros
from listeners.planning.calendar import week_of
from listeners.staging import find_stages
from listeners.store import Connection, Store
from listeners.store.stages import Funnel, moves_of
from tests.listeners.store.builders import World, furnish
from tests.tui.driving import CONFIG, Driven, driven, listed
from tests.tui.seeded import BRAND, NOW
from tui.i18n import use_language, use_zone
from tui.screens.dashboard import Dashboard
from tui.screens.person import PersonScreen
from tui.screens.pickers import Picker
from tui.screens.stages import StagesScreen
from tui.theme import DARK, palette
from tui.widgets.paint import text_of, width_of
from tui.widgets.stage_lines import funnel_lines


async def people(store: Store) -> None:
    """Four people on top of nothing: two praise, one came back long ago, one is new."""
    world = await furnish(store)
    [row] = await store.fetch("SELECT id FROM brand WHERE name = ?", ("Acme",))

    async def named(connection: Connection) -> None:
        await connection.fetch("UPDATE brand SET name = ? WHERE id = ?", (BRAND, row["id"]))

    await store.write(named)
    await _said(world)
    await find_stages(store, CONFIG, lambda: NOW, pause=0)


async def _said(world: World) -> None:
    def at(days: float) -> Micros:
        return Micros(NOW - round(days * DAY))

    await world.add(
        [
            world.mention("A lovely thing", at=at(1)),
            world.mention("Still lovely", at=at(1.01)),
            world.mention("Nice", author="bob", at=at(60)),
            world.mention("Nice again", author="bob", at=at(50)),
            world.mention("I saw one", author="us", at=at(2), label=Label.NEUTRAL),
        ]
    )


async def opened(one: Driven) -> None:
    one.app.push_screen(StagesScreen(one.screen.desk))
    await one.settled()


def said(one: Driven) -> str:
    message = one.screen.keys.said
    return message.text if message is not None else ""


async def stage(one: Driven, person: int) -> str:
    return (await moves_of(one.store, person))[-1].stage


async def test_the_funnel_and_who_waits_fit_the_smallest_screen(tmp_path: Path) -> None:
    async with driven(tmp_path, (80, 24), filled=False, prepare=people) as one:
        await one.press("9", "s")
        assert isinstance(one.screen, StagesScreen)
        frame = one.frame()
        assert "○ connect" in frame
        assert "◐ convince" in frame
        assert "W47" in frame
        assert "Thank them where they said it." in frame
        assert "Positive mentions: 2; no answer from us" in frame
        await one.same_frame("stages_80x24")
        await one.press("f")
        assert said(one) == "There is no campaign yet."
        # One is set by hand, and taken back.
        await one.press("e")
        assert isinstance(one.app.screen, Picker)
        await one.press("3", "enter")
        assert said(one) == "Stage set by hand: convert"
        assert await stage(one, 1) == "convert"
        assert "Ana" not in one.frame().split("worth a next step")[1]
        await one.press("z")
        assert await stage(one, 1) == "connect"
        assert "Ana" in one.frame().split("worth a next step")[1]


async def test_lists_marks_and_ways_on_a_larger_screen(tmp_path: Path) -> None:
    async with driven(tmp_path, (120, 40), filled=False, prepare=reached) as one:
        await opened(one)
        assert "A lovely thing" in one.frame()
        await one.press("j")
        frame = one.frame()
        assert "Ask for a review or a recommendation." in frame
        assert "connect → convince" in frame
        assert "Came back: 10 of at most 60 days between two mentions" in frame
        # Only whom a campaign reached, then everybody.
        await one.press("f", *"spring", "enter")
        assert len(listed(one.screen)) == 1
        assert "· Spring" in one.frame()
        await one.press("f", *"every", "enter")
        assert len(listed(one.screen)) == 2
        # The person, and back.
        await one.press("enter")
        seen = [one.screen.__class__]
        await one.press("escape")
        seen.append(one.screen.__class__)
        assert seen == [PersonScreen, StagesScreen]
        # The lists, one after the other.
        await one.press("w")
        assert "further than connect" in one.frame()
        assert len(listed(one.screen)) == 1
        await one.press("w")
        assert "Nobody yet." in one.frame()
        await one.press("w")
        # Several at once, and given back.
        await one.press("*", "e", "2", "enter")
        assert said(one) == "Stage set by hand: convince, for 2"
        await one.press("w", "w")
        assert len(listed(one.screen)) == 2
        await one.press("*", "e", "0", "enter")
        assert said(one) == "The rules say the stage again, of 2"
        assert listed(one.screen) == []
        await one.press("escape")
        assert isinstance(one.app.screen, Dashboard)


async def reached(store: Store) -> None:
    """The people, one of whom a campaign reached."""
    await people(store)

    async def work(connection: Connection) -> None:
        await connection.fetch(
            """INSERT INTO campaign (id, brand_id, name, aim, from_at, to_at, changed_at)
               SELECT 7, id, 'Spring', 'amuse', 0, 1, 0 FROM brand WHERE name = ?""",
            (BRAND,),
        )
        await connection.fetch(
            """INSERT INTO campaign_mention SELECT 7, m.id, 'terms' FROM mention m
               JOIN account a ON a.id = m.account_id WHERE a.key = 'bob' LIMIT 1"""
        )

    await store.write(work)


async def test_nobody_yet_and_figures_that_grow_say_why(tmp_path: Path) -> None:
    async with driven(tmp_path, (80, 24), filled=False) as one:
        await opened(one)
        assert "histories are still being read" in one.frame()
        assert "The histories of people are still being read." in one.frame()
        await find_stages(one.store, CONFIG, lambda: NOW, pause=0)
        one.screen.look_again()
        await one.settled()
        assert "Nobody has mentioned the brand yet." in one.frame()
        assert "–" in one.frame()
        await one.press("e")
        assert said(one) == "Nobody is selected."


async def test_observers_set_nothing_and_hostile_words_stay_words(tmp_path: Path) -> None:
    async def hostile(store: Store) -> None:
        await people(store)

        async def work(connection: Connection) -> None:
            await connection.fetch("UPDATE account SET name = ?, role = ?", ("[red]evil", "[b]"))
            await connection.fetch("UPDATE mention SET text = ?", ("[bold]x[/nope] $y",))

        await store.write(work)

    watching = replace(CONFIG, observers=("Ana",))
    async with driven(tmp_path, (80, 24), filled=False, config=watching, prepare=hostile) as one:
        await opened(one)
        frame = one.frame()
        assert "[red]evil" in frame
        assert "[b]" in frame
        await one.press("e")
        assert isinstance(one.screen, StagesScreen)
        assert "observer" in said(one)
        await one.press("J", "J")
        assert "[bold]x[/nope] $y" in one.frame()


@pytest.mark.parametrize("width", [40, 60, 78, 118, 198])
@pytest.mark.parametrize("tongue", ["en", "fr"])
def test_the_funnel_fits_any_width(width: int, tongue: str) -> None:
    use_language(tongue)
    use_zone(UTC)
    weeks = [week_of(NOW, UTC, -back) for back in range(7, -1, -1)]
    try:
        lines = funnel_lines(
            Funnel({"connect": 12_345_678, "convince": 40, "convert": 1}),
            weeks,
            width,
            palette(DARK, False),
        )
    finally:
        use_language("en")
    assert len(lines) == 4
    assert all(width_of(line) <= width for line in lines[1:])
    assert {width_of(line) for line in lines} == {width_of(lines[0])}
    assert "█" in text_of(lines[3])


def test_a_week_that_nobody_came_in_is_a_dot() -> None:
    week = week_of(NOW, UTC)
    lines = funnel_lines(
        Funnel({"connect": 0, "convince": 0, "convert": 0}), [week], 78, palette(DARK, False)
    )
    assert all(text_of(line).endswith("·") for line in lines[1:])
    assert "█" not in "".join(map(text_of, lines))
