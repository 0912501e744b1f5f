"""Hearing Reddit: the same posts by feeds and by an app, each once, and what becomes of them."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import aclosing
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest

from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import DAY, HOUR, SECOND, Batch, Deletion, Micros, Post, SourceState
from listeners.networks.contract import Historical, SourceError
from listeners.networks.persons import may_be_merged
from listeners.networks.reddit.listener import APP_INTERVAL, SECOND_LOOK, RedditListener
from listeners.networks.reddit.places import LONGEST_QUERY, Place, places_of, queries_of
from listeners.networks.reddit.server import FEED_SPACING, TOKEN_SPACING
from listeners.networks.reddit.threads import FEED_TURN
from listeners.networks.searching import read_marks
from listeners.networks.walking import DOUBT
from listeners.secret import Secret
from tests.fake.http_server import (
    Reply,
    Request,
    body_reply,
    json_reply,
    reset_in_body,
    status_reply,
)
from tests.fake.reddit import APP, FEED, ME, PAGE, REFRESH, SECRET, START, FakeReddit

BRAND = BrandConfig(name="Kerlann", query="kerlann", handles={"reddit": (f"u/{ME}",)})
WITH_APP = {"client_id": APP, "client_secret": "env:REDDIT_SECRET"}


class World:
    """A Reddit, a fetcher and a clock that the tests move."""

    def __init__(self, reddit: FakeReddit, fetch: Fetcher) -> None:
        self.reddit = reddit
        self.fetch = fetch
        self.now = Micros((START + 36_000) * SECOND)

    def listener(
        self,
        what: str = "",
        *,
        app: bool = False,
        token: str = "",
        brand: BrandConfig = BRAND,
        **options: object,
    ) -> RedditListener:
        source = SourceConfig(
            network="reddit",
            what=what,
            base_url=self.reddit.url,
            token=Secret(f"env:{token}") if token else None,
            options={**(WITH_APP if app else {}), **options},
        )
        return RedditListener(source, [brand], self.fetch, lambda: self.now)


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    for name, value in (("SECRET", SECRET), ("REFRESH", REFRESH), ("FEED", FEED)):
        monkeypatch.setenv(f"REDDIT_{name}", value)
    async with FakeReddit() as reddit:
        made: list[World] = []
        async with Fetcher(lambda: made[0].now, chance=lambda: 0.0) as fetch:
            made.append(World(reddit, fetch))
            yield made[0]


async def polled(listener: RedditListener, cursor: str | None = None) -> list[Batch]:
    async with aclosing(listener.poll(cursor)) as batches:
        return [batch async for batch in batches]


def posts_of(batches: Iterable[Batch]) -> list[Post]:
    return [post for batch in batches for post in batch.posts]


def texts(batches: Iterable[Batch]) -> list[str]:
    return [post.title or post.text for post in posts_of(batches)]


def last_cursor(batches: Iterable[Batch], before: str | None = None) -> str | None:
    return next((b.cursor for b in reversed(list(batches)) if b.cursor), before)


def gone_in(batches: Iterable[Batch]) -> list[str]:
    return [gone.native_id for batch in batches for gone in batch.deletions]


both = pytest.mark.parametrize("app", [False, True], ids=["feeds", "app"])


# --- hearing -----------------------------------------------------------------------------------


@both
async def test_a_search_brings_submissions_with_their_own_words(world: World, app: bool) -> None:
    words = "> they said it floats\nIt leaks. See u/bob"
    text = world.reddit.submit("Kerlann & co", text=words)
    link = world.reddit.submit("kerlann site", by="Cy", url="https://kerlann.example/a?b=1")
    world.reddit.submit("something else")
    first, second = posts_of(await polled(world.listener(app=app)))
    assert (first.native_id, first.title, first.text) == (
        text["name"],
        "Kerlann & co",
        "It leaks. See u/bob",
    )
    assert (first.parent_id, first.root_id, first.mentions) == (None, None, ("bob", "u/bob"))
    assert first.created_at == text["created_utc"] * SECOND
    assert first.url == f"https://www.reddit.com{text['permalink']}"
    assert (second.native_id, second.text) == (link["name"], "")
    assert second.links == ("https://kerlann.example/a?b=1",)
    assert (second.author.key, second.author.handle) == ("cy", "Cy")
    assert first.engagement.likes == (1 if app else None)


@both
async def test_a_community_brings_posts_and_comments(world: World, app: bool) -> None:
    post = world.reddit.submit("How do I row?")
    comment = world.reddit.comment("With a kerlann", on=post)
    answer = world.reddit.comment("No", on=comment, by="dee")
    world.reddit.submit("elsewhere", sub="cars")
    posts = {
        post.native_id: post for post in posts_of(await polled(world.listener("r/Boats", app=app)))
    }
    assert list(posts) == [post["name"], comment["name"], answer["name"]]
    heard = posts[answer["name"]]
    assert heard.root_id == post["name"]
    assert heard.parent_id == (comment["name"] if app else post["name"])
    assert (heard.title, heard.text) == ("", "No")


@both
async def test_what_is_heard_once_does_not_come_again(world: World, app: bool) -> None:
    listener = world.listener("r/boats", app=app)
    world.reddit.submit("one")
    cursor = last_cursor(await polled(listener))
    assert await polled(listener, cursor) == []
    world.reddit.submit("two")
    batches = await polled(listener, cursor)
    assert texts(batches) == ["two"]
    assert await polled(listener, last_cursor(batches, cursor)) == []


@both
async def test_a_new_process_goes_on_where_the_last_one_ended(world: World, app: bool) -> None:
    world.reddit.submit("one")
    cursor = last_cursor(await polled(world.listener("r/boats", app=app)))
    for number in range(130):
        world.reddit.submit(f"post {number}")
    world.now = Micros((world.reddit.now + 60) * SECOND)
    batches = await polled(world.listener("r/boats", app=app), cursor)
    assert [name for name in texts(batches) if name != "one"] == [f"post {n}" for n in range(130)]
    assert [batch.gap for batch in batches if batch.gap] == []
    assert [bool(batch.lag) for batch in batches] == [True, False]


@both
async def test_a_broken_page_loses_nothing(world: World, app: bool) -> None:
    listener = world.listener("r/boats", app=app)
    world.reddit.submit("one")
    cursor = last_cursor(await polled(listener))
    for number in range(120):
        world.reddit.submit(f"post {number}")
    path = "/r/boats/new" if app else "/r/boats/new/.rss"
    world.reddit.on(path, world.reddit.answer, reset_in_body(), world.reddit.answer)
    heard: list[Batch] = []
    with pytest.raises(SourceError):
        heard += await polled(listener, cursor)
    heard += await polled(listener, last_cursor(heard, cursor))
    assert sorted(texts(heard)) == sorted(f"post {number}" for number in range(120))


@both
async def test_more_than_a_listing_shows_is_a_gap(world: World, app: bool) -> None:
    world.reddit.most = 200
    world.reddit.submit("one")
    cursor = last_cursor(await polled(world.listener("r/boats", app=app)))
    for number in range(300):
        world.reddit.submit(f"post {number}")
    world.now = Micros((world.reddit.now + 60) * SECOND)
    batches = await polled(world.listener("r/boats", app=app), cursor)
    assert len(posts_of(batches)) == 200
    [gap] = [batch.gap for batch in batches if batch.gap]
    assert gap.from_at is not None
    assert gap.to_at is not None
    assert gap.from_at < gap.to_at == (START + (1 + 101) * 60) * SECOND


async def test_a_listing_that_breaks_off_is_asked_for_again_for_a_while(world: World) -> None:
    world.reddit.submit("one")
    cursor = last_cursor(await polled(world.listener("r/boats", app=True)))
    for number in range(150):
        world.reddit.submit(f"post {number}")
    world.now = Micros((world.reddit.now + 60) * SECOND)

    def empty_below(request: Request, answer: Callable[[Request], Reply]) -> Reply:
        nothing = {"kind": "Listing", "data": {"children": [], "after": None}}
        return json_reply(nothing) if request.one("after") else answer(request)

    listener = world.listener("r/boats", app=True)
    for _ in range(2):
        world.reddit.between = empty_below
        with pytest.raises(SourceError, match="broke off"):
            await polled(listener, cursor)
        world.now = Micros(world.now + DOUBT // 3)
    world.reddit.between = None
    batches = await polled(listener, cursor)
    assert len(set(texts(batches))) == 151
    assert not [batch.gap for batch in batches if batch.gap]
    # Who goes on showing none is believed, and it is told.
    world.reddit.between = empty_below
    with pytest.raises(SourceError, match="broke off"):
        await polled(listener, cursor)
    world.now = Micros(world.now + DOUBT)
    assert len([batch.gap for batch in await polled(listener, cursor) if batch.gap]) == 1


async def test_a_listing_goes_on_below_a_post_deleted_meanwhile(world: World) -> None:
    reddit = world.reddit
    reddit.submit("one")
    listener = world.listener("r/boats", app=True)
    cursor = last_cursor(await polled(listener))
    for number in range(150):
        reddit.submit(f"post {number}")
    last_of_page = reddit.things[-100]

    def first_page(request: Request) -> Reply:
        answer = reddit.answer(request)
        reddit.things.remove(last_of_page)
        return answer

    reddit.on("/r/boats/new", first_page, reddit.answer)
    assert len(set(texts(await polled(listener, cursor)))) == 150


async def test_what_is_old_at_the_first_look_is_history(world: World) -> None:
    world.reddit.submit("kerlann of old")
    world.now = Micros(world.now + 4 * DAY)
    world.reddit.now += 4 * DAY // SECOND
    world.reddit.submit("kerlann of today")
    posts = posts_of(await polled(world.listener()))
    assert [post.history for post in posts] == [True, False]


async def test_what_was_written_while_we_were_away_is_work_however_old(world: World) -> None:
    listener = world.listener("r/boats", app=True)
    world.reddit.submit("before")
    cursor = last_cursor(await polled(listener))
    world.reddit.now += DAY // SECOND
    world.reddit.submit("meanwhile")
    world.now = Micros(world.now + 10 * DAY)
    posts = posts_of(await polled(world.listener("r/boats", app=True), cursor))
    assert [post.history for post in posts if post.title == "meanwhile"] == [False]


async def test_an_unreadable_cursor_is_said_and_begun_anew(world: World) -> None:
    world.reddit.submit("kerlann")
    batches = await polled(world.listener(), "nonsense")
    assert batches[0].gap is not None
    assert texts(batches) == ["kerlann"]


async def test_a_clock_that_runs_ahead_there_skips_nothing_here(world: World) -> None:
    listener = world.listener("r/boats", app=True)
    ahead = world.reddit.submit("from tomorrow")
    ahead["created_utc"] += 100_000
    marks = read_marks(last_cursor(await polled(listener)))
    assert marks is not None
    assert marks["/r/boats/new"] == world.now // SECOND


# --- what happens to a post --------------------------------------------------------------------


@both
async def test_an_edit_is_heard(world: World, app: bool) -> None:
    post = world.reddit.submit("kerlann", text="floats")
    listener = world.listener(app=app)
    cursor = last_cursor(await polled(listener))
    post["selftext_html"] = '<div class="md"><p>sinks</p></div>'
    [heard] = posts_of(await polled(listener, cursor))
    assert (heard.native_id, heard.text) == (post["name"], "sinks")


async def test_votes_edits_and_deletions_of_older_posts_are_seen_by_an_app(world: World) -> None:
    reddit = world.reddit
    kept, gone, lost = (reddit.submit(f"kerlann {name}") for name in ("kept", "gone", "lost"))
    listener = world.listener(app=True)
    cursor = last_cursor(await polled(listener))
    kept["score"] = 40
    reddit.delete(gone)
    reddit.things.remove(lost)
    reddit.on("/search", json_reply({"kind": "Listing", "data": {"children": []}}))
    assert await polled(listener, cursor) == []
    world.now = Micros(world.now + SECOND_LOOK)
    [batch] = await polled(listener, cursor)
    assert [(post.native_id, post.engagement.likes) for post in batch.posts] == [(kept["name"], 40)]
    assert batch.deletions == (Deletion("reddit", gone["name"]),)
    # Missing once may be an odd answer.
    world.now = Micros(world.now + SECOND_LOOK)
    assert gone_in(await polled(listener, cursor)) == [lost["name"]]
    world.now = Micros(world.now + SECOND_LOOK)
    assert await polled(listener, cursor) == []


@both
@pytest.mark.parametrize("shown", ["[deleted]", "[removed]", "[ Removed by Reddit ]"])
async def test_what_is_gone_is_told_once(world: World, app: bool, shown: str) -> None:
    post = world.reddit.submit("kerlann", sub="boats")
    comment = world.reddit.comment("nice kerlann", on=post)
    listener = world.listener("r/boats", app=app)
    cursor = last_cursor(await polled(listener))
    comment["body"] = shown
    comment["body_html"] = f'<div class="md"><p>{shown}</p></div>'
    batches = await polled(listener, cursor)
    assert (gone_in(batches), posts_of(batches)) == ([comment["name"]], [])
    assert await polled(listener, cursor) == []


async def test_whatever_a_deleted_account_wrote_is_gone(world: World) -> None:
    post = world.reddit.submit("kerlann", text="still to be read")
    post["author"] = "[deleted]"
    assert gone_in(await polled(world.listener(app=True))) == [post["name"]]


# --- us ----------------------------------------------------------------------------------------


async def test_answers_to_our_posts_are_addressed_to_us(world: World) -> None:
    ours = world.reddit.submit("We mend boats", by=ME)
    answer = world.reddit.comment("Thanks!", on=ours)
    listener = world.listener("r/boats")
    posts = {post.native_id: post for post in posts_of(await polled(listener))}
    assert posts[answer["name"]].addressed
    assert posts[answer["name"]].parent_author_key == ME
    assert not posts[ours["name"]].addressed


async def test_in_our_own_community_who_begins_a_thread_speaks_to_us(world: World) -> None:
    post = world.reddit.submit("Help")
    ours = world.reddit.submit("Rules", by=ME)
    comment = world.reddit.comment("me too", on=post)
    posts = posts_of(await polled(world.listener("r/boats", ours=True)))
    told = {post.native_id: post.addressed for post in posts}
    assert told == {post["name"]: True, ours["name"]: False, comment["name"]: False}


async def test_an_app_reads_what_is_sent_to_us(world: World) -> None:
    reddit = world.reddit
    post = reddit.submit("something else")
    mention = reddit.comment(f"ask u/{ME}", on=post)
    reddit.notify(mention)
    message = reddit.message("Can you help?")
    reddit.inbox.append({**reddit.message("Welcome"), "author": None, "name": "t4_zz"})
    posts = {
        post.native_id: post
        for post in posts_of(await polled(world.listener(app=True, token="REDDIT_REFRESH")))
    }
    heard, private = posts[mention["name"]], posts[message["name"]]
    assert (heard.addressed, heard.private, heard.root_id) == (True, False, post["name"])
    assert heard.parent_id == post["name"]
    assert (private.addressed, private.private, private.title) == (True, True, "hello")
    assert "t4_zz" not in posts


async def test_what_a_search_shows_too_stays_addressed_to_us(world: World) -> None:
    mention = world.reddit.comment(f"kerlann? u/{ME}", on=world.reddit.submit("boats"))
    world.reddit.notify(mention)
    listener = world.listener("r/boats", app=True, token="REDDIT_REFRESH")
    batches = await polled(listener)
    told = [post.addressed for post in posts_of(batches) if post.native_id == mention["name"]]
    assert told == [True]
    assert await polled(listener, last_cursor(batches)) == []


async def test_the_inbox_is_left_alone_where_the_app_may_not_read_it(world: World) -> None:
    refusal = json_reply({"message": "Forbidden", "error": 403}, 403)
    world.reddit.on("/message/inbox", refusal)
    world.reddit.submit("kerlann")
    listener = world.listener(app=True, token="REDDIT_REFRESH")
    cursor = last_cursor(await polled(listener))
    assert cursor is not None
    await polled(listener, cursor)
    assert len(world.reddit.asked("/message/inbox")) == 1
    world.now = Micros(world.now + HOUR)
    await polled(listener, cursor)
    assert len(world.reddit.asked("/message/inbox")) == 2


# --- how Reddit is asked -----------------------------------------------------------------------


def test_what_a_source_listens_to() -> None:
    def keys(what: str, *, inbox: bool = False) -> list[str]:
        source = SourceConfig(network="reddit", what=what)
        return [place.key for place in places_of(source, [BRAND], inbox=inbox)]

    own = f"/user/{ME}"
    assert keys("") == [own, '/search "kerlann"']
    assert keys("leaky boats", inbox=True) == [own, "/message/inbox", "/search leaky boats"]
    assert keys("r/Boats") == [own, "/r/boats/new", "/r/boats/comments"]
    assert keys("/r/boats/: leak") == [own, "/r/boats/search leak"]
    assert keys("u/Ana") == [own, "/user/ana"]
    assert keys(f"@{ME}") == [own]
    with pytest.raises(SourceError, match="Write r/NAME"):
        keys("r/")


def test_many_words_become_few_searches() -> None:
    words = " OR ".join(f"kerlann{number:03}" for number in range(8))
    source = SourceConfig(network="reddit")
    [query] = queries_of(source, [replace(BRAND, query=words)])
    assert query.count(" OR ") == 7
    long = " OR ".join(f"{'kerlann' * 20}{number:03}" for number in range(8))
    queries = queries_of(source, [replace(BRAND, query=long)])
    assert 1 < len(queries) < 8
    assert max(map(len, queries)) <= LONGEST_QUERY
    [joined] = queries_of(source, [replace(BRAND, query='(kerlann boat) OR "kerlann hq"')])
    assert joined in ('"kerlann hq" OR ("boat" "kerlann")', '("boat" "kerlann") OR "kerlann hq"')
    assert Place("search", "/search", "x").feed == "/search.rss"


async def test_feeds_are_a_minute_apart_and_say_who_asks(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    spaced: list[float] = []
    get = world.fetch.get

    async def noting(url: str, **asked: object) -> object:
        spaced.append(float(str(asked["spacing"])))
        return await get(url, **asked)  # type: ignore[arg-type]

    monkeypatch.setattr(world.fetch, "get", noting)
    await polled(world.listener("r/boats"))
    assert spaced == [FEED_SPACING] * 3
    agents = {request.headers["user-agent"] for request in world.reddit.requests}
    assert agents == {agent for agent in agents if agent.startswith("python:hubbub:")}
    assert all(agent.endswith(f"(by /u/{ME})") for agent in agents)
    spaced.clear()
    await polled(world.listener("r/boats", token="REDDIT_FEED", username=ME))
    assert set(spaced) == {TOKEN_SPACING}


async def test_the_personal_feed_token_goes_along_and_is_never_seen(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    world.reddit.message("psst")
    listener = world.listener(token="REDDIT_FEED", username=ME)
    assert "psst" in [post.text for post in posts_of(await polled(listener))]
    inbox = world.reddit.asked("/message/inbox/.rss")
    assert [(r.one("feed"), r.one("user")) for r in inbox] == [(FEED, ME)]
    world.reddit.on("/search.rss", status_reply(500))
    with pytest.raises(SourceError) as caught:
        await polled(listener)
    assert FEED not in f"{caught.value}{caught.value.sentence}{caplog.text}"


@pytest.mark.parametrize(
    ("reply", "token", "words"),
    [
        (body_reply(PAGE, "text/html", 403), "", "personal feed token (feed=…) as its token"),
        (body_reply(PAGE, "text/html"), "", "open reddit.com/prefs/feeds"),
        (body_reply(PAGE, "text/html", 403), "REDDIT_FEED", "Copy the token anew"),
    ],
)
async def test_the_page_for_browsers_is_recognised(
    world: World, reply: Reply, token: str, words: str
) -> None:
    world.reddit.on("/search.rss", reply)
    with pytest.raises(SourceError) as caught:
        await polled(world.listener(token=token, username="ana", brand=replace(BRAND, handles={})))
    assert (caught.value.state, words in str(caught.value)) == (SourceState.BLOCKED, True)
    assert caught.value.until == world.now + HOUR


@pytest.mark.parametrize(
    ("reply", "state", "words"),
    [
        (
            json_reply({"reason": "private", "message": "Forbidden", "error": 403}, 403),
            SourceState.BLOCKED,
            "(private)",
        ),
        (json_reply({"message": "Not Found"}, 404), SourceState.FAILING, "no such community"),
        (json_reply({"message": "Forbidden"}, 403), SourceState.BLOCKED, "not approved"),
        (body_reply(PAGE, "text/html", 429), SourceState.RATE_LIMITED, ""),
        (json_reply({"kind": "Listing"}), SourceState.FORMAT_CHANGED, "not as it used to"),
        (json_reply([]), SourceState.FORMAT_CHANGED, ""),
        (status_reply(503), SourceState.FAILING, ""),
    ],
)
async def test_what_an_app_is_refused_is_said(
    world: World, reply: Reply, state: SourceState, words: str
) -> None:
    world.reddit.on("/r/boats/new", reply)
    with pytest.raises(SourceError) as caught:
        await polled(world.listener("r/boats", app=True))
    assert (caught.value.state, words in str(caught.value)) == (state, True)


@pytest.mark.parametrize(
    "body", [b"", b"<rss/>", b"<feed", b'{"kind": "Listing"}', b"<feed><entry></feed>"]
)
async def test_what_is_no_feed_is_said(world: World, body: bytes) -> None:
    world.reddit.on("/search.rss", body_reply(body, "application/atom+xml"))
    with pytest.raises(SourceError) as caught:
        await polled(world.listener())
    assert caught.value.state is SourceState.FORMAT_CHANGED


@pytest.mark.parametrize(
    ("token", "secret", "grant"),
    [
        ("REDDIT_REFRESH", True, "refresh_token"),
        ("", True, "client_credentials"),
        ("", False, "https://oauth.reddit.com/grants/installed_client"),
    ],
)
async def test_an_app_gets_its_token_and_keeps_it_for_an_hour(
    world: World, token: str, secret: bool, grant: str
) -> None:
    if not secret:
        world.reddit.secret = ""
    options: dict[str, Any] = {} if secret else {"client_secret": ""}
    listener = world.listener("r/boats", app=True, token=token, **options)
    await polled(listener)
    await polled(listener)
    [asked] = world.reddit.asked("/api/v1/access_token")
    assert parse_qs(asked.body.decode())["grant_type"] == [grant]
    assert listener.next_interval == APP_INTERVAL
    world.now = Micros(world.now + HOUR)
    await polled(listener)
    assert len(world.reddit.asked("/api/v1/access_token")) == 2


async def test_a_token_revoked_before_its_time_is_renewed_once(world: World) -> None:
    listener = world.listener("r/boats", app=True)
    await polled(listener)
    world.reddit.token = "revoked"
    world.reddit.submit("one")
    assert texts(await polled(listener)) == ["one"]
    assert len(world.reddit.asked("/api/v1/access_token")) == 2


@pytest.mark.parametrize("secret", ["other", SECRET])
async def test_an_app_that_is_not_let_in_is_told_so(
    world: World, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    world.reddit.secret = secret
    monkeypatch.setenv("REDDIT_REFRESH", "withdrawn")
    with pytest.raises(SourceError) as caught:
        await polled(world.listener(app=True, token="REDDIT_REFRESH"))
    assert caught.value.state is SourceState.NEEDS_TOKEN
    assert "prefs/apps" in str(caught.value)


async def test_a_feed_token_needs_its_account(world: World) -> None:
    with pytest.raises(SourceError, match="write that as username") as caught:
        await polled(world.listener(token="REDDIT_FEED", brand=replace(BRAND, handles={})))
    assert caught.value.state is SourceState.NEEDS_TOKEN


async def test_a_bad_record_is_laid_aside_and_its_neighbours_are_read(world: World) -> None:
    one, two = world.reddit.submit("one"), world.reddit.submit("two")
    one["author"] = 7
    batches = await polled(world.listener("r/boats", app=True))
    assert texts(batches) == ["two"]
    [letter] = [bad for batch in batches for bad in batch.bad]
    assert one["name"] in letter.record
    assert two["name"] not in letter.record


@both
async def test_a_community_that_never_was_is_said(world: World, app: bool) -> None:
    moved = status_reply(302, location="/subreddits/search.rss?q=boat")
    world.reddit.on("/r/boat/new" if app else "/r/boat/new/.rss", moved)
    shown = json_reply({"kind": "Listing", "data": {"children": []}})
    world.reddit.on("/subreddits/search.rss", shown)
    with pytest.raises(SourceError, match="no such community"):
        await polled(world.listener("r/boat", app=app))


# --- threads and the past ----------------------------------------------------------------------


async def test_a_thread_is_read_with_what_hides_behind_more(world: World) -> None:
    post = world.reddit.submit("kerlann?")
    comments = [world.reddit.comment(f"comment {number}", on=post) for number in range(5)]
    deep = world.reddit.comment("deep", on=comments[0])
    world.reddit.more_after = 2
    batch = await world.listener(app=True).thread([post["name"]])
    heard = {one.native_id: one for one in batch.posts}
    assert set(heard) == {one["name"] for one in (post, *comments, deep)}
    assert next(iter(heard)) == post["name"]
    assert heard[deep["name"]].parent_id == comments[0]["name"]


async def test_of_a_thread_of_others_only_what_is_about_us_is_kept(world: World) -> None:
    post = world.reddit.submit("boats")
    about = world.reddit.comment("kerlann is best", on=post)
    world.reddit.comment("I like cars", on=post)
    below = world.reddit.comment("it is", on=about)
    batch = await world.listener(app=True).thread([about["name"]])
    assert [one.native_id for one in batch.posts] == [one["name"] for one in (post, about, below)]


async def test_a_thread_by_its_feed(world: World) -> None:
    post = world.reddit.submit("kerlann?")
    comment = world.reddit.comment("yes", on=post)
    listener = world.listener("r/boats")
    assert (await listener.thread([comment["name"]])).posts == ()
    await polled(listener)
    batch = await listener.thread([comment["name"], "not an id", "t4_1"])
    assert [one.native_id for one in batch.posts] == [post["name"], comment["name"]]
    # Threads take their turns from the listening, so they are read now and then.
    assert await listener.thread([post["name"]]) == Batch()
    world.now = Micros(world.now + FEED_TURN)
    assert (await listener.thread([post["name"]])).fetched == 2


async def test_a_thread_tells_what_is_gone(world: World) -> None:
    post = world.reddit.submit("kerlann?")
    kept, gone = (world.reddit.comment(text, on=post) for text in ("kept kerlann", "gone"))
    listener = world.listener("r/boats", app=True)
    await polled(listener)
    world.reddit.delete(gone)
    batch = await listener.thread([gone["name"]])
    assert batch.deletions == (Deletion("reddit", gone["name"]),)
    assert kept["name"] in [one.native_id for one in batch.posts]
    batch = await listener.thread(["t3_zzzzz"])
    assert batch.deletions == (Deletion("reddit", "t3_zzzzz"),)


@both
async def test_the_past_is_read_down_and_goes_on_where_it_was(world: World, app: bool) -> None:
    for number in range(230):
        world.reddit.submit(f"kerlann {number}", sub="boats" if number % 2 else "cars")
    listener = world.listener(app=app)
    assert isinstance(listener, Historical)
    since = Micros((START + 10 * 60) * SECOND)

    async def read(place: str | None) -> list[Batch]:
        async with aclosing(listener.history(BRAND, since, place)) as batches:
            return [batch async for batch in batches]

    whole = await read(None)
    assert texts(whole) == [f"kerlann {number}" for number in range(229, 8, -1)]
    again = await read(whole[0].cursor)
    assert texts(again) == texts(whole[1:])
    assert await read(whole[-1].cursor) == []
    assert texts(await read("nonsense")) == texts(whole)


async def test_the_past_of_a_community_is_searched_there(world: World) -> None:
    world.reddit.submit("kerlann here")
    world.reddit.submit("kerlann there", sub="cars")
    listener = world.listener("r/boats")
    async with aclosing(listener.history(BRAND, Micros(0), None)) as batches:
        assert texts([batch async for batch in batches]) == ["kerlann here"]
    [asked] = world.reddit.requests
    assert (asked.path, asked.one("restrict_sr")) == ("/r/boats/search.rss", "on")


# --- persons -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("networks", "allowed"),
    [
        (("reddit", "mastodon"), False),
        (("mastodon", "bluesky", "reddit"), False),
        (("mastodon", "bluesky"), True),
        (("reddit", "reddit"), True),
        (("reddit",), True),
    ],
)
def test_redditors_are_never_matched_with_people_elsewhere(
    networks: tuple[str, ...], allowed: bool
) -> None:
    assert may_be_merged(*networks) is allowed


def test_the_capability_tells_how_to_get_a_key() -> None:
    capability = RedditListener.capability
    said = " ".join(sentence.template for sentence in (*capability.steps, *capability.limits))
    assert "prefs/feeds" in said
    assert "prefs/apps" in said
    assert not capability.gapless
