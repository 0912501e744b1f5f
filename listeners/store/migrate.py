"""Bring a store's schema up to date: all of it, or nothing.

Every file ``schema/NNNN_what.sql`` is one step; ``PRAGMA user_version`` says which steps a store
has. All missing steps run in one ``BEGIN IMMEDIATE`` transaction, and the version is read again
inside it: of several processes that start at once, one migrates and the others find it done.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from listeners.model import Sentence
from listeners.store.errors import StoreError, Trouble

APPLICATION_ID = 0x68756262
"""``hubb`` in ASCII: ``PRAGMA application_id`` of every store of ours."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the schema, from version ``number - 1`` to ``number``."""

    number: int
    sql: str


def steps() -> tuple[Step, ...]:
    """Return the steps this program knows, oldest first."""
    folder = resources.files("listeners.store") / "schema"
    names = sorted(item.name for item in folder.iterdir() if item.name.endswith(".sql"))
    return tuple(
        Step(int(name.partition("_")[0]), (folder / name).read_text(encoding="utf-8"))
        for name in names
    )


def statements(script: str) -> Iterator[str]:
    """Split a script into statements.

    ``executescript`` cannot be used: it commits before it begins, and so ends the transaction
    that makes a migration whole.
    """
    pending = ""
    *ended, rest = script.split(";")
    for piece in ended:
        pending += f"{piece};"
        # A semicolon in a string, a comment or a trigger ends nothing.
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
    yield pending + rest


def check_version(version: int, known: int, path: Path) -> None:
    """Refuse a store that a newer hubbub has written.

    Raises:
        StoreError: the store's version is higher than any this program knows.
    """
    if version > known:
        raise StoreError(
            Sentence(
                "{path} was written by a newer hubbub (store version {found}; this one knows "
                "{known}). Nothing was changed. Install the newer hubbub.",
                {"path": str(path), "found": version, "known": known},
            ),
            Trouble.NEWER,
        )


def migrate(connection: sqlite3.Connection, path: Path, known: Sequence[Step] | None = None) -> int:
    """Apply every missing step and return how many there were.

    ``connection`` is in autocommit mode (``isolation_level=None``) with a busy timeout.

    Raises:
        StoreError: the store is newer than this program, or a database of something else.
        sqlite3.Error: a step failed; the store is as it was.
    """
    known = steps() if known is None else known
    newest = known[-1].number
    if _version(connection, path, newest) == newest:
        return 0
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection, path, newest)
        missing = [step for step in known if step.number > version]
        for step in missing:
            for statement in statements(step.sql):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {newest}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return len(missing)


def _version(connection: sqlite3.Connection, path: Path, newest: int) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if application != APPLICATION_ID and (tables or version or application):
        raise StoreError(
            Sentence(
                "{path} is a database of another program. Nothing was changed. Choose another "
                "file with --store.",
                {"path": str(path)},
            ),
            Trouble.NOT_A_STORE,
        )
    check_version(version, newest, path)
    return int(version)
