"""Answering on Lemmy, in both its versions: sent once, found again, refused in words, deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest

from listeners.config import SourceConfig
from listeners.http import Fetcher
from listeners.model import HOUR, SECOND, Micros
from listeners.networks.contract import SourceError
from listeners.networks.lemmy.listener import LemmyListener
from listeners.networks.replying import Answered, Reply, Replying, ReplyRefusedError
from listeners.secret import Secret
from tests.fake.http_server import Reply as Answer
from tests.fake.http_server import Request, hung_up, json_reply, reset_in_body, status_reply
from tests.fake.lemmy import ME, TOKEN, FakeLemmy

WORDS = "Thank you. Was it *this* one?"


class World:
    """An instance with one question on it, and a source that may answer."""

    def __init__(self, lemmy: FakeLemmy, fetch: Fetcher) -> None:
        self.lemmy = lemmy
        self.fetch = fetch
        self.question = lemmy.post("Where is Kerlann?")
        self.comment = lemmy.comment("I ask too", on=self.question)
        self.now = Micros(lemmy.now * SECOND)

    def listener(self, *, signed_in: bool = True) -> LemmyListener:
        source = SourceConfig(
            network="lemmy",
            base_url=self.lemmy.url,
            token=Secret("env:LEMMY_TOKEN") if signed_in else None,
        )
        return LemmyListener(source, [], self.fetch, lambda: self.now)

    def reply(self, text: str = WORDS, to: str = "") -> Reply:
        answered = Answered(native_id=to or self.lemmy.address(self.comment))
        return Reply(key="k", text=text, to=answered, written_at=self.now)

    def sent(self) -> list[str]:
        return [t["text"] for t in self.lemmy.things if t["by"] == ME and not t.get("deleted")]

    def path(self, name: str) -> str:
        return f"/api/v{self.lemmy.api}{name}"


@pytest.fixture(params=[3, 4], ids=["v3", "v4"])
async def world(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    monkeypatch.setenv("LEMMY_TOKEN", TOKEN)
    async with FakeLemmy(request.param) as lemmy:
        made: list[World] = []
        async with Fetcher(lambda: made[0].now, chance=lambda: 0.0) as fetch:
            made.append(World(lemmy, fetch))
            yield made[0]


async def test_a_comment_is_sent_once_and_found_by_its_words(world: World) -> None:
    listener = world.listener()
    assert isinstance(listener, Replying)
    assert listener.may_reply() is None
    assert listener.opening(world.reply().to, []) == ""
    assert (await listener.reply_limit()).maximum == 10_000
    assert listener.new_reply_key(world.now) != listener.new_reply_key(world.now)
    reply = world.reply()
    first = await listener.send_reply(replace(reply, text="Something before"))
    assert await listener.find_reply(reply) is None
    sent = await listener.send_reply(reply)
    made = world.lemmy.things[-1]
    assert sent.native_id == sent.url == f"{world.lemmy.url}/comment/{made['id']}"
    assert (made["path"][-2], made["root"]) == (world.comment["id"], world.question["id"])
    assert await listener.find_reply(reply) == sent
    assert await listener.find_reply(replace(reply, others=frozenset({sent.native_id}))) is None
    assert await listener.find_reply(world.reply("Other words")) is None
    below = world.reply(to=world.lemmy.address(world.question))
    assert await listener.find_reply(below) is None
    top = await listener.send_reply(below)
    assert await listener.find_reply(below) == top
    assert len({first.native_id, sent.native_id, top.native_id}) == 3


async def test_the_same_words_of_long_ago_are_not_this_reply(world: World) -> None:
    listener = world.listener()
    await listener.send_reply(world.reply())
    late = replace(world.reply(), written_at=Micros(world.now + HOUR))
    assert await listener.find_reply(late) is None


async def test_without_an_account_nothing_is_sent(world: World) -> None:
    listener = world.listener(signed_in=False)
    assert listener.may_reply() is not None
    with pytest.raises(ReplyRefusedError, match="needs the token of an account"):
        await listener.send_reply(world.reply())
    with pytest.raises(ReplyRefusedError):
        await listener.delete_reply(world.lemmy.address(world.comment))
    assert world.sent() == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (json_reply({"error": "locked"}, 400), "locked on"),
        (json_reply({"error": "couldnt_find_post"}, 404), "any more"),
        (json_reply({"error": "deleted"}, 400), "any more"),
        (json_reply({"error": "person_is_banned_from_community"}, 400), "banned from community"),
        (json_reply({"error": "rate_limit_error"}, 400), "slow down"),
        (json_reply({"error": "too_many_requests"}, 429), "slow down"),
        (json_reply({"error": "not_logged_in"}, 401), "does not accept this source's token"),
        (json_reply({"error": "slurs"}, 400), "slurs"),
    ],
)
async def test_refusals_are_said(world: World, answer: Answer, words: str) -> None:
    world.lemmy.on(world.path("/comment"), world.lemmy.answer)
    listener = world.listener()
    await listener.thread([world.lemmy.address(world.comment)])
    world.lemmy.on(world.path("/comment"), answer)
    with pytest.raises(ReplyRefusedError, match=words):
        await listener.send_reply(world.reply())
    assert world.sent() == []


async def test_a_post_that_is_not_there_is_not_answered(world: World) -> None:
    with pytest.raises(ReplyRefusedError, match="not on"):
        await world.listener().send_reply(world.reply(to="https://elsewhere.example/post/1"))
    world.lemmy.on("/api/v3/site", status_reply(503))
    with pytest.raises(ReplyRefusedError, match="could not be asked"):
        await world.listener().send_reply(world.reply())


def taken_then(answer: Answer, lemmy: FakeLemmy) -> Callable[[Request], Answer]:
    """Take the reply, and then answer something else."""

    def take(request: Request) -> Answer:
        taken = lemmy.answer(request)
        return answer if request.method == "POST" else taken

    return take


@pytest.mark.parametrize("answer", [status_reply(502), hung_up(), reset_in_body(), json_reply({})])
async def test_what_is_in_doubt_is_looked_for(world: World, answer: Answer) -> None:
    world.lemmy.on(world.path("/comment"), taken_then(answer, world.lemmy))
    listener = world.listener()
    with pytest.raises(SourceError):
        await listener.send_reply(world.reply())
    written_at = world.now
    world.now = Micros(world.now + HOUR)  # a host in trouble is left in peace for a while
    found = await listener.find_reply(replace(world.reply(), written_at=written_at))
    assert found is not None
    assert world.sent() == [WORDS]


async def test_a_comment_is_looked_for_no_further_than_it_can_be(world: World) -> None:
    for number in range(210):
        world.lemmy.comment(f"answer {number}", on=world.question, by=ME)
    with pytest.raises(SourceError, match="cannot be told"):
        await world.listener().find_reply(world.reply())
    with pytest.raises(SourceError, match="cannot be told"):
        await world.listener().find_reply(world.reply(to="https://elsewhere.example/post/1"))


async def test_a_comment_of_ours_is_deleted_and_only_ours(world: World) -> None:
    listener = world.listener()
    sent = await listener.send_reply(world.reply())
    await listener.delete_reply(sent.native_id)
    assert world.sent() == []
    await listener.delete_reply(sent.native_id)
    await listener.delete_reply("https://elsewhere.example/comment/1")
    with pytest.raises(ReplyRefusedError, match="written by another account"):
        await listener.delete_reply(world.lemmy.address(world.comment))
    with pytest.raises(ReplyRefusedError, match="no comment on Lemmy"):
        await listener.delete_reply(world.lemmy.address(world.question))
