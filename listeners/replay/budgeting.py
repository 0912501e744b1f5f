"""What a budget for false alarms comes to on a brand's own last four weeks, and what it costs.

Every detector judges every check of the past once; from the scores follow the limit of any budget,
how often it would have fired, and how soon a planted jump would have been noticed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from listeners.config import BrandConfig
from listeners.config.false_alarms import Choice
from listeners.limits import Chosen, Limit, choices_of, mark_of, usual_limits
from listeners.model import DAY, HOUR, Micros
from listeners.replay.bursts import Noticed, noticed, plant
from listeners.replay.series import BINS_AN_HOUR, Series, SpikeChecks, SurgeChecks
from listeners.replay.shares import ShareChecks, SilenceChecks
from listeners.risk.budget import SCALES, Detector, limit, peaks
from listeners.risk.episodes import CHECK, episodes
from listeners.store import Store
from listeners.store.connection import Connection
from listeners.store.counts import LOOKED_BACK, Stretch, hours_of, stretch_of

FEWEST_DAYS = 7.0
"""Days that must have been replayed before a budget can be turned into a limit."""
BREATH = 40
"""Checks between two breaths of the event loop: about 2 ms."""
JUMP = 3.0
"""The jump of which is said how soon it would be noticed: so many times the usual."""


class Checks(Protocol):
    """The checks of one detector."""

    step: int

    @property
    def first_judged(self) -> int: ...

    @property
    def apart(self) -> int: ...

    def score(self, check: int) -> float: ...

    def calm(self, check: int) -> bool: ...


@dataclass(frozen=True, slots=True)
class Replayed:
    """What one detector said of the past: scores above 0 by check, those of real episodes apart."""

    checks: Checks
    last: int
    days: float
    scores: Mapping[int, float]
    real: frozenset[int]

    def limit(self, detector: Detector, a_month: float) -> float:
        """Return the limit for a budget; real episodes do not count."""
        false = [(n, score) for n, score in self.scores.items() if n not in self.real]
        return limit(peaks(false, self.checks.apart), self.days, a_month, SCALES[detector])

    def fired(self, above: float) -> int:
        """Return how many episodes there would have been with a limit."""
        step = self.checks.step
        firing = [n // step for n, score in self.scores.items() if score > above]
        calm = self.checks.calm
        return len(episodes(firing, lambda n: calm(n * step), self.last // step + 1))


Past = Mapping[Detector, Replayed]


def checks_of(stretch: Stretch, zone: str) -> dict[Detector, Checks]:
    """Return the checks of every detector on a stretch of the past."""
    end = Micros(stretch.start + len(stretch.fresh) * CHECK)
    first = Micros(stretch.start - len(stretch.before) * HOUR)
    out = hours_of((span for spans in stretch.real.values() for span in spans), first, end)
    before = [
        None if first + hour * HOUR in out else count for hour, count in enumerate(stretch.before)
    ]
    left_out = frozenset((at - stretch.start) // HOUR for at in out if at >= stretch.start)
    fresh = Series(stretch.fresh, stretch.start, zone, left_out, before)
    return {
        "surge": SurgeChecks(fresh, 1),
        "surge 6 h": SurgeChecks(fresh, 6),
        "negative spike": SpikeChecks(Series(stretch.negative, stretch.start, zone)),
        "negative share": ShareChecks(stretch.hour_negative, stretch.hour_scored),
        "silence": SilenceChecks(fresh),
    }


async def replay(stretch: Stretch, zone: str) -> Past:
    """Let every detector judge every check of a stretch, in slices of about 2 ms."""
    past: dict[Detector, Replayed] = {}
    last = len(stretch.fresh) // BINS_AN_HOUR * BINS_AN_HOUR
    for detector, checks in checks_of(stretch, zone).items():
        first = -(-checks.first_judged // checks.step) * checks.step
        scores: dict[int, float] = {}
        for number, check in enumerate(range(first, last + 1, checks.step)):
            if number % BREATH == 0:
                await asyncio.sleep(0)
            if (score := checks.score(check)) > 0:
                scores[check] = score
        real = frozenset(
            check
            for begins, ends in stretch.real[detector]
            for check in range(
                (begins - stretch.start) // CHECK, (ends - stretch.start) // CHECK + checks.apart
            )
        )
        days = max(0, last - first) * CHECK / DAY
        past[detector] = Replayed(checks, last, days, scores, real)
    return past


def limits_for(brand: BrandConfig, past: Past) -> dict[Detector, Limit | None]:
    """Return the limit of every detector by the brand's choices, on its own past."""
    found = usual_limits(brand)
    for detector, choice in choices_of(brand).items():
        replayed = past[detector]
        if choice is None or choice.a_month is None or replayed.days < FEWEST_DAYS:
            continue
        score = replayed.limit(detector, choice.a_month)
        found[detector] = Limit(score, choice.preset, choice.a_month, replayed.days)
    return found


async def past_of(store: Store, brand: BrandConfig, now: Micros) -> Past:
    """Return what the detectors said of a brand's last four weeks.

    Raises:
        StoreError: the store cannot be read.
    """

    async def work(connection: Connection) -> Stretch:
        return await stretch_of(connection, brand.name, Micros(now - LOOKED_BACK), now)

    return await replay(await store.read(work), brand.hours.zone)


async def choose(store: Store, brand: BrandConfig, now: Micros) -> Chosen:
    """Return the limits a brand's choices come to on its own last four weeks.

    Raises:
        StoreError: the store cannot be read.
    """
    past = await past_of(store, brand, now)
    return Chosen(mark_of(brand), now, limits_for(brand, past))


@dataclass(frozen=True, slots=True)
class Cost:
    """What limits come to: episodes in the past by detector, and how soon a jump is noticed."""

    fired: Mapping[Detector, int]
    days: float
    jump: Noticed


def cost_of(past: Past, limits: Mapping[Detector, Limit | None]) -> Cost:
    """Return what limits would have done in the past, and what they cost in delay."""
    fired = {
        detector: 0 if (at := limits[detector]) is None else replayed.fired(at.score)
        for detector, replayed in past.items()
    }
    surge, at = past["surge"], limits["surge"]
    seen = Noticed(0.0, None)
    if at is not None and isinstance(surge.checks, SurgeChecks):
        seen = noticed(plant(surge.checks, JUMP), at.score)
    return Cost(fired, max(one.days for one in past.values()), seen)


OFFERED: tuple[Choice, ...] = (
    Choice("calm"),
    Choice("normal"),
    Choice("keen"),
    Choice(a_month=1.0),
    Choice(a_month=2.0),
    Choice(a_month=4.0),
    Choice(a_month=8.0),
)
"""The choices whose cost is shown beside a person's own."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One choice for all detectors, what it comes to and what it costs; ``own``: it is in force."""

    choice: Choice
    limits: Mapping[Detector, Limit | None]
    cost: Cost
    own: bool


def offers(brand: BrandConfig, past: Past) -> list[Offer]:
    """Return what every choice would come to for a brand, its own among them."""
    own = brand.alarms.whole
    wanted = OFFERED if own in OFFERED else (*OFFERED, own)
    found = []
    for choice in wanted:
        tried = replace(brand, alarms=replace(brand.alarms, whole=choice))
        limits = limits_for(tried, past)
        found.append(Offer(choice, limits, cost_of(past, limits), choice == own))
    return found
