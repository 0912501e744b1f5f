"""GitHub beyond issues: remarks on code, what it notifies us of, long and old discussions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing

import pytest

from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import DAY, SECOND, Batch, Micros, Post
from listeners.networks.github.listener import GitHubListener
from listeners.networks.replying import Answered, Reply, ReplyRefusedError
from listeners.secret import Secret
from tests.fake.github import FakeGitHub
from tests.fake.http_server import json_reply

BRAND = BrandConfig(name="Kerlann", query="kerlann", handles={"github": ("kerlann",)})
OURS = "kerlann/boat"
OTHER = "harbour/list"


class World:
    """A server, a fetcher and a clock that the tests move."""

    def __init__(self, server: FakeGitHub, fetch: Fetcher) -> None:
        self.server = server
        self.fetch = fetch

    @property
    def now(self) -> Micros:
        return Micros(self.server.now * SECOND)

    def listener(self, what: str = "", **options: object) -> GitHubListener:
        source = SourceConfig(
            network="github",
            what=what,
            base_url=self.server.url,
            options=options,
            token=Secret("env:GITHUB_KEY"),
        )
        return GitHubListener(source, [BRAND], self.fetch, lambda: self.now)

    def reply(self, to: str, text: str = "Thank you") -> Reply:
        return Reply(key="k", text=text, to=Answered(native_id=to), written_at=self.now)

    def asked(self, path: str) -> int:
        return sum(one.path == path for one in self.server.requests)


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("GITHUB_KEY", "ghp_0123")
    async with FakeGitHub() as server:
        server.token = "ghp_0123"
        made: list[World] = []
        async with Fetcher(lambda: made[0].now, chance=lambda: 0.0) as fetch:
            made.append(World(server, fetch))
            yield made[0]


async def polled(listener: GitHubListener, cursor: str | None = None) -> list[Batch]:
    async with aclosing(listener.poll(cursor)) as batches:
        return [batch async for batch in batches]


def posts_of(batches: Iterable[Batch]) -> list[Post]:
    return [post for batch in batches for post in batch.posts]


def last_cursor(batches: Iterable[Batch], before: str | None = None) -> str | None:
    return next((b.cursor for b in reversed(list(batches)) if b.cursor), before)


# --- remarks on code ---------------------------------------------------------------------------


async def test_remarks_on_code_are_heard_where_pull_requests_are(world: World) -> None:
    server = world.server
    pull = server.issue(OURS, "Faster", "See.", pull=True)
    first = server.remark(pull, "why this?")
    server.remark(pull, "and I ask too", by="cy", below=first)
    assert posts_of(await polled(world.listener(OURS))) == []
    top, one, other = posts_of(await polled(world.listener(OURS, pull_requests=True)))
    assert (one.native_id, one.parent_id) == (first["html_url"], top.native_id)
    assert (other.parent_id, other.root_id) == (first["html_url"], top.native_id)
    assert one.addressed
    assert other.addressed


async def test_later_remarks_come_once(world: World) -> None:
    pull = world.server.issue(OURS, "Faster", pull=True)
    listener = world.listener(OURS, pull_requests=True)
    cursor = last_cursor(await polled(listener))
    world.server.remark(pull, "why this?")
    batches = await polled(listener, cursor)
    assert "why this?" in [post.text for post in posts_of(batches)]
    assert posts_of(await polled(listener, last_cursor(batches))) == []


async def test_a_pull_request_s_thread_has_its_reviews_and_remarks(world: World) -> None:
    server = world.server
    pull = server.issue(OURS, "Faster", "See.", pull=True)
    server.comment(pull, "nice")
    server.review(pull, "")
    review = server.review(pull, "Two things:")
    remark = server.remark(pull, "why this?")
    batch = await world.listener(OURS, pull_requests=True).thread([remark["html_url"]])
    assert {post.text for post in batch.posts} == {"See.", "nice", "Two things:", "why this?"}
    said = next(post for post in batch.posts if post.native_id == review["html_url"])
    assert said.created_at is not None
    assert (said.parent_id, said.edited_at) == (pull["html_url"], None)
    assert batch.deletions == ()


async def test_a_remark_is_answered_in_its_row_and_found(world: World) -> None:
    server = world.server
    pull = server.issue(OURS, "Faster", pull=True)
    first = server.remark(pull, "why this?")
    second = server.remark(pull, "and I", below=first)
    listener = world.listener(OURS, pull_requests=True)
    for to in (first, second):
        reply = world.reply(to["html_url"], f"Because {to['id']}")
        assert await listener.find_reply(reply) is None
        sent = await listener.send_reply(reply)
        assert sent.native_id == server.remarks[-1]["html_url"]
        assert server.remarks[-1]["in_reply_to_id"] == first["id"]
        assert await listener.find_reply(reply) == sent
    await listener.delete_reply(sent.native_id)
    assert len(server.remarks) == 3


async def test_a_review_is_answered_below_its_pull_request(world: World) -> None:
    pull = world.server.issue(OURS, "Faster", pull=True)
    review = world.server.review(pull, "Two things:")
    listener = world.listener(OURS, pull_requests=True)
    sent = await listener.send_reply(world.reply(review["html_url"]))
    assert sent.native_id == world.server.comments[-1]["html_url"]
    with pytest.raises(ReplyRefusedError, match="no comment"):
        await listener.delete_reply(review["html_url"])


async def test_a_remark_that_is_gone_is_not_answered(world: World) -> None:
    pull = world.server.issue(OURS, "Faster", pull=True)
    remark = world.server.remark(pull, "why this?")
    world.server.remarks.clear()
    with pytest.raises(ReplyRefusedError, match=r"was not sent\. Your text is kept"):
        await world.listener(OURS).send_reply(world.reply(remark["html_url"]))
    assert world.server.remarks == []


# --- notifications -----------------------------------------------------------------------------


async def test_a_notification_brings_its_thread_before_any_search(world: World) -> None:
    server = world.server
    issue = server.issue(OTHER, "Which boat?", "Tell me.")
    server.late.add(issue["html_url"])
    server.comment(issue, "a raft")
    server.comment(issue, "@kerlann what do you say?", by="cy")
    server.notify(issue)
    listener = world.listener()
    batches = await polled(listener)
    assert [post.text for post in posts_of(batches)] == ["Tell me.", "@kerlann what do you say?"]
    cursor = last_cursor(batches)
    assert await polled(listener, cursor) == []
    assert server.requests[-1].headers["if-modified-since"] == server.notifications[0]["updated_at"]
    assert listener.next_interval is not None
    read = world.asked(f"/repos/{OTHER}/issues/1")
    server.comment(issue, "@kerlann?", by="dan")
    server.notify(issue)
    changed = posts_of(await polled(listener, cursor))
    assert [post.text for post in changed] == ["Tell me.", "@kerlann?"]
    assert changed[0].engagement.replies == 3
    assert world.asked(f"/repos/{OTHER}/issues/1") == read + 1


async def test_many_notifications_are_followed_over_several_rounds(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listeners.networks.github.notified.MOST_THREADS", 2)
    for number in range(5):
        issue = world.server.issue(OTHER, f"@kerlann {number}")
        world.server.late.add(issue["html_url"])
        world.server.notify(issue)
    listener = world.listener()
    cursor: str | None = None
    heard: list[str] = []
    for _ in range(4):
        batches = await polled(listener, cursor)
        cursor = last_cursor(batches, cursor)
        heard += [post.title for post in posts_of(batches)]
    assert heard == [f"@kerlann {number}" for number in range(5)]


async def test_what_was_not_stored_is_notified_of_again(world: World) -> None:
    issue = world.server.issue(OTHER, "@kerlann which boat?")
    world.server.late.add(issue["html_url"])
    world.server.notify(issue)
    listener = world.listener()
    stopped = listener.poll(None)
    async for batch in stopped:
        if batch.posts:
            break
    await stopped.aclose()
    assert [post.title for post in posts_of(await polled(listener))] == ["@kerlann which boat?"]


async def test_an_old_issue_that_is_talked_of_again_is_history(world: World) -> None:
    issue = world.server.issue(OTHER, "Which boat?")
    world.server.late.add(issue["html_url"])
    world.server.now += 9 * DAY // SECOND
    world.server.comment(issue, "@kerlann?")
    world.server.notify(issue)
    assert [post.history for post in posts_of(await polled(world.listener()))] == [True, False]


async def test_pull_requests_are_notified_of_where_they_are_listened_to(world: World) -> None:
    pull = world.server.issue(OTHER, "@kerlann please look", pull=True)
    world.server.late.add(pull["html_url"])
    world.server.notify(pull, "review_requested")
    world.server.notifications.append({"id": "9", "subject": {"type": "Release", "url": None}})
    world.server.notifications[-1]["updated_at"] = pull["updated_at"]
    assert posts_of(await polled(world.listener())) == []
    assert len(posts_of(await polled(world.listener(pull_requests=True)))) == 1


async def test_a_token_that_may_not_read_notifications_reads_the_rest(world: World) -> None:
    world.server.on("/notifications", json_reply({"message": "Resource not accessible"}, 403))
    world.server.issue(OTHER, "kerlann")
    listener = world.listener()
    batches = await polled(listener)
    assert [post.title for post in posts_of(batches)] == ["kerlann"]
    await polled(listener, last_cursor(batches))
    assert world.asked("/notifications") == 1


# --- discussions -------------------------------------------------------------------------------


async def test_a_long_discussion_is_read_whole(world: World) -> None:
    world.server.step = 1
    talk = world.server.discussion(OURS, "A name for it")
    for number in range(120):
        comment = world.server.say(talk, f"name {number}")
    for number in range(30):
        world.server.say(talk, f"no {number}", below=comment)
    batch = await world.listener(OURS).thread([talk["url"]])
    assert [post.text for post in batch.posts[:3]] == ["A name for it", "name 0", "name 1"]
    assert len(batch.posts) == 151
    assert world.asked("/graphql") == 3


async def test_a_discussion_without_end_is_left(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listeners.networks.github.discussions.MOST_SHEETS", 2)
    talk = world.server.discussion(OURS, "A name for it")
    for number in range(120):
        world.server.say(talk, f"name {number}")
    batch = await world.listener(OURS).thread([talk["url"]])
    assert len(batch.posts) == 101
    assert batch.deletions == ()


async def test_the_past_of_discussions_is_read_page_by_page(world: World) -> None:
    world.server.discussion(OTHER, "kerlann long ago")
    since = Micros(world.now + 30 * SECOND)
    for number in range(45):
        world.server.discussion(OTHER, f"kerlann {number}")
    expected = {f"kerlann {number}" for number in range(45)}
    heard: list[str] = []
    place: str | None = None
    for _ in range(20):
        # Begun anew at every page, as after a crash.
        past = world.listener("kerlann").history(BRAND, since, place)
        batch = await anext(past, None)
        await past.aclose()
        if batch is None:
            break
        heard += [post.title for post in batch.posts]
        place = batch.cursor
    assert set(heard) == expected
    assert len(heard) == 45
