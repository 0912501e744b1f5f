"""One brand's counts every five minutes, and what the detectors say of each check of them.

The decisions are those of ``listeners.risk``; what is learnt anew every hour is learnt once for
the twelve checks of that hour, here as in the process that listens.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate

from listeners.model import HOUR, Micros
from listeners.risk.baseline import PROFILE_HOURS, Baseline, cells, learn
from listeners.risk.budget import score_of
from listeners.risk.episodes import CHECK, COOL_CHECKS
from listeners.risk.same_time import BINS_A_DAY, SameTimeRules, standing
from listeners.risk.same_time import USUAL_RULES as USUAL_SPIKE
from listeners.risk.surge import USUAL_RULES, SurgeRules, stands_out
from listeners.risk.tails import at_least

BINS_AN_HOUR = HOUR // CHECK


class Series:
    """Counts of bins of five minutes, oldest first, the first beginning at a full hour.

    Check ``n`` is made when bin ``n - 1`` has ended: ``n`` bins are known then. ``before`` holds
    the hours before the first bin, ``None`` where nothing is to be learnt from them; ``left_out``
    the numbers of later hours of that kind: episodes that were real.
    """

    def __init__(
        self,
        bins: Sequence[int],
        start: Micros,
        zone: str = "UTC",
        left_out: frozenset[int] = frozenset(),
        before: Sequence[int | None] = (),
    ) -> None:
        self.bins = bins
        self.start = start
        self.zone = zone
        self._sums = [0, *accumulate(bins)]
        full = len(bins) // BINS_AN_HOUR
        self._before = len(before)
        self._hours: list[int | None] = [
            *before,
            *(None if hour in left_out else self._hour(hour) for hour in range(full)),
        ]
        self._learnt: dict[tuple[int, int], Baseline] = {}

    @cached_property
    def _cells(self) -> list[int]:
        first = Micros(self.start - self._before * HOUR)
        return cells(first, len(self._hours), self.zone)

    def _hour(self, hour: int) -> int:
        return self.between(hour * BINS_AN_HOUR, (hour + 1) * BINS_AN_HOUR)

    @property
    def hours_before(self) -> int:
        """How many hours are known before the first bin."""
        return self._before

    @property
    def checks(self) -> int:
        """How many checks there are."""
        return len(self.bins) + 1

    def at(self, check: int) -> Micros:
        """Return when a check is made."""
        return Micros(self.start + check * CHECK)

    def check_of(self, at: Micros) -> int:
        """Return the last check made at or before a moment."""
        return (at - self.start) // CHECK

    def between(self, since: int, until: int) -> int:
        """Return the count of the bins from ``since`` up to, not including, ``until``."""
        return self._sums[until] - self._sums[max(0, since)]

    def known_hours(self, check: int, window: int) -> int:
        """Return how many full hours lie before the window of a check."""
        return max(0, self._before + check // BINS_AN_HOUR - window)

    def usual(self, check: int, window: int, *, until: int | None = None) -> Baseline:
        """Return what was usual as far as it could be known at a check; ``window`` in hours.

        What is learnt ends ``until`` full hours before the check, else where its window begins.
        """
        end = self.known_hours(check, window if until is None else until)
        known = self._learnt.get((end, window))
        if known is None:
            since = max(0, end - PROFILE_HOURS)
            known = learn(self._hours[since:end], self._cells[since:end], window, self.zone)
            self._learnt[end, window] = known
        return known


class SurgeChecks:
    """The checks of a surge over ``window`` hours."""

    step = 1

    def __init__(self, series: Series, window: int = 1, rules: SurgeRules = USUAL_RULES) -> None:
        self.series = series
        self.window = window
        self.rules = rules

    def count(self, check: int) -> int:
        """Return the mentions in the window of a check."""
        return self.series.between(check - self.window * BINS_AN_HOUR, check)

    def expected(self, check: int) -> tuple[float, float]:
        """Return what is expected in the window of a check, and the dispersion."""
        usual = self.series.usual(check, self.window)
        now = self.series.at(check)
        return usual.expected(Micros(now - self.window * HOUR), now), usual.phi

    @property
    def first_judged(self) -> int:
        """The first check with enough history to be judged."""
        hours = self.rules.thin_hours + self.window - self.series.hours_before
        return max(0, hours * BINS_AN_HOUR)

    @property
    def apart(self) -> int:
        """Checks between two peaks that are two episodes: the window and the cool-down."""
        return self.window * BINS_AN_HOUR + COOL_CHECKS

    def p(self, check: int, *, more: int = 0) -> float:
        """Return how improbable the count of a check is, ``more`` mentions added to it.

        1 where it does not stand out enough to be judged, or too little is known.
        """
        x = self.count(check) + more
        if x < self.rules.fewest or check < self.first_judged:
            return 1.0
        mu, phi = self.expected(check)
        return at_least(x, mu, phi) if stands_out(x, mu, self.rules) else 1.0

    def score(self, check: int, *, more: int = 0) -> float:
        """Return the score of a check, 0 where it is not judged."""
        return score_of(self.p(check, more=more))

    def calm(self, check: int) -> bool:
        """Whether a check counts towards closing an episode."""
        mu, phi = self.expected(check)
        return at_least(self.count(check), mu, phi) > self.rules.calm


class SpikeChecks:
    """The checks of a spike against the same time of earlier days."""

    step = 1

    def __init__(self, series: Series, rules: SameTimeRules = USUAL_SPIKE) -> None:
        self.series = series
        self.rules = rules

    @property
    def first_judged(self) -> int:
        """The first check with enough history to be judged."""
        return self.rules.learning_days * BINS_A_DAY + self.rules.window

    @property
    def apart(self) -> int:
        """Checks between two peaks that are two episodes: the window and the cool-down."""
        return self.rules.window + COOL_CHECKS

    def score(self, check: int, *, more: int = 0) -> float:
        """Return the spreads above the usual, 0 where a check is not judged."""
        x = self.series.between(check - self.rules.window, check) + more
        if x < self.rules.fewest or check < self.first_judged:
            return 0.0
        return max(0.0, self.z(check, more=more))

    def z(self, check: int, *, more: int = 0) -> float:
        """Return how many usual spreads a check lies above the usual, ``more`` mentions added."""
        x = self.series.between(check - self.rules.window, check) + more
        days = self._days(check)
        return standing(x, self._samples(check, days))[1] if days else 0.0

    def _days(self, check: int) -> int:
        return min((check - self.rules.window) // BINS_A_DAY, self.rules.days)

    def _samples(self, check: int, days: int) -> list[int]:
        rules, between = self.rules, self.series.between
        ends = (
            check - day * BINS_A_DAY + shift
            for day in range(1, days + 1)
            for shift in range(-rules.around, rules.around + 1)
        )
        return [between(end - rules.window, end) for end in ends if end >= rules.window]

    def calm(self, check: int) -> bool:
        """Whether a check counts towards closing an episode."""
        return self.z(check) < self.rules.calm_z
