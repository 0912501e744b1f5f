"""The hourly checks of what looks at whole days: the share of negative mentions, and silence."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from listeners.model import DAY, Micros
from listeners.replay.series import BINS_AN_HOUR, Series
from listeners.risk.budget import score_of
from listeners.risk.episodes import COOL_CHECKS
from listeners.risk.negative_share import USUAL_RULES as USUAL_SHARE
from listeners.risk.negative_share import ShareRules, stands_out, usual_share
from listeners.risk.silence import USUAL_RULES as USUAL_SILENCE
from listeners.risk.silence import SilenceRules
from listeners.risk.tails import at_most, beta_binomial_at_least

_DAY_HOURS = 24
_WEEK_HOURS = 7 * 24


class ShareChecks:
    """The checks of the negative share at every full hour of a series.

    ``negative`` and ``scored`` count by hour, from the hour in which the series begins.
    """

    step = BINS_AN_HOUR

    def __init__(
        self, negative: Sequence[int], scored: Sequence[int], rules: ShareRules = USUAL_SHARE
    ) -> None:
        self._negative = [0, *accumulate(negative)]
        self._scored = [0, *accumulate(scored)]
        self.rules = rules

    @property
    def first_judged(self) -> int:
        """The first check with enough history to be judged."""
        return (_DAY_HOURS + _WEEK_HOURS) * BINS_AN_HOUR

    @property
    def apart(self) -> int:
        """Checks between two peaks that are two episodes."""
        return _DAY_HOURS * BINS_AN_HOUR + COOL_CHECKS

    def _p(self, check: int) -> tuple[float, bool]:
        """Return how improbable the share is, and whether it is large enough to be looked at."""
        hour = check // BINS_AN_HOUR
        day, week = hour - _DAY_HOURS, hour - _DAY_HOURS - _WEEK_HOURS
        negative = self._negative[hour] - self._negative[day]
        scored = self._scored[hour] - self._scored[day]
        usual = usual_share(
            self._negative[day] - self._negative[week],
            self._scored[day] - self._scored[week],
            self.rules,
        )
        large = stands_out(negative, scored, usual, self.rules)
        p = beta_binomial_at_least(negative, scored, usual, self.rules.strength)
        return p, large

    def score(self, check: int) -> float:
        """Return the score of a check, 0 where it is not judged."""
        p, large = self._p(check) if check >= self.first_judged else (1.0, False)
        return score_of(p) if large else 0.0

    def calm(self, check: int) -> bool:
        """Whether a check counts towards closing an episode."""
        return check < self.first_judged or self._p(check)[0] > self.rules.calm


class SilenceChecks:
    """The checks of silence at every full hour; that the sources worked is taken for granted."""

    step = BINS_AN_HOUR

    def __init__(self, series: Series, rules: SilenceRules = USUAL_SILENCE) -> None:
        self.series = series
        self.rules = rules

    @property
    def first_judged(self) -> int:
        """The first check with enough history to be judged."""
        hours = self.rules.fewest_hours + 1 - self.series.hours_before
        return max(_DAY_HOURS, hours) * BINS_AN_HOUR

    @property
    def apart(self) -> int:
        """Checks between two peaks that are two episodes."""
        return _DAY_HOURS * BINS_AN_HOUR + COOL_CHECKS

    def _p(self, check: int) -> float:
        now = self.series.at(check)
        # What is learnt reaches up to the last full hour: a day of silence is part of the usual.
        usual = self.series.usual(check, _DAY_HOURS, until=1)
        mu = usual.expected(Micros(now - DAY), now)
        return at_most(self.series.between(check - _DAY_HOURS * BINS_AN_HOUR, check), mu, usual.phi)

    def score(self, check: int) -> float:
        """Return the score of a check, 0 where it is not judged."""
        return score_of(self._p(check)) if check >= self.first_judged else 0.0

    def calm(self, check: int) -> bool:
        """Whether a check counts towards closing an episode."""
        return self._p(check) > self.rules.calm
