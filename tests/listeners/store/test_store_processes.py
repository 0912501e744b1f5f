"""Several processes on one store: every write is made, none fails because another was faster."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import textwrap
from pathlib import Path

from listeners.store import Store
from tests.listeners.store.builders import World

ROOT = Path(__file__).parents[3]
PROCESSES = 3
WRITES = 150

# Each write reads before it writes, which is what fails without BEGIN IMMEDIATE.
WRITER = """
    import asyncio, json, sys, time
    from pathlib import Path
    from listeners.store import open_store

    async def main():
        name, writes = sys.argv[2], int(sys.argv[3])
        longest = 0.0
        async with open_store(Path(sys.argv[1])) as store:
            print("ready", flush=True)
            sys.stdin.readline()

            async def count(connection):
                rows = await connection.fetch("SELECT value FROM setting WHERE key = 'count'")
                now = int(rows[0]["value"]) + 1 if rows else 1
                await connection.fetch("SELECT count(*) FROM mention")
                await connection.fetch(
                    "INSERT OR REPLACE INTO setting VALUES ('count', ?)", (str(now),))
                await connection.fetch("INSERT INTO setting VALUES (?, '')", (f"{name}/{now}",))

            for number in range(writes):
                began = time.monotonic()
                await store.write(count, urgent=number % 3 == 0, durable=number % 50 == 0)
                longest = max(longest, time.monotonic() - began)
                if number % 10 == 0:
                    await store.fetch("SELECT * FROM setting")
        print(json.dumps(longest))

    asyncio.run(main())
"""


async def start(store: Store, name: str) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        textwrap.dedent(WRITER),
        str(store.path),
        name,
        str(WRITES),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process


async def test_three_processes_write_at_once(world: World) -> None:
    processes = [await start(world.store, f"p{n}") for n in range(PROCESSES)]
    ended = [process.communicate(b"go\n") for process in processes]
    # A fourth one ingests meanwhile.
    ingesting = asyncio.gather(*ended)
    batches = 0
    while not ingesting.done():
        await world.add([world.mention(f"{batches}") for _ in range(20)])
        batches += 1
        await asyncio.sleep(0.005)
    answers = await ingesting
    assert [errors.decode() for _, errors in answers] == [""] * PROCESSES
    rows = await world.store.fetch("SELECT value FROM setting WHERE key = 'count'")
    assert int(rows[0]["value"]) == PROCESSES * WRITES
    (each,) = await world.store.fetch("SELECT count(*) FROM setting WHERE key LIKE 'p%/%'")
    assert each[0] == PROCESSES * WRITES
    (mentions,) = await world.store.fetch("SELECT count(*) FROM mention")
    assert mentions[0] == batches * 20
    # Nobody came near the busy timeout.
    assert max(json.loads(output.splitlines()[-1]) for output, _ in answers) < 4
    assert [tuple(row) for row in await world.store.fetch("PRAGMA integrity_check")] == [("ok",)]
