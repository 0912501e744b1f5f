"""What was taken of allowances, and whose turn it is at a host: one book for all processes."""

from __future__ import annotations

from typing import Protocol

from listeners.model import SECOND, Micros


class Ledger(Protocol):
    """Keeps the book. Each verb is one step: of two processes, one comes first."""

    async def take(self, key: str, day: str, units: int, allowed: int, until: Micros) -> int | None:
        """Take units of a day's allowance; ``None``, or where it is spent how many were taken."""
        ...

    async def give_back(self, key: str, day: str, units: int) -> None:
        """Take back what was taken for a request that never left."""
        ...

    async def claim(self, host: str, seconds: float, now: Micros) -> Micros:
        """Take a host's turn where its last is ``seconds`` ago, and return ``now``.

        Else return when it will be, at most ``seconds`` from now whatever a clock was.
        """
        ...

    async def answered(self, host: str, now: Micros) -> None:
        """Count the spacing of a host from now: a turn taken has been answered, or failed."""
        ...


class MemoryLedger:
    """A book that ends with its process."""

    def __init__(self) -> None:
        self._taken: dict[tuple[str, str], int] = {}
        self._asked: dict[str, Micros] = {}

    async def take(self, key: str, day: str, units: int, allowed: int, until: Micros) -> int | None:
        """Take units of a day's allowance."""
        taken = self._taken.get((key, day), 0)
        if taken + units > allowed:
            return taken
        self._taken[key, day] = taken + units
        return None

    async def give_back(self, key: str, day: str, units: int) -> None:
        """Take back what never left."""
        self._taken[key, day] = max(0, self._taken.get((key, day), 0) - units)

    async def claim(self, host: str, seconds: float, now: Micros) -> Micros:
        """Take a host's turn, or return when it will be."""
        free = turn_after(self._asked.get(host), seconds, now)
        if free <= now:
            self._asked[host] = now
        return free

    async def answered(self, host: str, now: Micros) -> None:
        """Count the spacing of a host from now."""
        self._asked[host] = max(self._asked.get(host, now), now)


def turn_after(asked_at: Micros | None, seconds: float, now: Micros) -> Micros:
    """Return when a host may be asked that was last asked then: ``now``, or later.

    A last time that lies in the future was written by a clock that was wrong, and counts as now.
    """
    if asked_at is None:
        return now
    return max(now, Micros(min(asked_at, now) + int(seconds * SECOND)))
