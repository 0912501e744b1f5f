"""The conductor's page: what stands on it, where it leads, and what its keys do and take back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from listeners.actions.charges import hand_out
from listeners.actions.duty import add_duty
from listeners.actions.planning import add_planned, set_cadence
from listeners.charges import Charge
from listeners.duty import Gap, Shift
from listeners.model import DAY, HOUR, Micros
from listeners.planning.entry import Planned
from listeners.store import Store, reads
from listeners.store.charges import charges
from listeners.store.duty import shifts
from listeners.store.planned import planned
from tests.tui.driving import CONFIG, Driven, driven
from tests.tui.seeded import BRAND, NOW
from tui.screens.conductor import ConductorScreen
from tui.screens.conversation import ConversationScreen
from tui.screens.dashboard import Dashboard
from tui.screens.duty_asking import role_choices, when_choices
from tui.screens.planning import PlanningScreen
from tui.screens.team import TeamScreen
from tui.widgets.conductor_rows import Entry

TEAM = replace(CONFIG, members=("Ana", "Léo", "Zoé"), leads=("Ana",))
OBSERVER = replace(TEAM, member="Zoé", observers=("Zoé",))


def shift(member: str, begins: int, ends: int) -> Shift:
    return Shift(
        member=member, from_at=Micros(NOW + begins * HOUR), to_at=Micros(NOW + ends * HOUR)
    )


def entry(title: str, hours: int, state: str, owner: str = "", channel: str = "") -> Planned:
    usual = Planned(brand=BRAND, title=title, owner=owner, channel=channel)
    at = Micros(NOW + hours * HOUR)
    return replace(usual, at=at, state="draft" if state == "draft" else "approved")


async def prepare(store: Store) -> None:
    """Shifts with a gap, a role, something late, a draft, and a channel that is behind."""
    now = Micros(NOW - DAY)
    wanted = [shift("Léo", -2, 16), shift("Ana", 20, 40), shift("Léo", 40, 200)]
    await add_duty(store, TEAM, "Léo", wanted, NOW)
    await hand_out(store, TEAM, "Léo", Charge(kind="press", member="Léo"), now)
    await add_planned(store, TEAM, "Ana", entry("Launch", -3, "approved", "Léo", "mastodon"), now)
    await add_planned(store, TEAM, "Ana", entry("Friday thread", 30, "draft"), now)
    await set_cadence(store, TEAM, "Ana", BRAND, "mastodon", 5, now)


def said(one: Driven) -> str:
    message = one.screen.keys.said
    return message.text if message is not None else ""


def section(one: Driven) -> str:
    row = one.screen.rows.row
    return str(row.section)


async def go(one: Driven, found: Callable[[Entry], bool]) -> None:
    """Put the cursor on the first row that is meant, in whichever column it is."""
    screen = one.screen
    assert isinstance(screen, ConductorScreen)
    for column in screen.columns:
        for place, number in enumerate(column.state.ids):
            if found(screen._entries[number]):
                column.focus()
                column.move_to(place)
                await one.settled()
                return
    raise AssertionError(one.frame())


def is_a(kind: str, words: str = "") -> Callable[[Entry], bool]:
    """Return whether an entry is a thing of this kind that holds these words."""
    return lambda row: type(row.thing).__name__ == kind and words in repr(row.thing)


def in_front(one: Driven) -> type[object]:
    return type(one.screen)


async def typed(one: Driven, text: str) -> None:
    one.screen.field.value = text
    await one.settled()
    await one.press("enter")


async def rota(store: Store) -> list[str]:
    found = await shifts(store, Micros(NOW - DAY), Micros(NOW + 60 * DAY))
    return [
        f"{one.member} {(one.from_at - NOW) // HOUR} {(one.to_at - NOW) // HOUR}" for one in found
    ]


# --- what stands on it ----------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_every_section_stands_on_it(tmp_path: Path, size: tuple[int, int]) -> None:
    async with driven(tmp_path, size, config=TEAM, prepare=prepare) as one:
        await one.press("9", "o")
        assert isinstance(one.screen, ConductorScreen)
        seen = one.frame()
        if size == (80, 24):
            await one.press("tab")
            seen += one.frame()
            await one.press("tab", "tab", "tab")
            seen += one.frame()
        else:
            await one.press("tab", "tab")
            assert section(one) == "channels"
            await one.press("shift+tab")
            assert section(one) == "late"
        for words in (
            "Who has what", "agent · on duty until Sat 21 Nov 06:42", "1 late · press",
            "Late  2 · 1 draft waits", "planned          Launch", "3h late · Léo · Mastodon",
            "draft to approve Friday thread", "to answer",
            "No campaign is running", "Channels  1 silent or behind", "3 posts behind",
            "this week 0 of 5", "Duty, seven days  on duty now: Léo · 1 gap", "nobody",
        ):  # fmt: skip
            assert words in seen, f"{words}\n{seen}"


async def test_an_empty_store_says_what_to_do(tmp_path: Path) -> None:
    async with driven(tmp_path, (120, 40), config=TEAM, filled=False) as one:
        await one.press("9", "o")
        frame = one.frame()
        for words in ("Nothing is late", "no rota is kept", "Enter puts somebody on duty",
                      "No channel has a target yet"):  # fmt: skip
            assert words in frame, frame


# --- where it leads -------------------------------------------------------------------------------


async def test_enter_goes_to_the_thing(tmp_path: Path) -> None:
    async with driven(tmp_path, (80, 24), config=TEAM, prepare=prepare) as one:
        await one.press("9", "o")
        await go(one, is_a("Late", "conversation"))
        await one.press("enter")
        assert in_front(one) is ConversationScreen
        await one.press("escape")
        await go(one, is_a("Late", "Friday thread"))
        await one.press("enter")
        assert in_front(one) is PlanningScreen
        assert "Friday thread" in one.frame()
        await one.press("escape")
        await go(one, is_a("Channel"))
        await one.press("enter")
        assert "Cadence" in one.frame()
        await one.press("escape")
        await go(one, lambda row: row.title == "Who has what")
        await one.press("enter")
        assert in_front(one) is TeamScreen
        await one.press("escape")
        assert in_front(one) is ConductorScreen
        await go(one, is_a("Holding", "name='Léo'"))
        await one.press("enter")
        assert in_front(one) is Dashboard
        await one.press("9", "o", "escape")
        assert in_front(one) is Dashboard


# --- duty -----------------------------------------------------------------------------------------


async def test_a_member_is_put_on_duty_and_taken_off_again(tmp_path: Path) -> None:
    async with driven(tmp_path, (80, 24), config=TEAM) as one:
        await one.press("9", "o")
        await go(one, is_a("Holding", "name='Zoé'"))
        await one.press("i")
        await typed(one, "2026-11-21 18:00 9:00 x2")
        assert said(one) == "2 shifts on the rota"
        assert [line.split()[0] for line in await rota(one.store)] == ["Zoé", "Zoé"]
        await one.press("z")
        assert await rota(one.store) == []
        await one.press("Z")
        await go(one, is_a("Shift"))
        await one.press("d")
        assert said(one) == "Off the rota"
        assert len(await rota(one.store)) == 1


@pytest.mark.long
async def test_a_gap_is_filled_and_a_shift_moved_given_and_swapped(tmp_path: Path) -> None:
    async with driven(tmp_path, (80, 24), config=TEAM, prepare=prepare) as one:
        await one.press("9", "o")
        await go(one, is_a("Gap"))
        await one.press("enter")
        await typed(one, "Zoé")
        assert "Zoé 16 20" in await rota(one.store)
        assert not [row for row in one.screen.found.turns if isinstance(row, Gap)]
        await one.press("z")
        await go(one, is_a("Shift", "Ana"))
        await one.press("enter")
        await typed(one, "2026-11-21 9:00 12:00")
        assert said(one) == "Shift changed"
        await one.press("z")
        await go(one, is_a("Shift", "Ana"))
        await one.press("A")
        await typed(one, "Zoé")
        assert "Zoé 20 40" in await rota(one.store)
        await one.press("w")
        await one.press("enter")
        assert said(one) == "Shifts swapped: 2"
        assert await rota(one.store) == ["Zoé -2 16", "Léo 20 40", "Léo 40 200"]
        await one.press("z")
        assert await rota(one.store) == ["Léo -2 16", "Zoé 20 40", "Léo 40 200"]
        await go(one, is_a("Holding", "name='Ana'"))
        await one.press("w")
        assert said(one) == "Go to a shift first."


# --- handing out ----------------------------------------------------------------------------------


async def test_roles_are_handed_out_and_taken_back(tmp_path: Path) -> None:
    async def roles(one: Driven) -> list[tuple[str, str, str]]:
        return [(row.member, row.kind, row.what) for row in await charges(one.store)]

    async with driven(tmp_path, (80, 24), config=TEAM, prepare=prepare) as one:
        await one.press("9", "o")
        await go(one, is_a("Holding", "name='Zoé'"))
        await one.press("A")
        await typed(one, "Masto")
        assert ("Zoé", "channel", "mastodon") in await roles(one)
        await one.press("A")
        await typed(one, "the stand at the fair")
        assert ("Zoé", "other", "the stand at the fair") in await roles(one)
        await one.press("z")
        await one.press("d")
        assert said(one) == "Role taken back"
        assert await roles(one) == [("Léo", "press", "")]
        await go(one, is_a("Channel", "mastodon"))
        await one.press("a")
        assert ("Ana", "channel", "mastodon") in await roles(one)
        await one.press("d")
        assert await roles(one) == [("Léo", "press", "")]
        await go(one, is_a("Holding", "name='Ana'"))
        await one.press("d")
        assert said(one) == "Go to a shift, or to whoever has a role."


async def plans(one: Driven) -> dict[str, tuple[str, str]]:
    found = await planned(one.store, "", Micros(NOW - DAY), Micros(NOW + 9 * DAY))
    return {row.title: (row.owner, row.state) for row in found}


@pytest.mark.long
async def test_what_is_late_is_given_approved_and_done_and_all_handed_over(tmp_path: Path) -> None:
    async with driven(tmp_path, (80, 24), config=TEAM, prepare=prepare) as one:
        await one.press("9", "o")
        await go(one, is_a("Late", "Launch"))
        await one.press("space", "space")
        await one.press("A")
        await typed(one, "Ana")
        assert (await plans(one))["Launch"] == ("Ana", "approved")
        late = [row for row in one.screen.found.late if row.kind == "conversation"]
        assert [row.owner for row in late] == ["Ana"]
        await one.press("z")
        assert (await plans(one))["Launch"] == ("Léo", "approved"), "one undo for both"
        assert [row.owner for row in one.screen.found.late][1] != "Ana"
        await go(one, is_a("Late", "Launch"))
        await one.press("e")
        assert (await plans(one))["Launch"] == ("Léo", "done")
        await go(one, is_a("Late", "draft"))
        await one.press("e")
        assert (await plans(one))["Friday thread"] == ("", "approved")
        await go(one, is_a("Late", "conversation"))
        await one.press("e")
        assert "Go to something planned" in said(one)
        await go(one, is_a("Holding", "name='Léo'"))
        await one.press("H")
        await typed(one, "Zoé")
        assert said(one) == "3 handed over to Zoé"
        assert "Léo" not in " ".join(await rota(one.store))
        await one.press("z")
        assert "Léo -2 16" in await rota(one.store)
        await go(one, is_a("Holding", "name=''"))
        await one.press("H")
        assert said(one) == "Nobody is selected."


async def test_an_observer_looks_and_changes_nothing(tmp_path: Path) -> None:
    async with driven(tmp_path, (80, 24), config=OBSERVER, prepare=prepare) as one:
        before = len(await reads.events(one.store))
        await one.press("9", "o")
        for kind, keys in (("Holding", "iAHd"), ("Late", "ae"), ("Shift", "w"), ("Gap", "i")):
            await go(one, is_a(kind))
            for key in keys:
                one.screen.keys._said = None
                await one.press(key)
                assert "observer" in said(one), (kind, key)
                assert isinstance(one.screen, ConductorScreen)
        assert len(await reads.events(one.store)) == before


# --- what is offered ------------------------------------------------------------------------------


def test_what_is_typed_comes_before_what_is_usual() -> None:
    usual = when_choices("", ("Ana",), NOW, "")
    assert len(usual) == 5
    assert [one.label for one in when_choices("night", ("Ana",), NOW, "")] == ["tonight"]
    [typed_] = when_choices("mon 18:00 fri 9:00 x3", ("Ana",), NOW, "Lune")
    assert "3 weeks" in typed_.label
    assert isinstance(typed_.value, tuple)
    assert {one.brand for one in typed_.value} == {"Lune"}


def test_roles_that_may_be_handed_out() -> None:
    every = role_choices("", "Ana", ["mastodon"], [(7, "Spring")], "Lune")
    assert [one.label for one in every] == ["conductor", "press", "Mastodon", "Spring"]
    found = role_choices("spr", "Ana", ["mastodon"], [(7, "Spring")], "Lune")
    assert [one.label for one in found] == ["Spring", "other: spr"]
    role = found[0].value
    assert isinstance(role, Charge)
    assert (role.kind, role.what, role.member) == ("campaign", "7", "Ana")
