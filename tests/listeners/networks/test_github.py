"""Reading GitHub upwards in time: every change once, whatever breaks off, and threads on demand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing
from typing import Any

import pytest

from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import DAY, SECOND, Batch, Deletion, Micros, Post, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.github.listener import GitHubListener
from listeners.networks.github.places import CURSOR, Place, places_of
from listeners.networks.searching import read_marks, write_marks
from listeners.secret import Secret
from tests.fake.github import START, FakeGitHub
from tests.fake.http_server import (
    Reply,
    Request,
    body_reply,
    json_reply,
    reset_in_body,
    status_reply,
)

BRAND = BrandConfig(name="Kerlann", query="kerlann", handles={"github": ("Kerlann",)})
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

    def listener(
        self, what: str = OURS, *, signed_in: bool = False, **options: object
    ) -> GitHubListener:
        token = Secret("env:GITHUB_KEY") if signed_in else None
        source = SourceConfig(
            network="github", what=what, base_url=self.server.url, options=options, token=token
        )
        return GitHubListener(source, [BRAND], self.fetch, lambda: self.now)


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


def texts(batches: Iterable[Batch]) -> list[str]:
    return [post.text for post in posts_of(batches)]


def last_cursor(batches: Iterable[Batch], before: str | None = None) -> str | None:
    return next((b.cursor for b in reversed(list(batches)) if b.cursor), before)


# --- what a post is ----------------------------------------------------------------------------


async def test_issues_and_comments_of_a_repository(world: World) -> None:
    server = world.server
    issue = server.issue(OURS, "It sinks", "Every **day**.", labels=[{"name": "bug"}])
    server.comment(issue, "Here too", reactions={"+1": 2, "heart": 1, "-1": 9})
    top, comment = posts_of(await polled(world.listener()))
    assert top.native_id == issue["html_url"] == top.url
    assert (top.title, top.text, top.tags) == ("It sinks", "Every day.", ("bug",))
    assert (top.parent_id, top.root_id, top.engagement.replies) == (None, None, 1)
    assert top.author.key == f"{server.url}/ana"
    assert (comment.parent_id, comment.root_id) == (top.native_id, top.native_id)
    assert (comment.text, comment.title, comment.engagement.likes) == ("Here too", "", 3)
    assert (top.edited_at, comment.edited_at) == (None, None)


async def test_whom_a_post_speaks_to(world: World) -> None:
    server = world.server
    issue = server.issue(OURS, "It sinks")
    server.comment(issue, "Here too")
    server.comment(issue, "@ana which boat?")
    server.comment(issue, "@Kerlann and @ana, help")
    server.comment(issue, "We look", by="mate", author_association="MEMBER")
    server.comment(issue, "We look", by="kerlann")
    server.comment(issue, "Stale", by="stale[bot]")
    posts = posts_of(await polled(world.listener()))
    assert [post.addressed for post in posts] == [True, True, False, True, False, False, False]
    assert [post.author.automated for post in posts[-2:]] == [False, True]


async def test_a_comment_answers_what_it_quotes(world: World) -> None:
    server = world.server
    issue = server.issue(OTHER, "kerlann sinks", "It goes down every single day.")
    ours = server.comment(issue, "Which version of it do you **sail**?", by="kerlann")
    server.comment(issue, "> Which version of it do you sail?\n\nThe second", by="cy")
    server.comment(issue, "> It goes down every single day.\n> > older\n\nMine too", by="dan")
    server.comment(issue, "> yes\n\nno", by="eve")
    _, _, answer, same, short = posts_of(await polled(world.listener(OTHER)))
    assert (answer.parent_id, answer.addressed) == (ours["html_url"], True)
    assert (same.parent_id, same.addressed) == (issue["html_url"], False)
    assert (short.parent_id, short.text) == (issue["html_url"], "no")
    assert answer.root_id == issue["html_url"]


async def test_in_a_repository_of_others_nobody_speaks_to_us_unnamed(world: World) -> None:
    world.server.issue(OTHER, "kerlann is slow")
    posts = posts_of(await polled(world.listener(OTHER)))
    assert [post.addressed for post in posts] == [False]
    assert [p.addressed for p in posts_of(await polled(world.listener(OTHER, ours=True)))] == [True]


async def test_pull_requests_come_only_when_asked_for(world: World) -> None:
    pull = world.server.issue(OURS, "Bail it out", pull=True)
    world.server.comment(pull, "Nice")
    assert texts(await polled(world.listener())) == []
    assert texts(await polled(world.listener(pull_requests=True))) == ["Bail it out", "Nice"]


async def test_what_is_old_at_the_first_reading_is_history(world: World) -> None:
    world.server.issue(OURS, "long ago")
    world.server.now += 10 * DAY // SECOND
    assert [post.history for post in posts_of(await polled(world.listener()))] == [True]


# --- reading on --------------------------------------------------------------------------------


async def test_reading_on_brings_every_change_once(world: World) -> None:
    server = world.server
    first = server.issue(OURS, "issue 0")
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    comment = server.comment(first, "comment 0")
    batches = await polled(listener, cursor)
    assert texts(batches) == ["issue 0", "comment 0"]
    cursor = last_cursor(batches, cursor)
    assert await polled(listener, cursor) == []
    server.edit(comment, "comment 0, corrected")
    batches = await polled(listener, cursor)
    assert texts(batches) == ["comment 0, corrected"]
    assert posts_of(batches)[0].edited_at is not None


@pytest.mark.parametrize("step", [60, 0], ids=["minutes apart", "all at once"])
@pytest.mark.parametrize("stop", [0, 1, 2, 3])
async def test_a_stop_at_any_page_leaves_no_gap(world: World, stop: int, step: int) -> None:
    server = world.server
    server.issue(OURS, "before")
    cursor = last_cursor(await polled(world.listener()))
    server.step = step
    for number in range(250):
        server.issue(OURS, f"issue {number}")
    heard: list[str] = []
    async with aclosing(world.listener().poll(cursor)) as batches:
        async for batch in batches:
            if stop == 0:
                break
            heard += [post.native_id for post in batch.posts]
            cursor, stop = batch.cursor or cursor, stop - 1
    server.issue(OURS, "issue 250")
    later = world.listener()
    batches2 = await polled(later, cursor)
    # What lies within the overlap is handed on again after a restart, and folded by the store.
    heard += [post.native_id for post in posts_of(batches2)]
    assert len(set(heard)) - (f"{server.url}/{OURS}/issues/1" in heard) == 251
    assert await polled(later, last_cursor(batches2, cursor)) == []


async def test_what_has_not_changed_is_not_sent_again(world: World) -> None:
    world.server.issue(OURS, "issue")
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    cursor = last_cursor(await polled(listener, cursor), cursor)
    before = len(world.server.requests)
    assert await polled(listener, cursor) == []
    again = world.server.requests[before:]
    assert [bool(request.headers.get("if-none-match")) for request in again] == [True, True]


async def test_a_page_that_was_not_stored_is_asked_for_whole(world: World) -> None:
    world.server.issue(OURS, "issue 0")
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    world.server.issue(OURS, "issue 1")
    async with aclosing(listener.poll(cursor)) as batches:
        await anext(batches)
    assert texts(await polled(listener, cursor)) == ["issue 1"]


async def test_a_lost_place_is_said(world: World) -> None:
    world.server.issue(OURS, "issue")
    batches = await polled(world.listener(), "nonsense")
    assert batches[0].gap is not None
    assert texts(batches) == ["issue"]


# --- searching ---------------------------------------------------------------------------------


async def test_a_search_finds_issues_and_then_their_comments(world: World) -> None:
    server = world.server
    issue = server.issue(OTHER, "Which boat?", "kerlann or not")
    listener = world.listener("kerlann")
    batches = await polled(listener)
    assert texts(batches) == ["kerlann or not"]
    assert server.requests[0].one("q") == "kerlann is:issue"
    server.comment(issue, "kerlann, surely")
    server.issue(OTHER, "Rowing")
    batches = await polled(listener, last_cursor(batches))
    assert texts(batches) == ["kerlann or not", "kerlann, surely"]
    assert await polled(listener, last_cursor(batches)) == []


async def test_the_first_search_asks_for_a_few_of_the_newest_comments(world: World) -> None:
    server = world.server
    for number in range(15):
        issue = server.issue(OTHER, f"boat {number}", "kerlann")
        server.comment(issue, f"kerlann {number}")
    found = texts(await polled(world.listener("kerlann")))
    assert [text for text in found if text != "kerlann"] == [f"kerlann {n}" for n in range(5, 15)]


async def test_a_search_shows_more_than_github_s_thousand(world: World) -> None:
    server = world.server
    server.most = 100
    cursor = last_cursor(await polled(world.listener("kerlann")))
    for number in range(230):
        server.issue(OTHER, f"kerlann {number}")
    batches = await polled(world.listener("kerlann"), cursor)
    assert {post.title for post in posts_of(batches)} == {f"kerlann {n}" for n in range(230)}
    assert len(posts_of(batches)) == 230


async def test_what_the_index_learns_late_is_found(world: World) -> None:
    server = world.server
    early = server.issue(OTHER, "kerlann early")
    server.issue(OTHER, "kerlann")
    server.late.add(early["html_url"])
    listener = world.listener("kerlann")
    cursor = last_cursor(await polled(listener))
    server.late.clear()
    assert texts(await polled(listener, cursor)) == ["kerlann early"]


async def test_a_search_that_ran_out_of_time_keeps_its_place_and_then_says_so(
    world: World,
) -> None:
    server = world.server
    listener = world.listener("kerlann")
    cursor = last_cursor(await polled(listener))
    for number in range(3):
        server.issue(OTHER, f"kerlann {number}")
    server.incomplete = True
    batches = await polled(listener, cursor)
    assert texts(batches) == ["kerlann 0"]
    assert last_cursor(batches, cursor) == cursor
    assert all(batch.gap is None for batch in await polled(listener, cursor))
    assert [batch.gap is not None for batch in await polled(listener, cursor)] == [True]
    server.incomplete = False
    assert texts(await polled(listener, cursor)) == ["kerlann 1", "kerlann 2"]


async def test_the_brands_queries_are_searched_for(world: World) -> None:
    world.server.issue(OTHER, "kerlann")
    assert texts(await polled(world.listener(""))) == ["kerlann"]
    asked = [request.one("q") for request in world.server.requests]
    assert asked == ['"kerlann" is:issue', "mentions:Kerlann is:issue"]


async def test_an_organisation_that_cannot_be_searched_for_is_left_alone(world: World) -> None:
    server = world.server
    server.issue(OTHER, "kerlann")
    refused = json_reply({"message": "Validation Failed"}, 422)

    def answer(request: Request) -> Reply:
        return refused if "mentions:" in request.one("q") else server.answer(request)

    server.on("/search/issues", answer)
    listener = world.listener("")
    assert texts(await polled(listener)) == ["kerlann"]
    await polled(listener)
    assert sum("mentions:" in request.one("q") for request in server.requests) == 1


@pytest.mark.parametrize(
    ("what", "signed_in", "options", "kinds"),
    [
        ("a/b", False, {}, ["issues:a/b", "comments:a/b"]),
        ("a/b, c/d", False, {}, ["issues:a/b", "comments:a/b", "issues:c/d", "comments:c/d"]),
        ("a/b", True, {}, ["issues:a/b", "comments:a/b", "discussions:repo:a/b"]),
        ("a/b", False, {"pull_requests": True}, ["issues:a/b", "comments:a/b", "remarks:a/b"]),
        ("some words", False, {}, ["search:some words"]),
        ("search:a/b", False, {}, ["search:a/b"]),
        ("x", False, {"pull_requests": True}, ["search:x", "pulls:x"]),
        ("x", True, {}, ["search:x", "discussions:x"]),
    ],
)
def test_what_a_source_listens_to(
    what: str, signed_in: bool, options: dict[str, object], kinds: list[str]
) -> None:
    source = SourceConfig(network="github", what=what, options=options)
    places = places_of(source, [], signed_in=signed_in)
    assert [place.key for place in places] == kinds


def test_a_brand_without_words_to_search_for_is_told_so() -> None:
    with pytest.raises(SourceError, match="no words"):
        places_of(SourceConfig(network="github"), [], signed_in=False)


def test_cursors_survive() -> None:
    marks = {Place("issues", "a/b").key: 12, "search:a b": 3}
    assert read_marks(write_marks(marks, CURSOR), CURSOR) == marks
    assert read_marks(None, CURSOR) == {}
    assert read_marks('{"places": 3}', CURSOR) is None


# --- discussions -------------------------------------------------------------------------------


async def test_discussions_come_with_a_token(world: World) -> None:
    server = world.server
    talk = server.discussion(OURS, "A name for it", "Ideas?")
    first = server.say(talk, "Kerlann the Second")
    first["reactionGroups"] = [
        {"content": "ROCKET", "reactors": {"totalCount": 3}},
        {"content": "THUMBS_UP", "reactors": {"totalCount": 2}},
        {"content": "CONFUSED", "reactors": {"totalCount": 7}},
    ]
    server.say(talk, "Better not", by="cy", below=first)
    assert texts(await polled(world.listener())) == []
    listener = world.listener(signed_in=True)
    batches = await polled(listener)
    top, comment, answer = posts_of(batches)
    assert (top.title, top.text, top.tags) == ("A name for it", "Ideas?", ("ideas",))
    assert comment.root_id == answer.root_id == top.native_id == talk["url"]
    assert answer.author.handle == "cy"
    assert [post.engagement.likes for post in (top, comment)] == [0, 5]
    server.say(talk, "Agreed")
    batches = await polled(listener, last_cursor(batches))
    assert texts(batches) == ["Ideas?", "Agreed"]


@pytest.mark.parametrize("unsorted", [False, True])
async def test_many_discussions_are_all_found(world: World, unsorted: bool) -> None:
    server = world.server
    server.unsorted = unsorted
    listener = world.listener("kerlann", signed_in=True)
    cursor = last_cursor(await polled(listener))
    for number in range(70):
        server.discussion(OTHER, f"kerlann {number}")
    batches = await polled(listener, cursor)
    assert texts(batches) == [f"kerlann {number}" for number in range(70)]
    assert await polled(listener, last_cursor(batches)) == []


@pytest.mark.parametrize("unsorted", [False, True])
async def test_more_discussions_than_one_round_asks_for(
    world: World, unsorted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listeners.networks.github.discussions.MOST_PAGES", 1)
    server = world.server
    server.unsorted = unsorted
    listener = world.listener("kerlann", signed_in=True)
    cursor = last_cursor(await polled(listener))
    for number in range(50):
        server.discussion(OTHER, f"kerlann {number}")
    heard: set[str] = set()
    gaps = 0
    for _ in range(3):
        batches = await polled(listener, cursor)
        cursor = last_cursor(batches, cursor)
        heard.update(texts(batches))
        gaps += sum(batch.gap is not None for batch in batches)
    # Where the order is not kept, what was missed is told as a gap and never passed over.
    assert (len(heard), gaps) == ((20, 1) if unsorted else (50, 0))


async def test_a_token_that_may_not_read_discussions_reads_the_rest(world: World) -> None:
    world.server.issue(OURS, "issue")
    error = {"type": "INSUFFICIENT_SCOPES", "message": "Your token has not been granted"}
    world.server.on("/graphql", json_reply({"errors": [error]}))
    assert texts(await polled(world.listener(signed_in=True))) == ["issue"]


# --- threads -----------------------------------------------------------------------------------


async def test_an_issue_about_us_is_read_whole_and_what_is_gone_is_told(world: World) -> None:
    server = world.server
    issue = server.issue(OURS, "It sinks")
    comments = [server.comment(issue, f"comment {number}") for number in range(130)]
    listener = world.listener()
    batch = await listener.thread([issue["html_url"]])
    assert [post.text for post in batch.posts][::65] == ["It sinks", "comment 64", "comment 129"]
    await polled(listener)
    server.delete(comments[120])
    batch = await listener.thread([issue["html_url"], comments[3]["html_url"]])
    assert batch.deletions == (Deletion("github", comments[120]["html_url"]),)
    server.delete(issue)
    batch = await listener.thread([issue["html_url"]])
    assert batch.deletions == (Deletion("github", issue["html_url"]),)


async def test_of_another_issue_only_what_is_about_us(world: World) -> None:
    server = world.server
    issue = server.issue(OTHER, "Which boat?")
    server.comment(issue, "a raft")
    asked = server.comment(issue, "a canoe")
    server.comment(issue, "a kerlann")
    batch = await world.listener("kerlann").thread([asked["html_url"], "elsewhere"])
    assert [post.text for post in batch.posts] == ["Which boat?", "a canoe", "a kerlann"]


async def test_a_discussion_is_read_and_its_end_is_told(world: World) -> None:
    server = world.server
    talk = server.discussion(OURS, "A name for it")
    server.say(talk, "Kerlann the Second")
    listener = world.listener(signed_in=True)
    batch = await listener.thread([talk["url"]])
    assert [post.text for post in batch.posts] == ["A name for it", "Kerlann the Second"]
    assert await world.listener().thread([talk["url"]]) == Batch()
    server.discussions.clear()
    batch = await listener.thread([talk["url"]])
    assert batch.deletions == (Deletion("github", talk["url"]),)


# --- refusals ----------------------------------------------------------------------------------

SECONDARY = {
    "message": "You have exceeded a secondary rate limit. Please wait.",
    "documentation_url": "https://docs.github.com/rest/using-the-rest-api/rate-limits",
}


@pytest.mark.parametrize(
    ("reply", "state", "words"),
    [
        (json_reply(SECONDARY, 403), SourceState.RATE_LIMITED, "slow down"),
        (json_reply(SECONDARY, 403, retry_after="70"), SourceState.RATE_LIMITED, "slow down"),
        (json_reply(SECONDARY, 429, retry_after="70"), SourceState.RATE_LIMITED, "slow down"),
        (
            json_reply(
                {"message": "API rate limit exceeded"},
                403,
                x_ratelimit_remaining="0",
                x_ratelimit_reset=str(START + 600),
            ),
            SourceState.RATE_LIMITED,
            "slow down",
        ),
        (json_reply({"message": "Bad credentials"}, 401), SourceState.NEEDS_TOKEN, "token"),
        (json_reply({"message": "Not Found"}, 404), SourceState.FAILING, "no such repository"),
        (json_reply({"message": "Issues are disabled"}, 410), SourceState.FAILING, "no such"),
        (
            body_reply(b"<html>Forbidden</html>", "text/html", 403),
            SourceState.BLOCKED,
            "refuses to answer",
        ),
        (body_reply(b"<html><body>Hi</body></html>"), SourceState.FAILING, "web page"),
        (json_reply({"strange": 1}), SourceState.FORMAT_CHANGED, "not as GitHub does"),
        (status_reply(502, b"<html>bad gateway</html>"), SourceState.FAILING, "in trouble"),
        (reset_in_body(), SourceState.FAILING, "broke off"),
    ],
)
async def test_refusals_are_said_in_words(
    world: World, reply: Any, state: SourceState, words: str
) -> None:
    world.server.on(f"/repos/{OURS}/issues", reply)
    with pytest.raises(SourceError) as caught:
        await polled(world.listener())
    assert caught.value.state is state
    assert words in str(caught.value)


async def test_a_secondary_limit_without_a_time_is_a_minute(world: World) -> None:
    world.server.on(f"/repos/{OURS}/issues", json_reply(SECONDARY, 403))
    with pytest.raises(SourceError) as caught:
        await polled(world.listener())
    assert caught.value.until == world.now + 60 * SECOND


def spent(allowed: int, status: int = 200) -> Reply:
    """An answer that uses up its limit."""
    left = {"x_ratelimit_limit": str(allowed), "x_ratelimit_remaining": "0"}
    body = {"items": [], "total_count": 0} if status == 200 else {"message": "rate limit"}
    return json_reply(body, status, **left, x_ratelimit_reset=str(START + 600))


@pytest.mark.parametrize("status", [200, 403])
async def test_searches_that_are_used_up_hold_up_nothing_else(world: World, status: int) -> None:
    world.server.issue(OURS, "It sinks")
    world.server.on("/search/issues", spent(30, status))
    if status == 200:
        await polled(world.listener("kerlann"))
    for _ in range(2):
        with pytest.raises(SourceError) as caught:
            await polled(world.listener("kerlann"))
        assert caught.value.state is SourceState.RATE_LIMITED
    assert len(world.server.asked("/search/issues")) == 1
    assert texts(await polled(world.listener())) == ["It sinks"]


async def test_the_limit_of_all_else_holds_up_no_search(world: World) -> None:
    world.server.on(f"/repos/{OURS}/issues", spent(60, 403))
    for _ in range(2):
        with pytest.raises(SourceError, match=r"slow down|no more requests"):
            await polled(world.listener())
    assert len(world.server.asked(f"/repos/{OURS}/issues")) == 1
    await polled(world.listener("kerlann"))
    assert world.server.asked("/search/issues")


async def test_a_secondary_limit_holds_for_searches_too(world: World) -> None:
    world.server.on("/search/issues", json_reply(SECONDARY, 403, retry_after="70"))
    with pytest.raises(SourceError):
        await polled(world.listener("kerlann"))
    asked = len(world.server.requests)
    with pytest.raises(SourceError) as caught:
        await polled(world.listener())
    assert caught.value.state is SourceState.RATE_LIMITED
    assert len(world.server.requests) == asked


async def test_a_search_that_is_not_understood_is_told_so(world: World) -> None:
    world.server.on("/search/issues", json_reply({"message": "Validation Failed"}, 422))
    with pytest.raises(SourceError, match="cannot search for this"):
        await polled(world.listener("kerlann"))


async def test_github_s_own_pace_is_kept(world: World) -> None:
    listener = world.listener()
    assert listener.next_interval is None
    world.server.on(f"/repos/{OURS}/issues", json_reply([], x_poll_interval="300"))
    await polled(listener)
    assert listener.next_interval == 300.0


async def test_a_bad_record_spoils_no_neighbour_and_is_told_once(world: World) -> None:
    server = world.server
    server.issue(OURS, "good")
    server.issue(OURS, "bad", html_url="https://elsewhere.example/x")
    server.issue(OURS, "good too")
    listener = world.listener()
    batches = await polled(listener)
    assert texts(batches) == ["good", "good too"]
    assert sum(len(batch.bad) for batch in batches) == 1
    assert await polled(listener, last_cursor(batches)) == []


async def test_another_format_is_told_by_what_cannot_be_read(world: World) -> None:
    for number in range(5):
        world.server.issue(OURS, f"kerlann {number}", labels=[], user=number)
    batch = (await polled(world.listener()))[0]
    assert (len(batch.bad), batch.fetched, batch.posts) == (5, 5, ())
