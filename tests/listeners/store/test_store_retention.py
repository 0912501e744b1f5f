"""Forgetting: what is old and closed goes, people go for good, and what is left is whole."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from listeners.model import (
    DAY,
    HOUR,
    MINUTE,
    BadRecord,
    ConversationState,
    Label,
    Micros,
    SafeText,
    Sentence,
)
from listeners.query import parse, to_fts
from listeners.store import Connection, Store, ingest, open_store, reads, subjects
from listeners.store.backup import backup
from listeners.store.errors import StoreError, Trouble
from listeners.store.filters import StreamFilter
from listeners.store.named import name_in_note
from listeners.store.retention import CHUNK, forget_old
from listeners.store.subjects import NewEvent
from listeners.store.voice import heard
from listeners.supervisor import spawn
from tests.listeners.store.builders import (
    BRAND,
    NETWORK,
    NOW,
    OTHER,
    World,
    forget_account,
    furnish,
)
from tests.listeners.store.test_store_recount import check

OLD = Micros(NOW - 100 * DAY)
BEFORE = Micros(NOW - 90 * DAY)


async def left(store: Store) -> set[str]:
    return {row["text"] for row in await store.fetch("SELECT text FROM mention")}


async def whole(store: Store) -> None:
    """The file is sound, every reference leads somewhere, and the index fits the texts."""
    assert [tuple(row) for row in await store.fetch("PRAGMA integrity_check")] == [("ok",)]
    assert await store.fetch("PRAGMA foreign_key_check") == []
    sql = "INSERT INTO mention_fts (mention_fts, rank) VALUES ('integrity-check', 1)"
    await store.write(lambda c: c.fetch(sql))


async def test_shares_follow_what_is_deleted_and_outlive_what_grew_old(world: World) -> None:
    ids = await world.add([world.mention(text, at=OLD) for text in ("a", "b", "gone")])

    async def delete(connection: Connection) -> None:
        await ingest.delete_mentions(
            connection, await ingest.known_of_ids(connection, ids[2:]), NOW
        )

    async def counted() -> int:
        since = Micros(OLD // HOUR * HOUR)
        sums = await heard(world.store, [BRAND], since, Micros(since + HOUR))
        return sums[BRAND][NETWORK].total

    assert await counted() == 3
    await world.store.write(delete)
    assert await counted() == 2
    assert (await forget_old(world.store, BEFORE, NOW, pause=0)).mentions == 3
    assert await left(world.store) == set()
    assert await counted() == 2


async def test_what_is_old_and_closed_goes(world: World) -> None:
    places = {
        state: (await world.converse(state, state=ConversationState(state))).id
        for state in ("open", "waiting", "snoozed", "resolved", "ignored")
    }
    quiet = (await world.converse("quiet", in_queue=False)).id
    await world.add(
        [
            *(
                world.mention(state, at=OLD, conversation_id=id_)
                for state, id_ in (*places.items(), ("quiet", quiet))
            ),
            world.mention("alone", at=OLD),
            world.mention("other brand", at=OLD, brand_id=world.brands[OTHER], author="bob"),
            world.mention("young", conversation_id=places["resolved"]),
            world.mention("edge", at=BEFORE),
        ]
    )
    done = await forget_old(world.store, BEFORE, NOW, pause=0)
    assert await left(world.store) == {"open", "waiting", "snoozed", "young", "edge"}
    # Emptied conversations go with their mentions; one with a young mention stays.
    assert (done.mentions, done.conversations) == (5, 2)
    conversations = {
        row["root"] for row in await world.store.fetch("SELECT root FROM conversation")
    }
    assert conversations == {"open", "waiting", "snoozed", "resolved"}
    authors = {row["key"] for row in await world.store.fetch("SELECT key FROM account")}
    assert authors == {"ana", "us"}
    await whole(world.store)


async def test_everything_that_hung_on_it_goes_too(world: World) -> None:
    closed = await world.converse("closed", state=ConversationState.RESOLVED, tags=("press",))
    successor = await world.converse("next", linked_to=closed.id)
    mention = world.mention("first words", at=OLD, conversation_id=closed.id)
    [id_] = await world.add([mention])

    async def hang(c):  # type: ignore[no-untyped-def]
        [known] = await ingest.known_of_ids(c, [id_])
        edited = replace(mention, text="second words")
        await ingest.edit_mentions(c, [ingest.Edit(known, edited, NOW)])
        text = SafeText("a note for @Léo")
        note = await subjects.add_note(c, "conversation", closed.id, "us", text, NOW)
        await name_in_note(c, note, ["Léo"])
        event = NewEvent(
            at=NOW,
            actor="us",
            verb="note",
            subject_kind="conversation",
            subject_id=closed.id,
            after={"text": "a note"},
        )
        await subjects.add_events(c, [event])
        bad = [BadRecord("old record", Sentence("Unreadable."))]
        await ingest.bury(c, world.source, bad, OLD)

    await world.store.write(hang)
    await forget_old(world.store, BEFORE, NOW, pause=0)
    for table in ("edit", "note", "note_mention", "conversation_tag", "dead_letter"):
        assert await world.store.fetch(f"SELECT * FROM {table}") == []
    [event] = await reads.events(world.store)
    assert (event.verb, event.after) == ("note", {})
    loaded = await world.store.write(lambda c: subjects.load_conversations(c, [successor.id]))
    assert loaded[successor.id].linked_to is None
    await whole(world.store)


async def test_counts_outlive_what_they_counted(world: World) -> None:
    await world.add([world.mention(at=OLD, label=Label.NEGATIVE)])
    await forget_old(world.store, BEFORE, NOW, pause=0)
    (row,) = await world.store.fetch("SELECT sum(total), sum(negative) FROM rollup_hour")
    assert tuple(row) == (1, 1)
    assert await world.store.fetch("SELECT * FROM rollup_minute") == []


async def test_an_id_is_never_given_twice(world: World) -> None:
    _, id_ = await world.add([world.mention("young"), world.mention("old", at=OLD)])
    await forget_old(world.store, BEFORE, NOW, pause=0)
    assert await left(world.store) == {"young"}
    [next_] = await world.add([world.mention()])
    assert next_ > id_


async def test_it_goes_in_chunks_and_skips_what_stays(world: World) -> None:
    busy = await world.converse("busy")
    await world.add(
        [
            world.mention(
                f"{n % 2}", at=Micros(OLD + n), conversation_id=busy.id if n % 2 else None
            )
            for n in range(3 * CHUNK)
        ]
    )
    waits: list[float] = []

    async def press_keys() -> None:
        while True:
            began = time.monotonic()
            await world.store.write(lambda c: c.fetch("SELECT 1"), urgent=True)
            waits.append(time.monotonic() - began)
            await asyncio.sleep(0.001)

    keys = spawn("keys", press_keys())
    done = await forget_old(world.store, BEFORE, NOW, pause=0.001)
    keys.cancel()
    assert done.mentions == 3 * CHUNK / 2
    assert await left(world.store) == {"1"}
    assert len(waits) > 3


# --- people --------------------------------------------------------------------------------------

MARK = "zzqxjkw"


async def test_a_person_is_forgotten_for_good(world: World) -> None:
    mine = await world.converse("mine", opener_key="ana", title=f"Title {MARK}")
    ids = await world.add(
        [
            world.mention(f"{MARK} {n}", conversation_id=mine.id, at=Micros(NOW - n * MINUTE))
            for n in range(CHUNK + 5)
        ]
    )
    theirs = await world.converse("theirs", opener_key="bob")
    await world.add(
        [
            world.mention("kept", author="bob", conversation_id=theirs.id),
            world.mention("gone", conversation_id=theirs.id),
        ]
    )

    async def hang(c):  # type: ignore[no-untyped-def]
        [known] = await ingest.known_of_ids(c, ids[:1])
        await ingest.delete_mentions(c, [known], NOW)
        bad = [BadRecord(f'{{"author": "ana@x.example", "text": "{MARK}"}}', Sentence("Bad."))]
        await ingest.bury(c, world.source, bad, NOW)

    await world.store.write(hang)
    assert await forget_account(world.store, NETWORK, "ana", NOW, pause=0) == CHUNK + 6
    assert await left(world.store) == {"kept"}
    accounts = {row["key"] for row in await world.store.fetch("SELECT key FROM account")}
    assert accounts == {"bob", "us"}
    for table in ("conversation", "dead_letter", "event", "note", "mention"):
        rows = await world.store.fetch(f"SELECT * FROM {table}")
        assert MARK not in " ".join(str(tuple(row)) for row in rows)
    stones = await world.store.write(
        lambda c: ingest.buried(c, [(NETWORK, "account", "ana"), (NETWORK, "account", "bob")])
    )
    assert stones == {(NETWORK, "account", "ana")}
    # Unlike what is merely old, what a person said is taken out of the counts.
    await check(world.store)
    await whole(world.store)


async def test_no_word_of_a_forgotten_person_is_left_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.db"
    async with open_store(path) as store:
        world = await furnish(store)
        await world.add([world.mention(f"{MARK}{n} said something", raw=None) for n in range(300)])
        await world.add([world.mention("kept", author="bob")])
    assert MARK.encode() in path.read_bytes()
    async with open_store(path) as store:
        assert await forget_account(store, NETWORK, "ana", NOW, pause=0) == 300
        found = await reads.mention_ids(
            store, StreamFilter(query=to_fts(parse(f"{MARK}*"))), limit=5
        )
        assert not found
    assert MARK.encode() not in path.read_bytes()
    # The index compresses words by their beginnings; so look for what follows the first letters.
    assert MARK[2:].encode() not in path.read_bytes()


# --- backup --------------------------------------------------------------------------------------


async def test_a_backup_is_whole_while_others_write(world: World, tmp_path: Path) -> None:
    await world.add([world.mention(f"{n}") for n in range(500)])

    async def go_on() -> None:
        while True:
            await world.add([world.mention("more") for _ in range(20)])

    writing = spawn("writing", go_on())
    target = tmp_path / "copy.db"
    size = await backup(world.store, target)
    writing.cancel()
    await asyncio.wait([writing])
    assert size == target.stat().st_size
    assert target.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (count,) = copy.execute("SELECT count(*) FROM mention").fetchone()
        assert count >= 500
        assert (count - 500) % 20 == 0
    async with open_store(target) as restored:
        assert len(await reads.mention_ids(restored, StreamFilter(), limit=5)) == 5
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".hubbub-backup")]


async def test_a_backup_replaces_the_former_one_and_never_the_store(
    world: World, tmp_path: Path
) -> None:
    target = tmp_path / "copy.db"
    for text in ("one", "two"):
        await world.add([world.mention(text)])
        await backup(world.store, target)
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("SELECT count(*) FROM mention").fetchone() == (2,)
    for wrong in (world.store.path, tmp_path / "nowhere" / "copy.db"):
        with pytest.raises(StoreError) as caught:
            await backup(world.store, wrong)
        assert caught.value.trouble in (Trouble.CANNOT_OPEN, Trouble.READ_ONLY)
    await whole(world.store)
