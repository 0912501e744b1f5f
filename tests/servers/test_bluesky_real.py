"""The Bluesky listener against a real AT Protocol network; run by ``make servers``.

``HUBBUB_ATPROTO`` is the AppView's address, ``HUBBUB_ATPROTO_PDS`` the server accounts live on.
No Jetstream server is published, so the stream is our own fake; what is asked of the AppView and
of the PDS (names, threads, search, sign-in, notifications) is answered by the real ones.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from listeners.clock import to_iso, utc_now
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import HOUR, MINUTE, Batch, Micros, Post, SourceState
from listeners.networks.bluesky import session as bluesky_session
from listeners.networks.bluesky.api import BlueskyApi
from listeners.networks.bluesky.listener import BlueskyListener
from listeners.networks.contract import SourceError
from listeners.networks.replying import Answered, Reply, ReplyRefusedError
from listeners.secret import Secret
from tests.fake.jetstream import FakeJetstream, post

APPVIEW = os.environ.get("HUBBUB_ATPROTO", "")
PDS = os.environ.get("HUBBUB_ATPROTO_PDS", "http://localhost:2583")
PASSWORD = "long enough 123"
PATIENCE = 30.0
"""Seconds the network may take until what it accepted can be read."""

pytestmark = [
    pytest.mark.servers,
    pytest.mark.timeout(180),
    pytest.mark.skipif(not APPVIEW, reason="no AT Protocol network: set HUBBUB_ATPROTO"),
]


@dataclass
class Account:
    """A person on the network."""

    did: str
    handle: str
    access: str


class Town:
    """The network, as the people of the test use it."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self.word = f"hubbub{time.time_ns() // 1000}"

    async def account(self, name: str) -> Account:
        handle = f"{name}{self.word[-9:]}.test"
        said = await self._call(
            "com.atproto.server.createAccount",
            {"handle": handle, "email": f"{handle}@mail.test", "password": PASSWORD},
        )
        return Account(said["did"], handle, said["accessJwt"])

    async def post(self, who: Account, text: str, **fields: object) -> dict[str, str]:
        record = {"$type": "app.bsky.feed.post", "text": text, "langs": ["en"],
                  "createdAt": to_iso(utc_now()), **fields}  # fmt: skip
        body = {"repo": who.did, "collection": "app.bsky.feed.post", "record": record}
        said = await self._call("com.atproto.repo.createRecord", body, who)
        return {"uri": said["uri"], "cid": said["cid"]}

    async def delete(self, who: Account, uri: str) -> None:
        body = {"repo": who.did, "collection": "app.bsky.feed.post", "rkey": uri.split("/")[-1]}
        await self._call("com.atproto.repo.deleteRecord", body, who)

    async def record(
        self, who: Account, collection: str, record: dict[str, object], rkey: str = ""
    ) -> None:
        body = {"repo": who.did, "collection": collection, "record": record}
        await self._call(
            "com.atproto.repo.createRecord", {**body, **({"rkey": rkey} if rkey else {})}, who
        )

    async def deactivate(self, who: Account) -> None:
        headers = {"authorization": f"Bearer {who.access}"}
        url = f"{PDS}/xrpc/com.atproto.server.deactivateAccount"
        answer = await self._client.post(url, json={}, headers=headers)
        assert answer.status_code == 200, answer.text

    async def _call(self, method: str, body: object, who: Account | None = None) -> Any:
        headers = {"authorization": f"Bearer {who.access}"} if who else {}
        answer = await self._client.post(f"{PDS}/xrpc/{method}", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    async with httpx.AsyncClient(timeout=30) as client:
        yield Town(client)


@pytest.fixture
async def fetch() -> AsyncIterator[Fetcher]:
    async with Fetcher() as fetcher:
        yield fetcher


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> Secret:
    monkeypatch.setenv("HUBBUB_TEST_APP_PASSWORD", PASSWORD)
    return Secret("env:HUBBUB_TEST_APP_PASSWORD")


def source(base_url: str = "ws://127.0.0.1:1", token: Secret | None = None) -> SourceConfig:
    options = {"appview": APPVIEW, "pds": PDS}
    return SourceConfig(network="bluesky", base_url=base_url, token=token, options=options)


async def until(look: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await look():
            await asyncio.sleep(0.2)


def answer_to(root: dict[str, str], parent: dict[str, str] | None = None) -> dict[str, object]:
    return {"reply": {"root": root, "parent": parent or root}}


async def test_threads_names_and_search(town: Town, fetch: Fetcher) -> None:
    us, anna = await town.account("acme"), await town.account("anna")
    root = await town.post(us, f"{town.word} opens today")
    asked = await town.post(anna, f"{town.word}: when?", **answer_to(root))
    below = await town.post(us, "at nine", **answer_to(root, asked))
    brand = BrandConfig(name=town.word, names=(town.word,), handles={"bluesky": (us.handle,)})
    heard = BlueskyListener(source(), [brand], fetch, utc_now)

    async def all_there() -> bool:
        return len((await heard.thread([asked["uri"]])).posts) == 3

    await until(all_there)
    thread = {each.native_id: each for each in (await heard.thread([asked["uri"]])).posts}
    assert set(thread) == {root["uri"], asked["uri"], below["uri"]}
    question = thread[asked["uri"]]
    assert question.text == f"{town.word}: when?"
    assert (question.author.key, question.author.handle) == (anna.did, anna.handle)
    assert (question.parent_id, question.root_id) == (root["uri"], root["uri"])
    assert question.parent_author_key == us.did
    assert thread[below["uri"]].parent_id == asked["uri"]
    assert thread[root["uri"]].engagement.replies == 1

    api = BlueskyApi(fetch, source(), "")
    assert await api.resolve(us.handle) == us.did
    assert await api.resolve("nobody-at-all.test") is None
    profiles = await api.profiles([us.did, anna.did, "did:plc:nobodyatallnobodyatall"])
    assert {did: each.handle for did, each in profiles.items()} == {
        us.did: us.handle, anna.did: anna.handle
    }  # fmt: skip
    assert profiles[us.did].followers == 0

    async def found() -> list[Post]:
        now = utc_now()
        pages = api.search(town.word, Micros(now - HOUR), Micros(now + MINUTE))
        async with aclosing(pages) as open_pages:
            return [each async for page in open_pages for each in page.posts]

    async def both_found() -> bool:
        return len(await found()) == 2

    await until(both_found)
    assert {each.native_id for each in await found()} == {root["uri"], asked["uri"]}
    await town.delete(anna, asked["uri"])

    async def one_found() -> bool:
        return len(await found()) == 1

    await until(one_found)
    assert await api.thread(asked["uri"]) is None


async def test_notifications_and_the_session(town: Town, fetch: Fetcher, token: Secret) -> None:
    us, anna = await town.account("acme"), await town.account("anna")
    brand = BrandConfig(name=town.word, names=(town.word,), handles={"bluesky": (us.handle,)})
    ours = await town.post(us, f"{town.word} opens today")
    anonymous = BlueskyApi(fetch, source(), "")

    async def ours_there() -> bool:
        return await anonymous.thread(ours["uri"]) is not None

    # A reply that is read before what it answers notifies nobody.
    await until(ours_there)
    reply = await town.post(anna, "when?", **answer_to(ours))
    handle = f"@{us.handle}"
    facet = {"index": {"byteStart": 0, "byteEnd": len(handle)},
             "features": [{"$type": "app.bsky.richtext.facet#mention", "did": us.did}]}  # fmt: skip
    mention = await town.post(anna, f"{handle} hello", facets=[facet])
    signed_in = BlueskyApi(fetch, source(token=token), us.handle)

    async def two_there() -> bool:
        async with aclosing(signed_in.notifications("")) as pages:
            return sum([len(page.posts) async for page, _ in pages]) == 2

    await until(two_there)
    streamed = post(anna.did, "3kstream", f"{town.word}!", int(utc_now()))
    async with FakeJetstream([streamed]) as server:
        heard = BlueskyListener(source(server.url, token), [brand], fetch, utc_now)
        batches: list[Batch] = []
        async with aclosing(heard.poll(None)) as polled:
            batches = [batch async for batch in polled]
        posts = {each.native_id: each for batch in batches for each in batch.posts}
        assert set(posts) >= {reply["uri"], mention["uri"]}
        assert all(posts[one["uri"]].addressed for one in (reply, mention))
        assert posts[reply["uri"]].parent_author_key == us.handle
        assert us.handle in posts[mention["uri"]].mentions
        named = next(each for each in posts.values() if each.text == f"{town.word}!")
        assert named.author.handle == anna.handle
        cursor = batches[-1].cursor
        assert json.loads(cursor or "")["accounts"] == {us.handle: us.did}
        async with aclosing(heard.poll(cursor)) as polled:
            again = [each async for batch in polled for each in batch.posts]
    assert [each.text for each in again] == [f"{town.word}!"], "only the stream's overlap"


async def test_a_wrong_app_password(
    town: Town, fetch: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    us = await town.account("acme")
    monkeypatch.setenv("HUBBUB_TEST_WRONG", "not the password")
    api = BlueskyApi(fetch, source(token=Secret("env:HUBBUB_TEST_WRONG")), us.handle)
    with pytest.raises(SourceError, match="app password") as caught:
        await api.resolve(us.handle)
    assert caught.value.state is SourceState.NEEDS_TOKEN


# --- answering ---------------------------------------------------------------------------------


def voice(fetch: Fetcher, who: Account, token: Secret) -> BlueskyListener:
    brand = BrandConfig(name="Acme", handles={"bluesky": (who.handle,)})
    return BlueskyListener(source(token=token), [brand], fetch, utc_now)


def reply_to(listener: BlueskyListener, post: dict[str, str], text: str) -> Reply:
    now = utc_now()
    key = listener.new_reply_key(now)
    return Reply(key=key, text=text, to=Answered(native_id=post["uri"]), lang="en", written_at=now)


async def known(listener: BlueskyListener, *posts: dict[str, str]) -> None:
    """Wait until the AppView shows these posts."""

    async def all_there() -> bool:
        found = [await listener.thread([post["uri"]]) for post in posts]
        return all(batch.posts for batch in found)

    await until(all_there)


async def test_a_reply_is_sent_once_found_and_deleted(
    town: Town, fetch: Fetcher, token: Secret
) -> None:
    us, anna = await town.account("acme"), await town.account("anna")
    root = await town.post(anna, f"{town.word}: is it down?")
    asked = await town.post(anna, "hello?", **answer_to(root))
    listener = voice(fetch, us, token)
    await known(listener, root, asked)
    text = f"No 👍🏽 @{anna.handle}: https://status.example/é #up {town.word}"
    reply = reply_to(listener, asked, text)
    assert await listener.find_reply(reply) is None
    sent = await listener.send_reply(reply)
    assert await listener.send_reply(reply) == sent
    assert await voice(fetch, us, token).find_reply(reply) == sent

    async def in_thread() -> bool:
        posts = {one.native_id: one for one in (await listener.thread([root["uri"]])).posts}
        there = posts.get(sent.native_id)
        if there is None:
            return False
        assert (there.parent_id, there.root_id) == (asked["uri"], root["uri"])
        assert (there.text, there.lang) == (text, "en")
        assert there.links == ("https://status.example/é",)
        assert there.tags == ("up",)
        assert anna.did in there.mentions
        return len(posts) == 3

    await until(in_thread)
    await listener.delete_reply(sent.native_id)
    assert await listener.find_reply(reply) is None
    await listener.delete_reply(sent.native_id)
    with pytest.raises(ReplyRefusedError, match="another account"):
        await listener.delete_reply(root["uri"])


async def test_what_the_network_refuses_is_said_in_words(
    town: Town, fetch: Fetcher, token: Secret
) -> None:
    us, anna = await town.account("acme"), await town.account("anna")
    listener = voice(fetch, us, token)
    open_, closed, gone = [await town.post(anna, f"{town.word} {n}") for n in range(3)]
    await known(listener, open_, closed, gone)
    gate = {"$type": "app.bsky.feed.threadgate", "post": closed["uri"], "allow": [],
            "createdAt": to_iso(utc_now())}  # fmt: skip
    await town.record(anna, "app.bsky.feed.threadgate", gate, closed["uri"].split("/")[-1])
    await town.delete(anna, gone["uri"])
    said: dict[str, str] = {}

    async def refused(post: dict[str, str], text: str = "x") -> bool:
        try:
            sent = await listener.send_reply(reply_to(listener, post, text))
        except ReplyRefusedError as refusal:
            said[post["uri"]] = str(refusal)
            return True
        await listener.delete_reply(sent.native_id)
        return False

    await until(lambda: refused(closed))
    assert "only some people" in said[closed["uri"]]
    await until(lambda: refused(gone))
    assert "not on Bluesky any more" in said[gone["uri"]]
    assert await refused(open_, "x" * 301)
    print(f"\n{said[open_['uri']]}")
    assert "maximum 300" in said[open_["uri"]]
    block = {"$type": "app.bsky.graph.block", "subject": us.did, "createdAt": to_iso(utc_now())}
    await town.record(anna, "app.bsky.graph.block", block)
    await until(lambda: refused(open_))
    assert "has blocked our account" in said[open_["uri"]]
    await town.deactivate(us)
    other = await town.post(await town.account("ben"), f"{town.word} again")
    bluesky_session._opened.clear()
    assert await refused(other)
    print(f"\n{said[other['uri']]}")
