"""Paying for requests: the most each can cost is held before it leaves, and settled after.

What is held and spent together never passes what a person allows (``listeners.spending``).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from listeners.clock import Clock
from listeners.http.answer import HttpError
from listeners.http.uses import note
from listeners.model import Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.spending import Bill, Ceiling, Hold, SpendBook, Spent, again_at, day_of, dollars


@dataclass(slots=True)
class Payment:
    """One request being paid for: ``count`` things may come; ``bills`` are what came."""

    count: int
    bills: list[Bill] = field(default_factory=list)


class Meter:
    """Pays for one source: all sources of one ``account`` share what a person allows."""

    def __init__(
        self, book: SpendBook, account: str, title: str, ceiling: Ceiling, clock: Clock
    ) -> None:
        """``title`` is the network's name for people."""
        self._book = book
        self._account = account
        self._title = title
        self._clock = clock
        self.ceiling = ceiling

    @asynccontextmanager
    async def paying(self, each: int, most: int, least: int = 1) -> AsyncIterator[Payment]:
        """Hold what a request may cost, and settle it with what it brought.

        A request that was refused or never left costs nothing. One whose answer is lost may have
        been charged: its hold stays, since the stop must never come too late.

        Raises:
            SourceError: not even ``least`` things can be paid for; until when.
        """
        hold = await self.hold(each, most, least)
        payment = Payment(hold.count)
        try:
            yield payment
        except HttpError:
            await self.settle(hold, ())
            raise
        except SourceError as error:
            if error.unsent:
                await self.settle(hold, ())
            raise
        await self.settle(hold, payment.bills)

    async def hold(self, each: int, most: int, least: int = 1) -> Hold:
        """Hold the cost of ``least`` to ``most`` things; ``settle`` it. Raises as ``paying``."""
        note(self._account)
        now = self._clock()
        held = await self._book.hold(self._account, each, least, most, self.ceiling, now)
        if isinstance(held, Spent):
            raise stopped(self._title, held, self.ceiling, each * least, now)
        return held

    async def settle(self, hold: Hold, bills: Sequence[Bill]) -> int:
        """Replace a hold by what was charged."""
        return await self._book.settle(hold, bills)

    async def unpaid(self, bills: Sequence[Bill]) -> Sequence[Bill]:
        """Return what of these would be charged now: the rest was, today."""
        return await self._book.unpaid(self._account, day_of(self._clock()), bills)

    async def expect(self, a_day: int) -> None:
        """Keep what a day is likely to cost."""
        await self._book.expect(self._account, a_day, self._clock())


def stopped(title: str, spent: Spent, ceiling: Ceiling, wanted: int, now: Micros) -> SourceError:
    """Return the stop before a request that would pass what is allowed."""
    values = {
        "network": title,
        "cost": dollars(wanted),
        "day": dollars(spent.day),
        "a_day": dollars(ceiling.day),
        "month": dollars(spent.month),
        "a_month": dollars(ceiling.month),
    }
    return SourceError(
        SourceState.OUT_OF_CREDITS,
        Sentence(
            "The budget for {network} is used up: {day} of {a_day} today, {month} of {a_month} "
            "this month (UTC), and the next request may cost {cost}. hubbub asks nothing more "
            "until there is money again; budget_day and budget_month in the configuration say how "
            "much.",
            values,
        ),
        until=again_at(spent, ceiling, wanted, now),
        unsent=True,
    )
