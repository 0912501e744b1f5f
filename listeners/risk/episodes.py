"""How many alerts a row of checks makes: episodes, as triage opens, closes and revives them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from listeners.model import MINUTE
from listeners.risk.triage import CALM_CHECKS, COOL_DOWN

CHECK = 5 * MINUTE
"""How often conditions are looked at."""
COOL_CHECKS = COOL_DOWN // CHECK


class Episode(NamedTuple):
    """The numbers of the check that fired first, and of the one that closed it for good."""

    began: int
    closed: int


def episodes(firing: Sequence[int], calm: Callable[[int], bool], checks: int) -> list[Episode]:
    """Return the episodes of ``checks`` checks of which those in ``firing`` (ascending) fire.

    ``calm`` says of a check that does not fire whether it counts towards closing; it is asked
    only while an episode is live. One that fires again within the cool-down is the same episode.
    """
    fires = frozenset(firing)
    found: list[Episode] = []
    for start in firing:
        if found and start <= found[-1].closed:
            continue
        closed = _closes(start, fires, calm, checks)
        if found and start - found[-1].closed <= COOL_CHECKS:
            found[-1] = Episode(found[-1].began, closed)
        else:
            found.append(Episode(start, closed))
    return found


def _closes(start: int, fires: frozenset[int], calm: Callable[[int], bool], checks: int) -> int:
    in_a_row = 0
    for check in range(start + 1, checks):
        in_a_row = in_a_row + 1 if check not in fires and calm(check) else 0
        if in_a_row == CALM_CHECKS:
            return check
    return checks
