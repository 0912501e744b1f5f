"""Answering on a forum: sent once, found again, refused in the forum's own words, deleted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from listeners.config import SourceConfig
from listeners.http import Fetcher
from listeners.model import DAY, HOUR, SECOND, Micros
from listeners.networks.contract import SourceError
from listeners.networks.discourse.listener import DiscourseListener
from listeners.networks.replying import Answered, Reply, Replying, ReplyRefusedError
from listeners.secret import Secret
from tests.fake.discourse import START, FakeDiscourse
from tests.fake.http_server import Reply as Answer
from tests.fake.http_server import Request, body_reply, json_reply, reset_in_body, status_reply

WORDS = "Thank you, we look into it today."


class World:
    """A forum with one question on it, and a source that may answer."""

    def __init__(self, forum: FakeDiscourse, fetch: Fetcher) -> None:
        self.forum = forum
        self.fetch = fetch
        self.now = Micros(START)
        forum.api_key = "0123abcd"
        self.question = forum.post("Where is Kerlann?", title="Kerlann")

    def listener(self, *, signed_in: bool = True, **options: object) -> DiscourseListener:
        options = options or {"username": "kerlann"}
        token = Secret("env:FORUM_KEY") if signed_in else None
        source = SourceConfig(
            network="discourse", base_url=self.forum.base, options=options, token=token
        )
        return DiscourseListener(source, [], self.fetch, lambda: self.now)

    def reply(self, text: str = WORDS, number: int = 1) -> Reply:
        native_id = f"{self.forum.base}/t/{self.question['topic_id']}/{number}"
        return Reply(key="k", text=text, to=Answered(native_id=native_id), written_at=self.now)

    def on_post(self, *answers: Answer | Callable[[Request], Answer]) -> None:
        self.forum.on(f"{self.forum.folder}/posts.json", *answers)

    def sent(self) -> list[str]:
        return [post["raw"] for post in self.forum.posts if post["username"] == "kerlann"]


@pytest.fixture(params=["", "/community"])
async def world(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    monkeypatch.setenv("FORUM_KEY", "0123abcd")
    async with FakeDiscourse(request.param) as forum:
        made: list[World] = []
        async with Fetcher(lambda: made[0].now, chance=lambda: 0.0) as fetch:
            made.append(World(forum, fetch))
            yield made[0]


async def refused(world: World, reply: Reply | None = None) -> str:
    with pytest.raises(ReplyRefusedError) as caught:
        await world.listener().send_reply(reply or world.reply())
    return str(caught.value)


def test_the_listener_can_answer(world: World) -> None:
    assert isinstance(world.listener(), Replying)
    assert world.listener().capability.reply


async def test_a_reply_is_posted_in_its_topic_and_found_there(world: World) -> None:
    forum = world.forum
    forum.post("In the harbour.", by="bob", topic=world.question["topic_id"])
    listener = world.listener()
    reply = world.reply(number=2)
    assert await listener.find_reply(reply) is None
    sent = await listener.send_reply(reply)
    assert sent.native_id == f"{forum.base}/t/{world.question['topic_id']}/3" == sent.url
    assert (forum.posts[-1]["raw"], forum.posts[-1]["reply_to_post_number"]) == (WORDS, 2)
    assert await listener.find_reply(reply) == sent
    assert world.sent() == [WORDS]
    assert listener.opening(reply.to, []) == ""


async def test_a_member_s_own_key_answers_without_a_name(world: World) -> None:
    listener = world.listener(kind="user")
    assert listener.may_reply() is None
    sent = await listener.send_reply(world.reply())
    assert world.forum.requests[-1].headers["user-api-key"] == "0123abcd"
    assert await listener.find_reply(world.reply()) == sent


@pytest.mark.parametrize(
    ("signed_in", "options", "words"),
    [
        (False, {"username": "kerlann"}, "needs an API key as its token"),
        (True, {"kind": "admin"}, "needs the account to answer as"),
        (True, {"username": "kerlann"}, None),
    ],
)
async def test_why_a_source_cannot_answer(
    world: World, signed_in: bool, options: dict[str, object], words: str | None
) -> None:
    why = world.listener(signed_in=signed_in, **options).may_reply()
    assert (why is None) if words is None else (why is not None and words in why.template)


def taken_then(answer: Answer, world: World) -> Callable[[Request], Answer]:
    """Take the reply, and then answer something else."""

    def take(request: Request) -> Answer:
        world.forum.answer(request)
        return answer

    return take


@pytest.mark.parametrize(
    "after",
    [
        reset_in_body(),
        status_reply(502, b"<html>Bad gateway</html>"),
        body_reply(b"<html><body>Please log in</body></html>", "text/html"),
        json_reply({"strange": True}),
    ],
    ids=["broken off", "gateway", "captive portal", "another format"],
)
async def test_a_reply_whose_answer_was_lost_is_found(world: World, after: Answer) -> None:
    world.on_post(taken_then(after, world))
    listener = world.listener()
    with pytest.raises(SourceError):
        await listener.send_reply(world.reply())
    world.now = Micros(world.now + HOUR // 30)
    found = await listener.find_reply(world.reply())
    assert found is not None
    assert world.sent() == [WORDS]


async def test_a_caller_that_gives_up_while_the_forum_thinks_finds_it_later(world: World) -> None:
    asked = asyncio.Event()

    def silent(request: Request) -> Answer:
        async def write(writer: asyncio.StreamWriter) -> None:
            world.forum.answer(request)
            asked.set()
            await asyncio.Event().wait()

        return Answer(raw=write)

    world.on_post(silent)
    listener = world.listener()
    async with asyncio.timeout(30):
        sending = asyncio.ensure_future(listener.send_reply(world.reply()))
        await asked.wait()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        assert await listener.find_reply(world.reply()) is not None


async def test_a_reply_is_found_among_many_newer_posts(world: World) -> None:
    listener = world.listener()
    sent = await listener.send_reply(world.reply())
    for number in range(120):
        world.forum.post(f"noise {number}", by="bob", topic=world.question["topic_id"])
    assert await listener.find_reply(world.reply()) == sent


async def test_too_many_newer_posts_leave_it_open(world: World) -> None:
    topic = world.question["topic_id"]
    for number in range(220):
        world.forum.post(f"noise {number}", by="bob", topic=topic)
    with pytest.raises(SourceError, match="cannot be told"):
        await world.listener().find_reply(world.reply())


@pytest.mark.parametrize(
    "more",
    [
        {"by": "mallory"},
        {"text": "Thank you, we look into it tomorrow."},
        {"reply_to": 2},
        {"user_deleted": True},
    ],
    ids=["of another", "other words", "to another post", "taken back"],
)
async def test_what_is_not_this_reply_is_not_found(world: World, more: dict[str, Any]) -> None:
    topic = world.question["topic_id"]
    world.forum.post("In the harbour.", by="bob", topic=topic)
    made: dict[str, Any] = {"text": WORDS, "by": "kerlann", "reply_to": 1, **more}
    world.forum.post(topic=topic, **made)
    assert await world.listener().find_reply(world.reply()) is None


async def test_an_older_reply_in_the_same_words_is_not_this_one(world: World) -> None:
    world.forum.post(WORDS, by="kerlann", topic=world.question["topic_id"], reply_to=1)
    world.now = Micros(world.now + DAY)
    assert await world.listener().find_reply(world.reply()) is None


async def test_the_same_words_under_a_known_id_are_another_reply(world: World) -> None:
    listener = world.listener()
    for moderated in (False, True):
        world.forum.moderated = moderated
        reply = world.reply(f"{WORDS} {moderated}")
        earlier = await listener.send_reply(reply)
        known = replace(reply, others=frozenset({earlier.native_id}))
        assert await listener.find_reply(known) is None
        assert await listener.find_reply(reply) == earlier


async def test_a_forum_that_shows_no_markdown_leaves_it_open(world: World) -> None:
    made = world.forum.post("**Thank you**", by="kerlann", topic=100, reply_to=1)
    del made["raw"]
    with pytest.raises(SourceError, match="cannot be told"):
        await world.listener().find_reply(world.reply("**Thank you**, Ana"))
    made["cooked"] = f"<p>{WORDS}</p>"
    assert await world.listener().find_reply(world.reply()) is not None


async def test_a_topic_that_is_not_shown_leaves_it_open(world: World) -> None:
    world.forum.posts.clear()
    with pytest.raises(SourceError, match="cannot be told"):
        await world.listener().find_reply(world.reply())


async def test_a_reply_that_waits_for_a_moderator_counts_as_sent(world: World) -> None:
    world.forum.moderated = True
    listener = world.listener()
    sent = await listener.send_reply(world.reply())
    assert sent.note is not None
    assert "until a moderator approves it" in sent.note.template
    assert await listener.find_reply(world.reply()) == sent
    assert world.sent() == []
    await listener.delete_reply(sent.native_id)
    assert world.forum.pending == []
    assert await listener.find_reply(world.reply()) is None


# --- refused -----------------------------------------------------------------------------------


async def test_a_closed_topic_a_duplicate_and_a_stranger_s_refusal(world: World) -> None:
    topic = world.question["topic_id"]
    world.forum.closed.add(topic)
    assert "Perhaps this topic was closed or deleted?" in await refused(world)
    world.forum.closed.clear()
    await world.listener().send_reply(world.reply())
    assert "too similar to what you recently posted" in await refused(world)
    assert world.sent() == [WORDS]


async def test_too_few_characters_are_refused_before_anything_is_sent(world: World) -> None:
    said = await refused(world, world.reply("Thanks!"))
    assert "less than 20 characters" in said
    assert not any(request.method == "POST" for request in world.forum.requests)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (json_reply({"errors": ["<b>No</b>\x1b[31m links, please"]}, 422), "“No links, please”"),
        (
            json_reply({"errors": ["wait"], "extras": {"wait_seconds": 9}}, 429),
            "asks us to slow down, so the reply was not sent",
        ),
        (status_reply(401), "does not accept this source's token"),
        (body_reply(b"<html>blocked</html>", "text/html", 403), "gives no reason"),
        (json_reply({"errors": ["You may not"], "error_type": "invalid_access"}, 403), "You may"),
        (status_reply(413), "gives no reason"),
    ],
)
async def test_refusals_are_said_in_the_forum_s_own_words(
    world: World, answer: Answer, words: str
) -> None:
    world.on_post(answer)
    said = await refused(world)
    assert words in said
    assert "text is kept" in said
    assert world.sent() == []


async def test_trouble_with_a_time_to_wait_leaves_it_open(world: World) -> None:
    """Behind a gateway's 503 the reply may have been taken."""
    world.on_post(taken_then(status_reply(503, retry_after="5"), world))
    with pytest.raises(SourceError):
        await world.listener().send_reply(world.reply())
    world.now = Micros(world.now + 120 * SECOND)
    assert await world.listener().find_reply(world.reply()) is not None


