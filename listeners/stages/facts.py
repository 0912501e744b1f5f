"""What a person's history with a brand is made of, and what the rules make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from listeners.model import Micros, Sentence

Stage = Literal["connect", "convince", "convert"]
STAGES: tuple[Stage, ...] = ("connect", "convince", "convert")
"""The stages, in the order in which people come through them."""
RANK: Mapping[str, int] = {"": 0, **{stage: place for place, stage in enumerate(STAGES, 1)}}
"""How far each stage is; an empty one is before the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRules:
    """What a brand counts as a step: ``[brand.NAME.stages]``.

    ``return_days``: a second mention on another day, at most so many days later, convinces.
    ``advocacy``: so many positive mentions on different days convert. ``customer_tags``: tags and
    roles that say that somebody is a customer. ``step_positives``, ``step_reach`` and
    ``step_days``: who is worth a next step (positive mentions or followers without an answer of
    ours, and days in *convince*).
    """

    return_days: int = 60
    advocacy: int = 3
    customer_tags: tuple[str, ...] = ("customer", "client")
    step_positives: int = 2
    step_reach: int = 5_000
    step_days: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """They wrote something that mentions the brand, or passed it on.

    ``conversation`` is its thread. ``purchase``: it tells that they want to buy. ``thanks``: it
    thanks. ``shares``: it hands on something of ours. ``repost``: without words of their own.
    ``answers``: it answers what we wrote to somebody.
    """

    at: Micros
    mention_id: int
    network: str = ""
    conversation: int | None = None
    positive: bool = False
    purchase: bool = False
    thanks: bool = False
    shares: bool = False
    repost: bool = False
    answers: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """We answered them in a conversation."""

    at: Micros
    conversation: int


@dataclass(frozen=True, slots=True)
class Resolved:
    """One of us resolved a conversation."""

    at: Micros
    conversation: int


@dataclass(frozen=True, slots=True)
class Marked:
    """One of us said that they are a customer: by a ``tag``, or by their role."""

    at: Micros
    tag: str
    role: bool = False


Fact = Said | Answered | Resolved | Marked


@dataclass(frozen=True, slots=True)
class Move:
    """They came to a stage: when, why, and the mention that shows it, if one does."""

    stage: Stage
    at: Micros
    reason: Sentence = field(default=Sentence(""), compare=False)
    mention_id: int | None = field(default=None, compare=False)
