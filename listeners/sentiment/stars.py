"""The mood of a review: its author gave it a number, which says more than any reading of words."""

from __future__ import annotations

from dataclasses import replace

from listeners.model import Label, Score

SCORER = "stars"
"""The name of this scorer in stored verdicts: they are never scored anew by their words."""

_MOODS: dict[int, tuple[float, Label]] = {
    1: (-0.8, Label.NEGATIVE),
    2: (-0.4, Label.NEGATIVE),
    3: (0.0, Label.NEUTRAL),
    4: (0.4, Label.POSITIVE),
    5: (0.8, Label.POSITIVE),
}


def by_stars(score: Score, rating: int | None) -> Score:
    """Return the verdict that a rating of 1 to 5 makes, in any language; without one, ``score``."""
    if rating not in _MOODS:
        return score
    compound, label = _MOODS[rating]
    return replace(score, scorer=SCORER, compound=compound, label=label)
