"""Roles handed out: who is in charge of what, for a brand or for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

ChargeKind = Literal["conductor", "channel", "campaign", "press", "other"]
KINDS: tuple[ChargeKind, ...] = ("conductor", "channel", "campaign", "press", "other")
ALONE: frozenset[ChargeKind] = frozenset({"conductor", "press"})
"""Kinds that need no word for what they are about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One role of one member.

    ``what`` names the network of a channel, holds a campaign's number, or says what else it is;
    ``title`` is the campaign's name where it is one. An empty ``brand`` means every brand.
    """

    id: int = 0
    brand: str = ""
    kind: ChargeKind
    what: str = ""
    member: str
    author: str = ""
    title: str = ""

    @property
    def role(self) -> tuple[str, ChargeKind, str]:
        """What was handed out, whoever has it."""
        return (self.brand, self.kind, self.what)


def in_charge(charges: Iterable[Charge], kind: ChargeKind, what: str, brand: str) -> list[str]:
    """Return who has a role for a brand, whoever has it for this brand alone on top."""
    found = [
        one for one in charges if one.kind == kind and one.what == what and one.brand in ("", brand)
    ]
    found.sort(key=lambda one: (not one.brand, one.id))
    return list(dict.fromkeys(one.member for one in found))
