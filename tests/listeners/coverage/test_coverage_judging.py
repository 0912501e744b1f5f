"""One verdict a network, objectives against what was measured, and what to add or to drop."""

from __future__ import annotations

from typing import Any

import pytest

from listeners.config.profile import Group, Objective
from listeners.coverage.facts import DAYS, QUIET_DAYS, Listening, Reached, against, measured
from listeners.coverage.judging import FEW, advice, said, verdict
from listeners.model import Sentence, SourceState

GROUP = Group(name="young parents", networks={"instagram": Objective("answered", 90.0)})
WELL = Listening(key="s", state=SourceState.OK, days=QUIET_DAYS, heard=1)


def reached(**facts: Any) -> Reached:
    return Reached(network="instagram", title="Instagram", **facts)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, "elsewhere"),
        ({"groups": (GROUP,)}, "unheard"),
        ({"linked": FEW}, "unheard"),
        ({"linked": FEW - 1}, "elsewhere"),
        ({"mentions": 9}, "hearing"),
        ({"mentions": 9, "asked": 4}, "unanswered"),
        ({"mentions": 9, "asked": 4, "groups": (GROUP,)}, "unheard"),
        ({"rivals": 1}, "unheard"),
        ({"sources": (Listening(key="s", state=SourceState.NEEDS_TOKEN),)}, "deaf"),
        (
            {"sources": (Listening(key="s", state=SourceState.FAILING), WELL), "mentions": 1},
            "hearing",
        ),
        ({"sources": (WELL,)}, "quiet"),
        ({"sources": (WELL,), "mentions": 4}, "hearing"),
        ({"sources": (WELL,), "mentions": 4, "asked": 4, "answered": 2}, "answering"),
        ({"sources": (WELL,), "mentions": 4, "asked": 4, "answered": 1}, "unanswered"),
    ],
)
def test_one_verdict_a_network(facts: dict[str, Any], expected: str) -> None:
    one = reached(**facts)
    assert verdict(one) == expected
    sentence = said(one)
    assert sentence.template.format(**sentence.values)


WEEKS = DAYS / 7


@pytest.mark.parametrize(
    ("measure", "facts", "now"),
    [
        ("heard", {"mentions": 40}, 40 / WEEKS),
        ("people", {"new_people": 6}, 6 / WEEKS),
        ("posts", {"posts": 12}, 12 / WEEKS),
        ("answered", {"asked": 8, "answered": 6}, 75.0),
        ("answered", {}, None),
        ("within", {"asked": 8, "in_time": 2}, 25.0),
        ("within", {}, None),
        ("reach", {"reach": 900}, 900.0),
        ("reach", {}, None),
        ("mood", {"net": -0.25}, -25.0),
        ("mood", {}, None),
    ],
)
def test_an_objective_is_held_against_what_was_measured(
    measure: Any, facts: dict[str, Any], now: float | None
) -> None:
    assert measured(reached(**facts), measure) == now
    group = Group(name="g", networks={"instagram": Objective(measure, 50.0)})
    (held,) = against(reached(groups=(group,), **facts))
    assert (held.group, held.now) == ("g", now)
    assert held.met is (None if now is None else now >= 50.0)


def evidence(one: Reached) -> list[tuple[str, str, list[str]]]:
    return [
        (each.what, each.source, [text.template.format(**text.values) for text in each.evidence])
        for each in advice([one])
    ]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"groups": (GROUP,)}, ["young parents are on it by the profile."]),
        ({"linked": FEW}, [f"Mentions heard elsewhere that link there: {FEW}."]),
        ({"linked": FEW - 1}, None),
        ({"rivals": FEW}, [f"Mentions of competitors heard there: {FEW}."]),
        ({"rivals": FEW - 1}, None),
        ({"rivals": FEW, "needs": Sentence("It needs a page.")}, ["It needs a page."]),
        ({"rivals": FEW, "known": False}, ["hubbub has no listener for it: a feed, the mailbox"]),
        ({"rivals": FEW, "sources": (WELL,)}, None),
    ],
)
def test_what_is_worth_adding(facts: dict[str, Any], expected: list[str] | None) -> None:
    found = evidence(reached(**facts))
    if expected is None:
        assert found == []
        return
    ((what, source, texts),) = found
    assert (what, source) == ("add", "")
    assert all(any(text.startswith(begin) for text in texts) for begin in expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"heard": 0}, f"Nothing heard in {QUIET_DAYS} days, while it was well."),
        ({"heard": 0, "days": QUIET_DAYS - 1}, ""),
        ({"heard": 0, "state": SourceState.FAILING}, ""),
        ({"heard": 1}, ""),
        ({"heard": 15, "noise": 12}, "Mostly noise: of 15 heard, 12 were ignored."),
        ({"heard": 15, "noise": 11}, ""),
        ({"heard": 14, "noise": 14}, ""),
    ],
)
def test_what_is_worth_dropping(source: dict[str, Any], expected: str) -> None:
    facts: dict[str, Any] = {"state": SourceState.OK, "days": QUIET_DAYS, **source}
    found = evidence(reached(sources=(Listening(key="instagram:lune", **facts),)))
    if not expected:
        assert found == []
        return
    ((what, key, texts),) = found
    assert (what, key, texts[0]) == ("drop", "instagram:lune", expected)


def test_what_it_cost_and_who_is_there_stand_beside_the_advice() -> None:
    paid = Listening(key="s", state=SourceState.OK, days=60.0, heard=0, spent=12.5)
    ((_what, _source, texts),) = evidence(reached(sources=(paid,), groups=(GROUP,)))
    assert texts[1:] == [
        "It cost $12.50.",
        "Yet young parents are on it by the profile: ask elsewhere there.",
    ]


def test_what_most_speaks_for_comes_first() -> None:
    linked = Reached(network="youtube", title="YouTube", linked=50)
    wanted = Reached(network="instagram", title="Instagram", groups=(GROUP,))
    assert [one.network for one in advice([linked, wanted])] == ["instagram", "youtube"]
