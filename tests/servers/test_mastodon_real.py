"""The Mastodon listener against a real server that speaks the API; run by ``make servers``.

``HUBBUB_MASTODON_URL`` is the server, ``HUBBUB_MASTODON_TOKEN`` a token that may read and write,
``HUBBUB_MASTODON_OTHER_TOKEN`` one of another account there (for mentions; optional). The tests
write posts of their own under a tag of their own.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import httpx
import pytest

from listeners.clock import utc_now
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import SECOND, Batch, Deletion, Micros, Post, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.mastodon.instance import read_instance
from listeners.networks.mastodon.listener import SECOND_LOOK, MastodonListener
from listeners.networks.mastodon.reply import SETTLED
from listeners.networks.replying import Answered, Reply, ReplyRefusedError, Sent
from listeners.secret import Secret

URL = os.environ.get("HUBBUB_MASTODON_URL", "")
TOKEN = os.environ.get("HUBBUB_MASTODON_TOKEN", "")
OTHER = os.environ.get("HUBBUB_MASTODON_OTHER_TOKEN", "")

pytestmark = [
    pytest.mark.servers,
    pytest.mark.timeout(180),
    pytest.mark.skipif(
        not (URL and TOKEN),
        reason="no Mastodon server: set HUBBUB_MASTODON_URL and HUBBUB_MASTODON_TOKEN",
    ),
]

Record = dict[str, Any]
PATIENCE = 30.0
"""Seconds a server may take until what it accepted can be read."""


class Site:
    """The server, as the people of the test use it."""

    def __init__(self, client: httpx.AsyncClient, fetch: Fetcher) -> None:
        self.client = client
        self.fetch = fetch
        self.word = f"hubbub{time.time_ns() // 1000}"
        self.ahead = 0

    def clock(self) -> Micros:
        return Micros(utc_now() + self.ahead)

    async def post(self, text: str, token: str = TOKEN, **fields: str) -> Record:
        answer = await self.client.post(
            "/api/v1/statuses",
            data={"status": text, "visibility": "public", **fields},
            headers={"authorization": f"Bearer {token}"},
        )
        answer.raise_for_status()
        record: Record = answer.json()
        return record

    def listener(
        self, what: str, *, token: str = "HUBBUB_MASTODON_TOKEN", brand: BrandConfig | None = None
    ) -> MastodonListener:
        source = SourceConfig(
            network="mastodon",
            what=what,
            base_url=URL,
            token=Secret(f"env:{token}") if token else None,
        )
        brands = [brand or BrandConfig(name=self.word)]
        return MastodonListener(source, brands, self.fetch, self.clock)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    limits = httpx.Limits(max_keepalive_connections=0)  # some servers close kept connections
    client = httpx.AsyncClient(base_url=URL, timeout=20, limits=limits)
    async with client, Fetcher() as fetch:
        yield Site(client, fetch)


async def polled(listener: MastodonListener, cursor: str | None = None) -> list[Batch]:
    """Poll as the supervisor does: again after a connection that broke off."""
    for _ in range(5):
        try:
            async with aclosing(listener.poll(cursor)) as batches:
                return [batch async for batch in batches]
        except SourceError as error:
            if error.state is not SourceState.FAILING:
                raise
            print(f"\n{URL}: {error}")
            await asyncio.sleep(0.5)
    pytest.fail("the server stayed in trouble")


def posts_of(batches: list[Batch]) -> list[Post]:
    return [post for batch in batches for post in batch.posts]


def cursor_of(batches: list[Batch], before: str | None = None) -> str | None:
    return next((batch.cursor for batch in reversed(batches) if batch.cursor), before)


async def eventually(ask: Callable[[], Coroutine[Any, Any, object]]) -> None:
    """Ask until the answer is true: servers show what they accepted after a while."""
    end = time.monotonic() + PATIENCE
    while not await ask():
        assert time.monotonic() < end, "the server never showed it"
        await asyncio.sleep(0.3)


async def test_a_tag_is_read_without_gap_or_duplicate(site: Site) -> None:
    sent = [await site.post(f"number {n} #{site.word}") for n in range(3)]
    found: dict[str, Post] = {}
    cursor: str | None = None
    listener = site.listener(f"#{site.word}", token="")

    async def all_there() -> bool:
        nonlocal cursor
        batches = await polled(listener, cursor)
        cursor = cursor_of(batches, cursor)
        for post in posts_of(batches):
            assert post.native_id not in found
            found[post.native_id] = post
        return found.keys() >= {record["uri"] for record in sent}

    await eventually(all_there)
    for record in sent:
        post = found[record["uri"]]
        assert post.text.startswith("number ")
        assert post.author.handle.partition("@")[0] == record["account"]["username"]
        assert post.url == record["url"]
        assert site.word in post.tags
        assert post.created_at is not None
        assert abs(post.created_at - utc_now()) < 120 * SECOND
    more = [await site.post(f"later {n} #{site.word}") for n in range(3)]
    sent += more
    await eventually(all_there)
    assert {post.native_id for post in posts_of(await polled(listener, cursor))} == set()


async def test_a_reply_finds_its_parent_and_its_thread(site: Site) -> None:
    root = await site.post(f"is it down? #{site.word}")
    reply = await site.post(f"yes #{site.word}", in_reply_to_id=root["id"])
    listener = site.listener(f"#{site.word}")

    async def both() -> bool:
        return len(posts_of(await polled(site.listener(f"#{site.word}")))) == 2

    await eventually(both)
    posts = {post.native_id: post for post in posts_of(await polled(listener))}
    assert posts[reply["uri"]].parent_id == root["uri"]
    assert posts[reply["uri"]].root_id == root["uri"]

    async def thread() -> bool:
        batch = await site.listener(f"#{site.word}").thread([root["uri"]])
        return {post.native_id for post in batch.posts} == {root["uri"], reply["uri"]}

    await eventually(thread)


async def test_a_search_finds_words(site: Site) -> None:
    sent = await site.post(f"the word {site.word} without a tag")

    async def there() -> bool:
        found = posts_of(await polled(site.listener(f"search:{site.word}")))
        return sent["uri"] in {post.native_id for post in found}

    try:
        await eventually(there)
    except AssertionError:
        tagged = await site.post(f"the tag #{site.word}")

        async def tag_there() -> bool:
            found = posts_of(await polled(site.listener(f"search:{site.word}")))
            return tagged["uri"] in {post.native_id for post in found}

        await eventually(tag_there)


async def test_a_mention_is_a_notification_addressed_to_us(site: Site) -> None:
    if not OTHER:
        pytest.skip("no second account: set HUBBUB_MASTODON_OTHER_TOKEN")
    me = await site.client.get(
        "/api/v1/accounts/verify_credentials", headers={"authorization": f"Bearer {TOKEN}"}
    )
    name = me.json()["acct"].partition("@")[0]
    sent = await site.post(f"hello @{name} {site.word}", token=OTHER)

    async def there() -> bool:
        found = posts_of(await polled(site.listener("notifications")))
        return any(p.native_id == sent["uri"] and p.addressed for p in found)

    await eventually(there)


async def test_own_posts_are_seen_without_a_token(site: Site) -> None:
    sent = await site.post(f"from us {site.word}")
    acct = sent["account"]["acct"]
    brand = BrandConfig(name=site.word, handles={"mastodon": (f"@{acct}",)})

    async def there() -> bool:
        found = posts_of(await polled(site.listener("", token="", brand=brand)))
        return any(p.native_id == sent["uri"] and p.author.handle == acct for p in found)

    await eventually(there)


async def test_an_edit_is_heard_and_is_the_same_post(site: Site) -> None:
    sent = await site.post(f"befor #{site.word}")
    listener = site.listener(f"#{site.word}")
    batches: list[Batch] = []

    async def there() -> bool:
        batches.extend(await polled(listener, cursor_of(batches)))
        return bool(posts_of(batches))

    await eventually(there)
    answer = await site.client.put(
        f"/api/v1/statuses/{sent['id']}",
        data={"status": f"before #{site.word}"},
        headers={"authorization": f"Bearer {TOKEN}"},
    )
    assert answer.status_code == 200

    async def heard() -> bool:
        site.ahead += SECOND_LOOK
        found = posts_of(await polled(listener, cursor_of(batches)))
        return any(p.native_id == sent["uri"] and p.text.startswith("before") for p in found)

    await eventually(heard)


async def test_a_deletion_is_noticed_where_the_server_can_delete(site: Site) -> None:
    kept, gone = [await site.post(f"{word} #{site.word}") for word in ("kept", "gone")]
    listener = site.listener(f"#{site.word}")
    batches: list[Batch] = []

    async def there() -> bool:
        batches.extend(await polled(listener, cursor_of(batches)))
        return len(posts_of(batches)) == 2

    await eventually(there)
    site.ahead += SECOND_LOOK
    await polled(listener, cursor_of(batches))
    answer = await site.client.delete(
        f"/api/v1/statuses/{gone['id']}", headers={"authorization": f"Bearer {TOKEN}"}
    )
    if answer.status_code == 404:
        pytest.skip("this server does not delete by its API")
    deletions: list[Deletion] = []

    async def noticed() -> bool:
        site.ahead += SECOND_LOOK
        for batch in await polled(listener, cursor_of(batches)):
            deletions.extend(batch.deletions)
        return bool(deletions)

    await eventually(noticed)
    assert deletions == [Deletion("mastodon", gone["uri"])]
    assert (await listener.thread([kept["uri"]])).deletions == ()


async def test_a_stream_pushes_or_says_that_it_does_not(site: Site) -> None:
    listener = site.listener(f"#{site.word}")
    stream = listener.stream(cursor_of(await polled(listener)))
    assert stream is not None
    sent = asyncio.Event()
    began = 0.0

    async def write() -> Record:
        nonlocal began
        await asyncio.sleep(2)
        began = time.monotonic()
        sent.set()
        return await site.post(f"pushed #{site.word}")

    writing = asyncio.ensure_future(write())
    refusal: SourceError | None = None
    try:
        async with asyncio.timeout(30), aclosing(stream) as batches:
            async for batch in batches:
                if any(post.text.startswith("pushed") for post in batch.posts):
                    print(f"\n{URL}: pushed after {time.monotonic() - began:.2f} s")
                    return
    except SourceError as error:
        refusal = error
    finally:
        await writing
    print(f"\n{URL}: {refusal}")
    assert refusal is not None
    assert refusal.state is SourceState.OK
    assert listener.stream(None) is None


async def test_a_wrong_token_is_named(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBBUB_TEST_WRONG_TOKEN", "no-such-token")
    with pytest.raises(SourceError, match="token"):
        await polled(site.listener("notifications", token="HUBBUB_TEST_WRONG_TOKEN"))


# --- answering ---------------------------------------------------------------------------------


def answered(record: Record) -> Answered:
    return Answered(
        native_id=record["uri"],
        author_key=record["account"].get("uri") or record["account"]["url"],
        author_handle=record["account"]["acct"],
        raw=json.dumps({"id": record["id"]}).encode(),
    )


async def sent_reply(listener: MastodonListener, to: Answered, words: str) -> tuple[Reply, Sent]:
    now = utc_now()
    reply = Reply(
        key=listener.new_reply_key(now),
        text=f"{listener.opening(to, ())}{words}",
        to=to,
        lang="en",
        written_at=now,
    )
    return reply, await listener.send_reply(reply)


async def test_a_reply_is_sent_found_and_deleted(site: Site) -> None:
    root = await site.post(f"is it down? #{site.word}", token=OTHER or TOKEN, language="en")
    listener = site.listener(f"#{site.word}")
    print(f"\n{URL}: {await listener.reply_limit()}")
    to = answered(root)
    words = f"No, it is up: https://status.example/very/long/path?x=1 & <fine> #{site.word}"
    reply, sent = await sent_reply(listener, to, words)
    assert sent.native_id.startswith("http")
    assert sent.native_id != root["uri"]
    began = time.monotonic()
    found: Sent | None = None

    async def there() -> bool:
        nonlocal found
        try:
            found = await site.listener("").find_reply(reply)
        except SourceError as error:
            print(f"\n{URL}: {error}")
        return found is not None

    await eventually(there)
    print(f"\n{URL}: found by find_reply after {time.monotonic() - began:.1f} s")
    assert found == sent
    other = replace(reply, text=f"{listener.opening(to, ())}We are sorry about that.")
    site.ahead = int(2 * SETTLED)
    assert await site.listener("").find_reply(other) is None

    async def in_thread() -> bool:
        batch = await site.listener("").thread([root["uri"]])
        posts = {post.native_id: post for post in batch.posts}
        return sent.native_id in posts and posts[sent.native_id].parent_id == root["uri"]

    await eventually(in_thread)
    try:
        await site.listener("").delete_reply(sent.native_id)
    except ReplyRefusedError as refusal:
        print(f"\n{URL}: {refusal}")
        assert await site.listener("").find_reply(reply) == sent
        return
    assert await site.listener("").find_reply(reply) is None
    await site.listener("").delete_reply(sent.native_id)


async def test_the_same_key_makes_one_reply(site: Site) -> None:
    root = await site.post(f"again? #{site.word}", token=OTHER or TOKEN)
    listener = site.listener("")
    reply, first = await sent_reply(listener, answered(root), f"once {site.word}")
    second = await listener.send_reply(reply)
    count = len({first.native_id, second.native_id})
    print(f"\n{URL}: the same key made {count}")
    instance = (await site.client.get("/api/v1/instance")).json()
    if count == 2 and not read_instance(instance).at_once:
        pytest.skip("this server knows no idempotency key")
    assert first == second


async def test_a_reply_to_a_deleted_post_is_refused(site: Site) -> None:
    root = await site.post(f"gone #{site.word}")
    answer = await site.client.delete(
        f"/api/v1/statuses/{root['id']}", headers={"authorization": f"Bearer {TOKEN}"}
    )
    to = answered(root)
    if answer.status_code == 404:
        to = replace(to, native_id=root["uri"] + "0", raw=None)
    with pytest.raises(ReplyRefusedError, match="does not show us"):
        await sent_reply(site.listener(""), to, "too late")


async def test_a_reply_that_is_too_long_is_refused_in_words(site: Site) -> None:
    root = await site.post(f"short? #{site.word}")
    listener = site.listener("")
    limit = await listener.reply_limit()
    if limit.maximum > 10_000:
        pytest.skip("this server has no limit to speak of")
    with pytest.raises(ReplyRefusedError) as refused:
        await sent_reply(listener, answered(root), "x" * (limit.maximum + 1))
    print(f"\n{URL}: {refused.value}")
