"""The writer: whole transactions, in turn, whatever is cancelled, killed or full meanwhile."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path

import aiosqlite
import pytest

from listeners.store import Connection, Store, StoreError, Trouble, ingest, open_store
from listeners.store.writer import WAITING_BATCHES
from listeners.supervisor import spawn
from tests.listeners.store.builders import NOW, furnish

INSERT = "INSERT INTO setting (key, value) VALUES (?, ?)"


async def stored(store: Store) -> set[str]:
    return {row["key"] for row in await store.fetch("SELECT key FROM setting")}


async def put(connection: Connection, *names: str) -> None:
    for name in names:
        await connection.fetch(INSERT, (name, "x"))


async def test_a_write_returns_what_its_work_returns(store: Store) -> None:
    async def work(connection: Connection) -> int:
        await put(connection, "a")
        return 7

    assert await store.write(work) == 7
    assert await stored(store) == {"a"}


async def test_a_work_that_raises_stores_nothing(store: Store) -> None:
    async def work(connection: Connection) -> None:
        await put(connection, "a", "b")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.write(work)
    assert await stored(store) == set()
    await store.write(lambda c: put(c, "c"))
    assert await stored(store) == {"c"}


async def test_a_failed_statement_dooms_the_transaction(store: Store) -> None:
    async def work(connection: Connection) -> None:
        await put(connection, "a")
        try:
            await put(connection, "a")
        except sqlite3.IntegrityError:
            return

    with pytest.raises(RuntimeError, match="failed statement"):
        await store.write(work)
    assert await stored(store) == set()


async def test_a_connection_is_dead_after_its_transaction(store: Store) -> None:
    kept: list[Connection] = []

    async def work(connection: Connection) -> None:
        kept.append(connection)

    await store.write(work)
    with pytest.raises(RuntimeError, match="ended"):
        await kept[0].fetch("SELECT 1")


async def test_a_write_inside_a_write_is_refused_instead_of_waiting_for_ever(store: Store) -> None:
    async def work(connection: Connection) -> None:
        await store.write(lambda c: put(c, "inner"))

    with pytest.raises(RuntimeError, match="inside"):
        await store.write(work)


async def test_what_a_person_does_goes_before_the_batches_that_wait(store: Store) -> None:
    order: list[str] = []
    running, go = asyncio.Event(), asyncio.Event()

    async def first(connection: Connection) -> None:
        running.set()
        await go.wait()
        order.append("first")

    def job(name: str):  # type: ignore[no-untyped-def]
        async def work(connection: Connection) -> None:
            order.append(name)

        return work

    tasks = [spawn("first", store.write(first))]
    await running.wait()
    tasks += [spawn(f"batch {n}", store.write(job(f"batch {n}"))) for n in range(3)]
    await asyncio.sleep(0)
    tasks += [spawn("key", store.write(job("key"), urgent=True))]
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(*tasks)
    assert order == ["first", "key", "batch 0", "batch 1", "batch 2"]


async def test_batches_wait_outside_when_too_many_wait(store: Store) -> None:
    entered = 0
    begun, go = asyncio.Event(), asyncio.Event()

    async def blocking(connection: Connection) -> None:
        nonlocal entered
        entered += 1
        begun.set()
        await go.wait()

    tasks = [spawn(f"b{n}", store.write(blocking)) for n in range(WAITING_BATCHES + 5)]
    await begun.wait()
    writer = store._writer
    assert writer is not None
    assert len(writer._usual) == WAITING_BATCHES - 1
    go.set()
    await asyncio.gather(*tasks)
    assert entered == WAITING_BATCHES + 5


async def test_durable_writes_wait_for_the_disk_and_leave_no_trace(store: Store) -> None:
    async def level(connection: Connection) -> int:
        return int((await connection.fetch("PRAGMA synchronous"))[0][0])

    assert await store.write(level, durable=True) == 2
    assert await store.write(level) == 1


async def test_cancelling_never_stores_a_half(store: Store) -> None:
    """Hundreds of writes of three rows, cancelled at random moments: three rows or none."""
    chance = random.Random(4)

    async def work(connection: Connection, number: int) -> None:
        for part in range(3):
            await put(connection, f"{number}/{part}")
            if chance.random() < 0.3:
                await asyncio.sleep(chance.random() * 0.0004)

    finished = 0
    for number in range(400):
        task = spawn(
            f"write {number}",
            store.write(lambda c, n=number: work(c, n), urgent=number % 3 == 0),
        )
        # Some are cancelled before they begin, some are left alone, the others meet their fate.
        if number % 10:
            await asyncio.sleep(chance.random() * 0.0012)
        if number % 10 != 5:
            task.cancel()
        try:
            await task
            finished += 1
        except asyncio.CancelledError:
            pass
    await store.write(lambda c: put(c, "last"))
    by_number: dict[str, int] = {}
    for key in await stored(store) - {"last"}:
        number_, _, _ = key.partition("/")
        by_number[number_] = by_number.get(number_, 0) + 1
    assert set(by_number.values()) == {3}
    # The test only means something if some were cancelled before, and some after the commit.
    assert 40 <= finished <= 360
    assert finished <= len(by_number) <= 360


async def test_a_cancelled_write_that_waits_is_never_begun(store: Store) -> None:
    go, begun = asyncio.Event(), []

    async def first(connection: Connection) -> None:
        await go.wait()

    async def second(connection: Connection) -> None:
        begun.append(1)

    running = spawn("first", store.write(first))
    waiting = spawn("second", store.write(second))
    await asyncio.sleep(0.01)
    waiting.cancel()
    await asyncio.sleep(0)
    go.set()
    await running
    await store.write(lambda c: put(c, "after"))
    assert begun == []


async def test_closing_finishes_what_waits_even_when_cancelled(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.db"
    begun, go = asyncio.Event(), asyncio.Event()

    async def slow(connection: Connection) -> None:
        begun.set()
        await put(connection, "slow")
        await go.wait()

    async def session() -> None:
        async with open_store(path) as store:
            spawn("slow", store.write(slow))
            await begun.wait()

    task = spawn("session", session())
    await begun.wait()
    for _ in range(5):
        task.cancel()
        await asyncio.sleep(0.002)
    assert not task.done()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with open_store(path) as store:
        assert await stored(store) == {"slow"}


async def test_a_closed_store_refuses_in_words(tmp_path: Path) -> None:
    async with open_store(tmp_path / "hubbub.db") as store:
        pass
    with pytest.raises(StoreError) as caught:
        await store.write(lambda c: put(c, "late"))
    assert caught.value.trouble is Trouble.CLOSED


async def test_an_exception_in_the_body_leaves_no_thread_behind(tmp_path: Path) -> None:
    import threading

    before = set(threading.enumerate())

    async def crash() -> None:
        async with open_store(tmp_path / "hubbub.db") as store:
            await store.write(lambda c: put(c, "a"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await crash()
    gc.collect()
    left = {t for t in threading.enumerate() if not t.name.startswith("hubbub-store")}
    # A thread of an earlier test may have ended meanwhile; none of this one may be left.
    assert left <= before


async def test_a_cancelled_read_does_not_hold_up_the_next(store: Store) -> None:
    endless = """WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)
                 SELECT count(*) FROM n"""
    for _ in range(4):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await store.fetch(endless)
    # Those before would go on for ever, and there are fewer readers than there were of them.
    async with asyncio.timeout(30):
        await store.fetch("SELECT 1")


async def test_one_read_sees_one_moment(store: Store) -> None:
    asked, go = asyncio.Event(), asyncio.Event()

    async def work(connection: Connection) -> list[int]:
        counts = []
        for _ in range(2):
            counts.append(len(await connection.fetch("SELECT * FROM setting")))
            asked.set()
            await go.wait()
        return counts

    reading = spawn("read", store.read(work))
    await asked.wait()
    await store.write(lambda c: put(c, "a"))
    go.set()
    assert await reading == [0, 0]
    assert await store.read(work) == [1, 1]
    with pytest.raises(StoreError):
        await store.read(lambda c: put(c, "b"))


async def test_a_cancelled_read_leaves_no_old_moment_behind(store: Store) -> None:
    chance = random.Random(8)

    async def work(connection: Connection) -> None:
        for _ in range(5):
            await connection.fetch("SELECT * FROM setting")

    for number in range(100):
        reading = spawn("read", store.read(work))
        await asyncio.sleep(chance.random() * 0.0008)
        reading.cancel()
        await asyncio.wait([reading])
        await store.write(lambda c, n=number: put(c, f"{n}"))
        seen = [len(await stored(store)) for _ in range(3)]
        assert seen == [number + 1] * 3


# --- trouble -------------------------------------------------------------------------------------


async def test_a_full_disk_stores_nothing_and_ends_by_itself(store: Store) -> None:
    async def limit(pages: int) -> None:
        await store.write(lambda c: c.fetch(f"PRAGMA max_page_count = {pages}"))

    async def large(connection: Connection) -> None:
        await put(connection, "before")
        await connection.many(INSERT, [(f"key {n}", "x" * 4000) for n in range(100)])

    (row,) = await store.fetch("PRAGMA page_count")
    await limit(row[0] + 3)
    with pytest.raises(StoreError) as caught:
        await store.write(large)
    assert caught.value.trouble is Trouble.DISK_FULL
    assert caught.value.passing
    assert store.trouble is not None
    assert await stored(store) == set()
    await limit(1_000_000)
    await store.write(large)
    assert store.trouble is None
    assert len(await stored(store)) == 101


async def test_a_store_that_was_moved_away_is_not_written_any_more(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.db"
    async with open_store(path) as store:
        path.rename(tmp_path / "elsewhere.db")
        for replaced in (False, True):
            with pytest.raises(StoreError) as caught:
                await store.write(lambda c: put(c, "a"))
            assert caught.value.trouble is Trouble.REPLACED
            if not replaced:
                path.write_bytes((tmp_path / "elsewhere.db").read_bytes())


async def test_an_error_of_the_disk_stops_all_writing(store: Store) -> None:
    """An input/output error is not tried again: the next write might make it worse."""

    def failing(*_: object) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorname = "SQLITE_IOERR_WRITE"
        raise error

    async def work(connection: Connection) -> None:
        failing()

    for attempt in (work, lambda c: put(c, "a")):
        with pytest.raises(StoreError) as caught:
            await store.write(attempt)
        assert caught.value.trouble is Trouble.INPUT_OUTPUT
        assert not caught.value.passing
    assert await stored(store) == set()


async def test_another_process_that_holds_the_lock_is_waited_for_then_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listeners.store.database.BUSY_MILLISECONDS", 300)
    path = tmp_path / "hubbub.db"
    async with open_store(path) as store:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError) as caught:
                await store.write(lambda c: put(c, "a"))
            assert caught.value.trouble is Trouble.BUSY
            assert await stored(store) == set()
            other.execute("ROLLBACK")
        await store.write(lambda c: put(c, "a"))
        assert await stored(store) == {"a"}


async def test_nobody_else_waits_while_another_process_holds_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.db"
    async with open_store(path) as store:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            waiting = spawn("write", store.write(lambda c: put(c, "a")))
            for _ in range(10):
                await asyncio.sleep(0.005)
                assert await stored(store) == set()
            assert not waiting.done()
            other.execute("ROLLBACK")
        await waiting
        assert await stored(store) == {"a"}


LIMITED = """
    import asyncio, resource, signal, sys
    from pathlib import Path
    from listeners.store import StoreError, open_store

    async def main():
        async with open_store(Path(sys.argv[1])) as store:
            async def put(connection, name, size):
                await connection.fetch("INSERT INTO setting VALUES (?, ?)", (name, "x" * size))
            await store.write(lambda c: put(c, "small", 10))
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
            for name, size in (("large", 2_000_000), ("again", 10)):
                try:
                    await store.write(lambda c: put(c, name, size))
                except StoreError as error:
                    print(error.trouble.value, error.passing)
            print([row["key"] for row in await store.fetch("SELECT key FROM setting")])

    asyncio.run(main())
