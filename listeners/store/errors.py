"""What can be wrong with the store, said in plain sentences.

SQLite's own errors are told apart by ``sqlite_errorname`` and never by their text. What remains
after that (a broken constraint, a misspelt column) is a mistake of ours and is raised as it is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from listeners.model import Sentence


class Trouble(StrEnum):
    """The kinds of trouble a store can be in."""

    DISK_FULL = "disk full"
    BUSY = "busy"
    INPUT_OUTPUT = "input/output"
    READ_ONLY = "read only"
    DAMAGED = "damaged"
    NOT_A_STORE = "not a store"
    NEWER = "newer"
    REPLACED = "replaced"
    NETWORK_DISK = "network disk"
    CANNOT_OPEN = "cannot open"
    TOO_OLD = "too old"
    CLOSED = "closed"
    CHANGED = "changed"


PASSING = frozenset({Trouble.DISK_FULL, Trouble.BUSY, Trouble.CHANGED, Trouble.CANNOT_OPEN})
"""Trouble that can end by itself: the same write may be tried again in the same process."""


class StoreError(Exception):
    """The store cannot do what was asked. ``sentence`` says what is safe and what to do.

    Nothing of the refused transaction was stored.
    """

    def __init__(self, sentence: Sentence, trouble: Trouble) -> None:
        super().__init__(sentence.template.format(**sentence.values))
        self.sentence = sentence
        self.trouble = trouble

    @property
    def passing(self) -> bool:
        """Whether trying again later, in the same process, can help."""
        return self.trouble in PASSING


def _disk_full(path: str) -> Sentence:
    return Sentence(
        "The disk that holds {path} is full. Nothing already stored is lost and reading still "
        "works; writing goes on by itself as soon as there is room.",
        {"path": path},
    )


def _busy(path: str) -> Sentence:
    return Sentence(
        "Another hubbub holds {path} and does not let go; it may have been stopped. Nothing is "
        "lost. Let it continue or end it, then try again.",
        {"path": path},
    )


def _input_output(path: str) -> Sentence:
    return Sentence(
        "The disk that holds {path} reports an error, so nothing more is written. What was "
        "stored is kept. Check the disk, then start hubbub again.",
        {"path": path},
    )


def _read_only(path: str) -> Sentence:
    return Sentence(
        "{path} cannot be written: it, or its folder, is read-only for you. You can look, but "
        "nothing new is heard or saved.",
        {"path": path},
    )


def _damaged(path: str) -> Sentence:
    return Sentence(
        "{path} is damaged. Nothing was changed. Put a backup in its place, or move it away to "
        "start afresh.",
        {"path": path},
    )


def _not_a_store(path: str) -> Sentence:
    return Sentence(
        "{path} is not a store of hubbub. Nothing was changed. Choose another file with --store, "
        "or move this one away.",
        {"path": path},
    )


def _cannot_open(path: str) -> Sentence:
    return Sentence(
        "{path} cannot be opened. Check that its folder exists and that you may read it.",
        {"path": path},
    )


_SENTENCES: dict[Trouble, Callable[[str], Sentence]] = {
    Trouble.DISK_FULL: _disk_full,
    Trouble.BUSY: _busy,
    Trouble.INPUT_OUTPUT: _input_output,
    Trouble.READ_ONLY: _read_only,
    Trouble.DAMAGED: _damaged,
    Trouble.NOT_A_STORE: _not_a_store,
    Trouble.CANNOT_OPEN: _cannot_open,
}

_BY_NAME = (
    ("SQLITE_FULL", Trouble.DISK_FULL),
    ("SQLITE_BUSY", Trouble.BUSY),
    ("SQLITE_LOCKED", Trouble.BUSY),
    ("SQLITE_PROTOCOL", Trouble.BUSY),
    ("SQLITE_IOERR", Trouble.INPUT_OUTPUT),
    ("SQLITE_READONLY", Trouble.READ_ONLY),
    ("SQLITE_PERM", Trouble.READ_ONLY),
    ("SQLITE_CORRUPT", Trouble.DAMAGED),
    ("SQLITE_NOTADB", Trouble.NOT_A_STORE),
    ("SQLITE_CANTOPEN", Trouble.CANNOT_OPEN),
)


def trouble_of(error: sqlite3.Error) -> Trouble | None:
    """Return the trouble behind an error, or ``None`` for a mistake of ours.

    Extended names (``SQLITE_IOERR_WRITE``) begin with the primary one.
    """
    name = getattr(error, "sqlite_errorname", None) or ""
    return next((trouble for prefix, trouble in _BY_NAME if name.startswith(prefix)), None)


def store_error(trouble: Trouble, path: Path) -> StoreError:
    """Return the error that says this trouble about this file."""
    return StoreError(_SENTENCES[trouble](str(path)), trouble)


def explained(error: sqlite3.Error, path: Path) -> Exception:
    """Return the ``StoreError`` that explains ``error``, or ``error`` itself."""
    trouble = trouble_of(error)
    return error if trouble is None else store_error(trouble, path)
