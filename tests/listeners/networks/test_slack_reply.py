"""Answering as a Slack app: sent once, found again, refused with a reason, deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from listeners.config import SourceConfig
from listeners.http import Fetcher
from listeners.model import SECOND, Micros
from listeners.networks.contract import SourceError
from listeners.networks.replying import Answered, Reply, Replying, ReplyRefusedError
from listeners.networks.slack.listener import SlackListener
from listeners.secret import Secret
from tests.fake.http_server import reset_in_body, status_reply
from tests.fake.slack import GENERAL, TOKEN, FakeSlack, good

WORDS = "Thank you <!channel> & all.\nWe look into it today."
SEND = "/api/chat.postMessage"


class World:
    """A workspace with one question, and a source that may answer."""

    def __init__(self, server: FakeSlack, fetch: Fetcher) -> None:
        self.server = server
        self.fetch = fetch
        self.asked = server.say("Where is Kerlann?")
        self.listener = self.made()

    @property
    def now(self) -> Micros:
        return Micros(self.server.now * SECOND)

    def made(self, *, token: bool = True) -> SlackListener:
        secret = Secret("env:SLACK_TOKEN") if token else None
        source = SourceConfig(network="slack", base_url=self.server.base, token=secret)
        return SlackListener(source, [], self.fetch, lambda: self.now)

    def reply(self, to: str = "", text: str = WORDS, **more: object) -> Reply:
        url = f"https://kerlann.slack.example/archives/{GENERAL}/p1"
        answered = Answered(native_id=to or f"{GENERAL}/{self.asked['ts']}", url=url)
        reply = Reply(key="0123456789abcdef01234567", text=text, to=answered, written_at=self.now)
        return replace(reply, **more)  # type: ignore[arg-type]


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("SLACK_TOKEN", TOKEN)
    async with FakeSlack() as server:
        made: list[World] = []
        async with Fetcher(lambda: made[0].now, chance=lambda: 0.0) as fetch:
            made.append(World(server, fetch))
            yield made[0]


async def refused(listener: SlackListener, reply: Reply) -> str:
    with pytest.raises(ReplyRefusedError) as caught:
        await listener.send_reply(reply)
    sentence = caught.value.sentence
    return sentence.template.format(**sentence.values)


async def test_a_reply_stands_in_the_thread_and_is_heard_under_its_id(world: World) -> None:
    assert isinstance(world.listener, Replying)
    sent = await world.listener.send_reply(world.reply())
    made = world.server.messages[-1]
    assert made["text"] == "Thank you &lt;!channel&gt; &amp; all.\nWe look into it today."
    assert made["thread_ts"] == world.asked["ts"]
    assert sent.native_id == f"{GENERAL}/{made['ts']}"
    posts = [post async for batch in world.made().poll(None) for post in batch.posts]
    heard = next(post for post in posts if post.native_id == sent.native_id)
    assert (heard.own, heard.text, heard.url) == (True, WORDS, sent.url)


async def test_an_answer_to_an_answer_stands_in_the_same_thread(world: World) -> None:
    below = world.server.say("and why?", by="bob", to=world.asked)
    native_id = f"{GENERAL}/{below['ts']}"
    to = Answered(native_id=native_id, root_id=f"{GENERAL}/{world.asked['ts']}")
    await world.listener.send_reply(replace(world.reply(), to=to))
    assert world.server.messages[-1]["thread_ts"] == world.asked["ts"]


async def test_what_is_said_to_us_alone_is_answered_without_a_thread(world: World) -> None:
    world.server.channels.append({"id": "D0ANA", "is_im": True})
    asked = world.server.say("psst", channel="D0ANA")
    to = Answered(native_id=f"D0ANA/{asked['ts']}", root_id="D0ANA/0.000000", private=True)
    reply = replace(world.reply(), to=to)
    sent = await world.listener.send_reply(reply)
    assert "thread_ts" not in world.server.messages[-1]
    found = await world.made().find_reply(reply)
    assert found is not None
    assert found.native_id == sent.native_id


@pytest.mark.parametrize("keys", [True, False])
async def test_a_reply_whose_answer_was_lost_is_found(world: World, keys: bool) -> None:
    server = world.server
    server.keys = keys
    assert await world.listener.find_reply(world.reply()) is None
    server.on(SEND, lambda request: (server.answer(request), reset_in_body())[1])
    with pytest.raises(SourceError) as lost:
        await world.listener.send_reply(world.reply())
    assert not lost.value.unsent
    found = await world.made().find_reply(world.reply())
    assert found is not None
    assert found.native_id == f"{GENERAL}/{server.messages[-1]['ts']}"
    other = world.reply(others=frozenset({found.native_id}))
    assert await world.made().find_reply(other) is None
    another = await world.made().find_reply(world.reply(key="f" * 24))
    assert (another is None) is keys, "the same words under another key are another reply"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("ratelimited", "slow down"),
        ("missing_scope", "chat:write"),
        ("invalid_auth", "new token"),
        ("thread_not_found", "not on Slack any more"),
        ("not_in_channel", "/invite"),
        ("msg_too_long", "msg_too_long"),
    ],
)
async def test_a_refusal_says_why_and_keeps_the_text(world: World, error: str, words: str) -> None:
    world.server.refuse["chat.postMessage"] = error
    said = await refused(world.listener, world.reply())
    assert words in said
    assert "text is kept" in said or "kept" in said
    assert world.server.sent == []


async def test_trouble_leaves_it_open_and_a_limit_does_not(world: World) -> None:
    world.server.refuse["chat.postMessage"] = "internal_error"
    with pytest.raises(SourceError):
        await world.listener.send_reply(world.reply())
    del world.server.refuse["chat.postMessage"]
    world.server.on(SEND, good())
    with pytest.raises(SourceError):
        await world.listener.send_reply(world.reply())
    world.server.on(SEND, status_reply(429, retry_after="30"))
    assert "slow down" in await refused(world.listener, world.reply())
    assert "xoxb" in await refused(world.made(token=False), world.reply())
    assert "no message of Slack" in await refused(world.listener, world.reply(to="x"))


async def test_a_closed_thread_leaves_open_whether_it_is_there(world: World) -> None:
    world.server.refuse["conversations.replies"] = "not_in_channel"
    with pytest.raises(SourceError):
        await world.listener.find_reply(world.reply())


async def test_a_reply_is_deleted_once(world: World) -> None:
    sent = await world.listener.send_reply(world.reply())
    await world.listener.delete_reply(sent.native_id)
    await world.listener.delete_reply(sent.native_id)
    assert world.server.sent == []
    with pytest.raises(ReplyRefusedError) as caught:
        await world.listener.delete_reply(f"{GENERAL}/{world.asked['ts']}")
    assert "another account" in caught.value.sentence.template
    world.server.refuse["chat.delete"] = "message_not_deletable"
    with pytest.raises(ReplyRefusedError):
        await world.listener.delete_reply(sent.native_id)
