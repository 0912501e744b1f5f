"""How often a source is asked: by the table, by simulation, and at a server that counts."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.config import BrandConfig, Config, SourceConfig
from listeners.http import Fetcher
from listeners.model import SECOND, Author, Batch, Micros, Post, SourceState
from listeners.networks.contract import Capability
from listeners.pace import (
    LONGEST,
    QUIET_ROUNDS,
    Pace,
    Rhythm,
    after_failures,
    after_refusals,
    after_round,
    first_pace,
    polite_start,
    rest_of,
    rhythm_of,
)
from listeners.pipeline import Pipeline
from listeners.runner import SourceRunner
from listeners.store import Store, open_store, reads
from listeners.store.budgets import StoredBudgets
from listeners.store.connection import Connection
from listeners.store.quotas import StoredLedger
from listeners.store.sources import NewSource, register_sources
from tests.fake.http_server import FakeServer, Reply, json_reply, status_reply

NOW = Micros(1_790_000_000 * SECOND)
USUAL = Rhythm(60.0, 20.0)


@pytest.mark.parametrize(
    ("wanted", "asked", "by_hand", "rhythm"),
    [
        (None, None, False, Rhythm(60.0, 20.0)),
        # A person's wish wins over everything, below the floor too.
        (5.0, 3600.0, False, Rhythm(5.0, 5.0, fixed=True)),
        # What the network asks for now is usual and floor at once.
        (None, 3600.0, False, Rhythm(3600.0, 3600.0)),
        (None, 10.0, False, Rhythm(10.0, 10.0)),
        # A folder costs nobody anything.
        (None, None, True, Rhythm(60.0, 20.0, fixed=True)),
    ],
)
def test_whose_word_counts(
    wanted: float | None, asked: float | None, by_hand: bool, rhythm: Rhythm
) -> None:
    assert rhythm_of(wanted, asked, 60.0, 20.0, by_hand=by_hand) == rhythm


@pytest.mark.parametrize(
    ("before", "heard", "after"),
    [
        (Pace(60.0), False, Pace(60.0, 1)),
        (Pace(60.0, 1), False, Pace(60.0, 2)),
        (Pace(60.0, 2), False, Pace(120.0)),
        (Pace(240.0, 2), False, Pace(480.0)),
        (Pace(480.0, 2), False, Pace(480.0)),
        (Pace(60.0, 2), True, Pace(30.0)),
        (Pace(30.0), True, Pace(20.0)),
        (Pace(20.0), True, Pace(20.0)),
        # One piece of news, and a source that slept is back at its usual pace.
        (Pace(480.0), True, Pace(60.0)),
        # After a hurry, the usual pace comes before a slower one.
        (Pace(20.0, 2), False, Pace(40.0)),
        (Pace(40.0, 2), False, Pace(60.0)),
    ],
)
def test_the_next_pace(before: Pace, heard: bool, after: Pace) -> None:
    assert after_round(before, USUAL, heard=heard) == after


@pytest.mark.parametrize(
    ("rhythm", "slowest"),
    [(Rhythm(60, 20), 480), (Rhythm(3600, 900), LONGEST), (Rhythm(86400, 900), 86400)],
)
def test_the_slowest_pace_is_still_of_use(rhythm: Rhythm, slowest: float) -> None:
    assert rhythm.slowest == slowest


@pytest.mark.parametrize("heard", [True, False])
def test_a_persons_wish_is_kept_to_the_second(heard: bool) -> None:
    wished = Rhythm(5.0, 5.0, fixed=True)
    pace = after_round(first_pace(300.0, wished), wished, heard=heard)
    assert rest_of(pace, wished, lambda: 0.99) == 5.0


@pytest.mark.parametrize(
    ("kept", "pace"), [(None, 60.0), (240.0, 240.0), (9000.0, 480.0), (1.0, 20.0)]
)
def test_a_kept_pace_holds_within_what_holds_today(kept: float | None, pace: float) -> None:
    assert first_pace(kept, USUAL) == Pace(pace)


@pytest.mark.parametrize(
    ("asked", "wait"), [(None, 0.0), (-5, 15.0), (-19.5, 0.5), (-20, 0.0), (-900, 0.0), (60, 0.0)]
)
def test_a_process_that_begins_is_no_ruder_than_one_that_stays(
    asked: float | None, wait: float
) -> None:
    asked_at = None if asked is None else Micros(NOW + int(asked * SECOND))
    assert polite_start(asked_at, USUAL, NOW) == pytest.approx(wait)


def test_a_server_that_refuses_is_asked_ever_more_seldom() -> None:
    waits = [after_refusals(count, USUAL) for count in range(1, 9)]
    assert waits == [20, 40, 80, 160, 320, 640, 900, 900]
    assert after_refusals(500, Rhythm(3600, 3600)) == 3600


def test_a_failing_network_is_tried_at_its_floor_and_within_a_minute() -> None:
    assert [after_failures(count, USUAL) for count in range(1, 6)] == [0, 0, 20, 20, 20]
    assert after_failures(9, Rhythm(900, 300)) == 60
    assert after_failures(9, Rhythm(0.2, 0.2, fixed=True)) == 0.2


@given(st.lists(st.booleans(), max_size=60), st.integers(0, 99), st.floats(1, 9000))
def test_the_pace_stays_within_its_bounds(rounds: Sequence[bool], seed: int, kept: float) -> None:
    chance = random.Random(seed).random
    pace = first_pace(kept, USUAL)
    for heard in rounds:
        pace = after_round(pace, USUAL, heard=heard)
        assert USUAL.floor <= pace.seconds <= USUAL.slowest
        assert USUAL.floor <= rest_of(pace, USUAL, chance) <= USUAL.slowest * 1.2


def test_a_day_of_a_small_brand_and_of_a_busy_hour() -> None:
    """Asked seldom by night, the first mention is heard soon, the busy hour at the floor."""
    chance = random.Random(5).random
    mentions = [8 * 3600.0] + [14 * 3600.0 + 30 * n for n in range(120)]
    at, asked, pace = 0.0, [], first_pace(None, USUAL)
    waits = []
    before = 0.0
    while at < 86400:
        fresh = [one for one in mentions if before < one <= at]
        waits += [at - one for one in fresh]
        asked.append(at)
        before = at
        pace = after_round(pace, USUAL, heard=bool(fresh))
        at += rest_of(pace, USUAL, chance)
    assert len(waits) == len(mentions)
    assert max(waits) <= USUAL.slowest * 1.2
    busy = [one for one in asked if 14.2 * 3600 <= one <= 15 * 3600]
    gaps = [later - one for one, later in pairwise(busy)]
    assert min(gaps) >= USUAL.floor
    assert max(gaps) <= 60
    night = [one for one in asked if 3600 <= one <= 7 * 3600]
    assert len(night) <= 6 * 3600 / (USUAL.slowest * 0.8) + 1
    # A day of sixty-second rounds would be 1,440 requests.
    assert len(asked) < 500


def test_rounds_spread_by_a_fifth() -> None:
    chances = iter((0.0, 0.5, 1.0))
    rests = [rest_of(Pace(100.0), USUAL, lambda: next(chances)) for _ in range(3)]
    assert rests == [80.0, 100.0, 120.0]
    assert QUIET_ROUNDS > 1, "one quiet round says nothing"


# --- at a server that counts --------------------------------------------------------------------

SOURCE = SourceConfig(network="mastodon", what="#lune")
CONFIG = Config(brands=(BrandConfig(name="Lune"),), sources=(SOURCE,))


class Time:
    """A clock that rests move on; nobody waits really."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> Micros:
        return self.now


