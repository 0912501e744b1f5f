"""Forums by their address: the feed found with few requests, its entries as posts of topics."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.clock import from_iso
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import HOUR, Author, Batch, Micros, Post, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.forum.listener import INTERVAL, LOOK_AGAIN, ForumListener
from listeners.networks.forum.posts import Spot, as_forum_post, spot_of
from listeners.networks.forum.software import (
    MOST_TRIES,
    SOFTWARE,
    UNKNOWN,
    feeds_to_try,
    named,
    roots_of,
    software_by_feed,
    software_of,
)
from listeners.networks.forum.threads import topic_feed
from listeners.networks.registry import listener_class
from tests.fake import forums
from tests.fake.http_server import FakeServer, Reply, body_reply, status_reply

HTML = "text/html; charset=utf-8"
ATOM = "application/atom+xml"


class World:
    """A forum, a fetcher and a clock that the tests move."""

    def __init__(self, server: FakeServer, fetch: Fetcher) -> None:
        self.server = server
        self.fetch = fetch
        self.now = from_iso("2026-11-22T12:00:00Z")

    def listener(self, what: str = "/", *brands: BrandConfig, **options: object) -> ForumListener:
        source = SourceConfig(
            network="forum", what=f"{self.server.url}{what}" if what else "", options=options
        )
        return ForumListener(source, brands, self.fetch, lambda: self.now)

    def asked(self) -> list[str]:
        return [request.path for request in self.server.requests]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with FakeServer() as server:
        made: list[World] = []
        async with Fetcher(lambda: made[0].now, chance=lambda: 0.0) as fetch:
            made.append(World(server, fetch))
            yield made[0]


def web(body: bytes) -> Reply:
    return body_reply(body, HTML)


def feed(body: bytes) -> Reply:
    return body_reply(body, ATOM)


async def polled(listener: ForumListener, cursor: str | None = None) -> list[Batch]:
    async with aclosing(listener.poll(cursor)) as batches:
        return [batch async for batch in batches]


async def refused(listener: ForumListener, cursor: str | None = None) -> SourceError:
    with pytest.raises(SourceError) as error:
        await polled(listener, cursor)
    return error.value


def cursor_of(batches: Iterable[Batch]) -> str | None:
    return next((b.cursor for b in reversed(list(batches)) if b.cursor), None)


def posts_of(batches: Iterable[Batch]) -> list[Post]:
    return [post for batch in batches for post in batch.posts]


def test_the_registry_knows_forums() -> None:
    assert listener_class("forum") is ForumListener


# --- finding the feed ----------------------------------------------------------------------------

FEEDS = {
    "phpbb": ("/app.php/feed", forums.atom(forums.phpbb(4, 9, "Kerlann", "It leaks"))),
    "xenforo": ("/forums/-/index.rss", forums.rss(forums.xenforo(4, "Kerlann", "It leaks"))),
    "smf": ("/index.php", forums.atom(forums.smf(4, 9, "Kerlann", "It leaks"))),
    "fluxbb": ("/extern.php", forums.atom(forums.fluxbb(4, 9, "Kerlann", "It leaks"))),
    "vbulletin": ("/external.php", forums.rss(forums.xenforo(4, "Kerlann", "It leaks"))),
    "mybb": ("/syndication.php", forums.atom(forums.smf(4, 9, "Kerlann", "It leaks"))),
    "fossil": ("/timeline.rss", forums.rss(forums.fossil(9, "Post: Kerlann"))),
}


@pytest.mark.parametrize("software", FEEDS)
async def test_a_forum_is_heard_from_its_address_alone(world: World, software: str) -> None:
    path, body = FEEDS[software]
    world.server.on("/", web(forums.page(software)))
    world.server.on(path, feed(body))
    listener = world.listener()
    first = await polled(listener)
    (post,) = posts_of(first)
    assert (post.network, post.title) == ("forum", "Kerlann")
    assert world.asked() == ["/", path]
    assert listener.next_interval == INTERVAL
    # What answered is remembered: one request a round from then on.
    assert posts_of(await polled(world.listener(), cursor_of(first))) == []
    assert world.asked() == ["/", path, path]


async def test_the_next_address_is_tried_where_the_first_has_nothing(world: World) -> None:
    world.server.on("/", web(forums.page("phpbb")))
    world.server.on("/app.php/feed", web(b"<html>The requested page could not be found"))
    world.server.on("/feed.php", feed(FEEDS["phpbb"][1]))
    assert len(posts_of(await polled(world.listener()))) == 1
    assert world.asked() == ["/", "/app.php/feed", "/feed", "/feed.php"]


async def test_what_the_page_offers_comes_first(world: World) -> None:
    offered = ("/talk/forums/ships.2/index.rss", "/talk/forums/-/index.rss")
    world.server.on("/c/", web(forums.page("xenforo", *offered)))
    world.server.on("/talk/forums/-/index.rss", feed(FEEDS["xenforo"][1]))
    await polled(world.listener("/c/"))
    assert world.asked() == ["/c/", "/talk/forums/-/index.rss"]


async def test_the_address_of_a_feed_is_taken_as_it_is(world: World) -> None:
    world.server.on("/app.php/feed/forum/3", feed(FEEDS["phpbb"][1]))
    assert len(posts_of(await polled(world.listener("/app.php/feed/forum/3")))) == 1
    assert set(world.asked()) == {"/app.php/feed/forum/3"}


async def test_a_forum_without_feeds_is_said_and_left_in_peace(world: World) -> None:
    world.server.on("/", web(forums.page("phpbb")))
    listener = world.listener()
    error = await refused(listener)
    assert "phpBB" in str(error)
    assert "switched its feeds off" in str(error)
    assert error.until == world.now + HOUR
    assert len(world.server.requests) == 1 + 3


async def test_a_page_that_is_no_forum_is_said_after_few_requests(world: World) -> None:
    world.server.on("/", web(forums.page("")))
    error = await refused(world.listener())
    assert "no forum hubbub knows" in str(error)
    assert len(world.server.requests) == 1 + MOST_TRIES


async def test_an_unknown_program_with_a_usual_feed_is_heard(world: World) -> None:
    world.server.on("/", web(forums.page("")))
    world.server.on("/extern.php", feed(FEEDS["fluxbb"][1]))
    (post,) = posts_of(await polled(world.listener()))
    assert post.native_id.startswith("forum.example/t4@")


async def test_discourse_is_handed_over(world: World) -> None:
    world.server.on("/c/help", web(forums.page("discourse")))
    error = await refused(world.listener("/c/help"))
    assert 'network = "discourse"' in str(error)
    assert f'base_url = "{world.server.url}' in str(error)
    assert world.asked() == ["/c/help"]


async def test_a_source_without_an_address_says_so(world: World) -> None:
    assert "names no forum" in str(await refused(world.listener("")))


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (404, SourceState.FAILING),
        (401, SourceState.NEEDS_TOKEN),
        (403, SourceState.BLOCKED),
        (429, SourceState.RATE_LIMITED),
        (503, SourceState.FAILING),
    ],
)
async def test_a_forum_that_refuses_its_page(world: World, status: int, state: SourceState) -> None:
    world.server.on("/", status_reply(status))
    assert (await refused(world.listener())).state is state


async def test_a_limit_met_on_the_way_ends_the_search(world: World) -> None:
    world.server.on("/", web(forums.page("phpbb")))
    world.server.on("/app.php/feed", status_reply(429))
    assert (await refused(world.listener())).state is SourceState.RATE_LIMITED
    assert len(world.server.requests) == 2


async def test_a_server_in_trouble_is_not_a_forum_without_feeds(world: World) -> None:
    world.server.on("/", web(forums.page("phpbb")))
    world.server.on("/app.php/feed", status_reply(500))
    error = await refused(world.listener())
    assert "in trouble" in str(error)
    assert world.asked() == ["/", "/app.php/feed"]


# --- over time -----------------------------------------------------------------------------------


async def test_what_is_new_comes_once_over_rounds_and_restarts(world: World) -> None:
    first = [forums.phpbb(4, 9, "Kerlann", "It leaks")]
    second = [forums.phpbb(4, 10, "Re: Kerlann", "Same here", "Ben"), *first]
    world.server.on("/", web(forums.page("phpbb")))
    world.server.on("/app.php/feed", feed(forums.atom(*first)), feed(forums.atom(*second)))
    batches = await polled(world.listener())
    (question,) = posts_of(batches)
    later = await polled(world.listener(), cursor_of(batches))
    (answer,) = posts_of(later)
    assert question.root_id == answer.root_id == answer.parent_id == "forum.example/board/t4"
    assert posts_of(await polled(world.listener(), cursor_of(later))) == []


async def test_a_feed_that_moved_is_searched_for_again_now_and_then(world: World) -> None:
    body = FEEDS["phpbb"][1]
    world.server.on("/", web(forums.page("phpbb")))
    world.server.on("/app.php/feed", feed(body), status_reply(404))
    world.server.on("/feed", status_reply(404), feed(body))
    listener = world.listener()
    cursor = cursor_of(await polled(listener))
    # It was found a moment ago: the fault is said, and the forum left in peace.
    assert (await refused(listener, cursor)).until is not None
    assert world.asked() == ["/", "/app.php/feed", "/app.php/feed"]
    world.now = Micros(world.now + LOOK_AGAIN)
    await refused(listener, cursor)
    world.now = Micros(world.now + LOOK_AGAIN)
    found = await polled(listener, cursor)
    assert len(posts_of(found)) == 1  # folded by the store: its id is the same
    assert '"feed":"' + world.server.url + "/feed" in (cursor_of(found) or "")


async def test_a_feed_that_suddenly_shows_nothing_is_not_searched_for(world: World) -> None:
    world.server.on("/", web(forums.page("phpbb")))
    world.server.on("/app.php/feed", feed(FEEDS["phpbb"][1]), feed(forums.atom()))
    listener = world.listener()
    cursor = cursor_of(await polled(listener))
    for _ in range(2):
        error = await refused(listener, cursor)
        assert "shows no entries at all" in str(error)
    assert world.asked()[-1] == "/app.php/feed"
    # It stays that way: then it is so.
    assert posts_of(await polled(listener, cursor)) == []


@pytest.mark.parametrize("cursor", ["", "5", "[]", '{"feed": 5}', "no json"])
async def test_a_cursor_that_cannot_be_read_begins_anew(world: World, cursor: str) -> None:
    world.server.on("/", web(forums.page("phpbb")))
    world.server.on("/app.php/feed", feed(FEEDS["phpbb"][1]))
    assert len(posts_of(await polled(world.listener(), cursor))) == 1


async def test_bad_entries_are_told_beside_the_good_ones(world: World) -> None:
    world.server.on("/", web(forums.page("phpbb")))
    world.server.on("/app.php/feed", feed(forums.atom("<entry/>", forums.phpbb(4, 9, "K", "x"))))
    batches = await polled(world.listener())
    assert (len(posts_of(batches)), sum(len(b.bad) for b in batches)) == (1, 1)


# --- what entries say ----------------------------------------------------------------------------


async def heard(world: World, software: str, body: bytes, **options: object) -> list[Post]:
    world.server.on("/", web(forums.page(software)))
    world.server.on(FEEDS[software][0], feed(body))
    return posts_of(await polled(world.listener(**options)))  # type: ignore[arg-type]


async def test_phpbb_posts_have_their_topic_and_not_their_statistics(world: World) -> None:
    body = forums.atom(
        forums.phpbb(4, 10, "Re: Kerlann: hull", "<p>Same here</p>", "Ben"),
        forums.phpbb(4, 9, "Kerlann: hull", "<p>It leaks</p>"),
    )
    first, second = await heard(world, "phpbb", body)
    assert (first.native_id, second.native_id) == (
        "forum.example/board/t4p9",
        "forum.example/board/t4p10",
    )
    assert (first.title, first.text, first.author.name) == ("Kerlann: hull", "It leaks", "Ann")
    assert (second.title, second.text, second.author.name) == ("Kerlann: hull", "Same here", "Ben")
    assert first.parent_id is None
    assert first.root_id == second.root_id == second.parent_id == "forum.example/board/t4"


async def test_fluxbb_tells_each_latest_post_of_a_topic_once(world: World) -> None:
    world.server.on("/", web(forums.page("fluxbb")))
    world.server.on(
        "/extern.php",
        feed(forums.atom(forums.fluxbb(4, 1, "Kerlann", "It leaks"))),
        feed(forums.atom(forums.fluxbb(4, 7, "Kerlann", "Same here", "Ben"))),
    )
    first = await polled(world.listener())
    second = await polled(world.listener(), cursor_of(first))
    (question,), (answer,) = posts_of(first), posts_of(second)
    assert question.native_id != answer.native_id
    assert question.root_id == answer.root_id == "forum.example/t4"
    assert (answer.author.name, answer.text) == ("Ben", "Same here")


async def test_fossils_titles_tell_who_answers(world: World) -> None:
    body = forums.rss(forums.fossil(2, "Reply: Hull", "ben"), forums.fossil(1, "Post: Hull"))
    first, second = await heard(world, "fossil", body)
    assert (first.title, first.text, first.parent_id) == ("Hull", "Hull", None)
    assert second.parent_id == second.root_id == first.root_id
    assert second.author.name == "ben"


async def test_xenforo_topics_count_their_answers(world: World) -> None:
    body = forums.rss(forums.xenforo(44, "Kerlann hull", "It leaks", replies=3))
    (post,) = await heard(world, "xenforo", body)
    assert (post.native_id, post.root_id) == ("forum.example/t44", None)
    assert post.engagement.replies == 3


async def test_who_opens_a_topic_in_our_own_forum_speaks_to_us(world: World) -> None:
    body = forums.atom(forums.smf(4, 10, "Re: Hull", "b"), forums.smf(4, 9, "Hull", "a"))
    first, second = await heard(world, "smf", body, ours=True)
    assert (first.addressed, second.addressed) == (True, False)


# --- whole topics --------------------------------------------------------------------------------


async def test_a_phpbb_topic_is_read_whole(world: World) -> None:
    question = forums.phpbb(4, 9, "Kerlann", "It leaks")
    answer = forums.phpbb(4, 10, "Re: Kerlann", "We come", "kerlann")
    world.server.on("/", web(forums.page("phpbb")))
    world.server.on("/app.php/feed", feed(forums.atom(question)))
    world.server.on("/app.php/feed/topic/4", feed(forums.atom(answer, question)))
    listener = world.listener()
    (post,) = posts_of(await polled(listener))
    batch = await listener.thread([post.native_id, "forum.example/board/t5p1", "other"])
    assert {each.native_id for each in batch.posts} == {
        "forum.example/board/t4p9",
        "forum.example/board/t4p10",
    }
    assert {each.root_id for each in batch.posts} == {"forum.example/board/t4"}
    # A topic whose feed is not to be had does not cost the others.
    assert world.asked()[2:] == ["/app.php/feed/topic/4", "/app.php/feed/topic/5"]


async def test_a_fluxbb_topic_is_read_whole_and_nothing_of_it_twice(world: World) -> None:
    world.server.on("/", web(forums.page("fluxbb")))
    world.server.on(
        "/extern.php",
        feed(forums.atom(forums.fluxbb(4, 7, "Kerlann", "Same here", "Ben"))),
        feed(
            forums.atom(
                forums.fluxbb_post(12, 7, "Re: Kerlann", "Same here", "Ben"),
                forums.fluxbb_post(11, 3, "Kerlann", "It leaks"),
            )
        ),
    )
    listener = world.listener()
    (latest,) = posts_of(await polled(listener))
    batch = await listener.thread([latest.native_id])
    found = {post.text: post for post in batch.posts}
    assert world.server.requests[-1].one("tid") == "4"
    assert found["Same here"].native_id == latest.native_id
    assert found["It leaks"].root_id == latest.root_id == "forum.example/t4"
    assert found["Same here"].parent_id == latest.root_id


async def test_programs_without_topic_feeds_are_not_asked(world: World) -> None:
    world.server.on("/", web(forums.page("smf")))
    world.server.on("/index.php", feed(forums.atom(forums.smf(4, 9, "Kerlann", "x"))))
    listener = world.listener()
    (post,) = posts_of(await polled(listener))
    before = len(world.server.requests)
    assert (await listener.thread([post.native_id])).posts == ()
    assert (await world.listener().thread([post.native_id])).posts == ()
    assert len(world.server.requests) == before


async def test_a_limit_met_among_topics_is_obeyed(world: World) -> None:
    world.server.on("/", web(forums.page("phpbb")))
    world.server.on("/app.php/feed", feed(FEEDS["phpbb"][1]))
    world.server.on("/app.php/feed/topic/4", status_reply(429))
    listener = world.listener()
    (post,) = posts_of(await polled(listener))
    with pytest.raises(SourceError) as error:
        await listener.thread([post.native_id])
    assert error.value.state is SourceState.RATE_LIMITED


@pytest.mark.parametrize(
    ("software", "url", "expected"),
    [
        ("phpbb", "https://f.example/app.php/feed", "https://f.example/app.php/feed/topic/4"),
        ("phpbb", "https://f.example/feed/forum/3", "https://f.example/feed/topic/4"),
        ("phpbb", "https://f.example/feed.php?f=3", "https://f.example/feed.php?t=4"),
        ("phpbb", "https://f.example/rss.xml", ""),
        ("fossil", "https://f.example/timeline.rss?y=f", ""),
    ],
)
def test_the_feed_of_a_topic(software: str, url: str, expected: str) -> None:
    assert topic_feed(named(software), url, "4") == expected


# --- ids -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://f.example/b/viewtopic.php?f=2&t=4&p=9#p9", Spot("f.example/b/", "4", "9")),
        ("https://www.f.example/viewtopic.php?p=9#p9", Spot("f.example/", "", "9")),
        ("https://f.example/viewtopic.php?id=4", Spot("f.example/", "4", "")),
        ("https://f.example/viewtopic.php?pid=9#p9", Spot("f.example/", "", "9")),
        ("https://f.example/s/index.php?topic=4.msg9#msg9", Spot("f.example/s/", "4", "9")),
        ("https://f.example/index.php/topic,4.msg9.html#msg9", Spot("f.example/", "4", "9")),
        ("https://f.example/threads/a-b.4/", Spot("f.example/", "4", "")),
        ("https://f.example/c/threads/4/post-9", Spot("f.example/c/", "4", "9")),
        ("https://f.example/threads/a.4/#post-9", Spot("f.example/", "4", "9")),
        ("https://f.example/showthread.php?t=4&p=9#post9", Spot("f.example/", "4", "9")),
        ("https://f.example/showthread.php?4-Some-title", Spot("f.example/", "4", "")),
        ("https://f.example/showthread.php?tid=4&pid=9#pid9", Spot("f.example/", "4", "9")),
        (f"https://f.example/r/info/{'a' * 64}", Spot("f.example/r/", "", "a" * 64)),
        ("https://f.example/viewtopic.php?t=x&p=", Spot("f.example/", "", "")),
        ("https://[", Spot("")),
        ("", Spot("/")),
    ],
)
def test_an_address_names_topic_and_post(link: str, expected: Spot) -> None:
    assert spot_of(link) == expected


@settings(max_examples=80)
@given(
    st.text(max_size=60),
    st.text(max_size=60),
    st.sampled_from([*SOFTWARE, UNKNOWN]),
    st.sampled_from(
        ["https://f.example/viewtopic.php?", "https://f.example/threads/", "https://f.example/", ""]
    ),
)
def test_any_entry_becomes_a_post_with_an_id(
    title: str, rest: str, software: object, start: str
) -> None:
    entry = Post(
        network="feeds",
        native_id="n1",
        author=Author(key="a", name="a"),
        text=title or "x",
        title=title,
        url=start + rest,
    )
    post = as_forum_post(entry, software)  # type: ignore[arg-type]
    assert post.native_id
    assert post.native_id != post.root_id
    assert post.parent_id in (None, post.root_id)
    # The same entry has the same id in every round.
    assert as_forum_post(entry, software) == post  # type: ignore[arg-type]


# --- programs ------------------------------------------------------------------------------------


@pytest.mark.parametrize("software", [name for name in forums.PAGES if name])
def test_pages_show_their_program(software: str) -> None:
    assert software_of(forums.page(software).decode()).name == software


def test_other_pages_show_none() -> None:
    assert software_of(forums.page("").decode()) is UNKNOWN
    assert named("nonsense") is UNKNOWN


@pytest.mark.parametrize(
    ("url", "software"),
    [
        ("https://f.example/app.php/feed", "phpbb"),
        ("https://f.example/x/extern.php?action=feed&type=rss&fid=3", "fluxbb"),
        ("https://f.example/index.php?action=.xml;type=rss", "smf"),
        ("https://f.example/timeline.rss?y=f", "fossil"),
        ("https://f.example/index.php?action=other", ""),
        ("https://f.example/", ""),
    ],
)
def test_the_address_of_a_feed_shows_its_program(url: str, software: str) -> None:
    assert software_by_feed(url).name == software


@pytest.mark.parametrize(
    ("url", "roots"),
    [
        ("https://f.example", ["/"]),
        ("https://f.example/b/index.php?x=1", ["/b/"]),
        ("https://f.example/b/viewtopic.php?t=4#p9", ["/b/"]),
        ("https://f.example/b/threads/a.4/", ["/b/threads/a.4/", "/b/"]),
        ("https://f.example/forum", ["/", "/forum/"]),
        ("https://f.example/forums/", ["/forums/", "/"]),
    ],
)
def test_the_folders_a_forum_may_be_in(url: str, roots: list[str]) -> None:
    assert [root.removeprefix("https://f.example") for root in roots_of(url)] == roots


def test_the_whole_forum_comes_before_one_of_its_sections() -> None:
    base = "https://f.example"
    offered = [f"{base}/feed/forum/3", f"{base}/podcast.xml", f"{base}/app.php/feed"]
    tries = feeds_to_try(named("phpbb"), f"{base}/", offered)
    assert tries[0] == f"{base}/app.php/feed"
    assert len(tries) == len(set(tries)) <= MOST_TRIES
    assert f"{base}/podcast.xml" in tries
