"""Reading the past: once for a query, resumable at every page, and never work, alert or news."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from listeners.actions import undo
from listeners.actions.history import ask_for_history, go_on_with_history, stop_history
from listeners.backfilling import HistoryReader, depth, looked_for
from listeners.config import BrandConfig, Config, SourceConfig
from listeners.http.uses import note
from listeners.model import (
    DAY,
    HOUR,
    SECOND,
    Author,
    Batch,
    Micros,
    Post,
    Sentence,
    SourceState,
)
from listeners.networks.contract import SourceError
from listeners.networks.past import PastPage, walk_down
from listeners.pipeline import Pipeline
from listeners.store import Store, open_store, reads
from listeners.store.backfills import BackfillRow, BackfillState, backfills
from listeners.store.connection import Connection
from listeners.store.counts import present_counts
from listeners.store.filters import AlertFilter, QueueFilter, StreamFilter
from listeners.store.hooks import events_after
from listeners.store.sources import NewSource, register_sources, source_cursor

NOW = Micros(1_790_000_000 * SECOND)
SOURCE = SourceConfig(network="mastodon", what="#lune")
BRAND = BrandConfig(
    name="Lune",
    handles={"mastodon": ("@lune@social.example",)},
    confidential=("Project Selene",),
)
PAGE = 3


def post(number: int, at: int, text: str = "") -> Post:
    return Post(
        network="mastodon",
        native_id=f"https://social.example/users/zoe/statuses/{1000 + number}",
        author=Author(key=f"zoe{number}", handle=f"zoe{number}@social.example"),
        text=text or f"Is Lune number {number} broken? Please help me",
        created_at=Micros(at),
        lang="en",
        mentions=("@lune@social.example",),
    )


class Archive:
    """A network's past: posts, newest first, in pages of three; ``faults`` come before a page.

    ``break_after`` is after how many pages the line breaks.
    """

    def __init__(self, posts: Iterable[Post]) -> None:
        self.posts = sorted(posts, key=lambda one: -(one.created_at or 0))
        self.asked: list[str] = []
        self.faults: list[Exception] = []
        self.break_after: int | None = None
        self.gates: dict[int, asyncio.Event] = {}

    def history(self, brand: BrandConfig, since: Micros, place: str | None) -> AsyncIterator[Batch]:
        return walk_down(["#lune"], place, since, self._page)

    async def _page(self, key: str, position: str) -> PastPage:
        if self.break_after == len(self.asked):
            raise SourceError(SourceState.FAILING, Sentence("Broken off."))
        self.asked.append(position)
        note("archive.example")
        if gate := self.gates.get(len(self.asked)):
            await gate.wait()
        if self.faults:
            raise self.faults.pop(0)
        start = int(position or 0)
        page = tuple(self.posts[start : start + PAGE])
        more = start + PAGE < len(self.posts)
        return PastPage(
            posts=page,
            fetched=len(page),
            below=str(start + PAGE) if more else None,
            oldest=page[-1].created_at if page else None,
        )


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "hubbub.db") as store:
        yield store


class World:
    """A store, its pipeline and one source."""

    def __init__(self, store: Store, brand: BrandConfig = BRAND) -> None:
        self.store = store
        self.config = Config(brands=(brand,), sources=(SOURCE,))
        self.pipeline = Pipeline(store, self.config, lambda: NOW)
        self.number = 0
        self.is_live = True
        self.uses: set[str] = set()

    async def open(self) -> World:
        await self.pipeline.open()

        async def work(connection: Connection) -> int:
            new = [NewSource(SOURCE.key, SOURCE.network, "#lune")]
            return (await register_sources(connection, new, NOW))[SOURCE.key]

        self.number = await self.store.write(work)
        return self

    async def reader(self, archive: Archive, source: SourceConfig = SOURCE) -> HistoryReader:
        reader = HistoryReader(
            source,
            self.number,
            self.config.brands,
            archive,
            self.pipeline,
            self.store,
            lambda: NOW,
            live=lambda: self.is_live,
            uses=self.uses,
            pause=0.0,
            idle=0.001,
        )
        await reader.plan()
        return reader

    async def row(self) -> BackfillRow:
        return (await backfills(self.store))[-1]

    async def stored(self) -> int:
        return len(await reads.mention_ids(self.store, StreamFilter(), limit=1000))


def days(count: int, *, every: int = DAY) -> list[Post]:
    return [post(number, NOW - (number + 1) * every) for number in range(count)]


async def test_a_process_that_took_over_and_one_that_wakes_up_again(
    store: Store, tmp_path: Path
) -> None:
    """The page a stopped process still had in hand is stored last; nothing is lost or twice."""
    first = await World(store).open()
    stopped, woken = Archive(days(10)), asyncio.Event()
    stopped.gates[2] = woken
    sleeping = asyncio.ensure_future((await first.reader(stopped)).read())
    try:
        async with asyncio.timeout(30):
            while len(stopped.asked) < 2:
                await asyncio.sleep(0.005)
        async with open_store(tmp_path / "hubbub.db") as other:
            second = await World(other).open()
            archive = Archive(days(10))
            assert await (await second.reader(archive)).read()
            # It goes on from where the other one had stored, not from the top.
            assert archive.asked[0] == "3"
            assert (await second.row()).state is BackfillState.DONE
            woken.set()
            async with asyncio.timeout(30):
                await sleeping
            row = await second.row()
            assert (row.state, row.kept) == (BackfillState.DONE, 10)
            assert await second.stored() == 10
    finally:
        sleeping.cancel()
    assert stopped.asked == ["", "3"]


async def test_what_the_reading_lives_on_is_told(store: Store) -> None:
    world = await World(store).open()
    reader = await world.reader(Archive(days(4)))
    reading = asyncio.ensure_future(reader.service.supervise())
    try:
        async with asyncio.timeout(30):
            while (await world.row()).state is not BackfillState.DONE:
                await asyncio.sleep(0.005)
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    assert world.uses == {"archive.example"}


async def test_the_past_is_read_once_back_to_where_it_is_wanted(store: Store) -> None:
    world = await World(store).open()
    archive = Archive(days(40))
    reader = await world.reader(archive)
    assert await reader.read()
    row = await world.row()
    assert (row.state, row.kept) == (BackfillState.DONE, 30)
    assert row.reached == row.since
    assert await world.stored() == 30
    assert not await reader.read()
    # Neither a new start nor another object reads it again.
    again = Archive(days(40))
    assert not await (await world.reader(again)).read()
    assert again.asked == []


async def test_it_is_never_work_never_counted_as_a_surge_and_raises_no_alert(store: Store) -> None:
    world = await World(store).open()
    recent = [
        post(number, NOW - (number + 1) * HOUR, "Lune leaked Project Selene, awful! Why? Help!")
        for number in range(12)
    ]
    await (await world.reader(Archive(recent))).read()
    assert await world.stored() == 12
    assert len(await reads.queue_ids(store, QueueFilter())) == 0
    assert len(await reads.alert_ids(store, AlertFilter())) == 0
    present = await store.read(lambda c: present_counts(c, "Lune", NOW, Micros(NOW - DAY)))
    assert set(present.recent.values()) == {(0, 0)}
    assert sum(present.bins) == 0
    assert present.day == (0, 0)
    rows = await reads.mentions(store, await reads.mention_ids(store, StreamFilter(), limit=50))
    assert all(row.history and row.needs_reply is None for row in rows.values())


async def test_listening_is_not_moved_and_what_is_new_is_left_to_it(store: Store) -> None:
    world = await World(store).open()
    await world.pipeline.take(SOURCE, world.number, Batch(cursor="live", fetched=7))
    fresh = post(99, NOW - 60 * SECOND)
    await (await world.reader(Archive([fresh, *days(3)]))).read()
    (source,) = await reads.sources(store)
    assert (source.cursor, source.fetched) == ("live", 7)
    assert await world.stored() == 3
    await world.pipeline.take(SOURCE, world.number, Batch(posts=(fresh,), fetched=1))
    assert len(await reads.queue_ids(store, QueueFilter())) == 1


async def test_a_break_at_any_page_goes_on_at_the_place_kept(store: Store) -> None:
    world = await World(store).open()
    whole = Archive(days(20))
    for page in range(7):
        cut = Archive(days(20))
        reader = await world.reader(cut)
        row = await world.row()
        reached = int(json.loads(row.place)["below"]) if row.place else 0
        assert reached == page * PAGE
        cut.break_after = 1
        if page < 6:
            with pytest.raises(SourceError):
                await reader.read()
    final = await world.reader(whole)
    await final.read()
    row = await world.row()
    assert (row.state, row.fetched, row.kept) == (BackfillState.DONE, 20, 20)
    assert whole.asked == ["18"]


async def test_it_waits_while_the_listening_is_behind(store: Store) -> None:
    world = await World(store).open()
    archive = Archive(days(9))
    reader = await world.reader(archive)
    looked = 0

    def live() -> bool:
        nonlocal looked
        looked += 1
        return looked > 3

    reader._live = live
    await reader.read()
    assert looked >= 4
    assert (await world.row()).state is BackfillState.DONE


async def test_a_person_stops_it_lets_it_go_on_and_takes_that_back(store: Store) -> None:
    world = await World(store).open()
    archive = Archive(days(12))
    reader = await world.reader(archive)
    assert (await stop_history(store, world.config, "ana", NOW, SOURCE.key)).done == 1
    assert not await reader.read()
    assert (await stop_history(store, world.config, "ana", NOW)).done == 0
    await undo(store, "ana", NOW)
    assert (await world.row()).state is BackfillState.WAITING
    await stop_history(store, world.config, "ana", NOW, "mastodon")
    await go_on_with_history(store, world.config, "ana", NOW)
    assert await reader.read()
    assert (await world.row()).kept == 12
    verbs = [event.verb for event in await events_after(store, 0, 100)]
    assert [verb for verb in verbs if verb in ("stop", "go on")] == ["stop", "stop", "go on"]


async def test_stopping_in_the_middle_keeps_what_was_read(store: Store) -> None:
    world = await World(store).open()
    archive = Archive(days(12))
    reader = await world.reader(archive)
    real = archive._page

    async def stopped(key: str, position: str) -> PastPage:
        if position == "6":
            await stop_history(store, world.config, "ana", NOW)
        return await real(key, position)

    archive._page = stopped  # type: ignore[method-assign]
    assert await reader.read()
    row = await world.row()
    assert (row.state, row.kept) == (BackfillState.STOPPED, 9)
    assert await world.stored() == 9


async def test_more_is_read_below_when_it_is_asked_for(store: Store) -> None:
    world = await World(store).open()
    archive = Archive(days(60))
    reader = await world.reader(archive)
    await reader.read()
    assert await world.stored() == 30
    since = Micros(NOW - 50 * DAY)
    assert (await ask_for_history(store, world.config, "ana", NOW, since)).done == 1
    await reader.read()
    assert await world.stored() == 50
    assert (await ask_for_history(store, world.config, "ana", NOW, since)).done == 0


async def test_another_query_begins_anew_and_the_old_one_is_not_read_twice(store: Store) -> None:
    world = await World(store).open()
    await (await world.reader(Archive(days(3)))).read()
    other = await World(store, replace(BRAND, query="lune OR selene")).open()
    archive = Archive(days(3))
    await (await other.reader(archive)).read()
    assert len(archive.asked) == 1
    back = Archive(days(3))
    assert not await (await world.reader(back)).read()


@pytest.mark.parametrize(
    ("state", "ends"),
    [
        (SourceState.NEEDS_TOKEN, BackfillState.FAILED),
        (SourceState.RATE_LIMITED, BackfillState.RUNNING),
        (SourceState.FAILING, BackfillState.RUNNING),
    ],
)
async def test_a_refusal_is_told_and_only_a_lasting_one_gives_up(
    store: Store, state: SourceState, ends: BackfillState
) -> None:
    world = await World(store).open()
    archive = Archive(days(3))
    said = Sentence("Not without a key.")
    archive.faults = [SourceError(state, said, until=Micros(NOW + 90 * SECOND))]
    reader = await world.reader(archive)
    with pytest.raises(SourceError) as refused:
        await reader.read()
    delay = await reader._failed(refused.value, 1.0)
    row = await world.row()
    assert (row.state, row.detail) == (ends, said)
    assert ends is BackfillState.FAILED or delay == 90.0


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("", 30 * DAY),
        ("90d", 90 * DAY),
        ("48h", 2 * DAY),
        ("2y", 730 * DAY),
        ("none", None),
        ("off", None),
        (False, None),
        ("a while", 30 * DAY),
    ],
)
def test_how_far_back_a_source_is_read(wanted: object, expected: int | None) -> None:
    assert depth(replace(SOURCE, options={"history": wanted} if wanted != "" else {})) == expected


def test_what_a_brand_is_looked_for_by_does_not_hold_what_changes_nothing() -> None:
    same = replace(BRAND, journalists=("@press",))
    assert looked_for(SOURCE, same) == looked_for(SOURCE, BRAND)
    assert looked_for(SOURCE, replace(BRAND, exclude="moon")) != looked_for(SOURCE, BRAND)


async def test_a_source_that_wants_no_past_has_none_read(store: Store) -> None:
    world = await World(store).open()
    archive = Archive(days(3))
    reader = await world.reader(archive, replace(SOURCE, options={"history": "none"}))
    assert not await reader.read()
    assert await backfills(store) == []
    assert await store.read(lambda c: source_cursor(c, world.number)) is None
