"""The statements of one transaction, one thread hop each.

An aiosqlite connection hands every call to a thread and back, at 50-100 µs a hop. ``execute``
and then ``fetchall`` and ``close`` are three; the two verbs here are one hop each, whatever the
number of rows, and leave no cursor open (an open one stops the checkpoints of every process).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import aiosqlite

Row = sqlite3.Row
"""One row of an answer; its columns by name or position."""

Parameters = Sequence[Any]


class Connection:
    """What the work of one write is given: it lives as long as its transaction.

    A statement that failed dooms the transaction. SQLite rolls some failures back by itself, so a
    statement after a swallowed error could otherwise commit alone.
    """

    def __init__(self, database: aiosqlite.Connection) -> None:
        self._database = database
        self._ended = False
        self._failed = False

    async def fetch(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Run one statement and return all its rows (none for a plain INSERT or UPDATE)."""
        self._check()
        try:
            return list(await self._database.execute_fetchall(sql, parameters))
        except sqlite3.Error:
            self._failed = True
            raise

    async def many(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Run one statement once for each of ``rows``."""
        self._check()
        try:
            await self._database.executemany(sql, rows)
        except sqlite3.Error:
            self._failed = True
            raise

    @property
    def failed(self) -> bool:
        """Whether a statement failed, so that only a rollback is left."""
        return self._failed

    def end(self) -> None:
        """Refuse every further statement: the transaction is over."""
        self._ended = True

    def _check(self) -> None:
        if self._ended:
            raise RuntimeError("this transaction has ended; its connection must not be kept")
        if self._failed:
            raise RuntimeError("a statement of this transaction failed; it can only be rolled back")


async def roll_back(database: aiosqlite.Connection) -> None:
    """End an open transaction, if there is one, with nothing stored."""
    # The thread runs what it was handed in turn, also what nobody waits for any more: this one hop
    # comes after a BEGIN whose caller was cancelled, and cancelling it here does not stop it.
    # Unlike the statement ROLLBACK, it does nothing where no transaction is open.
    await database.rollback()