async def test_a_forum_that_cannot_be_asked_for_its_lengths_has_no_reply(world: World) -> None:
    world.forum.on(f"{world.forum.folder}/site/settings.json", status_reply(502))
    said = await refused(world)
    assert "text is kept" in said
    assert "tries again" not in said


async def test_a_post_of_another_forum_cannot_be_answered_here(world: World) -> None:
    elsewhere = Answered(native_id="https://elsewhere.example/t/1/1")
    reply = Reply(key="k", text=WORDS, to=elsewhere, written_at=world.now)
    assert "is not on" in await refused(world, reply)


# --- lengths and deleting ------------------------------------------------------------------------


async def test_lengths_are_the_forum_s_own_and_asked_for_once_a_day(world: World) -> None:
    world.forum.max_length, world.forum.min_length = 500, 5
    listener = world.listener()
    for _ in range(2):
        assert (await listener.reply_limit()).maximum == 500
    path = f"{world.forum.folder}/site/settings.json"
    assert len(world.forum.asked(path)) == 1
    await listener.send_reply(world.reply("Thanks"))
    world.now = Micros(world.now + DAY)
    world.forum.shows_settings = False
    assert (await listener.reply_limit()).maximum == 32_000


async def test_deleting_a_reply_and_one_that_is_gone(world: World) -> None:
    listener = world.listener()
    sent = await listener.send_reply(world.reply())
    await listener.delete_reply(sent.native_id)
    assert world.sent() == []
    await listener.delete_reply(sent.native_id)


async def test_what_is_not_ours_cannot_be_deleted(world: World) -> None:
    with pytest.raises(ReplyRefusedError, match="not permitted"):
        await world.listener().delete_reply(world.reply().to.native_id)
    with pytest.raises(ReplyRefusedError, match="is not on"):
        await world.listener().delete_reply("https://elsewhere.example/t/1/1")
