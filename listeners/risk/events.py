"""What can happen to an alert besides new evidence: checks, time, and keys."""

from __future__ import annotations

from dataclasses import dataclass

from listeners.model import Micros


@dataclass(frozen=True, slots=True)
class Calm:
    """A check found the condition false."""


@dataclass(frozen=True, slots=True)
class Steady:
    """A check found the condition neither true enough to fire nor false enough to close."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed; ``quiet`` while a maintenance window covers the alert."""

    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Ack:
    """A person owns it. Again by the same person: confirmed."""

    by: str


@dataclass(frozen=True, slots=True)
class Snooze:
    """Silence until a time, or with ``None`` until the severity rises."""

    until: Micros | None = None


@dataclass(frozen=True, slots=True)
class Resolve:
    """A person says it is over."""


@dataclass(frozen=True, slots=True)
class Dismiss:
    """A person says it was a false alarm, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Escalate:
    """One step more severe, and rings again; ``to`` is who shall have it, empty for nobody new."""

    to: str = ""


@dataclass(frozen=True, slots=True)
class Assign:
    """A person hands it to ``to``."""

    to: str


@dataclass(frozen=True, slots=True)
class Release:
    """Nobody has it any more (un-ack)."""


@dataclass(frozen=True, slots=True)
class Reopen:
    """Firing again: un-resolve, un-dismiss, un-snooze, un-ack."""


Event = (
    Calm | Steady | Tick | Ack | Snooze | Resolve | Dismiss | Escalate | Assign | Release | Reopen
)
