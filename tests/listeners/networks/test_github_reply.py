"""Answering on GitHub: sent once, found again, refused with a reason, deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest

from listeners.config import SourceConfig
from listeners.http import Fetcher
from listeners.model import SECOND, Micros
from listeners.networks.contract import SourceError
from listeners.networks.github.listener import GitHubListener
from listeners.networks.replying import Answered, Reply, Replying, ReplyRefusedError
from listeners.secret import Secret
from tests.fake.github import FakeGitHub
from tests.fake.http_server import Reply as Answer
from tests.fake.http_server import (
    Request,
    body_reply,
    json_reply,
    reset_in_body,
    status_reply,
)

REPOSITORY = "harbour/list"
WORDS = "Thank you.\nWe look into it today."


class World:
    """A server with one issue, and a source that may answer."""

    def __init__(self, server: FakeGitHub, fetch: Fetcher) -> None:
        self.server = server
        self.fetch = fetch
        server.token = "ghp_0123"
        self.issue = server.issue(REPOSITORY, "Where is Kerlann?")
        self.path = f"/repos/{REPOSITORY}/issues/1/comments"

    @property
    def now(self) -> Micros:
        return Micros(self.server.now * SECOND)

    def listener(self, *, signed_in: bool = True) -> GitHubListener:
        token = Secret("env:GITHUB_KEY") if signed_in else None
        source = SourceConfig(
            network="github", what="kerlann", base_url=self.server.url, token=token
        )
        return GitHubListener(source, [], self.fetch, lambda: self.now)

    def reply(self, to: str = "", text: str = WORDS) -> Reply:
        answered = Answered(native_id=to or self.issue["html_url"])
        return Reply(key="k", text=text, to=answered, written_at=self.now)

    def sent(self) -> list[str]:
        mine = [c for c in self.server.comments if c["user"]["login"] == "kerlann"]
        return [comment["body"] for comment in mine]


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("GITHUB_KEY", "ghp_0123")
    async with FakeGitHub() as server:
        made: list[World] = []
        async with Fetcher(lambda: made[0].now, chance=lambda: 0.0) as fetch:
            made.append(World(server, fetch))
            yield made[0]


async def refused(world: World, reply: Reply | None = None) -> str:
    with pytest.raises(ReplyRefusedError) as caught:
        await world.listener().send_reply(reply or world.reply())
    return str(caught.value)


async def test_the_listener_can_answer_with_a_token(world: World) -> None:
    assert isinstance(world.listener(), Replying)
    assert world.listener().may_reply() is None
    why = world.listener(signed_in=False).may_reply()
    assert why is not None
    assert "needs a token" in why.template
    assert (await world.listener().reply_limit()).maximum == 65_536
    assert world.listener().opening(world.reply().to, []) == ""


async def test_a_comment_is_written_once_and_found(world: World) -> None:
    listener = world.listener()
    reply = world.reply()
    assert await listener.find_reply(reply) is None
    sent = await listener.send_reply(reply)
    assert sent.native_id == world.server.comments[-1]["html_url"] == sent.url
    assert await listener.find_reply(reply) == sent
    assert world.sent() == [WORDS.replace("\n", "\r\n")]


async def test_an_answer_to_a_comment_goes_below_its_issue(world: World) -> None:
    comment = world.server.comment(world.issue, "And why?")
    sent = await world.listener().send_reply(world.reply(comment["html_url"]))
    assert sent.native_id.startswith(f"{world.issue['html_url']}#issuecomment-")


def taken_then(answer: Answer, world: World) -> Callable[[Request], Answer]:
    """Take the comment, and then answer something else; reading it goes on."""

    def take(request: Request) -> Answer:
        taken = world.server.answer(request)
        return answer if request.method == "POST" else taken

    return take


@pytest.mark.parametrize(
    "after",
    [
        reset_in_body(),
        body_reply(b"<html><body>Please log in</body></html>", "text/html"),
        json_reply({"strange": True}, 201),
    ],
    ids=["broken off", "captive portal", "another format"],
)
async def test_a_comment_whose_answer_was_lost_is_found(world: World, after: Answer) -> None:
    world.server.on(world.path, taken_then(after, world))
    listener = world.listener()
    with pytest.raises(SourceError):
        await listener.send_reply(world.reply())
    assert await listener.find_reply(world.reply()) is not None
    assert len(world.sent()) == 1


async def test_after_a_gateway_s_error_it_is_found_once_the_host_may_be_asked_again(
    world: World,
) -> None:
    bad = status_reply(502, b"<html>Bad gateway</html>")
    world.server.on(world.path, taken_then(bad, world))
    listener = world.listener()
    reply = world.reply()
    with pytest.raises(SourceError):
        await listener.send_reply(reply)
    with pytest.raises(SourceError):
        await listener.find_reply(reply)
    world.server.now += 120
    assert await listener.find_reply(reply) is not None
    assert len(world.sent()) == 1


@pytest.mark.parametrize(
    ("by", "body", "earlier"),
    [("mallory", WORDS, 0), ("kerlann", "Thank you.", 0), ("kerlann", WORDS, 3600)],
    ids=["of another", "other words", "an hour before"],
)
async def test_what_is_not_this_comment_is_not_found(
    world: World, by: str, body: str, earlier: int
) -> None:
    world.server.comment(world.issue, body, by=by)
    world.server.now += earlier
    assert await world.listener().find_reply(world.reply()) is None


async def test_the_same_words_under_a_known_id_are_another_comment(world: World) -> None:
    listener = world.listener()
    talk = world.server.discussion(REPOSITORY, "A name for it")
    for to in ("", talk["url"]):
        reply = world.reply(to)
        earlier = await listener.send_reply(reply)
        known = replace(reply, others=frozenset({earlier.native_id}))
        assert await listener.find_reply(known) is None
        assert await listener.find_reply(reply) == earlier


async def test_a_comment_is_found_among_many(world: World) -> None:
    listener = world.listener()
    reply = world.reply()
    world.server.step = 1
    sent = await listener.send_reply(reply)
    for number in range(150):
        world.server.comment(world.issue, f"noise {number}")
    assert await listener.find_reply(reply) == sent


# --- discussions -------------------------------------------------------------------------------


async def test_a_discussion_is_answered_below_what_was_said(world: World) -> None:
    talk = world.server.discussion(REPOSITORY, "A name for it")
    comment = world.server.say(talk, "Kerlann the Second")
    answer = world.server.say(talk, "Better not", below=comment)
    listener = world.listener()
    for number, (to, holder) in enumerate(
        [(talk["url"], talk), (comment["url"], comment), (answer["url"], comment)]
    ):
        reply = world.reply(to, f"Thank you {number}")
        assert await listener.find_reply(reply) is None
        sent = await listener.send_reply(reply)
        assert holder["said"][-1]["url"] == sent.native_id
        assert await listener.find_reply(reply) == sent
    await listener.delete_reply(sent.native_id)
    assert await listener.find_reply(reply) is None
    await listener.delete_reply(sent.native_id)


async def test_a_long_discussion_leaves_it_open(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listeners.networks.github.discussions.MOST_SHEETS", 1)
    world.server.step = 1
    talk = world.server.discussion(REPOSITORY, "A name for it")
    for number in range(60):
        world.server.say(talk, f"noise {number}")
    with pytest.raises(SourceError, match="cannot be told"):
        await world.listener().find_reply(world.reply(talk["url"]))


async def test_a_discussion_that_is_locked_or_gone(world: World) -> None:
    talk = world.server.discussion(REPOSITORY, "A name for it")
    talk["locked"] = True
    assert "is locked" in await refused(world, world.reply(talk["url"]))
    world.server.archived.add(REPOSITORY)
    assert "is archived" in await refused(world, world.reply(talk["url"]))
    world.server.discussions.clear()
    assert "is not on" in await refused(world, world.reply(talk["url"]))


# --- refused -----------------------------------------------------------------------------------


async def test_a_locked_issue_and_an_archived_repository(world: World) -> None:
    world.issue["locked"] = True
    assert "is locked" in await refused(world)
    world.server.archived.add(REPOSITORY)
    assert "is archived" in await refused(world)
    assert world.sent() == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (json_reply({"message": "Bad credentials"}, 401), "does not accept this source's token"),
        (
            json_reply({"message": "Resource not accessible by personal access token"}, 403),
            "Issues: read and write",
        ),
        (json_reply({"message": "Not Found"}, 404), "Issues: read and write"),
        (json_reply({"message": "This issue was deleted"}, 410), "is not on"),
        (json_reply({"message": "Validation \x1b[31mFailed"}, 422), "“Validation Failed” (422)"),
        (
            json_reply({"message": "You have exceeded a secondary rate limit"}, 403),
            "asks us to slow down",
        ),
        (json_reply({"message": "Slow down"}, 429, retry_after="5"), "asks us to slow down"),
    ],
)
async def test_refusals_are_said_with_their_reason(
    world: World, answer: Answer, words: str
) -> None:
    world.server.on(world.path, answer)
    said = await refused(world)
    assert words in said
    assert "text is kept" in said
    assert world.sent() == []


async def test_trouble_with_a_time_to_wait_leaves_it_open(world: World) -> None:
    """Behind a gateway's 503 the comment may have been written."""
    busy = status_reply(503, retry_after="5")
    world.server.on(world.path, taken_then(busy, world))
    with pytest.raises(SourceError):
        await world.listener().send_reply(world.reply())
    world.server.now += 120
    assert await world.listener().find_reply(world.reply()) is not None


