"""Who is worth a next step, why, and which: for a brand that speaks to firms, people, or both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from listeners.model import DAY, Micros, Sentence
from listeners.stages.facts import Stage, StageRules

Kind = Literal["asked", "praise", "reach", "ready"]
Audience = Literal["b2b", "b2c", "both"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Where somebody stands with a brand. Times are microseconds, ``reach`` is followers."""

    stage: Stage
    since: Micros
    positives: int = 0
    negatives: int = 0
    reach: int = 0
    answered_at: Micros | None = None
    asked_at: Micros | None = None
    role: str = ""


@dataclass(frozen=True, slots=True)
class NextStep:
    """What may bring somebody further, and why it is time."""

    kind: Kind
    reason: Sentence
    step: Sentence


_STEPS: dict[Kind, dict[Audience, Sentence]] = {
    "asked": {
        "b2b": Sentence("Answer what waits for a reply, and name somebody they can write to."),
        "b2c": Sentence("Answer what waits for a reply, where they said it."),
        "both": Sentence("Answer what waits for a reply."),
    },
    "praise": {
        "b2b": Sentence("Thank them, and offer a talk with one of your experts."),
        "b2c": Sentence("Thank them where they said it, and ask what they like best."),
        "both": Sentence("Thank them where they said it."),
    },
    "reach": {
        "b2b": Sentence("Write to them with something worth reading: a study, an expert's view."),
        "b2c": Sentence("Answer them where they spoke: many people read it."),
        "both": Sentence("Answer them: many people read what they write."),
    },
    "ready": {
        "b2b": Sentence("Offer a demonstration, or ask whether they would be a reference."),
        "b2c": Sentence("Invite them: an event, an offer, a first try; or ask for a review."),
        "both": Sentence("Ask for a review or a recommendation."),
    },
}
_PRESS = Sentence("Offer them an interview, or the figures behind the story.")


def worth(one: Situation, rules: StageRules) -> bool:
    """Whether a next step may be worth it, now or once they have been there long enough."""
    return _kind(one, rules) is not None


def next_step(
    one: Situation, rules: StageRules, audience: Audience, now: Micros
) -> NextStep | None:
    """Return what to do next about somebody, ``None`` if nothing is due."""
    kind = _kind(one, rules)
    if kind is None or (kind == "ready" and now - one.since < rules.step_days * DAY):
        return None
    step = _STEPS[kind][audience]
    if one.role == "journalist" and kind != "asked":
        step = _PRESS
    return NextStep(kind, _reason(kind, one, now), step)


def _kind(one: Situation, rules: StageRules) -> Kind | None:
    if one.stage == "convince":
        return "ready" if one.positives > one.negatives else None
    if one.stage == "convert" or one.answered_at is not None:
        return None
    praise, far = one.positives >= rules.step_positives, one.reach >= rules.step_reach
    if one.asked_at is not None and (praise or far):
        return "asked"
    return "praise" if praise else "reach" if far else None


def _reason(kind: Kind, one: Situation, now: Micros) -> Sentence:
    match kind:
        case "ready":
            return Sentence(
                "Days at this stage: {days}; positive mentions: {positives}, negative: {negatives}",
                {
                    "days": (now - one.since) // DAY,
                    "positives": one.positives,
                    "negatives": one.negatives,
                },
            )
        case "reach":
            return Sentence("Followers: {count:,}; no answer from us", {"count": one.reach})
        case "praise":
            return Sentence(
                "Positive mentions: {count}; no answer from us", {"count": one.positives}
            )
        case "asked":
            return Sentence(
                "A mention waits for a reply; positive mentions: {positives}, followers: {count:,}",
                {"positives": one.positives, "count": one.reach},
            )
