"""What the store costs, as ratios taken side by side in one run.

Run it by ``python -m tests.bench.bench_store``.

Absolute figures drift with the machine; a ratio of two things measured in turn, round by round,
holds. Each line names what is compared, the ratio, and the target of the performance sheet where
there is one. ``--rows`` sets how many mentions the large store holds (default 100,000).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from listeners.model import DAY, HOUR, MINUTE, Author, Label, Micros
from listeners.store import Connection, Store, ingest, open_store, reads
from listeners.store.filters import AlertFilter, QueueFilter, StreamFilter
from listeners.store.mention_rows import INSERT, columns
from listeners.store.records import NewMention, SeenAccount
from listeners.supervisor import spawn
from tests.listeners.store.builders import BRAND, NETWORK, NOW, World, furnish

ROOT = Path(__file__).parents[2]
ROUNDS = 8
AUTHORS = 400

_ADD_TO_INDEX = """
INSERT INTO mention_fts (rowid, title, text) SELECT id, title, text FROM mention WHERE id > ?
"""
_TRIGGER = """
CREATE TRIGGER fill AFTER INSERT ON mention BEGIN
    INSERT INTO mention_fts (rowid, title, text) VALUES (new.id, new.title, new.text);
END
"""


@dataclass
class Maker:
    """Makes mentions of about 200 characters, each a little later than the one before."""

    world: World
    number: int = 0

    def batch(self, size: int) -> list[NewMention]:
        return [self._one() for _ in range(size)]

    def _one(self) -> NewMention:
        self.number += 1
        chance = random.Random(self.number)
        words = " ".join(chance.choice(_WORDS) for _ in range(30))
        return self.world.mention(
            words,
            native_id=str(113_000_000_000_000_000 + self.number * 65_536),
            at=Micros(NOW + self.number * MINUTE // 50),
            label=chance.choice(list(Label)),
            author=f"a{chance.randrange(AUTHORS)}",
            conversation_id=None,
        )


_WORDS = [
    "".join(random.Random(n).choices("abcdefghijklmnopqrstuvwxyz", k=3 + n % 8))
    for n in range(4000)
]


async def world_at(store: Store) -> World:
    world = await furnish(store)
    seen = [SeenAccount(NETWORK, Author(key=f"a{n}")) for n in range(AUTHORS)]
    found = await store.write(lambda c: ingest.upsert_accounts(c, seen, NOW))
    world.accounts.update({key: id_ for (_, key), id_ in found.items()})
    return world


async def take(connection: Connection, world: World, batch: Sequence[NewMention]) -> None:
    """The whole write path of a batch but its conversations: seen before? authors, rows, cursor."""
    await ingest.buried(connection, [(one.network, "post", one.key) for one in batch])
    keys = [(one.brand_id, one.network, one.key) for one in batch]
    assert not await ingest.known_mentions(connection, keys)
    authors = {one.account_id for one in batch}
    names = {id_: key for key, id_ in world.accounts.items()}
    seen = [SeenAccount(NETWORK, Author(key=names[id_])) for id_ in authors]
    await ingest.upsert_accounts(connection, seen, NOW)
    await ingest.insert_mentions(connection, batch)
    counts = ingest.Counts(fetched=len(batch), new=len(batch))
    await ingest.advance_source(connection, world.source, batch[-1].key, counts, 0.0)


class Bare:
    """Plain ``executemany`` of the same rows into the same schema, in the same kind of file."""

    def __init__(self, path: Path, *, index: bool = False, trigger: bool = False) -> None:
        self._database = sqlite3.connect(path, isolation_level=None, cached_statements=256)
        for pragma in ("synchronous = NORMAL", "cache_size = -65536", "temp_store = MEMORY"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute("PRAGMA foreign_keys = ON")
        self._index = index
        self._next = 1
        if trigger:
            self._database.execute(_TRIGGER)

    def take(self, batch: Sequence[NewMention]) -> None:
        first = self._next
        rows = [(first + n, *columns(one)) for n, one in enumerate(batch)]
        self._next += len(rows)
        self._database.execute("BEGIN IMMEDIATE")
        self._database.executemany(INSERT, rows)
        if self._index:
            self._database.execute(_ADD_TO_INDEX, (first - 1,))
        self._database.execute("COMMIT")

    def close(self) -> None:
        self._database.close()


def say(what: str, figure: str, target: str = "") -> None:
    print(f"{what:<66} {figure:>12}   {target}", flush=True)


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


# --- writing -------------------------------------------------------------------------------------


async def write_path(folder: Path, size: int) -> None:
    """The write path against bare executemany, batch by batch in turn, by processor time."""
    batches = max(4, 2000 // size)
    spent = dict.fromkeys(("insert", "full", "bare", "indexed"), 0.0)
    with (
        closing(await bare_at(folder / f"bare{size}.db")) as bare,
        closing(await bare_at(folder / f"index{size}.db", index=True)) as indexed,
    ):
        async with (
            open_store(folder / f"insert{size}.db", longest_breath=0) as inserting,
            open_store(folder / f"full{size}.db", longest_breath=0) as full,
        ):
            await world_at(inserting)
            world = await world_at(full)
            maker = Maker(world)
            for batch in [maker.batch(size) for _ in range(ROUNDS * batches)]:
                for name, work in (
                    ("insert", partial(ingest.insert_mentions, mentions=batch)),
                    ("full", partial(take, world=world, batch=batch)),
                ):
                    began = time.process_time()
                    await (inserting if name == "insert" else full).write(work)
                    spent[name] += time.process_time() - began
                for name, side in (("bare", bare), ("indexed", indexed)):
                    began = time.process_time()
                    side.take(batch)
                    spent[name] += time.process_time() - began
    rows = ROUNDS * batches * size
    say(f"whole batches of {size}", f"{rows / spent['full']:,.0f}/s")
    for name, what in (("insert", "mentions, index and counts"), ("full", "whole batches")):
        say(
            f"  {what} against executemany with its index",
            f"{spent['indexed'] / spent[name]:.2f}x",
            ">= 0.85x" if name == "insert" else "",
        )
        say(
            f"  {what} against executemany of the rows alone",
            f"{spent['bare'] / spent[name]:.2f}x",
        )


async def bare_at(path: Path, *, index: bool = False, trigger: bool = False) -> Bare:
    async with open_store(path) as store:
        await world_at(store)
    return Bare(path, index=index, trigger=trigger)


async def growth(folder: Path, rows: int) -> None:
    """The full path with many rows stored, against the same with few, in turn."""
    async with (
        open_store(folder / "small.db", longest_breath=0) as small,
        open_store(folder / "large.db", longest_breath=0) as large,
    ):
        sides = [(small, Maker(await world_at(small))), (large, Maker(await world_at(large)))]
        for (store, maker), count in zip(sides, (10_000, rows), strict=True):
            for _ in range(count // 500):
                await store.write(partial(take, world=maker.world, batch=maker.batch(500)))
        spent = [0.0, 0.0]
        for _ in range(ROUNDS * 8):
            for side, (store, maker) in enumerate(sides):
                work = partial(take, world=maker.world, batch=maker.batch(50))
                began = time.process_time()
                await store.write(work)
                spent[side] += time.process_time() - began
        waits = await refreshes(sides)
    say(f"whole batches at {rows:,} rows against 10,000", f"{spent[0] / spent[1]:.2f}x", ">= 0.5x")
    few, many = ([percentile(one, percent) for percent in (50, 99)] for one in waits)
    say(f"dashboard refresh at {rows:,} rows against 10,000", f"{many[0] / few[0]:.2f}x", "<= 2x")
    say(
        f"dashboard refresh at {rows:,} rows, p50 / p99, while rows come in",
        f"{many[0]:.1f} / {many[1]:.1f} ms",
        "p99 <= 50 ms",
    )


async def refreshes(sides: Sequence[tuple[Store, Maker]]) -> list[list[float]]:
    """All queries of a dashboard on each store in turn, while 500 rows a second come into both."""
    stop = asyncio.Event()

    async def listen(store: Store, maker: Maker) -> None:
        while not stop.is_set():
            await store.write(partial(take, world=maker.world, batch=maker.batch(50)))
            await asyncio.sleep(0.1)

    listening = [spawn("listen", listen(*side)) for side in sides]
    waits: list[list[float]] = [[] for _ in sides]
    for _ in range(100):
        for (store, maker), mine in zip(sides, waits, strict=True):
            mine.append(await timed(partial(refresh, store, maker)))
            await asyncio.sleep(0.02)
    stop.set()
    await asyncio.gather(*listening)
    return waits


async def refresh(store: Store, maker: Maker) -> None:
    now = Micros(NOW + maker.number * MINUTE // 50)
    await reads.status_line(store, BRAND, now)
    since = Micros(now - HOUR)
    await reads.series(store, BRAND, resolution="minute", since=since, until=now)
    since = Micros(now - DAY)
    await reads.series(store, BRAND, resolution="hour", since=since, until=now)
    await reads.by_network(store, BRAND, since)
    await reads.conversations(store, (await reads.queue_ids(store, QueueFilter()))[:64])
    await reads.alert_ids(store, AlertFilter())
    page = await reads.mention_ids(store, StreamFilter(brand=BRAND), limit=64)
    await reads.mentions(store, page)


async def full_text(folder: Path, size: int, target: str) -> None:
    """What the index costs a row: filled once a batch, and by a trigger at every row."""
    kinds = {
        "none": await bare_at(folder / f"none{size}.db"),
        "batch": await bare_at(folder / f"batch{size}.db", index=True),
        "trigger": await bare_at(folder / f"trigger{size}.db", trigger=True),
    }
    async with open_store(folder / f"fts{size}.db") as store:
        maker = Maker(await world_at(store))
        batches = [maker.batch(size) for _ in range(8000 // size)]
    spent = dict.fromkeys(kinds, 0.0)
    for batch in batches:
        for name, side in kinds.items():
            began = time.process_time()
            side.take(batch)
            spent[name] += time.process_time() - began
    for side in kinds.values():
        side.close()
    once, each = spent["batch"] - spent["none"], spent["trigger"] - spent["none"]
    say(f"full text once a batch of {size} against a trigger a row", f"{once / each:.2f}x", target)


# --- a key while batches come --------------------------------------------------------------------

_KEYS = """
import asyncio, json, sys, time
from pathlib import Path
from listeners.store import open_store
from listeners.store.settings import put_setting
async def main():
    waits = []
    async with open_store(Path(sys.argv[1])) as store:
        print("ready", flush=True)
        for n in range(int(sys.argv[2])):
            began = time.perf_counter()
            await store.write(lambda c: put_setting(c, "key", str(n)), urgent=True)
            waits.append(time.perf_counter() - began)
            await asyncio.sleep(0.02)
    print(json.dumps(waits))
