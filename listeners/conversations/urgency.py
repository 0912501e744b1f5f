"""The order of the queue: tier, due time, score, and the reasons in words.

Tiers: 1 risk, legal, safety · 2 overdue or due within 15 minutes · 3 purchase, cancel, VIP,
journalist · 4 a service question or complaint · 5 the rest. What is stored is the tier without
time; ``effective_tier`` makes it 2 when the clock says so, and ``becomes_due`` names what a
periodic look has to move.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from listeners.conversations.clock import BusinessHours, due_at
from listeners.conversations.conversation import Conversation
from listeners.model import MINUTE, ConversationState, Label, Micros, Reason, Sentence

if TYPE_CHECKING:
    from listeners.config import BrandConfig, Targets

RISK, DUE, VALUABLE, SERVICE, REST = 1, 2, 3, 4, 5
DUE_SOON = 15 * MINUTE
"""How long before its due time a conversation counts as due, in microseconds."""

_NOT_PRESSING = frozenset({"press", "abuse", "exposed"})
_IMPORTANT_ROLES = frozenset({"journalist", "vip"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RankFacts:
    """What the rank of a conversation depends on.

    ``intents`` are the word lists its unanswered messages hit, ``risk`` the classes of the risk
    rules that found something in them (press words make it tier 3, abuse and exposed data
    no tier). ``role`` and ``followers`` are the author's; ``likes``,
    ``shares`` and ``replies`` of the loudest unanswered message. ``first`` says we have not
    answered yet in this conversation. ``relevance`` is in [0, 1]: how surely it is about us.
    ``audience`` is the brand's: b2b, b2c or both.
    """

    waiting_since: Micros | None
    intents: AbstractSet[str] = frozenset()
    risk: AbstractSet[str] = frozenset()
    role: str = ""
    label: Label = Label.UNSCORED
    compound: float | None = None
    followers: int | None = None
    likes: int = 0
    shares: int = 0
    replies: int = 0
    private: bool = False
    rating: int | None = None
    addressed: bool = True
    first: bool = True
    relevance: float = 1.0
    need: Reason | None = None
    audience: str = "both"


@dataclass(frozen=True, slots=True)
class Urgency:
    """The verdict. ``reasons`` are short, most weighty first, and never speak of time."""

    tier: int
    due_at: Micros | None
    score: float
    reasons: tuple[Sentence, ...]


def rank(facts: RankFacts, hours: BusinessHours, targets: Targets) -> Urgency:
    """Return tier, due time, score and reasons of a conversation.

    The due time is ``waiting_since`` plus the target in business time: ``urgent`` for tier 1,
    else ``first`` or ``next`` by whether we have answered here before.
    """
    tier = _tier(facts)
    seconds = targets.urgent if tier == RISK else targets.first if facts.first else targets.next
    since = facts.waiting_since
    due = None if since is None else due_at(since, seconds, hours)
    return Urgency(tier, due, _score(facts), _reasons(facts))


def pressing(risk: AbstractSet[str]) -> bool:
    """Whether risk classes make tier 1: all but press, abuse and somebody's own exposed data."""
    return bool(risk - _NOT_PRESSING)


def ranked(conversation: Conversation, urgency: Urgency) -> Conversation:
    """Return the conversation with the verdict written into it."""
    return replace(
        conversation,
        tier=urgency.tier,
        due_at=urgency.due_at,
        score=urgency.score,
        reasons=urgency.reasons,
    )


def role_reason(role: str) -> Sentence | None:
    """Return what a role says among the reasons, ``None`` for one that weighs nothing."""
    if role not in _IMPORTANT_ROLES:
        return None
    return Sentence("journalist") if role == "journalist" else Sentence("VIP")


def hours_mark(brand: BrandConfig) -> str:
    """Return a text that changes whenever the brand's hours or targets do."""
    hours, targets = brand.hours, brand.targets
    holidays = ",".join(sorted(day.isoformat() for day in hours.holidays))
    return f"{hours.zone} {hours.week} {holidays} {targets.first} {targets.next} {targets.urgent}"


def retimed(conversation: Conversation) -> Conversation:
    """Return it without the tier that a due time of before gave it; its reasons say which it had.

    What is still due by its new time is moved up again at the next look.
    """
    if conversation.tier != DUE:
        return conversation
    said = {reason.template for reason in conversation.reasons}
    if said & _VALUABLE_WORDS:
        return replace(conversation, tier=VALUABLE)
    return replace(conversation, tier=SERVICE if said & _SERVICE_WORDS else REST)


def due_again(conversation: Conversation, hours: BusinessHours, targets: Targets) -> Conversation:
    """Return it with the due time of its clock, for one whose clock was started by a key."""
    since = conversation.waiting_since
    if since is None:
        return conversation
    first = conversation.first_response_at is None
    urgent = conversation.tier == RISK
    seconds = targets.urgent if urgent else targets.first if first else targets.next
    return replace(conversation, due_at=due_at(since, seconds, hours))


def effective_tier(tier: int, due: Micros | None, now: Micros) -> int:
    """Return the tier at ``now``: 2 where it is overdue or due within 15 minutes, unless higher."""
    if tier > DUE and due is not None and due - now <= DUE_SOON:
        return DUE
    return tier