class Asking:
    """A listener that asks the server once a round; ``posts`` says what a round brings."""

    capability = Capability(network="mastodon", title="Asking", interval=60.0, min_interval=20.0)

    def __init__(self, fetch: Fetcher, url: str) -> None:
        self._fetch, self._url = fetch, url

    async def poll(self, cursor: str | None) -> AsyncIterator[Batch]:
        answer = await self._fetch.get(self._url, allow_private=True, expect="json")
        found = answer.json()
        assert isinstance(found, list)
        posts = tuple(
            Post(
                network="mastodon",
                native_id=str(one),
                author=Author(key="zoe"),
                text=f"Lune number {one}",
                created_at=NOW,
                lang="en",
            )
            for one in found
        )
        yield Batch(posts=posts, fetched=len(posts), cursor="1")

    def stream(self, cursor: str | None) -> None:
        return None

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        return Batch()


@pytest.fixture
async def server() -> AsyncIterator[FakeServer]:
    async with FakeServer() as fake:
        yield fake


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "hubbub.db") as opened:
        yield opened


async def lived(
    store: Store,
    server: FakeServer,
    wall: Time,
    seconds: float,
    *,
    source: SourceConfig = SOURCE,
) -> list[float]:
    """Run one process of hubbub for so many seconds of its clock; return its rests."""
    end = wall.now + int(seconds * SECOND)
    rests: list[float] = []
    over = asyncio.Event()

    async def rest(wait: float) -> None:
        rests.append(wait)
        wall.now = Micros(min(end, wall.now + max(1, int(wait * SECOND))))
        if wall.now >= end:
            over.set()
            await asyncio.Event().wait()

    pipeline = Pipeline(store, CONFIG, wall)
    await pipeline.open()

    async def work(connection: Connection) -> int:
        new = [NewSource(source.key, source.network, "lune")]
        return (await register_sources(connection, new, wall.now))[source.key]

    number = await store.write(work)
    async with Fetcher(
        wall, StoredBudgets(store, wall), StoredLedger(store), pause=rest, chance=lambda: 0.5
    ) as fetch:
        listener = Asking(fetch, server.url + "/x")
        one = SourceRunner(
            source, number, None, listener, pipeline, store, wall, chance=lambda: 0.5
        )
        one.service.rest = rest  # type: ignore[method-assign, assignment]
        task = asyncio.ensure_future(one.service.supervise())
        try:
            async with asyncio.timeout(30):
                await over.wait()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    return rests


