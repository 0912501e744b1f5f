"""Two campaigns side by side: figures a day, and what can be said of their difference.

Whether two shares differ by more than chance is read off their intervals, by the method of variance
estimates recovery (Zou and Donner, "Construction of confidence limits about effect measures",
Statistics in Medicine 27, 2008, 1693-1702): for estimates a and b of independent samples within
[la, ua] and [lb, ub], their difference lies within::

    (a - b) - sqrt((a - la)^2 + (ub - b)^2)   ...   (a - b) + sqrt((ua - a)^2 + (b - lb)^2)

The interval of a net sentiment is that of ``listeners.uncertainty``, that of a share of answers is
Wilson's ("Probable inference, the law of succession, and statistical inference", JASA 22, 1927,
209-212). Counts of mentions come in bursts, one post drawing the next, so that no interval of
theirs would be honest: of them it is only said how often the one holds the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from listeners.campaigns.figures import CampaignFigures, Period
from listeners.model import Sentence
from listeners.uncertainty import Z

Measure = Literal[
    "mentions", "net", "people", "new people", "reach", "conversations", "answered", "stage moves",
    "brand",
]  # fmt: skip
ALIKE = 1.05
"""Figures that differ by less than this factor are called alike."""


class Estimate(NamedTuple):
    """A share, or a difference of shares, and from where to where chance would let it be."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of two campaigns, ``None`` where it is not there, and what is to be said of it.

    ``beyond_chance`` is ``None`` where that cannot be told.
    """

    measure: Measure
    first: float | None
    second: float | None
    said: Sentence
    beyond_chance: bool | None = None


BURSTS = Sentence(
    "Mentions come in bursts, so chance is only judged for shares: net sentiment and answers."
)
UNKNOWN = Sentence("Nothing to compare yet.")


def compared(first: CampaignFigures, second: CampaignFigures) -> list[Difference]:
    """Return the figures of two campaigns, those that grow with time a day."""
    names = first.campaign.name, second.campaign.name
    own = first.own, second.own
    counts: tuple[tuple[Measure, Callable[[Period], int | None]], ...] = (
        ("mentions", lambda one: one.volume),
        ("people", lambda one: one.people),
        ("new people", lambda one: one.new_people),
        ("reach", lambda one: one.reach),
        ("conversations", lambda one: one.conversations),
        ("stage moves", lambda one: one.stage_moves),
    )
    rows = {
        measure: _counted(measure, (own[0].daily(read(own[0])), own[1].daily(read(own[1]))), names)
        for measure, read in counts
    }
    lifts = lift(first), lift(second)
    rows["brand"] = _counted("brand", lifts, names)
    rows["net"] = _judged("net", (net_estimate(own[0]), net_estimate(own[1])), names)
    rows["answered"] = _judged(
        "answered", (answered_estimate(own[0]), answered_estimate(own[1])), names
    )
    order: tuple[Measure, ...] = (
        "mentions", "net", "people", "new people", "reach", "conversations", "answered",
        "stage moves", "brand",
    )  # fmt: skip
    return [rows[measure] for measure in order]


def lift(figures: CampaignFigures) -> float | None:
    """Return how many times as much a day is said of the brand during a campaign as before it."""
    before, during = figures.before.per_day, figures.during.per_day
    return during / before if before and during is not None else None


def mood_moved(first: Period, second: Period) -> Sentence:
    """Return what can be said of the net sentiment of a stretch against that of the one before."""
    was, now = net_estimate(first), net_estimate(second)
    if was is None or now is None:
        return UNKNOWN
    if not beyond_chance(now, was):
        return Sentence("Net sentiment may be as it was before: the difference may be chance.")
    if now.value > was.value:
        return Sentence("Net sentiment is better than before, and by more than chance.")
    return Sentence("Net sentiment is worse than before, and by more than chance.")


def beyond_chance(first: Estimate, second: Estimate) -> bool:
    """Return whether two estimates of independent samples differ by more than chance explains."""
    difference = first.value - second.value
    down = math.hypot(first.value - first.low, second.high - second.value)
    up = math.hypot(first.high - first.value, second.value - second.low)
    return difference - down > 0 or difference + up < 0


def net_estimate(period: Period) -> Estimate | None:
    """Return the net sentiment of a stretch with its band, ``None`` where nothing has a score."""
    net, band = period.net, period.band
    return None if net is None or band is None else Estimate(net, band.low, band.high)


def answered_estimate(period: Period) -> Estimate | None:
    """Return the share that was answered in a stretch with its interval."""
    if period.answered is None:
        return None
    return wilson(period.counts.answered, period.counts.asked)


def wilson(hits: int, count: int) -> Estimate:
    """Return a share of a count, which is not 0, with Wilson's interval."""
    share, weight = hits / count, Z * Z / count
    middle = (share + weight / 2) / (1 + weight)
    half = Z * math.sqrt(share * (1 - share) / count + weight / (4 * count)) / (1 + weight)
    return Estimate(share, min(share, max(0.0, middle - half)), max(share, min(1.0, middle + half)))


def _counted(
    measure: Measure, figures: tuple[float | None, float | None], names: tuple[str, str]
) -> Difference:
    one, other = figures
    if one is None or other is None:
        return Difference(measure, one, other, UNKNOWN)
    more, less = max(one, other), min(one, other)
    name = names[0] if one >= other else names[1]
    if more == 0 or (less > 0 and more / less < ALIKE):
        said = Sentence("About the same.")
    elif less == 0:
        said = Sentence("Only “{name}” has any.", {"name": name})
    else:
        said = Sentence(
            "“{name}”: {factor:.1f} times as much.", {"name": name, "factor": more / less}
        )
    return Difference(measure, one, other, said)


def _judged(
    measure: Measure, figures: tuple[Estimate | None, Estimate | None], names: tuple[str, str]
) -> Difference:
    one, other = figures
    values = (one.value if one else None, other.value if other else None)
    if one is None or other is None:
        return Difference(measure, *values, UNKNOWN)
    if not beyond_chance(one, other):
        said = Sentence("The difference may be chance.")
        return Difference(measure, *values, said, beyond_chance=False)
    name = names[0] if one.value > other.value else names[1]
    said = Sentence("“{name}” is higher, and by more than chance.", {"name": name})
    return Difference(measure, *values, said, beyond_chance=True)
