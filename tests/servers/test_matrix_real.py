"""The Matrix listener against a real homeserver; run by ``make servers``.

``HUBBUB_MATRIX_URL`` is the server. It must let anybody register without verification (a Synapse
of your own does): each test makes two people and a room of its own.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from listeners.clock import utc_now
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import SECOND, Batch, Deletion, Micros, Post, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.matrix.cursor import read_cursor
from listeners.networks.matrix.listener import MatrixListener
from listeners.networks.replying import Answered, Reply, ReplyRefusedError, Sent
from listeners.secret import Secret

URL = os.environ.get("HUBBUB_MATRIX_URL", "")
API = "/_matrix/client/v3"

pytestmark = [
    pytest.mark.servers,
    pytest.mark.timeout(180),
    pytest.mark.skipif(not URL, reason="no Matrix homeserver: set HUBBUB_MATRIX_URL"),
]

Record = dict[str, Any]


class Person:
    """Somebody on the server, as their own app would act."""

    def __init__(self, client: httpx.AsyncClient, registered: Record) -> None:
        self.client = client
        self.user = registered["user_id"]
        self.token = registered["access_token"]
        self._count = 0

    async def ask(self, method: str, path: str, body: Record | None = None) -> Record:
        answer = await self.client.request(
            method, f"{API}{path}", json=body, headers={"authorization": f"Bearer {self.token}"}
        )
        answer.raise_for_status()
        record: Record = answer.json()
        return record

    async def send(self, room: str, content: Record) -> str:
        self._count += 1
        path = f"/rooms/{quote(room)}/send/m.room.message/t{self._count}"
        return str((await self.ask("PUT", path, content))["event_id"])

    async def say(self, room: str, text: str, **more: object) -> str:
        return await self.send(room, {"msgtype": "m.text", "body": text, **more})

    async def redact(self, room: str, event: str) -> None:
        self._count += 1
        path = f"/rooms/{quote(room)}/redact/{quote(event)}/r{self._count}"
        await self.ask("PUT", path, {"reason": "oops"})


class Site:
    """A room on the server with us and somebody else in it."""

    def __init__(self, us: Person, other: Person, room: str, alias: str, fetch: Fetcher) -> None:
        self.us, self.other, self.room, self.alias = us, other, room, alias
        self.fetch = fetch

    def listener(self, what: str | None = None, **options: object) -> MatrixListener:
        source = SourceConfig(
            network="matrix",
            what=self.alias if what is None else what,
            base_url=URL,
            token=Secret("env:HUBBUB_TEST_MATRIX_TOKEN"),
            options=options,
        )
        return MatrixListener(source, [BrandConfig(name="Kerlann")], self.fetch, utc_now)

    def reply(self, to: str, text: str, listener: MatrixListener) -> Reply:
        now = utc_now()
        url = f"https://matrix.to/#/{self.room}/{to}?via=localhost"
        answered = Answered(native_id=to, author_key=self.other.user, url=url)
        return Reply(key=listener.new_reply_key(now), text=text, to=answered, written_at=now)


async def registered(client: httpx.AsyncClient, name: str) -> Person:
    asked = {"username": name, "password": "a-long-password-1", "auth": {"type": "m.login.dummy"}}
    answer = await client.post(f"{API}/register", json=asked)
    if answer.status_code != 200:
        pytest.skip(f"the server does not let us register: {answer.text}")
    return Person(client, answer.json())


@pytest.fixture
async def site(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    word = f"hub{time.time_ns() // 1000}"
    async with httpx.AsyncClient(base_url=URL, timeout=60) as client, Fetcher() as fetch:
        us, other = await registered(client, f"us{word}"), await registered(client, f"them{word}")
        asked = {"preset": "public_chat", "name": "Help", "room_alias_name": word}
        room = (await other.ask("POST", "/createRoom", asked))["room_id"]
        alias = f"#{word}:{other.user.partition(':')[2]}"
        await us.ask("POST", f"/join/{quote(alias)}", {})
        monkeypatch.setenv("HUBBUB_TEST_MATRIX_TOKEN", us.token)
        yield Site(us, other, room, alias, fetch)


async def polled(listener: MatrixListener, cursor: str | None = None) -> list[Batch]:
    async with aclosing(listener.poll(cursor)) as batches:
        return [batch async for batch in batches]


def posts_of(batches: list[Batch]) -> dict[str, Post]:
    return {post.native_id: post for batch in batches for post in batch.posts}


def cursor_of(batches: list[Batch], before: str | None = None) -> str | None:
    return next((batch.cursor for batch in reversed(batches) if batch.cursor), before)


async def test_a_room_is_read_without_gap_or_duplicate(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = [await site.other.say(site.room, f"n{n}") for n in range(3)]
    batches = await polled(site.listener())
    found = posts_of(batches)
    assert list(found) == first
    post = found[first[0]]
    assert (post.author.key, post.author.name) == (
        site.other.user,
        site.other.user[1:].split(":")[0],
    )
    assert post.created_at is not None
    assert abs(post.created_at - utc_now()) < 60 * SECOND
    assert [one.root_id for one in found.values()] == [None, first[0], first[0]]
    monkeypatch.setattr("listeners.networks.matrix.sync.PER_ROOM", 5)
    monkeypatch.setattr("listeners.networks.matrix.reader.PER_PAGE", 7)
    later = [await site.other.say(site.room, f"later {n}") for n in range(40)]
    more = await polled(site.listener(), cursor_of(batches))
    assert list(posts_of(more)) == later
    assert not any(batch.gap for batch in more)
    assert await polled(site.listener(), cursor_of(more)) == []


async def test_edits_redactions_threads_and_answers(site: Site) -> None:
    listener = site.listener()
    cursor = cursor_of(await polled(listener))
    root = await site.other.say(site.room, "is Kerlann down?")
    relation = {"rel_type": "m.thread", "event_id": root, "is_falling_back": True,
                "m.in_reply_to": {"event_id": root}}  # fmt: skip
    threaded = await site.us.say(site.room, "we look", **{"m.relates_to": relation})
    answer = {"m.in_reply_to": {"event_id": threaded}}
    quoted = f"> <{site.us.user}> we look\n\nthanks"
    thanks = await site.other.say(site.room, quoted, **{"m.relates_to": answer})
    gone = await site.other.say(site.room, "my password is x")
    batches = await polled(listener, cursor)
    found = posts_of(batches)
    assert list(found) == [root, threaded, thanks, gone]
    assert (found[threaded].root_id, found[threaded].own) == (root, True)
    assert (found[thanks].text, found[thanks].root_id) == ("thanks", root)
    assert found[thanks].addressed
    edit = {
        "msgtype": "m.text",
        "body": "* is Kerlann offline?",
        "m.new_content": {"msgtype": "m.text", "body": "is Kerlann offline?"},
        "m.relates_to": {"rel_type": "m.replace", "event_id": root},
    }
    await site.other.send(site.room, edit)
    await site.other.redact(site.room, gone)
    for reader in (site.listener(), listener):
        more = await polled(reader, cursor_of(batches))
        assert {p.native_id: p.text for p in posts_of(more).values()} == {
            root: "is Kerlann offline?"
        }
        assert [d for batch in more for d in batch.deletions] == [Deletion("matrix", gone)]
    thread = await site.listener().thread([threaded])
    assert [(p.native_id, p.text) for p in thread.posts] == [
        (root, "is Kerlann offline?"),
        (threaded, "we look"),
    ]
    fresh = posts_of(await polled(site.listener()))
    assert fresh[root].text == "is Kerlann offline?"
    assert gone not in fresh


async def test_the_stream_wakes_at_once(site: Site) -> None:
    listener = site.listener()
    stream = listener.stream(cursor_of(await polled(listener)))
    assert stream is not None

    async def speak() -> float:
        await asyncio.sleep(1)
        began = time.monotonic()
        await site.other.say(site.room, "now")
        return began

    speaking = asyncio.ensure_future(speak())
    async with asyncio.timeout(20), aclosing(stream) as batches:
        async for batch in batches:
            if batch.posts:
                print(f"\npushed after {time.monotonic() - await speaking:.2f} s")
                break
    assert [post.text for post in batch.posts] == ["now"]


async def test_a_reply_is_sent_found_and_there_exactly_once(site: Site) -> None:
    listener = site.listener()
    asked = await site.other.say(site.room, "is Kerlann down?")
    batches = await polled(listener)
    reply = site.reply(asked, "We look into it: “tout de suite”.\nMerci 🙏", listener)
    assert await listener.find_reply(reply) is None
    sent = await listener.send_reply(reply)
    assert await listener.send_reply(reply) == sent
    # A process that starts anew knows nothing but the reply.
    again = site.listener()
    assert await again.find_reply(reply) == sent
    assert await again.send_reply(reply) == sent
    later = await polled(again, cursor_of(batches))
    found = posts_of(later)
    assert list(found) == [sent.native_id]
    post = found[sent.native_id]
    assert (post.text, post.own, post.parent_id) == (reply.text, True, asked)
    assert post.url == sent.url
    seen = await site.other.ask("GET", f"/rooms/{quote(site.room)}/event/{quote(sent.native_id)}")
    assert seen["content"]["m.mentions"] == {"user_ids": [site.other.user]}
    assert seen["content"]["m.relates_to"] == {"m.in_reply_to": {"event_id": asked}}
    await again.delete_reply(sent.native_id)
    await again.delete_reply(sent.native_id)
    (batch,) = [b for b in await polled(again, cursor_of(later)) if b.deletions]
    assert batch.deletions == (Deletion("matrix", sent.native_id),)
    there = await again.find_reply(reply)
    assert there == sent


async def test_another_device_of_ours_finds_it_by_its_words(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await site.other.say(site.room, "hello?")
    listener = site.listener()
    reply = site.reply(asked, "Here we are.", listener)
    sent = await listener.send_reply(reply)
    login = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": site.us.user},
        "password": "a-long-password-1",
    }
    other = await site.us.client.post(f"{API}/login", json=login)
    monkeypatch.setenv("HUBBUB_TEST_MATRIX_TOKEN", other.json()["access_token"])
    async with Fetcher() as fetch:
        site.fetch = fetch
        assert await site.listener().find_reply(reply) == sent


async def test_ten_senders_with_one_key_leave_one_reply(site: Site) -> None:
    asked = await site.other.say(site.room, "hello?")
    reply = site.reply(asked, "Once.", site.listener())
    sent: list[Sent] = await asyncio.gather(*(site.listener().send_reply(reply) for _ in range(10)))
    assert len(set(sent)) == 1
    ours = [p for p in posts_of(await polled(site.listener())).values() if p.own]
    assert [post.text for post in ours] == ["Once."]


async def test_the_longest_reply_is_taken(site: Site) -> None:
    listener = site.listener()
    asked = await site.other.say(site.room, "tell me everything")
    limit = await listener.reply_limit()
    for text in ('"' * limit.maximum, "\n" * (limit.maximum - 1) + ".", "é" * (limit.maximum // 2)):
        assert await listener.send_reply(site.reply(asked, text, listener))
    with pytest.raises(ReplyRefusedError, match="too long"):
        await listener.send_reply(site.reply(asked, "x" * 70_000, listener))


async def test_who_may_not_write_is_told_why(site: Site) -> None:
    asked = await site.other.say(site.room, "only I may speak")
    path = f"/rooms/{quote(site.room)}/state/m.room.power_levels"
    levels = await site.other.ask("GET", path)
    await site.other.ask("PUT", path, {**levels, "events_default": 50})
    with pytest.raises(ReplyRefusedError) as caught:
        await site.listener().send_reply(site.reply(asked, "no?", site.listener()))
    print(f"\n{caught.value}")


async def test_a_private_room_and_an_encrypted_one(site: Site) -> None:
    direct = (await site.other.ask("POST", "/createRoom", {
        "preset": "trusted_private_chat", "is_direct": True, "invite": [site.us.user],
    }))["room_id"]  # fmt: skip
    await site.us.ask("POST", f"/join/{quote(direct)}", {})
    sealed = (await site.other.ask("POST", "/createRoom", {
        "preset": "public_chat", "name": "Sealed", "initial_state": [
            {"type": "m.room.encryption", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}],
    }))["room_id"]  # fmt: skip
    await site.us.ask("POST", f"/join/{quote(sealed)}", {})
    said = await site.other.say(direct, "psst")
    batches = await polled(site.listener(""))
    post = posts_of(batches)[said]
    assert (post.private, post.addressed, post.root_id) == (True, True, direct)
    (gap,) = [batch.gap for batch in batches if batch.gap]
    assert "Sealed" in str(gap.reason.values)


async def test_a_room_is_joined_only_where_that_is_allowed(site: Site) -> None:
    await site.us.ask("POST", f"/rooms/{quote(site.room)}/leave", {})
    await site.other.say(site.room, "anybody here?")
    with pytest.raises(SourceError) as caught:
        await polled(site.listener())
    assert caught.value.state is SourceState.BLOCKED
    found = posts_of(await polled(site.listener(join=True)))
    assert [post.text for post in found.values()] == ["anybody here?"]


async def test_a_lost_token_of_place_loses_nothing(site: Site) -> None:
    await site.other.say(site.room, "before")
    cursor = cursor_of(await polled(site.listener()))
    place = read_cursor(cursor)
    assert place
    assert cursor
    said = await site.other.say(site.room, "after")
    batches = await polled(site.listener(), cursor.replace(place.since, "garbage"))
    assert list(posts_of(batches)) == [said]
    assert not any(batch.gap for batch in batches)


async def test_a_wrong_token_is_named(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBBUB_TEST_MATRIX_TOKEN", "no-such-token")
    with pytest.raises(SourceError, match="access token") as caught:
        await polled(site.listener())
    assert caught.value.state is SourceState.NEEDS_TOKEN


# --- the past ----------------------------------------------------------------------------------


async def test_the_server_s_own_search_finds_the_past_of_a_wide_room(site: Site) -> None:
    said = [await site.other.say(site.room, f"Kerlann {number}") for number in range(3)]
    await site.other.say(site.room, "what a day")
    edit = {"msgtype": "m.text", "body": "Kerlann the first"}
    relation = {"rel_type": "m.replace", "event_id": said[0]}
    await site.other.say(
        site.room, "* Kerlann the first", **{"m.new_content": edit, "m.relates_to": relation}
    )
    brand = BrandConfig(name="Kerlann")

    async def found() -> dict[str, Post]:
        async with aclosing(site.listener().history(brand, Micros(0), None)) as batches:
            return posts_of([batch async for batch in batches])

    began = time.monotonic()
    while set(posts := await found()) != set(said):
        assert time.monotonic() < began + 30, posts
        await asyncio.sleep(0.3)
    assert posts[said[0]].text == "Kerlann the first"
    assert posts[said[1]].author.name == site.other.user[1:].split(":")[0]
    by_name = SourceConfig(
        network="matrix",
        what=site.alias,
        base_url=URL.partition("://")[2],
        token=Secret("env:HUBBUB_TEST_MATRIX_TOKEN"),
    )
    named = MatrixListener(by_name, [brand], site.fetch, utc_now)
    assert set(said) <= set(posts_of(await polled(named)))
