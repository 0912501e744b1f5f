"""Every query of the screen walks an index: no table is read whole, nothing is sorted anew."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from listeners.conversations.state import begin
from listeners.model import DAY, HOUR, MINUTE, Label, Micros
from listeners.query import parse, to_fts
from listeners.store import (
    Connection,
    Store,
    conducting,
    coverage,
    duty,
    elsewhere,
    ingest,
    outbox,
    own_posts,
    places,
    reads,
    reply_facts,
    subjects,
    undoing,
    voice,
)
from listeners.store.connection import Row
from listeners.store.filters import AlertFilter, QueueFilter, StreamFilter
from listeners.store.records import Edit
from listeners.store.terms import withhold
from tests.listeners.store.builders import BRAND, NETWORK, NOW, World, forget_account

Read = Callable[[Store], Awaitable[object]]

# The two small tables that are read whole, and lists handed over as parameters.
SMALL = {"brand", "source", "json_each", "w", "family", "CONSTANT", "mention_fts"}

READS: dict[str, Read] = {
    "queue of all brands": lambda s: reads.queue_ids(s, QueueFilter()),
    "queue of one brand": lambda s: reads.queue_ids(s, QueueFilter(brand=BRAND)),
    "queue with every filter": lambda s: reads.queue_ids(
        s,
        QueueFilter(
            brand=BRAND,
            networks=("feeds",),
            assignee="ana",
            labels=(Label.NEGATIVE,),
            tags=("press",),
            langs=("fr",),
        ),
    ),
    "what is closed": lambda s: reads.queue_ids(s, QueueFilter(states=("resolved", "waiting"))),
    "rows of the queue": lambda s: reads.conversations(s, [1, 2]),
    "stream of all brands": lambda s: reads.mention_ids(s, StreamFilter(), limit=5),
    "next page": lambda s: reads.mention_ids(s, StreamFilter(), limit=5, before=7),
    "next page of a brand": lambda s: reads.mention_ids(
        s, StreamFilter(brand=BRAND), limit=5, before=7
    ),
    "stream of a label": lambda s: reads.mention_ids(
        s, StreamFilter(brand=BRAND, labels=(Label.NEGATIVE,)), limit=5, before=7
    ),
    "stream of a network": lambda s: reads.mention_ids(
        s, StreamFilter(networks=("feeds",)), limit=5, before=7
    ),
    "stream since then": lambda s: reads.mention_ids(
        s, StreamFilter(since=Micros(NOW - HOUR)), limit=5, before=7
    ),
    "search": lambda s: reads.mention_ids(
        s, StreamFilter(query=to_fts(parse("words"))), limit=5, before=7
    ),
    "rows of the stream": lambda s: reads.mentions(s, [1, 2]),
    "thread": lambda s: reads.thread(s, 1),
    "minutes": lambda s: reads.series(
        s, BRAND, resolution="minute", since=Micros(NOW - HOUR), until=NOW
    ),
    "hours of all brands": lambda s: reads.series(
        s, "", resolution="hour", since=Micros(NOW - DAY), until=NOW
    ),
    "alerts": lambda s: reads.alert_ids(s, AlertFilter()),
    "rows of alerts": lambda s: reads.alerts(s, [1]),
    "notes": lambda s: reads.notes(s, "conversation", 1),
    "log of a subject": lambda s: reads.events(s, "conversation", 1),
    "replies of a conversation": lambda s: outbox.outbox(s, ("sent",), conversation=1),
    "author": lambda s: reads.account_history(s, "mention", 1),
    "what was said": lambda s: voice.said(s, BRAND, Micros(NOW - DAY), (NOW, 0), 5),
    "author of a conversation": lambda s: reads.account_history(s, "conversation", 1),
}

# These sum up at most some hundred rows into a handful of groups.
SUMS: dict[str, Read] = {
    "by network": lambda s: reads.by_network(s, "", Micros(NOW - DAY)),
    "status line": lambda s: reads.status_line(s, "", NOW),
    "brands compared": lambda s: voice.heard(s, [BRAND], Micros(NOW - DAY), NOW),
    "who spoke": lambda s: voice.spoke(s, BRAND, Micros(NOW - DAY), NOW),
    "people of accounts": lambda s: voice.people_of(s, [1, 2]),
    "hours of the week": lambda s: voice.slots(s, BRAND, Micros(NOW - DAY), NOW, HOUR),
    "parts of an hour": lambda s: voice.slots(s, BRAND, Micros(NOW - DAY), NOW, 30 * MINUTE),
    "overdue": lambda s: conducting.overdue(s, "", NOW),
    "rota": lambda s: duty.shifts(s, NOW, NOW),
    "heard on networks": lambda s: coverage.heard_on(s, BRAND, Micros(NOW - DAY), NOW),
    "links to networks": lambda s: coverage.linked_to(s, BRAND, Micros(NOW - DAY), NOW),
    "brought by sources": lambda s: coverage.brought(s, BRAND, Micros(NOW - DAY), NOW),
    "mentions of brands": lambda s: coverage.mentions_of(s, [BRAND], Micros(NOW - DAY), NOW),
    "heard first": lambda s: voice.first_heard(s, BRAND, Micros(NOW - DAY)),
}


async def plan(world: World, monkeypatch: pytest.MonkeyPatch, read: Read) -> list[str]:
    """Return the steps SQLite plans for every query of a read, in a store with rows in it."""
    await world.add([world.mention(f"words {n}", at=Micros(NOW - n * MINUTE)) for n in range(20)])
    steps: list[str] = []
    fetch = Store.fetch

    async def explaining(store: Store, sql: str, parameters: object = ()) -> list[Row]:
        explained = await fetch(store, f"EXPLAIN QUERY PLAN {sql}", parameters)  # type: ignore[arg-type]
        steps.extend(row["detail"] for row in explained)
        return await fetch(store, sql, parameters)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "fetch", explaining)
    await read(world.store)
    assert steps
    return steps


def whole_tables(steps: list[str]) -> list[str]:
    return [
        step
        for step in steps
        if step.startswith("SCAN ") and step.split()[1] not in SMALL and "(subquery" not in step
    ]


@pytest.mark.parametrize("name", READS)
async def test_a_list_is_read_in_the_order_of_an_index(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    steps = await plan(world, monkeypatch, READS[name])
    assert whole_tables(steps) == []
    assert [step for step in steps if "TEMP B-TREE" in step] == []


@pytest.mark.parametrize("name", SUMS)
async def test_a_sum_is_read_by_an_index(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    steps = await plan(world, monkeypatch, SUMS[name])
    assert whole_tables(steps) == []


async def test_the_write_path_reads_no_table_whole(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a batch, a key press and forgetting ask under the write lock."""
    ids = await world.add([world.mention(f"words {n}") for n in range(20)])
    steps: list[str] = []
    fetch = Connection.fetch

    async def explaining(connection: Connection, sql: str, parameters: object = ()) -> list[Row]:
        explained = await fetch(connection, f"EXPLAIN QUERY PLAN {sql}", parameters)  # type: ignore[arg-type]
        steps.extend(f"{row['detail']} in {' '.join(sql.split())}" for row in explained)
        return await fetch(connection, sql, parameters)  # type: ignore[arg-type]

    async def work(connection: Connection) -> None:
        fresh = begin(brand=BRAND, network=NETWORK, root="r", at=NOW, now=NOW)
        [conversation] = await subjects.save_conversations(connection, [fresh])
        await subjects.save_conversations(connection, [conversation])
        await ingest.conversations_for(connection, [(BRAND, NETWORK, "r")])
        await ingest.buried(connection, [(NETWORK, "post", "k"), (NETWORK, "account", "k")])
        await ingest.known_mentions(connection, [(world.brands[BRAND], NETWORK, "k")])
        await ingest.mentions_of_posts(connection, [(NETWORK, "k")])
        await ingest.mentions_of_account(connection, NETWORK, "ana")
        known = await ingest.known_of_ids(connection, ids[:5])
        await ingest.edit_mentions(connection, [Edit(known[0], world.mention("new"), NOW)])
        await ingest.delete_mentions(connection, known[1:], NOW)
        await subjects.live_alerts(connection)
        await subjects.latest_alerts(connection, ["f"])
        await subjects.next_step(connection, "ana")
        await undoing.last_step(connection, "ana", past_replies=True)
        await undoing.step_to_redo(connection, "ana")
        await undoing.events_of_step(connection, "ana", 1)
        await undoing.events_of_reply(connection, 1)
        await outbox.sent_here(connection, [(NETWORK, "k")])
        await outbox.replies_here(connection, 1)
        await reply_facts.ours_since(connection, 1, NOW)
        await reply_facts.oldest_asking_after(connection, 1, NOW)
        brand = world.brands[BRAND]
        await elsewhere.same_words(connection, [(brand, "fold", NOW)])
        await elsewhere.same_articles(connection, [(brand, "key", NOW)])
        await elsewhere.same_posts(connection, [(brand, NETWORK, "k")])
        await own_posts.plan_around(connection, BRAND, NETWORK, NOW, 1)
        await places.known_places(connection, [(brand, NETWORK, "k")])
        await places.conversations_of_roots(connection, [(brand, NETWORK, "r")])
        await places.threads_elsewhere(connection, world.source, NOW, NOW, 5)
        await places.gone(connection, [(NETWORK, "k")])
        await places.author_gone(connection, NETWORK, "ana")
        await places.take_over(connection, known[:1])
        await places.forget_places(connection, ids[:2])

    monkeypatch.setattr(Connection, "fetch", explaining)
    await world.store.write(work)
    await forget_account(world.store, NETWORK, "ana", NOW, pause=0)
    # Live alerts (a) are an index of their own, brands (b) are few; letters and graves are looked
    # through when forgetting.
    small = {"wanted", "newest", "a", "b", "dead_letter", "tombstone"}
    assert [step for step in whole_tables(steps) if step.split()[1] not in small] == []


async def test_keeping_to_terms_reads_what_is_due_by_its_index(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every quarter of an hour, under the write lock: what is kept for ever is not looked at."""
    await world.add([world.mention(f"words {n}") for n in range(20)])
    steps: list[str] = []
    fetch = Connection.fetch

    async def explaining(connection: Connection, sql: str, parameters: object = ()) -> list[Row]:
        explained = await fetch(connection, f"EXPLAIN QUERY PLAN {sql}", parameters)  # type: ignore[arg-type]
        steps.extend(row["detail"] for row in explained)
        return await fetch(connection, sql, parameters)  # type: ignore[arg-type]

    monkeypatch.setattr(Connection, "fetch", explaining)
    await withhold(world.store, [world.source], Micros(NOW + DAY), NOW, pause=0)
    assert any("USING INDEX mention_kept" in step for step in steps)
    assert [step for step in whole_tables(steps) if step != "SCAN dead_letter"] == []


async def test_the_check_can_fail(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def careless(store: Store) -> object:
        return await store.fetch("SELECT id FROM mention ORDER BY likes")

    steps = await plan(world, monkeypatch, careless)
    assert whole_tables(steps) == ["SCAN mention"]
    assert "USE TEMP B-TREE FOR ORDER BY" in steps
