"""All rules at once against one message: every query is read once, when the rules change."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from listeners.query import Matcher, Query, QuerySyntaxError, Subject, parse
from listeners.rules.rule import Conditions, Message, Rule

_log = logging.getLogger(__name__)


class RuleBook:
    """The rules that are on, in their order; a rule whose query cannot be read catches nothing."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules: tuple[Rule, ...] = ()
        queries: dict[str, Query] = {}
        for rule in sorted((one for one in rules if one.enabled), key=lambda one: one.position):
            if rule.conditions.query:
                try:
                    queries[str(len(self.rules))] = parse(rule.conditions.query)
                except QuerySyntaxError as error:
                    _log.warning("the rule %d is left out: %s", rule.id, error)
                    continue
            self.rules = (*self.rules, rule)
        self._matcher = Matcher(queries) if queries else None

    def __bool__(self) -> bool:
        return bool(self.rules)

    def catching(self, message: Message) -> tuple[Rule, ...]:
        """Return the rules whose conditions all hold of a message, in their order."""
        # What costs nothing to ask is asked first; most messages never meet the matcher.
        likely = [
            (place, rule)
            for place, rule in enumerate(self.rules)
            if holds_beside_words(rule.conditions, message)
        ]
        if not any(rule.conditions.query for _, rule in likely):
            return tuple(rule for _, rule in likely)
        found = self._matcher.match(_subject(message)) if self._matcher is not None else {}
        return tuple(
            rule for place, rule in likely if not rule.conditions.query or str(place) in found
        )


def holds_beside_words(wanted: Conditions, message: Message) -> bool:
    """Whether every condition but the query holds."""
    return (
        (not wanted.brand or wanted.brand == message.brand)
        and (not wanted.networks or message.network in wanted.networks)
        and (not wanted.labels or message.label in wanted.labels)
        and (wanted.tier is None or message.tier <= wanted.tier)
        and (not wanted.langs or _language(message.lang) in wanted.langs)
        and (not wanted.roles or message.role in wanted.roles)
        and (message.asks or not wanted.asks)
    )


def _language(tag: str) -> str:
    return tag.partition("-")[0].casefold()


def _subject(message: Message) -> Subject:
    return Subject(
        text=message.text,
        title=message.title,
        author_handle=message.author_handle,
        author_name=message.author_name,
        lang=message.lang or None,
        links=message.links,
        tags=message.tags,
        network=message.network,
        source=message.source,
    )
