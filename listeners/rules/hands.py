"""Whom a rule gives a conversation to where it names no member but a turn or a role.

``@duty`` is whoever is on duty for the conversation's brand, ``@channel`` whoever is in charge of
its network. Whoever is away gets nothing; where there is nobody, nothing is assigned.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from listeners.charges import Charge, in_charge
from listeners.conversations.conversation import Conversation
from listeners.duty import Rota
from listeners.model import Micros
from listeners.rules.rule import Rule

DUTY = "@duty"
CHANNEL = "@channel"
TURNS = (DUTY, CHANNEL)
"""What may stand in place of a member's name."""


@dataclass(frozen=True, slots=True)
class Hands:
    """Who is on duty, who is away, and who has which role."""

    rota: Rota = field(default_factory=Rota)
    charges: tuple[Charge, ...] = ()


def in_hands(rule: Rule, conversation: Conversation, hands: Hands, now: Micros) -> Rule:
    """Return a rule that names a member, or nobody, in place of a turn or a role."""
    assign = rule.effects.assign
    if assign not in TURNS:
        return rule
    brand = conversation.brand
    if assign == DUTY:
        names = list(hands.rota.on_duty(brand, now))
    else:
        found = in_charge(hands.charges, "channel", conversation.network, brand)
        names = [name for name in found if name not in hands.rota.away]
    return replace(rule, effects=replace(rule.effects, assign=names[0] if names else ""))
