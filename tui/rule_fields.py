"""The fields of a rule's form: what each is called, what it holds, and what may be chosen.

Pure: the form shows these and asks for one of them at a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from listeners.model import Label
from listeners.rules.hands import CHANNEL, DUTY
from listeners.rules.rule import Conditions, Rule
from listeners.text import clean_line, fold
from tui.i18n import _, msgid, ngettext
from tui.widgets.choices import Choice
from tui.widgets.paint import network_name
from tui.words import word

DAYS = (1, 7, 28, 90, 365)
ANY = ""


class Field(NamedTuple):
    """One line of the form. ``many`` fields hold several values at once."""

    key: str
    label: str
    hint: str
    many: bool = False
    typed: bool = False


IF = (
    Field("query", msgid("Words"), msgid("any words; as in a search: invoice OR \"pay twice\""),
          typed=True),
    Field("brand", msgid("Brand"), msgid("any brand")),
    Field("networks", msgid("Networks"), msgid("any network"), many=True),
    Field("roles", msgid("Written by"), msgid("anybody"), many=True),
    Field("labels", msgid("Mood"), msgid("any mood"), many=True),
    Field("tier", msgid("Urgency"), msgid("any tier")),
    Field("langs", msgid("Language"), msgid("any language"), many=True),
    Field("asks", msgid("Asks for a reply"), msgid("whether it asks or not")),
)  # fmt: skip
THEN = (
    Field("tags", msgid("Tags"), msgid("none"), many=True),
    Field("assign", msgid("Assign to"), msgid("nobody new")),
    Field("priority", msgid("Importance"), msgid("as judged")),
    Field("ignore", msgid("Needs no answer"), msgid("no")),
    Field("promote", msgid("To the queue"), msgid("no")),
    Field("template", msgid("Template"), msgid("none")),
)
NAME = Field("name", msgid("Name"), msgid("what it is called"), typed=True)
STRETCH = Field("days", msgid("Tried on"), "")


@dataclass(frozen=True, slots=True)
class Offered:
    """What there is to choose from: brands, networks, members, languages, tags, templates."""

    brands: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    templates: Mapping[int, str] = field(default_factory=dict)


_TURNS = {
    DUTY: msgid("whoever is on duty"),
    CHANNEL: msgid("whoever is in charge of the channel"),
}


def value_of(rule: Rule, key: str) -> Any:
    """Return what a field holds."""
    if key == "name":
        return rule.name
    part = rule.conditions if key in Conditions.__slots__ else rule.effects
    return getattr(part, key)


def with_value(rule: Rule, key: str, value: object) -> Rule:
    """Return the rule with another value in a field."""
    changes: dict[str, Any] = {key: value}
    if key == "name":
        return replace(rule, **changes)
    if key in Conditions.__slots__:
        return replace(rule, conditions=replace(rule.conditions, **changes))
    if key == "ignore" and value:
        changes["promote"] = False
    if key == "promote" and value:
        changes["ignore"] = False
    return replace(rule, effects=replace(rule.effects, **changes))


def toggled(rule: Rule, key: str, value: object) -> Rule:
    """Return the rule with a value put into a field that holds several, or taken out of it."""
    held = tuple(value_of(rule, key))
    kept = tuple(one for one in held if one != value) if value in held else (*held, value)
    return with_value(rule, key, kept)


def said_of(rule: Rule, one: Field, offered: Offered) -> str:
    """Return the words of what a field holds, empty where it demands or does nothing."""
    held = value_of(rule, one.key)
    if held is None or held is False or held in ("", ()):
        return ""
    match one.key:
        case "networks":
            return ", ".join(network_name(network) for network in held)
        case "roles":
            return ", ".join(_role(role) for role in held)
        case "labels":
            return ", ".join(word(label) for label in held)
        case "tier":
            return _("tier {tier} or more urgent").format(tier=held)
        case "tags":
            return ", ".join(f"#{tag}" for tag in held)
        case "template":
            return offered.templates.get(held, str(held))
        case "asks" | "promote":
            return _("yes")
        case "ignore":
            return _("yes, unless it is a risk")
        case "assign" if held in _TURNS:
            return _(_TURNS[held])
        case _:
            return ", ".join(held) if isinstance(held, tuple) else str(held)


def form_choices(rule: Rule, days: int, offered: Offered) -> list[Choice]:
    """Return the lines of the form, the field's key as the value of each."""

    def line(one: Field) -> Choice:
        said = said_of(rule, one, offered)
        label = _("{field}: {value}").format(field=_(one.label), value=said or "—")
        return Choice(one.key, label, "" if said else _(one.hint))

    stretch = ngettext("the last {count} day", "the last {count} days", days).format(count=days)
    return [
        line(NAME),
        Choice(None, _("If all of this holds"), heading=True),
        *[line(one) for one in IF],
        Choice(None, _("then"), heading=True),
        *[line(one) for one in THEN],
        Choice(None, _("before it is kept"), heading=True),
        Choice(STRETCH.key, _("{field}: {value}").format(field=_(STRETCH.label), value=stretch)),
    ]


