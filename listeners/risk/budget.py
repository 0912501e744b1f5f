"""A budget for false alarms: "at most 2 a month" becomes the limits at which detectors fire.

What a detector said of past checks (its *scores*: minus the logarithm of a probability, or spreads
above the usual) peaks now and then without a reason. The peaks above a high level lie
exponentially: peaks over threshold (Pickands 1975, with shape 0). So the mean excess of the
highest of them says how far above them a limit must be for the rate that is allowed, also where
that rate is rarer than anything seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Detector = Literal["surge", "surge 6 h", "negative spike", "negative share", "silence"]
DETECTORS: tuple[Detector, ...] = (
    "surge",
    "surge 6 h",
    "negative spike",
    "negative share",
    "silence",
)
Preset = Literal["calm", "normal", "keen"]
PRESETS: tuple[Preset, ...] = ("calm", "normal", "keen")
PARTS: Mapping[Detector, float] = {
    "surge": 0.3,
    "surge 6 h": 0.15,
    "negative spike": 0.3,
    "negative share": 0.15,
    "silence": 0.1,
}
"""Which part of the budget each detector may use; what one that is off leaves goes to the rest."""
MONTH = 30.0
"""Days of the month a budget speaks of."""
HIGHEST = 20
"""Peaks the tail is read from at most, and half of all peaks at most."""
_FEWEST = 5
_PRIOR = 3.0
"""Peaks' worth of the excess that is assumed before any is seen."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The scale of a detector's scores: ``least`` and ``most`` a limit can be, ``spread`` the mean
    excess to start from."""

    least: float
    most: float
    spread: float


ODDS = Scale(least=-math.log(1e-2), most=-math.log(1e-12), spread=1.0)
"""Minus the natural logarithm of a probability: by chance alone the mean excess is 1."""
SPREADS = Scale(least=3.0, most=20.0, spread=0.6)
"""Spreads above the usual, as ``same_time`` counts them."""


SCALES: Mapping[Detector, Scale] = {
    one: SPREADS if one == "negative spike" else ODDS for one in DETECTORS
}


def score_of(p: float) -> float:
    """Return the score of a probability."""
    return -math.log(max(p, 1e-300))


def p_of(score: float) -> float:
    """Return the probability of a score."""
    return math.exp(-score)


_PRESET_SCORES: Mapping[Detector, tuple[float, float, float]] = {
    "surge": (score_of(1e-5), score_of(1e-4), score_of(1e-3)),
    "surge 6 h": (score_of(1e-5), score_of(1e-4), score_of(1e-3)),
    "negative spike": (6.0, 5.0, 4.0),
    "negative share": (score_of(1e-4), score_of(1e-3), score_of(1e-2)),
    "silence": (score_of(1e-5), score_of(1e-4), score_of(1e-3)),
}


def preset_limit(detector: Detector, preset: Preset) -> float:
    """Return the limit a preset gives a detector."""
    return _PRESET_SCORES[detector][PRESETS.index(preset)]


def peaks(scores: Iterable[tuple[int, float]], apart: int) -> list[float]:
    """Return the heights of the peaks of (check, score), highest first, ``apart`` checks at least.

    What belongs to one episode is one peak, however many checks it lasted.
    """
    heights: list[float] = []
    taken: set[int] = set()
    for check, score in sorted(scores, key=lambda one: (-one[1], one[0])):
        block = check // apart
        near = (block - 1, block, block + 1)
        if taken.isdisjoint(near):
            taken.add(block)
            heights.append(score)
    return heights


def limit(heights: Sequence[float], days: float, a_month: float, scale: Scale) -> float:
    """Return the score above which a detector is expected to fire ``a_month`` times a month.

    ``heights`` are the peaks of ``days`` days, highest first. A smaller ``a_month`` never gives a
    lower limit. The mean excess is that of an exponential tail whose highest values are censored;
    it is taken a standard error longer than it looks.
    """
    wanted = max(a_month, 1e-3) * days / MONTH
    if not heights or len(heights) <= wanted:
        return scale.least
    highest = min(len(heights), HIGHEST, max(_FEWEST, len(heights) // 2))
    base = heights[highest] if len(heights) > highest else min(scale.least, heights[-1])
    # The very highest may have been real: they count as "this high at least" (censored).
    hidden = max(1, highest // 10)
    seen = [height - base for height in heights[hidden:highest]]
    excess = sum(seen) + hidden * (seen[0] if seen else 0.0) + _PRIOR * scale.spread
    mean = excess / (len(seen) + _PRIOR)
    above = mean * (1 + 1 / math.sqrt(highest)) * math.log(max(1.0, highest / wanted))
    return min(max(base + above, scale.least), scale.most)


def parts(on: Iterable[Detector]) -> dict[Detector, float]:
    """Return the part of the budget of each detector that is on; together they are 1."""
    kept = {one: PARTS[one] for one in on}
    whole = sum(kept.values())
    return {one: part / whole for one, part in kept.items()}
