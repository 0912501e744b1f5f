"""What is said after a verb: done to one, done to several, taken back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from listeners.model import Sentence


@dataclass(frozen=True, slots=True)
class Wording:
    """The sentences of a verb. ``one`` may name {name}, {words} or {number}; ``many`` {count}."""

    one: Sentence
    many: Sentence
    back: Sentence


CONVERSATION = {
    "answered": Wording(
        Sentence("Answered"),
        Sentence("{count} answered", {"count": 0}),
        Sentence("No longer marked as answered"),
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
}


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


def _wording(kind: str, verb: str) -> Wording | None:
    return (ALERT if kind == "alert" else CONVERSATION).get(verb)
