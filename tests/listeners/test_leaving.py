"""Turns and allowances: nothing leaves too soon or too often, over restarts and processes too."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.clock import from_iso, to_iso
from listeners.http import Budget, Fetcher, Quota
from listeners.http.ledger import Ledger, MemoryLedger, turn_after
from listeners.http.quota import day_of
from listeners.http.uses import watch
from listeners.model import DAY, HOUR, MINUTE, SECOND, Micros, SourceState
from listeners.networks.contract import SourceError
from listeners.store import Store, open_store
from listeners.store.budgets import StoredBudgets
from listeners.store.quotas import StoredLedger
from tests.fake.http_server import (
    FakeServer,
    Reply,
    Request,
    json_reply,
    reset_in_body,
    silent,
    status_reply,
)
from tests.fake.loop_time import held

NOW = from_iso("2026-11-23T10:00:00Z")
LOS_ANGELES = "America/Los_Angeles"
SEARCH = Quota(name="youtube search", limit=2, zone=LOS_ANGELES)


class Time:
    """A clock that goes on only while somebody pauses."""

    def __init__(self) -> None:
        self.now = NOW
        self.paused: list[float] = []

    def __call__(self) -> Micros:
        return self.now

    async def pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        await asyncio.sleep(0)
        self.now = Micros(self.now + int(seconds * SECOND))


@pytest.fixture
def wall() -> Time:
    return Time()


@pytest.fixture
async def server() -> AsyncIterator[FakeServer]:
    async with FakeServer() as fake:
        fake.on("/x", json_reply(1))
        yield fake


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "hubbub.db") as opened:
        yield opened


def fetcher(wall: Time, ledger: Ledger | None = None) -> Fetcher:
    return Fetcher(wall, ledger=ledger, pause=wall.pause, chance=lambda: 0.0)


async def get(fetch: Fetcher, url: str, **more: object) -> None:
    await fetch.get(url, allow_private=True, **more)  # type: ignore[arg-type]


async def refusal(fetch: Fetcher, url: str, **more: object) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await get(fetch, url, **more)
    return caught.value


# --- turns --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked_at", "seconds", "free"),
    [
        (None, 60.0, 0),
        (-61, 60.0, 0),
        (-60, 60.0, 0),
        (-20, 60.0, 40),
        (0, 60.0, 60),
        # Written by a clock that was ahead: never longer than the spacing itself.
        (5000, 60.0, 60),
    ],
)
def test_when_a_turn_comes(asked_at: int | None, seconds: float, free: int) -> None:
    before = None if asked_at is None else Micros(NOW + asked_at * SECOND)
    assert turn_after(before, seconds, NOW) == NOW + free * SECOND


async def test_requests_of_all_sources_leave_one_spacing_apart(
    wall: Time, server: FakeServer
) -> None:
    left: list[Micros] = []

    async with fetcher(wall) as fetch:

        async def one() -> None:
            await get(fetch, server.url + "/x", spacing=60)
            left.append(wall.now)

        await asyncio.gather(*(one() for _ in range(4)))
    assert wall.paused == [60.0, 60.0, 60.0]
    assert len(server.requests) == 4
    assert left[-1] == NOW + 180 * SECOND


@pytest.mark.parametrize("stored", [False, True])
async def test_the_spacing_is_counted_from_the_answer(
    wall: Time, server: FakeServer, store: Store, stored: bool
) -> None:
    def slow(request: Request) -> Reply:
        wall.now = Micros(wall.now + 7 * SECOND)
        return json_reply(1)

    server.on("/x", slow)
    async with fetcher(wall, StoredLedger(store) if stored else None) as fetch:
        for _ in range(3):
            await get(fetch, server.url + "/x", spacing=60)
    assert wall.now == NOW + (60 + 7) * 2 * SECOND + 7 * SECOND


async def test_waiting_for_a_turn_is_beyond_the_deadline_and_holds_no_place(
    wall: Time, server: FakeServer
) -> None:
    goes_on = asyncio.Event()

    async def pause(seconds: float) -> None:
        await goes_on.wait()
        wall.now = Micros(wall.now + int(seconds * SECOND))

    async with Fetcher(wall, pause=pause) as fetch, FakeServer() as other:
        other.on("/x", json_reply(1))
        await get(fetch, server.url + "/x", spacing=60)
        waiting = [
            asyncio.ensure_future(get(fetch, server.url + "/x", spacing=60, timeout=0.2))
            for _ in range(12)
        ]
        # Twelve wait, more than there are places at all: another host is asked meanwhile.
        async with asyncio.timeout(30):
            await get(fetch, other.url + "/x")
        with held() as clock:
            await clock.on(0.25)
            assert not any(one.done() for one in waiting)
            goes_on.set()
            everyone = asyncio.gather(*waiting)
            await clock.until(everyone.done)
        await everyone
    assert len(server.requests) == 13


async def test_a_cancelled_waiter_gives_its_turn_back(wall: Time, server: FakeServer) -> None:
    for_ever = asyncio.Event()

    async def pause(seconds: float) -> None:
        await for_ever.wait()

    ledger = MemoryLedger()
    async with Fetcher(wall, ledger=ledger, pause=pause) as fetch:
        await get(fetch, server.url + "/x", spacing=60)
        waiter = asyncio.ensure_future(get(fetch, server.url + "/x", spacing=60))
        while not any(one.locked() for one in fetch._door._queues.values()):
            await asyncio.sleep(0)
        waiter.cancel()
        await asyncio.gather(waiter, return_exceptions=True)
        wall.now = Micros(NOW + 60 * SECOND)
        async with asyncio.timeout(30):
            await get(fetch, server.url + "/x", spacing=60)
    assert len(server.requests) == 2


async def test_a_turn_is_kept_over_restarts_and_shared_by_processes(
    wall: Time, server: FakeServer, store: Store
) -> None:
    for _ in range(4):  # a restart every second
        async with fetcher(wall, StoredLedger(store)) as fetch:
            await get(fetch, server.url + "/x", spacing=60)
        wall.now = Micros(wall.now + SECOND)
    assert wall.paused == [59.0, 59.0, 59.0]
    assert len(server.requests) == 4


async def test_who_may_not_ask_at_all_neither_waits_nor_takes_a_turn(
    wall: Time, server: FakeServer
) -> None:
    server.on("/x", status_reply(429, retry_after="600"))

    async def pause(seconds: float) -> None:
        await wall.pause(seconds)
        # In a minute, the request before this one is answered.
        while (fetch._manners._budgets[key].blocked_until or 0) <= wall.now:
            await asyncio.sleep(0.001)

    key = f"127.0.0.1:{server.port}"
    async with Fetcher(wall, pause=pause, chance=lambda: 0.0) as fetch:
        await refusal(fetch, server.url + "/x", spacing=60)
        for _ in range(5):
            error = await refusal(fetch, server.url + "/x", spacing=60)
            assert (error.unsent, error.until) == (True, NOW + 600 * SECOND)
        assert wall.paused == []
        # A queue behind a refusal is told after its pause too, and asks no more.
        wall.now = Micros(NOW + 601 * SECOND)
        await asyncio.gather(
            *(get(fetch, server.url + "/x", spacing=60) for _ in range(5)), return_exceptions=True
        )
    assert len(server.requests) == 2


async def test_what_has_its_turn_is_not_repeated(wall: Time, server: FakeServer) -> None:
    server.on("/y", reset_in_body())
    async with fetcher(wall) as fetch:
        await get(fetch, server.url + "/x")
        await refusal(fetch, server.url + "/y", spacing=1)
    assert len(server.asked("/y")) == 1


# --- allowances ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "now", "day", "midnight"),
    [
        ("UTC", "2026-11-23T10:00:00Z", "2026-11-23", "2026-11-24T00:00:00.000000Z"),
        (LOS_ANGELES, "2026-11-23T07:59:59Z", "2026-11-22", "2026-11-23T08:00:00.000000Z"),
        (LOS_ANGELES, "2026-11-23T08:00:00Z", "2026-11-23", "2026-11-24T08:00:00.000000Z"),
        # The day clocks go back has 25 hours, the one they go forward 23.
        (LOS_ANGELES, "2026-11-01T07:00:00Z", "2026-11-01", "2026-11-02T08:00:00.000000Z"),
        (LOS_ANGELES, "2026-03-08T08:00:00Z", "2026-03-08", "2026-03-09T07:00:00.000000Z"),
        # A midnight that does not exist: clocks go from 24:00 to 01:00.
        ("America/Santiago", "2026-09-05T12:00:00Z", "2026-09-05", "2026-09-06T04:00:00.000000Z"),
    ],
)  # fmt: skip
def test_a_day_ends_at_its_own_midnight(zone: str, now: str, day: str, midnight: str) -> None:
    found, until = day_of(zone, from_iso(now))
    assert (found, to_iso(until)) == (day, midnight)


@given(
    st.integers(0, 4 * 10**15),
    st.sampled_from(["UTC", "America/Los_Angeles", "Australia/Lord_Howe", "America/Santiago"]),
)
def test_a_day_always_ends_later_and_begins_anew(now: int, zone: str) -> None:
    day, until = day_of(zone, Micros(now))
    assert now < until <= now + 25 * HOUR
    assert day_of(zone, until)[0] > day
    assert day_of(zone, Micros(until - 1))[0] == day


async def test_a_spent_allowance_refuses_unsent_until_midnight(
    wall: Time, server: FakeServer
) -> None:
    async with fetcher(wall) as fetch:
        for _ in range(2):
            await get(fetch, server.url + "/x", quota=SEARCH)
        error = await refusal(fetch, server.url + "/x", quota=SEARCH)
        assert (error.state, error.unsent) == (SourceState.RATE_LIMITED, True)
        assert error.until == from_iso("2026-11-24T08:00:00Z")
        assert "youtube search" in str(error)
        assert "2 of 2" in str(error)
        assert "America/Los Angeles" in str(error)
        assert len(server.requests) == 2
        # Another credential has an allowance of its own, and tomorrow is another day.
        await get(fetch, server.url + "/x", quota=SEARCH, secret_headers={"x-key": "two"})
        wall.now = from_iso("2026-11-24T08:00:00Z")
        await get(fetch, server.url + "/x", quota=SEARCH)


async def test_dear_requests_take_more_and_cheap_ones_still_fit(
    wall: Time, server: FakeServer
) -> None:
    dear = Quota(name="units", limit=100, units=60)
    async with fetcher(wall) as fetch:
        await get(fetch, server.url + "/x", quota=dear)
        await refusal(fetch, server.url + "/x", quota=dear)
        await get(fetch, server.url + "/x", quota=Quota(name="units", limit=100, units=40))


async def test_what_never_left_is_not_counted_and_what_failed_is(
    wall: Time, server: FakeServer, store: Store
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    server.on("/500", status_reply(500))
    server.on("/silent", silent())
    quota = Quota(name="q", limit=100)
    async with fetcher(wall, StoredLedger(store)) as fetch:

        async def taken() -> int:
            rows = await store.fetch("SELECT sum(taken) AS taken FROM quota")
            return int(rows[0]["taken"] or 0)

        await refusal(fetch, f"http://127.0.0.1:{port}/x", quota=quota)
        assert await taken() == 0
        with held() as clock:
            asking = asyncio.ensure_future(
                refusal(fetch, server.url + "/silent", quota=quota, timeout=0.2)
            )
            await clock.until(lambda: server.asked("/silent"))
            await clock.on(0.3)
            await clock.until(asking.done)
        assert await taken() == 1
        await refusal(fetch, server.url + "/500", quota=quota)
        assert await taken() == 2
        # The host is left in peace now: refused without being asked.
        await refusal(fetch, server.url + "/x", quota=quota)
        assert await taken() == 2
        # One that is cancelled as it waits for its turn never left either.
        wall.now = Micros(wall.now + HOUR)
        await get(fetch, server.url + "/x", quota=quota, spacing=1000)
        fetch._door._pause = silent_pause
        waiter = asyncio.ensure_future(get(fetch, server.url + "/x", quota=quota, spacing=1000))
        while await taken() < 4:
            await asyncio.sleep(0.005)
        waiter.cancel()
        await asyncio.gather(waiter, return_exceptions=True)
        assert await taken() == 3
    assert len(server.requests) == 3


async def silent_pause(seconds: float) -> None:
    await asyncio.Event().wait()


async def test_processes_share_an_allowance_and_restarts_keep_it(
    wall: Time, server: FakeServer, store: Store
) -> None:
    quota = Quota(name="q", limit=5)
    async with fetcher(wall, StoredLedger(store)) as one, fetcher(wall, StoredLedger(store)) as two:
        answers = await asyncio.gather(
            *(get(fetch, server.url + "/x", quota=quota) for fetch in (one, two) * 4),
            return_exceptions=True,
        )
    assert sum(isinstance(answer, SourceError) for answer in answers) == 3
    async with fetcher(wall, StoredLedger(store)) as later:
        await refusal(later, server.url + "/x", quota=quota)
    assert len(server.requests) == 5


async def test_no_credential_stands_in_the_book(
    wall: Time, server: FakeServer, store: Store
) -> None:
    async with fetcher(wall, StoredLedger(store)) as fetch:
        await get(
            fetch, server.url + "/x", quota=SEARCH, spacing=1, secret_headers={"x-key": "s3cret"}
        )
    keys = [row["key"] for row in await store.fetch("SELECT key FROM quota")]
    assert len(keys) == 1
    assert keys[0].startswith("youtube search#")
    assert "s3cret" not in keys[0]


async def test_old_days_leave_the_book(wall: Time, store: Store) -> None:
    ledger = StoredLedger(store)
    for day in range(20):
        until = Micros(NOW + day * DAY)
        assert await ledger.take("q", to_iso(until)[:10], 1, 5, until) is None
    (row,) = await store.fetch("SELECT count(*) AS days FROM quota")
    assert row["days"] == 8


# --- budgets learned from headers ---------------------------------------------------------------


class Shelf:
    """A budget store in memory that counts how often it is written."""

    def __init__(self) -> None:
        self.kept: dict[str, Budget] = {}
        self.writes = 0

    async def load(self) -> dict[str, Budget]:
        return dict(self.kept)

    async def save(self, key: str, budget: Budget) -> None:
        self.writes += 1
        self.kept[key] = budget


async def test_what_is_left_is_written_seldom_and_at_the_end(
    wall: Time, server: FakeServer
) -> None:
    shelf = Shelf()
    left = iter(range(999, 0, -1))
    server.on(
        "/x",
        lambda _: json_reply(
            1, x_ratelimit_remaining=str(next(left)), x_ratelimit_limit="1000",
            x_ratelimit_reset="600",
        ),
    )  # fmt: skip
    async with Fetcher(wall, shelf, chance=lambda: 0.0) as fetch:
        for _ in range(20):
            await get(fetch, server.url + "/x")
            wall.now = Micros(wall.now + 10 * SECOND)
        assert shelf.writes == 4
        before = wall.now
    (budget,) = shelf.kept.values()
    assert shelf.writes == 5
    assert (budget.remaining, budget.allowed) == (980, 1000)
    assert budget.reset_at == before - 10 * SECOND + 10 * MINUTE


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"ratelimit-remaining": "3", "ratelimit-limit": "10"}, 10),
        ({"ratelimit-remaining": "3", "ratelimit-limit": "10, 10;w=1"}, 10),
        ({"x-ratelimit-remaining": "412.0", "x-ratelimit-used": "588"}, 1000),
        ({"x-ratelimit-remaining": "3"}, None),
        ({"x-ratelimit-remaining": "30", "x-ratelimit-limit": "10"}, None),
        ({"x-ratelimit-remaining": "3", "x-ratelimit-limit": "nan"}, None),
    ],
)
async def test_the_whole_allowance_is_read(
    wall: Time, server: FakeServer, headers: dict[str, str], allowed: int | None
) -> None:
    shelf = Shelf()
    server.on("/x", Reply(200, b"1", headers))
    async with Fetcher(wall, shelf) as fetch:
        await get(fetch, server.url + "/x")
    (budget,) = shelf.kept.values()
    assert budget.allowed == allowed


async def test_a_stored_budget_comes_back_as_it_was(wall: Time, store: Store) -> None:
    budgets = StoredBudgets(store, wall)
    budget = Budget(3, Micros(NOW + MINUTE), Micros(NOW + 2 * MINUTE), 10)
    await budgets.save("api.example#1", budget)
    assert await budgets.load() == {"api.example#1": budget}


# --- who lives on what --------------------------------------------------------------------------


async def test_a_task_learns_what_it_and_its_helpers_live_on(
    wall: Time, server: FakeServer
) -> None:
    async def work(keys: set[str], *names: str) -> None:
        watch(keys)
        await asyncio.gather(
            *(
                get(fetch, server.url + "/x", quota=Quota(name=name, limit=9), spacing=1)
                for name in names
            )
        )

    one: set[str] = set()
    two: set[str] = set()
    async with fetcher(wall) as fetch:
        await asyncio.gather(work(one, "a", "b"), work(two, "c"))
        await get(fetch, server.url + "/x", quota=Quota(name="nobody's", limit=9))
    host = {f"127.0.0.1:{server.port}"}
    assert (one, two) == ({"a", "b"} | host, {"c"} | host)
