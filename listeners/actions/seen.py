"""Nothing is overwritten silently: what somebody else decided since a screen showed it is said.

A key is pressed on what the screen shows. Where somebody else has meanwhile changed what the key
decides, it is refused once, in words; by the second press the screen shows their change. What
happens by itself (messages arriving, snoozes ending) refuses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from listeners.model import HOUR, MINUTE, SECOND, Micros, Sentence
from listeners.rows import EventRow

_STATE = frozenset({"state", "snoozed_until", "snooze_kind", "assignee", "merged_into"})
_OWNER = frozenset({"assignee", "owner", "state"})

DECIDES: Mapping[str, Mapping[str, frozenset[str]]] = {
    "conversation": {
        **dict.fromkeys(
            ("answered", "reopen", "resolve", "ignore", "snooze", "promote", "merge", "split"),
            _STATE,
        ),
        "escalate": _STATE | {"manual_priority"},
        **dict.fromkeys(("take", "assign", "release"), _OWNER),
        "priority": frozenset({"manual_priority"}),
    },
    "alert": {
        **dict.fromkeys(
            ("ack", "snooze", "escalate", "resolve", "dismiss", "reopen", "assign", "release"),
            frozenset({"state", "owner", "snoozed_until", "severity"}),
        ),
    },
}
"""The fields each verb decides, by the kind of its subject; a verb that only adds decides none."""

_DID = {
    "ack": Sentence(
        "{name} acknowledged it {span} ago; press again to do it all the same.",
        {"name": "", "span": ""},
    ),
    "answered": Sentence(
        "{name} marked it as answered {span} ago; press again to do it all the same.",
        {"name": "", "span": ""},
    ),
    "assign": Sentence(
        "{name} assigned it {span} ago; press again to do it all the same.",
        {"name": "", "span": ""},
    ),
    "dismiss": Sentence(
        "{name} called it a false alarm {span} ago; press again to do it all the same.",
        {"name": "", "span": ""},
    ),
    "escalate": Sentence(
        "{name} escalated it {span} ago; press again to do it all the same.",
        {"name": "", "span": ""},
    ),
    "ignore": Sentence(
        "{name} dismissed it {span} ago; press again to do it all the same.",
        {"name": "", "span": ""},
    ),
    "priority": Sentence(
        "{name} set its importance {span} ago; press again to do it all the same.",
        {"name": "", "span": ""},
    ),
    "promote": Sentence(
        "{name} put it in the queue {span} ago; press again to do it all the same.",
        {"name": "", "span": ""},
    ),
    "release": Sentence(
        "{name} gave it back {span} ago; press again to do it all the same.",
        {"name": "", "span": ""},
    ),
    "reopen": Sentence(
        "{name} reopened it {span} ago; press again to do it all the same.",
        {"name": "", "span": ""},
    ),
    "reply": Sentence(
        "{name} replied to it {span} ago; press again to do it all the same.",
        {"name": "", "span": ""},
    ),
    "resolve": Sentence(
        "{name} resolved it {span} ago; press again to do it all the same.",
        {"name": "", "span": ""},
    ),
    "snooze": Sentence(
        "{name} snoozed it {span} ago; press again to do it all the same.", {"name": "", "span": ""}
    ),
    "take": Sentence(
        "{name} took it {span} ago; press again to do it all the same.", {"name": "", "span": ""}
    ),
}
_CHANGED = Sentence(
    "{name} changed it {span} ago; press again to do it all the same.", {"name": "", "span": ""}
)


_BEATS = {("alert", "resolve"): frozenset({"ack"})}
"""Verbs that are done although somebody else did these meanwhile: what is over is over."""


def decides(kind: str, verb: str) -> frozenset[str]:
    """Return the fields a verb decides, none if it only adds something."""
    return DECIDES.get(kind, {}).get(verb, frozenset())


def refusal(kind: str, verb: str, since: list[EventRow], now: Micros) -> Sentence | None:
    """Return why a verb is refused once, given what others did since the screen showed the row.

    ``since`` is newest first; the newest change of what the verb decides is the one named.
    """
    fields, weaker = decides(kind, verb), _BEATS.get((kind, verb), frozenset())
    for event in since:
        if event.verb not in weaker and fields & {*event.before, *event.after}:
            said = _DID.get(event.verb, _CHANGED)
            return replace(said, values={"name": event.actor, "span": _span(now - event.at)})
    return None


def _span(length: int) -> str:
    """Return a length of time in units that read alike in every language."""
    if length < MINUTE:
        return f"{max(1, length // SECOND)} s"
    return f"{length // MINUTE} min" if length < HOUR else f"{length // HOUR} h"
