"""Answering as a Facebook Page: sent once, found again, refused with a reason, deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from listeners.model import DAY, SECOND, Micros
from listeners.networks.contract import SourceError
from listeners.networks.facebook.listener import FacebookListener
from listeners.networks.replying import Answered, Reply, Replying, ReplyRefusedError
from listeners.secret import Secret
from tests.fake.facebook import FakeFacebook
from tests.fake.graph import KEY, refusal
from tests.fake.http_server import Reply as Answer
from tests.fake.http_server import Request, body_reply, json_reply, reset_in_body, status_reply
from tests.fake.listening import World, ids_of, polled, posts_of, world_of

WORDS = "Thank you.\nWe look into it."


class Desk:
    """A Page with one question, and a source that may answer."""

    def __init__(self, world: World[FakeFacebook]) -> None:
        self.world = world
        self.server = world.server
        self.post = self.server.post("We sail again")
        self.asked = self.server.comment("When?", self.post)
        self.path = f"/{self.asked['id']}/comments"

    def listener(self, **more: Any) -> FacebookListener:
        made: FacebookListener = self.world.listener("", token=Secret("env:FB_KEY"), **more)
        return made

    def reply(self, to: dict[str, Any] | None = None, text: str = WORDS) -> Reply:
        to = to or self.asked
        root = to.get("post", "")
        answered = Answered(native_id=to["id"], root_id=root, author_handle="ana")
        now = Micros(self.server.now * SECOND)
        return Reply(key="k", text=text, to=answered, written_at=now)

    async def refused(self) -> str:
        with pytest.raises(ReplyRefusedError) as caught:
            await self.listener().send_reply(self.reply())
        return str(caught.value)


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setenv("FB_KEY", KEY)
    async with world_of(FakeFacebook(), "facebook") as world:
        yield Desk(world)


async def test_a_reply_is_written_once_and_found(desk: Desk) -> None:
    listener = desk.listener()
    assert isinstance(listener, Replying)
    assert listener.may_reply() is None
    assert desk.world.listener().may_reply() is not None
    assert (await listener.reply_limit()).maximum == 8_000
    assert listener.opening(desk.reply().to, []) == ""
    below = desk.server.comment("I ask too", desk.asked)
    for to in (desk.asked, below, desk.post):
        reply = desk.reply(to, f"{WORDS} {to['id']}")
        assert await listener.find_reply(reply) is None
        sent = await listener.send_reply(reply)
        assert sent.native_id == desk.server.comments[-1]["id"]
        assert await listener.find_reply(reply) == sent
        others = replace(reply, others=frozenset([sent.native_id]))
        assert await listener.find_reply(others) is None
    assert sent.native_id in ids_of(await polled(desk.listener()))


@pytest.mark.parametrize(
    "after",
    [reset_in_body(), status_reply(502), body_reply(b"<html><body>", "text/html"),
     json_reply({"odd": 1}), refusal(2, "Temporary", is_transient=True)],
    ids=str,
)  # fmt: skip
async def test_a_lost_answer_leaves_it_open_and_the_reply_is_found(
    desk: Desk, after: Answer
) -> None:
    def take(request: Request) -> Answer:
        taken = desk.server.answer(request)
        return after if request.method == "POST" else taken

    desk.server.on(desk.path, take)
    reply = desk.reply()
    with pytest.raises(SourceError) as caught:
        await desk.listener().send_reply(reply)
    assert not caught.value.unsent
    desk.world.now = Micros(desk.world.now + DAY)
    assert await desk.listener().find_reply(reply) is not None
    assert desk.server.written == [WORDS]


def lose(desk: Desk) -> None:
    desk.server.delete(desk.asked)


def say(answer: Answer) -> Callable[[Desk], None]:
    def happens(desk: Desk) -> None:
        desk.server.on(desk.path, answer)

    return happens


def expire(desk: Desk) -> None:
    desk.server.key = "another"
    desk.server.on("/me/accounts", refusal(190, "Session has expired", 463))


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (lose, "not on Facebook any more"),
        (expire, "Make a new key"),
        (say(refusal(32, "Limit")), "slow down"),
        (say(refusal(506, "Duplicate")), "only once"),
        (say(refusal(200, "No permission", status=403)), "may not answer there"),
        (say(refusal(368, "Blocked")), "Blocked"),
        (say(status_reply(429)), "slow down"),
    ],
)
async def test_refusals_say_why_and_nothing_is_there(
    desk: Desk, happens: Callable[[Desk], None], words: str
) -> None:
    happens(desk)
    said = await desk.refused()
    assert words in said
    assert "kept" in said
    assert desk.server.written == []


async def test_where_authors_are_hidden_it_is_not_told(desk: Desk) -> None:
    await desk.listener().send_reply(desk.reply())
    desk.server.hides_authors = True
    with pytest.raises(SourceError, match="clearly enough"):
        await desk.listener().find_reply(desk.reply())


async def test_deleting(desk: Desk) -> None:
    listener = desk.listener()
    sent = await listener.send_reply(desk.reply())
    await listener.delete_reply(sent.native_id)
    assert desk.server.written == []
    await listener.delete_reply(sent.native_id)
    with pytest.raises(ReplyRefusedError, match="still there"):
        await listener.delete_reply(desk.asked["id"])
    desk.server.on(f"/{desk.asked['id']}", refusal(1, "Unknown", status=400))
    with pytest.raises(SourceError):
        await listener.delete_reply(desk.asked["id"])


async def test_the_key_stands_in_no_address(desk: Desk) -> None:
    sent = await desk.listener().send_reply(desk.reply())
    await desk.listener().find_reply(desk.reply())
    await desk.listener().delete_reply(sent.native_id)
    assert {request.method for request in desk.server.requests} == {"GET", "POST", "DELETE"}
    for request in desk.server.requests:
        assert KEY not in str(request.query)
        assert KEY.encode() not in request.body


async def test_a_review_is_answered_and_the_answer_heard(desk: Desk) -> None:
    story = desk.server.rate("Too slow")["open_graph_story"]
    listener = desk.listener()
    reply = desk.reply(story)
    assert await listener.find_reply(reply) is None
    sent = await listener.send_reply(reply)
    assert await listener.find_reply(reply) == sent
    found = {post.native_id: post for post in posts_of(await polled(desk.listener()))}
    assert (found[sent.native_id].own, found[sent.native_id].root_id) == (True, story["id"])
    assert b"comments" not in (found[story["id"]].raw or b"")


async def test_a_review_without_a_number_is_answered_by_people(desk: Desk) -> None:
    desk.server.rate("Too slow").pop("open_graph_story")
    posts = posts_of(await polled(desk.listener()))
    review = next(post for post in posts if post.rating == 1)
    with pytest.raises(ReplyRefusedError, match="no program can answer"):
        await desk.listener().send_reply(desk.reply({"id": review.native_id}))
    assert desk.server.written == []
