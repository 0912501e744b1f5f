"""Ingesting: what comes twice is folded, and every figure equals a recount of the rows."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from listeners.model import (
    HOUR,
    MINUTE,
    Author,
    BadRecord,
    Engagement,
    Gap,
    Label,
    Micros,
    Part,
    Reason,
    Sentence,
)
from listeners.query import parse, to_fts
from listeners.store import Connection, Store, ingest, reads
from listeners.store.filters import StreamFilter
from listeners.store.records import Edit, KnownMention, SeenAccount
from tests.listeners.store.builders import BRAND, NETWORK, NOW, OTHER, World, score


async def known(world: World, *ids: int) -> list[KnownMention]:
    return await world.store.write(lambda c: ingest.known_of_ids(c, ids))


async def search(store: Store, text: str) -> list[int]:
    wanted = StreamFilter(query=to_fts(parse(text)))
    return list(await reads.mention_ids(store, wanted, limit=100))


async def test_what_is_stored_is_known_by_brand_network_and_key(world: World) -> None:
    one = world.mention("one")
    other = replace(one, brand_id=world.brands[OTHER])
    ids = await world.add([one, other])

    async def work(connection: Connection) -> dict[object, int]:
        asked = [
            (one.brand_id, NETWORK, one.key),
            (other.brand_id, NETWORK, one.key),
            (one.brand_id, "bluesky", one.key),
            (one.brand_id, NETWORK, one.key + "0"),
        ]
        found = await ingest.known_mentions(connection, asked)
        return {key: mention.id for key, mention in found.items()}

    assert await world.store.write(work) == {
        (one.brand_id, NETWORK, one.key): ids[0],
        (other.brand_id, NETWORK, one.key): ids[1],
    }
    both = await world.store.write(lambda c: ingest.mentions_of_posts(c, [(NETWORK, one.key)]))
    assert {mention.id for mention in both} == set(ids)


async def test_the_same_mention_is_never_stored_twice(world: World) -> None:
    one = world.mention()
    await world.add([one])
    with pytest.raises(sqlite3.IntegrityError):
        await world.add([world.mention(), one])
    assert len(await reads.mention_ids(world.store, StreamFilter(), limit=10)) == 1


async def test_every_column_comes_back_as_it_went_in(world: World) -> None:
    why = Reason("A3", Sentence("It asks: {words}", {"words": "how"}))
    [id_] = await world.add(
        [
            world.mention(
                "How?",
                title="Title",
                raw_text="How?\x1b[2J",
                url="https://m.example/1",
                links=("https://a.example/",),
                tags=("Été",),
                parent_id="7",
                root_id="6",
                asks=True,
                need=why,
                reasons=(Sentence("the words “{words}”", {"words": "acme"}),),
                risk=({"class": "leak", "start": 3},),
                engagement=Engagement(likes=3, shares=None, replies=0),
                rating=2,
                private=True,
                history=True,
                label=Label.NEGATIVE,
                part=Part.THIRD_PARTY,
            )
        ]
    )
    row = (await reads.mentions(world.store, [id_]))[id_]
    assert (row.text, row.title, row.raw_text, row.url) == (
        "How?",
        "Title",
        "How?\x1b[2J",
        "https://m.example/1",
    )
    assert (row.brand, row.network, row.source) == (BRAND, NETWORK, "mastodon:acme")
    assert (row.author, row.author_name, row.author_key) == ("ana@x.example", "Ana", "ana")
    assert row.needs_reply == why
    assert row.reasons[0].values == {"words": "acme"}
    assert row.engagement == Engagement(likes=3, shares=None, replies=0)
    assert (row.parent, row.root, row.rating) == ("7", "6", 2)
    assert (row.label, row.compound, row.part) == (Label.NEGATIVE, -0.5, Part.THIRD_PARTY)
    assert row.private
    assert row.history


@pytest.mark.parametrize("text", ["lone \ud800 surrogate", "nul \x00 inside", "\udfff"])
async def test_text_no_database_can_hold_is_stored_as_far_as_it_can_be(
    world: World, text: str
) -> None:
    [id_] = await world.add(
        [world.mention(text, raw_text=text, url=text, links=(text,), native_id=text)]
    )
    row = (await reads.mentions(world.store, [id_]))[id_]
    assert row.text.encode()
    assert "\x00" not in row.text


async def test_numbers_too_large_for_a_column_are_not_known(world: World) -> None:
    [id_] = await world.add([world.mention(engagement=Engagement(likes=2**80, shares=5))])
    row = (await reads.mentions(world.store, [id_]))[id_]
    assert row.engagement == Engagement(likes=None, shares=5)


async def test_accounts_keep_what_a_later_post_leaves_out(world: World) -> None:
    async def see(author: Author, **more: object) -> int:
        seen = [SeenAccount(NETWORK, author, **more)]  # type: ignore[arg-type]
        found = await world.store.write(lambda c: ingest.upsert_accounts(c, seen, NOW))
        return found[NETWORK, author.key]

    first = await see(
        Author(key="k", handle="kim", name="Kim", followers=9), role="journalist", ours=True
    )
    assert await see(Author(key="k", handle="kim2")) == first
    (row,) = await world.store.fetch("SELECT * FROM account WHERE id = ?", (first,))
    assert (row["handle"], row["name"], row["followers"]) == ("kim2", "Kim", 9)
    assert (row["role"], row["ours"]) == ("journalist", 1)


# --- edits ---------------------------------------------------------------------------------------


async def test_an_edit_keeps_the_former_text_and_is_found_by_the_new_one(world: World) -> None:
    mention = world.mention("the old words", label=Label.POSITIVE)
    ids = await world.add([mention])
    [before] = await known(world, *ids)
    now = replace(mention, text="quite new words", score=score(Label.NEGATIVE))
    await world.store.write(lambda c: ingest.edit_mentions(c, [Edit(before, now, NOW)]))
    assert await search(world.store, "old") == []
    assert await search(world.store, '"new words"') == ids
    (edit,) = await world.store.fetch("SELECT mention_id, at, text FROM edit")
    assert tuple(edit) == (ids[0], NOW, "the old words")
    row = (await reads.mentions(world.store, ids))[ids[0]]
    assert (row.label, row.edited_at) == (Label.NEGATIVE, NOW)


async def test_a_new_verdict_on_the_same_text_is_no_edit(world: World) -> None:
    mention = world.mention("same")
    ids = await world.add([mention])
    [before] = await known(world, *ids)
    now = replace(mention, score=score(Label.NEUTRAL))
    await world.store.write(lambda c: ingest.edit_mentions(c, [Edit(before, now, NOW)]))
    assert await world.store.fetch("SELECT * FROM edit") == []
    row = (await reads.mentions(world.store, ids))[ids[0]]
    assert (row.label, row.edited_at) == (Label.NEUTRAL, None)


async def test_counts_that_are_not_told_stay(world: World) -> None:
    [id_] = await world.add([world.mention(engagement=Engagement(likes=3, replies=1))])
    new = Engagement(likes=5, shares=2)
    await world.store.write(lambda c: ingest.update_engagement(c, [(id_, new)]))
    row = (await reads.mentions(world.store, [id_]))[id_]
    assert row.engagement == Engagement(likes=5, shares=2, replies=1)


# --- deletions -----------------------------------------------------------------------------------


async def test_a_deleted_mention_keeps_its_row_and_loses_its_words(world: World) -> None:
    mention = world.mention("secret words", raw_text="secret", raw=b"secret", tags=("secret",))
    ids = await world.add([mention, world.mention("other")])
    [before] = await known(world, ids[0])
    edited = replace(mention, text="more secret")
    await world.store.write(lambda c: ingest.edit_mentions(c, [Edit(before, edited, NOW)]))
    for _ in range(2):
        [before] = await known(world, ids[0])
        await world.store.write(lambda c, one=before: ingest.delete_mentions(c, [one], NOW))
    assert await search(world.store, "secret") == []
    assert list(await reads.mention_ids(world.store, StreamFilter(), limit=9)) == [ids[1]]
    (row,) = await world.store.fetch("SELECT * FROM mention WHERE id = ?", (ids[0],))
    assert "secret" not in " ".join(map(str, tuple(row)))
    assert row["deleted_at"] == NOW
    assert await world.store.fetch("SELECT * FROM edit") == []
    # Deleted is not unknown: what comes again is recognised.
    [after] = await known(world, ids[0])
    assert after.deleted_at == NOW


async def test_an_edit_of_what_is_deleted_does_nothing(world: World) -> None:
    mention = world.mention("gone")
    ids = await world.add([mention])
    [before] = await known(world, *ids)
    await world.store.write(lambda c: ingest.delete_mentions(c, [before], NOW))
    [gone] = await known(world, *ids)
    back = replace(mention, text="back")
    await world.store.write(lambda c: ingest.edit_mentions(c, [Edit(gone, back, NOW)]))
    assert await search(world.store, "back") == []


async def test_tombstones_are_found_again_and_accounts_leave_no_name(world: World) -> None:
    graves = [(NETWORK, "post", "k1"), (NETWORK, "account", "did:plc:person")]
    await world.store.write(lambda c: ingest.tombstones(c, graves, NOW))
    asked = [*graves, ("bluesky", "post", "k1"), (NETWORK, "account", "did:plc:other")]
    assert await world.store.write(lambda c: ingest.buried(c, asked)) == set(graves)
    rows = await world.store.fetch("SELECT key FROM tombstone")
    assert "did:plc:person" not in {row["key"] for row in rows}


async def test_the_mentions_of_an_account_are_found(world: World) -> None:
    ids = await world.add(
        [world.mention(author="bob"), world.mention(), world.mention(author="bob")]
    )
    found = await world.store.write(lambda c: ingest.mentions_of_account(c, NETWORK, "bob"))
    assert [one.id for one in found] == [ids[0], ids[2]]


# --- sources -------------------------------------------------------------------------------------


async def test_a_source_moves_with_its_batch(world: World) -> None:
    async def work(connection: Connection) -> None:
        counts = ingest.Counts(fetched=5, new=2, updated=1, deleted=1, bad=1)
        await ingest.advance_source(connection, world.source, "c1", counts, 12.5)
        await ingest.advance_source(connection, world.source, None, counts, 0.0)
        bad = [BadRecord('{"id": \ud800', Sentence("No text."))]
        await ingest.bury(connection, world.source, bad, NOW)
        gap = Gap(Micros(NOW - HOUR), None, Sentence("The cursor was too old."))
        await ingest.add_gap(connection, world.source, gap, NOW)

    await world.store.write(work)
    row = next(one for one in await reads.sources(world.store) if one.id == world.source)
    assert (row.cursor, row.lag, row.fetched, row.new) == ("c1", 0.0, 10, 4)
    assert (row.updated, row.deleted, row.bad) == (2, 2, 2)
    assert row.open_gap == Gap(Micros(NOW - HOUR), None, Sentence("The cursor was too old."))
    assert row.gapless
    (letter,) = await world.store.fetch("SELECT record FROM dead_letter")
    assert letter["record"].startswith('{"id":')


# --- counts --------------------------------------------------------------------------------------


async def test_what_is_late_history_repost_or_ours(world: World) -> None:
    late = Micros(NOW - 7 * HOUR)
    await world.add(
        [
            world.mention(label=Label.NEGATIVE),
            world.mention(history=True),
            world.mention(repost=True),
            world.mention(at=late, seen_at=NOW),
            world.mention(part=Part.OURS),
        ]
    )
    rows = await world.store.fetch(
        "SELECT sum(total), sum(negative), sum(fresh), sum(fresh_negative) FROM rollup_hour"
    )
    assert tuple(rows[0]) == (4, 1, 1, 1)
    bucket = (await reads.by_network(world.store, BRAND, Micros(NOW - MINUTE)))[NETWORK]
    assert (bucket.total, bucket.negative, bucket.positive) == (3, 1, 2)
