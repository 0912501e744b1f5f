"""What only Hacker News itself can tell: answers the search has not read yet, karma, deletions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import SECOND, Deletion, Micros, Post
from listeners.networks.hackernews.firebase import KARMA_KEPT
from listeners.networks.hackernews.listener import HackerNewsListener
from tests.fake.hackernews import START, FakeHackerNews
from tests.fake.http_server import json_reply, status_reply

BRAND = BrandConfig(name="Kerlann", handles={"hackernews": ("kerlann_hq",)})


class World:
    """A server, a fetcher and a clock that the tests move."""

    def __init__(self, server: FakeHackerNews, fetch: Fetcher) -> None:
        self.server = server
        self.fetch = fetch
        self.now = Micros(START * SECOND)

    def listener(self, firebase: str = "") -> HackerNewsListener:
        source = SourceConfig(
            network="hackernews",
            what="search:kerlann",
            base_url=self.server.url,
            options={"firebase_url": firebase or self.server.url},
        )
        return HackerNewsListener(source, [BRAND], self.fetch, lambda: self.now)

    async def polled(self, listener: HackerNewsListener) -> list[Post]:
        async with aclosing(listener.poll(None)) as batches:
            return [post async for batch in batches for post in batch.posts]

    def asked(self, kind: str) -> list[str]:
        return [one.path for one in self.server.requests if one.path.startswith(f"/v0/{kind}/")]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with FakeHackerNews() as server:
        made: list[World] = []
        async with Fetcher(lambda: made[0].now, chance=lambda: 0.0) as fetch:
            made.append(World(server, fetch))
            yield made[0]


async def test_an_answer_that_the_search_has_not_read_yet_is_seen(world: World) -> None:
    story = world.server.story("A story")
    asked = world.server.comment("does kerlann do that?", parent=story)
    answer = world.server.comment("it does", parent=asked, author="kerlann_hq")
    thanks = world.server.comment("thank you", parent=answer)
    world.server.comment("I wonder too", parent=asked)
    answer.indexed = thanks.indexed = False
    batch = await world.listener().thread([str(asked.id)])
    posts = {post.text: post for post in batch.posts}
    assert set(posts) == {"does kerlann do that?", "it does", "thank you", "I wonder too"}
    lacking = [f"/v0/item/{one.id}.json" for one in (asked, answer, thanks)]
    assert world.asked("item") == lacking, "what the search knows is not asked for again"
    assert posts["it does"].parent_id == str(asked.id)
    assert {post.root_id for post in batch.posts} == {str(story.id)}
    assert posts["thank you"].addressed
    assert posts["thank you"].parent_author_key == "kerlann_hq"


async def test_a_post_unknown_to_the_search_comes_with_what_it_answers(world: World) -> None:
    story = world.server.story("A story")
    first = world.server.comment("first", parent=story)
    late = world.server.comment("kerlann, of course", parent=first, author="cy")
    story.indexed = first.indexed = late.indexed = False
    batch = await world.listener().thread([str(late.id)])
    assert [post.text for post in batch.posts] == ["A story", "first", "kerlann, of course"]
    assert [post.root_id for post in batch.posts] == [None, str(story.id), str(story.id)]


async def test_only_so_many_answers_are_asked_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listeners.networks.hackernews.firebase.MOST_ITEMS", 3)
    story = world.server.story("kerlann raises prices")
    for number in range(9):
        world.server.comment(f"meh {number}", parent=story).indexed = False
    batch = await world.listener().thread([str(story.id)])
    assert len(batch.posts) == 4
    assert len(world.asked("item")) == 4


async def test_what_the_search_still_shows_may_be_gone(world: World) -> None:
    story = world.server.story("kerlann raises prices")
    gone = world.server.comment("kerlann leaks", parent=story)
    dead = world.server.comment("buy kerlann now", parent=story)
    listener = world.listener()
    await world.polled(listener)
    indexed = {"id": gone.id, "type": "comment", "author": "bob", "text": gone.text}
    world.server.on(f"/api/v1/items/{gone.id}", json_reply(indexed))
    gone.deleted = dead.dead = True
    dead.indexed = False
    batch = await listener.thread([str(gone.id), str(dead.id)])
    assert batch.deletions == (
        Deletion("hackernews", str(gone.id)),
        Deletion("hackernews", str(dead.id)),
    )
    assert batch.posts == ()


async def test_karma_is_an_authors_reach_and_asked_for_once_a_week(world: World) -> None:
    world.server.karma = {"ana": 4321}
    world.server.story("kerlann one")
    world.server.story("kerlann two")
    world.server.story("kerlann three", author="nobody")
    listener = world.listener()
    posts = await world.polled(listener)
    assert [post.author.followers for post in posts] == [4321, 4321, None]
    assert world.asked("user") == ["/v0/user/ana.json", "/v0/user/nobody.json"]
    world.server.story("kerlann four")
    assert [post.author.followers for post in await world.polled(listener)] == [4321]
    assert len(world.asked("user")) == 2
    world.now = Micros(world.now + KARMA_KEPT)
    world.server.now += KARMA_KEPT // SECOND
    world.server.story("kerlann five")
    await world.polled(listener)
    assert len(world.asked("user")) == 3


async def test_karma_of_many_is_asked_for_by_and_by(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listeners.networks.hackernews.firebase.MOST_AUTHORS", 2)
    world.server.karma = {f"p{number}": number for number in range(5)}
    for number in range(5):
        world.server.story("kerlann", author=f"p{number}")
    posts = await world.polled(world.listener())
    assert [post.author.followers for post in posts] == [0, 1, None, None, None]


async def test_without_karma_posts_are_handed_on_all_the_same(world: World) -> None:
    world.server.story("kerlann one")
    async with FakeHackerNews() as itself:
        itself.on("/v0/user/ana.json", status_reply(503))
        listener = world.listener(itself.url)
        assert [post.author.followers for post in await world.polled(listener)] == [None]
        asked = len(itself.requests)
        world.server.story("kerlann two", author="bob")
        assert [post.text for post in await world.polled(listener)] == ["kerlann two"]
        assert len(itself.requests) == asked, "a server in trouble is let rest"


async def test_without_hacker_news_itself_the_searchs_tree_is_enough(world: World) -> None:
    story = world.server.story("kerlann one")
    world.server.comment("fine", parent=story)
    async with FakeHackerNews() as itself:
        itself.on(f"/v0/item/{story.id}.json", status_reply(503))
        batch = await world.listener(itself.url).thread([str(story.id)])
    assert [post.text for post in batch.posts] == ["kerlann one", "fine"]
