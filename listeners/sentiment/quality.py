"""How good the verdicts are, language by language, as measured and as it may be told to people.

The figures are of the UMSAB test posts (870 a language, a third each negative, neutral and
positive), which none of our words was chosen by; ``docs/sentiment.md`` has the other sets, and
``make bench-sentiment`` measures again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Quality = Literal["good", "fair", "rough"]

GOOD, FAIR = 0.65, 0.54
"""Least macro-F1 of a language that is called good, and fair. Guessing gives a third."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A scored language: macro-averages over the three labels, VADER's beside them."""

    lang: str
    macro_f1: float
    macro_recall: float
    vader_macro_f1: float
    posts: int = 870

    @property
    def quality(self) -> Quality:
        """The figure in a word."""
        if self.macro_f1 >= GOOD:
            return "good"
        return "fair" if self.macro_f1 >= FAIR else "rough"


_MEASURED = (
    Measured(lang="en", macro_f1=0.598, macro_recall=0.599, vader_macro_f1=0.560),
    Measured(lang="fr", macro_f1=0.593, macro_recall=0.593, vader_macro_f1=0.333),
    Measured(lang="es", macro_f1=0.576, macro_recall=0.580, vader_macro_f1=0.361),
    Measured(lang="it", macro_f1=0.567, macro_recall=0.575, vader_macro_f1=0.328),
    Measured(lang="pt", macro_f1=0.556, macro_recall=0.563, vader_macro_f1=0.374),
    Measured(lang="ar", macro_f1=0.533, macro_recall=0.552, vader_macro_f1=0.342),
    Measured(lang="de", macro_f1=0.525, macro_recall=0.528, vader_macro_f1=0.456),
    Measured(lang="hi", macro_f1=0.502, macro_recall=0.507, vader_macro_f1=0.435),
)

MEASURED: Mapping[str, Measured] = {one.lang: one for one in _MEASURED}


def languages() -> tuple[Measured, ...]:
    """Return every language that is scored, the best measured first."""
    return tuple(sorted(_MEASURED, key=lambda one: -one.macro_f1))


def quality_of(lang: str | None) -> Quality | None:
    """Return how good verdicts in a language are; ``None`` for one that is not scored."""
    measured = MEASURED.get(lang) if lang is not None else None
    return measured.quality if measured else None
