"""The engine: a source's rounds, its failures, and the place it goes on from."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from listeners.config import BrandConfig, Config, SourceConfig
from listeners.engine import Engine, SourceRunner
from listeners.model import (
    SECOND,
    Author,
    BadRecord,
    Batch,
    ConversationState,
    Gap,
    Micros,
    Post,
    Sentence,
    SourceState,
)
from listeners.networks.contract import Capability, SourceError
from listeners.pipeline import Pipeline
from listeners.rows import SourceRow
from listeners.secret import Secret, SecretError
from listeners.store import Store, open_store, reads
from listeners.store.connection import Connection
from listeners.store.filters import QueueFilter, StreamFilter
from listeners.store.sources import NewSource, register_sources

NOW = Micros(1_790_000_000 * SECOND)
SOURCE = SourceConfig(network="mastodon", what="#lune")
CONFIG = Config(
    brands=(BrandConfig(name="Lune", handles={"mastodon": ("@lune@social.example",)}),),
    sources=(SOURCE,),
)

Round = Callable[[str | None], Sequence[Batch | Exception]]


class Scripted:
    """A listener whose rounds are written down; remembers the cursors it was given."""

    def __init__(self, *rounds: Sequence[Batch | Exception], by_hand: bool = False) -> None:
        self.capability = Capability(
            network="mastodon", title="Scripted", by_hand=by_hand, interval=3600.0
        )
        self.cursors: list[str | None] = []
        self.threads: dict[str, Batch] = {}
        self.asked: list[list[str]] = []
        self._rounds = list(rounds)

    async def poll(self, cursor: str | None) -> AsyncIterator[Batch]:
        self.cursors.append(cursor)
        for step in self._rounds.pop(0) if self._rounds else ():
            if isinstance(step, Exception):
                raise step
            yield step

    def stream(self, cursor: str | None) -> AsyncIterator[Batch] | None:
        return None

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        self.asked.append(list(native_ids))
        return self.threads[native_ids[0]]


def batch(number: int, *, bad: int = 0) -> Batch:
    post = Post(
        network="mastodon",
        native_id=f"p{number}",
        author=Author(key="zoe"),
        text=f"Lune number {number}",
        created_at=NOW,
        lang="en",
    )
    broken = tuple(BadRecord("{", Sentence("cut")) for _ in range(bad))
    return Batch(posts=(post,), bad=broken, fetched=1 + bad, cursor=str(number))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "hubbub.db") as store:
        yield store


async def runner(
    store: Store, listener: Scripted, cursor: str | None = None, source: SourceConfig = SOURCE
) -> SourceRunner:
    pipeline = Pipeline(store, CONFIG, lambda: NOW)
    await pipeline.open()

    async def work(connection: Connection) -> int:
        new = [NewSource(SOURCE.key, SOURCE.network, "lune")]
        return (await register_sources(connection, new, NOW))[SOURCE.key]

    number = await store.write(work)
    return SourceRunner(source, number, cursor, listener, pipeline, store, lambda: NOW)


async def row(store: Store) -> SourceRow:
    (found,) = await reads.sources(store)
    return found


async def stored(store: Store) -> int:
    return len(await reads.mention_ids(store, StreamFilter(), limit=100))


async def test_a_round_stores_every_batch_and_keeps_its_place(store: Store) -> None:
    one = await runner(store, Scripted([batch(1), batch(2)]))
    report = await one.once()
    assert (report.fetched, report.new, report.cursor) == (2, 2, "2")
    assert report.state is SourceState.OK
    assert await stored(store) == 2


async def test_a_failure_keeps_what_came_before_it(store: Store) -> None:
    refused = SourceError(SourceState.RATE_LIMITED, Sentence("Too many."), until=Micros(NOW + 60))
    listener = Scripted([batch(1), refused], [batch(2)])
    one = await runner(store, listener)
    report = await one.once()
    assert (report.new, report.cursor, report.state) == (1, "1", SourceState.RATE_LIMITED)
    assert (await row(store)).detail == Sentence("Too many.")
    await one.once()
    assert listener.cursors == [None, "1"]
    assert (await row(store)).state is SourceState.OK


async def test_a_lost_place_and_an_outage_are_one_gap(store: Store) -> None:
    lost = Batch(gap=Gap(None, NOW, Sentence("The place was lost.")))
    later = Batch(gap=Gap(None, Micros(NOW + 60), Sentence("The place was lost.")))
    away = SourceError(SourceState.FAILING, Sentence("Nobody answers."))
    one = await runner(store, Scripted([lost, away], [later, away], [lost, away], [batch(1)]))
    for _ in range(4):
        await one.once()
    (gap,) = await store.fetch("SELECT * FROM gap")
    assert (gap["from_at"], gap["to_at"]) == (None, NOW + 60)
    await one.once()
    other = Batch(gap=Gap(Micros(NOW - 60), NOW, Sentence("The place was lost.")))
    await (await runner(store, Scripted([other]))).once()
    assert len(await store.fetch("SELECT * FROM gap")) == 2


async def test_what_reading_the_past_lives_on_is_the_sources_too(store: Store) -> None:
    one = await runner(store, Scripted([batch(1)]))
    one.uses.add("archive.example")
    await one.once()
    assert [row["key"] for row in await store.fetch("SELECT key FROM source_use")] == [
        "archive.example"
    ]


@pytest.mark.parametrize(
    "fault", [RecursionError("deep"), MemoryError(), ExceptionGroup("g", [ValueError("x")])]
)
async def test_a_fault_of_ours_is_a_failing_source_and_no_more(
    store: Store, fault: Exception
) -> None:
    report = await (await runner(store, Scripted([fault]))).once()
    assert report.state is SourceState.FAILING
    assert report.detail is not None


async def test_a_changed_format_keeps_the_place_and_the_good_neighbours(store: Store) -> None:
    listener = Scripted([batch(1, bad=4)])
    report = await (await runner(store, listener)).once()
    assert (report.state, report.cursor) == (SourceState.FORMAT_CHANGED, None)
    assert (report.new, report.bad) == (1, 4)
    assert await stored(store) == 1


async def test_bad_lines_of_a_hand_made_file_change_no_format(store: Store) -> None:
    report = await (await runner(store, Scripted([batch(1, bad=4)], by_hand=True))).once()
    assert (report.state, report.cursor, report.bad) == (SourceState.OK, "1", 4)


async def test_a_service_goes_on_after_failures_and_wakes_at_once(store: Store) -> None:
    listener = Scripted([SourceError(SourceState.NEEDS_TOKEN, Sentence("Get one."))], [batch(1)])
    one = await runner(store, listener)
    task = asyncio.ensure_future(one.service.supervise())
    try:
        async with asyncio.timeout(30):
            while (await row(store)).state is not SourceState.NEEDS_TOKEN:
                await asyncio.sleep(0.01)
        while len(listener.cursors) < 2:
            one.service.wake()
            await asyncio.sleep(0.01)
        async with asyncio.timeout(30):
            while (await row(store)).state is not SourceState.OK:
                await asyncio.sleep(0.01)
        assert await stored(store) == 1
    finally:
        task.cancel()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


async def test_an_unknown_network_is_off_and_says_the_way_round(store: Store) -> None:
    config = Config(sources=(SourceConfig(network="carrier-pigeon"),))
    assert await Engine(store, config, lambda: NOW).once() == []
    found = await row(store)
    assert found.state is SourceState.OFF
    assert found.detail is not None
    assert "carrier-pigeon" in str(found.detail.values)


async def test_threads_of_open_conversations_are_read_and_answer_by_themselves(
    store: Store,
) -> None:
    us = Author(key="lune@social.example", handle="lune@social.example")
    question = Post(
        network="mastodon",
        native_id="q1",
        author=Author(key="zoe"),
        text="Is Lune open?",
        created_at=Micros(NOW - 60 * SECOND),
        lang="en",
    )
    answer = replace(
        question,
        native_id="a1",
        author=us,
        text="Yes.",
        parent_id="q1",
        root_id="q1",
        created_at=NOW,
    )
    listener = Scripted([Batch(posts=(question,), fetched=1, cursor="1")])
    listener.capability = replace(listener.capability, thread=True)
    listener.threads = {"q1": Batch(posts=(question, answer), fetched=2)}
    report = await (await runner(store, listener)).once()
    assert report.state is SourceState.OK
    ids = await reads.queue_ids(store, QueueFilter(states=("open", "waiting")))
    (row_,) = (await reads.conversations(store, ids)).values()
    assert (row_.state, row_.messages) == (ConversationState.WAITING, 2)
    assert listener.asked == [["q1"]]


def refused_token() -> SourceError:
    return SourceError(SourceState.NEEDS_TOKEN, Sentence("The token was refused."))


def missing_token() -> SourceError:
    error = SourceError(SourceState.NEEDS_TOKEN, Sentence("HUBBUB_TOKEN is not set."))
    error.__cause__ = SecretError(error.sentence)
    return error


@pytest.mark.parametrize(
    ("error", "cursor", "token", "state"),
    [
        (refused_token, "7", "env:HUBBUB_TOKEN", SourceState.TOKEN_EXPIRED),
        (refused_token, None, "env:HUBBUB_TOKEN", SourceState.NEEDS_TOKEN),
        (refused_token, "7", "", SourceState.NEEDS_TOKEN),
        (missing_token, "7", "env:HUBBUB_TOKEN", SourceState.NEEDS_TOKEN),
    ],
    ids=["it worked before", "it never worked", "there is none", "it cannot be read"],
)
async def test_a_key_that_worked_before_has_expired(
    store: Store,
    error: Callable[[], SourceError],
    cursor: str | None,
    token: str,
    state: SourceState,
) -> None:
    source = replace(SOURCE, token=Secret(token) if token else None)
    one = await runner(store, Scripted([error()]), cursor, source)
    assert (await one.once()).state is state
    assert (await row(store)).state is state
