"""Rules that hubbub does not use, for comparison: EWMA z and two flat rules on the last hour.

Each has the floor of five mentions that ours have, so that what is compared is the rule.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import accumulate

HOUR = 12
"""Bins of five minutes in an hour."""
WEEK = 7 * 24 * HOUR
FEWEST = 5
Score = Callable[[int, int], float]
"""From a check and mentions added to its last hour to a score; the rule fires above its limit."""


class Flat:
    """The last hour against the seven days before it."""

    def __init__(self, bins: Sequence[int]) -> None:
        self._sums = [0, *accumulate(bins)]
        self._squares = [0, *accumulate(self._sum(n, HOUR) ** 2 for n in range(len(bins) + 1))]

    def _sum(self, check: int, width: int) -> int:
        return self._sums[check] - self._sums[max(0, check - width)]

    def ratio(self, check: int, more: int = 0) -> float:
        """Return how many times the hourly mean of seven days the last hour is."""
        x = self._sum(check, HOUR) + more
        before = check - HOUR
        mean = self._sum(before, WEEK) / (WEEK / HOUR)
        return x / mean if x >= FEWEST and mean else 0.0

    def deviations(self, check: int, more: int = 0) -> float:
        """Return how many standard deviations above that mean the last hour is."""
        x = self._sum(check, HOUR) + more
        before = check - HOUR
        mean = self._sum(before, WEEK) / (WEEK / HOUR)
        square = (self._squares[before] - self._squares[before - WEEK]) / WEEK
        spread = math.sqrt(max(square - mean * mean, 1e-9))
        return (x - mean) / spread if x >= FEWEST else 0.0


class Ewma:
    """The last hour against an exponentially weighted mean and variance, half-life a day."""

    def __init__(self, bins: Sequence[int]) -> None:
        keep = 0.5 ** (1 / 24)
        self._sums = [0, *accumulate(bins)]
        self._means, self._variances = [0.0], [0.0]
        for hour in range(len(bins) // HOUR):
            count = self._sums[(hour + 1) * HOUR] - self._sums[hour * HOUR]
            mean, variance = self._means[-1], self._variances[-1]
            away = count - mean
            self._means.append(mean + (1 - keep) * away)
            self._variances.append(keep * (variance + (1 - keep) * away * away))

    def z(self, check: int, more: int = 0) -> float:
        """Return how many weighted standard deviations above the weighted mean the last hour is."""
        x = self._sums[check] - self._sums[check - HOUR] + more
        known = check // HOUR - 1
        spread = math.sqrt(max(self._variances[known], self._means[known], 0.1))
        return (x - self._means[known]) / spread if x >= FEWEST else 0.0
