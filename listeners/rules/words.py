"""How a rule reads: its conditions, its effects, and what it did, in plain words."""

from __future__ import annotations

from collections.abc import Mapping

from listeners.model import Label, Sentence
from listeners.rules.hands import CHANNEL, DUTY
from listeners.rules.rule import Conditions, Effects

_TURNS = {
    DUTY: Sentence("assign to whoever is on duty"),
    CHANNEL: Sentence("assign to whoever is in charge of the channel"),
}
_LABELS = {
    Label.NEGATIVE: Sentence("sounds negative"),
    Label.NEUTRAL: Sentence("sounds neutral"),
    Label.POSITIVE: Sentence("sounds positive"),
    Label.UNSCORED: Sentence("has no score"),
}
_ROLES = {
    "journalist": Sentence("by a journalist"),
    "vip": Sentence("by a VIP"),
}


def conditions_said(wanted: Conditions) -> tuple[tuple[Sentence, ...], ...]:
    """Return the conditions, all of which must hold; of the sentences of each one must.

    Empty: every message.
    """
    said: list[tuple[Sentence, ...]] = []
    if wanted.brand:
        said.append((Sentence("about {brand}", {"brand": wanted.brand}),))
    if wanted.query:
        said.append((Sentence("matches {query}", {"query": wanted.query}),))
    if wanted.networks:
        said.append((Sentence("on {networks}", {"networks": ", ".join(wanted.networks)}),))
    if wanted.roles:
        said.append(
            tuple(
                _ROLES.get(role, Sentence("by a {role}", {"role": role})) for role in wanted.roles
            )
        )
    if wanted.labels:
        said.append(tuple(_LABELS[label] for label in wanted.labels))
    if wanted.tier is not None:
        said.append(
            (
                Sentence("tier 1, a risk")
                if wanted.tier == 1
                else Sentence("tier {tier} or more urgent", {"tier": wanted.tier}),
            )
        )
    if wanted.langs:
        said.append((Sentence("in {languages}", {"languages": ", ".join(wanted.langs)}),))
    if wanted.asks:
        said.append((Sentence("asks for a reply"),))
    return tuple(said)


def effects_said(
    effects: Effects, templates: Mapping[int, str] | None = None
) -> tuple[Sentence, ...]:
    """Return the effects, one sentence each; ``templates`` are the names of templates by number."""
    said: list[Sentence] = []
    if effects.promote:
        said.append(Sentence("put it into the queue"))
    if effects.ignore:
        said.append(Sentence("no answer needed (never for a risk)"))
    if effects.tags:
        said.append(Sentence("tag {words}", {"words": ", ".join(effects.tags)}))
    if effects.assign in _TURNS:
        said.append(_TURNS[effects.assign])
    elif effects.assign:
        said.append(Sentence("assign to {name}", {"name": effects.assign}))
    if effects.priority is not None:
        said.append(Sentence("importance {number}", {"number": effects.priority}))
    if effects.template is not None:
        name = (templates or {}).get(effects.template, str(effects.template))
        said.append(Sentence("suggest the template {name}", {"name": name}))
    return tuple(said)


def done_said(verb: str, rule: str, after: Mapping[str, object], added: str = "") -> Sentence:
    """Return what a rule did to a conversation, from a line of the log; ``added`` are its tags."""
    match verb:
        case "tag":
            return Sentence("tag {words} by rule {rule}", {"words": added, "rule": rule})
        case "assign":
            who = str(after.get("assignee", ""))
            return Sentence("assigned to {name} by rule {rule}", {"name": who, "rule": rule})
        case "priority":
            rank = str(after.get("manual_priority", ""))
            return Sentence("importance {number} by rule {rule}", {"number": rank, "rule": rule})
        case "ignore":
            return Sentence("no answer needed by rule {rule}", {"rule": rule})
        case "promote":
            return Sentence("put into the queue by rule {rule}", {"rule": rule})
        case _:
            return Sentence("template suggested by rule {rule}", {"rule": rule})
