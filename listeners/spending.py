"""Money: what a network that is paid by what it gives may cost, and the stop before it costs more.

Pure but for the book it is written in; ``listeners.paying`` writes in it. Amounts are millionths of
a dollar, days are UTC days, as such networks bill. Before a request leaves, the most it can cost is
held; what is held and spent together never passes what a person allows, so the stop comes before
the money is spent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from listeners.clock import from_datetime, to_datetime
from listeners.model import DAY, Micros

DOLLAR = 1_000_000
"""Millionths of a dollar: the smallest price lists name thousandths."""
RECENT_DAYS = 7
"""Days whose spending tells what the next days will cost."""
SOONEST = DAY // 4
"""Before a quarter of the first day has passed, its spending tells nothing of the whole."""
HELD = "held"
"""The kind under which a book keeps what requests under way may cost."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What a person allows, in millionths of a dollar: a UTC day and a calendar month."""

    day: int
    month: int


@dataclass(frozen=True, slots=True)
class Bill:
    """One thing that is charged once a day: its kind, its id there, and its price."""

    kind: str
    item: str
    price: int


@dataclass(frozen=True, slots=True)
class Hold:
    """What is set aside for one request: ``count`` things at ``cost`` together, on ``day``."""

    account: str
    day: str
    count: int
    cost: int


@dataclass(frozen=True, slots=True)
class Spent:
    """What an account spent or holds: on a UTC day, and in its month."""

    day: int
    month: int

    def room(self, ceiling: Ceiling) -> int:
        """Return what may still be spent now."""
        return max(0, min(ceiling.day - self.day, ceiling.month - self.month))


class SpendBook(Protocol):
    """Keeps what was spent. Each verb is one step: of two processes, one comes first."""

    async def hold(
        self, account: str, each: int, least: int, most: int, ceiling: Ceiling, now: Micros
    ) -> Hold | Spent:
        """Hold the cost of as many things as fit, ``most`` at most; what was spent where not even
        ``least`` do."""
        ...

    async def settle(self, hold: Hold, bills: Sequence[Bill]) -> int:
        """Replace a hold by what was charged, each thing once a day; return that."""
        ...

    async def unpaid(self, account: str, day: str, bills: Sequence[Bill]) -> Sequence[Bill]:
        """Return what of these was not yet charged on this day."""
        ...

    async def expect(self, account: str, a_day: int, now: Micros) -> None:
        """Keep what a day is likely to cost, where the network can tell beforehand."""
        ...


class MemorySpendBook:
    """A book that ends with its process."""

    def __init__(self) -> None:
        self.spent: dict[tuple[str, str], int] = {}
        self.expected: dict[str, int] = {}
        self._paid: set[tuple[str, str, str, str]] = set()

    async def hold(
        self, account: str, each: int, least: int, most: int, ceiling: Ceiling, now: Micros
    ) -> Hold | Spent:
        """Hold the cost of as many things as fit."""
        day = day_of(now)
        so_far = Spent(
            self.spent.get((account, day), 0),
            sum(
                cost for (of, on), cost in self.spent.items() if (of, on[:7]) == (account, day[:7])
            ),
        )
        count = affordable(so_far.room(ceiling), each, least, most)
        if count is None:
            return so_far
        self.spent[account, day] = so_far.day + count * each
        return Hold(account, day, count, count * each)

    async def settle(self, hold: Hold, bills: Sequence[Bill]) -> int:
        """Replace a hold by what was charged."""
        fresh = await self.unpaid(hold.account, hold.day, bills)
        self._paid.update((hold.account, hold.day, one.kind, one.item) for one in fresh)
        cost = sum(one.price for one in fresh)
        self.spent[hold.account, hold.day] += cost - hold.cost
        return cost

    async def unpaid(self, account: str, day: str, bills: Sequence[Bill]) -> Sequence[Bill]:
        """Return what was not yet charged."""
        once = {(one.kind, one.item): one for one in bills}
        return [one for key, one in once.items() if (account, day, *key) not in self._paid]

    async def expect(self, account: str, a_day: int, now: Micros) -> None:
        """Keep what a day is likely to cost."""
        self.expected[account] = a_day


# --- rules ------------------------------------------------------------------------------------


def affordable(room: int, each: int, least: int, most: int) -> int | None:
    """Return how many things of one price fit, ``None`` where fewer than ``least`` do."""
    count = most if each <= 0 else min(most, room // each)
    return count if count >= least else None


def day_of(now: Micros) -> str:
    """Return the UTC day (ISO 8601)."""
    return to_datetime(now).date().isoformat()


def next_day(now: Micros) -> Micros:
    """Return the next midnight, UTC."""
    day = to_datetime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return from_datetime(day + timedelta(days=1))


def next_month(now: Micros) -> Micros:
    """Return when the next month begins, UTC."""
    first = to_datetime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return from_datetime((first + timedelta(days=32)).replace(day=1))


def again_at(spent: Spent, ceiling: Ceiling, wanted: int, now: Micros) -> Micros:
    """Return when there is money again for something that costs ``wanted``."""
    return next_month(now) if spent.month + wanted > ceiling.month else next_day(now)


def dollars(amount: int) -> str:
    """Return an amount as people write it: ``$12.30``; ``$0.005`` where cents are too coarse."""
    fine = amount < DOLLAR // 10 and amount % (DOLLAR // 100)
    return f"${amount / DOLLAR:.{3 if fine else 2}f}"


@dataclass(frozen=True, slots=True)
class Forecast:
    """What an account is likely to have spent at the end of the month, and when it will stop.

    ``a_day`` is what a day costs; ``stops_at`` is ``None`` where the money lasts.
    """

    a_day: int
    month: int
    stops_at: Micros | None


def forecast(
    days: Mapping[str, int], ceiling: Ceiling, expected: int | None, now: Micros
) -> Forecast | None:
    """Return what the rest of the month will cost at the rate of the last days.

    ``days`` is what was spent by day; ``expected`` is what the network itself lets expect of one,
    which counts until a quarter of a day has been paid for. ``None``: nothing can be told yet.
    """
    begun = from_datetime(to_datetime(now).replace(hour=0, minute=0, second=0, microsecond=0))
    recent = [day_of(Micros(begun - back * DAY)) for back in range(RECENT_DAYS)]
    first = next((at for at in range(len(recent) - 1, -1, -1) if days.get(recent[at])), None)
    elapsed = 0 if first is None else first * DAY + (now - begun)
    if first is not None and (elapsed >= SOONEST or expected is None):
        paid = sum(days.get(day, 0) for day in recent[: first + 1])
        a_day = paid * DAY // max(elapsed, SOONEST)
    elif expected is not None:
        a_day = expected
    else:
        return None
    a_day = min(a_day, ceiling.day)
    spent = sum(cost for day, cost in days.items() if day[:7] == recent[0][:7])
    ends = next_month(now)
    month = spent + a_day * (ends - now) // DAY
    stops = None
    if month > ceiling.month and a_day:
        stops = Micros(now + max(0, ceiling.month - spent) * DAY // a_day)
    return Forecast(a_day, min(month, max(ceiling.month, spent)), stops)