async def test_a_discussion_that_cannot_be_asked_about_has_no_comment(world: World) -> None:
    talk = world.server.discussion(REPOSITORY, "A name for it")
    world.server.on("/graphql", status_reply(502))
    assert "could not be asked" in await refused(world, world.reply(talk["url"]))


async def test_a_comment_too_old_to_be_seen_is_not_called_deleted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listeners.networks.github.discussions.MOST_SHEETS", 1)
    world.server.step = 1
    talk = world.server.discussion(REPOSITORY, "A name for it")
    sent = await world.listener().send_reply(world.reply(talk["url"]))
    for number in range(60):
        world.server.say(talk, f"noise {number}")
    with pytest.raises(ReplyRefusedError, match="delete it on its web page"):
        await world.listener().delete_reply(sent.native_id)


async def test_what_is_elsewhere_cannot_be_answered_here(world: World) -> None:
    reply = world.reply("https://elsewhere.example/a/b/issues/1")
    assert "no comment on" in await refused(world, reply)


async def test_deleting_a_comment_and_one_that_is_gone(world: World) -> None:
    listener = world.listener()
    sent = await listener.send_reply(world.reply())
    await listener.delete_reply(sent.native_id)
    assert world.sent() == []
    await listener.delete_reply(sent.native_id)


async def test_what_is_not_ours_cannot_be_deleted(world: World) -> None:
    comment = world.server.comment(world.issue, "And why?")
    with pytest.raises(ReplyRefusedError, match="did not delete the reply"):
        await world.listener().delete_reply(comment["html_url"])
    with pytest.raises(ReplyRefusedError, match="no comment on"):
        await world.listener().delete_reply(world.issue["html_url"])