asyncio.run(main())
"""


async def keys_meanwhile(folder: Path, size: int, per_second: float | None) -> None:
    """A person's writes while batches come: in this process, and from another one."""
    async with open_store(folder / f"keys{size}{per_second}.db") as store:
        maker = Maker(await world_at(store))
        stop = asyncio.Event()

        async def listen() -> None:
            while not stop.is_set():
                began = time.perf_counter()
                await store.write(partial(take, world=maker.world, batch=maker.batch(size)))
                if per_second:
                    rest = size / per_second - (time.perf_counter() - began)
                    await asyncio.sleep(max(0.0, rest))

        listening = spawn("listen", listen())
        within: list[float] = []
        for number in range(150):
            within.append(await timed(lambda n=number: store.write(_press(n), urgent=True)))
            await asyncio.sleep(0.02)
        without = await other_process(store.path, 150)
        stop.set()
        await listening
    pace = f"{per_second:.0f} rows/s" if per_second else "full speed"
    target = "<= 15 ms" if per_second else "<= 60 ms"
    for where, waits in (("this process", within), ("another process", without)):
        figure = f"{percentile(waits, 50):.1f} / {percentile(waits, 99):.1f} ms"
        say(f"a key, p50 / p99, batches of {size} at {pace}, {where}", figure, target)


