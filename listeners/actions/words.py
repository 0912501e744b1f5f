"""What is said after a verb: done to one, done to several, taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from listeners.actions.wording import Wording
from listeners.actions.words_campaigns import CAMPAIGN
from listeners.actions.words_duty import CHARGE, DUTY, HANDED
from listeners.actions.words_people import PERSON
from listeners.actions.words_planning import CADENCE, PLANNED
from listeners.actions.words_stages import STAGE
from listeners.model import Sentence
from listeners.rows import EventRow

CONVERSATION = {
    "answered": Wording(
        Sentence("Answered"),
        Sentence("{count} answered", {"count": 0}),
        Sentence("No longer marked as answered"),
    ),
    "reply": Wording(
        Sentence("Reply sent"),
        Sentence("{count} replies sent", {"count": 0}),
        Sentence("Reply deleted; the conversation is as it was before"),
    ),
    "reopen": Wording(
        Sentence("Reopened"),
        Sentence("{count} reopened", {"count": 0}),
        Sentence("No longer reopened"),
    ),
    "resolve": Wording(
        Sentence("Resolved"),
        Sentence("{count} resolved", {"count": 0}),
        Sentence("No longer resolved"),
    ),
    "snooze": Wording(
        Sentence("Snoozed"),
        Sentence("{count} snoozed", {"count": 0}),
        Sentence("No longer snoozed"),
    ),
    "ignore": Wording(
        Sentence("Needs no answer"),
        Sentence("{count} need no answer", {"count": 0}),
        Sentence("No longer ignored"),
    ),
    "take": Wording(
        Sentence("Yours"),
        Sentence("{count} are yours", {"count": 0}),
        Sentence("No longer yours"),
    ),
    "assign": Wording(
        Sentence("Given to {name}", {"name": ""}),
        Sentence("{count} given to {name}", {"count": 0, "name": ""}),
        Sentence("Hand-over taken back"),
    ),
    "release": Wording(
        Sentence("Nobody has it now"),
        Sentence("Nobody has these {count} now", {"count": 0}),
        Sentence("Release taken back"),
    ),
    "note": Wording(
        Sentence("Noted"),
        Sentence("Noted on {count}", {"count": 0}),
        Sentence("Note taken back"),
    ),
    "tag": Wording(
        Sentence("Tagged {words}", {"words": ""}),
        Sentence("{count} tagged {words}", {"count": 0, "words": ""}),
        Sentence("Tag taken back"),
    ),
    "untag": Wording(
        Sentence("Tag {words} removed", {"words": ""}),
        Sentence("Tag {words} removed from {count}", {"words": "", "count": 0}),
        Sentence("Tag put back"),
    ),
    "priority": Wording(
        Sentence("Importance set by hand"),
        Sentence("Importance of {count} set", {"count": 0}),
        Sentence("Importance as before"),
    ),
    "promote": Wording(
        Sentence("In the queue"),
        Sentence("{count} in the queue", {"count": 0}),
        Sentence("Out of the queue again"),
    ),
    "escalate": Wording(
        Sentence("Raised as a risk"),
        Sentence("{count} raised as risks", {"count": 0}),
        Sentence("No longer raised as a risk"),
    ),
    "merge": Wording(
        Sentence("Merged into number {number}", {"number": 0}),
        Sentence("{count} merged into number {number}", {"count": 0, "number": 0}),
        Sentence("Apart again"),
    ),
    "split": Wording(
        Sentence("Taken out of number {number}", {"number": 0}),
        Sentence("{count} taken out of number {number}", {"count": 0, "number": 0}),
        Sentence("One again"),
    ),
    "mute": Wording(
        Sentence("Muted"),
        Sentence("{count} muted", {"count": 0}),
        Sentence("No longer muted"),
    ),
    "unmute": Wording(
        Sentence("No longer muted"),
        Sentence("{count} no longer muted", {"count": 0}),
        Sentence("Muted again"),
    ),
}

MOOD = {
    "negative": Wording(
        Sentence("Negative, as you say"),
        Sentence("{count} negative, as you say", {"count": 0}),
        Sentence("Sentiment as before"),
    ),
    "neutral": Wording(
        Sentence("Neutral, as you say"),
        Sentence("{count} neutral, as you say", {"count": 0}),
        Sentence("Sentiment as before"),
    ),
    "positive": Wording(
        Sentence("Positive, as you say"),
        Sentence("{count} positive, as you say", {"count": 0}),
        Sentence("Sentiment as before"),
    ),
    "automatic": Wording(
        Sentence("Sentiment as the scorer says"),
        Sentence("Sentiment of {count} as the scorer says", {"count": 0}),
        Sentence("Sentiment as you said"),
    ),
}
"""Corrections of a verdict; they are of a message, and their conversation goes with it."""

ALERT = {
    "ack": Wording(
        Sentence("Acknowledged: it is yours"),
        Sentence("{count} acknowledged", {"count": 0}),
        Sentence("No longer acknowledged"),
    ),
    "snooze": Wording(
        Sentence("Silenced"),
        Sentence("{count} silenced", {"count": 0}),
        Sentence("No longer silenced"),
    ),
    "escalate": Wording(
        Sentence("Escalated"),
        Sentence("{count} escalated", {"count": 0}),
        Sentence("Escalation taken back"),
    ),
    "resolve": Wording(
        Sentence("Resolved"),
        Sentence("{count} resolved", {"count": 0}),
        Sentence("No longer resolved"),
    ),
    "dismiss": Wording(
        Sentence("False alarm"),
        Sentence("{count} false alarms", {"count": 0}),
        Sentence("No longer a false alarm"),
    ),
    "reopen": Wording(
        Sentence("Firing again"),
        Sentence("{count} firing again", {"count": 0}),
        Sentence("As before"),
    ),
    "assign": Wording(
        Sentence("Handed to {name}", {"name": ""}),
        Sentence("{count} handed to {name}", {"count": 0, "name": ""}),
        Sentence("Hand-over taken back"),
    ),
    "release": Wording(
        Sentence("Nobody has it now"),
        Sentence("Nobody has these {count} now", {"count": 0}),
        Sentence("Release taken back"),
    ),
    "note": Wording(
        Sentence("Noted"),
        Sentence("Noted on {count}", {"count": 0}),
        Sentence("Note taken back"),
    ),
    "mute": Wording(
        Sentence("Rule muted"),
        Sentence("{count} rules muted", {"count": 0}),
        Sentence("Rule no longer muted"),
    ),
    "unmute": Wording(
        Sentence("Rule no longer muted"),
        Sentence("{count} rules no longer muted", {"count": 0}),
        Sentence("Rule muted again"),
    ),
    "silence_noise": Wording(
        Sentence("Muted for this rule"),
        Sentence("Muted for {count} rules", {"count": 0}),
        Sentence("No longer muted for this rule"),
    ),
    "merge": Wording(
        Sentence("Merged into alert {number}", {"number": 0}),
        Sentence("{count} merged into alert {number}", {"count": 0, "number": 0}),
        Sentence("Apart again"),
    ),
    "split": Wording(
        Sentence("Taken out of alert {number}: it fires on its own", {"number": 0}),
        Sentence("{count} taken out of alert {number}", {"count": 0, "number": 0}),
        Sentence("One again"),
    ),
}


RULE = {
    "add": Wording(
        Sentence("Rule added"),
        Sentence("{count} rules added", {"count": 0}),
        Sentence("Rule taken away again"),
    ),
    "change": Wording(
        Sentence("Rule changed"),
        Sentence("{count} rules changed", {"count": 0}),
        Sentence("Rule as before"),
    ),
    "enable": Wording(
        Sentence("Rule on"),
        Sentence("{count} rules on", {"count": 0}),
        Sentence("Rule off again"),
    ),
    "disable": Wording(
        Sentence("Rule off"),
        Sentence("{count} rules off", {"count": 0}),
        Sentence("Rule on again"),
    ),
    "move": Wording(
        Sentence("Rule moved"),
        Sentence("Rule moved"),
        Sentence("Rules in their order as before"),
    ),
    "remove": Wording(
        Sentence("Rule removed"),
        Sentence("{count} rules removed", {"count": 0}),
        Sentence("Rule back"),
    ),
}

TEMPLATE = {
    "add": Wording(
        Sentence("Template added"),
        Sentence("{count} templates added", {"count": 0}),
        Sentence("Template taken away again"),
    ),
    "change": Wording(
        Sentence("Template changed"),
        Sentence("{count} templates changed", {"count": 0}),
        Sentence("Template as before"),
    ),
    "remove": Wording(
        Sentence("Template removed"),
        Sentence("{count} templates removed", {"count": 0}),
        Sentence("Template back"),
    ),
}

MEMBER = {
    "away": Wording(
        Sentence("{name} is away", {"name": ""}),
        Sentence("{count} are away", {"count": 0}),
        Sentence("No longer away"),
    ),
    "back": Wording(
        Sentence("{name} is back", {"name": ""}),
        Sentence("{count} are back", {"count": 0}),
        Sentence("Away again"),
    ),
}

HISTORY = {
    "stop": Wording(
        Sentence("Reading of the past stopped"),
        Sentence("Readings of the past stopped: {count}", {"count": 0}),
        Sentence("The reading of the past goes on"),
    ),
    "go on": Wording(
        Sentence("The reading of the past goes on"),
        Sentence("Readings of the past that go on: {count}", {"count": 0}),
        Sentence("Reading of the past stopped"),
    ),
    "ask": Wording(
        Sentence("The past is read further back"),
        Sentence("Readings that go further back: {count}", {"count": 0}),
        Sentence("The past is not read further back"),
    ),
}
MAINTENANCE = {
    "add": Wording(
        Sentence("Maintenance window {number} added", {"number": 0}),
        Sentence("{count} maintenance windows added", {"count": 0}),
        Sentence("Maintenance window taken away again"),
    ),
    "end": Wording(
        Sentence("Maintenance window {number} ended: what goes on fires", {"number": 0}),
        Sentence("{count} maintenance windows ended", {"count": 0}),
        Sentence("Maintenance window goes on"),
    ),
}

WORD = {
    "teach": Wording(
        Sentence("Taught: {word}", {"word": ""}),
        Sentence("{count} words taught", {"count": 0}),
        Sentence("Taught word taken back"),
    ),
    "remove": Wording(
        Sentence("No longer taught: {word}", {"word": ""}),
        Sentence("{count} words no longer taught", {"count": 0}),
        Sentence("Taught word back"),
    ),
}

MODEL = {
    "on": Wording(
        Sentence("What was learnt judges from now on"),
        Sentence("What was learnt judges from now on"),
        Sentence("What was learnt no longer judges"),
    ),
    "off": Wording(
        Sentence("What was learnt no longer judges"),
        Sentence("What was learnt no longer judges"),
        Sentence("What was learnt judges again"),
    ),
}

RESCORING = {
    "rescore": Wording(
        Sentence("Stored mentions of {brand} are scored anew", {"brand": ""}),
        Sentence("Stored mentions are scored anew"),
        Sentence("Stored mentions are scored anew"),
    ),
}

BY_RULE = {
    "template": Wording(
        Sentence("Template suggested"),
        Sentence("{count} templates suggested", {"count": 0}),
        Sentence("Template no longer suggested"),
    ),
}
"""What no key does to a conversation, but a rule."""

KINDS: Mapping[str, Mapping[str, Wording]] = {
    "conversation": {**CONVERSATION, **BY_RULE},
    "mention": {**CONVERSATION, **MOOD},
    "alert": ALERT,
    "rule": RULE,
    "template": TEMPLATE,
    "member": MEMBER,
    "maintenance": MAINTENANCE,
    "word": WORD,
    "model": MODEL,
    "rescoring": RESCORING,
    "history": HISTORY,
    "campaign": CAMPAIGN,
    "duty": DUTY,
    "charge": CHARGE,
    "stage": STAGE,
    "planned": {**PLANNED, **HANDED},
    "cadence": CADENCE,
    "person": PERSON,
}
"""The sentences of every verb, by the kind of its subject; a kind or verb more is a line more."""


def done(kind: str, verb: str, count: int, **named: str | int) -> Sentence:
    """Return what was done; a verb nobody knows (any more) is said as it is written."""
    words = _wording(kind, verb)
    if words is None:
        return Sentence("Done: {verb}", {"verb": verb})
    said = words.one if count == 1 else words.many
    return replace(said, values={"count": count, **named})


def taken_back(kind: str, verb: str, count: int) -> Sentence:
    """Return what was undone."""
    words = _wording(kind, verb)
    if count == 1 and words is not None:
        return words.back
    return Sentence("{count} taken back", {"count": count})


def done_again(events: Sequence[EventRow]) -> Sentence:
    """Return what one step of the log did; several verbs at once are counted."""
    events = _spoken(events)
    first, count = events[0], len({(one.subject_kind, one.subject_id) for one in events})
    if len({one.verb for one in events}) > 1:
        return Sentence("Several things done at once, to {count}", {"count": count})
    return done(first.subject_kind, first.verb, count, **_named(first))


def step_back(events: Sequence[EventRow]) -> Sentence:
    """Return what was undone of one step of the log."""
    events = _spoken(events)
    first, count = events[0], len({(one.subject_kind, one.subject_id) for one in events})
    if len({one.verb for one in events}) > 1:
        return Sentence("Several things taken back, of {count}", {"count": count})
    if first.verb in ("merge", "split"):
        count = 1
    return taken_back(first.subject_kind, first.verb, count)


def _spoken(events: Sequence[EventRow]) -> Sequence[EventRow]:
    """Return the events a sentence is about: a row of the outbox only goes with its subject."""
    about = [one for one in events if one.subject_kind != "outbox"]
    if events[0].verb in MOOD:
        about = [one for one in events if one.subject_kind == "mention"]
    if events[0].verb in ("merge", "split"):
        about = [one for one in events if "merged_into" in one.after]
    # The maintenance window of a campaign comes, moves and goes with it; conversations are ranked
    # anew by the role of their person.
    leading = [one for one in about if one.subject_kind in ("campaign", "person")]
    return leading or about or events


def _named(event: EventRow) -> dict[str, str | int]:
    """Return what the sentence about a logged event may name."""
    tags = _texts(event.after.get("tags")) ^ _texts(event.before.get("tags"))
    to = event.after.get("assignee") or event.after.get("owner") or event.after.get("member")
    into = event.after.get("merged_into") or event.before.get("merged_into")
    number = into if isinstance(into, int) else event.subject_id
    taught = {name: str(event.after.get(name, "")) for name in ("word", "brand")}
    return {"name": str(to or ""), "words": ", ".join(sorted(tags)), "number": number, **taught}


def _texts(value: object) -> set[str]:
    return {str(item) for item in value} if isinstance(value, list) else set()


def _wording(kind: str, verb: str) -> Wording | None:
    return KINDS.get(kind, {}).get(verb)