async def test_a_quiet_source_slows_down_and_remembers_it(store: Store, server: FakeServer) -> None:
    wall = Time()
    server.on("/x", json_reply([]))
    rests = await lived(store, server, wall, 3600)
    assert rests[:9] == [60, 60, 120, 120, 120, 240, 240, 240, 480]
    (row,) = await store.fetch("SELECT pace, asked_at FROM source")
    assert row["pace"] == 480
    asked = len(server.requests)
    server.on("/x", json_reply([1]), json_reply([2]), json_reply([3]), json_reply([]))
    rests = await lived(store, server, wall, 600)
    assert rests[:4] == [60, 30, 20, 20]
    assert len(server.requests) > asked


@pytest.mark.parametrize(
    ("reply", "most", "state"),
    [
        (json_reply([]), 5, SourceState.OK),
        (status_reply(429, retry_after="600"), 1, SourceState.RATE_LIMITED),
        (status_reply(503), 4, SourceState.FAILING),
        (status_reply(404), 5, SourceState.FAILING),
        (status_reply(401), 5, SourceState.NEEDS_TOKEN),
    ],
)
async def test_hubbub_started_anew_every_two_seconds_hammers_nobody(
    store: Store, server: FakeServer, reply: Reply, most: int, state: SourceState
) -> None:
    """40 starts in 80 seconds: no more requests than one process might make at the floor."""
    wall = Time()
    server.on("/x", reply)
    for _ in range(40):
        await lived(store, server, wall, 2)
    (row,) = await reads.sources(store)
    assert row.state is state
    assert 1 <= len(server.requests) <= most


@pytest.mark.parametrize(
    ("reply", "most"),
    [
        (status_reply(429, retry_after="300"), 4),
        (status_reply(503), 20),
        (status_reply(404), 7),
        (status_reply(401), 2),
        (status_reply(403), 2),
        (status_reply(410), 1),
        (Reply(200, b"<html>log in here</html>"), 46),
    ],
)
async def test_a_quarter_of_an_hour_of_refusals_costs_few_requests(
    store: Store, server: FakeServer, reply: Reply, most: int
) -> None:
    wall = Time()
    server.on("/x", reply)
    await lived(store, server, wall, 900)
    assert 1 <= len(server.requests) <= most


async def test_a_persons_interval_is_kept_whatever_comes(store: Store, server: FakeServer) -> None:
    wall = Time()
    server.on("/x", json_reply([]))
    wished = replace(SOURCE, interval=7.0)
    rests = await lived(store, server, wall, 60, source=wished)
    assert set(rests) == {7.0}
