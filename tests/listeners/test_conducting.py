"""Who has what, what is late, which channel is silent, and the turns of seven days."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from listeners.actions.absence import go_away
from listeners.actions.charges import hand_out
from listeners.actions.duty import add_duty
from listeners.actions.planning import add_planned, set_cadence
from listeners.charges import Charge
from listeners.clock import from_iso
from listeners.conducting import (
    Conducting,
    channel_state,
    conducting,
    holdings,
    lateness,
    turns,
)
from listeners.config import BrandConfig, Config
from listeners.conversations.events import OutsideMessage
from listeners.conversations.state import apply, begin
from listeners.duty import Gap, Rota, Shift
from listeners.model import DAY, HOUR, Micros
from listeners.planning.cadence import ChannelCadence
from listeners.planning.entry import Planned
from listeners.store import Store, open_store, subjects
from listeners.store.sources import register_brands
from listeners.store.team import Load

NOW = Micros(from_iso("2026-11-20T14:00:00Z"))  # a Friday
CONFIG = Config(
    brands=(BrandConfig(name="Lune"), BrandConfig(name="Soleil")),
    member="Ana",
    members=("Zoé", "Ana", "Léo"),
    leads=("Ana",),
)


def shift(member: str, begins: int, ends: int, brand: str = "") -> Shift:
    return Shift(
        member=member, brand=brand,
        from_at=Micros(NOW + begins * HOUR), to_at=Micros(NOW + ends * HOUR),
    )  # fmt: skip


def entry(number: int, owner: str = "", hours: int = 2, **more: Any) -> Planned:
    usual = Planned(
        id=number, brand="Lune", title=f"entry {number}", owner=owner, channel="mastodon",
        state="approved", at=Micros(NOW + hours * HOUR),
    )  # fmt: skip
    return replace(usual, **more)


def test_leads_come_first_and_nobody_last_whoever_else_has_something_between() -> None:
    found = holdings(
        CONFIG,
        [Load("Léo", 3, 1, 0, NOW), Load("Nora", 1, 0, 0, NOW), Load("", 4, 2, 0, NOW)],
        [entry(1, "Ana"), entry(2, "Ana", state="done"), entry(3, "Max")],
        [entry(4, "Zoé", -5)],
        [Charge(id=1, kind="press", member="Zoé")],
        {},
        Rota((shift("Léo", -1, 3), shift("Léo", -1, 5), shift("Léo", 30, 40))),
        NOW,
    )
    assert [one.name for one in found] == ["Ana", "Zoé", "Léo", "Max", "Nora", ""]
    ana, zoe, leo, maxime, nora, nobody = found
    assert (ana.planned, ana.of_the_team, maxime.planned, nora.of_the_team) == (1, True, 1, False)
    assert (zoe.late, [one.kind for one in zoe.charges]) == (1, ["press"])
    assert (leo.open, leo.overdue, nobody.open, nobody.overdue) == (3, 1, 4, 2)
    assert leo.on_duty == shift("Léo", -1, 5), "the shift that lasts longest"
    assert leo.next_duty == shift("Léo", 30, 40)
    assert ana.on_duty is None


def test_what_is_late_comes_before_the_drafts_that_wait_each_by_time() -> None:
    drafts = [
        entry(5, hours=30, state="draft"), entry(6, hours=3, state="draft"),
        entry(7, hours=3, state="idea"), entry(8, hours=-9, state="draft"),
    ]  # fmt: skip
    found = lateness([entry(1, hours=-2), entry(8, hours=-9, state="draft")], [], drafts, NOW, UTC)
    assert [(one.kind, one.id) for one in found] == [
        ("planned", 8), ("planned", 1), ("draft", 6), ("draft", 5),
    ]  # fmt: skip


CADENCE = ChannelCadence(
    channel="mastodon", target=3.0, posted=(3, 3, 3, 3, 2), expected=2.0, behind=0, over=0,
    last_at=NOW, silent=None, usual=DAY, coming=1,
)  # fmt: skip


@pytest.mark.parametrize(
    ("cadence", "state"),
    [
        (CADENCE, "on time"),
        (replace(CADENCE, coming=0), "short"),
        (replace(CADENCE, over=2), "over"),
        (replace(CADENCE, behind=1, coming=0), "behind"),
        (replace(CADENCE, behind=1, silent=9 * DAY), "silent"),
        (replace(CADENCE, target=None), "no target"),
        (replace(CADENCE, target=None, silent=9 * DAY), "silent"),
    ],
)
def test_how_a_channel_does(cadence: ChannelCadence, state: str) -> None:
    assert channel_state(cadence) == state


def test_turns_and_gaps_follow_one_another() -> None:
    ana, leo = shift("Ana", -2, 10), shift("Léo", 12, 20)
    other, over = shift("Max", 0, 5, "Other"), shift("Ana", -9, -1)
    assert turns([ana, leo, other, over], ["Lune"], NOW, Micros(NOW + DAY)) == [
        ana, Gap("", Micros(NOW + 10 * HOUR), Micros(NOW + 12 * HOUR)), leo,
        Gap("", Micros(NOW + 20 * HOUR), Micros(NOW + 24 * HOUR)),
    ]  # fmt: skip


# --- read from the store --------------------------------------------------------------------------


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "hubbub.db") as opened:
        await opened.write(lambda c: register_brands(c, ["Lune", "Soleil"]))
        yield opened


async def look(store: Store, brand: str = "") -> Conducting:
    return await conducting(store, CONFIG, brand, NOW, zone=UTC)


async def test_an_empty_store_has_a_team_and_no_gap(store: Store) -> None:
    found = await look(store)
    assert [one.name for one in found.members] == ["Ana", "Zoé", "Léo", ""]
    assert (found.late, found.channels, found.turns, found.rota) == ((), (), (), False)


async def test_all_of_it_by_brand(store: Store) -> None:
    late = await talk(store, "Lune", "Léo", -3)
    await talk(store, "Soleil", "Léo", -2)
    await talk(store, "Lune", "Léo", 2)
    for one in (entry(0, "Ana", -4), entry(0, "Léo", 5, state="draft"), entry(0, "Ana", 24 * 9)):
        assert (await add_planned(store, CONFIG, "Ana", one, NOW))[0].done
    await set_cadence(store, CONFIG, "Ana", "Soleil", "bluesky", 7, NOW)
    await add_duty(store, CONFIG, "Ana", [shift("Léo", -1, 30), shift("Ana", 30, 200)], NOW)
    await go_away(store, CONFIG, "Ana", "Léo", NOW)
    charge = Charge(kind="channel", what="bluesky", member="Zoé")
    assert (await hand_out(store, CONFIG, "Ana", charge, NOW)).done
    press = Charge(kind="press", brand="Soleil", member="Zoé")
    assert (await hand_out(store, CONFIG, "Ana", press, NOW)).done

    everything = await look(store)
    by_name = {one.name: one for one in everything.members}
    assert (by_name["Léo"].open, by_name["Léo"].overdue, by_name["Léo"].planned) == (3, 2, 1)
    assert (by_name["Ana"].planned, by_name["Ana"].late) == (1, 1)
    assert by_name["Léo"].away is not None
    assert everything.on_duty == (), "the only one on duty is away"
    assert [(one.kind, one.owner) for one in everything.late] == [
        ("planned", "Ana"), ("conversation", "Léo"), ("conversation", "Léo"), ("draft", "Léo"),
    ]  # fmt: skip
    assert [(one.brand, one.state, one.members) for one in everything.channels] == [
        ("Soleil", "behind", ("Zoé",)), ("Lune", "no target", ()),
    ]  # fmt: skip
    assert len(everything.charges) == 2
    assert [type(one) for one in everything.turns] == [Shift, Shift]

    lune = await look(store, "Lune")
    assert [one.id for one in lune.late if one.kind == "conversation"] == [late]
    assert [one.state for one in lune.channels] == ["no target"]
    assert [one.kind for one in lune.charges] == ["channel"]


async def talk(store: Store, brand: str, owner: str, due: int) -> int:
    fresh = begin(brand=brand, network="mastodon", root=f"{brand}{due}", at=NOW, now=NOW)
    asked = apply(fresh, OutsideMessage(at=NOW, asks=True, tier=4), NOW).conversation
    wanted = replace(asked, assignee=owner, due_at=Micros(NOW + due * HOUR))
    [saved] = await store.write(lambda c: subjects.save_conversations(c, [wanted]))
    return saved.id
