"""Silence: far fewer mentions than usual while the source is healthy."""

from __future__ import annotations

from dataclasses import dataclass

from listeners.model import DAY, Micros, Sentence
from listeners.risk.baseline import Baseline, History, baseline
from listeners.risk.tails import at_most


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceRules:
    """``fewest_hours`` of history before silence can be told from a quiet brand."""

    alpha: float = 1e-4
    calm: float = 0.05
    fewest_hours: int = 7 * 24


USUAL_RULES = SilenceRules()


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """The verdict on the last 24 hours."""

    fires: bool
    calm: bool
    x: int
    mu: float
    p: float
    explanation: tuple[Sentence, ...]

    @property
    def figures(self) -> dict[str, int | float | str]:
        """What is stored with the alert."""
        return {"x": self.x, "mu": round(self.mu, 2), "p": self.p, "window_hours": 24}


def silence(
    x: int,
    now: Micros,
    history: History,
    *,
    healthy: bool,
    rules: SilenceRules = USUAL_RULES,
    usual: Baseline | None = None,
) -> Silence:
    """Judge ``x`` mentions in the 24 h up to ``now``; only a ``healthy`` source can be silent.

    ``usual`` is what was learnt from the history already, over windows of 24 hours.
    """
    usual = usual or baseline(history, 24)
    mu = usual.expected(Micros(now - DAY), now)
    p = at_most(x, mu, usual.phi)
    enough = history.known >= rules.fewest_hours
    return Silence(
        fires=healthy and enough and p < rules.alpha,
        calm=not healthy or p > rules.calm,
        x=x,
        mu=mu,
        p=p,
        explanation=(
            Sentence(
                "{count} mentions in 24 h, usually {usual}", {"count": x, "usual": round(mu, 1)}
            ),
            Sentence("the source itself works"),
        ),
    )