def field_choices(text: str, rule: Rule, key: str, offered: Offered) -> list[Choice]:
    """Return what may be chosen for a field, narrowed by what was typed."""
    held = value_of(rule, key) if key != "days" else None
    words = clean_line(text, 80).strip()
    wanted = fold(words)
    listed = [
        one for one in _offers(key, held, offered) if wanted in fold(f"{one.label} {one.hint}")
    ]
    if key in ("networks", "roles", "langs", "tags", "assign") and words:
        value = words.lstrip("#") if key == "tags" else words
        if all(one.value != value for one in listed) and value:
            on = value in held if isinstance(held, tuple) else None
            listed.append(Choice(value, value, _("as typed"), on=on))
    return listed


def _offers(key: str, held: Any, offered: Offered) -> list[Choice]:
    match key:
        case "brand":
            return [Choice(ANY, _("any brand")), *[Choice(one, one) for one in offered.brands]]
        case "networks":
            return _switches(offered.networks, held, network_name)
        case "roles":
            return _switches(("journalist", "vip"), held, _role)
        case "labels":
            return [Choice(one, word(one), on=one in held) for one in Label]
        case "tier":
            return [
                Choice(None, _("any tier")),
                Choice(1, _("tier 1: risks alone")),
                Choice(2, _("tier 2: and what is overdue or nearly")),
                Choice(3, _("tier 3: and journalists, VIPs, sales")),
                Choice(4, _("tier 4: and questions and complaints")),
            ]
        case "langs":
            return _switches(offered.langs, held, str)
        case "asks":
            return [
                Choice(False, _("whether it asks or not")),
                Choice(True, _("only what asks for a reply")),
            ]
        case "tags":
            return _switches(offered.tags, held, lambda tag: f"#{tag}")
        case "assign":
            turns = [Choice(one, _(label), one) for one, label in _TURNS.items()]
            named = [Choice(one, one) for one in offered.members]
            return [Choice("", _("nobody new")), *named, *turns]
        case "priority":
            ranks: Sequence[tuple[int | None, str]] = (
                (None, _("as judged")),
                (1, _("1  before everything")),
                (2, _("2  soon")),
                (3, _("3  important")),
                (4, _("4  as usual")),
                (5, _("5  when there is time")),
            )
            return [Choice(value, label) for value, label in ranks]
        case "ignore":
            return [
                Choice(False, _("no")),
                Choice(True, _("yes: it needs no answer, unless it is a risk")),
            ]
        case "promote":
            return [
                Choice(False, _("no")),
                Choice(True, _("yes: put it into the queue although it asks for nothing")),
            ]
        case "template":
            named = [Choice(number, name) for number, name in offered.templates.items()]
            return [Choice(None, _("none")), *named]
        case _:
            return [
                Choice(
                    days,
                    ngettext("the last {count} day", "the last {count} days", days).format(
                        count=days
                    ),
                )
                for days in DAYS
            ]


def _switches(values: Sequence[str], held: Sequence[str], named: Any) -> list[Choice]:
    return [Choice(one, named(one), on=one in held) for one in dict.fromkeys((*held, *values))]


def _role(role: str) -> str:
    names = {"journalist": _("journalists"), "vip": _("VIPs")}
    return names.get(role, role)
