"""Answering on Reddit: sent once, found again, refused in Reddit's own words, deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest

from listeners.config import SourceConfig
from listeners.http import Fetcher
from listeners.model import HOUR, SECOND, Micros
from listeners.networks.contract import SourceError
from listeners.networks.reddit.listener import RedditListener
from listeners.networks.replying import Answered, Reply, Replying, ReplyRefusedError
from listeners.secret import Secret
from tests.fake.http_server import Reply as Answer
from tests.fake.http_server import Request, hung_up, json_reply, reset_in_body, status_reply
from tests.fake.reddit import APP, ME, REFRESH, SECRET, FakeReddit

WORDS = "Thank you. Was it *this* one? https://kerlann.example/a"


class World:
    """A Reddit with one question on it, and a source that may answer."""

    def __init__(self, reddit: FakeReddit, fetch: Fetcher) -> None:
        self.reddit = reddit
        self.fetch = fetch
        self.question = reddit.submit("Where is Kerlann?")
        self.comment = reddit.comment("I ask too", on=self.question)
        self.now = Micros(reddit.now * SECOND)

    def listener(self, *, signed_in: bool = True) -> RedditListener:
        source = SourceConfig(
            network="reddit",
            base_url=self.reddit.url,
            options={"client_id": APP, "client_secret": "env:REDDIT_SECRET"},
            token=Secret("env:REDDIT_REFRESH") if signed_in else None,
        )
        return RedditListener(source, [], self.fetch, lambda: self.now)

    def reply(self, text: str = WORDS, to: str = "") -> Reply:
        answered = Answered(native_id=to or self.comment["name"])
        return Reply(key="k", text=text, to=answered, written_at=self.now)

    def sent(self) -> list[str]:
        return [one["body"] for one in self.reddit.things if one["author"] == ME]


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("REDDIT_SECRET", SECRET)
    monkeypatch.setenv("REDDIT_REFRESH", REFRESH)
    async with FakeReddit() as reddit:
        made: list[World] = []
        async with Fetcher(lambda: made[0].now, chance=lambda: 0.0) as fetch:
            made.append(World(reddit, fetch))
            yield made[0]


async def test_a_comment_is_sent_once_and_found_by_its_words(world: World) -> None:
    listener = world.listener()
    assert isinstance(listener, Replying)
    assert listener.may_reply() is None
    assert listener.opening(world.reply().to, []) == ""
    assert (await listener.reply_limit()).maximum == 10_000
    reply = world.reply()
    assert await listener.find_reply(reply) is None
    sent = await listener.send_reply(reply)
    assert world.sent() == [WORDS]
    made = world.reddit.things[-1]
    assert (sent.native_id, made["parent_id"]) == (made["name"], world.comment["name"])
    root = world.question["name"][3:]
    assert sent.url == f"https://www.reddit.com/comments/{root}/_/{made['name'][3:]}/"
    found = await listener.find_reply(reply)
    assert found is not None
    assert found.native_id == sent.native_id
    other = replace(reply, others=frozenset({sent.native_id}))
    assert await listener.find_reply(other) is None
    assert await listener.find_reply(world.reply("Other words")) is None
    assert await listener.find_reply(world.reply(to=world.question["name"])) is None


async def test_the_same_words_of_long_ago_are_not_this_reply(world: World) -> None:
    listener = world.listener()
    await listener.send_reply(world.reply())
    late = replace(world.reply(), written_at=Micros(world.now + HOUR))
    assert await listener.find_reply(late) is None


async def test_without_an_account_nothing_is_sent(world: World) -> None:
    listener = world.listener(signed_in=False)
    why = listener.may_reply()
    assert why is not None
    assert "approved" in why.template
    with pytest.raises(ReplyRefusedError):
        await listener.send_reply(world.reply())
    with pytest.raises(ReplyRefusedError):
        await listener.delete_reply("t1_x")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            ["RATELIMIT", "Take a break for 9 minutes before trying again.", "ratelimit"],
            "9 minutes",
        ),
        (["THREAD_LOCKED", "Comments are locked.", "parent"], "locked or archived"),
        (["TOO_OLD", "that's a piece of history now", "parent"], "locked or archived"),
        (["DELETED_COMMENT", "that comment has been deleted", "parent"], "not on Reddit any more"),
        (["TOO_LONG", "this is too long (max: 10000)", "text"], "max: 10000"),
        (["BANNED_FROM_SUBREDDIT", "", ""], "BANNED_FROM_SUBREDDIT"),
    ],
)
async def test_refusals_that_come_with_200_are_said(
    world: World, error: list[str], words: str
) -> None:
    world.reddit.errors = [error]
    with pytest.raises(ReplyRefusedError, match=words):
        await world.listener().send_reply(world.reply())
    assert world.sent() == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (json_reply({"message": "Forbidden"}, 403), "Forbidden"),
        (json_reply({"message": "Not Found"}, 404), "not on Reddit any more"),
        (json_reply({"message": "Unauthorized"}, 401), "does not accept this source's token"),
        (status_reply(429, retry_after="30"), "slow down"),
    ],
)
async def test_refusals_by_status_are_said(world: World, answer: Answer, words: str) -> None:
    world.reddit.on("/api/comment", answer)
    with pytest.raises(ReplyRefusedError, match=words):
        await world.listener().send_reply(world.reply())


def taken_then(answer: Answer, reddit: FakeReddit) -> Callable[[Request], Answer]:
    """Take the reply, and then answer something else."""

    def take(request: Request) -> Answer:
        reddit.answer(request)
        return answer

    return take


@pytest.mark.parametrize("answer", [status_reply(502), hung_up(), reset_in_body(), json_reply([])])
async def test_what_is_in_doubt_is_looked_for(world: World, answer: Answer) -> None:
    world.reddit.on("/api/comment", taken_then(answer, world.reddit))
    listener = world.listener()
    with pytest.raises(SourceError):
        await listener.send_reply(world.reply())
    world.now = Micros(world.now + HOUR)  # a host in trouble is left in peace for a while
    found = await listener.find_reply(replace(world.reply(), written_at=Micros(world.now - HOUR)))
    assert found is not None
    assert world.sent() == [WORDS]


async def test_a_comment_that_a_filter_holds_back_is_in_doubt(world: World) -> None:
    world.reddit.silent = True
    with pytest.raises(SourceError, match="held back by a filter"):
        await world.listener().send_reply(world.reply())


async def test_a_comment_is_looked_for_no_further_than_it_can_be(world: World) -> None:
    for number in range(310):
        world.reddit.comment(f"answer {number}", on=world.question, by=ME)
    with pytest.raises(SourceError, match="does not show"):
        await world.listener().find_reply(world.reply())


async def test_a_comment_of_ours_is_deleted_and_only_ours(world: World) -> None:
    listener = world.listener()
    sent = await listener.send_reply(world.reply())
    await listener.delete_reply(sent.native_id)
    assert world.sent() == []
    await listener.delete_reply(sent.native_id)
    with pytest.raises(ReplyRefusedError, match="written by another account"):
        await listener.delete_reply(world.comment["name"])
    with pytest.raises(ReplyRefusedError, match="takes no private message back"):
        await listener.delete_reply("t4_1")
    with pytest.raises(ReplyRefusedError, match="no post on Reddit"):
        await listener.send_reply(world.reply(to="https://elsewhere.example/1"))


async def test_a_reddit_that_keeps_what_is_deleted_is_said(world: World) -> None:
    listener = world.listener()
    sent = await listener.send_reply(world.reply())
    world.reddit.on("/api/del", json_reply({}))
    with pytest.raises(ReplyRefusedError, match="still there"):
        await listener.delete_reply(sent.native_id)


async def test_keys_are_made_anew(world: World) -> None:
    listener = world.listener()
    keys = {listener.new_reply_key(world.now) for _ in range(3)}
    assert len(keys) == 3
