"""A real Nostr relay: notes, threads, deletions, live, and again after a break.

Needs HUBBUB_NOSTR_URL (ws://…, a relay of its own that takes notes from anybody).
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from websockets.asyncio.client import connect

from listeners.clock import utc_now
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import Batch, Post
from listeners.networks.nostr.listener import NostrListener
from tests.fake.nostr import Event, Writer, reply_to

pytestmark = pytest.mark.servers


class Town:
    """A tag of this run's own, people who write, and us."""

    def __init__(self, url: str, fetch: Fetcher) -> None:
        self.url = url
        stamp = time.time_ns()
        self.tag = f"kerlann{stamp}"
        self.ana, self.us = Writer(stamp), Writer(stamp + 1)
        self.brand = BrandConfig(
            name="Kerlann", query=f"#{self.tag}", handles={"nostr": (self.us.npub,)}
        )
        self._fetch = fetch

    def listener(self) -> NostrListener:
        source = SourceConfig(network="nostr", base_url=self.url)
        return NostrListener(source, [self.brand], self._fetch, utc_now)

    async def publish(self, *events: Event) -> None:
        """Send events to the relay and wait until it has taken each."""
        async with connect(self.url) as socket:
            for event in events:
                await socket.send(json.dumps(["EVENT", event]))
                answer = json.loads(await socket.recv())
                assert answer[:3] == ["OK", event["id"], True], answer


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    url = os.environ.get("HUBBUB_NOSTR_URL")
    if not url:
        pytest.skip("HUBBUB_NOSTR_URL names no Nostr relay")
    async with Fetcher() as fetch:
        yield Town(url, fetch)


async def polled(listener: NostrListener, cursor: str | None = None) -> list[Batch]:
    async with aclosing(listener.poll(cursor)) as batches:
        return [batch async for batch in batches]


def posts_of(batches: list[Batch]) -> list[Post]:
    return [post for batch in batches for post in batch.posts]


def now() -> int:
    return utc_now() // 1_000_000


async def test_notes_are_read_once_and_again_only_what_is_new(town: Town) -> None:
    profile = town.ana.event(0, '{"name": "Ana"}', at=now())
    first = town.ana.note(f"Bonjour #{town.tag} en panne ?", at=now() - 30)
    named = town.ana.note("and you?", ["p", town.us.key], at=now() - 20)
    await town.publish(profile, first, named)
    listener = town.listener()
    batches = await polled(listener)
    found = posts_of(batches)
    assert [post.native_id for post in found] == [first["id"], named["id"]]
    assert [post.author.name for post in found] == ["Ana", "Ana"]
    assert [post.addressed for post in found] == [False, True]
    cursor = next(batch.cursor for batch in reversed(batches) if batch.cursor)
    assert posts_of(await polled(listener, cursor)) == []
    later = town.ana.note(f"again #{town.tag}", at=now())
    await town.publish(later)
    assert [p.native_id for p in posts_of(await polled(listener, cursor))] == [later["id"]]


async def test_a_thread_its_counts_and_its_deletion(town: Town) -> None:
    root = town.ana.note(f"It leaks #{town.tag}", at=now() - 60)
    answer = town.us.note("We come", *reply_to(root), at=now() - 50)
    like = town.us.event(7, "+", [["e", root["id"]], ["p", town.ana.key]], at=now() - 40)
    await town.publish(root, answer, like)
    listener = town.listener()
    await polled(listener)
    batch = await listener.thread([root["id"]])
    counted = {post.native_id: post.engagement for post in batch.posts}
    assert (counted[root["id"]].likes, counted[root["id"]].replies) == (1, 1)
    assert {post.parent_id for post in batch.posts} == {None, root["id"]}
    await town.publish(town.ana.delete(root, at=now()))
    gone = await listener.thread([root["id"]])
    # This relay drops what is deleted at once: who wrote it is known from the cursor.
    assert [each.native_id for each in gone.deletions] == [root["id"]]


async def test_what_is_written_is_heard_at_once(town: Town) -> None:
    stream = town.listener().stream('{"marks": {}}')
    assert stream is not None
    async with aclosing(stream) as batches:
        heard: list[Post] = []

        async def listen() -> float:
            async for batch in batches:
                heard.extend(batch.posts)
                if heard:
                    return time.monotonic()
            raise AssertionError("the stream ended")

        listening = asyncio.ensure_future(listen())
        note = town.ana.note(f"live #{town.tag}", at=now())
        began = time.monotonic()
        await town.publish(note)
        async with asyncio.timeout(20):
            took = await listening - began
    assert [post.native_id for post in heard] == [note["id"]]
    assert took < 10


async def test_the_past_is_read_backwards(town: Town) -> None:
    events = [town.ana.note(f"n{n} #{town.tag}", at=now() - 600 + n) for n in range(30)]
    await town.publish(*events)
    since = utc_now() - 3_600_000_000
    async with aclosing(
        town.listener().history(town.brand, since, None)  # type: ignore[arg-type]
    ) as batches:
        found = [post.native_id async for batch in batches for post in batch.posts]
    assert found == [event["id"] for event in reversed(events)]
