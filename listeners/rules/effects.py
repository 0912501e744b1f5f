"""What rules make of a conversation: each effect once, and never against what a person decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from listeners.conversations.conversation import Conversation
from listeners.conversations.events import (
    Assign,
    Event,
    Ignore,
    Prioritised,
    Promote,
    Tagged,
)
from listeners.conversations.state import apply
from listeners.conversations.urgency import RISK
from listeners.model import Micros
from listeners.rules.rule import Rule

ONE_ANSWER = frozenset({"assign", "priority", "template"})
"""Effects of which the last rule's word stands."""
DECIDES = {
    "assign": "assignee",
    "priority": "manual_priority",
    "ignore": "state",
    "promote": "state",
    "template": "template_id",
}
"""The field a verb sets; where a person has set it, rules leave it alone."""
VERBS = ("tag", *DECIDES)
"""The verbs of what rules do, as they stand in the log."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What is settled for one conversation, read from its log.

    ``done`` are (rule id, verb) done before, undone since or not. ``decided`` are the fields a
    person has set, ``untagged`` the tags a person took off.
    """

    done: frozenset[tuple[int, str]] = frozenset()
    decided: frozenset[str] = frozenset()
    untagged: frozenset[str] = frozenset()


NOTHING_SETTLED = Settled()


@dataclass(frozen=True, slots=True)
class Did:
    """One effect of one rule on one conversation."""

    rule: Rule
    verb: str
    before: Conversation
    after: Conversation


def follow(
    conversation: Conversation,
    rules: Sequence[Rule],
    now: Micros,
    settled: Settled = NOTHING_SETTLED,
) -> tuple[Conversation, tuple[Did, ...]]:
    """Return the conversation after these rules, in order, and what each did; it may be nothing.

    All of them apply; of those that assign, rank or suggest a template the last one decides. A
    risk (tier 1) is never ignored.
    """
    wanted = [(rule, verb) for rule in rules for verb in verbs_of(rule)]
    last = {verb: rule.id for rule, verb in wanted}
    did: list[Did] = []
    for rule, verb in wanted:
        if verb in ONE_ANSWER and last[verb] != rule.id:
            continue
        if (rule.id, verb) in settled.done or DECIDES.get(verb) in settled.decided:
            continue
        after = _done(conversation, rule, verb, now, settled.untagged)
        if after is not None:
            did.append(Did(rule, verb, conversation, after))
            conversation = after
    return conversation, tuple(did)


def verbs_of(rule: Rule) -> tuple[str, ...]:
    """Return the verbs of what a rule does, in the order in which it is done."""
    effects = rule.effects
    asked = {
        "promote": effects.promote,
        "ignore": effects.ignore,
        "tag": bool(effects.tags),
        "assign": bool(effects.assign),
        "priority": effects.priority is not None,
        "template": effects.template is not None,
    }
    return tuple(verb for verb, wanted in asked.items() if wanted)


def _done(
    before: Conversation, rule: Rule, verb: str, now: Micros, untagged: Iterable[str]
) -> Conversation | None:
    """Return the conversation after one effect, ``None`` where it changes nothing."""
    effects = rule.effects
    event: Event
    match verb:
        case "tag":
            event = Tagged(add=tuple(tag for tag in effects.tags if tag not in set(untagged)))
        case "assign":
            event = Assign(effects.assign)
        case "priority":
            event = Prioritised(effects.priority)
        case "promote":
            event = Promote(rule.name)
        case "ignore":
            if before.tier == RISK or before.manual_priority == RISK:
                return None
            event = Ignore()
        case _:
            if before.template_id == effects.template or before.merged_into is not None:
                return None
            return replace(before, template_id=effects.template)
    step = apply(before, event, now)
    return None if step.refused is not None or step.conversation == before else step.conversation
