"""Answering on YouTube: sent once, found again, refused with a reason, deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest

from listeners.config import SourceConfig
from listeners.http import Fetcher
from listeners.model import HOUR, SECOND, Micros
from listeners.networks.contract import SourceError
from listeners.networks.replying import Answered, Reply, Replying, ReplyRefusedError
from listeners.networks.youtube.listener import YouTubeListener
from listeners.secret import Secret
from tests.fake.http_server import Reply as Answer
from tests.fake.http_server import Request, body_reply, json_reply, reset_in_body, status_reply
from tests.fake.official import YOUTUBE, youtube_faults
from tests.fake.youtube import API, KEY, PERMISSION, FakeYouTube

WORDS = "Thank you.\nWe look into it today."
INSERT = f"{API}/comments"


class World:
    """A server with one question, and a source that may answer."""

    def __init__(self, server: FakeYouTube, fetch: Fetcher) -> None:
        self.server = server
        self.fetch = fetch
        self.film = server.video("The making of a boat")
        self.thread = server.comment("Does it float?", self.film)
        self.listener = self.made()

    @property
    def now(self) -> Micros:
        return Micros(self.server.now * SECOND)

    def made(self, **options: object) -> YouTubeListener:
        permission = {name: f"env:YT_{name.upper()}" for name in PERMISSION}
        source = SourceConfig(
            network="youtube",
            what=f"video:{self.film['id']}",
            base_url=self.server.url,
            token=Secret("env:YOUTUBE_KEY"),
            options={"oauth_url": f"{self.server.url}/token", **permission, **options},
        )
        return YouTubeListener(source, [], self.fetch, lambda: self.now)

    def reply(self, to: str = "", text: str = WORDS) -> Reply:
        answered = Answered(native_id=to or self.thread["id"], author_handle="bob")
        return Reply(key="k", text=text, to=answered, written_at=self.now)


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("YOUTUBE_KEY", KEY)
    for name, value in PERMISSION.items():
        monkeypatch.setenv(f"YT_{name.upper()}", value)
    async with FakeYouTube() as server:
        made: list[World] = []
        async with Fetcher(lambda: made[0].now, chance=lambda: 0.0) as fetch:
            made.append(World(server, fetch))
            yield made[0]


async def refused(world: World, reply: Reply | None = None) -> str:
    with pytest.raises(ReplyRefusedError) as caught:
        await world.listener.send_reply(reply or world.reply())
    return str(caught.value)


async def test_it_can_answer_with_the_owners_permission(world: World) -> None:
    assert isinstance(world.listener, Replying)
    assert world.listener.may_reply() is None
    why = world.made(refresh_token="").may_reply()
    assert why is not None
    assert "refresh_token" in why.template
    assert (await world.listener.reply_limit()).maximum == 10_000


async def test_a_reply_to_a_reply_names_whom_it_answers(world: World) -> None:
    below = world.server.reply("I ask too", world.thread)
    assert world.listener.opening(world.reply().to, []) == ""
    assert world.listener.opening(world.reply(below["id"]).to, []) == "@bob "
    assert world.listener.opening(world.reply(below["id"]).to, ["bob"]) == ""
    sent = await world.listener.send_reply(world.reply(below["id"]))
    assert world.server.replies[-1]["snippet"]["parentId"] == world.thread["id"]
    assert sent.native_id.startswith(f"{world.thread['id']}.")


async def test_a_reply_is_written_once_and_found(world: World) -> None:
    assert await world.listener.find_reply(world.reply()) is None
    sent = await world.listener.send_reply(world.reply())
    assert sent.native_id == world.server.replies[-1]["id"]
    assert sent.url.endswith(f"&lc={sent.native_id}")
    assert world.server.written == [WORDS]
    assert await world.listener.find_reply(world.reply()) == sent
    others = replace(world.reply(), others=frozenset([sent.native_id]))
    assert await world.listener.find_reply(others) is None
    assert world.server.tokens == 1
    world.server.now += HOUR // SECOND
    await world.listener.send_reply(world.reply(text="Again"))
    assert world.server.tokens == 2


async def test_the_listener_brings_it_as_ours_under_the_same_id(world: World) -> None:
    sent = await world.listener.send_reply(world.reply())
    posts = [post async for batch in world.made().poll(None) for post in batch.posts]
    assert sent.native_id in [post.native_id for post in posts]


async def test_a_video_is_answered_with_a_comment(world: World) -> None:
    sent = await world.listener.send_reply(world.reply(world.film["id"]))
    assert sent.native_id == world.server.threads[-1]["id"]
    assert await world.listener.find_reply(world.reply(world.film["id"])) == sent
    world.server.now += 3600
    assert await world.listener.find_reply(world.reply(world.film["id"])) is None


@pytest.mark.parametrize(
    "after",
    [reset_in_body(), status_reply(502), body_reply(b"<html><body>", "text/html"),
     json_reply({"odd": 1})],
    ids=str,
)  # fmt: skip
async def test_a_lost_answer_leaves_it_open_and_the_reply_is_found(
    world: World, after: Answer
) -> None:
    def take(request: Request) -> Answer:
        taken = world.server.answer(request)
        return after if request.method == "POST" else taken

    world.server.on(INSERT, take)
    with pytest.raises(SourceError) as caught:
        await world.listener.send_reply(world.reply())
    assert not caught.value.unsent
    reply = world.reply()
    async with Fetcher(lambda: world.now) as world.fetch:
        found = await world.made().find_reply(reply)
    assert found is not None
    assert found.native_id == world.server.replies[-1]["id"]
    assert world.server.written == [WORDS]


def revoke(world: World) -> None:
    world.server.permitted = False


def lose(world: World) -> None:
    world.server.delete(world.thread)


def spend(world: World) -> None:
    world.server.spent.add("comments")


def slow(world: World) -> None:
    world.server.on(INSERT, status_reply(429, b"", retry_after="30"))


@pytest.mark.parametrize(
    ("happens", "words"),
    [(revoke, "does not accept the permission"), (lose, "not on YouTube any more"),
     (spend, "allowance for today"), (slow, "slow down")],
)  # fmt: skip
async def test_refusals_say_why_and_nothing_is_there(
    world: World, happens: Callable[[World], None], words: str
) -> None:
    happens(world)
    assert words in await refused(world)
    assert world.server.written == []


async def test_what_is_too_long_is_refused_in_youtubes_words(world: World) -> None:
    assert "too long" in await refused(world, world.reply(text="é" * 10_001))


async def test_deleting(world: World) -> None:
    sent = await world.listener.send_reply(world.reply())
    await world.listener.delete_reply(sent.native_id)
    assert world.server.written == []
    await world.listener.delete_reply(sent.native_id)
    with pytest.raises(ReplyRefusedError, match="another account"):
        await world.listener.delete_reply(world.thread["id"])
    world.server.spent.add("comments")
    with pytest.raises(ReplyRefusedError):
        await world.listener.delete_reply(sent.native_id)


@pytest.mark.skipif(not YOUTUBE.exists(), reason="no discovery document: set HUBBUB_RECORDED")
async def test_every_request_is_as_youtube_documents_it(world: World) -> None:
    sent = await world.listener.send_reply(world.reply())
    await world.listener.find_reply(world.reply())
    await world.listener.delete_reply(sent.native_id)
    await world.listener.send_reply(world.reply(world.film["id"]))
    await world.listener.find_reply(world.reply(world.film["id"]))
    asked = [one for one in world.server.requests if one.path.startswith(API)]
    assert {request.method for request in asked} == {"GET", "POST", "DELETE"}
    for request in asked:
        assert youtube_faults(request) == []
        assert not any("ya29" in str(request.query) for request in asked)
    broken = Request("POST", INSERT, {"part": ["snippet"]}, {}, b'{"snippet": {"parentID": 5}}')
    assert len(youtube_faults(broken)) == 1
