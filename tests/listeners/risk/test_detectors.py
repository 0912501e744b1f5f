"""The detectors: distributions against plain sums, rules by their tables, a simulated month."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.conversations.conversation import Conversation
from listeners.conversations.state import begin
from listeners.model import (
    DAY,
    HOUR,
    MINUTE,
    AlertClass,
    ConversationState,
    Gap,
    Micros,
    Sentence,
    Severity,
    SourceState,
)
from listeners.risk.alert import Draft
from listeners.risk.baseline import FLOOR, History, baseline
from listeners.risk.detection import (
    overdue_draft,
    share_draft,
    silence_draft,
    source_draft,
    spike_draft,
    surge_draft,
)
from listeners.risk.negative_share import negative_share
from listeners.risk.overdue import overdue
from listeners.risk.same_time import BINS_A_DAY, SameTimeRules, spike
from listeners.risk.silence import silence
from listeners.risk.source_health import SourceFacts, source_health
from listeners.risk.stand_out import stand_out
from listeners.risk.surge import PRESETS, SurgeCounts, SurgeRules, surge
from listeners.risk.tails import at_least, at_most, beta_binomial_at_least

MONDAY = Micros(1_699_833_600_000_000)
"""Monday 2023-11-13, 00:00 UTC."""


def words(sentence: Sentence) -> str:
    return sentence.template.format(**sentence.values)


# --- tails -----------------------------------------------------------------------------------


def plain_pmf(k: int, mean: float, phi: float) -> float:
    if phi == 1:
        return math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))
    r, q = mean / (phi - 1), (phi - 1) / phi
    ways = math.lgamma(k + r) - math.lgamma(r) - math.lgamma(k + 1)
    return math.exp(ways + r * math.log(1 - q) + k * math.log(q))


@settings(deadline=None)
@given(
    x=st.integers(0, 120),
    mean=st.floats(0.01, 80),
    phi=st.sampled_from([1.0, 1.3, 2.0, 7.5]),
)
def test_tails_are_the_sums_they_say(x: int, mean: float, phi: float) -> None:
    below = math.fsum(plain_pmf(k, mean, phi) for k in range(x))
    above = math.fsum(plain_pmf(k, mean, phi) for k in range(x, x + 3000))

    assert at_least(x, mean, phi) == pytest.approx(above, rel=1e-6, abs=1e-12)
    assert at_most(x - 1, mean, phi) == pytest.approx(below, rel=1e-6, abs=1e-12)


def test_tails_at_their_edges() -> None:
    assert (at_least(0, 3), at_least(1, 0), at_most(-1, 3), at_most(0, 0)) == (1, 0, 0, 1)
    assert at_least(400, 4.0) < 1e-300
    assert at_least(10_000, 5_000.0, 40.0) < 1e-12
    assert at_least(10**6, 10**6, 1.0) == pytest.approx(0.5, abs=0.01)


@settings(deadline=None)
@given(n=st.integers(0, 60), k=st.integers(0, 60), share=st.floats(0.05, 0.95))
def test_the_beta_binomial_tail_falls_and_is_wider_than_the_binomial(
    n: int, k: int, share: float
) -> None:
    p = beta_binomial_at_least(k, n, share, 30)
    assert 0 <= p <= 1
    assert p >= beta_binomial_at_least(k + 1, n, share, 30) - 1e-12
    if 0 < k <= n and k > share * n + 2:
        binomial = math.fsum(
            math.comb(n, i) * share**i * (1 - share) ** (n - i) for i in range(k, n + 1)
        )
        assert p >= binomial - 1e-9


def test_one_draw_is_the_share_itself() -> None:
    assert beta_binomial_at_least(1, 1, 0.3, 30) == pytest.approx(0.3)
    assert beta_binomial_at_least(1, 1, 0.0, 30) == 0
    assert beta_binomial_at_least(1, 1, 1.0, 30) == 1


# --- baseline --------------------------------------------------------------------------------


def history(days: int, per_hour: Any = 4, end: Micros = MONDAY, zone: str = "UTC") -> History:
    hours = [
        per_hour(hour % 24, hour // 24) if callable(per_hour) else per_hour
        for hour in range(days * 24)
    ]
    return History(tuple(hours), end, zone)


def test_the_level_is_the_week_and_the_profile_the_time_of_day() -> None:
    day_and_night = history(28, lambda hour, _day: 10 if 8 <= hour < 20 else 0)

    usual = baseline(day_and_night)

    assert usual.level == pytest.approx(5)
    noon, night = (
        usual.expected(Micros(MONDAY + at * HOUR), Micros(MONDAY + (at + 1) * HOUR))
        for at in (12, 3)
    )
    assert 8 < noon <= 10
    assert 0.5 < night < 1.5
    assert usual.phi < 2


def test_weekends_have_their_own_profile() -> None:
    quiet = history(28, lambda _hour, day: 1 if day % 7 >= 5 else 9)

    usual = baseline(quiet)

    weekday, weekend = (
        usual.expected(Micros(MONDAY + day * DAY), Micros(MONDAY + (day + 1) * DAY))
        for day in (1, 5)
    )
    assert weekday > 2.5 * weekend


def test_the_time_of_day_is_the_brands_own() -> None:
    summer = Micros(MONDAY - 91 * DAY)
    usual = baseline(
        history(28, lambda hour, _day: 10 if hour == 10 else 0, summer, "Europe/Paris")
    )
    # Ten o'clock in London's zone is noon in a Parisian summer, and eleven in winter.
    assert max(range(24), key=lambda hour: usual.profile[hour]) == 12
    winter = Micros(MONDAY + 63 * DAY)
    noon = usual.expected(Micros(winter + 11 * HOUR), Micros(winter + 12 * HOUR))
    assert noon > usual.expected(Micros(winter + 10 * HOUR), Micros(winter + 11 * HOUR))


def test_half_an_hour_is_half_the_hour_and_nothing_is_never_expected() -> None:
    usual = baseline(history(28))
    half = usual.expected(Micros(MONDAY + 30 * MINUTE), Micros(MONDAY + HOUR))
    assert half == pytest.approx(2, rel=0.01)
    silent = baseline(history(28, 0))
    assert silent.expected(MONDAY, Micros(MONDAY + HOUR)) == pytest.approx(FLOOR)


def test_hours_left_out_do_not_count() -> None:
    hours = [4] * (28 * 24)
    spoilt: list[int | None] = [*hours]
    spoilt[100:110] = [400] * 10
    left_out: list[int | None] = [*spoilt]
    left_out[100:110] = [None] * 10

    assert baseline(History(tuple(spoilt), MONDAY)).phi > 10
    assert baseline(History(tuple(left_out), MONDAY)).phi == 1


# --- surge -----------------------------------------------------------------------------------


def counts(x: int, **changes: Any) -> SurgeCounts:
    values: dict[str, Any] = {
        "x": x,
        "now": Micros(MONDAY + HOUR),
        "history": history(28),
        "authors": x,
        **changes,
    }
    return SurgeCounts(**values)


SURGES: list[tuple[str, SurgeCounts, bool, bool, str]] = [
    ("as usual", counts(4), False, True, "seasonal"),
    ("a little more", counts(9), False, False, "seasonal"),
    ("a surge", counts(20), True, False, "seasonal"),
    ("two authors", counts(20, authors=2), False, False, "seasonal"),
    ("half of it unheard", counts(20, completeness=0.5), False, False, "seasonal"),
    ("too few whatever the odds", counts(4, history=history(28, 0)), False, False, "seasonal"),
    ("few against nothing", counts(5, history=history(28, 0)), True, False, "seasonal"),
    ("improbable but not twice as many", counts(600, history=history(28, 400)), False, False,
     "seasonal"),
    ("six hours", counts(60, window=6), True, False, "seasonal"),
    ("six hours as usual", counts(24, window=6), False, True, "seasonal"),
    ("three days of history", counts(20, history=history(3)), True, False, "thin"),
    ("three days, fewer than 8", counts(7, history=history(3, 0)), False, False, "thin"),
    ("three days, as usual", counts(5, history=history(3)), False, True, "thin"),
    ("half a day", counts(30, history=history(0)), True, False, "absolute"),
    ("half a day, few", counts(10, history=history(0)), False, True, "absolute"),
    ("much, but it always is", counts(45, history=History((40,) * 12, MONDAY)), False, False,
     "absolute"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "fires", "calm", "method"), [row[1:] for row in SURGES], ids=[r[0] for r in SURGES]
)
def test_surges(given: SurgeCounts, fires: bool, calm: bool, method: str) -> None:
    verdict = surge(given)

    assert (verdict.fires, verdict.calm, verdict.method) == (fires, calm, method)
    assert verdict.thin is (method != "seasonal")


def test_a_surge_explains_itself_with_its_figures() -> None:
    verdict = surge(counts(20))

    said = [words(sentence) for sentence in verdict.explanation]
    assert said[0] == "20 mentions in 1 h, usually 4.0"
    assert said[1] == "by 20 different authors"
    assert said[3] == "compared with 28.0 days of history"
    assert verdict.figures["x"] == 20
    assert verdict.figures["ratio"] == 5.0
    assert 0 < float(verdict.figures["p"]) < 1e-4
    assert any(
        "thin baseline" in words(s) for s in surge(counts(20, history=history(3))).explanation
    )


def test_presets_are_ordered() -> None:
    p = surge(counts(13)).p
    assert p is not None
    fires = [
        surge(counts(13), SurgeRules(alpha=PRESETS[name])).fires
        for name in ("calm", "normal", "keen")
    ]
    assert fires == sorted(fires)


def drawn(chance: random.Random, mean: float) -> int:
    limit, product, k = math.exp(-mean), 1.0, 0
    while (product := product * chance.random()) > limit:
        k += 1
    return k


@pytest.mark.parametrize("per_hour", [1.0, 8.0])
def test_a_simulated_month_keeps_the_budget_for_false_alarms(per_hour: float) -> None:
    """Day and night, weekends and clustered replies; one look an hour over four weeks."""
    chance = random.Random(7)
    hours = []
    for number in range(56 * 24):
        hour, day = number % 24, number // 24 % 7
        mean = per_hour * (0.3 + 1.4 * max(0.0, math.sin((hour - 6) / 24 * 2 * math.pi)))
        mean *= 0.6 if day >= 5 else 1.0
        posts = drawn(chance, mean)
        hours.append(posts + sum(drawn(chance, 0.4) for _ in range(posts)))
    episodes = 0
    for now in range(28 * 24, 56 * 24):
        before = History(tuple(hours[now - 28 * 24 : now]), Micros(MONDAY + now * HOUR))
        x = hours[now]
        at = Micros(MONDAY + (now + 1) * HOUR)
        episodes += surge(SurgeCounts(x=x, now=at, history=before, authors=x)).fires
        crisis = round(10 * per_hour) + 10
        if now % 24 == 14:
            burst = SurgeCounts(x=x + crisis, now=at, history=before, authors=x + crisis)
            assert surge(burst).fires
    assert episodes <= 2


# --- the same time of day ------------------------------------------------------------------------


def bins(days: int, *, each: int = 0, every: int = 6) -> list[int]:
    return [each if number % every == 0 else 0 for number in range(days * BINS_A_DAY)]


@pytest.mark.parametrize(
    ("given", "newest", "fires", "thin"),
    [
        (bins(20, each=1), [1, 0, 0, 0, 0, 0], False, False),
        (bins(20, each=1), [2, 2, 2, 1, 1, 0], True, False),
        (bins(20), [1, 1, 1, 1, 0, 0], False, False),
        (bins(20), [1, 1, 1, 1, 1, 0], True, False),
        (bins(3), [1, 1, 1, 1, 1, 0], True, True),
        (bins(3, each=3), [1, 1, 1, 1, 1, 0], False, True),
        ([], [9, 9, 9, 9, 9, 9], False, True),
    ],
)
def test_spikes(given: list[int], newest: list[int], fires: bool, thin: bool) -> None:
    verdict = spike([*given, *newest])

    assert (verdict.fires, verdict.thin) == (fires, thin)
    assert verdict.x == sum(newest)
    assert all(words(sentence) for sentence in verdict.explanation)


def test_a_spike_at_this_time_every_day_is_usual() -> None:
    daily = [5 if number % BINS_A_DAY >= BINS_A_DAY - 6 else 0 for number in range(21 * BINS_A_DAY)]

    assert not spike(daily).fires
    moved = daily[: -6 * 20]
    assert spike([*moved, 5, 5, 5, 5, 5, 5]).fires


def test_an_unruly_brand_needs_more() -> None:
    unruly = [4 * (number // BINS_A_DAY % 3) for number in range(21 * BINS_A_DAY)]

    assert not spike([*unruly, 10, 10, 10, 10, 10, 10]).fires
    assert spike([*unruly, 50, 50, 50, 50, 50, 50]).fires


def test_one_old_crisis_does_not_hide_the_next() -> None:
    before = bins(20, each=1)
    before[10 * BINS_A_DAY : 10 * BINS_A_DAY + 40] = [50] * 40
    assert spike([*before, 2, 2, 2, 2, 2, 2]).fires


def test_calm_and_keen() -> None:
    given = [*bins(20, each=1), 2, 2, 1, 1, 0, 0]
    z = spike(given).z
    assert z == pytest.approx(5)
    assert spike(given, SameTimeRules(z=4)).fires
    assert not spike(given, SameTimeRules(z=6)).fires


# --- negative share ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("negative", "scored", "week", "fires"),
    [
        (40, 60, (60, 400), True),
        (12, 60, (60, 400), False),
        (5, 6, (2, 200), True),
        (4, 4, (2, 200), False),
        (30, 60, (200, 400), False),
        (300, 1000, (260, 1000), False),
        (6, 9, (0, 0), False),
        (0, 0, (0, 0), False),
    ],
)
def test_shares(negative: int, scored: int, week: tuple[int, int], fires: bool) -> None:
    verdict = negative_share(negative, scored, *week)

    assert verdict.fires is fires
    assert not (verdict.fires and verdict.calm)
    assert verdict.thin is (week[1] < 30)


def test_a_share_says_percent() -> None:
    said = words(negative_share(40, 60, 60, 400).explanation[0])
    assert said == "at least 67 % negative in 60 scored mentions of 24 h, usually 15 %"


# --- silence -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "days", "healthy", "fires"),
    [(2, 28, True, True), (2, 28, False, False), (90, 28, True, False), (2, 5, True, False)],
)
def test_silences(x: int, days: int, healthy: bool, fires: bool) -> None:
    verdict = silence(x, Micros(MONDAY + DAY), history(days), healthy=healthy)

    assert verdict.fires is fires
    assert verdict.calm is (not healthy or x == 90)


# --- sources -------------------------------------------------------------------------------------


def source(state: SourceState, **changes: Any) -> SourceFacts:
    values: dict[str, Any] = {
        "label": "Blogs",
        "state": state,
        "state_since": Micros(MONDAY - 10 * MINUTE),
        "last_ok_at": Micros(MONDAY - 20 * MINUTE),
        **changes,
    }
    return SourceFacts(**values)


HOUR_AGO = {"state_since": Micros(MONDAY - HOUR)}
LONG_DEAF = {"last_ok_at": Micros(MONDAY - 7 * HOUR)}


@pytest.mark.parametrize(
    ("facts", "rules"),
    [
        (source(SourceState.OK), []),
        (source(SourceState.FAILING, failures=2), []),
        (source(SourceState.FAILING, failures=3), [("source failing", Severity.WARN)]),
        (source(SourceState.FAILING, failures=9, **LONG_DEAF), [("source failing", Severity.HIGH)]),
        (source(SourceState.FORMAT_CHANGED), [("source failing", Severity.WARN)]),
        (source(SourceState.BLOCKED), [("source failing", Severity.WARN)]),
        (source(SourceState.RATE_LIMITED), []),
        (source(SourceState.RATE_LIMITED, **HOUR_AGO), [("source throttled", Severity.WARN)]),
        (source(SourceState.NEEDS_TOKEN, last_ok_at=None), []),
        (source(SourceState.NEEDS_TOKEN), [("token expired", Severity.HIGH)]),
        (source(SourceState.TOKEN_EXPIRED), [("token expired", Severity.HIGH)]),
        (source(SourceState.OUT_OF_CREDITS), [("out of credits", Severity.WARN)]),
        (source(SourceState.NEEDS_APPROVAL), []),
        (source(SourceState.IMPORT_ONLY), []),
        (source(SourceState.UNOFFICIAL_BRIDGE), []),
        (source(SourceState.NOT_AVAILABLE), []),
        (
            source(SourceState.OK, gap=Gap(None, None, Sentence("too old"))),
            [("gap", Severity.WARN)],
        ),
        (source(SourceState.OFF), []),
    ],
)
def test_sources(facts: SourceFacts, rules: list[tuple[str, Severity]]) -> None:
    found = source_health(facts, MONDAY)

    assert [(trouble.rule, trouble.severity) for trouble in found] == rules
    for trouble in found:
        assert "Blogs" in words(trouble.title)
        assert all(words(sentence) for sentence in trouble.explanation)


# --- overdue -------------------------------------------------------------------------------------


def talk(number: int, minutes: int, tier: int = 4, **changes: Any) -> Conversation:
    fresh = begin(brand="Acme", network="n", root=str(number), at=MONDAY, now=MONDAY)
    values: dict[str, Any] = {
        "id": number,
        "waiting_since": MONDAY,
        "tier": tier,
        "due_at": Micros(MONDAY - minutes * MINUTE),
        **changes,
    }
    return replace(fresh, **values)


def test_overdue_answers() -> None:
    talks = [
        talk(1, 10),
        talk(2, 50),
        talk(3, -5),
        talk(4, 90, state=ConversationState.WAITING, waiting_since=None),
        talk(5, 90, due_at=None),
    ]

    verdict = overdue(talks, MONDAY)

    assert (verdict.fires, verdict.ids, verdict.severity) == (True, (2, 1), Severity.WARN)
    assert verdict.figures == {"x": 2, "longest_minutes": 50}
    assert overdue([talk(1, 1, tier=1)], MONDAY).severity is Severity.HIGH
    assert overdue([talk(1, 240)], MONDAY).severity is Severity.HIGH
    assert not overdue([talk(3, -5)], MONDAY).fires


# --- drafts, words -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("draft", "kind", "title"),
    [
        (surge_draft("Acme", "", surge(counts(20)), (1, 2)), AlertClass.IMAGE,
         "Acme is mentioned 5.0 times as often as usual"),
        (spike_draft("Acme", "", spike([*bins(20), 2, 2, 2, 2, 2, 2])), AlertClass.IMAGE,
         "12 negative mentions of Acme in half an hour"),
        (share_draft("Acme", negative_share(40, 60, 60, 400)), AlertClass.IMAGE,
         "What is said about Acme is at least 67 % negative"),
        (silence_draft("Acme", "feeds:x", silence(2, Micros(MONDAY + DAY), history(28),
         healthy=True)), AlertClass.SILENCE, "Hardly anybody speaks of Acme"),
        (source_draft("", "feeds:x", source_health(source(SourceState.BLOCKED), MONDAY)[0]),
         AlertClass.SOURCE, "Blogs cannot be read"),
        (overdue_draft("Acme", overdue([talk(1, 10)], MONDAY)), AlertClass.OVERDUE,
         "Answers later than promised: 1"),
    ],
)  # fmt: skip
def test_drafts(draft: Draft, kind: AlertClass, title: str) -> None:
    assert (draft.alert_class, words(draft.title), draft.holding) == (kind, title, True)
    assert draft.explanation
    assert all(words(sentence) for sentence in draft.explanation)


def test_words_that_stand_out() -> None:
    usual = ["lovely kettle from Acme", "the Acme kettle is quick", "my kettle"] * 10
    recent = ["Acme kettle explosion yesterday", "explosion at Acme", "another #AcmeGate explosion",
              "#AcmeGate again", "kettle"]  # fmt: skip

    found = stand_out(recent, usual, leave_out=("Acme",))

    assert found[:2] == ("explosion", "#acmegate")
    assert "acme" not in found
    assert stand_out([], usual) == ()
