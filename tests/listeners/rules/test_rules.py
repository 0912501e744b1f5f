"""Rules as values: what they catch, what they do, and how they are written."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.conversations.conversation import Conversation
from listeners.model import ConversationState, Label, Micros
from listeners.rules import (
    Conditions,
    Effects,
    Message,
    Rule,
    RuleBook,
    RuleError,
    Settled,
    conditions_said,
    effects_said,
    follow,
    rule_of,
    to_record,
)
from tests.listeners.rules.rule_strategies import rules

NOW = Micros(1_790_000_000_000_000)
MESSAGE = Message(
    brand="Lune",
    network="bluesky",
    text="My invoice is wrong again",
    author_handle="zoe",
    role="vip",
    label=Label.NEGATIVE,
    lang="en-GB",
    tier=3,
    asks=True,
)
TALK = Conversation(
    id=7,
    brand="Lune",
    network="bluesky",
    root="r",
    in_queue=True,
    waiting_since=NOW,
    tier=3,
    opened_at=NOW,
    last_at=NOW,
    state_since=NOW,
)


def rule(number: int = 1, name: str = "Invoices", **parts: Any) -> Rule:
    wanted = {key: value for key, value in parts.items() if key in Conditions.__slots__}
    done = {key: value for key, value in parts.items() if key not in wanted}
    return Rule(
        id=number,
        position=number,
        name=name,
        conditions=Conditions(**wanted),
        effects=Effects(**(done or {"tags": ("billing",)})),
    )


@pytest.mark.parametrize(
    ("wanted", "caught"),
    [
        ({}, True),
        ({"brand": "Lune"}, True),
        ({"brand": "Soleil"}, False),
        ({"query": "invoice OR facture"}, True),
        ({"query": "invoice -wrong"}, False),
        ({"query": "from:zoe"}, True),
        ({"query": "lang:en"}, True),
        ({"networks": ("mastodon", "bluesky")}, True),
        ({"networks": ("mastodon",)}, False),
        ({"roles": ("journalist",)}, False),
        ({"roles": ("journalist", "vip")}, True),
        ({"labels": (Label.POSITIVE,)}, False),
        ({"labels": (Label.NEGATIVE, Label.UNSCORED)}, True),
        ({"tier": 2}, False),
        ({"tier": 3}, True),
        ({"langs": ("fr",)}, False),
        ({"langs": ("fr", "en")}, True),
        ({"asks": True}, True),
        ({"query": "invoice", "langs": ("fr",)}, False),
        ({"query": "refund", "langs": ("en",)}, False),
    ],
)
def test_a_rule_catches_what_meets_all_its_conditions(wanted: dict[str, Any], caught: bool) -> None:
    assert bool(RuleBook([rule(**wanted)]).catching(MESSAGE)) is caught


def test_a_message_that_asks_for_nothing_is_left_to_rules_that_demand_nothing() -> None:
    quiet = replace(MESSAGE, asks=False)
    found = RuleBook([rule(1, asks=True), rule(2)]).catching(quiet)
    assert [one.id for one in found] == [2]


def test_rules_come_in_their_order_and_those_that_are_off_rest() -> None:
    last, first = rule(1, query="invoice"), replace(rule(2), position=0)
    off = replace(rule(3), enabled=False)
    assert [one.id for one in RuleBook([last, off, first]).catching(MESSAGE)] == [2, 1]


def test_a_rule_whose_query_cannot_be_read_catches_nothing() -> None:
    broken = rule(1, query="(invoice")
    assert [one.id for one in RuleBook([broken, rule(2)]).catching(MESSAGE)] == [2]


# --- effects -------------------------------------------------------------------------------------


def did(conversation: Conversation, *these: Rule, **settled: Any) -> list[tuple[int, str]]:
    _, done = follow(conversation, these, NOW, Settled(**settled))
    return [(one.rule.id, one.verb) for one in done]


def test_every_effect_does_what_it_says() -> None:
    everything = rule(
        tags=("billing", "urgent"), assign="Léo", priority=2, template=9, promote=True
    )
    quiet = replace(TALK, in_queue=False, waiting_since=None)
    after, done = follow(quiet, [everything], NOW)
    assert [one.verb for one in done] == ["promote", "tag", "assign", "priority", "template"]
    assert after.tags == ("billing", "urgent")
    assert (after.assignee, after.manual_priority, after.template_id) == ("Léo", 2, 9)
    assert after.needs_reply


def test_a_later_rule_overrides_who_has_it_and_its_rank() -> None:
    first = rule(1, assign="Ana", priority=1, tags=("a",))
    second = rule(2, assign="Léo", tags=("b",))
    after, done = follow(TALK, [first, second], NOW)
    assert (after.assignee, after.manual_priority, after.tags) == ("Léo", 1, ("a", "b"))
    assert [(one.rule.id, one.verb) for one in done] == [
        (1, "tag"), (1, "priority"), (2, "tag"), (2, "assign"),
    ]  # fmt: skip


@pytest.mark.parametrize(("tier", "manual"), [(1, None), (3, 1)])
def test_a_risk_is_never_ignored(tier: int, manual: int | None) -> None:
    risk = replace(TALK, tier=tier, manual_priority=manual)
    assert did(risk, rule(ignore=True)) == []


def test_what_is_no_risk_is_ignored() -> None:
    after, _ = follow(TALK, [rule(ignore=True)], NOW)
    assert after.state is ConversationState.IGNORED


def test_an_effect_is_done_once() -> None:
    both = rule(tags=("billing",), assign="Léo")
    assert did(TALK, both, done=frozenset({(1, "tag")})) == [(1, "assign")]
    assert did(TALK, replace(both, id=2), done=frozenset({(1, "tag")})) == [
        (2, "tag"),
        (2, "assign"),
    ]


@pytest.mark.parametrize(
    ("effect", "field"),
    [
        ({"assign": "Léo"}, "assignee"),
        ({"priority": 2}, "manual_priority"),
        ({"ignore": True}, "state"),
        ({"template": 3}, "template_id"),
    ],
)
def test_what_a_person_decided_is_left_alone(effect: dict[str, Any], field: str) -> None:
    assert did(TALK, rule(**effect))
    assert did(TALK, rule(**effect), decided=frozenset({field})) == []


def test_a_tag_a_person_took_off_is_not_put_back() -> None:
    after, _ = follow(
        TALK, [rule(tags=("billing", "fr"))], NOW, Settled(untagged=frozenset({"billing"}))
    )
    assert after.tags == ("fr",)


def test_what_is_so_already_is_not_done_again() -> None:
    there = replace(TALK, tags=("billing",), assignee="Léo", manual_priority=2, template_id=4)
    assert did(there, rule(tags=("billing",), assign="Léo", priority=2, template=4)) == []


def test_what_was_merged_elsewhere_is_left_alone() -> None:
    gone = replace(TALK, merged_into=3)
    assert did(gone, rule(tags=("a",), assign="Léo", template=2, ignore=True)) == []


talks = st.builds(
    replace,
    st.just(TALK),
    tier=st.integers(1, 5),
    manual_priority=st.sampled_from([None, 2, 5]),
    state=st.sampled_from(list(ConversationState)),
    assignee=st.sampled_from(["", "Ana"]),
    tags=st.sampled_from([(), ("a",), ("a", "b")]),
    merged_into=st.sampled_from([None, None, None, 3]),
)


some = st.builds(
    Effects,
    tags=st.sampled_from([(), ("a",), ("c",)]),
    assign=st.sampled_from(["", "Ana", "Léo"]),
    priority=st.sampled_from([None, 2, 3]),
    ignore=st.booleans(),
    template=st.sampled_from([None, 1, 2]),
)


@settings(max_examples=100, deadline=None)
@given(talks, st.lists(some, max_size=3))
def test_rules_do_everything_once_and_never_close_a_risk(
    talk: Conversation, effects: list[Effects]
) -> None:
    these = [Rule(id=at, name=f"R{at}", effects=one) for at, one in enumerate(effects, 1)]
    after, done = follow(talk, these, NOW)
    settled = Settled(done=frozenset((one.rule.id, one.verb) for one in done))
    assert follow(after, these, NOW, settled) == (after, ())
    if talk.tier == 1:
        assert after.state is talk.state
    everything = frozenset({"assignee", "manual_priority", "state", "template_id"})
    mine, _ = follow(talk, these, NOW, Settled(decided=everything))
    assert replace(mine, tags=talk.tags) == talk
    assert set(talk.tags) <= set(after.tags)


# --- as JSON -------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(rules)
def test_a_rule_comes_back_as_it_was_written(made: Rule) -> None:
    assert rule_of(json.loads(json.dumps(to_record(made)))) == made


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=4)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["name", "if", "then", "tags", "query", "tier", "labels", "x"]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(anything)
def test_whatever_is_read_is_a_rule_or_refused_in_words(found: object) -> None:
    try:
        made = rule_of(found)
    except RuleError:
        return
    assert made.name
    assert made.effects.anything


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ("x", "an object"),
        ({"then": {"ignore": True}}, "needs a name"),
        ({"name": "A"}, "does nothing"),
        ({"name": "A", "then": {"tags": 3}}, "tags must be a list"),
        ({"name": "A", "then": {"tag": ["x"]}}, "did you mean tags"),
        ({"name": "A", "then": {"ignore": True, "promote": True}}, "cannot both"),
        ({"name": "A", "then": {"priority": 9}}, "from 1 to 5"),
        ({"name": "A", "if": {"labels": ["angry"]}, "then": {"ignore": True}}, "no mood"),
        ({"name": "A", "if": {"tier": 0}, "then": {"ignore": True}}, "from 1 to 5"),
    ],
)
def test_a_wrong_rule_is_refused_in_words(found: object, words: str) -> None:
    with pytest.raises(RuleError, match=words):
        rule_of(found)


def test_a_fault_in_the_query_is_pointed_at() -> None:
    with pytest.raises(RuleError) as caught:
        rule_of({"name": "A", "if": {"query": "one (two"}, "then": {"ignore": True}})
    assert caught.value.position is not None


def test_what_a_stranger_typed_is_cleaned() -> None:
    made = rule_of({"name": "A\x1b[31m\nB", "then": {"tags": ["#x\u202e", " "]}})
    assert made.name == "A B"
    assert made.effects.tags == ("x",)


def test_a_rule_reads_in_words() -> None:
    wanted = Conditions(
        query="a OR b", networks=("bluesky",), labels=(Label.NEGATIVE, Label.NEUTRAL), tier=2
    )
    said = [[one.template.format(**one.values) for one in part] for part in conditions_said(wanted)]
    assert said == [
        ["matches a OR b"], ["on bluesky"], ["sounds negative", "sounds neutral"],
        ["tier 2 or more urgent"],
    ]  # fmt: skip
    effects = Effects(tags=("billing",), assign="Léo", ignore=True, template=4)
    done = [one.template.format(**one.values) for one in effects_said(effects, {4: "Refund"})]
    assert done == [
        "no answer needed (never for a risk)", "tag billing", "assign to Léo",
        "suggest the template Refund",
    ]  # fmt: skip