def becomes_due(conversations: Iterable[Conversation], now: Micros) -> tuple[Conversation, ...]:
    """Return those of the open conversations whose stored tier time has overtaken, re-ranked.

    Only what changed is returned. The stored tier becomes 2; the reasons and the score stay.
    """
    due = []
    for conversation in conversations:
        if conversation.state is not ConversationState.OPEN or not conversation.needs_reply:
            continue
        tier = effective_tier(conversation.tier, conversation.due_at, now)
        if tier != conversation.tier:
            due.append(replace(conversation, tier=tier))
    return tuple(due)


def order(conversation: Conversation, now: Micros) -> tuple[float, ...]:
    """Return the sort key of the queue, smallest first. A manual priority overrides the tier."""
    tier = effective_tier(conversation.tier, conversation.due_at, now)
    first = tier if conversation.manual_priority is None else conversation.manual_priority
    due = math.inf if conversation.due_at is None else conversation.due_at
    since = math.inf if conversation.waiting_since is None else conversation.waiting_since
    return (first, due, -conversation.score, since, conversation.id)


def _tier(facts: RankFacts) -> int:
    if pressing(facts.risk):
        return RISK
    important = facts.role in _IMPORTANT_ROLES or "press" in facts.risk
    if important or {"purchase", "leaving"} & set(facts.intents):
        return VALUABLE
    asked = {"question", "request", "complaint"} & set(facts.intents)
    poor_review = facts.rating is not None and facts.rating <= 2
    return SERVICE if asked or poor_review else REST


def _score(facts: RankFacts) -> float:
    """Return relevance + reach + strongest intent, about 0 to 100. Age plays no part.

    Reach is logarithmic: ten times the public weighs the same again. The weights are ours.
    """
    public = max(facts.followers or 0, 0) + 20 * facts.shares + 5 * facts.replies + 2 * facts.likes
    reach = min(30.0, 5.0 * math.log10(1 + max(public, 0)))
    weights = _intent_weights(facts.audience)
    intent = max((weight for name, weight in weights.items() if name in facts.intents), default=0.0)
    if pressing(facts.risk):
        intent = 40.0
    mood = 10.0 * max(0.0, -(facts.compound or 0.0)) if facts.label is Label.NEGATIVE else 0.0
    courtesy = 10.0 if facts.private or facts.addressed else 0.0
    return round(10.0 * facts.relevance + reach + intent + mood + courtesy, 3)


_INTENT_WEIGHTS = {
    "leaving": 35.0,
    "purchase": 30.0,
    "complaint": 25.0,
    "request": 20.0,
    "question": 18.0,
}

_AUDIENCE_WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "b2b": {"question": 29.0, "request": 28.0},
    "b2c": {"purchase": 36.0, "complaint": 31.0},
}
"""Businesses ask for expert views and information first; the public for offers and help."""


def _intent_weights(audience: str) -> Mapping[str, float]:
    return {**_INTENT_WEIGHTS, **_AUDIENCE_WEIGHTS.get(audience, {})}


_RISK_WORDS = {
    "leak": Sentence("leak"),
    "legal": Sentence("legal threat"),
    "safety": Sentence("safety"),
    "boycott": Sentence("boycott"),
    "hack": Sentence("fraud or hacking"),
    "press": Sentence("press"),
    "abuse": Sentence("abuse"),
    "impersonation": Sentence("impersonation"),
    "hijack": Sentence("hijack"),
}
_INTENT_WORDS = {
    "leaving": Sentence("wants to leave"),
    "purchase": Sentence("wants to buy"),
    "complaint": Sentence("complaint"),
    "question": Sentence("question"),
    "request": Sentence("request"),
}


_VALUABLE_WORDS = frozenset({"wants to leave", "wants to buy", "journalist", "VIP", "press"})
_SERVICE_WORDS = frozenset({"complaint", "question", "request", "{stars}-star review"})


def _reasons(facts: RankFacts) -> tuple[Sentence, ...]:
    said: list[Sentence] = []
    if pressing(facts.risk):
        said.append(Sentence("risk"))
    said += [sentence for name, sentence in _RISK_WORDS.items() if name in facts.risk]
    if (important := role_reason(facts.role)) is not None:
        said.append(important)
    if facts.private:
        said.append(Sentence("private message"))
    if facts.rating is not None and facts.rating <= 2:
        said.append(Sentence("{stars}-star review", {"stars": facts.rating}))
    weights = _intent_weights(facts.audience)
    hit = [name for name in _INTENT_WORDS if name in facts.intents]
    if facts.audience in _AUDIENCE_WEIGHTS:
        hit.sort(key=lambda name: -weights[name])
    said += [_INTENT_WORDS[name] for name in hit]
    if facts.label is Label.NEGATIVE and not {"complaint", "leaving"} & set(facts.intents):
        said.append(Sentence("negative"))
    if (facts.followers or 0) >= 10_000:
        said.append(Sentence("large audience"))
    if not said:
        said.append(Sentence("addressed to us") if facts.addressed else Sentence("mention"))
    return tuple(said[:4])
