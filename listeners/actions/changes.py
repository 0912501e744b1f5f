"""What a step changed, as the log keeps it, and how it is taken back.

A change is written as the fields that differ, before and after, in values JSON can hold. Taking
it back compares first: a field that has moved on since is somebody else's, and stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import Any, TypeVar

from listeners.conversations.conversation import Conversation
from listeners.model import (
    AlertClass,
    AlertState,
    ConversationState,
    Part,
    Reason,
    Sentence,
    Severity,
)
from listeners.risk.alert import Alert

Subject = Conversation | Alert
S = TypeVar("S", Conversation, Alert)

_UNLOGGED = frozenset({"id", "version"})
_SOFT = frozenset({"tier", "score", "reasons", "due_at", "state_since", "fired_at"})
"""Fields that rules and time rewrite by themselves: restored where untouched, else left."""
_SOFT_OF_ALERTS = frozenset({"last_at", "first_at", "holding", "calm_checks"})
"""The same for alerts only: evidence goes on joining whatever a person does."""
_COUNTED = frozenset({"notes", "count"})
"""Fields that others add to: taken back by their difference."""


@dataclass(frozen=True, slots=True)
class Change:
    """The fields that differ, before and after."""

    before: Mapping[str, object]
    after: Mapping[str, object]

    @property
    def inverse(self) -> Change:
        """The change that takes this one back."""
        return Change(self.after, self.before)


def difference(before: S, after: S) -> Change:
    """Return what differs between two states of one subject."""
    changed = [
        field.name
        for field in fields(before)
        if field.name not in _UNLOGGED and getattr(before, field.name) != getattr(after, field.name)
    ]
    return Change(
        {name: _plain(getattr(before, name)) for name in changed},
        {name: _plain(getattr(after, name)) for name in changed},
    )


def conflicts(subject: Subject, change: Change) -> tuple[str, ...]:
    """Return the fields that no longer are as ``change`` left them, nor as they were before it."""
    return tuple(
        name
        for name in _own(subject, change)
        if _plain(getattr(subject, name)) not in (change.after[name], change.before[name])
    )


def undone_already(subject: Subject, change: Change) -> tuple[str, ...]:
    """Return the fields of ``change`` if all of them are as they were before it, else nothing."""
    names = _own(subject, change)
    if all(_plain(getattr(subject, name)) == change.before[name] for name in names):
        return names
    return ()


def _own(subject: Subject, change: Change) -> tuple[str, ...]:
    """Return the fields that belong to whoever set them last."""
    return tuple(
        name
        for name in change.before
        if name in change.after
        and name in _names(subject)
        and name not in _soft(subject)
        and name not in _COUNTED
        and name != "tags"
    )


def taken_back(subject: S, change: Change) -> S:
    """Return ``subject`` without ``change``; there must be no ``conflicts``."""
    values: dict[str, Any] = {}
    for name, was in change.before.items():
        if name not in _names(subject):
            continue
        now, left = _plain(getattr(subject, name)), change.after[name]
        if name == "tags":
            values[name] = _tags_back(now, was, left)
        elif name in _COUNTED:
            values[name] = max(0, _number(now) + _number(was) - _number(left))
        elif now == left or name not in _soft(subject):
            values[name] = _READ.get((type(subject), name), _same)(was)
    return replace(subject, **values)


def _soft(subject: Subject) -> frozenset[str]:
    return _SOFT | _SOFT_OF_ALERTS if isinstance(subject, Alert) else _SOFT


def _tags_back(now: object, was: object, left: object) -> tuple[str, ...]:
    """Return the tags of now, without those the change put on and with those it took off."""
    tags = set(_texts(now)) - (set(_texts(left)) - set(_texts(was)))
    return tuple(sorted(tags | (set(_texts(was)) - set(_texts(left)))))


def _names(subject: Subject) -> frozenset[str]:
    return frozenset(field.name for field in fields(subject))


# --- values as JSON ------------------------------------------------------------------------------


def _plain(value: object) -> object:
    match value:
        case Enum():
            return value.value
        case Sentence():
            return {"template": value.template, "values": dict(value.values)}
        case Reason():
            return {"code": value.code, "sentence": _plain(value.sentence)}
        case tuple() | list():
            return [_plain(item) for item in value]
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case _:
            return value


_BLANK = Sentence("")


def _same(value: object) -> object:
    return value


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, (list, tuple)) else []


def _sentence(value: Any) -> Sentence:
    return replace(_BLANK, template=value["template"], values=value["values"])


def _sentences(value: Any) -> tuple[Sentence, ...]:
    return tuple(_sentence(item) for item in value)


def _reason(value: Any) -> Reason | None:
    return None if value is None else Reason(value["code"], _sentence(value["sentence"]))


def _part(value: Any) -> Part | None:
    return None if value is None else Part(value)


_READ: Mapping[tuple[type[Subject], str], Callable[[Any], object]] = {
    (Conversation, "state"): ConversationState,
    (Conversation, "reasons"): _sentences,
    (Conversation, "need"): _reason,
    (Conversation, "last_part"): _part,
    (Alert, "state"): AlertState,
    (Alert, "severity"): Severity,
    (Alert, "alert_class"): AlertClass,
    (Alert, "title"): _sentence,
    (Alert, "explanation"): _sentences,
}
