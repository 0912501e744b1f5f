"""Any sequence of inserts, edits and deletions: counts equal a recount, the index equals a rebuild.

The expectation is computed here from the raw rows, never by the code under test.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.model import HOUR, MINUTE, Label, Micros, Part
from listeners.store import Connection, Store, ingest, open_store
from listeners.store.records import Edit
from tests.listeners.store.builders import BRAND, NOW, OTHER, World, furnish, score

WORDS = st.sampled_from(["red", "red green", "green blue", "été", "", "l'équipe d'été 🙂"])
LABELS = st.sampled_from(list(Label))


@dataclass(frozen=True)
class Insert:
    text: str
    label: Label
    minutes_ago: int
    seen_late: bool
    brand: str
    network: str
    part: Part
    history: bool
    repost: bool


@dataclass(frozen=True)
class Change:
    which: int
    text: str
    label: Label


@dataclass(frozen=True)
class Delete:
    which: int


INSERTS = st.builds(
    Insert,
    text=WORDS,
    label=LABELS,
    minutes_ago=st.integers(0, 200),
    seen_late=st.booleans(),
    brand=st.sampled_from([BRAND, OTHER]),
    network=st.sampled_from(["mastodon", "feeds"]),
    part=st.sampled_from(list(Part)),
    history=st.booleans(),
    repost=st.booleans(),
)
STEPS = st.lists(
    st.one_of(
        st.lists(INSERTS, min_size=1, max_size=4),
        st.builds(Change, st.integers(0, 30), WORDS, LABELS),
        st.builds(Delete, st.integers(0, 30)),
    ),
    min_size=1,
    max_size=12,
)


async def play(world: World, steps: list[list[Insert] | Change | Delete]) -> None:
    ids: list[int] = []
    for step in steps:
        if isinstance(step, list):
            ids += await world.add([made(world, one) for one in step])
        elif ids:
            await change(world, ids[step.which % len(ids)], step)


def made(world: World, one: Insert):  # type: ignore[no-untyped-def]
    at = Micros(NOW - one.minutes_ago * MINUTE)
    return world.mention(
        one.text,
        label=one.label,
        at=at,
        seen_at=Micros(at + 7 * HOUR) if one.seen_late else at,
        brand_id=world.brands[one.brand],
        network=one.network,
        part=one.part,
        history=one.history,
        repost=one.repost,
    )


async def change(world: World, id_: int, step: Change | Delete) -> None:
    async def work(connection: Connection) -> None:
        [known] = await ingest.known_of_ids(connection, [id_])
        if isinstance(step, Delete):
            await ingest.delete_mentions(connection, [known], NOW)
            return
        now = replace(world.mention(step.text), part=known.part, score=score(step.label))
        await ingest.edit_mentions(connection, [Edit(known, now, NOW)])

    await world.store.write(work)


async def recount(store: Store, width: int) -> dict[tuple[object, ...], list[float]]:
    sums: dict[tuple[object, ...], list[float]] = defaultdict(lambda: [0.0] * 8)
    for row in await store.fetch("SELECT * FROM mention"):
        if row["deleted_at"] is not None or row["part"] == "ours":
            continue
        bucket = sums[row["brand_id"], row["network"], row["sort_at"] // width * width]
        fresh = not row["history"] and not row["repost"]
        fresh = fresh and row["seen_at"] - row["sort_at"] <= 6 * HOUR
        bucket[row["label"]] += 1
        bucket[4] += 1
        bucket[5] += row["compound"] or 0
        bucket[6] += fresh
        bucket[7] += fresh and row["label"] == 0
    return dict(sums)


async def check(store: Store) -> None:
    for table, width in (("rollup_minute", MINUTE), ("rollup_hour", HOUR)):
        kept = {
            (row["brand_id"], row["network"], row["start"]): [
                row["negative"],
                row["neutral"],
                row["positive"],
                row["unscored"],
                row["total"],
                pytest.approx(row["compound_sum"], abs=1e-9),
                row["fresh"],
                row["fresh_negative"],
            ]
            for row in await store.fetch(f"SELECT * FROM {table}")
            if row["total"] or row["fresh"] or abs(row["compound_sum"]) > 1e-9
        }
        assert kept == await recount(store, width)
    # FTS5 compares its index with the texts it was made of, and raises if they differ.
    sql = "INSERT INTO mention_fts (mention_fts, rank) VALUES ('integrity-check', 1)"
    await store.write(lambda c: c.fetch(sql))


async def run(steps: list[list[Insert] | Change | Delete]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with open_store(Path(folder) / "hubbub.db") as store:
            await play(await furnish(store), steps)
            await check(store)


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_counts_and_index_are_what_the_rows_say(
    steps: list[list[Insert] | Change | Delete],
) -> None:
    asyncio.run(run(steps))


async def test_the_check_itself_can_fail(world: World) -> None:
    await world.add([world.mention("red")])
    await check(world.store)
    await world.store.write(lambda c: c.fetch("UPDATE rollup_hour SET negative = 1"))
    with pytest.raises(AssertionError):
        await check(world.store)


async def test_the_check_of_the_index_can_fail(world: World) -> None:
    await world.add([world.mention("red")])
    await world.store.write(lambda c: c.fetch("UPDATE mention SET text = 'green'"))
    with pytest.raises(Exception, match="damaged"):
        await check(world.store)
