"""At what each detector of a brand fires: a preset, or what a budget for false alarms gave.

A budget is turned into limits by a replay of the brand's own last four weeks, at start and every
night; they are kept in the store with what they were based on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import cast

from listeners.config import BrandConfig
from listeners.config.false_alarms import Choice
from listeners.model import Micros, Sentence
from listeners.risk.budget import DETECTORS, Detector, Preset, parts, preset_limit


@dataclass(frozen=True, slots=True)
class Limit:
    """The ``score`` above which a detector fires, and where it comes from.

    ``a_month`` is what it may use of the budget, ``None`` for a ``preset``. ``days`` were
    replayed; where they were too few, 0, the preset stands in.
    """

    score: float
    preset: Preset = "normal"
    a_month: float | None = None
    days: float = 0.0

    @property
    def replayed(self) -> bool:
        """Whether it was found by a replay."""
        return self.a_month is not None and self.days > 0

    @property
    def why(self) -> Sentence | None:
        """Why it is where it is; ``None`` where nobody chose anything."""
        if self.a_month is None:
            return None
        budget = f"{self.a_month:.2g}"
        if not self.days:
            return Sentence(
                "there are too few days of history for the budget of {budget} false alarms a "
                "month: the usual limit was used",
                {"budget": budget},
            )
        return Sentence(
            "the limit is the one that {days} days of your own mentions give for {budget} false "
            "alarms a month by this rule",
            {"days": round(self.days), "budget": budget},
        )


Limits = Mapping[Detector, Limit | None]
"""The limit of every detector; ``None`` for one that is off."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a replay gave a brand: ``mark`` says for which choices, ``at`` when."""

    mark: str
    at: Micros
    limits: Limits


def choices_of(brand: BrandConfig) -> dict[Detector, Choice | None]:
    """Return the choice each detector lives by, its part of the common budget worked out."""
    shared = parts(brand.alarms.shared) if brand.alarms.shared else {}
    found: dict[Detector, Choice | None] = {}
    for one in DETECTORS:
        choice = brand.alarms.own.get(one, brand.alarms.whole)
        if choice is not None and choice.a_month is not None and one in shared:
            choice = Choice(choice.preset, choice.a_month * shared[one])
        found[one] = choice
    return found


def mark_of(brand: BrandConfig) -> str:
    """Return a text that changes when the brand's choices do."""
    return json.dumps(
        {
            one: None if choice is None else [choice.preset, choice.a_month]
            for one, choice in choices_of(brand).items()
        }
    )


def wants_replay(brand: BrandConfig) -> bool:
    """Whether any detector of the brand lives by a budget."""
    return any(one is not None and one.a_month is not None for one in choices_of(brand).values())


def usual_limits(brand: BrandConfig) -> dict[Detector, Limit | None]:
    """Return the limits without a replay: presets, also where a budget is asked for."""
    return {
        one: None
        if choice is None
        else Limit(preset_limit(one, choice.preset), choice.preset, choice.a_month)
        for one, choice in choices_of(brand).items()
    }


def limits_in_force(brand: BrandConfig, chosen: Chosen | None) -> Limits:
    """Return what a brand's detectors go by: the replay's limits, if they are for these choices."""
    if chosen is not None and chosen.mark == mark_of(brand):
        return chosen.limits
    return usual_limits(brand)


def to_text(chosen: Chosen) -> str:
    """Return a choice as it is kept."""
    limits = {one: limit and asdict(limit) for one, limit in chosen.limits.items()}
    return json.dumps({"mark": chosen.mark, "at": chosen.at, "limits": limits})


def from_text(text: str) -> Chosen | None:
    """Return a choice that was kept; ``None`` for what is no choice any more."""
    try:
        found = json.loads(text)
        limits = {
            cast("Detector", one): None if limit is None else Limit(**limit)
            for one, limit in found["limits"].items()
        }
        known = Chosen(str(found["mark"]), Micros(int(found["at"])), limits)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return known if set(limits) == set(DETECTORS) else None
