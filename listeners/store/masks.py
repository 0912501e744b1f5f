"""Going through every table for what names a person, and taking that out.

Which columns may hold what stands in ``holdings``. What is read is looked through outside the
write; what changes is written in chunks, each row only if it is still as it was read.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from listeners.people.masking import Masking
from listeners.store.codec import dumps
from listeners.store.connection import Connection, Row
from listeners.store.database import Store
from listeners.store.fulltext import index_text, unindex_text
from listeners.store.holdings import HOLDINGS, How

PAGE = 400
CHUNK = 50

_KEYS: Mapping[str, tuple[str, ...]] = {
    "article": ("brand_id", "key", "mention_id"),
    "conversation_tag": ("conversation_id", "tag"),
    "draft": ("conversation_id", "author"),
    "place": ("network", "key", "brand_id", "source_id"),
    "saved_view": ("name",),
    "setting": ("key",),
    "spend_item": ("account", "day", "kind", "item"),
}
"""The keys of tables whose rows have no number."""
_MASKED: frozenset[How] = frozenset(
    {"ours", "ours json", "said", "said json", "id", "place"}
)  # fmt: skip
_UNIQUE = ("mention", "conversation", "alert")
_Change = tuple[Row, dict[str, object]]


async def mask_everything(
    store: Store, masking: Masking, accounts: Iterable[int], instead: str, *, pause: float
) -> int:
    """Take a person out of all tables but their own; return how many posts of others changed.

    ``accounts`` are theirs: what these said is not masked, since it goes. ``instead`` stands for
    them in identifiers.
    """
    posts = 0
    mine = frozenset(accounts)
    for table in HOLDINGS:
        columns = [name for name, how in HOLDINGS[table].items() if how in _MASKED]
        if columns and table != "tombstone":
            posts += await _mask_table(store, table, columns, masking, mine, instead, pause)
    await _mask_raw(store, masking, mine, pause)
    return posts


async def count_named(store: Store, masking: Masking, accounts: Iterable[int]) -> int:
    """Return how many posts of others name a person, so that their name would be blanked there."""
    mine = frozenset(accounts)
    columns = ["title", "text"]
    found = 0
    place = 0
    while rows := await _page(store, "mention", columns, masking, place):
        found += sum(
            row["account_id"] not in mine and any(masking.theirs(row[c]) != row[c] for c in columns)
            for row in rows
        )
        place = rows[-1]["id"]
    return found


async def _mask_table(
    store: Store,
    table: str,
    columns: Sequence[str],
    masking: Masking,
    mine: frozenset[int],
    instead: str,
    pause: float,
) -> int:
    if table in _KEYS:
        names = ", ".join(dict.fromkeys((*_KEYS[table], *columns)))
        rows = await store.fetch(f"SELECT {names} FROM {table}")
        changes = _changes(table, columns, rows, masking, mine, instead)
        return await _write(store, table, changes, pause)
    place = done = 0
    while rows := await _page(store, table, columns, masking, place):
        changes = _changes(table, columns, rows, masking, mine, instead)
        done += await _write(store, table, changes, pause)
        place = rows[-1]["id"]
        await asyncio.sleep(0)
    return done if table == "mention" else 0


async def _page(
    store: Store, table: str, columns: Sequence[str], masking: Masking, after: int
) -> list[Row]:
    """Return the next rows; of mentions only those that may name the person."""
    names = ", ".join(dict.fromkeys(("id", *columns)))
    if table != "mention":
        return await store.fetch(
            f"SELECT {names} FROM {table} WHERE id > ? ORDER BY id LIMIT {PAGE}", (after,)
        )
    text = " || ' ' || ".join(f"lower(coalesce({name}, ''))" for name in columns if name != "raw")
    fragments = sorted(masking.fragments)
    # A post passed on is their words; whatever names them holds a part of a name of theirs.
    linking = """links != '[]' AND EXISTS (SELECT 1 FROM json_each(mention.links) l
        WHERE l.value IN (SELECT value FROM json_each(?)))"""
    likely = " OR ".join(["repost = 1", linking, *(f"instr({text}, ?)" for _ in fragments)])
    return await store.fetch(
        f"""SELECT {names}, account_id, repost FROM mention
            WHERE id > ? AND ({likely}) ORDER BY id LIMIT {PAGE}""",
        (after, dumps(sorted(masking.posts)), *fragments),
    )


def _changes(
    table: str,
    columns: Sequence[str],
    rows: Iterable[Row],
    masking: Masking,
    mine: frozenset[int],
    instead: str,
) -> list[_Change]:
    found: list[_Change] = []
    for row in rows:
        if table == "mention" and row["account_id"] in mine:
            continue
        new: dict[str, object] = {
            name: value
            for name in columns
            if row[name] is not None
            and not isinstance(row[name], bytes)
            and (value := _masked(HOLDINGS[table][name], str(row[name]), masking, instead))
            != row[name]
        }
        if table == "mention" and row["repost"]:
            new |= {
                name: "…"
                for name in ("title", "text", "raw_text")
                if row[name] and masking.said(row[name])
            }
        if table == "mention" and {"title", "text"} & set(new):
            new |= {"raw": None, "fold": ""}
        if new:
            found.append((row, new))
    return found


def _masked(how: How, text: str, masking: Masking, instead: str) -> str | None:
    match how:
        case "ours":
            return masking.ours(text)
        case "ours json":
            return masking.json_ours(text)
        case "said":
            return masking.theirs(text)
        case "said json":
            return masking.json_theirs(text)
        case "id":
            return masking.token(text, instead)
        case "place":
            return None if masking.in_public(text) else text
    return text


async def _write(store: Store, table: str, changes: list[_Change], pause: float) -> int:
    for start in range(0, len(changes), CHUNK):
        part = changes[start : start + CHUNK]
        await store.write(partial(_write_chunk, table=table, changes=part))
        await asyncio.sleep(pause)
    return len(changes)


async def _write_chunk(connection: Connection, table: str, changes: Sequence[_Change]) -> None:
    ids = [row["id"] for row, _new in changes] if table == "mention" else []
    if ids:
        await unindex_text(connection, ids)
    # Two rows that are the same once masked are one.
    verb = "UPDATE" if table in _UNIQUE else "UPDATE OR REPLACE"
    for row, new in changes:
        keys = _KEYS.get(table, ("id",))
        was = [name for name in new if name in row.keys() and name != "raw"]  # noqa: SIM118
        where = " AND ".join(f"{name} IS ?" for name in (*keys, *was))
        await connection.fetch(
            f"{verb} {table} SET {', '.join(f'{name} = ?' for name in new)} WHERE {where}",
            (*new.values(), *(row[name] for name in (*keys, *was))),
        )
    if ids:
        await index_text(connection, ids)


async def _mask_raw(store: Store, masking: Masking, mine: frozenset[int], pause: float) -> None:
    """Drop the networks' own records that name the person: they cannot be masked."""
    place = 0
    while rows := await store.fetch(
        f"""SELECT id, account_id, raw FROM mention WHERE id > ? AND raw IS NOT NULL
            ORDER BY id LIMIT {PAGE}""",
        (place,),
    ):
        place = rows[-1]["id"]
        others = [row for row in rows if row["account_id"] not in mine]
        ids = await asyncio.to_thread(_naming, others, masking)
        if ids:
            await store.write(partial(_drop_raw, ids=ids))
            await asyncio.sleep(pause)


async def _drop_raw(connection: Connection, ids: Sequence[int]) -> None:
    await connection.fetch(
        "UPDATE mention SET raw = NULL WHERE id IN (SELECT value FROM json_each(?))",
        (dumps(ids),),
    )


def _naming(rows: Iterable[Row], masking: Masking) -> list[int]:
    found: list[int] = []
    for row in rows:
        try:
            text = zlib.decompress(row["raw"]).decode("utf-8", "replace")
        except zlib.error:
            found.append(row["id"])
            continue
        if masking.in_record(text):
            found.append(row["id"])
    return found
