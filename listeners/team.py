"""The team: who may write, who is here, and who is meant by a name in a note.

Roles are what the configuration says, so that everybody knows who does what; whoever can write
the store's file can write the store.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

from listeners.config import Config
from listeners.model import SECOND, Micros, Sentence
from listeners.rows import Presence
from listeners.text import fold

PROGRAM = "hubbub"
"""Who did what happened by itself; no member has this name."""
BEAT_SECONDS = 5.0
"""How often a process says that its member is here."""
GONE = 14 * SECOND
"""Without a beat for so long nobody is here: just before the third one that is missed."""
IDLE = 300 * SECOND
"""Without a key for so long, whoever is here counts as idle."""


class Role(StrEnum):
    """What a member does in the team."""

    LEAD = "lead"
    AGENT = "agent"
    OBSERVER = "observer"


def role_of(config: Config, member: str) -> Role:
    """Return a member's role; whoever is named nowhere is an agent."""
    if member in config.observers:
        return Role.OBSERVER
    return Role.LEAD if member in config.leads else Role.AGENT


def may_write(config: Config, member: str) -> Sentence | None:
    """Return why a member may change nothing, ``None`` if they may."""
    if role_of(config, member) is not Role.OBSERVER:
        return None
    return Sentence(
        "{name} is an observer: looking, searching and copying are free, nothing was changed. "
        "[team] in the configuration says who may write.",
        {"name": member},
    )


def alive(at: Micros, now: Micros) -> bool:
    """Say whether a beat is fresh enough to show; one from the future is of a clock set back."""
    return abs(now - at) < GONE


def here(presence: Iterable[Presence], now: Micros, *, but: str = "") -> tuple[Presence, ...]:
    """Return who is on a conversation now, once each and drafting before reading.

    ``but`` is whoever looks: nobody needs to be told of themselves.
    """
    found: dict[str, Presence] = {}
    for one in sorted(presence, key=lambda one: (one.doing == "drafting", one.at)):
        if one.member != but and alive(one.at, now):
            found[one.member] = one
    return tuple(sorted(found.values(), key=lambda one: (one.doing != "drafting", one.member)))


def named_in(text: str, members: Sequence[str]) -> tuple[str, ...]:
    """Return the members whose names stand behind an ``@`` in a note, in the order of the team.

    Accents and case do not matter; an address such as ``ana@example.org`` names nobody, and
    ``@Anaïs`` does not name Ana.
    """
    folded = fold(text)
    named = []
    taken: list[tuple[int, int]] = []
    for member in sorted(members, key=len, reverse=True):
        pattern = rf"(?<![\w@.])@{re.escape(fold(member))}(?!\w)"
        for found in re.finditer(pattern, folded):
            # "@Ana Ruiz" names Ana Ruiz, and not an Ana besides.
            if not any(start <= found.start() < end for start, end in taken):
                taken.append(found.span())
                named.append(member)
    return tuple(member for member in members if member in named)
