"""One feed over time: asked politely, nothing lost, nothing twice, every trouble said."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing

import pytest

from listeners.clock import from_iso
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import MINUTE, SECOND, Batch, Gap, Micros, Post, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.feeds.address import FeedAddress
from listeners.networks.feeds.comments import MOST_COMMENT_FEEDS
from listeners.networks.feeds.cursor import FeedCursor, dump_cursor, load_cursor
from listeners.networks.feeds.listener import FeedsListener
from listeners.networks.feeds.schedule import LONGEST, SHORTEST, USUAL, asked_by_server, interval
from listeners.networks.registry import listener_class
from listeners.secret import Secret
from tests.fake.feeds import Article, articles, rss
from tests.fake.http_server import FakeServer, Reply, body_reply, raw_bytes, status_reply

START = from_iso("2026-11-22T10:30:00Z")
XML = "application/rss+xml; charset=utf-8"


class World:
    """A server, a fetcher and a clock that the tests move."""

    def __init__(self, server: FakeServer, fetch: Fetcher) -> None:
        self.server = server
        self.fetch = fetch
        self.now = START

    def listener(self, what: str = "/feed", **options: object) -> FeedsListener:
        source = SourceConfig(
            network="feeds",
            what=what if "://" in what else self.server.url + what,
            options=options,
        )
        return self.of(source)

    def of(self, source: SourceConfig, *brands: BrandConfig) -> FeedsListener:
        return FeedsListener(source, brands, self.fetch, lambda: self.now)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with FakeServer() as server:
        made: list[World] = []
        async with Fetcher(lambda: made[0].now, chance=lambda: 0.0) as fetch:
            made.append(World(server, fetch))
            yield made[0]


def feed(body: bytes, **headers: str) -> Reply:
    return body_reply(body, XML, **headers)


async def polled(listener: FeedsListener, cursor: str | None = None) -> list[Batch]:
    async with aclosing(listener.poll(cursor)) as batches:
        return [batch async for batch in batches]


async def refused(listener: FeedsListener, cursor: str | None = None) -> SourceError:
    with pytest.raises(SourceError) as error:
        await polled(listener, cursor)
    return error.value


def last_cursor(batches: Iterable[Batch]) -> str | None:
    return next((b.cursor for b in reversed(list(batches)) if b.cursor), None)


def posts_of(batches: Iterable[Batch]) -> list[Post]:
    return [post for batch in batches for post in batch.posts]


def titles(batches: Iterable[Batch]) -> list[str]:
    return [post.title for post in posts_of(batches)]


def gap_of(batches: Iterable[Batch]) -> Gap | None:
    return next((batch.gap for batch in batches if batch.gap), None)


def test_the_registry_knows_feeds() -> None:
    assert listener_class("feeds") is FeedsListener


# --- new, known, changed -------------------------------------------------------------------------


async def test_a_feed_is_read_oldest_first_and_then_only_what_is_new(world: World) -> None:
    world.server.on("/feed", feed(rss(articles(1, 3))), feed(rss(articles(2, 5))))
    listener = world.listener()
    first = await polled(listener)
    assert titles(first) == ["News 1", "News 2", "News 3"]
    assert sum(batch.fetched for batch in first) == 3
    second = await polled(world.listener(), last_cursor(first))
    assert titles(second) == ["News 4", "News 5"]
    assert sum(batch.fetched for batch in second) == 4
    assert gap_of(first + second) is None


async def test_an_entry_with_other_content_comes_again_as_an_edit(world: World) -> None:
    edited = [Article("n1", title="News 1", text="Kerlann regrets", link="https://h.example/n1")]
    world.server.on("/feed", feed(rss(articles(1, 2))), feed(rss(articles(2, 2) + edited)))
    cursor = last_cursor(await polled(world.listener()))
    second = await polled(world.listener(), cursor)
    assert [post.text for post in posts_of(second)] == ["Kerlann regrets"]
    third = await polled(world.listener(), last_cursor(second))
    assert posts_of(third) == []


async def test_undated_entries_of_the_first_look_are_history_and_later_ones_news(
    world: World,
) -> None:
    old, new = Article("old", date=""), Article("new", date="")
    dated = Article("dated")
    world.server.on("/feed", feed(rss([dated, old])), feed(rss([new, dated, old])))
    first = await polled(world.listener())
    assert {post.native_id[-3:]: post.history for post in posts_of(first)} == {
        "old": True,
        "ted": False,
    }
    second = await polled(world.listener(), last_cursor(first))
    assert [post.history for post in posts_of(second)] == [False]


async def test_a_long_feed_comes_in_batches_and_only_the_last_moves_the_cursor(
    world: World,
) -> None:
    world.server.on("/feed", feed(rss(articles(1, 600))))
    batches = await polled(world.listener())
    assert len(posts_of(batches)) == 600
    assert len(batches) > 1
    assert [batch.cursor is not None for batch in batches] == [False] * (len(batches) - 1) + [True]
    assert await polled(world.listener(), last_cursor(batches)) != []
    again = await polled(world.listener(), last_cursor(batches))
    assert posts_of(again) == []


async def test_entries_that_left_the_feed_are_still_known_when_they_return(world: World) -> None:
    world.server.on(
        "/feed", feed(rss(articles(1, 4))), feed(rss(articles(4, 6))), feed(rss(articles(1, 6)))
    )
    cursor = None
    found: list[str] = []
    for _ in range(3):
        batches = await polled(world.listener(), cursor)
        cursor = last_cursor(batches)
        found += titles(batches)
    assert found == [f"News {n}" for n in range(1, 7)]


# --- conditional requests ------------------------------------------------------------------------


async def test_validators_go_back_byte_for_byte_and_304_says_nothing_new(world: World) -> None:
    etag, modified = 'W/"a b\\c"', "sun, 22 nov 2026 10:00:00 gmt"
    world.server.on(
        "/feed",
        feed(rss(articles(1, 2)), etag=etag, last_modified=modified),
        status_reply(304, cache_control="max-age=1200"),
    )
    cursor = last_cursor(await polled(world.listener()))
    world.now = Micros(world.now + MINUTE)
    listener = world.listener()
    second = await polled(listener, cursor)
    asked = world.server.asked("/feed")[1].headers
    assert (asked["if-none-match"], asked["if-modified-since"]) == (etag, modified)
    assert "if-none-match" not in world.server.asked("/feed")[0].headers
    assert posts_of(second) == []
    assert listener.next_interval == 1200
    after = load_cursor(last_cursor(second))
    assert after.seen_at == world.now
    assert len(after.known) == 2


async def test_validators_of_the_present_second_are_not_trusted(world: World) -> None:
    now = {"date": "Sun, 22 Nov 2026 10:30:00 GMT", "etag": '"1"'}
    world.server.on(
        "/feed",
        feed(rss(articles(1, 1)), last_modified="Sun, 22 Nov 2026 10:29:59 GMT", **now),
        feed(rss(articles(1, 2)), last_modified="Sun, 22 Nov 2026 10:29:58 GMT", **now),
        status_reply(304),
    )
    batches = await polled(world.listener())
    batches = await polled(world.listener(), last_cursor(batches))
    assert titles(batches) == ["News 2"]
    await polled(world.listener(), last_cursor(batches))
    sent = ["if-none-match" in request.headers for request in world.server.asked("/feed")]
    assert sent == [False, False, True]


async def test_a_server_without_conditions_gives_no_duplicates(world: World) -> None:
    world.server.on("/feed", feed(rss(articles(1, 2)), etag='"1"'))
    cursor = last_cursor(await polled(world.listener()))
    assert posts_of(await polled(world.listener(), cursor)) == []


async def test_not_modified_though_nothing_was_asked_is_no_crash(world: World) -> None:
    world.server.on("/feed", status_reply(304))
    assert posts_of(await polled(world.listener())) == []


async def test_a_cut_feed_is_stored_but_asked_for_whole_again(world: World) -> None:
    whole = rss(articles(1, 40))
    world.server.on(
        "/feed",
        feed(whole[: len(whole) // 2], etag='"1"', last_modified="x"),
        feed(whole, etag='"1"'),
    )
    first = await polled(world.listener())
    assert 10 < len(posts_of(first)) < 30
    second = await polled(world.listener(), last_cursor(first))
    assert "if-none-match" not in world.server.asked("/feed")[1].headers
    assert "if-modified-since" not in world.server.asked("/feed")[1].headers
    assert set(titles(first + second)) == {f"News {n}" for n in range(1, 41)}


async def test_half_a_body_under_a_full_length_stores_nothing(world: World) -> None:
    body = rss(articles(1, 3))
    head = f"HTTP/1.1 200 OK\r\ncontent-type: {XML}\r\ncontent-length: {len(body)}\r\n\r\n"
    world.server.on("/feed", raw_bytes(head.encode() + body[:-50]))
    assert (await refused(world.listener())).state is SourceState.FAILING


async def test_gzip_is_read_and_half_of_it_is_not(world: World) -> None:
    packed = gzip.compress(rss(articles(1, 3)))
    head = f"HTTP/1.1 200 OK\r\ncontent-type: {XML}\r\ncontent-encoding: gzip\r\n\r\n".encode()
    world.server.on(
        "/feed", feed(packed, content_encoding="gzip"), raw_bytes(head + packed[: len(packed) // 2])
    )
    assert len(posts_of(await polled(world.listener()))) == 3
    assert (await refused(world.listener())).state is SourceState.FAILING


# --- gaps ----------------------------------------------------------------------------------------


async def test_a_page_without_any_known_entry_is_a_gap(world: World) -> None:
    world.server.on("/feed", feed(rss(articles(1, 3))), feed(rss(articles(40, 43))))
    cursor = last_cursor(await polled(world.listener()))
    before, world.now = world.now, Micros(world.now + 60 * MINUTE)
    batches = await polled(world.listener(), cursor)
    gap = gap_of(batches)
    assert gap is not None
    assert (gap.from_at, gap.to_at) == (before, from_iso("2026-11-22T10:40:00Z"))
    assert titles(batches) == ["News 40", "News 41", "News 42", "News 43"]
    assert gap_of(await polled(world.listener(), last_cursor(batches))) is None


async def test_older_pages_close_the_gap_where_the_feed_has_them(world: World) -> None:
    def page(first: int, last: int, then: str) -> bytes:
        return rss(articles(first, last), channel=f'<atom:link rel="next" href="{then}"/>')

    world.server.on("/feed", feed(rss(articles(1, 3))), feed(page(8, 9, "/p2")))
    world.server.on("/p2", feed(page(6, 7, "/p3")))
    world.server.on("/p3", feed(page(3, 5, "/p4")))
    cursor = last_cursor(await polled(world.listener()))
    batches = await polled(world.listener(), cursor)
    assert titles(batches) == [f"News {n}" for n in range(4, 10)]
    assert gap_of(batches) is None
    assert world.server.asked("/p4") == []
    assert sum(batch.fetched for batch in batches) == 7


@pytest.mark.parametrize("then", ["/feed", "https://elsewhere.example/p2", "/missing"])
async def test_pages_that_lead_in_circles_or_away_leave_a_gap(world: World, then: str) -> None:
    link = f'<atom:link rel="next" href="{then}"/>'
    world.server.on("/feed", feed(rss(articles(1, 3))), feed(rss(articles(8, 9), channel=link)))
    cursor = last_cursor(await polled(world.listener()))
    batches = await polled(world.listener(), cursor)
    assert gap_of(batches) is not None
    assert len(world.server.requests) <= 4


async def test_a_feed_that_suddenly_shows_nothing_is_not_a_success(world: World) -> None:
    empty = rss([])
    world.server.on("/feed", feed(rss(articles(1, 3))), feed(empty, etag='"empty"'))
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    error = await refused(listener, cursor)
    assert error.state is SourceState.FAILING
    assert "had 3 before" in str(error)
    assert error.until is not None
    # A feed that stays empty is believed in the end.
    await refused(listener, cursor)
    third = await polled(listener, cursor)
    assert posts_of(third) == []
    assert load_cursor(last_cursor(third)).shown == 0


async def test_a_feed_that_was_always_empty_is_fine(world: World) -> None:
    world.server.on("/feed", feed(rss([])))
    batches = await polled(world.listener())
    assert [batch.fetched for batch in batches] == [0]
    assert posts_of(await polled(world.listener(), last_cursor(batches))) == []


# --- moved, gone, refused ------------------------------------------------------------------------


async def test_a_permanent_move_is_believed_the_third_time(world: World) -> None:
    world.server.on("/feed", status_reply(301, location="/new"))
    world.server.on("/new", feed(rss(articles(1, 2))))
    cursor = None
    for _ in range(5):
        cursor = last_cursor(await polled(world.listener(), cursor))
    assert len(world.server.asked("/feed")) == 3
    assert len(world.server.asked("/new")) == 5


async def test_the_moves_must_agree_and_a_temporary_one_is_none(world: World) -> None:
    world.server.on(
        "/feed",
        status_reply(301, location="/new"),
        status_reply(308, location="/other"),
        status_reply(301, location="/new"),
        status_reply(302, location="/new"),
    )
    for path in ("/new", "/other"):
        world.server.on(path, feed(rss(articles(1, 2))))
    cursor = None
    for _ in range(8):
        cursor = last_cursor(await polled(world.listener(), cursor))
    assert len(world.server.asked("/feed")) == 8


async def test_a_feed_that_moves_back_is_found_again(world: World) -> None:
    world.server.on("/feed", *[status_reply(301, location="/new")] * 3, feed(rss(articles(1, 3))))
    world.server.on("/new", *[feed(rss(articles(1, 2)))] * 3, status_reply(404))
    cursor = None
    for _ in range(4):
        batches = await polled(world.listener(), cursor)
        cursor = last_cursor(batches)
    assert titles(batches) == ["News 3"]
    assert load_cursor(cursor).moved == ""


async def test_a_secret_does_not_move_to_another_place(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUBBUB_FEED_TOKEN", "zoe:s3cret")
    async with FakeServer() as other:
        world.server.on("/feed", status_reply(301, location=other.url + "/new"))
        other.on("/new", feed(rss(articles(1, 2))))
        source = SourceConfig(
            network="feeds",
            what=world.server.url + "/feed",
            token=Secret("env:HUBBUB_FEED_TOKEN"),
        )
        cursor = None
        for _ in range(4):
            cursor = last_cursor(await polled(world.of(source), cursor))
        asked = world.server.asked("/feed")
        assert len(asked) == 4
        assert {each.headers["authorization"] for each in asked} == {"Basic em9lOnMzY3JldA=="}
        assert all("authorization" not in each.headers for each in other.requests)
    monkeypatch.setenv("HUBBUB_FEED_TOKEN", "s3cret")
    world.server.on("/feed", feed(rss(articles(1, 2))))
    async with Fetcher() as fetch:
        await polled(FeedsListener(source, (), fetch, lambda: world.now))
    assert world.server.requests[-1].headers["authorization"] == "Bearer s3cret"


@pytest.mark.parametrize(
    ("url", "goes_along"),
    [
        ("https://blog.example/n1/feed/", True),
        ("http://blog.example/n1/feed/", False),
        ("https://blog.example:8443/n1/feed/", False),
        ("https://elsewhere.example/n1/feed/", False),
        ("http://[", False),
    ],
)
async def test_a_secret_goes_to_the_feeds_own_origin_alone(
    world: World, monkeypatch: pytest.MonkeyPatch, url: str, goes_along: bool
) -> None:
    monkeypatch.setenv("HUBBUB_FEED_TOKEN", "s3cret")
    address = FeedAddress(
        SourceConfig(
            network="feeds",
            what="https://blog.example/feed",
            token=Secret("env:HUBBUB_FEED_TOKEN"),
        )
    )
    assert bool(await address.credentials(world.fetch, url)) is goes_along


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (410, SourceState.GONE),
        (404, SourceState.FAILING),
        (403, SourceState.BLOCKED),
        (500, SourceState.FAILING),
    ],
)
async def test_refusals_name_their_state_and_leave_the_server_in_peace(
    world: World, status: int, state: SourceState
) -> None:
    world.server.on("/feed", status_reply(status))
    error = await refused(world.listener())
    assert error.state is state
    if state is SourceState.FAILING:
        assert error.until is not None
        assert error.until >= world.now + 10 * SECOND


@pytest.mark.parametrize("after", ["120", "Sun, 22 Nov 2026 10:32:00 GMT"])
async def test_too_many_requests_waits_as_long_as_was_asked(world: World, after: str) -> None:
    world.server.on("/feed", status_reply(429, retry_after=after))
    error = await refused(world.listener())
    assert error.state is SourceState.RATE_LIMITED
    assert error.until is not None
    assert 120 * SECOND <= error.until - world.now <= 140 * SECOND


# --- what is no feed -----------------------------------------------------------------------------

_PAGE = b"<!doctype html><html><head>%s<title>Blog</title></head><body>Hello</body></html>"
_OFFER = b'<link rel="alternate" type="application/rss+xml" href="/the/feed">'


async def test_a_page_that_offers_a_feed_names_it(world: World) -> None:
    world.server.on("/blog", body_reply(_PAGE % _OFFER, "text/html"))
    error = await refused(world.listener("/blog"))
    assert error.state is SourceState.FAILING
    assert f"{world.server.url}/the/feed" in str(error)
    assert "use that address" in str(error)


async def test_a_page_without_a_feed_says_what_to_look_for(world: World) -> None:
    world.server.on("/blog", body_reply(_PAGE % b"", "text/html"))
    assert "names no feed" in str(await refused(world.listener("/blog")))


async def test_a_page_where_the_feed_was_is_a_captive_portal(world: World) -> None:
    world.server.on("/feed", feed(rss(articles(1, 2))), body_reply(_PAGE % _OFFER, "text/html"))
    cursor = last_cursor(await polled(world.listener()))
    assert "captive portal" in str(await refused(world.listener(), cursor))


async def test_a_feed_served_as_a_page_is_a_feed(world: World) -> None:
    world.server.on("/feed", body_reply(rss(articles(1, 2)), "text/html"))
    assert len(posts_of(await polled(world.listener()))) == 2


async def test_text_that_is_no_feed_is_refused_without_its_query(world: World) -> None:
    world.server.on("/feed", body_reply(b"come back later"))
    error = await refused(world.listener("/feed?user=zoe&token=s3cret"))
    assert "holds no feed" in str(error)
    assert "s3cret" not in str(error)


async def test_json_feed_over_the_wire(world: World) -> None:
    body = {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "T"}]}
    world.server.on("/feed", body_reply(json.dumps(body).encode(), "application/feed+json"))
    assert titles(await polled(world.listener())) == ["T"]


async def test_bad_entries_are_told_beside_the_good_ones(world: World) -> None:
    items = [{"id": "1", "title": "T"}, None]
    body = {"version": "https://jsonfeed.org/version/1.1", "items": items}
    world.server.on("/feed", body_reply(json.dumps(body).encode(), "application/json"))
    batches = await polled(world.listener())
    assert [(batch.fetched, len(batch.bad)) for batch in batches] == [(2, 1)]


# --- where it is asked for -----------------------------------------------------------------------


async def test_base_url_serves_the_addresses_own_path(world: World) -> None:
    body = rss([Article("1", link="/relative", title="T")])
    world.server.on("/alerts/feeds/1", feed(body))
    source = SourceConfig(
        network="feeds",
        what="https://www.google.com/alerts/feeds/1?hl=fr",
        base_url=world.server.url,
    )
    batches = await polled(world.of(source))
    assert world.server.requests[0].query == {"hl": ["fr"]}
    assert posts_of(batches)[0].url == "https://www.google.com/relative"


@pytest.mark.parametrize(
    ("what", "url"),
    [
        ("blog.example/feed", "https://blog.example/feed"),
        ("feed://blog.example/feed", "https://blog.example/feed"),
        ("feed:http://blog.example/feed", "http://blog.example/feed"),
        (" http://blog.example/feed ", "http://blog.example/feed"),
    ],
)
def test_addresses_are_understood_as_people_write_them(what: str, url: str) -> None:
    assert FeedAddress(SourceConfig(network="feeds", what=what)).url == url


async def test_a_source_without_address_says_so(world: World) -> None:
    assert "names no feed" in str(await refused(world.of(SourceConfig(network="feeds"))))


async def test_google_news_is_off_until_its_terms_are_accepted(world: World) -> None:
    what = "https://news.google.com/rss/search?q=kerlann"
    error = await refused(world.listener(what))
    assert error.state is SourceState.OFF
    assert "non-commercial" in str(error)
    FeedAddress(SourceConfig(network="feeds", what=what, options={"accept_terms": True})).check()


async def test_a_feed_cannot_send_us_into_the_private_network(world: World) -> None:
    assert FeedAddress(SourceConfig(network="feeds", what="http://10.0.0.1/f")).is_home()
    public = FeedAddress(SourceConfig(network="feeds", what="https://blog.example/f"))
    assert not public.is_home()
    assert not public.is_home("http://127.0.0.1/")


# --- comments ------------------------------------------------------------------------------------


def _with_comments(number: int, replies: int, where: str = "/c") -> Article:
    more = (
        f"<wfw:commentRss>{where}{number}</wfw:commentRss>"
        f"<slash:comments>{replies}</slash:comments>"
    )
    return Article(
        f"https://blog.example/?p={number}",
        title=f"News {number}",
        link=f"https://blog.example/n{number}",
        more=more,
    )


def _comment(article: int, number: int) -> Article:
    return Article(f"https://blog.example/?p={article}#comment-{number}", text=f"Answer {number}")


async def test_comments_are_followed_where_the_user_wants_them(world: World) -> None:
    world.server.on("/feed", feed(rss([_with_comments(1, 2), _with_comments(2, 0)])))
    world.server.on("/c1", feed(rss([_comment(1, 8), _comment(1, 7)]), etag='"c"'))
    assert len(posts_of(await polled(world.listener()))) == 2
    assert world.server.asked("/c1") == []
    batches = await polled(world.listener(comments=True))
    comments = [post for post in posts_of(batches) if post.parent_id]
    assert [post.text for post in comments] == ["Answer 7", "Answer 8"]
    assert {post.parent_id for post in comments} == {"https://blog.example/?p=1"}
    assert world.server.asked("/c2") == []
    again = await polled(world.listener(comments=True), last_cursor(batches))
    assert posts_of(again) == []
    assert world.server.asked("/c1")[-1].headers["if-none-match"] == '"c"'


async def test_comment_feeds_take_turns_the_changed_ones_first(world: World) -> None:
    many = MOST_COMMENT_FEEDS + 5
    shown = [_with_comments(n, 1) for n in range(1, many + 1)]
    changed = [*shown[:-1], _with_comments(many, 2)]
    world.server.on("/feed", feed(rss(shown)), feed(rss(shown)), feed(rss(changed)))
    for n in range(1, many + 1):
        world.server.on(f"/c{n}", feed(rss([_comment(n, n)])))
    cursor = None
    counts = []
    for _ in range(3):
        world.now = Micros(world.now + MINUTE)
        before = len(world.server.requests)
        cursor = last_cursor(await polled(world.listener(comments=True), cursor))
        counts.append([r.path for r in world.server.requests[before + 1 :]])
    assert [len(each) for each in counts] == [MOST_COMMENT_FEEDS] * 3
    assert len(set(counts[0]) | set(counts[1])) == many
    assert counts[2][0] == f"/c{many}"


async def test_a_comment_feed_that_fails_is_told_once_and_given_up(world: World) -> None:
    world.server.on("/feed", feed(rss([_with_comments(1, 1), _with_comments(2, 1)])))
    world.server.on("/c1", status_reply(404))
    world.server.on("/c2", feed(rss([_comment(2, 1)])))
    cursor = None
    bad = 0
    found: list[Post] = []
    for _ in range(5):
        world.now = Micros(world.now + MINUTE)
        batches = await polled(world.listener(comments=True), cursor)
        cursor = last_cursor(batches)
        bad += sum(len(batch.bad) for batch in batches)
        found += posts_of(batches)
    assert bad == 1
    assert len(world.server.asked("/c1")) == 3
    assert [post.text for post in found if post.parent_id] == ["Answer 1"]


async def test_a_limit_met_among_the_comments_is_obeyed(world: World) -> None:
    world.server.on("/feed", feed(rss([_with_comments(1, 1), _with_comments(2, 1)])))
    world.server.on("/c1", status_reply(429, retry_after="60"))
    world.server.on("/c2", status_reply(429, retry_after="60"))
    assert (await refused(world.listener(comments=True))).state is SourceState.RATE_LIMITED
    assert len(world.server.requests) == 2


async def test_comments_on_our_own_site_address_us(world: World) -> None:
    brand = BrandConfig(name="Kerlann", websites=("www.blog.example",))
    world.server.on("/feed", feed(rss([_with_comments(1, 1)])))
    world.server.on("/c1", feed(rss([_comment(1, 1)])))
    source = SourceConfig(
        network="feeds",
        what="https://blog.example/feed",
        base_url=world.server.url,
        options={"comments": True},
    )
    found = posts_of(await polled(world.of(source, brand)))
    assert [(post.parent_id is not None, post.addressed) for post in found] == [
        (False, False),
        (True, True),
    ]


# --- when to come back ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"cache-control": "public, max-age=1800"}, 1800.0),
        ({"cache-control": "s-maxage=60"}, None),
        ({"cache-control": "no-cache, max-age=1800"}, None),
        (
            {"expires": "Sun, 22 Nov 2026 11:30:00 GMT", "date": "Sun, 22 Nov 2026 11:00:00 GMT"},
            1800.0,
        ),
        ({"expires": "0"}, None),
        ({"expires": "Thu, 01 Jan 1981 00:00:00 GMT"}, 0.0),
        ({}, None),
    ],
)
def test_how_long_an_answer_stays_fresh(headers: dict[str, str], expected: float | None) -> None:
    assert asked_by_server(headers, START) == expected


@pytest.mark.parametrize(
    ("wishes", "skipped", "at_home", "expected"),
    [
        ([], (), False, USUAL),
        ([None, 0.0], (), False, USUAL),
        ([60.0], (), False, SHORTEST),
        ([60.0], (), True, 60.0),
        ([1.0], (), True, 10.0),
        ([1800.0, 3600.0], (), False, 3600.0),
        ([30 * 86400.0], (), False, LONGEST),
        ([3600.0], (11, 12), False, 3600.0 + 5400.0),
        ([3600.0], tuple(range(24)), False, 3600.0),
    ],
)
def test_the_next_look_is_within_bounds(
    wishes: list[float | None], skipped: tuple[int, ...], at_home: bool, expected: float
) -> None:
    assert interval(wishes, skipped, START, at_home=at_home) == expected


async def test_the_feed_says_how_often_it_changes(world: World) -> None:
    head = (
        "<ttl>30</ttl><sy:updatePeriod>daily</sy:updatePeriod>"
        "<sy:updateFrequency>12</sy:updateFrequency>"
        "<skipHours><hour>12</hour><hour>13</hour></skipHours>"
    )
    world.server.on("/feed", feed(rss(articles(1, 2), channel=head), cache_control="max-age=60"))
    listener = world.listener()
    cursor = load_cursor(last_cursor(await polled(listener)))
    assert cursor.every == 7200.0
    assert cursor.skip_hours == (12, 13)
    # Two hours from 10:30 is in a skipped hour; 14:00 is the next that is not.
    assert listener.next_interval == 3.5 * 3600


# --- the cursor ----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [None, "", "x", "[]", '{"known": 3, "moves": "x", "every": "y"}'])
def test_a_cursor_that_cannot_be_read_is_a_new_start(text: str | None) -> None:
    assert load_cursor(text) == FeedCursor()


def test_a_cursor_survives_its_json_and_stays_small() -> None:
    cursor = FeedCursor(
        etag='"x"', modified="y", moved="z", moves=2, seen_at=START, shown=3, every=60.0,
        skip_hours=(1, 2), failures=1, article="a", replies=0, known={"k": "v"},
    ).with_comments("c", FeedCursor(replies=4, article="b"))  # fmt: skip
    assert load_cursor(dump_cursor(cursor)) == cursor
    for number in range(0, 5000, 10):
        cursor = cursor.remember((f"{n:016x}", "0" * 16) for n in range(number, number + 10))
        cursor = cursor.with_comments(f"c{number}", FeedCursor())
    assert len(cursor.known) <= 510
    assert len(cursor.comments) <= 50
    assert len(dump_cursor(cursor)) < 30_000
