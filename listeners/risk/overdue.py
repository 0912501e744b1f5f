"""Overdue answers: conversations of tier 1 and 2 past their due time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from listeners.conversations.conversation import Conversation
from listeners.conversations.urgency import DUE, RISK, effective_tier
from listeners.model import MINUTE, Micros, Sentence, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueRules:
    """``grave`` is how long past due any answer becomes a high alert, in microseconds."""

    grave: int = 240 * MINUTE


USUAL_RULES = OverdueRules()


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """The verdict on one brand's open conversations; ``ids`` are theirs, longest overdue first."""

    fires: bool
    severity: Severity
    ids: tuple[int, ...]
    longest: int
    explanation: tuple[Sentence, ...]

    @property
    def figures(self) -> dict[str, int | float | str]:
        """What is stored with the alert."""
        return {"x": len(self.ids), "longest_minutes": self.longest // MINUTE}


def overdue(
    conversations: Iterable[Conversation], now: Micros, rules: OverdueRules = USUAL_RULES
) -> Overdue:
    """Judge the open conversations of one brand. A risk that is overdue is always high."""
    late = sorted(
        (
            (conversation.due_at, conversation)
            for conversation in conversations
            if conversation.needs_reply
            and conversation.due_at is not None
            and conversation.due_at < now
            and effective_tier(conversation.tier, conversation.due_at, now) <= DUE
        ),
        key=lambda pair: (pair[0], pair[1].id),
    )
    longest = now - late[0][0] if late else 0
    risky = sum(1 for _, conversation in late if conversation.tier == RISK)
    said = [
        Sentence(
            "past their due time: {count}, the oldest by {minutes} min",
            {"count": len(late), "minutes": longest // MINUTE},
        )
    ]
    if risky:
        said.append(Sentence("{count} of them are risks", {"count": risky}))
    return Overdue(
        fires=bool(late),
        severity=Severity.HIGH if risky or longest >= rules.grave else Severity.WARN,
        ids=tuple(conversation.id for _, conversation in late),
        longest=longest,
        explanation=tuple(said),
    )
