"""Ingests numbered batches until it is killed: ``kill_store_child.py STORE whole|careless``.

It goes on from the cursor in the store, says ``begin N`` before a batch and ``done N`` once the
batch is stored. The careless one stores the cursor in a second write, which is the mistake the
test must be able to see.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from listeners.conversations.state import begin
from listeners.store import Connection, Store, ingest, open_store
from listeners.store.records import Edit
from listeners.store.sources import source_cursor
from tests.listeners.store.builders import BRAND, NETWORK, NOW, World, furnish

BATCH = 20


async def store_batch(connection: Connection, world: World, number: int) -> None:
    """Twenty new mentions in a conversation of their own; the batch before is edited."""
    opened = begin(brand=BRAND, network=NETWORK, root=f"r{number}", at=NOW, now=NOW)
    [conversation] = await ingest.save_conversations(connection, [opened])
    fresh = [
        world.mention(
            f"batch {number}",
            native_id=str(10_000 + number * BATCH + place),
            conversation_id=conversation.id,
        )
        for place in range(BATCH)
    ]
    keys = [
        (world.brands[BRAND], NETWORK, f"{10_000 + (number - 1) * BATCH + place:020d}")
        for place in range(BATCH)
    ]
    known = await ingest.known_mentions(connection, keys)
    edits = [Edit(one, replace(fresh[0], text=f"{one.text} edited"), NOW) for one in known.values()]
    await ingest.edit_mentions(connection, edits)
    ids = await ingest.insert_mentions(connection, fresh)
    await ingest.save_conversations(connection, [replace(conversation, last_outside_id=ids[-1])])


async def move_cursor(connection: Connection, world: World, number: int) -> None:
    counts = ingest.Counts(fetched=BATCH, new=BATCH)
    await ingest.advance_source(connection, world.source, str(number), counts, 0.0)


async def go_on(store: Store, careless: bool) -> None:
    world = await furnish(store)
    cursor = await store.write(lambda c: source_cursor(c, world.source))
    number = 0 if cursor is None else int(cursor) + 1
    while True:

        async def whole(connection: Connection, number: int = number) -> None:
            await store_batch(connection, world, number)
            if not careless:
                await move_cursor(connection, world, number)

        print(f"begin {number}", flush=True)
        await store.write(whole)
        if careless:
            await store.write(lambda c, n=number: move_cursor(c, world, n))
        print(f"done {number}", flush=True)
        number += 1


async def main() -> None:
    async with open_store(Path(sys.argv[1])) as store:
        await go_on(store, careless=sys.argv[2] == "careless")


asyncio.run(main())
