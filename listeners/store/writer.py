"""The one writer: every change of the store is one transaction, run by one task, in turn.

The three facts it is built on were measured, not assumed:

* A cancelled aiosqlite write leaves its transaction open, and the next commit on the connection
  commits half a batch. So a transaction is run by the writer's own task: cancelling the caller
  cancels its waiting, never the transaction.
* A transaction that reads and then writes fails at once under several processes, whatever the
  busy timeout. So every transaction begins with ``BEGIN IMMEDIATE``.
* A writer that never rests starves the person in the next process. So the lock is left free after
  each transaction for as long as it was held, up to 10 ms; and what a person does goes first.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import aiosqlite

from listeners.model import Sentence
from listeners.store.connection import Connection, roll_back
from listeners.store.errors import StoreError, Trouble, explained
from listeners.store.files import StoreFile
from listeners.supervisor import spawn

T = TypeVar("T")
Work = Callable[[Connection], Awaitable[T]]

WAITING_BATCHES = 32
"""Batches that may wait at once; the next listener waits outside, and so stops fetching."""
LONGEST_BREATH = 0.010
"""Seconds the lock is left free at most between two batches."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Job:
    work: Work[Any]
    durable: bool
    answer: asyncio.Future[Any]
    bare: bool = False
    """Done beside transactions: what SQLite refuses to do inside one."""


class Writer:
    """Runs the writes of one process, one after the other; the urgent ones first."""

    def __init__(
        self,
        database: aiosqlite.Connection,
        file: StoreFile,
        committed: Callable[[], None],
        longest_breath: float = LONGEST_BREATH,
    ) -> None:
        """``committed`` is called after each commit; ``longest_breath`` is in seconds."""
        self._database = database
        self._file = file
        self._committed = committed
        self._longest_breath = longest_breath
        self._urgent: deque[_Job] = deque()
        self._usual: deque[_Job] = deque()
        self._room = asyncio.Semaphore(WAITING_BATCHES)
        self._arrived = asyncio.Event()
        self._closing = False
        self._free_from = 0.0
        self._trouble: StoreError | None = None
        self._task = spawn("store writer", self._serve())

    @property
    def trouble(self) -> StoreError | None:
        """What kept the last write from being stored; ``None`` once a write succeeds again."""
        return self._trouble

    async def write(self, work: Work[T], *, urgent: bool = False, durable: bool = False) -> T:
        """Run ``work`` in one transaction and return its result once that is committed.

        A caller that is cancelled does not know whether its write was made: it was made whole or
        not at all. ``durable`` waits until the disk has it (for what left the machine).

        Raises:
            StoreError: the store could not be written; nothing of ``work`` was stored.
        """
        if asyncio.current_task() is self._task:
            raise RuntimeError("a write inside a write would wait for itself")
        self._refuse()
        job = _Job(work, durable, asyncio.get_running_loop().create_future())
        if urgent:
            self._enqueue(self._urgent, job)
            return cast(T, await job.answer)
        async with self._room:
            self._refuse()
            self._enqueue(self._usual, job)
            return cast(T, await job.answer)

    async def checkpoint_after(self, pages: int) -> None:
        """Move the log into the file whenever it holds this many pages; 0: leave it to others."""
        await self._database.execute_fetchall(f"PRAGMA wal_autocheckpoint = {int(pages)}")

    async def empty_log(self) -> bool:
        """Move the log into the file and leave nothing in it; ``False`` while somebody reads."""

        async def work(_connection: Connection) -> bool:
            rows = await self._database.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
            return not any(row[0] for row in rows)

        job = _Job(work, False, asyncio.get_running_loop().create_future(), bare=True)
        self._refuse()
        self._enqueue(self._usual, job)
        return bool(await job.answer)

    async def close(self) -> None:
        """Finish what waits, then end. New writes are refused from now on."""
        self._closing = True
        self._arrived.set()
        await asyncio.wait([self._task])

    def _refuse(self) -> None:
        if self._trouble is not None and not self._trouble.passing:
            raise StoreError(self._trouble.sentence, self._trouble.trouble)
        if self._closing or self._task.done():
            raise _closed()

    def _enqueue(self, lane: deque[_Job], job: _Job) -> None:
        lane.append(job)
        self._arrived.set()

    async def _serve(self) -> None:
        try:
            while (job := await self._next()) is not None:
                await self._run(job)
        finally:
            for job in (*self._urgent, *self._usual):
                if not job.answer.done():
                    job.answer.set_exception(_closed())

    async def _next(self) -> _Job | None:
        """Return the next job, or ``None`` when closing and nothing waits."""
        while True:
            self._arrived.clear()
            if self._urgent:
                return self._urgent.popleft()
            rest = self._free_from - time.monotonic()
            if self._usual and (rest <= 0 or self._closing):
                return self._usual.popleft()
            if self._closing:
                return None
            await self._wait_for_arrival(rest if self._usual else None)

    async def _wait_for_arrival(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._arrived.wait()
        except TimeoutError:
            return

    async def _run(self, job: _Job) -> None:
        if job.answer.done():
            return
        began = time.monotonic()
        try:
            result = await self._transact(job)
        except Exception as error:
            self._remember(error)
            if job.answer.done():
                _log.warning("a write failed after its caller had gone", exc_info=error)
            else:
                job.answer.set_exception(error)
        except BaseException:
            job.answer.cancel()
            raise
        else:
            self._trouble = None
            if not job.answer.done():
                job.answer.set_result(result)
            self._committed()
        ended = time.monotonic()
        self._free_from = ended + min(ended - began, self._longest_breath)

    async def _transact(self, job: _Job) -> object:
        self._file.check_unmoved()
        try:
            if job.bare:
                return await job.work(Connection(self._database))
            if not job.durable:
                return await self._in_transaction(job.work)
            await self._database.execute_fetchall("PRAGMA synchronous = FULL")
            try:
                return await self._in_transaction(job.work)
            finally:
                await self._database.execute_fetchall("PRAGMA synchronous = NORMAL")
        except sqlite3.Error as error:
            raise explained(error, self._file.path) from error

    async def _in_transaction(self, work: Work[T]) -> T:
        connection = Connection(self._database)
        try:
            await self._database.execute_fetchall("BEGIN IMMEDIATE")
            result = await work(connection)
            if connection.failed:
                raise RuntimeError("a failed statement was ignored; nothing was stored")
            await self._database.execute_fetchall("COMMIT")
            return result
        except BaseException:
            await roll_back(self._database)
            raise
        finally:
            connection.end()

    def _remember(self, error: Exception) -> None:
        if isinstance(error, StoreError) and error.trouble is not Trouble.CHANGED:
            self._trouble = error


def _closed() -> StoreError:
    return StoreError(
        Sentence("hubbub is closing; this was not saved. It can be done again at the next start."),
        Trouble.CLOSED,
    )
