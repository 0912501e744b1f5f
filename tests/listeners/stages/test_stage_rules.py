"""The rules of the stages, edge by edge; and what must hold of any history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.clock import from_iso
from listeners.model import DAY, HOUR, MINUTE, Micros
from listeners.stages.chain import ByHand, chain, since
from listeners.stages.facts import (
    RANK,
    STAGES,
    Answered,
    Fact,
    Marked,
    Move,
    Resolved,
    Said,
    StageRules,
)
from listeners.stages.rules import moves

BEGIN = from_iso("2026-11-02T12:00:00Z")
RULES = StageRules()


def at(days: float) -> Micros:
    return Micros(BEGIN + round(days * DAY))


def said(days: float, **more: object) -> Said:
    return Said(at=at(days), mention_id=round(days * 1000) + 1, **more)  # type: ignore[arg-type]


def answered(days: float, talk: int = 1) -> Answered:
    return Answered(at(days), talk)


def resolved(days: float, talk: int = 1) -> Resolved:
    return Resolved(at(days), talk)


def good(days: float) -> Said:
    return said(days, positive=True)


H = 1 / 24

CASES: dict[str, tuple[Sequence[Fact], list[tuple[str, float]]]] = {
    "nobody spoke": ((), []),
    "only we spoke": ((answered(0), resolved(1)), []),
    "a tag without a mention": ((Marked(at(0), "customer"),), []),
    "one mention": ((said(0),), [("connect", 0)]),
    # --- convince: exchange
    "they, we": ((said(0, conversation=1), answered(H)), [("connect", 0)]),
    "they, we, they again": (
        (said(0, conversation=1), answered(H), said(2 * H, conversation=1)),
        [("connect", 0), ("convince", 2 * H)],
    ),
    "they, they, we": (
        (said(0, conversation=1), said(H, conversation=1), answered(2 * H)),
        [("connect", 0)],
    ),
    "we, they: our first word answered nobody": (
        (answered(0), said(H, conversation=1)),
        [("connect", H)],
    ),
    "they again elsewhere": (
        (said(0, conversation=1), answered(H), said(2 * H, conversation=2)),
        [("connect", 0)],
    ),
    "they again without a thread": (
        (said(0, conversation=1), answered(H), said(2 * H)),
        [("connect", 0)],
    ),
    "they answered what we wrote to them": (
        (said(0, answers=True),),
        [("connect", 0), ("convince", 0)],
    ),
    # --- convince: return
    "again on the same day": ((said(0), said(5 * H)), [("connect", 0)]),
    "again the next day": ((said(0), said(1)), [("connect", 0), ("convince", 1)]),
    "again after midnight": ((said(0), said(13 * H)), [("connect", 0), ("convince", 13 * H)]),
    "again on day 60": ((said(0), said(60)), [("connect", 0), ("convince", 60)]),
    "again after day 60": ((said(0), said(60.01)), [("connect", 0)]),
    "twice late, then back": (
        (said(0), said(70), said(75)),
        [("connect", 0), ("convince", 75)],
    ),
    "two on one day, then back within 60 of the second only": (
        (said(0), said(5 * H), said(60.1)),
        [("connect", 0), ("convince", 60.1)],
    ),
    # --- convince: sharing
    "shared": ((said(0, shares=True),), [("connect", 0), ("convince", 0)]),
    "reposted us": (
        (said(0, shares=True, repost=True),),
        [("connect", 0), ("convince", 0)],
    ),
    "reposted somebody else": ((said(0, repost=True),), []),
    "reposts do not return": (
        (said(0), said(2, repost=True)),
        [("connect", 0)],
    ),
    "a repost of us is no praise": (
        (good(0), good(1), replace(good(2), shares=True, repost=True)),
        [("connect", 0), ("convince", 1)],
    ),
    # --- convert: advocacy
    "three good days": (
        (good(0), good(1), good(2)),
        [("connect", 0), ("convince", 1), ("convert", 2)],
    ),
    "three good ones on two days": (
        (good(0), good(H), good(1)),
        [("connect", 0), ("convince", 1)],
    ),
    "three good days far apart": (
        (good(0), good(100), good(200)),
        [("connect", 0), ("convert", 200)],
    ),
    "two good days and a plain one": (
        (good(0), good(1), said(2)),
        [("connect", 0), ("convince", 1)],
    ),
    # --- convert: customer
    "tagged later": (
        (said(0), Marked(at(3), "customer")),
        [("connect", 0), ("convert", 3)],
    ),
    "tagged before the first mention": (
        (Marked(at(-3), "customer"), said(0)),
        [("connect", 0), ("convert", 0)],
    ),
    "tagged twice: the first counts": (
        (said(0), Marked(at(3), "client"), Marked(at(2), "customer", role=True)),
        [("connect", 0), ("convert", 2)],
    ),
    "what came after is no step back": (
        (said(0), Marked(at(1), "customer"), said(2)),
        [("connect", 0), ("convert", 1)],
    ),
    # --- convert: purchase
    "wanted, answered, resolved": (
        (said(0, conversation=1, purchase=True), answered(H), resolved(1)),
        [("connect", 0), ("convert", 1)],
    ),
    "wanted, resolved without an answer": (
        (said(0, conversation=1, purchase=True), resolved(1)),
        [("connect", 0)],
    ),
    "wanted, answered, resolved elsewhere": (
        (said(0, conversation=1, purchase=True), answered(H), resolved(1, talk=2)),
        [("connect", 0)],
    ),
    "wanted only after the answer": (
        (said(0, conversation=1), answered(H), said(2 * H, conversation=1, purchase=True),
         resolved(1)),
        [("connect", 0), ("convince", 2 * H)],
    ),
    "wanted, answered, thanked": (
        (said(0, conversation=1, purchase=True), answered(H),
         said(2 * H, conversation=1, positive=True, thanks=True)),
        [("connect", 0), ("convert", 2 * H)],
    ),
    "wanted, answered, thanked in anger": (
        (said(0, conversation=1, purchase=True), answered(H),
         said(2 * H, conversation=1, thanks=True)),
        [("connect", 0), ("convince", 2 * H)],
    ),
    "wanted, answered, pleased without thanks": (
        (said(0, conversation=1, purchase=True), answered(H),
         said(2 * H, conversation=1, positive=True)),
        [("connect", 0), ("convince", 2 * H)],
    ),
    "a question answered and resolved is no purchase": (
        (said(0, conversation=1), answered(H), resolved(1)),
        [("connect", 0)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_each_edge_of_the_rules(name: str) -> None:
    history, wanted = CASES[name]
    assert [(one.stage, one.at) for one in moves(history, RULES, UTC)] == [
        (stage, at(days)) for stage, days in wanted
    ]


def test_a_brand_chooses_its_own_thresholds() -> None:
    strict = StageRules(return_days=2, advocacy=2)
    history = [good(0), good(3)]
    assert [one.stage for one in moves(history, RULES, UTC)] == ["connect", "convince"]
    assert [one.stage for one in moves(history, strict, UTC)] == ["connect", "convert"]


def test_days_are_those_of_the_brand() -> None:
    # 23:30 and 0:30 in Paris are one day apart, in UTC they are not.
    late = [
        replace(said(0), at=from_iso("2026-11-02T22:30:00Z")),
        replace(said(1), at=from_iso("2026-11-02T23:30:00Z")),
    ]
    assert [one.stage for one in moves(late, RULES, UTC)] == ["connect"]
    assert [one.stage for one in moves(late, RULES, ZoneInfo("Europe/Paris"))] == [
        "connect",
        "convince",
    ]


def test_each_reason_is_told_with_its_numbers_and_its_mention() -> None:
    [first, back, praise] = moves([good(0), good(4), good(9)], RULES, UTC)
    assert back.reason.values == {"days": 4, "limit": 60}
    assert praise.reason.values == {"count": 3}
    assert [one.mention_id for one in (first, back, praise)] == [1, 4001, 9001]


def test_a_purchase_is_shown_by_the_wish_and_not_by_the_thanks() -> None:
    history: list[Fact] = [
        said(0, conversation=1, purchase=True), answered(H),
        said(1, conversation=1, positive=True, thanks=True),
    ]  # fmt: skip
    assert moves(history, RULES, UTC)[-1].mention_id == 1


# --- what holds of any history ---------------------------------------------------------------

_TIMES = st.integers(0, 90 * 24 * 4).map(lambda n: Micros(BEGIN + n * 15 * MINUTE))
_TALKS = st.integers(1, 3)
_SAID = st.builds(
    Said,
    at=_TIMES,
    mention_id=st.integers(1, 10_000),
    conversation=st.none() | _TALKS,
    positive=st.booleans(),
    purchase=st.booleans(),
    thanks=st.booleans(),
    shares=st.booleans(),
    repost=st.booleans(),
    answers=st.booleans(),
)
_FACTS: st.SearchStrategy[Fact] = st.one_of(
    _SAID,
    _SAID,
    st.builds(Answered, _TIMES, _TALKS),
    st.builds(Resolved, _TIMES, _TALKS),
    st.builds(Marked, _TIMES, st.sampled_from(["customer", "client"])),
)
_HISTORIES = st.lists(_FACTS, max_size=12)


def reached(history: Sequence[Fact]) -> dict[str, int]:
    """When each stage was reached at the latest: a further one counts for those before it."""
    found: dict[str, int] = {one.stage: one.at for one in moves(history, RULES, UTC)}
    for before, stage in (("convince", "convert"), ("connect", "convince")):
        if stage in found:
            found[before] = min(found.get(before, found[stage]), found[stage])
    return found


@given(_HISTORIES, st.randoms())
def test_the_order_of_arrival_does_not_matter(history: list[Fact], luck: object) -> None:
    shuffled = list(history)
    luck.shuffle(shuffled)  # type: ignore[attr-defined]
    assert moves(shuffled, RULES, UTC) == moves(history, RULES, UTC)
    assert moves([*shuffled, *shuffled[:3]], RULES, UTC) == moves(history, RULES, UTC)


@given(_HISTORIES, _FACTS)
def test_more_history_never_brings_anybody_back(history: list[Fact], more: Fact) -> None:
    before, after = reached(history), reached([*history, more])
    assert all(after[stage] <= when for stage, when in before.items())


@given(_HISTORIES)
def test_stages_only_rise_and_each_comes_once(history: list[Fact]) -> None:
    found = moves(history, RULES, UTC)
    ranks = [RANK[one.stage] for one in found]
    assert ranks == sorted(set(ranks))
    assert [one.at for one in found] == sorted(one.at for one in found)
    assert not found or found[0].stage == "connect"


# --- with what members set --------------------------------------------------------------------

FOUND = moves([good(0), good(1), good(9)], RULES, UTC)


def hand(days: float, stage: str, number: int = 1) -> ByHand:
    return ByHand(number, stage, at(days), "Ana")  # type: ignore[arg-type]


def line(found: Sequence[Move], *hands: ByHand) -> list[tuple[str | None, str, bool]]:
    return [(one.was, one.stage, one.by is not None) for one in chain(found, hands)]


def test_rules_alone_make_a_line() -> None:
    assert line(FOUND) == [
        (None, "connect", False), ("connect", "convince", False), ("convince", "convert", False),
    ]  # fmt: skip


def test_what_is_set_by_hand_holds_against_later_findings() -> None:
    assert line(FOUND, hand(5, "connect")) == [
        (None, "connect", False), ("connect", "convince", False), ("convince", "connect", True),
    ]  # fmt: skip


def test_the_last_hand_decides_and_follows_the_one_before() -> None:
    assert line(FOUND, hand(6, "convert", 2), hand(5, "connect", 1))[-2:] == [
        ("convince", "connect", True), ("connect", "convert", True),
    ]  # fmt: skip


def test_set_before_the_first_mention() -> None:
    assert line(FOUND, hand(-1, "convert")) == [(None, "convert", True)]


def test_saying_a_stage_once_more_does_not_renew_it() -> None:
    links = chain(FOUND, [hand(12, "convert")])
    assert since(links) == at(9)
    assert since(chain(FOUND, [hand(12, "connect")])) == at(12)


def test_what_was_found_stays_true_when_its_evidence_is_gone() -> None:
    held = [Move("convert", at(3)), Move("convince", at(2))]
    late = chain([Move("connect", at(5))], [], held)
    assert [(one.stage, one.at) for one in late] == [
        ("connect", at(2)), ("convince", at(2)), ("convert", at(3)),
    ]  # fmt: skip
    links = chain([Move("connect", at(1))], [], held)
    assert [(one.stage, one.at) for one in links] == [
        ("connect", at(1)), ("convince", at(2)), ("convert", at(3)),
    ]  # fmt: skip


def test_every_stage_has_a_rank() -> None:
    assert [RANK[stage] for stage in STAGES] == [1, 2, 3]
    assert RANK[""] == 0 < HOUR
