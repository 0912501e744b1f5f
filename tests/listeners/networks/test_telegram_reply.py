"""Answering as a Telegram bot: sent once, refused with a reason, deleted while that is possible."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from listeners.config import SourceConfig
from listeners.http import Fetcher
from listeners.model import SECOND, Micros
from listeners.networks.contract import SourceError
from listeners.networks.replying import Answered, Reply, Replying, ReplyRefusedError, Sent
from listeners.networks.telegram.listener import TelegramListener
from listeners.secret import Secret
from tests.fake.http_server import Reply as Answer
from tests.fake.http_server import Request, body_reply, json_reply, reset_in_body, status_reply
from tests.fake.official import TELEGRAM, telegram_faults
from tests.fake.telegram import TOKEN, FakeTelegram, refusal

WORDS = "Thank you. We look into it *today* & <now>."


class World:
    """A server with one question in a group, and a source that may answer."""

    def __init__(self, server: FakeTelegram, fetch: Fetcher) -> None:
        self.server = server
        self.fetch = fetch
        self.asked = server.say("Where is Kerlann?", chat=server.group)
        self.listener = self.made()

    @property
    def now(self) -> Micros:
        return Micros(self.server.now * SECOND)

    def made(self, *, token: bool = True) -> TelegramListener:
        secret = Secret("env:BOT_TOKEN") if token else None
        source = SourceConfig(network="telegram", base_url=self.server.url, token=secret)
        return TelegramListener(source, [], self.fetch, lambda: self.now)

    def reply(self, to: str = "", text: str = WORDS, *, private: bool = False) -> Reply:
        native_id = to or f"-1001234/{self.asked['message_id']}"
        answered = Answered(native_id=native_id, private=private)
        return Reply(key="k", text=text, to=answered, written_at=self.now)


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    async with FakeTelegram() as server:
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
    assert (limit.maximum, limit.unit) == (4096, "utf16")
    assert world.listener.opening(world.reply().to, []) == ""
    assert world.listener.new_reply_key(world.now) != world.listener.new_reply_key(world.now)


async def test_a_reply_stands_below_what_it_answers(world: World) -> None:
    sent = await world.listener.send_reply(world.reply())
    made = world.server.messages[-1]
    assert made["reply_to_message"]["message_id"] == world.asked["message_id"]
    assert world.server.sent == [WORDS]
    number = made["message_id"]
    assert sent == Sent(native_id=f"-1001234/{number}", url=f"https://t.me/c/1234/{number}")
    assert await world.listener.find_reply(world.reply()) == sent


async def test_the_number_of_a_message_is_enough(world: World) -> None:
    world.server.on("sendMessage", json_reply({"ok": True, "result": {"message_id": 77}}))
    assert await world.listener.send_reply(world.reply()) == Sent(native_id="-1001234/77")


async def test_to_a_person_it_is_sent_also_where_the_question_is_gone(world: World) -> None:
    question = world.server.say("hello")
    world.server.messages.remove(question)
    await world.listener.send_reply(world.reply(f"100/{question['message_id']}", private=True))
    assert world.server.sent == [WORDS]


async def test_a_group_that_moved_is_answered_there(world: World) -> None:
    world.server.moved[-77] = -1001234
    sent = await world.listener.send_reply(world.reply("-77/5"))
    assert sent.native_id.startswith("-1001234/")
    assert world.server.sent == [WORDS]


def forbid(world: World) -> None:
    world.server.blocked.add(-1001234)


def revoke(world: World) -> None:
    world.server.revoked = True


def lose(world: World) -> None:
    world.server.messages.remove(world.asked)


def slow(world: World) -> None:
    world.server.on("sendMessage", refusal(429, "Too Many Requests", retry_after=14))


@pytest.mark.parametrize(
    ("happens", "words"),
    [(forbid, "blocked by the user"), (revoke, "token"), (lose, "not on Telegram any more"),
     (slow, "slow down")],
)  # fmt: skip
async def test_refusals_say_why_and_nothing_is_there(
    world: World, happens: Callable[[World], None], words: str
) -> None:
    happens(world)
    why = await refused(world)
    assert words in why
    assert "kept" in why
    assert world.server.sent == []


async def test_what_is_too_long_is_refused_in_telegrams_words(world: World) -> None:
    assert "message is too long" in await refused(world, world.reply(text="é" * 4097))


@pytest.mark.parametrize("native_id", ["", "x/1", "1", "-/2", "1/2/3", "9" * 50 + "/1"])
async def test_only_messages_are_answered_and_deleted(world: World, native_id: str) -> None:
    reply = Reply(key="k", text="x", to=Answered(native_id=native_id), written_at=world.now)
    assert "no message of Telegram" in await refused(world, reply)
    with pytest.raises(ReplyRefusedError):
        await world.listener.delete_reply(native_id)
    assert world.server.requests == []


@pytest.mark.parametrize(
    "after",
    [reset_in_body(), status_reply(502), body_reply(b"<html><body>", "text/html"),
     json_reply({"ok": True, "result": {"odd": 1}})],
    ids=str,
)  # fmt: skip
async def test_a_lost_answer_leaves_it_open_and_nothing_is_sent_twice(
    world: World, after: Answer
) -> None:
    def take(request: Request) -> Answer:
        world.server.answer(request)
        return after

    world.server.on("sendMessage", take)
    for ask in (world.listener.send_reply, world.listener.find_reply):
        with pytest.raises(SourceError) as caught:
            await ask(world.reply())
        assert not caught.value.unsent
    assert "Look into the chat" in str(caught.value)
    assert world.server.sent == [WORDS]


async def test_deleting(world: World) -> None:
    sent = await world.listener.send_reply(world.reply())
    await world.listener.delete_reply(sent.native_id)
    assert world.server.sent == []
    await world.listener.delete_reply(sent.native_id)
    old = await world.listener.send_reply(world.reply())
    world.server.now += 49 * 3600
    with pytest.raises(ReplyRefusedError, match="can't be deleted"):
        await world.listener.delete_reply(old.native_id)
    assert world.server.sent == [WORDS]


@pytest.mark.skipif(not TELEGRAM.exists(), reason="no Bot API document: set HUBBUB_RECORDED")
async def test_every_request_is_as_the_bot_api_documents_it(world: World) -> None:
    sent = await world.listener.send_reply(world.reply())
    await world.listener.delete_reply(sent.native_id)
    cursor = None
    for _ in range(2):
        async for batch in world.listener.poll(cursor):
            cursor = batch.cursor
    world.server.hook = "https://other.example"
    with pytest.raises(SourceError):
        async for _ in world.listener.poll(cursor):
            pass
    methods = {request.path.rpartition("/")[2] for request in world.server.requests}
    wanted = {"getMe", "getUpdates", "getWebhookInfo", "sendMessage", "deleteMessage"}
    assert methods == wanted
    for request in world.server.requests:
        assert telegram_faults(request) == []
    broken = Request("POST", "/bot/sendMessage", {}, {}, b'{"chat_id": 1.5, "txt": "x"}')
    assert len(telegram_faults(broken)) == 3
