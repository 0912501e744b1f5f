"""The rota and the roles as steps: done, refused, logged and taken back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from listeners.actions import Outcome, redo, undo
from listeners.actions.charges import hand_out, hand_over, take_back
from listeners.actions.duty import add_duty, change_duty, remove_duty, swap_duty
from listeners.charges import Charge, ChargeKind, in_charge
from listeners.clock import from_iso
from listeners.config import BrandConfig, Config
from listeners.duty import Shift
from listeners.model import DAY, HOUR, Micros
from listeners.store import Store, open_store, reads
from listeners.store.charges import charges
from listeners.store.connection import Connection
from listeners.store.duty import any_duty, shifts
from listeners.store.sources import register_brands

NOW = Micros(from_iso("2026-11-20T14:00:00Z"))
CONFIG = Config(
    brands=(BrandConfig(name="Acme"),),
    member="Ana",
    members=("Ana", "Léo", "Zoé"),
    leads=("Ana",),
    observers=("Zoé",),
)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "home" / "hubbub.db") as opened_store:
        await opened_store.write(lambda c: register_brands(c, ["Acme"]))
        yield opened_store


def shift(member: str = "Léo", begins: int = 0, ends: int = 8, brand: str = "") -> Shift:
    return Shift(
        member=member, brand=brand,
        from_at=Micros(NOW + begins * HOUR), to_at=Micros(NOW + ends * HOUR),
    )  # fmt: skip


async def rota(store: Store) -> list[tuple[str, int, int]]:
    found = await shifts(store, Micros(NOW - DAY), Micros(NOW + 90 * DAY))
    return [(one.member, (one.from_at - NOW) // HOUR, (one.to_at - NOW) // HOUR) for one in found]


async def verbs(store: Store) -> list[tuple[str, str, str]]:
    return [
        (str(one.actor), one.verb, one.subject_kind)
        for one in await reads.events(store)
        if one.subject_kind in ("duty", "charge", "planned")
    ]


def said(outcome: Outcome) -> str:
    return outcome.sentence.template.format(**outcome.sentence.values)


async def test_shifts_are_put_on_the_rota_in_one_step_and_taken_back(store: Store) -> None:
    assert not await any_duty(store)
    outcome = await add_duty(store, CONFIG, "Ana", [shift(), shift("Ana", 8, 16)], NOW)
    assert (outcome.done, said(outcome)) == (2, "2 shifts on the rota")
    assert await rota(store) == [("Léo", 0, 8), ("Ana", 8, 16)]
    assert await any_duty(store)
    assert said(await undo(store, "Ana", NOW)) == "2 taken back"
    assert await rota(store) == []
    await redo(store, "Ana", NOW)
    assert await rota(store) == [("Léo", 0, 8), ("Ana", 8, 16)]


@pytest.mark.parametrize(
    ("actor", "wanted", "why"),
    [
        ("Zoé", [shift()], "observer"),
        ("Ana", [], "Say when"),
        ("Ana", [shift("Nora")], "nobody called Nora"),
        ("Ana", [shift("")], "Say who"),
        ("Ana", [shift(brand="Other")], "no brand Other"),
        ("Ana", [shift(), shift(begins=8, ends=8)], "end after"),
        ("Ana", [shift(begins=-9, ends=-1)], "passed"),
        ("Ana", [shift()] * 54, "a year"),
    ],
)
async def test_what_is_refused_changes_nothing(
    store: Store, actor: str, wanted: list[Shift], why: str
) -> None:
    outcome = await add_duty(store, CONFIG, actor, wanted, NOW)
    assert outcome.done == 0
    assert why in said(outcome)
    assert await rota(store) == []
    assert await verbs(store) == []


async def test_a_shift_is_changed_and_taken_back(store: Store) -> None:
    await add_duty(store, CONFIG, "Ana", [shift()], NOW)
    outcome = await change_duty(
        store,
        CONFIG,
        "Ana",
        1,
        NOW,
        member="Ana",
        to_at=Micros(NOW + 9 * HOUR),
        note="by\x1b train",
    )
    assert said(outcome) == "Shift changed"
    [kept] = await shifts(store, NOW, Micros(NOW + DAY))
    assert (kept.member, kept.to_at, "\x1b" in kept.note) == ("Ana", NOW + 9 * HOUR, False)
    assert said(await undo(store, "Ana", NOW)) == "Shift as before"
    assert await rota(store) == [("Léo", 0, 8)]
    for refused, why in (
        (await change_duty(store, CONFIG, "Ana", 1, NOW, member="Léo"), "so already"),
        (await change_duty(store, CONFIG, "Ana", 9, NOW, member="Léo"), "number 9"),
        (await change_duty(store, CONFIG, "Ana", 1, NOW, to_at=NOW), "after it begins"),
        (await change_duty(store, CONFIG, "Zoé", 1, NOW, member="Ana"), "observer"),
    ):
        assert (refused.done, why in said(refused)) == (0, True), said(refused)


async def test_what_another_moved_meanwhile_is_not_overwritten(store: Store) -> None:
    await add_duty(store, CONFIG, "Ana", [shift()], NOW)
    [seen] = await shifts(store, NOW, Micros(NOW + DAY))
    await change_duty(store, CONFIG, "Léo", 1, NOW, to_at=Micros(NOW + 6 * HOUR))
    late = await change_duty(store, CONFIG, "Ana", 1, NOW, to_at=Micros(NOW + 9 * HOUR), seen=seen)
    assert (late.done, "meanwhile" in said(late)) == (0, True)
    assert await rota(store) == [("Léo", 0, 6)]
    # What the other did not touch can be changed.
    kept = await change_duty(store, CONFIG, "Ana", 1, NOW, member="Ana", seen=seen)
    assert kept.done == 1
    assert await rota(store) == [("Ana", 0, 6)]


async def test_two_members_swap_their_shifts(store: Store) -> None:
    await add_duty(store, CONFIG, "Ana", [shift(), shift("Ana", 8, 16), shift("Ana", 30, 40)], NOW)
    assert (await swap_duty(store, CONFIG, "Léo", 1, 2, NOW)).done == 2
    assert await rota(store) == [("Ana", 0, 8), ("Léo", 8, 16), ("Ana", 30, 40)]
    await undo(store, "Léo", NOW)
    assert await rota(store) == [("Léo", 0, 8), ("Ana", 8, 16), ("Ana", 30, 40)]
    assert "Both shifts are Ana" in said(await swap_duty(store, CONFIG, "Léo", 2, 3, NOW))
    assert "number 7" in said(await swap_duty(store, CONFIG, "Léo", 1, 7, NOW))
    assert "observer" in said(await swap_duty(store, CONFIG, "Zoé", 1, 2, NOW))


async def test_somebody_else_s_later_change_is_not_undone(store: Store) -> None:
    await add_duty(store, CONFIG, "Ana", [shift()], NOW)
    await change_duty(store, CONFIG, "Ana", 1, NOW, member="Ana")
    await change_duty(store, CONFIG, "Léo", 1, NOW, member="Zoé")
    refused = await undo(store, "Ana", NOW)
    assert (refused.done, said(refused)) == (0, "Left as it is: Léo has changed it since.")
    assert await rota(store) == [("Zoé", 0, 8)]


async def test_several_are_taken_off_at_once(store: Store) -> None:
    await add_duty(store, CONFIG, "Ana", [shift(), shift("Ana", 8, 16)], NOW)
    outcome = await remove_duty(store, CONFIG, "Ana", [1, 2, 5], NOW)
    assert (outcome.done, len(outcome.refused)) == (2, 1)
    assert await rota(store) == []
    await undo(store, "Ana", NOW)
    assert len(await rota(store)) == 2
    assert (await remove_duty(store, CONFIG, "Ana", [5], NOW)).done == 0
    assert (await remove_duty(store, CONFIG, "Zoé", [1], NOW)).done == 0


# --- roles ---------------------------------------------------------------------------------------


async def roles(store: Store) -> list[tuple[str, str, str]]:
    return [(one.member, one.kind, one.what) for one in await charges(store)]


def press(member: str = "Léo", brand: str = "") -> Charge:
    return Charge(kind="press", member=member, brand=brand)


async def test_a_role_is_handed_out_once_and_taken_back(store: Store) -> None:
    outcome = await hand_out(store, CONFIG, "Ana", press(), NOW)
    assert (outcome.done, said(outcome)) == (1, "Léo is in charge of it")
    assert said(await hand_out(store, CONFIG, "Ana", press(), NOW)) == "It is so already."
    assert (await hand_out(store, CONFIG, "Ana", press(brand="Acme"), NOW)).done == 1
    assert (await take_back(store, CONFIG, "Ana", [1, 1, 9], NOW)).done == 1
    assert len(await roles(store)) == 1
    await undo(store, "Ana", NOW)
    await undo(store, "Ana", NOW)
    await undo(store, "Ana", NOW)
    assert await roles(store) == []
    await redo(store, "Ana", NOW)
    assert await roles(store) == [("Léo", "press", "")]


@pytest.mark.parametrize(
    ("actor", "charge", "why"),
    [
        ("Zoé", press(), "observer"),
        ("Ana", press("Nora"), "nobody called Nora"),
        ("Ana", press(brand="Other"), "no brand Other"),
        ("Ana", Charge(kind="channel", what="myspace", member="Léo"), "no network myspace"),
        ("Ana", Charge(kind="campaign", what="7", member="Léo"), "no campaign number 7"),
        ("Ana", Charge(kind="campaign", what="spring", member="Léo"), "no campaign number spring"),
        ("Ana", Charge(kind="other", member="Léo"), "what it is about"),
    ],
)
async def test_a_role_that_cannot_be_handed_out(
    store: Store, actor: str, charge: Charge, why: str
) -> None:
    outcome = await hand_out(store, CONFIG, actor, charge, NOW)
    assert (outcome.done, why in said(outcome)) == (0, True), said(outcome)
    assert await verbs(store) == []


@pytest.mark.parametrize("kind", ["conductor", "press", "channel", "campaign", "other"])
def test_whoever_has_it_for_this_brand_comes_first(kind: ChargeKind) -> None:
    known = [
        Charge(id=1, kind=kind, what="x", member="Ana"),
        Charge(id=2, kind=kind, what="x", member="Léo", brand="Acme"),
        Charge(id=3, kind=kind, what="y", member="Zoé", brand="Acme"),
    ]
    assert in_charge(known, kind, "x", "Acme") == ["Léo", "Ana"]
    assert in_charge(known, kind, "x", "Other") == ["Ana"]


async def test_whoever_leaves_hands_all_over_in_one_step(store: Store) -> None:
    async def plan(connection: Connection) -> None:
        for number, state in ((1, "approved"), (2, "done")):
            await connection.fetch(
                """INSERT INTO planned (id, uid, brand_id, kind, title, owner, state, at,
                       changed_at) VALUES (?, ?, 1, 'post', 'x', 'Léo', ?, ?, ?)""",
                (number, f"u{number}", state, NOW, NOW),
            )

    async def owners() -> list[str]:
        rows = await store.fetch("SELECT owner FROM planned ORDER BY id")
        return [row["owner"] for row in rows]

    await store.write(plan)
    await hand_out(store, CONFIG, "Ana", press(), NOW)
    await hand_out(store, CONFIG, "Ana", press("Ana"), NOW)
    await hand_out(store, CONFIG, "Ana", Charge(kind="channel", what="mastodon", member="Léo"), NOW)
    await add_duty(store, CONFIG, "Ana", [shift(), shift("Ana", 8, 16)], NOW)
    before = (await roles(store), await rota(store), await owners())
    outcome = await hand_over(store, CONFIG, "Ana", "Léo", "Ana", NOW)
    assert (outcome.done, said(outcome)) == (4, "4 handed over to Ana")
    assert await roles(store) == [("Ana", "channel", "mastodon"), ("Ana", "press", "")]
    assert await rota(store) == [("Ana", 0, 8), ("Ana", 8, 16)]
    assert await owners() == ["Ana", "Léo"]
    await undo(store, "Ana", NOW)
    assert (await roles(store), await rota(store), await owners()) == before


async def test_a_hand_over_that_is_none(store: Store) -> None:
    for member, to, why in (
        ("Léo", "Ana", "nothing to hand over"),
        ("Léo", "Léo", "two members"),
        ("Léo", "Nora", "nobody called Nora"),
    ):
        outcome = await hand_over(store, CONFIG, "Ana", member, to, NOW)
        assert (outcome.done, why in said(outcome)) == (0, True), said(outcome)
    assert (
        await hand_over(store, replace(CONFIG, member="Zoé"), "Zoé", "Léo", "Ana", NOW)
    ).done == 0
