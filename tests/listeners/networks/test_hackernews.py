"""Reading Hacker News: every hit once, in windows where there are many, and threads that matter."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import aclosing
from typing import Any

import pytest

from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import DAY, SECOND, Batch, Deletion, Micros, Post, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.hackernews.listener import SECOND_LOOK, HackerNewsListener
from listeners.networks.hackernews.search import CURSOR, Search, searches_of
from listeners.networks.searching import read_marks, write_marks
from tests.fake.hackernews import START, FakeHackerNews, hit
from tests.fake.http_server import (
    Reply,
    Request,
    body_reply,
    json_reply,
    reset_in_body,
    status_reply,
)

BRAND = BrandConfig(
    name="Kerlann", handles={"hackernews": ("kerlann_hq",)}, websites=("https://kerlann.example/",)
)
SEARCH = "/api/v1/search_by_date"


class World:
    """A server, a fetcher and a clock that the tests move."""

    def __init__(self, server: FakeHackerNews, fetch: Fetcher) -> None:
        self.server = server
        self.fetch = fetch
        self.now = Micros(START * SECOND)

    def listener(
        self, what: str = "search:kerlann", brand: BrandConfig = BRAND, **options: object
    ) -> HackerNewsListener:
        source = SourceConfig(
            network="hackernews", what=what, base_url=self.server.url, options=options
        )
        return HackerNewsListener(source, [brand], self.fetch, lambda: self.now)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with FakeHackerNews() as server:
        made: list[World] = []
        async with Fetcher(lambda: made[0].now, chance=lambda: 0.0) as fetch:
            made.append(World(server, fetch))
            yield made[0]


async def polled(listener: HackerNewsListener, cursor: str | None = None) -> list[Batch]:
    async with aclosing(listener.poll(cursor)) as batches:
        return [batch async for batch in batches]


def texts(batches: Iterable[Batch]) -> list[str]:
    return [post.title or post.text for batch in batches for post in batch.posts]


def last_cursor(batches: Iterable[Batch], before: str | None = None) -> str | None:
    return next((b.cursor for b in reversed(list(batches)) if b.cursor), before)


def posts_of(batches: Iterable[Batch]) -> list[Post]:
    return [post for batch in batches for post in batch.posts]


# --- searching ---------------------------------------------------------------------------------


async def test_stories_and_comments_with_parents_and_roots(world: World) -> None:
    story = world.server.story("Show HN: Kerlann", url="https://kerlann.example/x", text="<p>a<p>b")
    first = world.server.comment("Kerlann &amp; co<p>second", parent=story)
    reply = world.server.comment("no, kerlann", parent=first, author="cy")
    posts = posts_of(await polled(world.listener()))
    assert [post.native_id for post in posts] == [str(i.id) for i in (story, first, reply)]
    top, comment, answer = posts
    assert (top.parent_id, top.root_id, top.title) == (None, None, "Show HN: Kerlann")
    assert (top.links, top.text) == (("https://kerlann.example/x",), "a\nb")
    assert (comment.text, comment.title) == ("Kerlann & co\nsecond", "")
    assert (comment.parent_id, comment.root_id) == (top.native_id, top.native_id)
    assert (answer.parent_id, answer.root_id) == (comment.native_id, top.native_id)
    assert answer.url == f"https://news.ycombinator.com/item?id={reply.id}"
    assert (answer.author.key, answer.author.handle) == ("cy", "cy")
    assert answer.created_at == reply.at * SECOND
    assert (answer.lang, answer.author.followers) == (None, None)


async def test_later_readings_overlap_and_repeat_nothing(world: World) -> None:
    world.server.story("kerlann 0")
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    world.server.story("kerlann 1")
    batches = await polled(listener, cursor)
    assert texts(batches) == ["kerlann 1"]
    asked = world.server.requests[-1]
    assert asked.one("numericFilters") == f"created_at_i>{START + 60 - 600}"
    assert asked.one("tags") == "(story,comment)"
    assert await polled(listener, last_cursor(batches)) == []


async def test_a_hit_that_is_indexed_late_is_found(world: World) -> None:
    early, late = world.server.story("kerlann early"), world.server.story("kerlann late")
    early.indexed = False
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    early.indexed = True
    assert texts(await polled(listener, cursor)) == ["kerlann early"]
    assert late.at > early.at


async def test_an_edit_within_two_hours_is_seen_by_the_second_look(world: World) -> None:
    story = world.server.story("kerlann")
    comment = world.server.comment("kerlan is down", parent=story)
    world.server.now += 3000
    world.server.story("kerlann again")
    listener = world.listener()
    world.now = Micros(world.server.now * SECOND)
    cursor = last_cursor(await polled(listener))
    comment.text = "kerlann was down"
    assert await polled(listener, cursor) == []
    world.now = Micros(world.now + SECOND_LOOK)
    [post] = posts_of(await polled(listener, cursor))
    assert (post.native_id, post.text) == (str(comment.id), "kerlann was down")


async def test_more_hits_than_a_search_shows_are_asked_for_in_windows(world: World) -> None:
    world.server.most = 200
    world.server.step = 1
    world.server.story("kerlann 0")
    cursor = last_cursor(await polled(world.listener()))
    for number in range(1, 750):
        world.server.story(f"kerlann {number}")
    batches = await polled(world.listener(), cursor)
    # The first hit lies in the overlap: a new process hands it on again, and the store folds it.
    assert texts(batches) == [f"kerlann {n}" for n in range(750)]
    assert not [batch for batch in batches if batch.gap]
    assert [len(batch.posts) for batch in batches] == [100] * 7 + [50]
    seconds = [read_marks(batch.cursor, CURSOR) for batch in batches]
    assert seconds == sorted(seconds, key=lambda marks: marks["search:kerlann"])


async def test_a_second_with_more_hits_than_a_search_shows_is_a_gap(world: World) -> None:
    world.server.most = 100
    world.server.story("kerlann 0")
    cursor = last_cursor(await polled(world.listener()))
    world.server.step = 0
    world.server.now += 60
    for number in range(1, 150):
        world.server.story(f"kerlann {number}")
    batches = await polled(world.listener(), cursor)
    [gap] = [batch.gap for batch in batches if batch.gap]
    assert gap.to_at == world.server.now * SECOND
    assert gap.from_at == (START + 60 - 600) * SECOND
    assert len(posts_of(batches)) == 100


async def test_what_no_window_reaches_is_a_gap(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listeners.networks.hackernews.search.MOST_WINDOWS", 2)
    world.server.most = 100
    world.server.story("kerlann 0")
    cursor = last_cursor(await polled(world.listener()))
    for number in range(1, 400):
        world.server.story(f"kerlann {number}")
    batches = await polled(world.listener(), cursor)
    assert batches[0].gap is not None
    assert texts(batches)[-1] == "kerlann 399"


async def test_a_first_reading_takes_the_newest_pages_and_no_gap(world: World) -> None:
    for number in range(350):
        world.server.story(f"kerlann {number}")
    batches = await polled(world.listener())
    assert texts(batches) == [f"kerlann {n}" for n in range(150, 350)]
    assert not [batch for batch in batches if batch.gap]
    assert "numericFilters" not in world.server.requests[0].query


@pytest.mark.parametrize("broken_after", range(4))
async def test_a_crash_at_any_batch_resumes_without_gap(world: World, broken_after: int) -> None:
    world.server.story("kerlann 0")
    cursor = last_cursor(await polled(world.listener()))
    for number in range(1, 350):
        world.server.story(f"kerlann {number}")
    stored: set[str] = set()
    async with aclosing(world.listener().poll(cursor)) as batches:
        count = 0
        async for batch in batches:
            if count == broken_after:
                break  # the process dies before this batch is stored
            stored.update(texts([batch]))
            cursor = batch.cursor
            count += 1
    stored.update(texts(await polled(world.listener(), cursor)))
    assert stored >= {f"kerlann {n}" for n in range(1, 350)}


async def test_a_batch_that_was_not_stored_is_handed_on_again_by_the_same_listener(
    world: World,
) -> None:
    world.server.story("kerlann")
    listener = world.listener()
    async with aclosing(listener.poll(None)) as batches:
        lost = await anext(batches)
    assert texts(await polled(listener)) == texts([lost])


async def test_a_server_that_sends_one_page_for_every_question_comes_to_an_end(
    world: World,
) -> None:
    hits = [hit(world.server.story(f"kerlann {n}")) for n in range(2)][::-1]
    page = {"hits": hits, "nbHits": 17_321_865, "page": 0, "nbPages": 500, "hitsPerPage": 2}
    world.server.on(SEARCH, json_reply(page))
    listener = world.listener()
    batches = await polled(listener)
    assert texts(batches) == ["kerlann 0", "kerlann 1"]
    asked = len(world.server.requests)
    assert await polled(listener, last_cursor(batches)) == []
    assert len(world.server.requests) - asked <= 2


async def test_old_hits_of_a_first_reading_are_history(world: World) -> None:
    world.server.story("kerlann old")
    world.now = Micros(world.now + 4 * DAY)
    world.server.now += 4 * 86400
    world.server.story("kerlann new")
    posts = posts_of(await polled(world.listener()))
    assert [post.history for post in posts] == [True, False]


async def test_changed_points_are_handed_on(world: World) -> None:
    story = world.server.story("kerlann")
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    story.points = 99
    [post] = posts_of(await polled(listener, cursor))
    assert post.engagement.likes == 99


async def test_an_unreadable_cursor_begins_anew_and_says_so(world: World) -> None:
    world.server.story("kerlann")
    batches = await polled(world.listener(), "17")
    assert batches[0].gap is not None
    assert texts(batches) == ["kerlann"]


# --- which questions ---------------------------------------------------------------------------


async def test_an_empty_what_asks_for_words_own_posts_and_links(world: World) -> None:
    story = world.server.story("A link", url="https://www.kerlann.example/about")
    question = world.server.comment("does it work?", parent=story)
    ours = world.server.comment("it does", parent=question, author="kerlann_hq")
    world.server.comment("Kerlann is great", parent=ours)
    batches = await polled(world.listener(""))
    posts = {post.native_id: post for post in posts_of(batches)}
    assert {post.title or post.text for post in posts.values()} == {
        "it does",
        "A link",
        "Kerlann is great",
    }
    assert set(read_marks(last_cursor(batches), CURSOR) or {}) >= {
        "author:kerlann_hq",
        'search:"kerlann"',
        "url:kerlann.example",
    }
    answer = next(post for post in posts.values() if "great" in post.text)
    assert (answer.addressed, answer.parent_author_key) == (True, "kerlann_hq")


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("kerlann", Search("search", "kerlann")),
        ('search:"two words"', Search("search", '"two words"')),
        ("author:kerlann_hq", Search("author", "kerlann_hq")),
        ("@kerlann_hq", Search("author", "kerlann_hq")),
        ("url:kerlann.example", Search("url", "kerlann.example")),
        ("site:kerlann.example", Search("url", "kerlann.example")),
        ("story:123", Search("story", "123")),
        ("story:abc", Search("search", "story:abc")),
        ("re: kerlann", Search("search", "re: kerlann")),
    ],
)
def test_searches(what: str, expected: Search) -> None:
    assert searches_of(SourceConfig(network="hackernews", what=what), [BRAND]) == (expected,)


def test_a_query_that_cannot_be_searched_for_is_said() -> None:
    brand = BrandConfig(name="K", query="NOT kerlann")
    with pytest.raises(SourceError, match="no words"):
        searches_of(SourceConfig(network="hackernews"), [brand])


@pytest.mark.parametrize("cursor", ["", "3", "{}", '{"searches": {"a": "x"}}', '{"searches": 1}'])
def test_a_foreign_cursor_is_not_read(cursor: str) -> None:
    assert read_marks(cursor, CURSOR) is None
    assert read_marks('{"searches": {"a": 3}}', CURSOR) == {"a": 3}
    assert read_marks(write_marks({"a": 3}, CURSOR), CURSOR) == {"a": 3}


# --- threads -----------------------------------------------------------------------------------


async def test_of_a_strangers_story_only_what_concerns_us_is_taken(world: World) -> None:
    server = world.server
    story = server.story("Ask HN: what do you use?")
    mention = server.comment("Kerlann, since May", parent=story)
    server.comment("why?", parent=mention, author="cy")
    aside = server.comment("something else", parent=story, author="di")
    question = server.comment("is support any good?", parent=aside, author="ed")
    server.comment("write to us", parent=question, author="kerlann_hq")
    server.comment("unrelated", parent=aside, author="fi")
    batch = await world.listener().thread([str(story.id)])
    assert texts([batch]) == [
        "Ask HN: what do you use?",
        "Kerlann, since May",
        "why?",
        "something else",
        "is support any good?",
        "write to us",
    ]
    assert {post.root_id for post in batch.posts} == {None, str(story.id)}
    assert batch.fetched == 7
    assert batch.cursor is None


async def test_a_story_about_us_and_a_comment_are_taken_whole(world: World) -> None:
    story = world.server.story("Kerlann raises prices")
    one = world.server.comment("meh", parent=story)
    world.server.comment("indeed", parent=one)
    assert len((await world.listener().thread([str(story.id)])).posts) == 3
    whole = await world.listener().thread([str(one.id)])
    assert texts([whole]) == ["meh", "indeed"]
    assert {post.root_id for post in whole.posts} == {str(story.id)}


async def test_a_story_about_us_with_very_many_comments_is_cut_down(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listeners.networks.hackernews.thread.MOST_POSTS", 5)
    story = world.server.story("Kerlann raises prices")
    for number in range(8):
        world.server.comment(f"meh {number}", parent=story)
    world.server.comment("sorry", parent=story, author="kerlann_hq")
    batch = await world.listener().thread([str(story.id)])
    assert texts([batch]) == ["Kerlann raises prices", "sorry"]


async def test_an_answer_to_our_comment_is_addressed_to_us(world: World) -> None:
    story = world.server.story("A story")
    ours = world.server.comment("hello", parent=story, author="kerlann_hq")
    world.server.comment("hello back", parent=ours)
    batch = await world.listener().thread([str(story.id)])
    assert [post.addressed for post in batch.posts] == [False, False, True]


async def test_deleted_posts_of_a_thread_are_told(world: World) -> None:
    story = world.server.story("Kerlann")
    gone = world.server.comment("kerlann leaks", parent=story)
    world.server.comment("never heard of", parent=story).deleted = True
    listener = world.listener()
    await polled(listener)
    gone.deleted = True
    batch = await listener.thread([str(story.id)])
    assert batch.deletions == (Deletion("hackernews", str(gone.id)),)


async def test_a_lost_item_is_deleted_only_if_hacker_news_says_so(world: World) -> None:
    gone, late = world.server.story("kerlann gone"), world.server.story("kerlann late")
    gone.indexed = late.indexed = False
    gone.deleted = True
    ids = [str(gone.id), str(late.id), "1"]
    with_firebase = world.listener(firebase_url=world.server.url)
    assert (await with_firebase.thread(ids)).deletions == (Deletion("hackernews", str(gone.id)),)
    assert (await world.listener().thread(ids)).deletions == ()


async def test_an_id_that_is_no_number_is_not_asked_for(world: World) -> None:
    await world.listener().thread(["../../v0/item/1", "x", ""])
    assert world.server.requests == []


# --- faults ------------------------------------------------------------------------------------

FAULTS: list[tuple[Reply, SourceState, str]] = [
    (json_reply({"code": 400, "message": "invalid"}, 400), SourceState.FAILING, "refused"),
    (body_reply(b"<html>no</html>", "text/html", 403), SourceState.BLOCKED, "refuses"),
    (status_reply(503), SourceState.FAILING, "trouble"),
    (status_reply(429, retry_after="20"), SourceState.RATE_LIMITED, "slow down"),
    (body_reply(b'{"hits": [', "application/json"), SourceState.FORMAT_CHANGED, "JSON"),
    (json_reply([]), SourceState.FORMAT_CHANGED, "list of hits"),
    (json_reply({"hits": None}), SourceState.FORMAT_CHANGED, "list of hits"),
    (body_reply(b"<html>log in</html>", "text/html"), SourceState.FAILING, "captive"),
    (reset_in_body(), SourceState.FAILING, "broke off"),
]


@pytest.mark.parametrize(("reply", "state", "words"), FAULTS)
async def test_every_fault_has_its_state_and_moves_nothing(
    world: World, reply: Reply, state: SourceState, words: str
) -> None:
    world.server.story("kerlann 0")
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    world.server.story("kerlann 1")
    world.server.on(SEARCH, reply)
    with pytest.raises(SourceError, match=words) as caught:
        await polled(listener, cursor)
    assert caught.value.state is state
    world.server.on(SEARCH, world.server.answer)
    world.now = Micros(world.now + 3600 * SECOND)
    assert texts(await polled(listener, cursor)) == ["kerlann 1"]


async def test_a_fault_in_the_middle_of_the_pages_hands_on_nothing_half(world: World) -> None:
    for number in range(250):
        world.server.story(f"kerlann {number}")

    def second_page_fails(request: Request) -> Reply:
        return status_reply(500) if request.one("page") == "1" else world.server.answer(request)

    world.server.on(SEARCH, second_page_fails)
    with pytest.raises(SourceError):
        await polled(world.listener())


@pytest.mark.parametrize("below", [{"page": "1"}, {"page": "0", "window": "2"}])
async def test_a_page_that_is_counted_and_not_shown_hands_on_nothing_half(
    world: World, below: dict[str, str]
) -> None:
    world.server.most = 200
    world.server.step = 1
    world.server.story("kerlann 0")
    cursor = last_cursor(await polled(world.listener()))
    for number in range(1, 250):
        world.server.story(f"kerlann {number}")

    def emptied(request: Request, answer: Callable[[Request], Reply]) -> Reply:
        reply = answer(request)
        second = "<=" in request.one("numericFilters")
        if request.one("page") != below["page"] or second != ("window" in below):
            return reply
        return json_reply({**json.loads(reply.body), "hits": []})

    world.server.between = emptied
    with pytest.raises(SourceError, match="broke off"):
        await polled(world.listener(), cursor)
    world.server.between = None
    assert texts(await polled(world.listener(), cursor)) == [f"kerlann {n}" for n in range(250)]


async def test_a_bad_hit_is_kept_aside_once_and_its_neighbours_are_read(world: World) -> None:
    good = hit(world.server.story("kerlann"))
    bad: list[Any] = [
        {**good, "objectID": None},
        {**good, "objectID": "1", "author": None},
        {**good, "objectID": "2", "title": 7},
        {**good, "objectID": "3", "title": None},
        "x",
        None,
    ]
    page = {"hits": [*bad, good], "nbPages": 1}
    world.server.on(SEARCH, json_reply(page))
    listener = world.listener()
    batches = await polled(listener)
    assert texts(batches) == ["kerlann"]
    assert (len(batches[0].bad), batches[0].fetched) == (6, 7)
    assert await polled(listener, last_cursor(batches)) == []


async def test_hacker_news_pushes_to_nobody(world: World) -> None:
    assert world.listener().stream(None) is None