"""


async def test_a_disk_that_really_fails_stops_the_writing_and_not_the_reading(
    tmp_path: Path,
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        textwrap.dedent(LIMITED),
        str(tmp_path / "hubbub.db"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    output, errors = await process.communicate()
    assert errors == b""
    assert output.decode().splitlines() == [
        "input/output False",
        "input/output False",
        "['small']",
    ]


# --- every statement fails once ------------------------------------------------------------------


async def test_whichever_statement_fails_nothing_is_stored_and_the_next_write_is(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fail the first statement of a write, then the second, and so on until none is left."""
    world = await furnish(store)
    countdown = 0
    run_one = aiosqlite.Connection.execute_fetchall
    run_many = aiosqlite.Connection.executemany

    def count_down() -> None:
        nonlocal countdown
        countdown -= 1
        if countdown == 0:
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorname = "SQLITE_FULL"
            raise error

    def one(self, sql, parameters=None):  # type: ignore[no-untyped-def]
        count_down()
        return run_one(self, sql, parameters)

    def many(self, sql, parameters):  # type: ignore[no-untyped-def]
        count_down()
        return run_many(self, sql, parameters)

    async def batch(connection: Connection) -> None:
        mentions = [world.mention(f"{number}") for number in range(5)]
        ids = await ingest.insert_mentions(connection, mentions)
        known = await ingest.known_of_ids(connection, ids[:2])
        await ingest.delete_mentions(connection, known, NOW)
        counts = ingest.Counts(fetched=5, new=5)
        await ingest.advance_source(connection, world.source, "cursor", counts, 0.0)

    async def everything() -> list[tuple[object, ...]]:
        return [
            tuple(row)
            for table in (
                "mention",
                "rollup_minute",
                "rollup_hour",
                "source",
                "mention_fts_docsize",
            )
            for row in await store.fetch(f"SELECT * FROM {table}")
        ]

    before = await everything()
    monkeypatch.setattr(aiosqlite.Connection, "execute_fetchall", one)
    monkeypatch.setattr(aiosqlite.Connection, "executemany", many)
    troubles: list[Trouble] = []
    while True:
        countdown = len(troubles) + 1
        try:
            await store.write(batch)
        except StoreError as error:
            troubles.append(error.trouble)
        else:
            break
        assert await everything() == before
    assert len(troubles) > 12
    assert set(troubles) == {Trouble.DISK_FULL}
    countdown = 0
    assert len(await store.fetch("SELECT * FROM mention")) == 5


async def test_the_log_stays_small_while_readers_are_polite(store: Store) -> None:
    world = await furnish(store)
    largest = 0
    log = store.path.with_name("hubbub.db-wal")
    for number in range(60):
        await world.add([world.mention(f"{number} " + "word " * 100) for _ in range(50)])
        await store.fetch("SELECT * FROM mention ORDER BY id DESC LIMIT 50")
        largest = max(largest, os.stat(log).st_size)
    assert os.stat(store.path).st_size > 2 * 2**20
    assert largest < 8 * 2**20
