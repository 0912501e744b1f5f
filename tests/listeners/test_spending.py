"""What may be spent, and the stop before more is: the book, the rules, the forecast."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.clock import from_iso
from listeners.http.answer import HttpError
from listeners.model import DAY, HOUR, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.paying import Meter
from listeners.spending import (
    DOLLAR,
    Bill,
    Ceiling,
    Hold,
    MemorySpendBook,
    SpendBook,
    Spent,
    affordable,
    dollars,
    forecast,
    next_day,
    next_month,
)
from listeners.store import Store, open_store
from listeners.store.spend import StoredSpend, spend_uses

NOW = from_iso("2026-11-23T10:00:00Z")
POST = 5_000


def bills(*items: str, price: int = POST) -> list[Bill]:
    return [Bill("post", item, price) for item in items]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "hubbub.db") as opened:
        yield opened


@pytest.fixture(params=["memory", "stored"])
def book(request: pytest.FixtureRequest, store: Store) -> SpendBook:
    return MemorySpendBook() if request.param == "memory" else StoredSpend(store)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> Micros:
        return self.now


def meter(book: SpendBook, clock: Clock, day: int = 10 * POST, month: int = 15 * POST) -> Meter:
    return Meter(book, "x", "X", Ceiling(day, month), clock)


@pytest.mark.parametrize(
    ("room", "least", "most", "count"),
    [(50, 1, 10, 10), (49, 1, 10, 9), (5, 1, 10, 1), (4, 1, 10, None), (49, 10, 100, None)],
)
def test_as_many_as_fit(room: int, least: int, most: int, count: int | None) -> None:
    assert affordable(room, 5, least, most) == count


def test_what_costs_nothing_always_fits() -> None:
    assert affordable(0, 0, 1, 7) == 7


@pytest.mark.parametrize(
    ("amount", "said"),
    [(5_000, "$0.005"), (200_000, "$0.20"), (12_300_000, "$12.30"), (0, "$0.00")],
)
def test_amounts(amount: int, said: str) -> None:
    assert dollars(amount) == said


async def test_same_thing_is_charged_once_a_day(book: SpendBook) -> None:
    clock = Clock()
    paid = meter(book, clock)
    async with paid.paying(POST, 4) as payment:
        payment.bills += bills("1", "2", "1")
    assert isinstance(held := await book.hold("x", POST, 1, 100, paid.ceiling, NOW), Hold)
    assert held.count == 8
    assert await paid.settle(held, bills("2", "3")) == POST
    assert await paid.unpaid(bills("3", "4")) == bills("4")
    clock.now = Micros(NOW + DAY)
    assert await paid.unpaid(bills("3", "4")) == bills("3", "4")


async def test_the_stop_comes_before_and_says_until_when(book: SpendBook) -> None:
    clock = Clock()
    paid = meter(book, clock)
    async with paid.paying(POST, 100) as payment:
        assert payment.count == 10
        payment.bills += bills(*map(str, range(10)))
    with pytest.raises(SourceError) as stop:
        await paid.hold(POST, 1)
    assert stop.value.state is SourceState.OUT_OF_CREDITS
    assert stop.value.unsent
    assert stop.value.until == next_day(NOW) == from_iso("2026-11-24T00:00:00Z")
    clock.now = Micros(stop.value.until)
    async with paid.paying(POST, 100) as payment:
        assert payment.count == 5, "the month's end is nearer than the day's"
        payment.bills += bills(*map(str, range(5)))
    with pytest.raises(SourceError) as stop:
        await paid.hold(POST, 1)
    assert stop.value.until == next_month(NOW) == from_iso("2026-12-01T00:00:00Z")


@pytest.mark.parametrize(
    ("error", "left"),
    [
        (HttpError(SourceState.FAILING, Sentence("no"), status=503), 10),
        (SourceError(SourceState.FAILING, Sentence("no"), unsent=True), 10),
        (SourceError(SourceState.FAILING, Sentence("lost on the way")), 6),
        (SourceError(SourceState.FORMAT_CHANGED, Sentence("odd")), 6),
        (asyncio.CancelledError(), 6),
    ],
)
async def test_what_may_have_been_charged_stays_held(
    book: SpendBook, error: BaseException, left: int
) -> None:
    paid = meter(book, Clock())
    with pytest.raises(type(error)):
        async with paid.paying(POST, 4):
            raise error
    assert (await paid.hold(POST, 100)).count == left


async def test_two_processes_share_one_budget(store: Store) -> None:
    one, other = (meter(StoredSpend(store), Clock()) for _ in range(2))
    held = await asyncio.gather(*(paid.hold(POST, 3) for paid in (one, other, one, other)))
    assert sorted(hold.count for hold in held) == [1, 3, 3, 3]


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(0, 6), st.integers(0, 3 * DAY)), max_size=20),
    st.integers(0, 40),
    st.integers(0, 60),
)
def test_neither_day_nor_month_is_ever_passed(
    asked: list[tuple[int, int, int]], day: int, month: int
) -> None:
    async def run() -> None:
        book, clock = MemorySpendBook(), Clock()
        paid = meter(book, clock, day * POST, month * POST)
        charged: dict[int, set[str]] = {}
        for number, (most, came, later) in enumerate(asked):
            clock.now = Micros(clock.now + later)
            try:
                async with paid.paying(POST, most) as payment:
                    items = [f"{number}.{at}" for at in range(min(came, payment.count))]
                    payment.bills += bills(*items)
                    charged.setdefault(clock.now // DAY, set()).update(items)
            except SourceError:
                continue
        assert all(len(items) <= day for items in charged.values())
        november = [d for d in charged if d < from_iso("2026-12-01T00:00:00Z") // DAY]
        assert sum(len(charged[d]) for d in november) <= month

    asyncio.run(run())


MONTH = Ceiling(DOLLAR, 20 * DOLLAR)


@pytest.mark.parametrize(
    ("days", "expected", "a_day", "month"),
    [
        ({}, None, None, None),
        ({}, 480_000, 480_000, 3_640_000),
        ({"2026-11-23": 100_000}, None, 240_000, 1_920_000),
        ({"2026-11-23": 100_000, "2026-11-22": 200_000}, None, 211_764, 1_905_877),
        ({"2026-10-01": 9_000_000}, None, None, None),
    ],
)
def test_forecast(
    days: dict[str, int], expected: int | None, a_day: int | None, month: int | None
) -> None:
    ahead = forecast(days, MONTH, expected, NOW)
    found = (None, None) if ahead is None else (ahead.a_day, ahead.month)
    assert found == (a_day, month)


def test_a_day_costs_no_more_than_is_allowed() -> None:
    ahead = forecast({"2026-11-23": 3_000_000}, MONTH, None, NOW)
    assert ahead is not None
    assert ahead.a_day == DOLLAR


def test_forecast_says_when_the_month_is_used_up() -> None:
    spent = {"2026-11-22": 900_000, "2026-11-02": 18_600_000}
    ahead = forecast(spent, MONTH, None, Micros(NOW - 10 * HOUR))
    assert ahead is not None
    assert ahead.month == 20 * DOLLAR
    assert ahead.stops_at == Micros(NOW - 10 * HOUR + 500_000 * DAY // 900_000)


async def test_what_a_source_spends_is_read_for_the_screen(store: Store) -> None:
    await store.write(
        lambda c: c.fetch(
            "INSERT INTO source (id, key, network, label, state, state_since) "
            "VALUES (4, 'x:', 'x', 'x', 'ok', 0)"
        )
    )
    await store.write(lambda c: c.fetch("INSERT INTO source_use VALUES (4, 'x')"))
    paid = meter(StoredSpend(store), Clock())
    async with paid.paying(POST, 4) as payment:
        payment.bills += bills("1", "2")
    await paid.expect(2 * POST)
    use = (await spend_uses(store, NOW))[4]
    assert (use.day, use.month, use.ceiling) == (2 * POST, 2 * POST, paid.ceiling)
    assert use.kinds == {"post": (2, 2 * POST)}
    assert use.forecast is not None
    assert not isinstance(await StoredSpend(store).hold("x", 1, 1, 1, paid.ceiling, NOW), Spent)
