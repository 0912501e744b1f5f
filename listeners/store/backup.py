"""A copy of the store while it is in use: whole, of one moment, and never a half under its name.

Copying the file itself gives a damaged copy, because a part of what was stored is in the log
beside it. SQLite's own backup reads within one transaction and holds up nobody.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from listeners.model import Sentence
from listeners.store.database import Store
from listeners.store.errors import StoreError, Trouble, explained, store_error
from listeners.store.prepare import connect, damage


async def backup(store: Store, target: Path) -> int:
    """Write a copy to ``target`` (mode 0600, replacing a former one) and return its bytes.

    Raises:
        StoreError: the target cannot be written, or is the store itself; it is as it was.
    """
    executor = ThreadPoolExecutor(1, thread_name_prefix="hubbub-backup")
    try:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(executor, _copy, store.path, target)
    finally:
        executor.shutdown(wait=False)


def _copy(source: Path, target: Path) -> int:
    if target.exists() and target.samefile(source):
        raise StoreError(
            Sentence("A backup cannot replace the store itself. Choose another file."),
            Trouble.CANNOT_OPEN,
        )
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".hubbub-backup-")
    except OSError as error:
        raise store_error(Trouble.READ_ONLY, target) from error
    os.close(handle)
    temporary = Path(name)
    try:
        _write(source, temporary, target)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        size = temporary.stat().st_size
        temporary.replace(target)
        return size
    except sqlite3.Error as error:
        raise explained(error, target) from error
    except OSError as error:
        raise store_error(Trouble.CANNOT_OPEN, target) from error
    finally:
        temporary.unlink(missing_ok=True)


def _write(source: Path, temporary: Path, target: Path) -> None:
    with closing(connect(source, "ro")) as old, closing(connect(temporary, "rw")) as new:
        # All pages in one step: in several, every commit in between would start it over.
        old.backup(new, pages=-1)
        # One file that opens anywhere, also where nothing can be written beside it.
        new.execute("PRAGMA journal_mode = DELETE")
        if damage(new):
            raise store_error(Trouble.DAMAGED, target)
