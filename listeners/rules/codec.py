"""Rules as JSON: as the store keeps them, as a file holds them, as a command prints them.

One object a rule::

    {"name": "Invoices", "enabled": true,
     "if": {"query": "invoice OR facture", "langs": ["fr"], "asks": true},
     "then": {"tags": ["billing"], "assign": "Léo", "priority": 2}}

What is left out demands nothing, and does nothing.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from listeners.model import Label, Sentence
from listeners.query import QuerySyntaxError, parse
from listeners.rules.hands import TURNS
from listeners.rules.rule import LOWEST_TIER, Conditions, Effects, Rule
from listeners.text import clean_line

_RULE = ("name", "if", "then", "enabled", "id", "position")
_IF = ("brand", "query", "networks", "roles", "labels", "tier", "langs", "asks")
_THEN = ("tags", "assign", "priority", "ignore", "promote", "template")
_LONGEST_NAME = 60
_LONGEST_WORD = 80


class RuleError(ValueError):
    """A rule that cannot be kept. ``sentence`` says why; ``position`` points into the query."""

    def __init__(self, sentence: Sentence, position: int | None = None) -> None:
        super().__init__(sentence.template.format(**sentence.values))
        self.sentence = sentence
        self.position = position


def to_record(rule: Rule) -> dict[str, Any]:
    """Return a rule as JSON can hold it, without what demands or does nothing."""
    return {
        "id": rule.id,
        "position": rule.position,
        "name": rule.name,
        "enabled": rule.enabled,
        "if": conditions_record(rule.conditions),
        "then": effects_record(rule.effects),
    }


def conditions_record(wanted: Conditions) -> dict[str, Any]:
    """Return conditions as JSON can hold them."""
    values: dict[str, Any] = {
        "brand": wanted.brand,
        "query": wanted.query,
        "networks": list(wanted.networks),
        "roles": list(wanted.roles),
        "labels": [label.value for label in wanted.labels],
        "tier": wanted.tier,
        "langs": list(wanted.langs),
        "asks": wanted.asks,
    }
    return {name: value for name, value in values.items() if value not in ("", [], None, False)}


def effects_record(effects: Effects) -> dict[str, Any]:
    """Return effects as JSON can hold them."""
    values: dict[str, Any] = {
        "tags": list(effects.tags),
        "assign": effects.assign,
        "priority": effects.priority,
        "ignore": effects.ignore,
        "promote": effects.promote,
        "template": effects.template,
    }
    return {name: value for name, value in values.items() if value not in ("", [], None, False)}


def rule_of(found: object) -> Rule:
    """Read one rule; it is also ``checked``.

    Raises:
        RuleError: it is no rule, or something in it cannot be.
    """
    record = _object(found, _RULE)
    enabled = record.get("enabled", True)
    return checked(
        Rule(
            id=_whole(record, "id", 0, 2**62) or 0,
            position=_whole(record, "position", 0, 2**62) or 0,
            name=_text(record, "name"),
            enabled=enabled is not False,
            conditions=conditions_of(record.get("if", {})),
            effects=effects_of(record.get("then", {})),
        )
    )


def conditions_of(found: object) -> Conditions:
    """Read conditions.

    Raises:
        RuleError: one of them cannot be.
    """
    record = _object(found, _IF)
    labels = []
    for word in _texts(record, "labels"):
        if word not in set(Label):
            raise RuleError(
                Sentence(
                    "{word} is no mood; write {words}.",
                    {"word": word, "words": ", ".join(Label)},
                )
            )
        labels.append(Label(word))
    return Conditions(
        brand=_text(record, "brand"),
        query=_text(record, "query", longest=4000),
        networks=_texts(record, "networks"),
        roles=_texts(record, "roles"),
        labels=tuple(labels),
        tier=_whole(record, "tier", 1, LOWEST_TIER),
        langs=tuple(word.casefold() for word in _texts(record, "langs")),
        asks=record.get("asks", False) is True,
    )


def effects_of(found: object) -> Effects:
    """Read effects.

    Raises:
        RuleError: one of them cannot be.
    """
    record = _object(found, _THEN)
    tags = (tag.lstrip("#").strip() for tag in _texts(record, "tags"))
    return Effects(
        tags=tuple(dict.fromkeys(tag for tag in tags if tag)),
        assign=_text(record, "assign"),
        priority=_whole(record, "priority", 1, 5),
        ignore=record.get("ignore", False) is True,
        promote=record.get("promote", False) is True,
        template=_whole(record, "template", 1, 2**62),
    )


def checked(rule: Rule, *, brands: Collection[str] = (), members: Collection[str] = ()) -> Rule:
    """Return the rule if it can be kept. Brands and members are only checked where some are given.

    Raises:
        RuleError: it has no name or no effect, contradicts itself, or its query cannot be read.
    """
    if not rule.name:
        raise RuleError(Sentence("A rule needs a name."))
    if not rule.effects.anything:
        raise RuleError(Sentence("The rule does nothing yet: say what is done to what it catches."))
    if rule.effects.ignore and rule.effects.promote:
        raise RuleError(
            Sentence("A rule cannot both put a conversation into the queue and say it is done.")
        )
    if rule.conditions.query:
        try:
            parse(rule.conditions.query)
        except QuerySyntaxError as error:
            raise RuleError(error.sentence, error.position) from error
    if brands and rule.conditions.brand and rule.conditions.brand not in brands:
        raise RuleError(Sentence("There is no brand {brand}.", {"brand": rule.conditions.brand}))
    if members and rule.effects.assign and rule.effects.assign not in (*members, *TURNS):
        raise RuleError(
            Sentence(
                "There is nobody called {who} in the team: {members}.",
                {"who": rule.effects.assign, "members": ", ".join(members)},
            )
        )
    return rule


# --- reading -------------------------------------------------------------------------------------


def _object(found: object, known: Sequence[str]) -> Mapping[str, object]:
    if not isinstance(found, Mapping):
        raise RuleError(Sentence("A rule is written as an object with name, if and then."))
    for name in found:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, 1)
            raise RuleError(
                Sentence(
                    "A rule has no {name}; did you mean {hint}?",
                    {"name": str(name), "hint": near[0] if near else ", ".join(known)},
                )
            )
    return found


def _text(record: Mapping[str, object], name: str, longest: int = _LONGEST_NAME) -> str:
    value = record.get(name, "")
    if not isinstance(value, str):
        raise RuleError(Sentence("{name} must be a text.", {"name": name}))
    return clean_line(value, longest).strip()


def _texts(record: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = record.get(name, [])
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, (list, tuple)) or not all(isinstance(one, str) for one in items):
        raise RuleError(Sentence("{name} must be a list of texts.", {"name": name}))
    words = (clean_line(one, _LONGEST_WORD).strip() for one in items)
    return tuple(dict.fromkeys(word for word in words if word))


def _whole(record: Mapping[str, object], name: str, least: int, most: int) -> int | None:
    value = record.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise RuleError(
            Sentence(
                "{name} must be a whole number from {least} to {most}.",
                {"name": name, "least": least, "most": most},
            )
        )
    return value
