"""What another role of its author changes of a conversation: its tier, and the reason for it."""

from __future__ import annotations

from dataclasses import replace

from listeners.conversations.conversation import Conversation
from listeners.conversations.urgency import DUE, RISK, VALUABLE, retimed, role_reason
from listeners.model import Sentence

_NOTHING_ELSE = frozenset({"addressed to us", "mention"})
_REASONS = 4


def ranked_by_role(conversation: Conversation, was: str, role: str) -> Conversation:
    """Return a conversation that waits on us with the urgency its author's new role gives it.

    Journalists and VIPs bring it to tier 3 at least; without that role it has the tier its other
    reasons give. Due time and score do not depend on roles.
    """
    before, after = role_reason(was), role_reason(role)
    if conversation.waiting_since is None or before == after:
        return conversation
    reasons = [one for one in conversation.reasons if one != before]
    tier = conversation.tier
    if after is not None:
        reasons = [one for one in reasons if one.template not in _NOTHING_ELSE]
        reasons.insert(1 if reasons and reasons[0] == Sentence("risk") else 0, after)
        tier = min(tier, VALUABLE)
    changed = replace(
        conversation, tier=tier, reasons=tuple(reasons[:_REASONS]) or (Sentence("mention"),)
    )
    if after is None and tier != RISK:
        # Time makes it due again at the next look, if it is.
        changed = retimed(replace(changed, tier=DUE))
    return changed
