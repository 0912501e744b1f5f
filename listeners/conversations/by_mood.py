"""What another verdict on a message changes of its conversation: whether it asks, and its urgency.

A message is judged twice from what is stored of it, once under the verdict it had and once under
the new one. Only where the two differ did sentiment decide; all else that decided once (who was
addressed, what was muted) is not kept and stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from listeners.conversations.conversation import Conversation
from listeners.conversations.needs_reply import MessageFacts, Need, judge
from listeners.model import Label, Reason, Sentence

BY_MOOD = "A5"
"""The rule by which a negative message with a large audience asks for a reply."""
MOOD_WEIGHT = 10.0
"""What the most negative message adds to the score of a conversation, as in ``urgency``."""

NEGATIVE = Sentence("negative")
_NOTHING_ELSE = ("addressed to us", "mention")
_SAYS_AS_MUCH = frozenset({"complaint", "wants to leave"})
_REASONS = 4

Felt = tuple[Label, float | None]
"""A verdict: label and compound."""


def need_by_mood(facts: MessageFacts, asks: bool, need: Reason | None, label: Label) -> Need | None:
    """Return whether a message asks under ``label``, ``None`` where sentiment decided nothing.

    ``facts`` hold the verdict it had; ``asks`` and ``need`` are what was decided then.
    """
    before = judge(facts)
    if need is None or before.reason.code != need.code or before.asks != asks:
        return None
    after = judge(replace(facts, label=label))
    return after if after.reason.code != before.reason.code else None


def ranked_by_mood(
    conversation: Conversation, before: Iterable[Felt], after: Sequence[Felt]
) -> Conversation:
    """Return a conversation with the urgency that its unanswered messages have by their verdicts.

    ``before`` and ``after`` are the verdicts of its unanswered messages. The share of mood in the
    score is that of the most negative one.
    """
    if conversation.waiting_since is None:
        return conversation
    score = round(conversation.score + _weight(after) - _weight(before), 3)
    kept = [one for one in conversation.reasons if one.template != NEGATIVE.template]
    said = {one.template for one in kept}
    if any(label is Label.NEGATIVE for label, _ in after) and not said & _SAYS_AS_MUCH:
        kept = [one for one in kept if one.template not in _NOTHING_ELSE]
        place = len(conversation.reasons)
        if NEGATIVE in conversation.reasons:
            place = conversation.reasons.index(NEGATIVE)
        kept.insert(place, NEGATIVE)
    if conversation.reasons and not kept:
        kept = [Sentence("mention")]
    return replace(conversation, score=score, reasons=tuple(kept[:_REASONS]))


def _weight(felt: Iterable[Felt]) -> float:
    return max(
        (MOOD_WEIGHT * max(0.0, -(compound or 0.0)) for label, compound in felt
         if label is Label.NEGATIVE),
        default=0.0,
    )  # fmt: skip