def _press(number: int) -> Callable[[Connection], Awaitable[object]]:
    async def work(connection: Connection) -> object:
        sql = "INSERT OR REPLACE INTO setting (key, value) VALUES ('key', ?)"
        return await connection.fetch(sql, (str(number),))

    return work


async def other_process(path: Path, count: int) -> list[float]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _KEYS, str(path), str(count), stdout=subprocess.PIPE, cwd=ROOT
    )
    output, _ = await process.communicate()
    return [float(one) for one in json.loads(output.splitlines()[-1])]


def percentile(waits: Sequence[float], percent: int) -> float:
    return 1000 * statistics.quantiles(waits, n=100, method="inclusive")[percent - 1]


async def run(rows: int) -> None:
    say(f"brand {BRAND}, SQLite {sqlite3.sqlite_version}", "measured", "target")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for size in (50, 500):
            await write_path(folder, size)
        await growth(folder, rows)
        await full_text(folder, 50, "<= 0.5x")
        await full_text(folder, 500, "<= 0.3x")
        for size, per_second in ((50, 500.0), (200, 500.0), (50, None), (200, None)):
            await keys_meanwhile(folder, size, per_second)


@pytest.mark.bench
@pytest.mark.timeout(1800)
def test_the_store_by_ratios() -> None:
    asyncio.run(run(20_000))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    asyncio.run(run(parser.parse_args().rows))


if __name__ == "__main__":
    main()
