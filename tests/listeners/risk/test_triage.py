"""The triage of alerts: evidence, keys with their inverses, reminders, cool-down."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.model import (
    HOUR,
    MINUTE,
    SECOND,
    AlertClass,
    AlertState,
    Micros,
    Sentence,
    Severity,
)
from listeners.risk.alert import Alert, Draft, fingerprint
from listeners.risk.events import (
    Ack,
    Assign,
    Calm,
    Dismiss,
    Escalate,
    Event,
    Release,
    Reopen,
    Resolve,
    Snooze,
    Steady,
    Tick,
)
from listeners.risk.merge import merge, split
from listeners.risk.ringing import held_under, rings_between
from listeners.risk.triage import apply, opened, received

NOW = Micros(1_700_000_000_000_000)
FIRING, ACKED, SNOOZED, RESOLVED, DISMISSED = AlertState
LATER = Micros(NOW + HOUR)


def draft(severity: Severity = Severity.WARN, **changes: Any) -> Draft:
    values: dict[str, Any] = {
        "brand": "Acme",
        "alert_class": AlertClass.IMAGE,
        "rule": "surge",
        "severity": severity,
        "title": Sentence("title"),
        **changes,
    }
    return Draft(**values)


def alert(state: AlertState = FIRING, **changes: Any) -> Alert:
    values: dict[str, Any] = {
        "id": 1,
        "state": state,
        "owner": "Ana" if state is ACKED else "",
        "acked_at": NOW if state is ACKED else None,
        "closed_at": NOW if state in (RESOLVED, DISMISSED) else None,
        **changes,
    }
    return replace(opened(draft(), NOW), **values)


TABLE: list[tuple[str, Event, AlertState, dict[str, Any], dict[str, Any]]] = [
    ("ack", Ack("Ana"), FIRING, {}, {"state": ACKED, "owner": "Ana", "acked_at": LATER}),
    ("ack by another takes it over", Ack("Léo"), ACKED, {}, {"state": ACKED, "owner": "Léo"}),
    ("ack again confirms", Ack("Ana"), ACKED, {}, {"acked_at": LATER}),
    ("ack a snoozed one", Ack("Ana"), SNOOZED, {"snoozed_until": NOW + 2 * HOUR},
     {"state": ACKED, "snoozed_until": None}),
    ("un-ack", Release(), ACKED, {}, {"state": FIRING, "owner": "", "acked_at": None}),
    ("release a handed one", Release(), FIRING, {"owner": "Léo"}, {"owner": "", "fired_at": NOW}),
    ("snooze until a time", Snooze(Micros(LATER + 1)), FIRING, {},
     {"state": SNOOZED, "snoozed_until": LATER + 1}),
    ("snooze until it grows worse", Snooze(), ACKED, {}, {"state": SNOOZED, "snoozed_until": None}),
    ("the snooze ends", Tick(), SNOOZED, {"snoozed_until": LATER},
     {"state": FIRING, "fired_at": LATER, "snoozed_until": None}),
    ("the snooze goes on", Tick(), SNOOZED, {"snoozed_until": LATER + 1}, {"state": SNOOZED}),
    ("no time ends this snooze", Tick(), SNOOZED, {"snoozed_until": None}, {"state": SNOOZED}),
    ("resolve what is over", Resolve(), FIRING, {"holding": False},
     {"state": RESOLVED, "closed_at": LATER}),
    ("dismiss", Dismiss("noise word"), ACKED, {},
     {"state": DISMISSED, "dismissed_reason": "noise word", "closed_at": LATER}),
    ("dismiss a resolved one", Dismiss("other"), RESOLVED, {}, {"state": DISMISSED}),
    ("un-resolve", Reopen(), RESOLVED, {}, {"state": FIRING, "closed_at": None, "fired_at": LATER}),
    ("un-dismiss", Reopen(), DISMISSED, {"dismissed_reason": "x"},
     {"state": FIRING, "dismissed_reason": ""}),
    ("un-snooze", Reopen(), SNOOZED, {}, {"state": FIRING}),
    ("escalate", Escalate("Léo"), ACKED, {},
     {"state": FIRING, "severity": Severity.HIGH, "escalated": 1, "owner": "Léo",
      "fired_at": LATER}),
    ("escalate the highest", Escalate(), FIRING, {"severity": Severity.CRITICAL},
     {"severity": Severity.CRITICAL, "escalated": 1}),
    ("hand over", Assign("Léo"), ACKED, {}, {"state": ACKED, "owner": "Léo"}),
    ("calm once", Calm(), FIRING, {}, {"state": FIRING, "calm_checks": 1, "holding": False}),
    ("calm three times", Calm(), ACKED, {"calm_checks": 2},
     {"state": RESOLVED, "closed_at": LATER}),
    ("calm three times while snoozed", Calm(), SNOOZED, {"calm_checks": 2}, {"state": RESOLVED}),
    ("neither true nor false", Steady(), FIRING, {"calm_checks": 2}, {"calm_checks": 0}),
    ("high and not confirmed", Tick(), ACKED,
     {"severity": Severity.HIGH, "acked_at": LATER - 75 * MINUTE},
     {"state": FIRING, "owner": "Ana", "fired_at": LATER}),
    ("high and still time to confirm", Tick(), ACKED,
     {"severity": Severity.HIGH, "acked_at": LATER - 75 * MINUTE + 1}, {"state": ACKED}),
    ("warn needs no confirmation", Tick(), ACKED, {"acked_at": LATER - 99 * HOUR},
     {"state": ACKED}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("event", "state", "before", "expected"), [row[1:] for row in TABLE], ids=[r[0] for r in TABLE]
)
def test_the_table(
    event: Event, state: AlertState, before: dict[str, Any], expected: dict[str, Any]
) -> None:
    step = apply(alert(state, **before), event, LATER)

    assert step.refused is None
    assert {name: getattr(step.alert, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("event", "state", "words"),
    [
        (Resolve(), FIRING, "acknowledge it, snooze it, or dismiss it"),
        (Resolve(), ACKED, "Its cause still holds"),
        (Resolve(), RESOLVED, "resolved already"),
        (Ack("Ana"), RESOLVED, "resolved already"),
        (Ack("Ana"), DISMISSED, "dismissed already"),
        (Snooze(NOW), FIRING, "has passed"),
        (Snooze(), RESOLVED, "resolved already"),
        (Dismiss("x"), DISMISSED, "dismissed already"),
        (Escalate(), RESOLVED, "resolved already"),
        (Assign("Léo"), DISMISSED, "dismissed already"),
        (Assign("Ana"), ACKED, "Ana has it already"),
        (Release(), FIRING, "Nobody has it"),
        (Reopen(), FIRING, "firing already"),
    ],
)
def test_what_is_refused_says_why_and_changes_nothing(
    event: Event, state: AlertState, words: str
) -> None:
    before = alert(state)

    step = apply(before, event, LATER)

    assert step.refused is not None
    assert words in step.refused.template.format(**step.refused.values)
    assert step.alert == before


# --- evidence ------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [FIRING, ACKED, SNOOZED])
def test_new_evidence_joins_and_changes_no_state(state: AlertState) -> None:
    before = alert(state, count=3, calm_checks=2)

    step = received(draft(holding=False, evidence=(8, 9)), before, LATER)

    after = step.alert
    assert (after.id, after.state, after.owner) == (before.id, state, before.owner)
    assert (after.count, after.last_at, after.calm_checks) == (5, LATER, 0)


def test_a_condition_is_not_counted_again_at_every_check() -> None:
    after = received(draft(evidence=(8, 9)), alert(count=5), LATER).alert
    assert after.count == 5


@pytest.mark.parametrize("state", [ACKED, SNOOZED])
def test_a_higher_severity_fires_again_and_keeps_the_owner(state: AlertState) -> None:
    before = alert(state)

    step = received(draft(Severity.HIGH, title=Sentence("worse")), before, LATER)

    assert (step.alert.state, step.alert.fired_at, step.alert.owner) == (
        FIRING,
        LATER,
        before.owner,
    )
    assert step.alert.title == Sentence("worse")
    # The log names who had acknowledged it; the sentence is the screen's.
    assert step.note == ("alert.worse_acked" if state is ACKED else "alert.worse")


def test_a_lower_severity_does_not_soften_what_is_known() -> None:
    before = alert(severity=Severity.HIGH)
    milder = draft(Severity.INFO, title=Sentence("milder"), holding=False)

    after = received(milder, before, LATER).alert

    assert (after.severity, after.title) == (Severity.HIGH, before.title)


def test_a_condition_that_eases_is_told_as_it_is_now_and_how_bad_it_was() -> None:
    def late(count: int, severity: Severity) -> Draft:
        title = Sentence("late: {count}", {"count": count})
        said = (Sentence("said {count}", {"count": count}),)
        return draft(severity, title=title, explanation=said, figures={"x": count}, peak="x")

    one = opened(late(40, Severity.WARN), NOW)
    told = []
    for count, severity in [(98, Severity.HIGH), (7, Severity.WARN), (12, Severity.WARN)]:
        one = received(late(count, severity), one, LATER).alert
        values = [sentence.values["count"] for sentence in (one.title, *one.explanation)]
        told.append((one.severity, values, dict(one.figures)))

    assert told == [
        (Severity.HIGH, [98, 98], {"x": 98}),
        (Severity.HIGH, [7, 7, 98], {"x": 7, "worst": 98}),
        (Severity.HIGH, [12, 12, 98], {"x": 12, "worst": 98}),
    ]


@pytest.mark.parametrize(
    ("before", "minutes", "same"),
    [
        (None, 0, False),
        (alert(RESOLVED), 60, True),
        (alert(RESOLVED), 61, False),
        (alert(DISMISSED), 60, True),
        (alert(DISMISSED), 61, False),
        (alert(RESOLVED, merged_into=9), 1, False),
    ],
)
def test_the_cool_down(before: Alert | None, minutes: int, same: bool) -> None:
    step = received(draft(), before, Micros(NOW + minutes * MINUTE))

    assert (step.alert.id == 1) is same
    if not same:
        assert (step.alert.state, step.alert.flaps) == (FIRING, 0)


def test_what_comes_back_in_the_cool_down_is_the_same_episode_flapping() -> None:
    after = received(draft(), alert(RESOLVED, flaps=1), Micros(NOW + MINUTE)).alert
    assert (after.state, after.flaps, after.closed_at) == (FIRING, 2, None)


def test_a_dismissed_episode_stays_dismissed_while_it_goes_on() -> None:
    one = alert(DISMISSED)
    for number in range(1, 10):
        one = received(draft(), one, Micros(NOW + number * 50 * MINUTE)).alert
        assert (one.id, one.state) == (1, DISMISSED)
    assert received(draft(Severity.HIGH), one, Micros(one.last_at + 1)).alert.id == 0


def test_fingerprints_keep_their_parts_apart() -> None:
    assert fingerprint("a", "b c") != fingerprint("a b", "c")
    assert fingerprint("a\nb", "c") != fingerprint("a", "b", "c")
    assert draft(scope="x").fingerprint != draft(subject="x").fingerprint


# --- ringing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "since", "now", "rings"),
    [
        (alert(), 0, 29 * SECOND, False),
        (alert(), 0, 30 * SECOND, True),
        (alert(), 30 * SECOND, HOUR, False),
        (alert(), HOUR, 4 * HOUR + 30 * SECOND, True),
        (alert(), 4 * HOUR + 30 * SECOND, 8 * HOUR, False),
        (alert(), 4 * HOUR + 30 * SECOND, 9 * HOUR, True),
        (alert(ACKED), 0, 9 * HOUR, False),
        (alert(ACKED, severity=Severity.HIGH), 59 * MINUTE, 60 * MINUTE, True),
        (alert(ACKED, severity=Severity.HIGH), 60 * MINUTE, 70 * MINUTE, False),
        (alert(SNOOZED), 0, 9 * HOUR, False),
        (alert(RESOLVED), 0, 9 * HOUR, False),
    ],
)
def test_when_it_rings(one: Alert, since: int, now: int, rings: bool) -> None:
    assert rings_between(one, Micros(NOW + since), Micros(NOW + now)) is rings


def test_a_graver_alert_of_the_brand_holds_the_lesser() -> None:
    alerts = [
        alert(id=1, severity=Severity.CRITICAL),
        alert(id=2),
        alert(id=3, severity=Severity.CRITICAL),
        alert(id=4, brand="Bolt"),
        alert(RESOLVED, id=5),
        alert(SNOOZED, id=6, brand="Bolt", severity=Severity.CRITICAL),
    ]
    assert held_under(alerts) == {2: 1}


# --- merge and split, invariants -----------------------------------------------------------------


def test_merging_and_splitting() -> None:
    a, b = alert(id=1, count=2, severity=Severity.HIGH), alert(id=2, count=3)

    pair = merge(a, b, LATER)
    assert (pair.absorbed.state, pair.absorbed.merged_into) == (RESOLVED, 2)
    assert (pair.kept.count, pair.kept.severity) == (5, Severity.HIGH)

    apart = split(pair.absorbed, pair.kept, LATER)
    assert (apart.absorbed.state, apart.absorbed.merged_into) == (FIRING, None)
    assert apart.kept.count == 3
    assert merge(a, a, LATER).refused
    assert merge(a, alert(RESOLVED, id=3), LATER).refused
    assert split(a, b, LATER).refused


EVENTS = st.sampled_from(
    [Ack("Ana"), Ack("Léo"), Snooze(), Snooze(Micros(NOW + 9 * HOUR)), Resolve(), Dismiss("x"),
     Escalate(), Assign("Léo"), Release(), Reopen(), Calm(), Steady(), Tick()]
)  # fmt: skip


@given(happened=st.lists(st.one_of(EVENTS, st.sampled_from(list(Severity))), max_size=30))
def test_invariants_hold_whatever_happens(happened: list[Event | Severity]) -> None:
    one = alert()
    for number, event in enumerate(happened):
        now = Micros(NOW + number * 10 * MINUTE)
        step = (
            received(draft(event), one, now)
            if isinstance(event, Severity)
            else apply(one, event, now)
        )
        one = step.alert
        assert (one.closed_at is not None) is (one.state in (RESOLVED, DISMISSED))
        assert one.state is not ACKED or one.owner
        assert one.state is SNOOZED or one.snoozed_until is None
        assert one.state is not RESOLVED or not one.holding
        assert (one.dismissed_reason != "") is (one.state is DISMISSED)
