"""What doing a verb came to."""

from __future__ import annotations

from dataclasses import dataclass

from listeners.model import Sentence
from listeners.rows import EventRow


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done, to how many, and what was refused and why.

    ``sentence`` is for the person: what was done, or why nothing was. ``step`` is the step in the
    log that undo takes back, 0 when nothing was done. ``offer`` is the outbox row of a sent reply
    that undo came upon and did not touch, 0 otherwise: it can be deleted at its source.
    """

    done: int
    sentence: Sentence
    refused: tuple[Sentence, ...] = ()
    step: int = 0
    offer: int = 0
    instead: tuple[str, ...] = ()
    """Verbs that may be done in place of the one refused."""


@dataclass(frozen=True, slots=True)
class Undoable:
    """One step of a person that undo (or redo) can reach; ``sentence`` says what was done."""

    step: int
    sentence: Sentence
    events: tuple[EventRow, ...]
