"""What can happen to a conversation: messages, keys, time, and deletions at the source."""

from __future__ import annotations

from dataclasses import dataclass

from listeners.model import DAY, Micros, Part, Reason

# --- messages ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideMessage:
    """A message by somebody else, at the time it was written.

    ``asks``, ``reason`` and ``tier`` are the verdicts of ``needs_reply`` and ``urgency``.
    ``private_unthreaded`` marks a private message on a network without threads: after 28 days of
    silence it begins a new conversation.
    """

    at: Micros
    asks: bool
    tier: int = 5
    reason: Reason | None = None
    part: Part = Part.OUTSIDE
    mention_id: int | None = None
    private_unthreaded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AsksNow:
    """A message of theirs that is here already asks after all: edited, or seen by many.

    ``at`` is when it was written, or edited where we answered in between.
    """

    at: Micros
    tier: int = 5
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OurMessage:
    """A message by one of our handles, whichever listener saw it.

    ``unanswered_since`` is the time of the oldest asking message written after this one, where
    the store knows of one (messages do not always arrive in order).
    """

    at: Micros
    automatic: bool = False
    unanswered_since: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedAtSource:
    """A message of theirs is gone; ``unanswered_since`` is the oldest one still unanswered."""

    unanswered_since: Micros | None = None


# --- time --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SnoozeEnded:
    """The time a conversation was snoozed until may have come."""


@dataclass(frozen=True, slots=True)
class IdleTooLong:
    """Nothing may have happened here for so long that waiting on them is over."""


# --- keys --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answered:
    """A person says: answered, by a way no listener sees."""


@dataclass(frozen=True, slots=True)
class Replied:
    """A reply was sent from here; the listeners will see the message itself later.

    ``unanswered_since`` is the oldest message that asked after the reply was written: the reply
    of a process that crashed may be found there hours later.
    """

    at: Micros
    unanswered_since: Micros | None = None


@dataclass(frozen=True, slots=True)
class Resolve:
    """A person says: this is done."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """A person says: this needs no answer."""


@dataclass(frozen=True, slots=True)
class Snooze:
    """A person says: not now. ``until`` is a time, or ``None`` for "until they reply"."""

    until: Micros | None = None


@dataclass(frozen=True, slots=True)
class Reopen:
    """A person says: this is ours to answer after all."""


@dataclass(frozen=True, slots=True)
class Promote:
    """A person lifts a mention from the stream into the queue; ``by`` is their name."""

    by: str


@dataclass(frozen=True, slots=True)
class Escalate:
    """A person raises it as a risk; ``by`` is their name."""

    by: str


@dataclass(frozen=True, slots=True)
class Assign:
    """A person hands it to ``to``; an empty name releases it."""

    to: str


@dataclass(frozen=True, slots=True)
class Take:
    """A person takes it for themselves."""

    by: str


@dataclass(frozen=True, slots=True)
class Tagged:
    """Tags are put on (``add``) and taken off (``remove``)."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prioritised:
    """A person sets the priority, 1 (first) to 5; ``None`` gives it back to the rules."""

    priority: int | None


@dataclass(frozen=True, slots=True)
class Noted:
    """A note of ours is added (or, with -1, taken away)."""

    count: int = 1


Event = (
    OutsideMessage
    | AsksNow
    | OurMessage
    | DeletedAtSource
    | SnoozeEnded
    | IdleTooLong
    | Answered
    | Replied
    | Resolve
    | Ignore
    | Snooze
    | Reopen
    | Promote
    | Escalate
    | Assign
    | Take
    | Tagged
    | Prioritised
    | Noted
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The stretches of time the states depend on, in microseconds; ``away`` are team members."""

    reopen_window: int = 7 * DAY
    idle: int = 7 * DAY
    private_silence: int = 28 * DAY
    away: frozenset[str] = frozenset()
