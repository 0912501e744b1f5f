"""States, late, reminders, who may approve, and how a planned entry is tidied."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from listeners.clock import from_iso
from listeners.config import Config
from listeners.model import DAY, HOUR, MINUTE, Micros
from listeners.planning.entry import (
    STATES,
    Planned,
    State,
    in_state,
    is_late,
    is_to_ring,
    may_approve,
    next_state,
    previous_state,
    tidied,
    wants_approval_again,
    why_not,
)

AT = from_iso("2026-11-24T10:00:00Z")
PARIS = ZoneInfo("Europe/Paris")
POST = Planned(id=1, brand="Acme", title="A post", channel="mastodon", state="scheduled", at=AT)
ACTION = replace(POST, kind="action", channel="")
DAY_LONG = replace(ACTION, at=from_iso("2026-11-24T00:00:00Z"), all_day=True)


@pytest.mark.parametrize(
    ("one", "now", "late"),
    [
        (POST, AT, False),
        (POST, AT + 30 * MINUTE, False),
        (POST, AT + 30 * MINUTE + 1, True),
        (replace(POST, state="idea"), AT + HOUR, True),
        (replace(POST, state="done"), AT + DAY, False),
        (ACTION, AT, False),
        (ACTION, AT + 1, True),
        (replace(ACTION, end_at=Micros(AT + HOUR)), AT + HOUR, False),
        (replace(ACTION, end_at=Micros(AT + HOUR)), AT + HOUR + 1, True),
        # The day ends at 23:00 UTC in Paris.
        (DAY_LONG, from_iso("2026-11-24T23:00:00Z"), False),
        (DAY_LONG, from_iso("2026-11-24T23:00:01Z"), True),
        (replace(DAY_LONG, kind="post"), from_iso("2026-11-24T22:59:00Z"), False),
        (
            replace(DAY_LONG, end_at=from_iso("2026-11-26T00:00:00Z")),
            from_iso("2026-11-25T22:59:00Z"),
            False,
        ),
    ],
)
def test_late_is_what_is_not_done_after_its_time(one: Planned, now: int, late: bool) -> None:
    assert is_late(one, Micros(now), PARIS) is late


def test_states_follow_each_other_and_end() -> None:
    assert [next_state(one) for one in STATES] == [*STATES[1:], "done"]
    assert [previous_state(one) for one in STATES] == ["idea", *STATES[:-1]]


def test_what_is_no_longer_done_forgets_its_post() -> None:
    done = replace(in_state(POST, "done", AT), mention_id=7)
    assert (done.done_at, done.state) == (AT, "done")
    again = in_state(done, "scheduled", Micros(AT + 1))
    assert (again.done_at, again.mention_id) == (None, None)
    assert in_state(done, "done", Micros(AT + 5)).done_at == AT


@pytest.mark.parametrize(
    ("leads", "actor", "before", "after", "allowed"),
    [
        ((), "Ana", "draft", "approved", True),
        (("Ana",), "Ana", "draft", "approved", True),
        (("Ana",), "Léo", "draft", "approved", False),
        (("Ana",), "Léo", "idea", "scheduled", False),
        (("Ana",), "Léo", "approved", "scheduled", True),
        (("Ana",), "Léo", "scheduled", "approved", True),
        (("Ana",), "Léo", "done", "scheduled", True),
        (("Ana",), "Léo", "idea", "draft", True),
        (("Ana",), "Léo", "draft", "done", True),
    ],
)
def test_only_leads_approve_where_there_are_any(
    leads: tuple[str, ...], actor: str, before: State, after: State, allowed: bool
) -> None:
    said = may_approve(Config(leads=leads), actor, before, after)
    assert (said is None) is allowed
    if said is not None:
        assert said.values["names"] == "Ana"


@pytest.mark.parametrize(
    ("actor", "before", "after", "again"),
    [
        ("Léo", POST, replace(POST, text="other words"), True),
        ("Léo", POST, replace(POST, at=Micros(AT + HOUR)), False),
        ("Ana", POST, replace(POST, text="other words"), False),
        ("Léo", replace(POST, state="draft"), replace(POST, state="draft", title="x"), False),
    ],
)
def test_other_words_are_approved_anew(
    actor: str, before: Planned, after: Planned, again: bool
) -> None:
    assert wants_approval_again(Config(leads=("Ana",)), actor, before, after) is again


@pytest.mark.parametrize(
    ("remind", "rung", "now", "rings"),
    [
        (None, None, AT, False),
        (600, None, AT - 601 * 1_000_000, False),
        (600, None, AT - 600 * 1_000_000, True),
        (600, AT - 599 * 1_000_000, AT, False),
        (600, AT - 3600 * 1_000_000, AT, True),  # moved later since it rang
        (0, None, AT + MINUTE, True),
        (600, None, AT + HOUR, False),  # over
    ],
)
def test_a_reminder_rings_once(remind: int | None, rung: int | None, now: int, rings: bool) -> None:
    one = replace(ACTION, remind=remind, reminded_at=None if rung is None else Micros(rung))
    assert is_to_ring(one, Micros(now), UTC) is rings


def test_what_is_done_rings_no_more() -> None:
    assert not is_to_ring(replace(POST, remind=600, state="done"), AT, UTC)


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (POST, None),
        (replace(POST, brand="Bolt"), "There is no brand {brand}."),
        (replace(POST, title=""), "Give it a title."),
        (replace(POST, at=Micros(-1)), "That day is in no calendar of ours."),
        (replace(POST, end_at=AT), "It must end after it begins."),
        (replace(POST, end_at=Micros(AT + 400 * DAY)), "An entry lasts a year at most."),
        (replace(POST, remind=-1), "A reminder comes a month before at most."),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(one: Planned, said: str | None) -> None:
    found = why_not(one, ["Acme"])
    assert (found.template if found else None) == said


def test_words_are_cleaned_and_cut() -> None:
    one = tidied(
        replace(
            POST,
            title=" a\x1b[2Jb\n" + "x" * 300,
            channel=" MASTODON ",
            text="l1\r\nl2\x07",
            end_at=Micros(AT + HOUR),
        )
    )
    assert "\x1b" not in one.title
    assert "\n" not in one.title
    assert len(one.title) <= 200
    assert one.channel == "mastodon"
    assert one.text == "l1\nl2"
    assert tidied(replace(DAY_LONG, end_at=Micros(DAY_LONG.at + DAY))).end_at is None
