"""The table of states and events, row by row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.conversations.conversation import Conversation
from listeners.conversations.events import (
    Answered,
    Assign,
    DeletedAtSource,
    Escalate,
    Event,
    IdleTooLong,
    Ignore,
    Noted,
    OurMessage,
    OutsideMessage,
    Prioritised,
    Promote,
    Reopen,
    Resolve,
    Rules,
    Snooze,
    SnoozeEnded,
    Tagged,
    Take,
)
from listeners.conversations.merge import merge, split
from listeners.conversations.state import Step, apply, begin, successor
from listeners.model import (
    DAY,
    HOUR,
    MINUTE,
    ConversationState,
    Micros,
    Part,
    Reason,
    Sentence,
)

NOW = Micros(1_700_000_000_000_000)
ASKED = Micros(NOW - HOUR)
OPEN, WAITING, SNOOZED, RESOLVED, IGNORED = ConversationState


def talk(state: ConversationState = OPEN, **changes: Any) -> Conversation:
    """A conversation in this state, with the clock running where it would be."""
    running = state in (OPEN, SNOOZED)
    values: dict[str, Any] = {
        "state": state,
        "in_queue": True,
        "waiting_since": ASKED if running else None,
        "due_at": Micros(ASKED + HOUR) if running else None,
        "messages": 1,
        "last_part": Part.OUTSIDE,
        "last_outside_id": 1,
        "tier": 4,
        "state_since": ASKED,
        "last_at": ASKED,
        "opened_at": ASKED,
        **changes,
    }
    fresh = begin(brand="Acme", network="mastodon", root="r", at=ASKED, now=ASKED)
    return replace(fresh, **values)


def asks(at: int = NOW, tier: int = 4) -> OutsideMessage:
    reason = Reason("A3", Sentence("asks a question"))
    return OutsideMessage(at=Micros(at), asks=True, tier=tier, reason=reason, mention_id=2)


def thanks(at: int = NOW) -> OutsideMessage:
    return OutsideMessage(at=Micros(at), asks=False, mention_id=2)


UNTIL = {"snoozed_until": Micros(NOW + HOUR), "snooze_kind": "time"}
REPLY = {"snooze_kind": "reply"}

# Every row: the event, the state before, what differs before, what is expected after.
TABLE: list[tuple[str, Event, ConversationState, dict[str, Any], dict[str, Any]]] = [
    ("asks, new", asks(), OPEN, {"waiting_since": None, "in_queue": False, "messages": 0},
     {"state": OPEN, "waiting_since": NOW, "in_queue": True, "messages": 1, "tier": 4}),
    ("asks, open", asks(), OPEN, {}, {"state": OPEN, "waiting_since": ASKED, "reopened": 0}),
    ("asks, open, an older message heard late", asks(ASKED - HOUR), OPEN, {},
     {"waiting_since": ASKED - HOUR, "last_at": ASKED, "last_part": Part.OUTSIDE}),
    ("asks, waiting", asks(), WAITING, {"assignee": "Ana"},
     {"state": OPEN, "waiting_since": NOW, "assignee": "Ana", "reopened": 1}),
    ("asks, waiting, assignee away", asks(), WAITING, {"assignee": "Zoé"},
     {"state": OPEN, "assignee": ""}),
    ("asks, resolved within the window", asks(), RESOLVED, {"assignee": "Ana", "reopened": 1},
     {"state": OPEN, "waiting_since": NOW, "assignee": "Ana", "reopened": 2}),
    ("asks, resolved, on the last moment of the window", asks(), RESOLVED,
     {"state_since": NOW - 7 * DAY}, {"state": OPEN, "waiting_since": NOW}),
    ("asks, snoozed until they reply", asks(), SNOOZED, REPLY,
     {"state": OPEN, "waiting_since": NOW, "snooze_kind": "", "reopened": 1}),
    ("asks, snoozed until a time", asks(), SNOOZED, UNTIL,
     {"state": SNOOZED, "waiting_since": ASKED, "snoozed_until": NOW + HOUR, "messages": 2}),
    ("asks, snoozed until a time, no clock", asks(), SNOOZED, {**UNTIL, "waiting_since": None},
     {"state": SNOOZED, "waiting_since": NOW}),
    ("a risk, snoozed until a time", asks(tier=1), SNOOZED, UNTIL,
     {"state": OPEN, "waiting_since": ASKED, "snoozed_until": None, "tier": 1}),
    ("a risk again, snoozed as a risk", asks(tier=1), SNOOZED, {**UNTIL, "tier": 1},
     {"state": SNOOZED}),
    ("asks, ignored", asks(), IGNORED, {}, {"state": IGNORED, "waiting_since": None}),
    ("a risk, ignored", asks(tier=1), IGNORED, {}, {"state": OPEN, "waiting_since": NOW}),
    *[
        (f"thanks, {state}", thanks(), state, {},
         {"state": state, "messages": 2, "last_at": NOW,
          "waiting_since": ASKED if state in (OPEN, SNOOZED) else None})
        for state in ConversationState
    ],
    ("ours, open", OurMessage(at=NOW), OPEN, {},
     {"state": WAITING, "waiting_since": None, "due_at": None, "first_response_at": NOW,
      "last_part": Part.OURS, "answered_by_hand": False}),
    ("ours, snoozed", OurMessage(at=NOW), SNOOZED, UNTIL,
     {"state": WAITING, "waiting_since": None, "snoozed_until": None}),
    ("ours, second answer", OurMessage(at=NOW), OPEN, {"first_response_at": ASKED},
     {"state": WAITING, "first_response_at": ASKED}),
    ("ours, written before they asked", OurMessage(at=Micros(ASKED - MINUTE)), OPEN, {},
     {"state": OPEN, "waiting_since": ASKED, "first_response_at": None}),
    ("ours, but they asked again after it",
     OurMessage(at=NOW, unanswered_since=Micros(NOW + MINUTE)), OPEN, {},
     {"state": OPEN, "waiting_since": NOW + MINUTE, "first_response_at": NOW}),
    ("ours, opening a thread", OurMessage(at=NOW), OPEN,
     {"waiting_since": None, "last_outside_id": None, "messages": 0},
     {"state": WAITING, "first_response_at": None}),
    ("ours, resolved", OurMessage(at=NOW), RESOLVED, {}, {"state": RESOLVED, "messages": 2}),
    ("ours, ignored", OurMessage(at=NOW), IGNORED, {}, {"state": IGNORED}),
    *[
        (f"automatic, {state}", OurMessage(at=NOW, automatic=True), state, {},
         {"state": state, "waiting_since": ASKED if state in (OPEN, SNOOZED) else None})
        for state in ConversationState
    ],
    ("key answered, open", Answered(), OPEN, {},
     {"state": WAITING, "waiting_since": None, "answered_by_hand": True, "first_response_at": NOW}),
    *[(f"note, {state}", Noted(), state, {}, {"state": state, "notes": 1})
      for state in ConversationState],
    *[(f"resolve, {state}", Resolve(), state, {}, {"state": RESOLVED, "waiting_since": None})
      for state in (OPEN, WAITING, SNOOZED, IGNORED)],
    *[(f"ignore, {state}", Ignore(), state, {}, {"state": IGNORED, "waiting_since": None})
      for state in (OPEN, WAITING, SNOOZED, RESOLVED)],
    ("snooze until a time", Snooze(Micros(NOW + HOUR)), OPEN, {},
     {"state": SNOOZED, "snoozed_until": NOW + HOUR, "snooze_kind": "time",
      "waiting_since": ASKED}),
    ("snooze until they reply", Snooze(), WAITING, {},
     {"state": SNOOZED, "snoozed_until": None, "snooze_kind": "reply"}),
    ("snooze ends", SnoozeEnded(), SNOOZED, {"snoozed_until": NOW, "snooze_kind": "time"},
     {"state": OPEN, "waiting_since": ASKED, "snoozed_until": None}),
    ("snooze not over", SnoozeEnded(), SNOOZED, UNTIL, {"state": SNOOZED}),
    ("snooze until they reply never ends by time", SnoozeEnded(), SNOOZED, REPLY,
     {"state": SNOOZED}),
    ("idle 7 d, waiting", IdleTooLong(), WAITING,
     {"last_at": NOW - 7 * DAY, "state_since": NOW - 7 * DAY}, {"state": RESOLVED}),
    ("idle 6 d, waiting", IdleTooLong(), WAITING,
     {"last_at": NOW - 8 * DAY, "state_since": NOW - 6 * DAY}, {"state": WAITING}),
    ("idle, open", IdleTooLong(), OPEN, {"last_at": NOW - 99 * DAY}, {"state": OPEN}),
    ("idle, snoozed", IdleTooLong(), SNOOZED, {**REPLY, "last_at": NOW - 99 * DAY},
     {"state": SNOOZED}),
    *[
        (f"deleted, the last unanswered, {state}", DeletedAtSource(), state, {},
         {"state": state, "waiting_since": None})
        for state in ConversationState
    ],
    ("deleted, another is unanswered", DeletedAtSource(unanswered_since=NOW), OPEN, {},
     {"state": OPEN, "waiting_since": NOW}),
    *[
        (f"reopen, {state}", Reopen(), state, {"waiting_since": None},
         {"state": OPEN, "waiting_since": ASKED, "in_queue": True})
        for state in ConversationState
    ],
    ("reopen after our last word", Reopen(), WAITING, {"last_part": Part.OURS},
     {"state": OPEN, "waiting_since": NOW}),
    ("promote", Promote("Ana"), OPEN, {"waiting_since": None, "in_queue": False},
     {"state": OPEN, "waiting_since": ASKED, "in_queue": True}),
    ("take", Take("Ana"), OPEN, {}, {"assignee": "Ana"}),
    ("assign", Assign("Léo"), SNOOZED, {"assignee": "Ana"}, {"assignee": "Léo"}),
    ("release", Assign(""), OPEN, {"assignee": "Ana"}, {"assignee": ""}),
    ("tag", Tagged(add=("b", "a", "a"), remove=("c",)), OPEN, {"tags": ("c",)},
     {"tags": ("a", "b")}),
    ("priority", Prioritised(2), OPEN, {}, {"manual_priority": 2, "rank": 2, "tier": 4}),
    ("priority back to the rules", Prioritised(None), OPEN, {"manual_priority": 2},
     {"manual_priority": None, "rank": 4}),
    ("escalate", Escalate("Ana"), RESOLVED, {},
     {"state": OPEN, "tier": 1, "rank": 1, "waiting_since": ASKED}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("event", "state", "before", "expected"),
    [row[1:] for row in TABLE],
    ids=[row[0] for row in TABLE],
)
def test_the_table(
    event: Event, state: ConversationState, before: dict[str, Any], expected: dict[str, Any]
) -> None:
    step = apply(talk(state, **before), event, NOW, Rules(away=frozenset({"Zoé"})))

    assert step.refused is None
    assert not step.opens_new
    assert {name: getattr(step.conversation, name) for name in expected} == expected


REFUSED: list[tuple[Event, ConversationState, dict[str, Any]]] = [
    (Answered(), WAITING, {}),
    (Answered(), RESOLVED, {}),
    (Answered(), IGNORED, {}),
    (Resolve(), RESOLVED, {}),
    (Ignore(), IGNORED, {}),
    (Snooze(NOW), OPEN, {}),
    (Snooze(Micros(NOW + HOUR)), RESOLVED, {}),
    (Snooze(), IGNORED, {}),
    (Reopen(), OPEN, {}),
    (Promote("Ana"), OPEN, {}),
    (Take("Ana"), OPEN, {"assignee": "Ana"}),
    (Assign(""), OPEN, {}),
    (Tagged(add=("a",)), OPEN, {"tags": ("a",)}),
    (Prioritised(0), OPEN, {}),
    (Prioritised(None), OPEN, {}),
    (Escalate("Ana"), OPEN, {"tier": 1, "manual_priority": 1}),
    (Resolve(), OPEN, {"merged_into": 7}),
]


@pytest.mark.parametrize(("event", "state", "before"), REFUSED, ids=str)
def test_what_is_refused_changes_nothing_and_says_why(
    event: Event, state: ConversationState, before: dict[str, Any]
) -> None:
    conversation = talk(state, **before)

    step = apply(conversation, event, NOW)

    assert step.refused is not None
    assert step.conversation == conversation


def test_a_message_after_the_window_begins_a_new_conversation_linked_to_the_old() -> None:
    old = talk(RESOLVED, id=4, generation=1, state_since=Micros(NOW - 7 * DAY - 1))

    step = apply(old, asks(), NOW)
    fresh = successor(old, NOW, NOW)
    after = apply(fresh, asks(), NOW).conversation

    assert step.opens_new
    assert step.conversation == old
    assert (after.generation, after.linked_to, after.root) == (2, 4, old.root)
    assert (after.state, after.waiting_since, after.messages) == (OPEN, NOW, 1)


def test_thanks_after_the_window_stay_with_the_old_conversation() -> None:
    old = talk(RESOLVED, state_since=Micros(NOW - 30 * DAY))

    assert not apply(old, thanks(), NOW).opens_new


@pytest.mark.parametrize(
    ("silence", "opens"), [(28 * DAY, False), (28 * DAY + 1, True)], ids=["28 days", "more"]
)
def test_a_private_exchange_without_thread_begins_anew_after_28_days(
    silence: int, opens: bool
) -> None:
    old = talk(OPEN, last_at=Micros(NOW - silence))
    event = replace(asks(), private_unthreaded=True)

    assert apply(old, event, NOW).opens_new is opens
    assert not apply(old, asks(), NOW).opens_new


def test_the_reason_is_kept_with_the_verdict() -> None:
    assert apply(talk(), asks(), NOW).conversation.need == asks().reason


EVENTS = st.sampled_from(
    [asks(), asks(tier=1), thanks(), OurMessage(at=NOW), OurMessage(at=NOW, automatic=True),
     DeletedAtSource(), SnoozeEnded(), IdleTooLong(), Answered(), Resolve(), Ignore(),
     Snooze(Micros(NOW + HOUR)), Snooze(), Reopen(), Promote("Ana"), Take("Ana"), Assign(""),
     Escalate("Ana"), Tagged(add=("a",)), Prioritised(1), Noted()]
)  # fmt: skip


@given(happened=st.lists(EVENTS, max_size=30))
def test_invariants_hold_whatever_happens(happened: list[Event]) -> None:
    conversation = begin(brand="Acme", network="n", root="r", at=NOW, now=NOW)
    for number, event in enumerate(happened):
        now = Micros(NOW + number * MINUTE)
        step: Step = apply(conversation, event, now)
        if step.opens_new:
            continue
        conversation = step.conversation
        if conversation.state in (WAITING, RESOLVED, IGNORED):
            assert conversation.waiting_since is None
        if conversation.waiting_since is None:
            assert conversation.due_at is None
        assert (conversation.state is SNOOZED) is (conversation.snooze_kind != "")
        assert (conversation.snoozed_until is not None) is (conversation.snooze_kind == "time")
        assert not conversation.needs_reply or conversation.in_queue


# --- merge and split -------------------------------------------------------------------------


def test_merging_points_one_at_the_other_and_keeps_the_older_clock() -> None:
    a = talk(id=1, messages=2, tags=("x",), tier=1)
    b = talk(WAITING, id=2, messages=3, tags=("y",))

    pair = merge(a, b, NOW)

    assert pair.absorbed.merged_into == 2
    assert (pair.kept.state, pair.kept.waiting_since) == (OPEN, ASKED)
    assert (pair.kept.messages, pair.kept.tags, pair.kept.tier) == (5, ("x", "y"), 1)


def test_splitting_recomputes_both_clocks() -> None:
    pair = merge(talk(id=1, messages=2), talk(id=2, messages=3), NOW)

    apart = split(pair.absorbed, pair.kept, absorbed_since=None, kept_since=NOW)

    assert (apart.absorbed.merged_into, apart.absorbed.waiting_since) == (None, None)
    assert (apart.kept.waiting_since, apart.kept.messages) == (NOW, 3)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (talk(id=1), talk(id=1)),
        (talk(id=1), talk(id=2, brand="Bolt")),
        (talk(id=1, merged_into=3), talk(id=2)),
    ],
)
def test_merges_that_make_no_sense_are_refused(a: Conversation, b: Conversation) -> None:
    pair = merge(a, b, NOW)

    assert pair.refused is not None
    assert (pair.absorbed, pair.kept) == (a, b)
    assert split(a, b, absorbed_since=None, kept_since=None).refused is not None
