"""A spike against the same time of day: median and MAD of the last days, robust to past spikes.

z = (sum - median) / max(1.4826 MAD, sqrt(max(median, 1))); fires at z >= 5 and five posts. Made
for the count of negative mentions in half an hour. The first fourteen days a Poisson tail against
the mean rate so far stands in, labelled as learning.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from listeners.model import Sentence
from listeners.risk.tails import at_least

BINS_A_DAY = 288
"""Bins of five minutes in a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SameTimeRules:
    """``window`` and ``around`` are in bins of five minutes; ``z`` 6 is calm, 4 keen."""

    z: float = 5.0
    fewest: int = 5
    window: int = 6
    around: int = 6
    days: int = 28
    learning_days: int = 14
    learning_p: float = 1e-4
    calm_z: float = 2.0


USUAL_RULES = SameTimeRules()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spike:
    """The verdict. ``z`` is ``None`` while learning."""

    fires: bool
    calm: bool
    x: int
    usual: float
    z: float | None
    days: int
    explanation: tuple[Sentence, ...]

    @property
    def thin(self) -> bool:
        """Whether the rule is still learning."""
        return self.z is None

    @property
    def figures(self) -> dict[str, int | float | str]:
        """What is stored with the alert."""
        known: dict[str, int | float | str] = {
            "x": self.x,
            "mu": round(self.usual, 2),
            "baseline_days": self.days,
            "method": "learning" if self.z is None else "same time",
        }
        return known if self.z is None else {**known, "z": round(self.z, 2)}


def spike(bins: Sequence[int], rules: SameTimeRules = USUAL_RULES) -> Spike:
    """Judge the newest window of ``bins``: counts by five minutes, oldest first, ending now."""
    x = sum(bins[-rules.window :])
    days = min((len(bins) - rules.window) // BINS_A_DAY, rules.days)
    if days < rules.learning_days:
        return _learning(bins, x, max(days, 0), rules)
    middle, z = standing(x, _samples(bins, days, rules))
    said = (
        Sentence(
            "{count} negative mentions in {minutes} min, usually {usual} at this time",
            {"count": x, "minutes": 5 * rules.window, "usual": round(middle, 1)},
        ),
        Sentence(
            "{score} times the usual spread; the rule fires at {limit}",
            {"score": round(z, 1), "limit": rules.z},
        ),
    )
    return Spike(
        fires=z >= rules.z and x >= rules.fewest,
        calm=z < rules.calm_z,
        x=x,
        usual=middle,
        z=z,
        days=days,
        explanation=said,
    )


def standing(x: int, samples: Sequence[int]) -> tuple[float, float]:
    """Return the median of earlier sums, and how many of their spreads ``x`` lies above it."""
    middle = median(samples)
    mad = median([abs(sample - middle) for sample in samples])
    return middle, (x - middle) / max(1.4826 * mad, math.sqrt(max(middle, 1.0)))


def _samples(bins: Sequence[int], days: int, rules: SameTimeRules) -> list[int]:
    """Return the window's sums on earlier days, at this time and up to half an hour around it."""
    sums: list[int] = []
    for day in range(1, days + 1):
        for shift in range(-rules.around, rules.around + 1):
            end = len(bins) - day * BINS_A_DAY + shift
            if end >= rules.window:
                sums.append(sum(bins[end - rules.window : end]))
    return sums


def _learning(bins: Sequence[int], x: int, days: int, rules: SameTimeRules) -> Spike:
    before = bins[: -rules.window]
    mean = sum(before) / len(before) * rules.window if before else 0.0
    p = at_least(x, mean)
    said = (
        Sentence(
            "{count} negative mentions in {minutes} min, {usual} on average so far",
            {"count": x, "minutes": 5 * rules.window, "usual": round(mean, 1)},
        ),
        Sentence("still learning: {days} days of history", {"days": days}),
    )
    # Half a day may be all night: the first morning would then be a spike.
    enough = len(before) >= BINS_A_DAY
    return Spike(
        fires=enough and p < rules.learning_p and x >= rules.fewest,
        calm=p > 0.05,
        x=x,
        usual=mean,
        z=None,
        days=days,
        explanation=said,
    )
