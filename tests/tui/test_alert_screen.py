"""An alert's page and what its keys do: merging, the way out of resolving, noise, the secret."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from listeners.model import (
    DAY,
    HOUR,
    MINUTE,
    AlertClass,
    AlertState,
    Author,
    Label,
    Micros,
    Score,
    Sentence,
    Severity,
)
from listeners.risk.alert import Draft
from listeners.risk.triage import opened
from listeners.store import Store, reads
from listeners.store.connection import Connection
from listeners.store.ingest import insert_mentions, upsert_accounts
from listeners.store.maintenance import running
from listeners.store.records import NewMention, SeenAccount
from listeners.store.sources import NewSource, register_brands, register_sources
from listeners.store.subjects import add_evidence, save_alerts
from listeners.text import clean
from tests.tui.driving import Driven, driven
from tests.tui.seeded import BRAND, NOW

SECRET = "Aurora hides Project Nacre from us"


async def month(store: Store) -> None:
    """Four weeks of quiet hours, then a loud one; a surge, and a leak with a masked secret."""

    async def work(connection: Connection) -> None:
        brand = (await register_brands(connection, [BRAND]))[BRAND]
        source = NewSource("mastodon:#aurora", "mastodon", "Mastodon")
        sources = await register_sources(connection, [source], Micros(NOW - 30 * DAY))
        seen = [SeenAccount("mastodon", Author(key=f"r{n}", handle=f"r{n}")) for n in range(7)]
        accounts = list((await upsert_accounts(connection, seen, NOW)).values())
        times = [NOW - hour * HOUR for hour in range(2, 28 * 24, 1) for _ in range(hour % 3)]
        loud = [NOW - minute * MINUTE for minute in range(1, 41)]
        made = [
            NewMention(
                brand_id=brand,
                source_id=sources["mastodon:#aurora"],
                network="mastodon",
                key=f"k{place:05}",
                native_id=f"n{place}",
                account_id=accounts[place % 7],
                text=clean("Aurora brakes failed in minecraft" if at in loud else "Aurora again"),
                seen_at=Micros(at),
                sort_at=Micros(at),
                created_at=Micros(at),
                score=Score(lang="en", scorer="vader", compound=-0.5, label=Label.NEGATIVE),
            )
            for place, at in enumerate([*times, *loud])
        ]
        secret = replace(
            made[0],
            key="secret",
            native_id="secret",
            text=clean(SECRET),
            sort_at=Micros(NOW - MINUTE),
            risk=(
                {"class": "leak", "rule": "confidential term", "severity": 2, "start": 13,
                 "end": 26, "masked": "P••••••"},
            ),
        )  # fmt: skip
        ids = await insert_mentions(connection, [*made, secret])
        surge = Draft(
            brand=BRAND,
            alert_class=AlertClass.IMAGE,
            rule="surge",
            severity=Severity.HIGH,
            title=Sentence("{brand} is mentioned {ratio} times as often as usual",
                           {"brand": BRAND, "ratio": 9}),
            explanation=(Sentence("{count} mentions in {hours} h, usually {usual}",
                                  {"count": 41, "hours": 1, "usual": 1.0}),),
            figures={"x": 41, "mu": 1.0, "window_hours": 1},
        )  # fmt: skip
        leak = replace(
            surge, alert_class=AlertClass.LEAK, rule="confidential term", figures={},
            severity=Severity.WARN, holding=False, explanation=(),
            title=Sentence("A confidential term of {brand} is in public: {masked}",
                           {"brand": BRAND, "masked": "P••••••"}),
        )  # fmt: skip
        began = Micros(NOW - 30 * MINUTE)
        one, two = await save_alerts(connection, [opened(surge, began), opened(leak, began)])
        await add_evidence(connection, one.id, ids[-12:-1])
        await add_evidence(connection, two.id, ids[-1:])

    await store.write(work)


async def state(one: Driven, alert: int) -> AlertState:
    return (await reads.alerts(one.store, [alert]))[alert].state


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=lambda s: f"{s[0]}x{s[1]}")
async def test_the_page_of_a_surge(tmp_path: Path, size: tuple[int, int]) -> None:
    async with driven(tmp_path, size, filled=False, prepare=month) as one:
        await one.press("2", "enter")
        await one.same_frame(f"alert-surge-{size[0]}x{size[1]}")


async def test_the_lesser_alert_stands_under_the_graver_and_counts_with_it(tmp_path: Path) -> None:
    async with driven(tmp_path, filled=False, prepare=month) as one:
        await one.press("2")
        assert "1 under it" in one.frame()
        assert "1 HIGH" in one.frame().splitlines()[0]
        assert "WARN" not in one.frame().splitlines()[0]


async def test_two_alerts_are_merged_and_come_apart(tmp_path: Path) -> None:
    async with driven(tmp_path, filled=False, prepare=month) as one:
        await one.press("2", "M")
        await one.press("enter")
        assert (await reads.alerts(one.store, [1]))[1].merged == 1
        assert await state(one, 2) is AlertState.RESOLVED
        await one.press("S")
        assert await state(one, 2) is AlertState.FIRING
        await one.press("z", "z")
        assert (await reads.alerts(one.store, [1]))[1].merged == 0


async def test_resolving_what_still_holds_offers_a_way_out(tmp_path: Path) -> None:
    async with driven(tmp_path, filled=False, prepare=month) as one:
        await one.press("2", "e")
        assert "Its cause still holds. What then?" in one.frame()
        await one.press("enter")
        assert await state(one, 1) is AlertState.ACKED
        await one.press("z")
        assert await state(one, 1) is AlertState.FIRING


async def test_the_secret_is_shown_until_the_next_key_and_nowhere_else(tmp_path: Path) -> None:
    async with driven(tmp_path, filled=False, prepare=month) as one:
        await one.press("2", "j", "enter")
        assert "P••••••" in one.frame()
        assert "nacre" not in one.frame().casefold()
        await one.press("C")
        assert SECRET in one.frame()
        await one.press("j")
        assert "nacre" not in one.frame().casefold()
        await one.press("escape", "4")
        assert "nacre" not in one.frame().casefold()


async def test_nothing_masked_is_said(tmp_path: Path) -> None:
    async with driven(tmp_path, filled=False, prepare=month) as one:
        await one.press("2", "C")
        assert "Nothing is masked" in one.frame()


async def test_a_word_is_muted_for_the_rule_with_its_effect_shown(tmp_path: Path) -> None:
    async with driven(tmp_path, (160, 40), filled=False, prepare=month) as one:
        await one.press("2", "W")
        assert "the word “minecraft”" in one.frame()
        assert "false 0 of 0 · real 1 of 1" in one.frame()
        await one.press(*"minecraft", "enter")
        muted = await one.store.fetch("SELECT kind, value FROM mute WHERE removed = 0")
        assert [tuple(row) for row in muted] == [("rule word", f"surge@{BRAND}\nminecraft")]
        await one.press("z")
        assert not await one.store.fetch("SELECT 1 FROM mute WHERE removed = 0")


async def test_a_window_is_added_shown_at_the_top_and_ended(tmp_path: Path) -> None:
    async with driven(tmp_path, filled=False, prepare=month) as one:
        await one.press(":", *"maintenance", "enter")
        await one.press(*"3h launch", "enter")
        (window,) = await running(one.store, NOW)
        assert (window.reason, window.to_at) == ("launch", NOW + 3 * HOUR)
        assert "maintenance" in one.frame().splitlines()[0]
        await one.press(":", *"maintenance", "enter")
        assert "end: " in one.frame()
        await one.press("enter")
        assert not await running(one.store, NOW)
        await one.press("z", "z")
        assert not await running(one.store, NOW)
        assert "maintenance" not in one.frame().splitlines()[0]
