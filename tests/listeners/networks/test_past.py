"""The past of every network: all of it, page by page, resumed wherever it broke off."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.clock import from_iso, to_iso
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import DAY, SECOND, Author, Batch, Micros, Post, SourceState
from listeners.networks.contract import Historical, SourceError
from listeners.networks.feeds.entry import Feed
from listeners.networks.feeds.past import older_than
from listeners.networks.feeds.posts import Page
from listeners.networks.hackernews import search as hackernews_search
from listeners.networks.mastodon import places as mastodon_places
from listeners.networks.past import PastPage, walk_down
from listeners.networks.registry import NETWORKS, listener_class
from listeners.secret import Secret
from tests.fake.discourse import FakeDiscourse
from tests.fake.feeds import articles, rss
from tests.fake.github import FakeGitHub
from tests.fake.hackernews import FakeHackerNews
from tests.fake.http_server import FakeServer, Reply, Request, body_reply, json_reply, status_reply
from tests.fake.mastodon import FakeMastodon
from tests.fake.matrix import FakeMatrix

BRAND = BrandConfig(name="Kerlann", query="kerlann", names=("Kerlann",))
LONG_AGO = Micros(0)


@dataclass
class Past:
    """A server with a past: how a listener of it is made, and the words to be found."""

    server: FakeServer
    source: SourceConfig
    words: set[str]
    paths: tuple[str, ...]
    now: Micros

    def listener(self, fetch: Fetcher) -> Historical:
        kind = listener_class(self.source.network)
        made = kind(self.source, [BRAND], fetch, lambda: self.now)
        assert isinstance(made, Historical)
        return made


def words_of(count: int) -> set[str]:
    return {f"Kerlann number {number} of the past" for number in range(count)}


def source(network: str, server: FakeServer, what: str = "", **more: Any) -> SourceConfig:
    return SourceConfig(network=network, what=what, base_url=server.url, **more)


async def hackernews(stack: AsyncExitStack) -> Past:
    server = await stack.enter_async_context(FakeHackerNews())
    for words in words_of(250):
        server.story(words)
    past = source("hackernews", server, "search:kerlann")
    return Past(server, past, words_of(250), ("/api/v1/search_by_date",), Micros(2**51))


async def mastodon(stack: AsyncExitStack) -> Past:
    server = await stack.enter_async_context(FakeMastodon())
    for words in words_of(90):
        server.post(f"{words} #kerlann")
    tagged = {f"{one} #kerlann" for one in words_of(90)}
    path = server.tag("kerlann")
    return Past(server, source("mastodon", server, "#kerlann"), tagged, (path,), server.now)


async def searched_mastodon(stack: AsyncExitStack) -> Past:
    past = await mastodon(stack)
    cast(FakeMastodon, past.server).token = "s3cret"
    token = Secret("env:HUBBUB_TEST_TOKEN")
    past.source = source("mastodon", past.server, "search:kerlann", token=token)
    past.paths = ("/api/v2/search",)
    return past


async def discourse(stack: AsyncExitStack) -> Past:
    server = await stack.enter_async_context(FakeDiscourse())
    topic = None
    for words in words_of(120):
        topic = server.post(words, topic=topic)["topic_id"]
    one = source("discourse", server, options={"ours": True})
    return Past(server, one, words_of(120), ("/posts.json",), server.now)


async def old_discourse(stack: AsyncExitStack) -> Past:
    past = await discourse(stack)
    cast(FakeDiscourse, past.server).old = True
    return past


async def searched_discourse(stack: AsyncExitStack) -> Past:
    past = await discourse(stack)
    past.source = source("discourse", past.server, "search:kerlann")
    past.paths = ("/search.json",)
    return past


async def github(stack: AsyncExitStack) -> Past:
    server = await stack.enter_async_context(FakeGitHub())
    for words in sorted(words_of(140)):
        issue = server.issue("kerlann/boat", "Sinking", words)
    server.comment(issue, "Kerlann sank here too")
    wanted = {*words_of(140), "Kerlann sank here too"}
    path = "/repos/kerlann/boat/issues"
    one = source("github", server, "kerlann/boat")
    return Past(server, one, wanted, (path,), Micros(server.now * SECOND))


async def searched_github(stack: AsyncExitStack) -> Past:
    past = await github(stack)
    past.source, past.paths = source("github", past.server, "kerlann"), ("/search/issues",)
    past.words = words_of(140)
    return past


async def matrix(stack: AsyncExitStack) -> Past:
    server = await stack.enter_async_context(FakeMatrix())
    room = server.room("#help:hs.example")
    server.page_size = 20
    for words in words_of(70):
        server.say(room, words)
    past = source("matrix", server, token=Secret("env:HUBBUB_TEST_TOKEN"))
    path = f"/_matrix/client/v3/rooms/{room}/messages"
    return Past(server, past, words_of(70), (path,), server.now)


def wordpress(request: Request) -> Reply:
    number = int(request.one("paged", "1"))
    if number > 3:
        return status_reply(404)
    made = "<generator>https://wordpress.org/?v=6.6</generator>"
    last = 41 - 10 * number
    return body_reply(rss(articles(last - 9, last), channel=made), "application/rss+xml")


async def feeds(stack: AsyncExitStack) -> Past:
    server = await stack.enter_async_context(FakeServer())
    server.on("/feed", wordpress)
    one = SourceConfig(network="feeds", what=f"{server.url}/feed")
    words = {f"Kerlann story {number}" for number in range(2, 32)}
    return Past(server, one, words, ("/feed",), from_iso("2026-11-22T12:00:00Z"))


async def bluesky(stack: AsyncExitStack) -> Past:
    server = await stack.enter_async_context(FakeServer())
    start = 1_790_000_000 * SECOND
    said = [(start - number * SECOND, words) for number, words in enumerate(words_of(230))]

    def search(request: Request) -> Reply:
        until, since = from_iso(request.one("until")), from_iso(request.one("since"))
        found = [(at, words) for at, words in said if since <= at < until][:100]
        views = [
            {
                "uri": f"at://did:plc:anna/app.bsky.feed.post/{at // SECOND}",
                "cid": "bafy",
                "author": {"did": "did:plc:anna", "handle": "anna.example"},
                "record": {"text": words, "createdAt": to_iso(Micros(at))},
                "indexedAt": to_iso(Micros(at)),
            }
            for at, words in found
        ]
        return json_reply({"posts": views})

    path = "/xrpc/app.bsky.feed.searchPosts"
    server.on(path, search)
    one = source("bluesky", server, options={"appview": server.url})
    return Past(server, one, words_of(230), (path,), Micros(start))


MAKERS: tuple[Callable[[AsyncExitStack], Any], ...] = (
    hackernews, mastodon, searched_mastodon, discourse, old_discourse, searched_discourse,
    github, searched_github, matrix, feeds, bluesky,
)  # fmt: skip


@pytest.fixture(params=MAKERS, ids=lambda maker: maker.__name__)
async def past(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Past, Fetcher]]:
    monkeypatch.setenv("HUBBUB_TEST_TOKEN", "s3cret")
    async with AsyncExitStack() as stack:
        made: Past = await request.param(stack)
        yield made, await stack.enter_async_context(Fetcher(lambda: made.now, chance=lambda: 0.0))


async def read(
    listener: Historical, place: str | None = None, since: Micros = LONG_AGO, most: int = 1000
) -> list[Batch]:
    batches: list[Batch] = []
    pages = cast("Any", listener.history(BRAND, since, place))
    async with aclosing(pages) as found:
        async for batch in found:
            batches.append(batch)
            if len(batches) == most:
                break
    return batches


def said(batches: Iterable[Batch]) -> list[str]:
    return [post.text for batch in batches for post in batch.posts]


async def test_all_of_the_past_is_read(past: tuple[Past, Fetcher]) -> None:
    world, fetch = past
    batches = await read(world.listener(fetch))
    assert set(said(batches)) == world.words
    assert all(batch.cursor for batch in batches)
    assert all(not batch.bad and batch.gap is None for batch in batches)


async def test_it_goes_on_below_wherever_it_broke_off(past: tuple[Past, Fetcher]) -> None:
    world, fetch = past
    heard: list[Batch] = []
    place: str | None = None
    for _ in range(40):
        page = await read(world.listener(fetch), place, most=1)
        heard += page
        if not page:
            break
        place = page[-1].cursor
    assert set(said(heard)) == world.words
    # What is met again at the border of two pages is little.
    assert len(said(heard)) <= len(world.words) + len(heard)


async def test_a_refusal_in_the_middle_keeps_the_place(past: tuple[Past, Fetcher]) -> None:
    world, fetch = past
    first = await read(world.listener(fetch), most=1)
    place = first[-1].cursor
    answer = getattr(world.server, "answer", wordpress)
    kept = {path: world.server._scripts.pop(path, None) for path in world.paths}
    for path in world.paths:
        scripted = cast("Any", kept[path])
        after = scripted[-1] if scripted else answer
        world.server.on(path, Reply(429, headers={"retry-after": "1"}), after)
    with pytest.raises(SourceError) as refused:
        await read(world.listener(fetch), place)
    assert refused.value.state is SourceState.RATE_LIMITED
    world.now = Micros(world.now + 3600 * SECOND)
    rest = await read(world.listener(fetch), place)
    assert {*said(first), *said(rest)} == world.words


async def test_it_ends_where_it_is_wanted_to(past: tuple[Past, Fetcher]) -> None:
    world, fetch = past
    whole = await read(world.listener(fetch))
    times = sorted(post.created_at for b in whole for post in b.posts if post.created_at)
    since = times[-len(times) // 8]
    batches = await read(world.listener(fetch), since=since)
    wanted = {post.text for b in whole for post in b.posts if (post.created_at or 0) >= since}
    assert wanted <= set(said(batches))
    assert sum(batch.fetched for batch in batches) < sum(batch.fetched for batch in whole)


def test_every_network_that_says_it_has_a_past_reads_it() -> None:
    for network in NETWORKS:
        kind = listener_class(network)
        assert hasattr(kind, "history") is kind.capability.history, network


async def test_without_an_account_bluesky_says_why_it_has_no_past() -> None:
    async with FakeServer() as server, Fetcher(lambda: Micros(DAY), chance=lambda: 0.0) as fetch:
        server.on("/xrpc/app.bsky.feed.searchPosts", status_reply(403, b"<html>no</html>"))
        one = source("bluesky", server, options={"appview": server.url})
        listener = listener_class("bluesky")(one, [BRAND], fetch, lambda: Micros(DAY))
        with pytest.raises(SourceError) as refused:
            await read(cast(Historical, listener))
    assert refused.value.state is SourceState.NEEDS_TOKEN
    assert "app password" in refused.value.sentence.template


@pytest.mark.parametrize(
    ("feed", "url", "below"),
    [
        (
            Feed(next_page="https://a.example/feed?page=2"),
            "https://a.example/feed",
            "https://a.example/feed?page=2",
        ),
        (Feed(next_page="https://evil.example/x"), "https://a.example/feed", ""),
        (
            Feed(paged=True),
            "https://a.example/feed?lang=fr",
            "https://a.example/feed?lang=fr&paged=2",
        ),
        (Feed(paged=True), "https://a.example/feed?paged=9", "https://a.example/feed?paged=10"),
        (Feed(), "https://a.example/feed", ""),
    ],
)
def test_where_a_feed_shows_older_entries(feed: Feed, url: str, below: str) -> None:
    assert older_than(Page(feed, ()), url) == below


@given(place=st.text(max_size=80) | st.none(), keys=st.lists(st.text(max_size=5), max_size=3))
async def test_a_place_that_is_not_ours_begins_anew(place: str | None, keys: list[str]) -> None:
    asked: list[str] = []

    async def ask(key: str, position: str) -> PastPage:
        asked.append(key)
        return PastPage(posts=(Post(network="x", native_id=key, author=Author(key="a"), text=""),))

    batches = [batch async for batch in walk_down(keys, place, Micros(0), ask)]
    assert len(batches) == len(asked) <= len(keys)
    ended = batches[-1].cursor if batches else None
    assert ended is None or not [one async for one in walk_down(keys, ended, Micros(0), ask)]


def test_the_pages_of_these_tests_are_those_of_the_networks() -> None:
    assert hackernews_search.PER_PAGE == 100
    assert mastodon_places.Place("tag", "x").limit == 40
