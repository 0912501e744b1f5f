"""Every verb a person can do, as an event of the subject it is done to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from listeners.actions.words import ALERT, CONVERSATION
from listeners.conversations import events as talk
from listeners.conversations.conversation import Conversation
from listeners.model import Micros, Sentence
from listeners.risk import events as alarm
from listeners.text import clean, clean_line

Kind = Literal["conversation", "alert", "mention"]

VERBS: Mapping[Kind, tuple[str, ...]] = {
    "conversation": tuple(verb for verb in CONVERSATION if verb not in ("reply", "merge", "split")),
    "alert": tuple(verb for verb in ALERT if verb not in ("merge", "split", "silence_noise")),
    "mention": ("promote", "mute", "unmute"),
}
"""The verbs of each kind of subject. Any verb on a mention but ``mute`` is done to its thread.

A reply is none of them: it leaves the machine, and ``replying`` logs it once it has. Merging and
splitting concern several at once: see ``joining`` and ``alert_joining``.
"""

ALIASES: Mapping[Kind, Mapping[str, str]] = {
    "conversation": {"done": "answered", "dismiss": "ignore", "unsnooze": "reopen"},
    "alert": {
        "done": "resolve",
        "answered": "resolve",
        "take": "ack",
        "ignore": "dismiss",
        "unack": "release",
        "unresolve": "reopen",
        "undismiss": "reopen",
        "unsnooze": "reopen",
    },
    "mention": {},
}

DISMISS_REASONS = ("noise word", "author", "known event", "other")
"""The reasons offered for a false alarm; any other text is taken too."""

MuteWhat = Literal["author", "thread", "word"]


class UnknownVerbError(ValueError):
    """A verb that cannot be done to this kind of subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A verb and all it was asked with. ``until`` ``None`` is "until they reply" (conversations)
    or "until it grows worse" (alerts)."""

    verb: str
    actor: str
    until: Micros | None = None
    to: str = ""
    text: str = ""
    tags: tuple[str, ...] = ()
    priority: int | None = None
    reason: str = ""
    what: MuteWhat = "author"
    word: str = ""
    rank: Callable[[Conversation], Conversation] | None = None

    @property
    def named(self) -> dict[str, str]:
        """What the sentence about it may name."""
        return {"name": self.to, "words": ", ".join(self.tags)}

    @property
    def missing(self) -> Sentence | None:
        """What the verb needs and was not given."""
        if self.verb == "assign" and not self.to:
            return Sentence("Say to whom.")
        if self.verb == "note" and not self.text:
            return Sentence("The note is empty.")
        if self.verb in ("tag", "untag") and not self.tags:
            return Sentence("Say which tag.")
        if self.verb in ("mute", "unmute") and self.what == "word" and not self.word:
            return Sentence("Say which word.")
        return None


def ask(
    verb: str,
    kind: Kind,
    actor: str,
    *,
    until: Micros | None = None,
    to: str = "",
    text: str = "",
    tags: tuple[str, ...] | list[str] | str = (),
    priority: int | None = None,
    reason: str = "",
    what: MuteWhat = "author",
    word: str = "",
    rank: Callable[[Conversation], Conversation] | None = None,
) -> Asked:
    """Return the verb with its arguments cleaned.

    Raises:
        UnknownVerbError: this cannot be done to this kind of subject.
    """
    known = ALIASES[kind].get(verb, verb)
    allowed = VERBS["conversation"] if kind == "mention" else VERBS[kind]
    if known not in allowed:
        raise UnknownVerbError(f"{verb!r} cannot be done to a {kind}")
    labels = (tags,) if isinstance(tags, str) else tags
    cleaned = (clean_line(tag, 60).lstrip("#").strip() for tag in labels)
    return Asked(
        verb=known,
        actor=actor,
        until=until,
        to=clean_line(to, 80),
        text=clean(text).strip(),
        tags=tuple(dict.fromkeys(tag for tag in cleaned if tag)),
        priority=priority,
        reason=clean_line(reason, 200) or "other",
        what=what,
        word=clean_line(word, 80).casefold(),
        rank=rank,
    )


def conversation_event(asked: Asked) -> talk.Event | None:
    """Return what the verb means for a conversation; ``None`` where it changes nothing of it."""
    match asked.verb:
        case "answered":
            return talk.Answered()
        case "reopen":
            return talk.Reopen()
        case "resolve":
            return talk.Resolve()
        case "snooze":
            return talk.Snooze(asked.until)
        case "ignore":
            return talk.Ignore()
        case "take":
            return talk.Take(asked.actor)
        case "assign":
            return talk.Assign(asked.to)
        case "release":
            return talk.Assign("")
        case "note":
            return talk.Noted()
        case "tag":
            return talk.Tagged(add=asked.tags)
        case "untag":
            return talk.Tagged(remove=asked.tags)
        case "priority":
            return talk.Prioritised(asked.priority)
        case "promote":
            return talk.Promote(asked.actor)
        case "escalate":
            return talk.Escalate(asked.actor)
        case _:
            return None


def alert_event(asked: Asked) -> alarm.Event | None:
    """Return what the verb means for an alert; ``None`` where it changes nothing of it."""
    match asked.verb:
        case "ack":
            return alarm.Ack(asked.actor)
        case "snooze":
            return alarm.Snooze(asked.until)
        case "escalate":
            return alarm.Escalate(asked.to)
        case "resolve":
            return alarm.Resolve()
        case "dismiss":
            return alarm.Dismiss(asked.reason)
        case "reopen":
            return alarm.Reopen()
        case "assign":
            return alarm.Assign(asked.to)
        case "release":
            return alarm.Release()
        case _:
            return None
