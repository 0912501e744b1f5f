"""Bursts planted into a brand's own stream: how soon would a jump of mentions be noticed?"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from listeners.model import MINUTE
from listeners.replay.series import BINS_AN_HOUR, SurgeChecks
from listeners.risk.episodes import CHECK

PLANTED = 40
"""Bursts planted, each by itself, at moments spread over the stretch."""
PATIENCE = 2 * BINS_AN_HOUR
"""Checks within which a burst counts as noticed: two hours, while it lasts one."""
_SEED = 4


@dataclass(frozen=True, slots=True)
class Noticed:
    """The share of the bursts that were noticed, and the median delay of those, in minutes."""

    share: float
    minutes: int | None


def plant(checks: SurgeChecks, times: float) -> list[list[float]]:
    """Return the scores of the checks after the beginning of each burst.

    A burst lasts an hour and is ``times`` what is expected at that hour.
    """
    first, last = checks.first_judged, checks.series.checks - PATIENCE
    if last <= first:
        return []
    draw = random.Random(_SEED)  # noqa: S311 - the same places every night
    return [_burst(checks, draw.randrange(first, last), times) for _ in range(PLANTED)]


def _burst(checks: SurgeChecks, at: int, times: float) -> list[float]:
    extra = checks.expected(at + BINS_AN_HOUR)[0] * (times - 1) / checks.window
    added = [round(extra * min(n, BINS_AN_HOUR) / BINS_AN_HOUR) for n in range(PATIENCE + 1)]
    scores = []
    for late in range(1, PATIENCE + 1):
        gone = max(0, late - checks.window * BINS_AN_HOUR)
        scores.append(checks.score(at + late, more=added[late] - added[gone]))
    return scores


def noticed(planted: Sequence[Sequence[float]], limit: float) -> Noticed:
    """Return how many of the bursts a limit notices, and after how long."""
    delays = [
        next((late for late, score in enumerate(scores, 1) if score > limit), None)
        for scores in planted
    ]
    found = [late for late in delays if late is not None]
    if not found:
        return Noticed(0.0, None)
    return Noticed(len(found) / len(planted), round(median(found) * CHECK / MINUTE))
