"""Notifications that follow the rota: whose phone rings, also when nobody is on duty."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from listeners.actions import perform
from listeners.actions.absence import go_away
from listeners.actions.duty import add_duty
from listeners.alerting import raise_alerts
from listeners.clock import from_iso
from listeners.config import BrandConfig, Config, ConfigError, parse_config
from listeners.config.notifying import ChannelConfig, NotifyConfig
from listeners.duty import Rota, Shift
from listeners.http import Fetcher
from listeners.model import HOUR, MINUTE, AlertClass, Micros, Sentence, Severity
from listeners.notify import Notifier
from listeners.notify.channels import Channel, ChannelError
from listeners.notify.message import Message
from listeners.notify.planning import reached, why_reached
from listeners.risk.alert import Draft
from listeners.store import Store, open_store
from listeners.store.connection import Connection
from listeners.store.notifications import notifications
from listeners.store.sources import register_brands

NOW = Micros(from_iso("2026-11-20T12:00:00Z"))
TEAM = ("Ana", "Léo", "Zoé")


def channel(name: str, *members: str, **more: Any) -> ChannelConfig:
    return ChannelConfig(
        kind="webhook", name=name, severity=more.pop("severity", Severity.HIGH), url="x",
        members=members, on_duty=more.pop("on_duty", bool(members)), **more,
    )  # fmt: skip


OPS, ANA, LEO = channel("ops"), channel("ana", "Ana"), channel("leo", "Léo")
HOLDER = channel("desk", "Ana", on_duty=False)
"""It says whose it is, and rings all the same."""


def shift(member: str, begins: int = -1, ends: int = 8, brand: str = "") -> Shift:
    return Shift(
        member=member, brand=brand,
        from_at=Micros(NOW + begins * HOUR), to_at=Micros(NOW + ends * HOUR),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("able", "shifts", "away", "brand", "rings"),
    [
        ([OPS, ANA, LEO], [shift("Léo")], (), "Lune", "ops leo"),
        ([OPS, ANA, LEO], [shift("Léo"), shift("Ana")], (), "Lune", "ops ana leo"),
        ([OPS, ANA, LEO], [], (), "Lune", "ops ana leo"),
        ([OPS, ANA, LEO], [shift("Zoé")], (), "Lune", "ops ana leo"),
        ([OPS, ANA, LEO], [shift("Léo", 1)], (), "Lune", "ops ana leo"),
        ([OPS, ANA, LEO], [shift("Léo")], ("Léo",), "Lune", "ops ana leo"),
        ([OPS, ANA, LEO], [shift("Léo", brand="Soleil"), shift("Ana")], (), "Lune", "ops ana"),
        ([OPS, ANA, LEO], [shift("Léo", brand="Soleil")], (), "", "ops leo"),
        ([OPS, HOLDER, LEO], [shift("Léo")], (), "Lune", "ops desk leo"),
        ([OPS], [], (), "Lune", "ops"),
        ([], [shift("Léo")], (), "Lune", ""),
    ],
    ids=[
        "one on duty", "two on duty", "no rota", "whoever is on duty has no channel",
        "later: a gap now", "on duty and away: a gap", "on duty for another brand",
        "an alert of no brand", "a channel that does not follow the rota", "none follows", "none",
    ],
)  # fmt: skip
def test_whose_channel_rings(
    able: list[ChannelConfig], shifts: list[Shift], away: tuple[str, ...], brand: str, rings: str
) -> None:
    rota = Rota(tuple(shifts), frozenset(away))
    assert [one.name for one in reached(able, brand, rota, NOW)] == rings.split()


@pytest.mark.parametrize(
    ("one", "shifts", "said"),
    [
        (LEO, [shift("Léo")], None),
        (OPS, [], None),
        (LEO, [], "Nobody is on duty now"),
        (LEO, [shift("Zoé")], "Nobody on duty has a channel"),
    ],
)
def test_whoever_is_not_on_duty_is_told_why(
    one: ChannelConfig, shifts: list[Shift], said: str | None
) -> None:
    why = why_reached(one, "Lune", Rota(tuple(shifts)), NOW)
    assert (why is None) if said is None else (why is not None and said in why.template)


# --- the configuration ---------------------------------------------------------------------------

TOML = """
[team]
members = ["Ana", "Léo"]
[notify]
escalate_minutes = 20
[notify.webhook.ana]
url = "https://ops.example/hook"
members = ["Ana"]
on_duty = true
"""


def test_a_channel_says_whose_it_is(tmp_path: Path) -> None:
    notify = parse_config(TOML, tmp_path / "hubbub.toml").notify
    assert (notify.channels[0].members, notify.channels[0].on_duty) == (("Ana",), True)
    assert notify.escalate_minutes == 20


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('members = ["Ana"]', "", "needs members"),
        ('members = ["Ana"]', 'members = ["Nora"]', "nobody called Nora"),
        ("= 20", "= 500", "escalate_minutes"),
        ("= 20", "= true", "escalate_minutes"),
    ],
)
def test_a_wrong_configuration_is_said(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        parse_config(TOML.replace(right, wrong), tmp_path / "hubbub.toml")


# --- carried -------------------------------------------------------------------------------------


class Phone:
    """A channel that keeps what it is handed, or is out of reach."""

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.off = False

    async def carry(self, message: Message) -> None:
        """Keep a message."""
        if self.off:
            raise ChannelError(Sentence("It is off."))
        self.taken.append(message)


class Night:
    """A store, a clock, a phone for each channel, and the notifier."""

    def __init__(self, store: Store, fetch: Fetcher, rules: NotifyConfig) -> None:
        self.now = NOW
        self.store = store
        self.config = Config(brands=(BrandConfig(name="Lune"),), members=TEAM, notify=rules)
        self.phones = {one.name: Phone() for one in rules.channels}
        channels: dict[str, Channel] = {one.key: self.phones[one.name] for one in rules.channels}
        self.notifier = Notifier(store, self.config, fetch, lambda: self.now, channels=channels)

    async def duty(self, *shifts: Shift) -> None:
        assert (await add_duty(self.store, self.config, "Ana", shifts, self.now)).done

    async def fire(self, severity: Severity = Severity.HIGH) -> None:
        draft = Draft(
            brand="Lune",
            alert_class=AlertClass.LEAK,
            rule="confidential term",
            severity=severity,
            title=Sentence("A leak"),
            holding=False,
        )

        async def work(connection: Connection) -> None:
            await raise_alerts(connection, [draft], self.now)

        await self.store.write(work)

    async def look(self, after: int) -> dict[str, int]:
        """Let time pass, and the notifier look; return how many messages each phone has."""
        self.now = Micros(self.now + after)
        await self.notifier.once()
        return {name: len(phone.taken) for name, phone in self.phones.items()}


@asynccontextmanager
async def night(folder: Path, *channels: ChannelConfig, **more: Any) -> AsyncIterator[Night]:
    async with open_store(folder / "hubbub.db") as store, Fetcher(lambda: NOW) as fetch:
        await store.write(lambda connection: register_brands(connection, ["Lune"]))
        made = Night(store, fetch, NotifyConfig(channels=channels, **more))
        await made.look(0)
        yield made


async def test_it_rings_whoever_is_on_duty_and_then_whoever_follows(tmp_path: Path) -> None:
    async with night(tmp_path, OPS, ANA, LEO) as desk:
        await desk.duty(shift("Léo", 0, 2), shift("Ana", 2, 10))
        await desk.fire()
        assert await desk.look(MINUTE) == {"ops": 1, "ana": 0, "leo": 1}
        assert await desk.look(4 * HOUR) == {"ops": 2, "ana": 1, "leo": 1}
        assert "duty" not in desk.phones["leo"].taken[0].body


async def test_a_gap_rings_everybody_and_says_so(tmp_path: Path) -> None:
    async with night(tmp_path, ANA, LEO) as desk:
        await desk.duty(shift("Léo", 5, 9))
        await desk.fire()
        assert await desk.look(MINUTE) == {"ana": 1, "leo": 1}
        assert "Nobody is on duty now" in desk.phones["ana"].taken[0].body
        rows = await notifications(desk.store)
        assert [row.state for row in rows] == ["sent", "sent"]
        assert all(row.detail and "Nobody is on duty" in row.detail.template for row in rows)


async def test_whoever_is_away_is_not_on_duty(tmp_path: Path) -> None:
    async with night(tmp_path, ANA, LEO) as desk:
        await desk.duty(shift("Léo", 0, 9), shift("Ana", 0, 9))
        await go_away(desk.store, desk.config, "Léo", "Léo", NOW)
        await desk.fire()
        assert await desk.look(MINUTE) == {"ana": 1, "leo": 0}


async def test_being_on_duty_means_being_woken(tmp_path: Path) -> None:
    quiet = {"quiet": (11 * 60, 18 * 60)}
    async with night(tmp_path, OPS, ANA, LEO, **quiet) as desk:
        await desk.duty(shift("Léo", 0, 9))
        await desk.fire()
        assert await desk.look(MINUTE) == {"ops": 0, "ana": 0, "leo": 1}
        assert await desk.look(6 * HOUR) == {"ops": 2, "ana": 0, "leo": 2}


async def test_quiet_hours_hold_where_nobody_has_agreed_to_be_woken(tmp_path: Path) -> None:
    async with night(tmp_path, LEO, quiet=(11 * 60, 13 * 60)) as desk:
        await desk.fire()
        assert await desk.look(MINUTE) == {"leo": 0}
        assert await desk.look(HOUR) == {"leo": 1}
        assert "Nobody is on duty now" in desk.phones["leo"].taken[0].body


async def test_what_nobody_takes_up_rings_the_others(tmp_path: Path) -> None:
    rules = {"escalate_minutes": 20, "quiet": (11 * 60, 18 * 60)}
    async with night(tmp_path, OPS, ANA, LEO, **rules) as desk:
        await desk.duty(shift("Léo", 0, 9))
        await desk.fire(Severity.CRITICAL)
        assert await desk.look(MINUTE) == {"ops": 1, "ana": 0, "leo": 1}
        assert await desk.look(19 * MINUTE) == {"ops": 1, "ana": 0, "leo": 1}
        assert await desk.look(MINUTE) == {"ops": 1, "ana": 1, "leo": 1}
        assert "nobody took it up for 20 min" in desk.phones["ana"].taken[0].body
        assert await desk.look(HOUR) == {"ops": 1, "ana": 1, "leo": 1}


async def test_whoever_came_on_duty_meanwhile_is_told_too(tmp_path: Path) -> None:
    async with night(tmp_path, ANA, LEO, escalate_minutes=60) as desk:
        await desk.duty(shift("Léo", 0, 1), shift("Ana", 1, 9))
        desk.now = Micros(NOW + 50 * MINUTE)
        await desk.look(0)
        await desk.fire()
        assert await desk.look(MINUTE) == {"ana": 0, "leo": 1}
        assert await desk.look(10 * MINUTE) == {"ana": 1, "leo": 1}
        assert "Your turn begins" in desk.phones["ana"].taken[0].body
        assert await desk.look(50 * MINUTE) == {"ana": 2, "leo": 1}
        assert "not on duty" not in desk.phones["ana"].taken[1].body
        assert await desk.look(10 * MINUTE) == {"ana": 2, "leo": 1}


async def test_a_turn_that_begins_hears_only_what_still_fires_and_is_new_to_it(
    tmp_path: Path,
) -> None:
    async with night(tmp_path, ANA, LEO) as desk:
        await desk.duty(shift("Léo", 0, 1), shift("Ana", 0, 1), shift("Ana", 1, 2))
        await desk.duty(shift("Léo", 2, 3))
        await desk.fire()
        assert await desk.look(MINUTE) == {"ana": 1, "leo": 1}
        assert await desk.look(HOUR) == {"ana": 1, "leo": 1}, "Ana only goes on"
        await perform(desk.store, "Ana", "ack", "alert", [1], desk.now)
        assert await desk.look(50 * MINUTE) == {"ana": 1, "leo": 1}
        assert (await desk.look(9 * MINUTE))["leo"] == 1, "it was taken up"


async def test_what_was_taken_up_in_time_rings_nobody_else(tmp_path: Path) -> None:
    async with night(tmp_path, ANA, LEO, escalate_minutes=20) as desk:
        await desk.duty(shift("Léo", 0, 9))
        await desk.fire()
        await desk.look(MINUTE)
        await perform(desk.store, "Léo", "ack", "alert", [1], desk.now)
        assert await desk.look(30 * MINUTE) == {"ana": 0, "leo": 1}


async def test_in_a_gap_there_is_nobody_left_to_escalate_to(tmp_path: Path) -> None:
    async with night(tmp_path, ANA, LEO, escalate_minutes=20) as desk:
        await desk.fire()
        await desk.look(MINUTE)
        assert await desk.look(30 * MINUTE) == {"ana": 1, "leo": 1}


async def test_a_phone_that_is_off_gets_it_later(tmp_path: Path) -> None:
    async with night(tmp_path, LEO) as desk:
        desk.phones["leo"].off = True
        await desk.fire()
        await desk.look(MINUTE)
        [row] = await notifications(desk.store)
        assert row.detail is not None
        assert row.detail.template == "It is off."
        desk.phones["leo"].off = False
        assert await desk.look(HOUR) == {"leo": 1}


async def test_a_channel_for_graver_alerts_leaves_the_others_to_whoever_has_one(
    tmp_path: Path,
) -> None:
    grave = replace(LEO, severity=Severity.CRITICAL)
    async with night(tmp_path, ANA, grave) as desk:
        await desk.duty(shift("Léo", 0, 9))
        await desk.fire()
        assert await desk.look(MINUTE) == {"ana": 1, "leo": 0}
        assert "Nobody on duty has a channel" in desk.phones["ana"].taken[0].body
