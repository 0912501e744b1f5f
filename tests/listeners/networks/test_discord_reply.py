"""Answering as a Discord bot: sent once, found again, refused with a reason, deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest

from listeners.config import SourceConfig
from listeners.http import Fetcher
from listeners.model import DAY, SECOND, Micros
from listeners.networks.contract import SourceError
from listeners.networks.discord.listener import DiscordListener
from listeners.networks.replying import Answered, Reply, Replying, ReplyRefusedError
from listeners.secret import Secret
from tests.fake.discord import API, TOKEN, FakeDiscord
from tests.fake.http_server import Reply as Answer
from tests.fake.http_server import Request, body_reply, json_reply, reset_in_body, status_reply
from tests.fake.official import DISCORD, discord_faults

WORDS = "Thank you @everyone.\nWe look into it today."


class World:
    """A server with one question, and a source that may answer."""

    def __init__(self, server: FakeDiscord, fetch: Fetcher) -> None:
        self.server = server
        self.fetch = fetch
        self.asked = server.say("Where is Kerlann?")
        self.where = server.general["id"]
        self.path = f"{API}/channels/{self.where}/messages"
        self.url = f"https://discord.com/channels/{server.guild}/{self.where}/{self.asked['id']}"
        self.listener = self.made()

    @property
    def now(self) -> Micros:
        return Micros(self.server.now * SECOND)

    def made(self, *, token: bool = True) -> DiscordListener:
        secret = Secret("env:BOT_TOKEN") if token else None
        source = SourceConfig(network="discord", base_url=self.server.base, token=secret)
        return DiscordListener(source, [], self.fetch, lambda: self.now)

    def reply(self, to: str = "", text: str = WORDS) -> Reply:
        answered = Answered(native_id=to or f"{self.where}/{self.asked['id']}", url=self.url)
        return Reply(key="0123456789abcdef01234567", text=text, to=answered, written_at=self.now)


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    async with FakeDiscord() as server:
        made: list[World] = []
        async with Fetcher(lambda: made[0].now, chance=lambda: 0.0) as fetch:
            made.append(World(server, fetch))
            yield made[0]


async def refused(world: World, reply: Reply | None = None) -> str:
    with pytest.raises(ReplyRefusedError) as caught:
        await world.listener.send_reply(reply or world.reply())
    return str(caught.value)


async def test_it_can_answer_with_a_token(world: World) -> None:
    assert isinstance(world.listener, Replying)
    assert world.listener.may_reply() is None
    assert world.made(token=False).may_reply() is not None
    limit = await world.listener.reply_limit()
    assert (limit.maximum, limit.unit) == (2000, "characters")
    assert world.listener.opening(world.reply().to, []) == ""
    assert len(world.listener.new_reply_key(world.now)) == 24


async def test_a_reply_stands_below_what_it_answers_and_calls_nobody_else(world: World) -> None:
    sent = await world.listener.send_reply(world.reply())
    made = world.server.messages[-1]
    assert made["message_reference"]["message_id"] == world.asked["id"]
    assert sent.native_id == f"{world.where}/{made['id']}"
    assert sent.url == world.url.replace(world.asked["id"], made["id"])
    body = world.server.requests[-1].json()
    assert isinstance(body, dict)
    assert body["allowed_mentions"] == {"parse": [], "replied_user": True}
    assert await world.listener.find_reply(world.reply()) == sent


async def test_the_listener_brings_it_under_the_same_id(world: World) -> None:
    sent = await world.listener.send_reply(world.reply())
    posts = [post async for batch in world.made().poll(None) for post in batch.posts]
    [own] = [post for post in posts if post.own]
    assert (own.native_id, own.parent_id) == (sent.native_id, world.reply().to.native_id)


async def test_sent_again_within_minutes_it_is_the_same_message(world: World) -> None:
    first = await world.listener.send_reply(world.reply())
    assert await world.listener.send_reply(world.reply()) == first
    assert len(world.server.sent) == 1


@pytest.mark.parametrize("nonces", [True, False])
@pytest.mark.parametrize(
    "after",
    [reset_in_body(), status_reply(502), body_reply(b"<html><body>", "text/html"),
     json_reply({"odd": 1})],
    ids=str,
)  # fmt: skip
async def test_a_lost_answer_leaves_it_open_and_the_reply_is_found(
    world: World, after: Answer, nonces: bool
) -> None:
    def take(request: Request) -> Answer:
        taken = world.server.answer(request)
        return after if request.method == "POST" else taken

    world.server.nonces = nonces
    assert await world.listener.find_reply(world.reply()) is None
    world.server.on(world.path, take)
    with pytest.raises(SourceError) as caught:
        await world.listener.send_reply(world.reply())
    assert not caught.value.unsent
    reply = world.reply()
    async with Fetcher(lambda: world.now) as world.fetch:
        found = await world.made().find_reply(reply)
        assert found is not None
        assert (
            await world.made().find_reply(replace(reply, others=frozenset([found.native_id])))
            is None
        )
    assert found.native_id == f"{world.where}/{world.server.messages[-1]['id']}"
    assert len(world.server.sent) == 1


async def test_it_is_found_however_much_was_said_since(world: World) -> None:
    sent = await world.listener.send_reply(world.reply())
    reply = world.reply()
    for number in range(150):
        world.server.say(str(number))
    assert await world.listener.find_reply(reply) == sent
    other = replace(reply, text="Other words")
    world.server.nonces = False
    assert await world.listener.find_reply(other) is None
    for number in range(2000):
        world.server.say(str(number))
    with pytest.raises(SourceError, match="Too much was said"):
        await world.listener.find_reply(other)


def mute(world: World) -> None:
    world.server.mute.add(world.where)


def revoke(world: World) -> None:
    world.server.on(world.path, status_reply(401, b'{"message": "401: Unauthorized", "code": 0}'))


def lose(world: World) -> None:
    world.server.messages.remove(world.asked)


def drop(world: World) -> None:
    world.server.channels.remove(world.server.general)


def slow(world: World) -> None:
    world.server.on(world.path, status_reply(429, b'{"retry_after": 3}', retry_after="3"))


@pytest.mark.parametrize(
    ("happens", "words"),
    [(mute, "Send Messages"), (revoke, "token"), (lose, "not on Discord any more"),
     (drop, "not on Discord any more"), (slow, "slow down")],
)  # fmt: skip
async def test_refusals_say_why_and_nothing_is_there(
    world: World, happens: Callable[[World], None], words: str
) -> None:
    happens(world)
    why = await refused(world)
    assert words in why
    assert "kept" in why
    assert world.server.sent == []


async def test_what_is_too_long_is_refused_in_discords_words(world: World) -> None:
    assert "Must be 2000 or fewer" in await refused(world, world.reply(text="é" * 2001))


@pytest.mark.parametrize("native_id", ["", "x/1", "1", "1/x", "1/2/3"])
async def test_only_messages_are_answered_and_deleted(world: World, native_id: str) -> None:
    reply = Reply(key="k", text="x", to=Answered(native_id=native_id), written_at=world.now)
    assert "no message of Discord" in await refused(world, reply)
    with pytest.raises(ReplyRefusedError):
        await world.listener.delete_reply(native_id)
    assert world.server.requests == []


async def test_deleting(world: World) -> None:
    sent = await world.listener.send_reply(world.reply())
    await world.listener.delete_reply(sent.native_id)
    assert world.server.sent == []
    await world.listener.delete_reply(sent.native_id)
    with pytest.raises(ReplyRefusedError, match="another account"):
        await world.listener.delete_reply(world.reply().to.native_id)


@pytest.mark.skipif(not DISCORD.exists(), reason="no OpenAPI document: set HUBBUB_RECORDED")
async def test_every_request_is_as_discords_openapi_documents_it(world: World) -> None:
    sent = await world.listener.send_reply(world.reply())
    world.server.now += DAY // SECOND
    await world.listener.find_reply(world.reply())
    await world.listener.delete_reply(sent.native_id)
    assert {request.method for request in world.server.requests} == {"GET", "POST", "DELETE"}
    for request in world.server.requests:
        assert discord_faults(request) == []
    body = b'{"content": 5, "nonce": "a nonce of more than 25 letters", "odd": 1}'
    assert len(discord_faults(Request("POST", world.path, {}, {}, body))) == 3
