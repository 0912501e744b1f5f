"""Limits found on what is stored: chosen, kept, chosen anew; what is usual, once an hour."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from listeners.config import BrandConfig, Config
from listeners.config.false_alarms import AlarmsConfig, Choice
from listeners.detecting import Condition, Detectors
from listeners.housekeeping import Housekeeping
from listeners.limits import (
    Chosen,
    Limit,
    choices_of,
    from_text,
    limits_in_force,
    mark_of,
    to_text,
    usual_limits,
    wants_replay,
)
from listeners.model import DAY, HOUR, MINUTE, AlertState, Label, Micros, Part
from listeners.replay.budgeting import BREATH, FEWEST_DAYS, choose, cost_of, offers, past_of
from listeners.risk.baseline import History
from listeners.risk.budget import DETECTORS, preset_limit
from listeners.risk.detection import spike_draft, surge_draft
from listeners.risk.same_time import spike
from listeners.risk.surge import Surge, SurgeCounts, surge
from listeners.risk.triage import opened
from listeners.store import Store, open_store, subjects
from listeners.store.connection import Connection
from listeners.store.counts import stretch_of, usual_counts
from listeners.store.rollups import Counted, bump_rollups
from listeners.store.settings import setting
from listeners.store.sources import register_brands

NOW = Micros(1_700_000_000_000_000 // HOUR * HOUR)
BRAND = BrandConfig(name="Lune", alarms=AlarmsConfig(whole=Choice(a_month=2.0)))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "hubbub.db") as opened_:
        await opened_.write(lambda connection: register_brands(connection, ["Lune"]))
        yield opened_


async def fill(
    store: Store, days: int, rate: float, *, seed: int = 1, bursts: Sequence[int] = ()
) -> None:
    """Count mentions as the pipeline counts them; ``bursts`` are hours before now, six times."""
    draw = random.Random(seed)
    level, counted = 0.0, []
    for hour in range(days * 24, 0, -1):
        level = 0.9 * level + draw.gauss(0, 0.15)
        here = rate * (0.4 if hour % 24 < 7 else 1.3) * 2.718**level
        here *= 6 if hour in bursts else 1
        at = NOW - hour * HOUR + draw.expovariate(here) * HOUR
        while at < NOW - (hour - 1) * HOUR:
            label = Label.NEGATIVE if draw.random() < 0.25 else Label.NEUTRAL
            moment = Micros(int(at))
            counted.append(
                Counted(1, "mastodon", moment, moment, label, 0.0, Part.OUTSIDE, False, False)
            )
            at += draw.expovariate(here) * HOUR
    await store.write(lambda connection: bump_rollups(connection, counted))


async def mentions_of(store: Store, brand_id: int, until: Micros, days: int) -> None:
    """Count three mentions an hour of a brand up to a time, for screens that replay them."""
    counted = [
        Counted(brand_id, "mastodon", at, at, Label.NEUTRAL, 0.0, Part.OUTSIDE, False, False)
        for number in range(days * 72)
        for at in (Micros(until - number * HOUR // 3),)
    ]
    await store.write(lambda connection: bump_rollups(connection, counted))


def chores(store: Store, brand: BrandConfig = BRAND, now: Micros = NOW) -> Housekeeping:
    return Housekeeping(store, Config(brands=(brand,)), lambda: now)


# --- choosing --------------------------------------------------------------------------------


async def test_limits_are_chosen_kept_and_chosen_anew(store: Store) -> None:
    await fill(store, 35, 3)
    await chores(store).budgets()
    first = from_text(await setting(store, "alarms.Lune"))
    assert first is not None
    assert first.at == NOW
    surge_limit = limits_in_force(BRAND, first)["surge"]
    assert surge_limit is not None
    assert surge_limit.replayed
    assert surge_limit.days == pytest.approx(28, abs=0.1)
    assert surge_limit.a_month == pytest.approx(0.6)
    await chores(store, now=Micros(NOW + HOUR)).budgets()
    assert from_text(await setting(store, "alarms.Lune")) == first
    await chores(store, now=Micros(NOW + DAY)).budgets()
    second = from_text(await setting(store, "alarms.Lune"))
    assert second is not None
    assert second.at == NOW + DAY
    lax = replace(BRAND, alarms=AlarmsConfig(whole=Choice(a_month=20.0)))
    assert limits_in_force(lax, second) == usual_limits(lax)
    await chores(store, lax, Micros(NOW + DAY)).budgets()
    third = from_text(await setting(store, "alarms.Lune"))
    assert third is not None
    assert third.mark == mark_of(lax)
    for detector, limit in limits_in_force(lax, third).items():
        before = second.limits[detector]
        assert limit is not None
        assert before is not None
        assert limit.score <= before.score


async def test_few_days_give_the_preset_and_say_so(store: Store) -> None:
    await fill(store, 6, 3)
    chosen = await choose(store, BRAND, NOW)
    assert dict(chosen.limits) == usual_limits(BRAND)
    limit = chosen.limits["surge"]
    assert limit is not None
    assert limit.why is not None
    assert "too few days" in limit.why.template
    assert FEWEST_DAYS == 7


async def test_nothing_is_replayed_for_presets(store: Store) -> None:
    calm = replace(BRAND, alarms=AlarmsConfig(whole=Choice("calm")))
    assert not wants_replay(calm)
    await chores(store, calm).budgets()
    assert await setting(store, "alarms.Lune") == ""
    assert all(limit is not None and limit.why is None for limit in usual_limits(calm).values())


def test_what_is_kept_is_read_again_and_nonsense_is_not() -> None:
    off = replace(BRAND, alarms=AlarmsConfig(own={"silence": None}))
    assert choices_of(off)["silence"] is None
    assert usual_limits(off)["silence"] is None
    for text in ("", "{}", "[]", "null", '{"mark": "", "at": 1, "limits": {"surge": {"x": 1}}}'):
        assert from_text(text) is None
    made = from_text(to_text_of(off))
    assert made is not None
    assert dict(made.limits) == usual_limits(off)


def to_text_of(brand: BrandConfig) -> str:
    return to_text(Chosen(mark_of(brand), NOW, usual_limits(brand)))


async def test_every_choice_costs_what_it_costs(store: Store) -> None:
    await fill(store, 40, 12, bursts=(200,))
    past = await past_of(store, BRAND, NOW)
    found = {str(one.choice.a_month or one.choice.preset): one for one in offers(BRAND, past)}
    assert [name for name, one in found.items() if one.own] == ["2.0"]
    fired = [sum(found[name].cost.fired.values()) for name in ("1.0", "2.0", "4.0", "8.0")]
    assert fired == sorted(fired)
    assert fired[-1] >= 1
    shares = [found[name].cost.jump.share for name in ("1.0", "2.0", "4.0", "8.0")]
    assert shares == sorted(shares)
    assert shares[-1] > 0.1
    none = dict.fromkeys(usual_limits(BRAND))
    assert sum(cost_of(past, none).fired.values()) == 0
    assert BREATH <= 50


async def test_what_was_real_is_left_out_and_what_was_dismissed_is_not(store: Store) -> None:
    await fill(store, 35, 6, bursts=(300, 500))
    plain = (await choose(store, BRAND, NOW)).limits["surge"]
    rise = surge_of(NOW)
    alert = opened(surge_draft("Lune", "", rise), Micros(NOW - 300 * HOUR + 40 * MINUTE))
    real = replace(alert, state=AlertState.RESOLVED, last_at=Micros(NOW - 299 * HOUR))
    await store.write(lambda connection: subjects.save_alerts(connection, [real]))
    with_one = (await choose(store, BRAND, NOW)).limits["surge"]
    usual = await store.read(lambda connection: usual_counts(connection, "Lune", NOW))
    assert None in usual.hours
    assert usual.hours.count(None) <= 3

    async def dismiss(connection: Connection) -> None:
        (one,) = (await subjects.latest_alerts(connection, [real.fingerprint])).values()
        await subjects.save_alerts(connection, [replace(one, state=AlertState.DISMISSED)])

    await store.write(dismiss)
    again = (await choose(store, BRAND, NOW)).limits["surge"]
    assert plain is not None
    assert with_one is not None
    assert again is not None
    assert with_one.score < plain.score
    assert again == plain


async def test_an_episode_that_goes_on_becomes_usual(store: Store) -> None:
    await fill(store, 20, 2)
    rise = opened(surge_draft("Lune", "", surge_of(NOW)), Micros(NOW - 10 * DAY))
    long = replace(rise, last_at=NOW)
    await store.write(lambda connection: subjects.save_alerts(connection, [long]))
    usual = await store.read(lambda connection: usual_counts(connection, "Lune", NOW))
    assert usual.hours.count(None) == 24


def surge_of(now: Micros) -> Surge:
    return surge(SurgeCounts(x=1, now=now, history=History((), now), authors=1))


# --- looking ---------------------------------------------------------------------------------


async def look(store: Store, detectors: Detectors, now: Micros) -> list[Condition]:
    score = preset_limit("surge", "keen")
    limits = dict.fromkeys(DETECTORS, Limit(score, a_month=0.5, days=28.0))
    return await store.read(
        lambda connection: detectors.look(connection, BRAND, limits, 1.0, True, now)
    )


async def test_what_is_usual_is_learnt_once_an_hour_and_says_the_same(store: Store) -> None:
    await fill(store, 30, 3)
    kept = Detectors()
    for minutes in (0, 5, 25, 55, 60, 65):
        now = Micros(NOW + minutes * MINUTE)
        assert await look(store, kept, now) == await look(store, Detectors(), now)


async def test_the_alert_names_its_limit_and_its_budget(store: Store) -> None:
    await fill(store, 30, 3)
    found = await look(store, Detectors(), NOW)
    assert len(found) == 5
    for one in found:
        assert any("your own mentions" in said.template for said in one.draft.explanation)


async def test_a_detector_that_is_off_is_not_asked(store: Store) -> None:
    await fill(store, 10, 3)
    brand = replace(BRAND, alarms=AlarmsConfig(own={"silence": None, "surge 6 h": None}))
    found = await store.read(
        lambda connection: Detectors().look(connection, brand, usual_limits(brand), 1.0, True, NOW)
    )
    assert [one.draft.rule for one in found] == ["surge", "negative spike", "negative share"]


async def test_bins_read_in_two_parts_are_those_read_at_once(store: Store) -> None:
    await fill(store, 16, 8)
    now = Micros(NOW - 20 * MINUTE)
    whole = await store.read(
        lambda connection: stretch_of(connection, "Lune", Micros(NOW - 28 * DAY), NOW)
    )
    expected = spike(whole.negative[:-4])
    found = await look(store, Detectors(), now)
    draft = next(one.draft for one in found if one.draft.rule == "negative spike")
    assert draft.figures == spike_draft("Lune", "", expected).figures
