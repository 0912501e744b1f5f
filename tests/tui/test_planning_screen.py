"""The planning on screen: the calendar, its verbs and their undo, cadence, reminders, the mouse."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date
from pathlib import Path
from typing import Any

from listeners.actions.planning import add_planned, set_cadence
from listeners.clock import to_iso
from listeners.model import DAY, HOUR, MINUTE, Micros
from listeners.planning.entry import Planned
from listeners.planning.keeping import ring
from listeners.store import Store
from listeners.store.cadence import targets
from listeners.store.planned import planned
from tests.tui.driving import CONFIG, Driven, driven
from tests.tui.seeded import BRAND, NOW
from tui.screens.dashboard import Dashboard
from tui.screens.plan_form import PlanForm
from tui.screens.planning import PlanningScreen
from tui.widgets.plan_lines import columns

LED = replace(CONFIG, leads=("Léo",))
TODAY = Planned(
    brand=BRAND, title="Teaser", channel="bluesky", state="draft", at=Micros(NOW + 2 * HOUR),
    text="Something is coming.",
)  # fmt: skip
LATE = replace(TODAY, title="Forgotten", channel="mastodon", at=Micros(NOW - DAY), owner="Léo")


async def prepared(store: Store) -> None:
    for one in (TODAY, LATE):
        outcome, _number = await add_planned(store, CONFIG, "Ana", one, NOW)
        assert outcome.done


async def planning(one: Driven) -> PlanningScreen:
    await one.press("9", "l")
    screen = one.screen
    assert isinstance(screen, PlanningScreen)
    return screen


async def there(one: Driven) -> dict[str, Planned]:
    found = await planned(one.store, "", Micros(NOW - 90 * DAY), Micros(NOW + 400 * DAY), zone=UTC)
    return {entry.title: entry for entry in found}


def said(one: Driven) -> str:
    message = one.screen.keys.said
    return message.text if message is not None else ""


def open_planning(folder: Path, size: tuple[int, int] = (80, 24), **more: Any) -> Any:
    return driven(folder, size, filled=False, prepare=prepared, **more)


async def test_the_month_the_week_and_the_agenda_at_80_columns(tmp_path: Path) -> None:
    async with open_planning(tmp_path) as one:
        screen = await planning(one)
        frame = one.frame()
        assert "Planning · Month · November 2026" in frame
        assert "[20] 1" in frame
        assert "19 1!" in frame
        assert "2 planned · 1 late" in frame
        assert "◔ Bl 16:42     Teaser" in frame
        await one.press("v")
        assert "Week · 2026-W47" in one.frame()
        assert "late: draft" in one.frame()
        assert "Wed 18 Nov   nothing planned" in one.frame()
        await one.press("3")
        lines = one.frame().splitlines()
        assert "Thu 19 Nov   ! Ma" in lines[2]  # what is late comes first
        await one.press("1", "pagedown", "pagedown")
        assert "January 2027" in one.frame()
        await one.press("t", "h", "l", "j", "k")
        assert screen.chosen_day() == date(2026, 11, 20)
        await one.press("escape")
        assert isinstance(one.screen, Dashboard)


async def test_every_verb_is_done_and_taken_back(tmp_path: Path) -> None:
    async with open_planning(tmp_path, (120, 40)) as one:
        screen = await planning(one)
        assert "Something is coming." in one.frame()
        before = (await there(one))["Teaser"]
        await one.press("L")
        assert to_iso((await there(one))["Teaser"].at)[:10] == "2026-11-21"
        assert screen.chosen_day() == date(2026, 11, 21)
        assert "Moved" in said(one)
        await one.press("J", "J", "K")
        assert to_iso((await there(one))["Teaser"].at)[11:16] == "17:42"
        await one.press(">")
        assert (await there(one))["Teaser"].state == "approved"
        await one.press("a")
        assert (await there(one))["Teaser"].owner == "Ana"
        await one.press("A", *"Léo", "enter")
        assert (await there(one))["Teaser"].owner == "Léo"
        await one.press("e")
        assert (await there(one))["Teaser"].state == "done"
        await one.press(">")
        assert "no state beyond" in said(one)
        await one.press("d")
        assert "Teaser" not in await there(one)
        for _step in range(9):
            await one.press("z")
        found = (await there(one))["Teaser"]
        assert replace(found, version=0, changed_at=NOW) == replace(
            before, version=0, changed_at=NOW
        )
        await one.press("Z")
        assert to_iso((await there(one))["Teaser"].at)[:10] == "2026-11-21"


async def test_marked_rows_take_a_verb_together(tmp_path: Path) -> None:
    async with open_planning(tmp_path) as one:
        await planning(one)
        await one.press("3", "g", "space", "space", "e")
        assert "2 done" in said(one)
        assert {entry.state for entry in (await there(one)).values()} == {"done"}
        await one.press("z")
        assert {entry.state for entry in (await there(one)).values()} == {"draft"}


async def test_the_form_adds_changes_and_keeps_what_is_refused(tmp_path: Path) -> None:
    async with open_planning(tmp_path, config=LED) as one:
        await planning(one)
        await one.press("l", "i", *"Sale", "enter")
        form = one.screen
        assert isinstance(form, PlanForm)
        await one.press("down", "enter", *["backspace"] * 20, *"mon 14h", "enter")
        assert "When: Mon 23 Nov 14:00" in one.frame()
        await one.press("down", "enter", *"13h", "enter", "ctrl+s")
        assert "It must end after it begins." in one.frame()
        await one.press("enter", *["backspace"] * 20, *"15:30", "enter")
        await one.press("down", "down", "enter", *"newsletter", "enter")
        await one.press("down", "enter", *"Come!", "ctrl+s")
        await one.press("down", "enter", *"appr", "enter", "ctrl+s")
        assert "Only a lead approves here: Léo" in one.frame()
        await one.press("enter", *"draft", "enter", "ctrl+s")
        made = (await there(one))["Sale"]
        assert (made.channel, made.text, made.state) == ("newsletter", "Come!", "draft")
        assert to_iso(made.at)[:16] == "2026-11-23T14:00"
        assert to_iso(made.end_at or NOW)[:16] == "2026-11-23T15:30"
        await one.press("t", "enter", "enter")
        assert isinstance(one.screen, PlanForm)
        await one.press("enter", *" two", "enter", "escape")
        assert "not kept yet" in one.frame()
        await one.press("escape")
        assert "Teaser two" not in await there(one)


async def test_an_empty_day_and_narrowing_say_why_and_what_to_do(tmp_path: Path) -> None:
    async with open_planning(tmp_path) as one:
        await planning(one)
        await one.press("l")
        assert "Nothing is planned here." in one.frame()
        assert "i plans a post or an action" in one.frame()
        await one.press("e")
        assert said(one) == "Nothing is selected."
        await one.press("3", "/", *"forg", "enter")
        assert "Forgotten" in one.frame()
        assert "Teaser" not in one.frame()
        await one.press("escape", "V")
        assert "Nothing here is yours" in one.frame()


async def test_targets_are_set_and_taken_back_among_the_channels(tmp_path: Path) -> None:
    async def more(store: Store) -> None:
        await prepared(store)
        await set_cadence(store, CONFIG, "Léo", BRAND, "mastodon", 7, NOW)

    async with driven(tmp_path, (80, 24), filled=False, prepare=more) as one:
        await planning(one)
        await one.press("4")
        assert "Mastodon       0 of 7 this week, 4.6 by now" in one.frame()
        assert "4 behind" in one.frame()
        assert "Next state" not in one.frame()
        await one.press("i", *"bluesky", "enter", *"2,5", "enter")
        assert await targets(one.store, BRAND) == {"bluesky": 2.5, "mastodon": 7.0}
        await one.press("z")
        assert await targets(one.store, BRAND) == {"mastodon": 7.0}
        await one.press("down", "enter", "backspace", *"many", "enter")
        assert "is no number" in said(one)
        await one.press("d")
        assert await targets(one.store, BRAND) == {}


async def test_the_mouse_points_at_a_day_and_opens_it(tmp_path: Path) -> None:
    async with open_planning(tmp_path) as one:
        screen = await planning(one)
        region = screen.grid.content_region
        cells = columns(region.width)
        x, y = region.x + sum(cells[:3]) + 2, region.y + 1 + 2 * 3
        await one.pilot.click(offset=(x, y))
        await one.settled()
        assert screen.chosen_day() == date(2026, 11, 19)
        assert "Thu 19 Nov" in one.frame()
        assert screen.grid.day_at(0, 0) is None


async def test_a_reminder_is_said_and_stays_in_sight(tmp_path: Path) -> None:
    async def more(store: Store) -> None:
        for owner in ("Ana", "Léo"):
            soon = replace(
                TODAY, title=f"For {owner}", owner=owner, at=Micros(NOW + 10 * MINUTE), remind=900
            )
            await add_planned(store, CONFIG, "Ana", soon, NOW)
        await ring(store, NOW, zone=UTC)

    async with driven(tmp_path, (120, 40), filled=False, prepare=more) as one:
        assert "Reminder: For Ana · 14:52" in one.frame()
        assert "◷ 14:52 For Ana" in one.frame()
        assert "For Léo" not in one.frame()
        one.clock.now = Micros(NOW + HOUR)
        one.screen.look_again()
        await one.settled()
        assert "◷" not in one.frame()


async def test_observers_look_and_change_nothing(tmp_path: Path) -> None:
    config = replace(CONFIG, members=("Ana", "Léo", "Zoé"), observers=("Zoé",), member="Zoé")
    async with open_planning(tmp_path, config=config) as one:
        await planning(one)
        before = await there(one)
        for key in ("i", "e", "d", ">", "L", "a", "A"):
            await one.press(key)
            assert "observer" in said(one), key
        assert await there(one) == before
