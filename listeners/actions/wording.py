"""The sentences of one verb."""

from __future__ import annotations

from dataclasses import dataclass

from listeners.model import Sentence


@dataclass(frozen=True, slots=True)
class Wording:
    """The sentences of a verb. ``one`` may name {name}, {words} or {number}; ``many`` {count}."""

    one: Sentence
    many: Sentence
    back: Sentence
