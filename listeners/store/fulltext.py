"""The full-text index, filled once a batch.

Filling it by triggers, row by row, costs two to five times as much, because FTS5 then flushes its
buffer at every row. The index holds no text of its own (``content='mention'``): to take a row out
it must be told the very text that was put in, so ``unindex_text`` comes *before* the change. Every
mention has its row in the index, a deleted one an empty row: then FTS5 can check itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from listeners.store.codec import dumps
from listeners.store.connection import Connection

_ADD = """
INSERT INTO mention_fts (rowid, title, text)
SELECT id, title, text FROM mention WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id
"""
_ADD_NEW = """
INSERT INTO mention_fts (rowid, title, text)
SELECT id, title, text FROM mention WHERE id BETWEEN ? AND ?
"""
_REMOVE = """
INSERT INTO mention_fts (mention_fts, rowid, title, text)
SELECT 'delete', id, title, text FROM mention
WHERE id IN (SELECT value FROM json_each(?))
"""


async def index_text(connection: Connection, ids: Iterable[int]) -> None:
    """Put stored mentions into the index."""
    await connection.fetch(_ADD, (dumps(list(ids)),))


async def index_new_text(connection: Connection, first: int, last: int) -> None:
    """Put mentions just stored, whose ids run from ``first`` to ``last``, into the index."""
    await connection.fetch(_ADD_NEW, (first, last))


async def unindex_text(connection: Connection, ids: Iterable[int]) -> None:
    """Take mentions out of the index, before their text changes or they go."""
    await connection.fetch(_REMOVE, (dumps(list(ids)),))


MERGE_PAGES = 64
"""Pages of the index merged in one step: a few milliseconds."""


async def begin_merge(connection: Connection) -> bool:
    """Begin to merge the whole index into one segment, which drops what was deleted from it."""
    return await _merge(connection, -MERGE_PAGES)


async def go_on_merging(connection: Connection) -> bool:
    """Do the next step of the merge; ``False`` when it is done."""
    return await _merge(connection, MERGE_PAGES)


async def _merge(connection: Connection, pages: int) -> bool:
    # FTS5 says whether it did anything by the number of rows it changed: two or more.
    (before,) = await connection.fetch("SELECT total_changes()")
    await connection.fetch(
        "INSERT INTO mention_fts (mention_fts, rank) VALUES ('merge', ?)", (pages,)
    )
    (after,) = await connection.fetch("SELECT total_changes()")
    return bool(after[0] - before[0] >= 2)
