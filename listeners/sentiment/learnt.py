"""What was learnt from a team's own corrections, as it judges a text: one small linear layer.

It begins where the word lists end: their compound is its first guess, and three rows of weights
(negative, neutral, positive) move it by what corrected posts had in common. Features are a few
figures of the lists, and words with their parts of 3 to 5 letters, hashed into ``BUCKETS`` places
(Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", 2009). How the weights
are found is in ``listeners.teaching``; nothing but multiplying and adding happens here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

from listeners.sentiment.normal import MASK

BUCKETS = 1 << 14
"""Places for words and their parts: 48 KB of weights in all."""
CLASSES = 3
"""Negative, neutral, positive: in this order everywhere."""
FIGURES = 10
"""How many figures of the word lists are features."""
GUESS = 4.0
"""How firm the first guess is: the logit of a label at a compound of 1."""
THRESHOLD = 0.05
_SPREAD = math.sqrt(3.0)
_FIGURE_SPREAD = 1.0
"""Scales of the two kinds of features, as measured best on held-out posts."""
_SHORTEST, _LONGEST = 3, 5
_PULLS = 8
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)?|[!?]+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Features:
    """A text as the layer sees it: the first guess, figures of the lists, hashed words."""

    guess: tuple[float, float, float]
    figures: tuple[float, ...]
    hashed: Mapping[int, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """A learnt layer for one language. ``name`` stands in what it judged.

    ``figures`` holds a row of ``FIGURES`` weights for each class, ``hashed`` a row of ``BUCKETS``
    signed bytes for each, to be multiplied by ``step``.
    """

    lang: str
    name: str
    corrections: int
    figures: tuple[tuple[float, ...], ...]
    hashed: bytes
    step: float

    def compound(self, text: str, weights: Sequence[float] | None, compound: float) -> float:
        """Return the compound of a text that went through ``normal``, in [-1, 1].

        ``weights`` and ``compound`` are those of the word lists. The label with the most behind
        it decides on which side of the thresholds the compound lies; how far, the difference
        between the shares of positive and negative.
        """
        logits = self.logits(features_of(text, weights, compound))
        top = max(logits)
        shares = [math.exp(one - top) for one in logits]
        lean = (shares[2] - shares[0]) / sum(shares)
        if logits[2] == top:
            return round(max(lean, THRESHOLD), 4)
        if logits[0] == top:
            return round(min(lean, -THRESHOLD), 4)
        return round(max(min(lean, THRESHOLD - 0.001), 0.001 - THRESHOLD), 4)

    def logits(self, seen: Features) -> list[float]:
        """Return what speaks for each class."""
        found = list(seen.guess)
        signed = memoryview(self.hashed).cast("b")
        for at in range(CLASSES):
            row = self.figures[at]
            found[at] += sum(w * value for w, value in zip(row, seen.figures, strict=True))
            start = at * BUCKETS
            found[at] += self.step * sum(
                signed[start + bucket] * value for bucket, value in seen.hashed.items()
            )
        return found

    def pulls(self, text: str) -> tuple[tuple[str, float], ...]:
        """Return the words of a text that it leans on most, above 0 to the positive."""
        signed = memoryview(self.hashed).cast("b")
        norm = math.sqrt(sum(value * value for value in _counted(text).values())) or 1.0
        found: dict[str, float] = {}
        for token in dict.fromkeys(_TOKEN.findall(text.lower())):
            lean = sum(signed[2 * BUCKETS + one] - signed[one] for one in _buckets(token))
            value = round(self.step * _SPREAD * lean / norm, 2)
            if value and token != MASK:
                found[token] = value
        ranked = sorted(found.items(), key=lambda one: -abs(one[1]))
        return tuple(ranked[:_PULLS])


def features_of(text: str, weights: Sequence[float] | None, compound: float) -> Features:
    """Return what the layer sees of a text that went through ``normal``."""
    heavy = [weight for weight in weights or () if weight]
    counted = _counted(text)
    norm = math.sqrt(sum(value * value for value in counted.values())) or 1.0
    guess = GUESS * compound
    return Features(
        guess=(-guess, GUESS * THRESHOLD, guess),
        figures=_figures(text, heavy, compound),
        hashed={bucket: _SPREAD * value / norm for bucket, value in counted.items()},
    )


def _figures(text: str, heavy: Sequence[float], compound: float) -> tuple[float, ...]:
    figures = (
        1.0,
        compound,
        float(compound >= THRESHOLD),
        float(compound <= -THRESHOLD),
        math.tanh(sum(one for one in heavy if one > 0) / 4),
        math.tanh(-sum(one for one in heavy if one < 0) / 4),
        heavy[-1] / 4 if heavy else 0.0,
        min(text.count("!"), 3) / 3,
        min(text.count("?"), 3) / 3,
        min(text.count(" "), 40) / 40,
    )
    return tuple(_FIGURE_SPREAD * one for one in figures)


def _counted(text: str) -> dict[int, float]:
    counted: dict[int, float] = {}
    for token in set(_TOKEN.findall(text.lower())):
        if token != MASK:
            for bucket in _buckets(token):
                counted[bucket] = counted.get(bucket, 0.0) + 1.0
    return counted


@lru_cache(maxsize=20_000)
def _buckets(token: str) -> tuple[int, ...]:
    """The places of a word: of itself, and of its parts with its ends marked."""
    marked = f"<{token[:40]}>"
    parts = [
        "c" + marked[start : start + size]
        for size in range(_SHORTEST, _LONGEST + 1)
        for start in range(len(marked) - size + 1)
    ]
    return tuple(crc32(one.encode()) % BUCKETS for one in ("w" + token, *parts))
