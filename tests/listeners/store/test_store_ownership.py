"""One process listens; another takes over within 30 s, however the first one ends."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from listeners.model import SECOND, Micros
from listeners.store import Store, open_store
from listeners.store.ownership import BEAT_SECONDS, STALE, Ownership
from tests.listeners.store.builders import NOW

ROOT = Path(__file__).parents[3]


class Hands:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.now = int(NOW)

    def __call__(self) -> Micros:
        return Micros(self.now)

    def pass_(self, seconds: float) -> None:
        self.now += int(seconds * SECOND)


@pytest.fixture
def clock() -> Hands:
    return Hands()


async def checkpoints(store: Store) -> int:
    rows = await store.write(lambda c: c.fetch("PRAGMA wal_autocheckpoint"))
    return int(rows[0][0])


async def test_the_first_one_listens_and_the_second_waits(store: Store, clock: Hands) -> None:
    first, second = Ownership(store, clock), Ownership(store, clock)
    assert await first.owner() is None
    assert await first.claim()
    assert not await second.claim()
    owner = await second.owner()
    assert owner is not None
    assert (owner.pid, owner.heartbeat_at) == (os.getpid(), NOW)
    for _ in range(20):
        clock.pass_(BEAT_SECONDS)
        assert await first.claim()
        assert not await second.claim()
    assert (first.owned, second.owned) == (True, False)
    mode = stat.S_IMODE(os.stat(f"{store.path}.lock").st_mode)
    assert mode == 0o600
    await first.release()


async def test_released_is_free_at_once(store: Store, clock: Hands) -> None:
    first, second = Ownership(store, clock), Ownership(store, clock)
    await first.claim()
    await first.release()
    assert await second.owner() is None
    assert await second.claim()
    assert not await first.claim()
    # Releasing what one does not own takes nothing from the owner.
    await first.release()
    assert await second.claim()
    await second.release()


async def test_only_the_owner_checkpoints(tmp_path: Path, clock: Hands) -> None:
    path = tmp_path / "hubbub.db"
    async with open_store(path) as one, open_store(path) as other:
        first, second = Ownership(one, clock), Ownership(other, clock)
        await first.claim()
        await second.claim()
        assert (await checkpoints(one), await checkpoints(other)) == (1000, 0)
        await first.release()
        assert await second.claim()
        assert await checkpoints(other) == 1000
        await second.release()


async def test_a_stopped_owner_is_replaced_and_leaves_off_when_it_goes_on(
    store: Store, clock: Hands
) -> None:
    stopped, other = Ownership(store, clock), Ownership(store, clock)
    assert await stopped.claim()
    clock.pass_(STALE / SECOND)
    assert not await other.claim()
    clock.pass_(0.001)
    assert await other.claim()
    assert not await stopped.claim()
    assert not stopped.owned
    # The lock it had is free now, and the new owner has it from its next beat on.
    assert await other.claim()
    third = Ownership(store, clock)
    assert not await third.claim()
    await other.release()


async def test_a_clock_that_was_set_back_does_not_leave_nobody_listening(
    store: Store, clock: Hands
) -> None:
    dead, other = Ownership(store, clock), Ownership(store, clock)
    await dead.claim()
    clock.pass_(-3600)
    assert await other.claim()
    await other.release()
    await dead.release()


CHILD = """
    import asyncio, sys
    from pathlib import Path
    from listeners.store import open_store
    from listeners.store.ownership import Ownership
    async def main():
        async with open_store(Path(sys.argv[1])) as store:
            print(await Ownership(store).claim(), flush=True)
            await asyncio.sleep(60)
    asyncio.run(main())
"""


@asynccontextmanager
async def child(path: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        textwrap.dedent(CHILD),
        str(path),
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"True\n"
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_a_killed_owner_is_replaced_at_once(store: Store) -> None:
    async with child(store.path) as process:
        ownership = Ownership(store)
        assert not await ownership.claim()
        process.kill()
        await process.wait()
        # No need to wait for the heartbeat: the system has freed the lock.
        assert await ownership.claim()
        await ownership.release()


async def test_a_living_owner_in_another_process_stays_while_it_is_stopped_for_a_moment(
    store: Store,
) -> None:
    async with child(store.path) as process:
        process.send_signal(signal.SIGSTOP)
        assert not await Ownership(store).claim()
