"""One SQLite file as hubbub uses it: one connection that writes, two that read, one that watches.

Open a store with ``async with`` around everything that uses it, a Textual application included:
an aiosqlite connection is a thread that is not a daemon, and one left open keeps the process from
ending after a crash.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Literal, TypeVar

import aiosqlite

from listeners.store.connection import Connection, Parameters, Row, roll_back
from listeners.store.errors import StoreError, Trouble, explained, store_error
from listeners.store.files import StoreFile
from listeners.store.prepare import BUSY_MILLISECONDS, location, prepare, prepare_to_look
from listeners.store.search import FUNCTIONS
from listeners.store.watch import Changes, Watch
from listeners.store.writer import LONGEST_BREATH, Work, Writer
from listeners.supervisor import spawn

T = TypeVar("T")

READERS = 2
CHECKPOINT_PAGES = 1000
_JOURNAL_BYTES = 64 * 2**20

_EVERY_CONNECTION = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA wal_autocheckpoint = 0",
)
_WRITER = (
    "PRAGMA synchronous = NORMAL",
    "PRAGMA cache_size = -65536",
    # What is forgotten is overwritten, on every system and not only where that is the default.
    "PRAGMA secure_delete = ON",
    f"PRAGMA journal_size_limit = {_JOURNAL_BYTES}",
    f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}",
)
# A commit by another process empties a reader's page cache: a large one only costs memory.
_READER = ("PRAGMA query_only = ON", "PRAGMA cache_size = -8192")


class Store:
    """The store, open. Make one with ``open_store``."""

    def __init__(
        self,
        path: Path,
        writer: Writer | None,
        readers: Readers,
        changes: Changes,
    ) -> None:
        self.path = path
        self._writer = writer
        self._readers = readers
        self._changes = changes
        self._watch = changes.watch()

    @property
    def read_only(self) -> bool:
        """Whether this store was opened to be looked at only."""
        return self._writer is None

    @property
    def trouble(self) -> StoreError | None:
        """What keeps writes from being stored at present, for the banner; ``None`` if nothing."""
        return None if self._writer is None else self._writer.trouble

    async def write(self, work: Work[T], *, urgent: bool = False, durable: bool = False) -> T:
        """Run ``work`` in one transaction and return its result once that is committed.

        ``urgent`` is for what a person does: it goes before the batches that wait. ``durable``
        waits until the disk has it, for what left the machine. ``work`` awaits nothing but its
        connection. A cancelled caller does not know whether its write was made; it was made
        whole or not at all.

        Raises:
            StoreError: it could not be stored, and nothing of it was; ``passing`` says whether
                the same write may be tried again.
        """
        if self._writer is None:
            raise store_error(Trouble.READ_ONLY, self.path)
        return await self._writer.write(work, urgent=urgent, durable=durable)

    async def fetch(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Run one query on a connection that can only read, and return all its rows.

        Raises:
            StoreError: the store cannot be read.
        """
        return await self._readers.fetch(sql, parameters)

    async def read(self, work: Work[T]) -> T:
        """Run ``work``, which may only read, on one moment of the store and return its result.

        For what asks several questions that must agree, or takes a connection, and would hold
        the write lock for nothing in ``write``. Keep it short: it holds up checkpoints.

        Raises:
            StoreError: the store cannot be read.
        """
        return await self._readers.read(work)

    async def wait_for_change(self, timeout: float) -> bool:
        """Wait until anybody has changed the store since the last ``True``.

        Returns ``False`` after ``timeout`` seconds without a change. For one onlooker; others
        take a ``watch`` of their own.
        """
        return await self._watch.wait(timeout)

    def watch(self) -> Watch:
        """Return a watch that sees every change from now on."""
        return self._changes.watch()

    async def empty_log(self) -> bool:
        """Move the write-ahead log into the file and cut it to nothing, after what was erased.

        ``False`` while another process reads or writes: its log then holds what was, until it
        moves on. Listening or ending does the same by itself.
        """
        return self._writer is not None and await self._writer.empty_log()

    async def checkpoint_here(self, here: bool) -> None:
        """Say whether this process moves the log into the file; only the one that listens does.

        Two processes that checkpoint at once met a rare corruption in SQLite 3.7.0 to 3.51.2.
        """
        if self._writer is not None:
            await self._writer.checkpoint_after(CHECKPOINT_PAGES if here else 0)


