"""A post that spreads: its reactions grow fast, measured where a source gives its counts twice.

Reactions are likes, shares and replies together. Flat limits, beside what a post about this brand
usually gathers: there is no history of the growth of single posts to learn more from.
"""

from __future__ import annotations

from dataclasses import dataclass

from listeners.model import HOUR, MINUTE, Engagement, Label, Micros, Sentence, Severity

SHORTEST = 10 * MINUTE
"""Measured over at least this long: a burst of a minute says little about the hour."""
LONGEST = 2 * HOUR
"""How old what is measured from may be, before it begins anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadRules:
    """``gained`` reactions and ``an_hour`` at least, and ``times`` what is usual in all."""

    gained: int = 40
    an_hour: float = 60.0
    times: float = 5.0
    grave_an_hour: float = 600.0


USUAL_RULES = SpreadRules()


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """The reactions to a post now and at ``since``; ``usual`` is the mean of other posts."""

    since: Micros
    now: Micros
    before: int
    total: int
    usual: float

    @property
    def gained(self) -> int:
        """Reactions more than before."""
        return self.total - self.before

    @property
    def minutes(self) -> int:
        """How long it was measured, at least ``SHORTEST``."""
        return max(self.now - self.since, SHORTEST) // MINUTE

    @property
    def an_hour(self) -> float:
        """Reactions gained an hour."""
        return self.gained * 60 / self.minutes


def reactions(counts: Engagement) -> int | None:
    """Return likes, shares and replies together; ``None`` where the network gives none of them."""
    given = [one for one in (counts.likes, counts.shares, counts.replies) if one is not None]
    return sum(given) if given else None


def begins_anew(since: Micros, now: Micros) -> bool:
    """Return whether what is measured from is too old."""
    return now - since >= LONGEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The verdict on one post."""

    fires: bool
    severity: Severity
    explanation: tuple[Sentence, ...]
    figures: dict[str, int | float | str]


def spreading(growth: Growth, label: Label, rules: SpreadRules = USUAL_RULES) -> Spread:
    """Return whether a post spreads. What is said ill, or very fast, is high."""
    usual = max(growth.usual, 1.0)
    fires = (
        growth.gained >= rules.gained
        and growth.an_hour >= rules.an_hour
        and growth.total >= rules.times * usual
    )
    grave = label is Label.NEGATIVE or growth.an_hour >= rules.grave_an_hour
    return Spread(
        fires=fires,
        severity=Severity.HIGH if grave else Severity.WARN,
        explanation=(
            Sentence(
                "{gained} reactions more in {minutes} min, {total} in all",
                {"gained": growth.gained, "minutes": growth.minutes, "total": growth.total},
            ),
            Sentence("a post about you usually gathers {usual}", {"usual": round(growth.usual, 1)}),
        ),
        figures={
            "x": growth.gained,
            "mu": round(growth.usual, 2),
            "an_hour": round(growth.an_hour, 1),
            "total": growth.total,
            "window_minutes": growth.minutes,
        },
    )
