"""How often a source is asked: quiet ones more seldom, busy ones more often, never below the floor.

Pure. The figures are those of the wire sheets: double up to eight times what is usual, halve on
activity, one fifth of jitter. A source slows down only after several quiet rounds, since a small
brand is quiet most of the time and its first mention should not wait.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from listeners.model import SECOND, Micros

SLOWEST = 8.0
"""Times the usual interval."""
LONGEST = 6 * 3600.0
"""Seconds: beyond, news would be heard too late to matter, unless that is usual there."""
QUIET_ROUNDS = 3
"""Rounds without news at one pace, after which the next is slower."""
JITTER = 0.2
"""Share of the pace by which a rest is longer or shorter, so that sources spread out by chance."""
LONGEST_REFUSED = 15 * 60.0
"""Seconds between two tries of what a server refuses again and again."""
FEW_FAILURES = 3
"""Failures in a row that may be met by chance, and are tried again at once."""
LONGEST_FAILING = 60.0
"""Seconds between two tries of what cannot be reached or understood."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a source may be asked, in seconds: usually, and at most (``floor``).

    A ``fixed`` one is asked at exactly its usual interval: a person wished it, or it is a folder.
    """

    usual: float
    floor: float
    fixed: bool = False

    @property
    def slowest(self) -> float:
        """Seconds between two rounds where nothing ever comes."""
        return max(self.usual, min(self.usual * SLOWEST, LONGEST))


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two rounds now, and how many rounds in a row brought nothing at them."""

    seconds: float
    quiet: int = 0


def rhythm_of(
    wanted: float | None, asked: float | None, usual: float, floor: float, *, by_hand: bool
) -> Rhythm:
    """Return the rhythm of a source: the person's wish, else what the network asks for now.

    ``asked`` is what the network itself said (a feed's ``ttl``): it is then usual and floor.
    """
    if wanted is not None:
        return Rhythm(wanted, wanted, fixed=True)
    if asked is not None:
        return Rhythm(asked, asked, fixed=by_hand)
    return Rhythm(usual, min(floor, usual), fixed=by_hand)


def first_pace(kept: float | None, rhythm: Rhythm) -> Pace:
    """Return the pace to begin with: the one remembered, within what holds today."""
    if kept is None or rhythm.fixed:
        return Pace(rhythm.usual)
    return Pace(min(max(kept, rhythm.floor), rhythm.slowest))


def after_round(pace: Pace, rhythm: Rhythm, *, heard: bool) -> Pace:
    """Return the pace after a round that brought something new, or nothing."""
    if rhythm.fixed:
        return Pace(rhythm.usual)
    if heard:
        return Pace(max(rhythm.floor, min(pace.seconds, rhythm.usual * 2) / 2))
    seconds = min(max(pace.seconds, rhythm.floor), rhythm.slowest)
    if pace.quiet + 1 < QUIET_ROUNDS:
        return Pace(seconds, pace.quiet + 1)
    # Back from a hurry to what is usual first, then slower.
    slower = min(seconds * 2, rhythm.usual) if seconds < rhythm.usual else seconds * 2
    return Pace(min(slower, rhythm.slowest))


def rest_of(pace: Pace, rhythm: Rhythm, chance: Callable[[], float]) -> float:
    """Return the seconds to rest; ``chance`` in [0, 1) moves them, never below the floor."""
    if rhythm.fixed:
        return rhythm.usual
    return max(rhythm.floor, pace.seconds * (1 + JITTER * (2 * chance() - 1)))


def polite_start(asked_at: Micros | None, rhythm: Rhythm, now: Micros) -> float:
    """Return the seconds a process that begins waits before its first round.

    A process that is started again and again asks no more often than one that stays. A last round
    in the future was written by a clock that was wrong.
    """
    if asked_at is None or asked_at > now:
        return 0.0
    return max(0.0, rhythm.floor - (now - asked_at) / SECOND)


def after_refusals(count: int, rhythm: Rhythm) -> float:
    """Return the seconds at least until a server is asked again that refused ``count`` times."""
    doubled = rhythm.floor * 2.0 ** min(max(count - 1, 0), 20)
    return min(doubled, max(LONGEST_REFUSED, rhythm.floor))


def after_failures(count: int, rhythm: Rhythm) -> float:
    """Return the seconds at least until a network is tried again that failed ``count`` times.

    Never more than a minute: one that comes back is met within it.
    """
    return min(rhythm.floor, LONGEST_FAILING) if count >= FEW_FAILURES else 0.0