class Readers:
    """A few reading connections, so that one slow search does not hold up the screen."""

    def __init__(self, path: Path, connections: Iterable[aiosqlite.Connection]) -> None:
        self._path = path
        self._idle = list(connections)
        self._free = asyncio.Semaphore(len(self._idle))

    async def fetch(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Run one query on an idle connection; one hop, and nothing is left open."""
        async with self._borrowed() as database:
            return list(await database.execute_fetchall(sql, parameters))

    async def read(self, work: Work[T]) -> T:
        """Run several queries on an idle connection, all on the same moment of the store."""
        async with self._borrowed() as database:
            connection = Connection(database)
            try:
                await database.execute_fetchall("BEGIN")
                return await work(connection)
            except asyncio.CancelledError:
                await database.interrupt()
                raise
            finally:
                connection.end()
                await roll_back(database)

    @asynccontextmanager
    async def _borrowed(self) -> AsyncIterator[aiosqlite.Connection]:
        async with self._free:
            database = self._idle.pop()
            try:
                yield database
            except asyncio.CancelledError:
                # Nobody wants the answer any more: the next query must not wait for it.
                await database.interrupt()
                raise
            except sqlite3.Error as error:
                raise explained(error, self._path) from error
            finally:
                self._idle.append(database)


@asynccontextmanager
async def open_store(
    path: Path, *, read_only: bool = False, longest_breath: float = LONGEST_BREATH
) -> AsyncIterator[Store]:
    """Open the store at ``path``, created (0600, in a folder 0700) and migrated as needed.

    ``read_only`` opens an existing store to be looked at: nothing is created or changed.
    ``longest_breath`` is how long, in seconds, the lock is left to other processes at most
    between two batches.

    Raises:
        StoreError: the file is damaged, newer, read-only, on a network disk or no store at all;
            nothing in it was changed.
    """
    path = Path(path)
    await _in_own_thread(prepare_to_look if read_only else prepare, path)
    stack = AsyncExitStack()
    try:
        try:
            store = await _assemble(stack, path, read_only, longest_breath)
        except sqlite3.Error as error:
            raise explained(error, path) from error
        yield store
    finally:
        await _to_the_end(stack.aclose)


async def _assemble(
    stack: AsyncExitStack, path: Path, read_only: bool, longest_breath: float
) -> Store:
    """Open every connection and the writer; ``stack`` closes them, the writer first."""
    writing = None
    if not read_only:
        writing = await _connect(stack, path, "rw", (*_EVERY_CONNECTION, *_WRITER))
    reading = [
        await _connect(stack, path, "ro", (*_EVERY_CONNECTION, *_READER)) for _ in range(READERS)
    ]
    for database in reading:
        for name, arguments, function in FUNCTIONS:
            await database.create_function(name, arguments, function, deterministic=True)
    changes = Changes(path)
    stack.callback(changes.close)
    writer = None
    if writing is not None:
        writer = Writer(writing, StoreFile.of(path), changes.hurry, longest_breath)
        stack.push_async_callback(writer.close)
    return Store(path, writer, Readers(path, reading), changes)


async def _connect(
    stack: AsyncExitStack, path: Path, mode: Literal["ro", "rw"], pragmas: Iterable[str]
) -> aiosqlite.Connection:
    database = await stack.enter_async_context(
        aiosqlite.connect(
            location(path, mode),
            uri=True,
            isolation_level=None,
            timeout=BUSY_MILLISECONDS / 1000,
            cached_statements=256,
        )
    )
    database.row_factory = sqlite3.Row
    for pragma in pragmas:
        await database.execute_fetchall(pragma)
    return database


async def _in_own_thread(work: Callable[[Path], None], path: Path) -> None:
    """Run blocking code beside the loop, and not in the shared executor.

    A few host names that do not resolve occupy every thread of that one.
    """
    executor = ThreadPoolExecutor(1, thread_name_prefix="hubbub-store")
    try:
        await asyncio.get_running_loop().run_in_executor(executor, work, path)
    finally:
        executor.shutdown(wait=False)


async def _to_the_end(close: Callable[[], Awaitable[None]]) -> None:
    """Close everything even while being cancelled: an open connection is a process that hangs."""

    async def closing() -> None:
        await close()

    task = spawn("store close", closing())
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    task.result()
    if cancelled is not None:
        raise cancelled
