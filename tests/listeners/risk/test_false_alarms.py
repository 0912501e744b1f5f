"""Budgets for false alarms: the limits they give, the episodes checks make, quiet weeks."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.model import MINUTE, AlertClass, AlertState, Micros, Sentence, Severity
from listeners.replay.series import BINS_AN_HOUR, Series, SpikeChecks, SurgeChecks
from listeners.risk.alert import Alert, Draft
from listeners.risk.baseline import History
from listeners.risk.budget import (
    DETECTORS,
    ODDS,
    SCALES,
    SPREADS,
    Scale,
    limit,
    p_of,
    parts,
    peaks,
    preset_limit,
    score_of,
)
from listeners.risk.episodes import CHECK, episodes
from listeners.risk.events import Calm, Steady
from listeners.risk.same_time import spike
from listeners.risk.surge import SurgeCounts, surge
from listeners.risk.triage import apply, received

MONDAY = Micros(1_699_833_600_000_000)
"""Monday 2023-11-13, 00:00 UTC."""
DAY_BINS = 24 * BINS_AN_HOUR


# --- limits ----------------------------------------------------------------------------------

heights_of = st.lists(st.floats(0, 60), max_size=60).map(lambda all_: sorted(all_, reverse=True))


@given(heights_of, st.floats(7, 28), st.floats(0.01, 50), st.floats(0.01, 50),
       st.sampled_from([ODDS, SPREADS]))  # fmt: skip
def test_fewer_alarms_allowed_never_lowers_the_limit(
    heights: list[float], days: float, one: float, other: float, scale: Scale
) -> None:
    few, many = sorted((one, other))
    strict, lax = (limit(heights, days, budget, scale) for budget in (few, many))
    assert strict >= lax - 1e-9
    assert scale.least <= lax <= scale.most
    assert sum(height > strict for height in heights) <= sum(height > lax for height in heights)


def test_the_limit_of_an_exponential_tail_is_the_one_its_rate_asks_for() -> None:
    draw = random.Random(1)
    for wanted in (0.5, 2.0, 6.0):
        fired = 0
        for _ in range(60):
            heights = sorted((5 + draw.expovariate(1.0) for _ in range(40)), reverse=True)
            at = limit(heights, 30, wanted, ODDS)
            fired += sum(5 + draw.expovariate(1.0) > at for _ in range(40))
        assert 0.3 * wanted < fired / 60 <= 1.2 * wanted


@pytest.mark.parametrize(
    ("heights", "expected"),
    [
        ([], ODDS.least),
        # One peak a month, two allowed: nothing need be stricter than the least.
        ([9.0], ODDS.least),
        ([40.0] * 30, ODDS.most),
    ],
)
def test_limits_at_the_edges(heights: list[float], expected: float) -> None:
    assert limit(heights, 30, 2, ODDS) == expected


def test_peaks_of_one_episode_are_one() -> None:
    scores = [(10, 3.0), (11, 9.0), (12, 8.0), (300, 5.0), (700, 7.0)]
    assert peaks(scores, 24) == [9.0, 7.0, 5.0]


def test_what_is_off_leaves_its_part_to_the_rest() -> None:
    assert parts(DETECTORS) == pytest.approx({"surge": 0.3, "surge 6 h": 0.15,
        "negative spike": 0.3, "negative share": 0.15, "silence": 0.1})  # fmt: skip
    assert sum(parts(["surge", "silence"]).values()) == pytest.approx(1)
    assert parts(["surge", "silence"])["surge"] == pytest.approx(0.75)


def test_presets_grow_keener() -> None:
    for one in DETECTORS:
        calm, normal, keen = (preset_limit(one, word) for word in ("calm", "normal", "keen"))
        assert SCALES[one].most >= calm > normal > keen >= SCALES[one].least - 1e-9
    assert p_of(score_of(1e-7)) == pytest.approx(1e-7)


# --- episodes --------------------------------------------------------------------------------


def alert_of(state: AlertState) -> Draft:
    return Draft(
        brand="Lune",
        alert_class=AlertClass.IMAGE,
        rule="surge",
        severity=Severity.WARN,
        title=Sentence(state.value),
    )


def by_triage(verdicts: list[str]) -> int:
    """Return the episodes that triage itself makes of a row of checks."""
    latest: Alert | None = None
    opened = 0
    for number, verdict in enumerate(verdicts):
        now = Micros(MONDAY + number * CHECK)
        if verdict == "fires":
            after = received(alert_of(AlertState.FIRING), latest, now).alert
            if latest is None or (after.id == 0 and after.first_at == now):
                opened += 1
                after = replace(after, id=opened)
            latest = after
        elif latest is not None and latest.live:
            latest = apply(latest, Calm() if verdict == "calm" else Steady(), now).alert
    return opened


@settings(max_examples=150)
@given(st.lists(st.sampled_from(["fires", "calm", "calm", "calm", "steady"]), max_size=70))
def test_episodes_are_those_that_triage_makes(verdicts: list[str]) -> None:
    firing = [number for number, verdict in enumerate(verdicts) if verdict == "fires"]
    found = episodes(firing, lambda number: verdicts[number] == "calm", len(verdicts))
    assert len(found) == by_triage(verdicts)


# --- the same decisions ----------------------------------------------------------------------


def made(rate: float, days: int, seed: int, *, unrest: float = 0.4) -> list[int]:
    """Return a stream by day and night whose activity drifts: more unruly than Poisson."""
    draw = random.Random(seed)
    level, bins = 0.0, []
    for hour in range(days * 24):
        level = 0.9 * level + draw.gauss(0, unrest * 0.43)
        now = rate * (0.4 if hour % 24 < 7 else 1.3) * 2.718**level / BINS_AN_HOUR
        bins += [_poisson(now, draw) for _ in range(BINS_AN_HOUR)]
    return bins


def _poisson(mean: float, draw: random.Random) -> int:
    count, at = 0, draw.expovariate(1.0)
    while at < mean:
        count += 1
        at += draw.expovariate(1.0)
    return count


def test_a_replayed_check_says_what_the_rule_says() -> None:
    bins = made(6, 21, 3)
    at = 18 * DAY_BINS + 100
    bins[at - 10 : at] = [9] * 10
    series = Series(bins, MONDAY)
    hours = [sum(bins[place : place + 12]) for place in range(0, len(bins), 12)]
    for check in (10 * DAY_BINS + 7, 15 * DAY_BINS, at):
        now = series.at(check)
        for window in (1, 6):
            end = check // 12 - window
            x = sum(bins[check - 12 * window : check])
            verdict = surge(
                SurgeCounts(
                    x=x,
                    now=now,
                    history=History(hours[:end], Micros(MONDAY + end * 12 * CHECK)),
                    authors=9,
                    window=window,
                )
            )
            checks = SurgeChecks(series, window)
            assert checks.count(check) == x
            assert checks.expected(check)[0] == pytest.approx(verdict.mu)
            assert (checks.p(check) < checks.rules.alpha) == verdict.fires
            assert checks.calm(check) == verdict.calm
    spikes = SpikeChecks(series)
    for check in (15 * DAY_BINS + 40, at):
        found = spike(bins[:check])
        assert spikes.z(check) == pytest.approx(found.z)
        assert (spikes.score(check) >= spikes.rules.z) == found.fires
    assert surge_fires(series, at)


def surge_fires(series: Series, check: int) -> bool:
    checks = SurgeChecks(series)
    return checks.p(check) < checks.rules.alpha


# --- quiet weeks -----------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [2.0, 20.0])
def test_weeks_without_an_event_fire_within_the_budget(rate: float) -> None:
    """Five brands, 28 unruly days each to learn from and seven to keep still in."""
    budget = 2.0
    fired = usual = 0
    for seed in range(5):
        series = Series(made(rate, 35, seed), MONDAY)
        checks = SurgeChecks(series)
        learnt = range(checks.first_judged, 28 * DAY_BINS)
        scores = [(n, score) for n in learnt if (score := checks.score(n)) > 0]
        at = limit(peaks(scores, checks.apart), len(learnt) / DAY_BINS, budget, ODDS)
        week = {n: checks.score(n) for n in range(28 * DAY_BINS, series.checks)}
        for limit_ in (at, ODDS.least):
            firing = [n for n, score in week.items() if score > limit_]
            count = len(episodes(firing, checks.calm, series.checks))
            if limit_ == at:
                fired += count
            else:
                usual += count
    allowed = 5 * budget * 7 / 30
    assert fired <= allowed
    assert usual > allowed  # without the budget it would have been more


def test_checks_are_five_minutes_apart() -> None:
    assert CHECK == 5 * MINUTE
