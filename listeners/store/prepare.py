"""Everything that must be true of the file before the first query, checked in one go.

This is plain blocking code; ``open_store`` runs it in a thread of its own.
"""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import Literal

from listeners.model import Sentence
from listeners.store.errors import StoreError, Trouble, explained, store_error
from listeners.store.files import check_disk, check_kind, create_private
from listeners.store.migrate import check_version, migrate, steps

OLDEST_SQLITE = (3, 37, 0)
"""STRICT tables need 3.37 (November 2021)."""
BUSY_MILLISECONDS = 5000
QUICK_CHECK_BYTES = 8 * 2**20
"""Stores up to this size are checked whole at each start, which takes up to 50 ms."""

_WAL_TRIES = 20


def prepare(path: Path) -> None:
    """Create, migrate and check the store at ``path``.

    Raises:
        StoreError: it cannot be used; the sentence says why and what to do.
    """
    check_library()
    create_private(path)
    check_kind(path)
    check_disk(path)
    # SQLite opens a file it may not write for reading, without a word; and it needs to write its
    # log beside it.
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        raise store_error(Trouble.READ_ONLY, path)
    try:
        connection = connect(path, "rw")
        try:
            if not _new(path):
                check_pages(connection, path)
            migrate(connection, path)
            _write_ahead(connection, path)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise explained(error, path) from error


def prepare_to_look(path: Path) -> None:
    """Check a store that will only be read: nothing is created or migrated.

    Raises:
        StoreError: it is not there, not readable, or of another version than this program's.
    """
    check_library()
    check_kind(path)
    check_disk(path)
    try:
        connection = connect(path, "ro")
        try:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            newest = steps()[-1].number
            check_version(version, newest, path)
            if version < newest:
                raise StoreError(
                    Sentence(
                        "{path} was written by an older hubbub and must be brought up to date, "
                        "which needs the right to write it.",
                        {"path": str(path)},
                    ),
                    Trouble.READ_ONLY,
                )
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise explained(error, path) from error


def check_library() -> None:
    """Refuse an SQLite without what the schema needs.

    Raises:
        StoreError: it is too old, or was built without full-text search.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StoreError(
            Sentence(
                "This Python carries SQLite {found}; hubbub needs {needed} or later. Install a "
                "newer Python.",
                {
                    "found": sqlite3.sqlite_version,
                    "needed": ".".join(map(str, OLDEST_SQLITE)),
                },
            ),
            Trouble.TOO_OLD,
        )


def connect(path: Path, mode: Literal["ro", "rw"]) -> sqlite3.Connection:
    """Open a plain connection in autocommit mode; ``mode`` as for ``location``."""
    return sqlite3.connect(
        location(path, mode),
        uri=True,
        isolation_level=None,
        timeout=BUSY_MILLISECONDS / 1000,
    )


def location(path: Path, mode: Literal["ro", "rw"]) -> str:
    """Return the URI of a store, to be read or to be written; it never creates a file.

    Reading takes part in the log, and so needs the right to write beside the store. Where there
    is none and no log either, nobody is writing: SQLite is then told that nothing will change.
    """
    uri = f"{path.resolve().as_uri()}?mode={mode}"
    if mode == "ro" and not os.access(path.parent, os.W_OK) and not log_of(path).exists():
        uri += "&immutable=1"
    return uri


def log_of(path: Path) -> Path:
    """Return the write-ahead log beside a store."""
    return path.with_name(f"{path.name}-wal")


def check_pages(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a damaged store, as far as can be seen in the time of a start.

    A small store is checked whole. Of a large one the header, the schema, the length and the
    small tables that everything else hangs on are checked; ``damage`` looks at all of it, at
    about 200 MB a second, when a person asks.

    Raises:
        StoreError: it is damaged.
    """
    size = path.stat().st_size
    if size <= QUICK_CHECK_BYTES:
        if damage(connection):
            raise store_error(Trouble.DAMAGED, path)
        return
    (page,) = connection.execute("PRAGMA page_size").fetchone()
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    if size < page * pages and not log_of(path).exists():
        raise store_error(Trouble.DAMAGED, path)
    if any(damage(connection, table) for table in _VITAL):
        raise store_error(Trouble.DAMAGED, path)


_VITAL = ("brand", "source", "setting", "owner", "saved_view", "budget")


def damage(connection: sqlite3.Connection, table: str = "") -> list[str]:
    """Return what ``quick_check`` finds wrong first, in SQLite's words; nothing if all is well.

    ``table`` names one table of ours to look at; by default all of the file is.
    """
    check = f"PRAGMA quick_check({table})" if table else "PRAGMA quick_check(1)"
    found = [str(line) for (line,) in connection.execute(check)]
    return [] if found == ["ok"] else found


def _new(path: Path) -> bool:
    return path.stat().st_size == 0


def _write_ahead(connection: sqlite3.Connection, path: Path) -> None:
    """Switch to write-ahead logging, which lets everybody read while one writes.

    The switch answers BUSY at once, without the busy timeout, while another process writes.
    """
    for attempt in range(_WAL_TRIES):
        if attempt:
            time.sleep(0.1)
        try:
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY"):
                raise
            continue
        if mode == "wal":
            return
    raise store_error(Trouble.BUSY, path)
