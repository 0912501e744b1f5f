"""The order of the queue: tiers, due times, scores, reasons, and what time does to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.clock import from_iso, to_iso
from listeners.config import Targets
from listeners.conversations.clock import BusinessHours
from listeners.conversations.conversation import Conversation
from listeners.conversations.state import begin
from listeners.conversations.urgency import (
    RankFacts,
    Urgency,
    becomes_due,
    due_again,
    effective_tier,
    order,
    rank,
    ranked,
)
from listeners.model import DAY, MINUTE, ConversationState, Label, Micros

NOW = Micros(from_iso("2026-11-20T15:45:00Z"))
ALWAYS = BusinessHours()
TARGETS = Targets(first=4 * 3600, next=8 * 3600, urgent=1800)


def facts(**changes: Any) -> RankFacts:
    return RankFacts(waiting_since=NOW, **changes)


def words(urgency: Urgency) -> list[str]:
    return [reason.template.format(**reason.values) for reason in urgency.reasons]


TIERS: list[tuple[int, dict[str, Any], list[str]]] = [
    (1, {"risk": {"leak"}}, ["risk", "leak"]),
    (1, {"risk": {"legal"}, "intents": {"complaint"}}, ["risk", "legal threat", "complaint"]),
    (1, {"risk": {"safety"}, "role": "journalist"}, ["risk", "safety", "journalist"]),
    (1, {"risk": {"boycott", "press"}}, ["risk", "boycott", "press"]),
    (3, {"risk": {"press"}}, ["press"]),
    (3, {"role": "journalist"}, ["journalist"]),
    (3, {"role": "vip", "private": True}, ["VIP", "private message"]),
    (3, {"intents": {"purchase", "question"}}, ["wants to buy", "question"]),
    (3, {"intents": {"leaving", "complaint"}}, ["wants to leave", "complaint"]),
    (4, {"intents": {"question"}}, ["question"]),
    (4, {"intents": {"request"}}, ["request"]),
    (4, {"rating": 1}, ["1-star review"]),
    (5, {"risk": {"abuse"}, "label": Label.NEGATIVE}, ["abuse", "negative"]),
    (5, {"risk": {"exposed"}}, ["addressed to us"]),
    (5, {"followers": 50_000}, ["large audience"]),
    (5, {"addressed": False}, ["mention"]),
]


@pytest.mark.parametrize(("tier", "given", "said"), TIERS)
def test_tiers_and_their_reasons(tier: int, given: dict[str, Any], said: list[str]) -> None:
    urgency = rank(facts(**given), ALWAYS, TARGETS)

    assert urgency.tier == tier
    assert words(urgency) == said


@pytest.mark.parametrize(
    ("given", "due"),
    [
        ({"risk": {"legal"}}, "2026-11-20T16:15"),
        ({"intents": {"question"}}, "2026-11-20T19:45"),
        ({"intents": {"question"}, "first": False}, "2026-11-20T23:45"),
    ],
)
def test_the_due_time_is_the_wait_plus_the_target(given: dict[str, Any], due: str) -> None:
    urgency = rank(facts(**given), ALWAYS, TARGETS)

    assert urgency.due_at is not None
    assert to_iso(urgency.due_at).startswith(due)


def test_the_due_time_is_business_time() -> None:
    hours = BusinessHours("Europe/Paris", (*[((540, 1020),)] * 5, (), ()))

    urgency = rank(facts(risk={"legal"}), hours, TARGETS)

    assert urgency.due_at == from_iso("2026-11-23T09:15:00+01:00")


def test_nothing_is_due_while_nothing_waits() -> None:
    assert rank(RankFacts(waiting_since=None), ALWAYS, TARGETS).due_at is None


@pytest.mark.parametrize(
    ("tier", "minutes", "expected"),
    [(1, -60, 1), (2, 60, 2), (3, 16, 3), (3, 15, 2), (4, -1, 2), (5, 0, 2), (5, 15.1, 5)],
)
def test_time_makes_tier_two(tier: int, minutes: float, expected: int) -> None:
    due = Micros(NOW + round(minutes * MINUTE))
    assert effective_tier(tier, due, NOW) == expected
    assert effective_tier(tier, None, NOW) == tier


@given(first=st.integers(0, 10**7), more=st.integers(0, 10**7), likes=st.integers(0, 10**6))
def test_more_reach_never_ranks_lower(first: int, more: int, likes: int) -> None:
    low = rank(facts(followers=first, likes=likes), ALWAYS, TARGETS)
    high = rank(facts(followers=first + more, likes=likes), ALWAYS, TARGETS)
    assert low.score <= high.score <= 100


def test_age_never_lowers_the_score() -> None:
    old = replace(facts(intents={"question"}), waiting_since=Micros(NOW - 30 * DAY))
    assert (
        rank(old, ALWAYS, TARGETS).score == rank(facts(intents={"question"}), ALWAYS, TARGETS).score
    )


# --- the queue -----------------------------------------------------------------------------------


@dataclass
class Row:
    """What decides the order."""

    name: str
    tier: int
    due: int
    score: float = 0.0
    since: int = 0
    priority: int | None = None


def talk(number: int, row: Row) -> Conversation:
    fresh = begin(brand="Acme", network="n", root=row.name, at=NOW, now=NOW)
    return replace(
        fresh,
        id=number,
        in_queue=True,
        waiting_since=Micros(NOW + row.since),
        tier=row.tier,
        due_at=Micros(NOW + row.due * MINUTE),
        score=row.score,
        manual_priority=row.priority,
    )


def test_the_queue_is_in_the_order_the_spec_says_in_one_line() -> None:
    rows = [
        Row("by hand", 5, 500, priority=1),
        Row("risk", 1, 400),
        Row("overdue", 5, -10),
        Row("due soon", 4, 15),
        Row("vip", 3, 200),
        Row("complaint, due first", 4, 100),
        Row("complaint, higher score", 4, 120, score=9),
        Row("complaint, oldest", 4, 120, score=3, since=-5),
        Row("complaint", 4, 120, score=3),
        Row("rest", 5, 90),
    ]
    talks = [talk(number, row) for number, row in enumerate(rows)]

    talks.reverse()

    in_order = sorted(talks, key=lambda conversation: order(conversation, NOW))

    # A priority by hand of 1 stands beside the risks, ordered among them by due time.
    assert [one.root for one in in_order] == ["risk", "by hand", *[row.name for row in rows[2:]]]


def test_what_becomes_due_is_named_and_nothing_else() -> None:
    late, soon, later, risk = (
        talk(number, Row(str(number), tier, due))
        for number, (tier, due) in enumerate([(5, -1), (3, 10), (4, 60), (1, -60)])
    )
    waiting = replace(late, state=ConversationState.WAITING)
    asleep = replace(late, state=ConversationState.SNOOZED)

    changed = becomes_due([late, soon, later, risk, waiting, asleep], NOW)

    assert [(one.root, one.tier) for one in changed] == [("0", 2), ("1", 2)]


def test_a_verdict_is_written_into_the_conversation() -> None:
    urgency = rank(facts(intents={"question"}), ALWAYS, TARGETS)

    one = ranked(talk(1, Row("a", 5, 0)), urgency)

    assert (one.tier, one.due_at, one.reasons) == (4, urgency.due_at, urgency.reasons)


def test_a_clock_started_by_a_key_gets_its_due_time() -> None:
    one = replace(talk(1, Row("a", 4, 0)), due_at=None)

    assert due_again(one, ALWAYS, TARGETS).due_at == NOW + 4 * 3600 * 1_000_000
    answered = replace(one, first_response_at=NOW)
    assert due_again(answered, ALWAYS, TARGETS).due_at == NOW + 8 * 3600 * 1_000_000
    closed = replace(one, state=ConversationState.RESOLVED, waiting_since=None)
    assert due_again(closed, ALWAYS, TARGETS).due_at is None


@pytest.mark.parametrize(
    ("audience", "first"),
    [("b2b", "question"), ("b2c", "complaint"), ("both", "complaint")],
)
def test_the_audience_says_which_intent_weighs_most(audience: str, first: str) -> None:
    facts = RankFacts(
        waiting_since=NOW, intents={"question", "complaint"}, audience=audience, followers=0
    )
    verdict = rank(facts, BusinessHours(), Targets())
    alone = replace(facts, intents={first})
    assert verdict.score == rank(alone, BusinessHours(), Targets()).score
    assert verdict.reasons[0].template == first
    assert verdict.tier == rank(alone, BusinessHours(), Targets()).tier


def test_of_one_intent_the_audience_decides_the_weight() -> None:
    def score(audience: str, intent: str) -> float:
        facts = RankFacts(waiting_since=NOW, intents={intent}, audience=audience)
        return rank(facts, BusinessHours(), Targets()).score

    assert score("b2b", "question") > score("both", "question") == score("b2c", "question")
    assert score("b2c", "purchase") > score("both", "purchase") == score("b2b", "purchase")
