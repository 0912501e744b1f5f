"""Forgetting one person: no byte of theirs is left, in any table, and nothing else is touched."""

from __future__ import annotations

import json
import re
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from listeners.model import Author
from listeners.store import Store, ingest, open_store
from listeners.store.forgetting import finish_forgetting, forget_person, held_of
from listeners.store.holdings import HOLDINGS
from listeners.store.prepare import prepare
from listeners.store.reads.person_data import everything_of
from listeners.store.records import SeenAccount
from tests.listeners.store.builders import BRAND, NETWORK, NOW, OTHER, World

NAME = "Zsófia Qvarnström"
HANDLE = "zq.vrn@social.example"
KEY = "did:plc:zqvk77wq"
SECOND = "zqvrn_second"
MAIL = "zq@vrnmail.example"
PAGE = "https://social.example/@zq.vrn"
WORDS = "My toaster Wuxtry exploded twice on Tuesday near Vlissingen harbour"
KEPT_TEXT = "The kettle of Piotr works and the toaster does not"
TRACES = ("Qvarnström", "zq.vrn", "zqvk77wq", "zqvrn_second", "vrnmail", "Wuxtry", "Vlissingen")
_CONTENT = re.compile("mention_fts|sqlite_")


def tables(file: sqlite3.Connection) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Every ordinary table of the schema, with the names and types of its columns."""
    for (table,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        if not _CONTENT.match(table):
            columns = file.execute(f"PRAGMA table_info({table})").fetchall()
            yield table, [(row[1], row[2]) for row in columns]


def test_every_column_that_can_hold_a_name_is_decided_about(tmp_path: Path) -> None:
    prepare(tmp_path / "hubbub.db")
    with closing(sqlite3.connect(tmp_path / "hubbub.db")) as file:
        schema = {
            table: {name for name, type_ in columns if type_ not in ("INTEGER", "REAL")}
            for table, columns in tables(file)
        }
    assert schema == {table: set(columns) for table, columns in HOLDINGS.items()}


# --- a person in every column of every table -----------------------------------------------------


def value(table: str, column: str, type_: str, row: int) -> object:
    """What is written: the person everywhere in row 1, and named by others in row 2."""
    how = HOLDINGS[table].get(column, "fixed")
    if type_ in ("INTEGER", "REAL"):
        if (table, column) in {("account", "ours"), ("person", "removed"),
                               ("person", "merged_into"), ("mention", "deleted_at"),
                               ("mention", "withheld_at"),
                               ("mention", "repost"), ("conversation", "merged_into"),
                               ("conversation", "linked_to"), ("alert", "merged_into"),
                               ("brand", "competitor_of")}:  # fmt: skip
            return 0 if column in ("ours", "removed", "repost") else None
        return row
    if type_ == "BLOB" and how == "fixed":
        return zlib.compress(b"vectors")
    if type_ == "BLOB":
        return zlib.compress(json.dumps({"by": NAME, "did": KEY, "text": WORDS}).encode())
    told = {
        "fixed": "fixed",
        "ours": f"{NAME} ({MAIL}, @{HANDLE}) said: {WORDS}!",
        "ours json": json.dumps({"who": HANDLE, "say": "{who}", "of": [NAME, f"“{WORDS}”", KEY]}),
        "said": f"cc @{HANDLE} {NAME}: {WORDS} {PAGE}",
        "said json": json.dumps([PAGE, f"@{HANDLE}", NAME]),
        "id": f"at://{KEY}/post/{row}",
        "place": json.dumps({"until": KEY}),
        "theirs": KEY if row == 1 else "piotr",
    }[how]
    exact = {
        ("account", "key"): KEY, ("account", "network"): "bluesky", ("account", "handle"): HANDLE,
        ("account", "name"): NAME, ("account", "url"): PAGE, ("person", "name"): NAME,
        ("person", "role"): "vip", ("account", "role"): "vip", ("contact", "kind"): "mail",
        ("contact", "value"): MAIL if row == 1 else "piotr@mail.example",
        ("contact", "network"): "", ("mute", "kind"): "account",
        ("mute", "value"): f"bluesky:{KEY}", ("note", "subject_kind"): "conversation",
        ("dead_letter", "reason"): "{}", ("tombstone", "kind"): "post",
        ("dead_letter", "record"): f"{HANDLE} {WORDS}", ("outbox", "state"): "sent",
        ("mention", "part"): "outside", ("setting", "key"): f"some.{row}",
        ("mention", "network"): "bluesky", ("backfill", "state"): "done",
        ("conversation", "state"): "open", ("alert", "state"): "closed",
        ("event", "subject_kind"): "person" if row == 1 else "conversation",
        ("mention", "text"): f"{WORDS} {row}" if row == 1 else f"@{HANDLE} {KEPT_TEXT}",
    }  # fmt: skip
    text = exact.get((table, column), told)
    if (table, column) in {("account", "key"), ("account", "handle"), ("person", "name"),
                           ("account", "name"), ("account", "url")} and row == 2:  # fmt: skip
        return f"piotr {column}"
    return f"{text}{row}" if how == "fixed" and (table, column) not in exact else text


def fill(path: Path) -> None:
    """Put two rows into every table, by the schema alone: the person's and a neighbour's."""
    prepare(path)
    with closing(sqlite3.connect(path)) as file:
        # As the store writes: what is overwritten is gone.
        file.execute("PRAGMA secure_delete = ON")
        for table, columns in tables(file):
            for row in (1, 2) if table != "owner" else (1,):
                names = ", ".join(name for name, _type in columns)
                values = [value(table, name, type_, row) for name, type_ in columns]
                marks = ", ".join("?" * len(values))
                file.execute(f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})", values)
        file.execute("UPDATE account SET person_id = 1, ours = 0 WHERE id = 1")
        # A second account of theirs, of a person who was merged into the first.
        file.execute("INSERT INTO person (id, name, merged_into) VALUES (9, ?, 1)", (NAME,))
        file.execute(
            """INSERT INTO account (id, network, key, handle, person_id, first_seen_at,
               last_seen_at) VALUES (9, 'x', '77', ?, 1, 1, 1)""",
            (SECOND,),
        )
        file.execute("INSERT INTO mention_fts (mention_fts) VALUES ('rebuild')")
        file.commit()


def bytes_of(path: Path) -> bytes:
    """Everything in the files of a store, and all compressed values unpacked."""
    data = b"".join(
        one.read_bytes() for one in sorted(path.parent.glob(f"{path.name}*")) if one.is_file()
    )
    with closing(sqlite3.connect(path)) as file:
        for table, columns in tables(file):
            for name in [name for name, type_ in columns if type_ == "BLOB"]:
                for (blob,) in file.execute(f"SELECT {name} FROM {table}"):
                    data += zlib.decompress(blob) if blob else b""
    return data


def found_in(data: bytes) -> list[str]:
    """Which traces are in the bytes: as UTF-8, as JSON writes them, as UTF-16, in any case."""
    low = data.lower()
    return [
        one
        for one in TRACES
        for way in (one.encode(), json.dumps(one)[1:-1].encode(), one.encode("utf-16-le"))
        if way.lower() in low
    ]


async def test_no_byte_of_a_person_is_left_in_any_table(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.db"
    fill(path)
    assert set(found_in(bytes_of(path))) == set(TRACES)
    async with open_store(path) as store:
        before = await held_of(store, 1, ())
        assert (before.mentions, before.named) == (1, 1)
        done = await forget_person(store, 1, NOW, pause=0)
        assert (done.mentions, done.clean) == (1, True)
        # While the store is open, with its log.
        assert found_in(bytes_of(path)) == []
        (kept,) = await store.fetch("SELECT text, raw FROM mention")
        assert tuple(kept) == (f"… {KEPT_TEXT}", None)
        (account,) = await store.fetch("SELECT name FROM account")
        assert account["name"] == "piotr name"
        assert await store.fetch("PRAGMA foreign_key_check") == []
        sql = "INSERT INTO mention_fts (mention_fts, rank) VALUES ('integrity-check', 1)"
        await store.write(lambda c: c.fetch(sql))
    assert found_in(bytes_of(path)) == []
    async with open_store(path):
        assert found_in(bytes_of(path)) == []
    assert found_in(bytes_of(path)) == []


# --- what stays, and who does not come back ------------------------------------------------------


async def heard(world: World, key: str, **changes: object) -> int:
    """An author of that key, heard; returns the number of the account."""
    author = Author(key=key, handle=str(changes.get("handle", f"{key}@x.example")), name=key)
    seen = [SeenAccount(str(changes.get("network", NETWORK)), author)]
    ids = await world.store.write(lambda c: ingest.upsert_accounts(c, seen, NOW))
    return next(iter(ids.values()))


async def person_of(store: Store, account: int) -> int:
    (row,) = await store.fetch("SELECT person_id FROM account WHERE id = ?", (account,))
    return int(row["person_id"])


async def rows_without(store: Store, ids: set[int]) -> dict[str, list[tuple[object, ...]]]:
    """All that is stored, but for what belongs to these accounts and what is counted."""
    left = {}
    for table in HOLDINGS:
        if table in ("setting", "tombstone") or table.startswith("rollup"):
            continue
        rows = await store.fetch(f"SELECT * FROM {table}")
        left[table] = [
            tuple(row)
            for row in rows
            if not ("account_id" in row.keys() and row["account_id"] in ids)  # noqa: SIM118
            and not (table == "account" and row["id"] in ids)
            and not (table in ("person", "standing") and await _is_of(row, table, ids))
        ]
    return left


async def _is_of(row: sqlite3.Row, table: str, ids: set[int]) -> bool:
    # In a store as the tests make it, a person has the number of the first account.
    return (row["id"] if table == "person" else row["person_id"]) in ids


@pytest.mark.parametrize("who", range(4))
async def test_whoever_is_forgotten_the_others_stay_as_they_were(world: World, who: int) -> None:
    ids = [await heard(world, f"author.{n}") for n in range(4)]
    world.accounts |= {f"author.{n}": id_ for n, id_ in enumerate(ids)}
    talks = [await world.converse(f"talk {n}", opener_key=f"author.{n}") for n in range(4)]
    await world.add(
        [
            world.mention(f"post {n} of {brand} number", author=f"author.{n}",
                          brand_id=world.brands[brand], conversation_id=talks[n].id)
            for n in range(4)
            for brand in (BRAND, OTHER)
        ]
    )  # fmt: skip
    gone = await person_of(world.store, ids[who])
    before = await rows_without(world.store, {ids[who], gone})
    assert (await forget_person(world.store, gone, NOW, pause=0)).mentions == 2
    after = await rows_without(world.store, {ids[who], gone})
    mine = talks[who].id
    before["conversation"] = [row for row in before["conversation"] if row[0] != mine]
    # The highest number of a person is kept from being given again.
    before["person"], after["person"] = before["person"][:5], after["person"][:5]
    assert after == before


async def test_a_name_of_the_team_or_a_plain_word_is_blanked_nowhere(world: World) -> None:
    ana = await heard(world, "9", handle="orange")
    world.accounts |= {"9": ana}
    await world.add([world.mention("I like orange juice and @orange too", author="bob")])
    await world.add([world.mention("mine", author="9")])
    done = await forget_person(world.store, await person_of(world.store, ana), NOW, ["9"], pause=0)
    assert done.masked == 1
    (row,) = await world.store.fetch("SELECT text FROM mention")
    assert row["text"] == "I like orange juice and … too"


@pytest.mark.parametrize(
    ("record", "kept"),
    [
        ({"of": "author.9"}, False),
        ({"name": "Z\u00f6e \u00c5 Qv"}, False),
        ({"of": "author.99"}, True),
        ({"at": "https://x.example/posts/1"}, False),
    ],
)
async def test_a_record_that_names_them_goes_and_the_post_stays(
    world: World, record: dict[str, str], kept: bool
) -> None:
    world.accounts |= {"z": await heard(world, "author.9")}
    await world.store.write(
        lambda c: c.fetch("UPDATE account SET name = 'Zöe Å Qv' WHERE key = 'author.9'")
    )
    raw = zlib.compress(json.dumps(record).encode())
    await world.add(
        [
            world.mention("what she said", author="z", url="https://x.example/posts/1"),
            world.mention("what another said", author="bob", raw=raw),
        ]
    )
    gone = await person_of(world.store, world.accounts["z"])
    await forget_person(world.store, gone, NOW, pause=0)
    (row,) = await world.store.fetch("SELECT text, raw FROM mention")
    assert row["text"] == "what another said"
    assert (row["raw"] is not None) is kept


async def test_it_is_finished_by_whoever_opens_the_store_next(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.db"
    fill(path)
    async with open_store(path) as store:
        real, seen = store.write, 0

        async def cut(work, **how):  # type: ignore[no-untyped-def]
            nonlocal seen
            seen += 1
            if seen == 9:
                raise KeyboardInterrupt
            return await real(work, **how)

        store.write = cut  # type: ignore[method-assign]
        with pytest.raises(KeyboardInterrupt):
            await forget_person(store, 1, NOW, pause=0)
    async with open_store(path) as store:
        assert await finish_forgetting(store, NOW, pause=0)
        assert not await finish_forgetting(store, NOW, pause=0)
        assert found_in(bytes_of(path)) == []


# --- what is held about a person -----------------------------------------------------------------

NOT_ABOUT_THEM = {
    # Ours, for everybody: masked when somebody is forgotten, and no data about them.
    "backfill", "campaign", "charge", "duty", "gap", "maintenance", "notification", "planned",
    "rescoring", "rule", "saved_view", "setting", "source", "spend_item", "taught_word",
    "template", "tombstone",
}  # fmt: skip


def strings(value: object) -> Iterator[str]:
    """Every text inside a value of JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


async def test_all_that_is_held_about_a_person_is_in_the_export(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.db"
    fill(path)
    async with open_store(path) as store:
        told = set(strings(await everything_of(store, 1)))
    missing = set()
    with closing(sqlite3.connect(path)) as file:
        file.row_factory = sqlite3.Row
        for table, columns in tables(file):
            for row in file.execute(f"SELECT * FROM {table}"):
                if table in NOT_ABOUT_THEM or 2 in tuple(row):
                    continue
                for name, _type in columns:
                    how, held = HOLDINGS[table].get(name, "fixed"), row[name]
                    if how == "fixed" or not held:
                        continue
                    if isinstance(held, bytes):
                        held = zlib.decompress(held).decode()
                    parts = (
                        set(strings(json.loads(held)))
                        if "json" in how or name == "raw"
                        else {str(held)}
                    )
                    missing |= {(table, name) for one in parts if one not in told}
    # What a mute or a dead letter is called, and which rows are merged, is no data.
    assert missing - {("mute", "kind"), ("dead_letter", "reason")} == set()
    assert KEPT_TEXT not in " ".join(told)
