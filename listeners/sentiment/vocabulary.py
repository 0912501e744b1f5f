"""Word lists beside the code: how they are written, and how they are read.

A line of a list is ``weight: words``, in VADER's units; ``0`` takes words out of the vendored
lexicon. ``more:`` and ``less:`` name words that raise and lower the word after them, ``not:``
words that turn it, ``but:`` the one that tips a sentence. ``_`` joins the words of a phrase. Lists
are read when a text of their language is first scored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_LEXICONS = Path(__file__).parent / "lexicons"
_AFINN_UNIT = 0.8
"""AFINN rates from -5 to 5, VADER from -4 to 4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """One of our own lists: words and phrases to weight, and the words that work on others."""

    words: Mapping[str, float]
    phrases: Mapping[tuple[str, ...], float]
    more: tuple[str, ...] = ()
    less: tuple[str, ...] = ()
    negations: tuple[str, ...] = ()
    but: str = ""


@cache
def own(lang: str) -> Vocabulary:
    """Read ``lexicons/LANG_own.txt``.

    Raises:
        ValueError: a line has no weight before its colon.
    """
    words: dict[str, float] = {}
    phrases: dict[tuple[str, ...], float] = {}
    working: dict[str, tuple[str, ...]] = {}
    for line in (_LEXICONS / f"{lang}_own.txt").read_text(encoding="utf-8").splitlines():
        kind, _, rest = line.partition(": ")
        if not line or line.startswith("#"):
            continue
        if kind in ("more", "less", "not", "but"):
            working[kind] = tuple(rest.replace("_", " ").split(" "))
            continue
        for word in rest.split():
            if "_" in word.strip("_-."):
                phrases[tuple(word.split("_"))] = float(kind)
            else:
                words[word] = float(kind)
    return Vocabulary(
        words=words,
        phrases=phrases,
        more=working.get("more", ()),
        less=working.get("less", ()),
        negations=working.get("not", ()),
        but=working.get("but", ("",))[0],
    )


@cache
def translated_afinn(lang: str) -> Mapping[str, float]:
    """Read the translation of AFINN-165 into a language, in VADER's units; phrases included."""
    path = _LEXICONS / f"AFINN-{lang}.json"
    weights: dict[str, int] = json.loads(path.read_text(encoding="utf-8"))
    return {word.lower(): weight * _AFINN_UNIT for word, weight in weights.items() if weight}


def with_own(lexicon: Mapping[str, float], ours: Vocabulary) -> dict[str, float]:
    """Return a lexicon in which our words go before its own, and those of weight 0 are missing."""
    merged = {**lexicon, **ours.words}
    return {word: weight for word, weight in merged.items() if weight or word not in ours.words}
