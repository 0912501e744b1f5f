"""A surge: many more mentions than usual at this time, with a budget for false alarms.

Seasonal negative-binomial tail: expected mu = level x profile(hour, weekday or weekend), variance
phi x mu; it fires when P(X >= x) is below alpha. With less than seven days of history EARS C1
(mean + 3 sd) stands in, and with less than a day an absolute number; both are labelled.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from listeners.model import HOUR, Micros, Sentence
from listeners.risk.baseline import Baseline, History, baseline
from listeners.risk.tails import at_least

Method = Literal["seasonal", "thin", "absolute"]

PRESETS: Mapping[str, float] = {"calm": 1e-5, "normal": 1e-4, "keen": 1e-3}
"""How improbable a count must be before it fires (alpha)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurgeRules:
    """The figures of the rule; counts are mentions in the window."""

    alpha: float = PRESETS["normal"]
    fewest: int = 5
    fewest_thin: int = 8
    fewest_absolute: int = 30
    ratio: float = 2.0
    fewest_authors: int = 3
    completeness: float = 0.8
    calm: float = 0.05
    thin_hours: int = 7 * 24
    absolute_hours: int = 24


USUAL_RULES = SurgeRules()


@dataclass(frozen=True, slots=True, kw_only=True)
class SurgeCounts:
    """What is looked at: ``x`` fresh mentions in the ``window`` hours up to ``now``.

    Fresh: published at most six hours before they were seen, duplicates folded, no backfill.
    ``authors`` are distinct authors among them; ``completeness`` the share of the window in which
    the source was heard. ``history`` ends where the window begins, or before.
    """

    x: int
    now: Micros
    history: History
    authors: int
    completeness: float = 1.0
    window: int = 1
    usual: Baseline | None = None
    """What was learnt from the history already, over windows of this length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surge:
    """The verdict. ``calm`` is what closes an episode; neither ``fires`` nor ``calm`` is steady."""

    fires: bool
    calm: bool
    x: int
    mu: float
    p: float | None
    phi: float
    window: int
    authors: int
    baseline_hours: int
    method: Method
    explanation: tuple[Sentence, ...]

    @property
    def ratio(self) -> float:
        """How many times the usual."""
        return self.x / self.mu if self.mu else math.inf

    @property
    def thin(self) -> bool:
        """Whether there was too little history for the seasonal rule."""
        return self.method != "seasonal"

    @property
    def figures(self) -> dict[str, int | float | str]:
        """What is stored with the alert."""
        known: dict[str, int | float | str] = {
            "x": self.x,
            "mu": round(self.mu, 3),
            "ratio": round(min(self.ratio, 1e6), 2),
            "phi": round(self.phi, 3),
            "window_hours": self.window,
            "authors": self.authors,
            "baseline_days": round(self.baseline_hours / 24, 1),
            "method": self.method,
        }
        return known if self.p is None else {**known, "p": self.p}


def surge(counts: SurgeCounts, rules: SurgeRules = USUAL_RULES) -> Surge:
    """Return whether the count is a surge."""
    known = counts.history.known
    if known < rules.absolute_hours:
        return _absolute(counts, rules, known)
    if known < rules.thin_hours:
        return _thin(counts, rules, known)
    return _seasonal(counts, rules, known)


def _seasonal(counts: SurgeCounts, rules: SurgeRules, known: int) -> Surge:
    usual = counts.usual or baseline(counts.history, counts.window)
    mu = usual.expected(Micros(counts.now - counts.window * HOUR), counts.now)
    p = at_least(counts.x, mu, usual.phi)
    fires = p < rules.alpha and stands_out(counts.x, mu, rules) and _heard(counts, rules)
    return _verdict(
        counts, rules, fires=fires, calm=p > rules.calm, mu=mu, p=p, phi=usual.phi,
        known=known, method="seasonal",
    )  # fmt: skip


def _thin(counts: SurgeCounts, rules: SurgeRules, known: int) -> Surge:
    """EARS C1: above mean + 3 standard deviations of what there is."""
    sums = _windows(counts.history.hours, counts.window)
    mean = sum(sums) / len(sums) if sums else 0.0
    variance = sum((value - mean) ** 2 for value in sums) / len(sums) if sums else 0.0
    spread = max(math.sqrt(variance), math.sqrt(mean), 0.5)
    fires = (
        counts.x > mean + 3 * spread
        and counts.x >= max(rules.fewest, rules.fewest_thin)
        and counts.x >= rules.ratio * mean
    ) and _heard(counts, rules)
    return _verdict(
        counts, rules, fires=fires, calm=counts.x <= mean + spread, mu=mean, p=None, phi=1.0,
        known=known, method="thin",
    )  # fmt: skip


def _absolute(counts: SurgeCounts, rules: SurgeRules, known: int) -> Surge:
    limit = rules.fewest_absolute * counts.window
    mean = sum(_windows(counts.history.hours, 1)) / known * counts.window if known else 0.0
    fires = counts.x >= limit and counts.x >= rules.ratio * mean and _heard(counts, rules)
    return _verdict(
        counts, rules, fires=fires, calm=counts.x < limit / 2, mu=mean, p=None, phi=1.0,
        known=known, method="absolute",
    )  # fmt: skip


def stands_out(x: int, mu: float, rules: SurgeRules) -> bool:
    """Whether a count is large enough to be looked at, however improbable a smaller one is."""
    return x >= rules.fewest and x >= rules.ratio * mu


def _heard(counts: SurgeCounts, rules: SurgeRules) -> bool:
    """Whether enough people and enough of the source are behind the count."""
    return counts.authors >= rules.fewest_authors and counts.completeness >= rules.completeness


def _windows(hours: Sequence[int | None], window: int) -> list[int]:
    sums: list[int] = []
    for end in range(len(hours), window - 1, -window):
        counts = [count for count in hours[end - window : end] if count is not None]
        if len(counts) == window:
            sums.append(sum(counts))
    return sums


def _verdict(
    counts: SurgeCounts,
    rules: SurgeRules,
    *,
    fires: bool,
    calm: bool,
    mu: float,
    p: float | None,
    phi: float,
    known: int,
    method: Method,
) -> Surge:
    said = [
        Sentence(
            "{count} mentions in {hours} h, usually {usual}",
            {"count": counts.x, "hours": counts.window, "usual": round(mu, 1)},
        ),
        Sentence("by {authors} different authors", {"authors": counts.authors}),
    ]
    if p is not None:
        said.append(
            Sentence(
                "by chance once in {odds} checks; the rule fires below once in {limit}",
                {"odds": _odds(p), "limit": round(1 / rules.alpha)},
            )
        )
    days = round(known / 24, 1)
    if method == "thin":
        said.append(Sentence("thin baseline: only {days} days of history", {"days": days}))
    elif method == "absolute":
        said.append(Sentence("less than a day of history: a fixed limit was used"))
    else:
        said.append(Sentence("compared with {days} days of history", {"days": days}))
    return Surge(
        fires=fires,
        calm=calm,
        x=counts.x,
        mu=mu,
        p=p,
        phi=phi,
        window=counts.window,
        authors=counts.authors,
        baseline_hours=known,
        method=method,
        explanation=tuple(said),
    )


def _odds(p: float) -> int:
    return round(1 / p) if p > 1e-12 else 10**12
