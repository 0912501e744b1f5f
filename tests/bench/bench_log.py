"""What the log costs when it is long, and what a verb on many rows costs.

Run it by ``python -m tests.bench.bench_log``. The first page and every filter of a log of a million
lines are compared with the first page of one of a thousand; a verb on 500 rows with one on a single
row, and its undo with the verb.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from listeners.actions import perform, undo
from listeners.conversations.events import OutsideMessage
from listeners.conversations.state import apply, begin
from listeners.model import DAY, SECOND, Micros
from listeners.store import Connection, Store, open_store, subjects
from listeners.store.reads.whole_log import LogFilter, log_ids, log_rows
from listeners.store.sources import register_brands

NOW = Micros(1_790_000_000 * 1_000_000)
ROWS = 500
_CHUNK = 20_000


async def furnish(store: Store) -> None:
    async def work(connection: Connection) -> None:
        await register_brands(connection, ["Acme"])
        fresh = [
            begin(brand="Acme", network="mastodon", root=str(number), at=NOW, now=NOW)
            for number in range(ROWS)
        ]
        event = OutsideMessage(at=NOW, asks=True, tier=4)
        await subjects.save_conversations(
            connection, [apply(one, event, NOW).conversation for one in fresh]
        )

    await store.write(work)


async def lengthen(store: Store, count: int) -> None:
    for first in range(0, count, _CHUNK):

        async def work(connection: Connection, first: int = first) -> None:
            await subjects.add_events(
                connection,
                [
                    subjects.NewEvent(
                        at=Micros(NOW - 300 * DAY + number * SECOND),
                        actor=("Ana", "Léo", "hubbub")[number % 3] if number % 5000 else "Zoé",
                        verb="take" if number % 10_000 else "escalate",
                        subject_kind="conversation",
                        subject_id=1 + number % ROWS,
                        before={"assignee": ""},
                        after={"assignee": "Ana", "tags": ["rare"] if number == 7 else []},
                        step=number,
                    )
                    for number in range(first, min(first + _CHUNK, count))
                ],
            )

        await store.write(work)


FILTERS = {
    "the first page": LogFilter(),
    "one member": LogFilter(actor="Ana"),
    "a member who did little": LogFilter(actor="Zoé"),
    "a rare verb": LogFilter(verb="escalate"),
    "one day": LogFilter(since=Micros(NOW - 299 * DAY), until=Micros(NOW - 298 * DAY)),
    "one conversation": LogFilter(kind="conversation", subject=7),
    "a text that stands once": LogFilter(text="rare"),
}


async def timed(work: Callable[[], Awaitable[object]], rounds: int = 5) -> float:
    best = float("inf")
    for _round in range(rounds):
        began = time.perf_counter()
        await work()
        best = min(best, time.perf_counter() - began)
    return best * 1000


async def page(store: Store, wanted: LogFilter) -> None:
    await log_rows(store, (await log_ids(store, wanted))[:60])


async def run(count: int) -> None:
    print(f"{'what':<44}{'ms':>10}{'ratio':>10}")
    with tempfile.TemporaryDirectory() as folder:
        async with open_store(Path(folder) / "home" / "hubbub.db") as store:
            await furnish(store)
            one = await timed(lambda: perform(store, "Ana", "tag", "conversation", [1], NOW,
                                              tags=str(time.perf_counter_ns())))  # fmt: skip
            ids = range(1, ROWS + 1)
            began = time.perf_counter()
            assert (await perform(store, "Ana", "resolve", "conversation", ids, NOW)).done == ROWS
            many = (time.perf_counter() - began) * 1000
            began = time.perf_counter()
            assert (await undo(store, "Ana", NOW)).done == ROWS
            back = (time.perf_counter() - began) * 1000
            print(f"{'a verb on one row':<44}{one:>10.1f}{1:>10.1f}")
            print(f"{f'a verb on {ROWS} rows':<44}{many:>10.1f}{many / one:>10.1f}")
            print(f"{'its undo':<44}{back:>10.1f}{back / many:>10.1f}")
            await lengthen(store, 1_000)
            short = await timed(lambda: page(store, LogFilter()))
            print(f"{'the first page of 1,000 lines':<44}{short:>10.1f}{1:>10.1f}")
            await lengthen(store, count)
            for name, wanted in FILTERS.items():
                took = await timed(lambda wanted=wanted: page(store, wanted), 3)
                print(f"{f'{name} of {count:,} lines':<44}{took:>10.1f}{took / short:>10.1f}")


@pytest.mark.bench
@pytest.mark.timeout(1800)
def test_the_log_by_ratios() -> None:
    asyncio.run(run(100_000))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    asyncio.run(run(parser.parse_args().rows))


if __name__ == "__main__":
    main()
