"""The share of negative mentions: clearly higher in the last day than in the last week.

Beta-binomial tail: the usual share is the week's, smoothed with the weight of 30 mentions, and is
itself allowed to vary as much as 30 mentions would make it.
"""

from __future__ import annotations

from dataclasses import dataclass

from listeners.model import Sentence
from listeners.risk.tails import beta_binomial_at_least


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRules:
    """``prior`` is the share assumed before anything was heard; ``rise`` is in shares (0.1)."""

    strength: float = 30.0
    prior: float = 0.2
    alpha: float = 0.001
    fewest: int = 5
    rise: float = 0.1
    calm: float = 0.05
    thin: int = 30


USUAL_RULES = ShareRules()


@dataclass(frozen=True, slots=True, kw_only=True)
class NegativeShare:
    """The verdict; shares are of scored mentions."""

    fires: bool
    calm: bool
    negative: int
    scored: int
    usual: float
    p: float
    thin: bool
    explanation: tuple[Sentence, ...]

    @property
    def share(self) -> float:
        """The share now."""
        return self.negative / self.scored if self.scored else 0.0

    @property
    def figures(self) -> dict[str, int | float | str]:
        """What is stored with the alert."""
        return {
            "x": self.negative,
            "scored": self.scored,
            "share": round(self.share, 3),
            "usual": round(self.usual, 3),
            "p": self.p,
            "window_hours": 24,
        }


def negative_share(
    negative: int,
    scored: int,
    week_negative: int,
    week_scored: int,
    rules: ShareRules = USUAL_RULES,
) -> NegativeShare:
    """Judge the last 24 hours against the seven days before them."""
    usual = usual_share(week_negative, week_scored, rules)
    p = beta_binomial_at_least(negative, scored, usual, rules.strength)
    share = negative / scored if scored else 0.0
    fires = p < rules.alpha and stands_out(negative, scored, usual, rules)
    said = (
        Sentence(
            "at least {share} % negative in {count} scored mentions of 24 h, usually {usual} %",
            {"share": round(100 * share), "count": scored, "usual": round(100 * usual)},
        ),
        Sentence("at least: many complaints are read as neutral"),
    )
    return NegativeShare(
        fires=fires,
        calm=p > rules.calm,
        negative=negative,
        scored=scored,
        usual=usual,
        p=p,
        thin=week_scored < rules.thin,
        explanation=said,
    )


def usual_share(negative: int, scored: int, rules: ShareRules = USUAL_RULES) -> float:
    """Return the share of a week, smoothed with what is assumed before anything was heard."""
    return (negative + rules.strength * rules.prior) / (scored + rules.strength)


def stands_out(negative: int, scored: int, usual: float, rules: ShareRules) -> bool:
    """Whether a share is large enough to be looked at, however improbable a smaller one is."""
    return negative >= rules.fewest and negative >= (usual + rules.rise) * scored
