"""What was usual hour by hour around an episode, and from how many mentions a surge begins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from listeners.model import HOUR, Micros
from listeners.risk.baseline import History, baseline
from listeners.risk.surge import PRESETS, USUAL_RULES
from listeners.risk.tails import at_least

_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Band:
    """One hour: what was expected, within two standard deviations, and where the rule fires."""

    expected: float
    low: float
    high: float
    fires_at: int


def bands(
    history: History, starts: Sequence[Micros], alpha: float = PRESETS["normal"]
) -> tuple[Band, ...]:
    """Return the band of each hour; none where less than a week is known.

    ``history`` ends before the episode begins, so that it is no example of the usual.
    """
    if history.known < USUAL_RULES.thin_hours:
        return ()
    usual = baseline(history)
    found: list[Band] = []
    for start in starts:
        mu = usual.expected(start, Micros(start + HOUR))
        spread = 2 * math.sqrt(usual.phi * mu)
        found.append(Band(mu, max(0.0, mu - spread), mu + spread, _fires_at(mu, usual.phi, alpha)))
    return tuple(found)


def _fires_at(mu: float, phi: float, alpha: float) -> int:
    """Return the smallest count that the rule takes for a surge, by halving."""
    low = max(USUAL_RULES.fewest, math.ceil(USUAL_RULES.ratio * mu))
    if at_least(low, mu, phi) < alpha:
        return low
    high = low
    while at_least(high, mu, phi) >= alpha and high < _MOST:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if at_least(middle, mu, phi) < alpha else (middle, high)
    return high
