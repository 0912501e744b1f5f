"""Reading YouTube: every comment once, replies by their count, and no unit wasted."""

from __future__ import annotations

import logging
import traceback
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import aclosing

import pytest

from listeners.clock import from_iso
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import DAY, HOUR, MINUTE, SECOND, Batch, Deletion, Micros, Post, SourceState
from listeners.networks.contract import Historical, SourceError
from listeners.networks.youtube.listener import YouTubeListener
from listeners.networks.youtube.places import question, wanted_of
from listeners.networks.youtube.server import next_midnight
from listeners.secret import Secret
from tests.fake.http_server import Reply, body_reply, json_reply, reset_in_body, status_reply
from tests.fake.official import YOUTUBE, youtube_faults
from tests.fake.youtube import API, KEY, START, FakeYouTube, refusal

BRAND = BrandConfig(name="Kerlann", handles={"youtube": ("@kerlann",)})
THREADS = f"{API}/commentThreads"


class World:
    """A server, a fetcher and a clock that the tests move."""

    def __init__(self, server: FakeYouTube, fetch: Fetcher) -> None:
        self.server = server
        self.fetch = fetch
        self.film = server.video("The making of a boat")

    @property
    def now(self) -> Micros:
        return Micros(self.server.now * SECOND)

    def later(self, micros: int) -> None:
        self.server.now += micros // SECOND

    def listener(
        self, what: str = "", *, key: bool = True, brand: BrandConfig = BRAND, **options: object
    ) -> YouTubeListener:
        source = SourceConfig(
            network="youtube",
            what=what,
            base_url=self.server.url,
            token=Secret("env:YOUTUBE_KEY") if key else None,
            options={"site_url": self.server.url, **options},
        )
        return YouTubeListener(source, [brand], self.fetch, lambda: self.now)

    def units(self, resource: str) -> int:
        return len(self.server.asked(f"{API}/{resource}"))


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("YOUTUBE_KEY", KEY)
    async with FakeYouTube() as server:
        made: list[World] = []
        async with Fetcher(lambda: made[0].now, chance=lambda: 0.0) as fetch:
            made.append(World(server, fetch))
            yield made[0]


async def polled(listener: YouTubeListener, cursor: str | None = None) -> list[Batch]:
    async with aclosing(listener.poll(cursor)) as batches:
        return [batch async for batch in batches]


def posts_of(batches: Iterable[Batch]) -> list[Post]:
    return [post for batch in batches for post in batch.posts]


def comments(batches: Iterable[Batch]) -> list[str]:
    return [post.text for post in posts_of(batches) if len(post.native_id) > 11]


def last_cursor(batches: Iterable[Batch], before: str | None = None) -> str | None:
    return next((b.cursor for b in reversed(list(batches)) if b.cursor), before)


async def failed(listener: YouTubeListener, cursor: str | None = None) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await polled(listener, cursor)
    return caught.value


# --- what is said ----------------------------------------------------------------------------


async def test_comments_on_our_channel_are_to_us(world: World) -> None:
    thread = world.server.comment("Does it float? https://a.example @bob", world.film)
    reply = world.server.reply("It does", thread, by="kerlann")
    world.server.reply("Thanks", thread, by="ana")
    world.server.subscribers[world.server.channel("ana")] = 1200
    video, one, two, three = posts_of(await polled(world.listener()))
    assert (video.native_id, video.title) == (world.film["id"], "The making of a boat")
    assert (video.own, video.addressed) == (True, False)
    assert one.native_id == thread["id"]
    assert (one.parent_id, one.root_id) == (None, thread["id"])
    assert one.url == f"https://www.youtube.com/watch?v={world.film['id']}&lc={thread['id']}"
    assert (one.author.handle, one.author.key) == ("ana", world.server.channel("ana"))
    assert (one.author.followers, one.links, one.mentions) == (
        1200, ("https://a.example",), ("bob",))  # fmt: skip
    assert (one.addressed, one.own, one.engagement.replies) == (True, False, 2)
    assert (two.native_id, two.parent_id, two.root_id) == (reply["id"], thread["id"], thread["id"])
    assert (two.own, two.addressed) == (True, False)
    assert (three.own, three.addressed, three.root_id) == (False, False, thread["id"])


async def test_of_another_channel_only_what_speaks_of_us(world: World) -> None:
    other = world.server.video("A test", by="critic")
    world.server.comment("Kerlann is better", other)
    world.server.comment("Nice", other)
    assert comments(await polled(world.listener("@critic"))) == ["Kerlann is better"]
    assert len(comments(await polled(world.listener("@critic", whole=True)))) == 2
    [post] = [p for p in posts_of(await polled(world.listener("@critic"))) if p.root_id]
    assert post.addressed is False


async def test_a_video_that_was_named(world: World) -> None:
    other = world.server.video("A test", by="critic")
    world.server.comment("Nice", other)
    world.server.comment("Not here", world.film)
    for what in (f"https://youtu.be/{other['id']}?t=4", f"video:{other['id']}"):
        assert comments(await polled(world.listener(what))) == ["Nice"]


async def test_videos_are_searched_for_and_watched(world: World) -> None:
    found = world.server.video("Kerlann: a test", by="critic", text="See https://b.example")
    world.server.video("Something else", by="critic")
    world.server.comment("I have one", found)
    listener = world.listener("search:kerlann")
    batches = await polled(listener)
    [video] = [post for post in posts_of(batches) if post.title]
    assert (video.native_id, video.text, video.links) == (
        found["id"], "See https://b.example", ("https://b.example",))  # fmt: skip
    assert (video.engagement.likes, video.tags) == (3, ("sea",))
    world.later(10 * MINUTE)
    batches = await polled(listener, last_cursor(batches))
    assert comments(batches) == ["I have one"]
    assert world.units("search") == 1
    world.later(30 * MINUTE)
    late = world.server.video("Kerlann sails", by="critic")
    batches = await polled(world.listener("search:kerlann"), last_cursor(batches))
    assert late["id"] in [post.native_id for post in posts_of(batches)]
    assert world.units("search") == 2
    assert world.server.asked(f"{API}/search")[1].one("publishedAfter").startswith("2027-01-14")


WANTED = {
    "UCK8sQmJBp8GCxrOtXWBpyEA": (("UCK8sQmJBp8GCxrOtXWBpyEA",), (), ()),
    "@google, https://www.youtube.com/@kerlann/videos": (("@google", "@kerlann"), (), ()),
    "https://youtube.com/channel/UCK8sQmJBp8GCxrOtXWBpyEA/about": (
        ("UCK8sQmJBp8GCxrOtXWBpyEA",), (), ()),
    "https://www.youtube.com/watch?list=x&v=5shykyfmb28&t=3": ((), ("5shykyfmb28",), ()),
    "https://m.youtube.com/shorts/5shykyfmb28": ((), ("5shykyfmb28",), ()),
    "search:café lune, small boats": ((), (), ("café lune", "small boats")),
    "": (("@kerlann",), (), ('"kerlann"',)),
}  # fmt: skip


@pytest.mark.parametrize("what", WANTED)
def test_what_may_be_written(what: str) -> None:
    wanted = wanted_of(SourceConfig(network="youtube", what=what), [BRAND])
    assert (wanted.channels, wanted.videos, wanted.words) == WANTED[what]


def test_several_words_are_one_search() -> None:
    assert question(['"a b"', "c", "c"]) == '"a b"|c'


# --- resuming ----------------------------------------------------------------------------------


async def test_killed_at_every_batch_nothing_is_missed_or_doubled(world: World) -> None:
    world.server.comment("first", world.film)
    cursor = last_cursor(await polled(world.listener()))
    for number in range(250):
        world.server.comment(str(number), world.film)
    heard: list[str] = []
    for _ in range(5):
        async with aclosing(world.listener().poll(cursor)) as batches:
            async for batch in batches:
                cursor = batch.cursor
                if comments([batch]):
                    break
        heard += comments([batch])
    assert [one for one in dict.fromkeys(heard) if one != "first"] == [str(n) for n in range(250)]
    listener = world.listener()
    cursor = last_cursor(await polled(listener, cursor))
    assert comments(await polled(listener, cursor)) == []


async def test_more_than_is_read_at_once_is_a_gap(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listeners.networks.youtube.comments.MOST_PAGES", 2)
    world.server.comment("first", world.film)
    cursor = last_cursor(await polled(world.listener()))
    for number in range(250):
        world.server.comment(str(number), world.film)
    batches = await polled(world.listener(), cursor)
    [gap] = [batch.gap for batch in batches if batch.gap]
    assert gap.from_at == from_iso(world.server.threads[0]["snippet"]["topLevelComment"]
                                   ["snippet"]["publishedAt"])  # fmt: skip
    assert comments(batches) == [str(number) for number in range(50, 250)]


async def test_what_is_old_at_the_first_reading_is_history(world: World) -> None:
    world.server.comment("old", world.film)
    world.later(5 * DAY)
    world.server.comment("new", world.film)
    posts = {post.text: post.history for post in posts_of(await polled(world.listener()))}
    assert (posts["old"], posts["new"]) == (True, False)


@pytest.mark.parametrize("cursor", ["7", "[]", '{"marks": {"a": "x"}}', '{"marks":{}}'])
async def test_an_illegible_cursor_is_a_gap_and_a_beginning(world: World, cursor: str) -> None:
    world.server.comment("hello", world.film)
    batches = await polled(world.listener(), cursor)
    assert batches[0].gap
    assert comments(batches) == ["hello"]


async def test_one_bad_record_spoils_no_other(world: World) -> None:
    world.server.comment("one", world.film)
    odd = world.server.comment("odd", world.film)["snippet"]["topLevelComment"]["snippet"]
    odd["authorChannelId"] = "x"
    thread = world.server.comment("two", world.film)
    world.server.reply("", thread)["snippet"]["authorDisplayName"] = 7
    listener = world.listener()
    batches = await polled(listener)
    assert comments(batches) == ["one", "two"]
    assert sum(len(batch.bad) for batch in batches) == 2
    assert not any(batch.bad for batch in await polled(listener, last_cursor(batches)))


# --- replies, edits, deletions -----------------------------------------------------------------


async def test_a_reply_below_an_old_thread_is_seen_by_its_count(world: World) -> None:
    thread = world.server.comment("old", world.film)
    world.server.comment("newer", world.film)
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    world.server.inline = 0
    world.server.reply("late", thread)
    assert "late" in comments(await polled(listener, cursor))
    asked = world.units("comments")
    await polled(listener, cursor)
    assert world.units("comments") == asked


async def test_replies_of_many_threads_are_asked_for_bit_by_bit(world: World) -> None:
    world.server.inline = 0
    for number in range(30):
        world.server.reply(f"r{number}", world.server.comment(f"c{number}", world.film))
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    assert world.units("comments") == 20
    heard = comments(await polled(listener, cursor))
    assert world.units("comments") == 30
    assert len([text for text in heard if text.startswith("r")]) == 10


async def test_edits_of_comments_and_replies(world: World) -> None:
    thread = world.server.comment("kerlan", world.film)
    reply = world.server.reply("yess", thread)
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    world.server.edit(thread, "kerlann")
    world.server.edit(reply, "yes")
    posts = posts_of(await polled(listener, cursor))
    assert [(post.native_id, post.text) for post in posts] == [
        (thread["id"], "kerlann"), (reply["id"], "yes")]  # fmt: skip
    assert all(post.edited_at and post.edited_at > (post.created_at or 0) for post in posts)


async def test_deletions_of_comments_and_replies(world: World) -> None:
    gone = world.server.comment("gone", world.film)
    thread = world.server.comment("kept", world.film)
    lost = world.server.reply("lost", thread)
    world.server.reply("stays", thread)
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    world.server.delete(gone)
    world.server.delete(lost)
    batches = await polled(listener, cursor)
    told = {one.native_id for batch in batches for one in batch.deletions}
    assert told == {gone["id"], lost["id"]}
    assert not [b for b in await polled(listener, last_cursor(batches)) if b.deletions]


async def test_a_page_that_forgets_a_comment_does_not_delete_it(world: World) -> None:
    for number in range(3):
        world.server.comment(str(number), world.film)
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    page = [one for one in reversed(world.server.threads) if one is not world.server.threads[1]]
    world.server.on(THREADS, json_reply({"items": page}))
    assert not [b for b in await polled(listener, cursor) if b.deletions]


async def test_a_thread_is_read_whole_and_what_is_gone_is_told(world: World) -> None:
    world.server.inline = 1
    thread = world.server.comment("kerlann?", world.film)
    replies = [world.server.reply(str(number), thread) for number in range(4)]
    listener = world.listener()
    await polled(listener)
    batch = await listener.thread([replies[2]["id"], world.film["id"], "Ugnever", "video999999"])
    assert [post.text for post in batch.posts] == [
        "A film", "kerlann?", "0", "1", "2", "3"]  # fmt: skip
    assert set(batch.deletions) == {Deletion("youtube", "Ugnever"),
                                    Deletion("youtube", "video999999")}  # fmt: skip
    world.server.delete(replies[0])
    batch = await listener.thread([thread["id"]])
    assert replies[0]["id"] not in [post.native_id for post in batch.posts]


async def test_history_goes_back_and_resumes(world: World) -> None:
    for number in range(230):
        world.server.comment(str(number), world.film)
    listener = world.listener()
    assert isinstance(listener, Historical)
    since = Micros((START + 60 + 60 * 31) * SECOND)
    heard: list[str] = []
    place: str | None = None
    for _ in range(2):  # the process ends after each page
        async with aclosing(world.listener().history(BRAND, since, place)) as batches:
            batch = await anext(batches)
        assert all(post.history for post in batch.posts)
        heard += comments([batch])
        place = batch.cursor
    assert heard == [str(number) for number in range(229, 29, -1)]
    async with aclosing(listener.history(BRAND, since, place)) as batches:
        assert [batch async for batch in batches] == []


# --- what it costs, and refusals ---------------------------------------------------------------


async def test_a_quiet_round_costs_one_unit(world: World) -> None:
    for number in range(40):
        world.server.reply("ok", world.server.comment(str(number), world.film))
    listener = world.listener(world.server.ours)
    cursor = last_cursor(await polled(listener))
    before = len(world.server.requests)
    cursor = last_cursor(await polled(listener, cursor))
    paths = [request.path for request in world.server.requests[before:]]
    assert paths == ["/feeds/videos.xml", THREADS]


async def test_the_allowances_are_counted_apart(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.server.spent.add("search")
    world.server.comment("hello", world.film)
    listener = world.listener()
    batches = await polled(listener)
    assert comments(batches) == ["hello"]
    [gap] = [batch.gap for batch in batches if batch.gap]
    assert gap.to_at == next_midnight(world.now)
    world.later(HOUR)
    assert not [b for b in await polled(listener, last_cursor(batches)) if b.gap]
    world.server.spent.add("commentThreads")
    error = await failed(listener, last_cursor(batches))
    assert (error.state, error.until) == (SourceState.RATE_LIMITED, next_midnight(world.now))
    assert "allowance" in str(error)


async def test_a_search_takes_nothing_of_the_comments_allowance(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listeners.networks.youtube.server._SEARCHES", 1)
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    world.later(HOUR)
    world.server.comment("hello", world.film)
    batches = await polled(listener, cursor)
    assert comments(batches) == ["hello"]
    assert [batch.gap.to_at for batch in batches if batch.gap] == [next_midnight(world.now)]
    assert world.units("search") == 1
    monkeypatch.setattr("listeners.networks.youtube.server._UNITS", 3)
    asked = world.units("commentThreads")
    error = await failed(listener, last_cursor(batches))
    assert (error.state, error.until) == (SourceState.RATE_LIMITED, next_midnight(world.now))
    assert world.units("commentThreads") == asked


MIDNIGHTS = {
    "2026-07-01T12:00:00Z": "2026-07-02T07:00:00Z",
    "2026-01-02T07:59:59Z": "2026-01-02T08:00:00Z",
    "2026-03-08T09:00:00Z": "2026-03-09T07:00:00Z",  # the night the clocks go forward
    "2026-11-01T08:30:00Z": "2026-11-02T08:00:00Z",  # and back
}


@pytest.mark.parametrize("now", MIDNIGHTS)
def test_the_day_ends_at_midnight_in_california(now: str) -> None:
    assert next_midnight(from_iso(now)) == from_iso(MIDNIGHTS[now])


async def test_comments_that_are_switched_off_are_told_once(world: World) -> None:
    other = world.server.video("Closed", by="critic")
    world.server.silent.add(other["id"])
    world.server.comment("hello", world.film)
    listener = world.listener(f"video:{world.film['id']}, video:{other['id']}")
    batches = await polled(listener)
    assert comments(batches) == ["hello"]
    [gap] = [batch.gap for batch in batches if batch.gap]
    assert "switched off" in gap.reason.template
    assert not [b for b in await polled(listener, last_cursor(batches)) if b.gap]
    alone = await failed(world.listener(f"video:{other['id']}"))
    assert alone.state is SourceState.BLOCKED


def answers(reply: Reply) -> Callable[[World], None]:
    return lambda world: world.server.on(THREADS, reply)


REFUSED = [
    (answers(refusal(400, "badRequest", "API key not valid.", detail="API_KEY_INVALID")),
     SourceState.NEEDS_TOKEN, "switched on"),
    (answers(refusal(403, "forbidden", "x", detail="SERVICE_DISABLED")),
     SourceState.NEEDS_TOKEN, "Data API v3"),
    (answers(refusal(403, "rateLimitExceeded", "x")), SourceState.RATE_LIMITED, "slow down"),
    (answers(refusal(400, "processingFailure", "x")), SourceState.FAILING, "now"),
    (answers(refusal(404, "channelNotFound", "The channel")), SourceState.FAILING, "does not know"),
    (answers(status_reply(429, b"", retry_after="40")), SourceState.RATE_LIMITED, "slow down"),
    (answers(json_reply({"error": "error message"}, 400)), SourceState.FAILING, "error message"),
    (answers(status_reply(503, b"<html>")), SourceState.FAILING, "trouble"),
    (answers(json_reply([])), SourceState.FORMAT_CHANGED, "base_url"),
    (answers(body_reply(b"<html><body>log in", "text/html")), SourceState.FAILING, "web page"),
    (answers(reset_in_body()), SourceState.FAILING, ""),
]  # fmt: skip


@pytest.mark.parametrize(("happens", "state", "words"), REFUSED)
async def test_refusals_in_words_and_without_the_key(
    world: World,
    happens: Callable[[World], None],
    state: SourceState,
    words: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    happens(world)
    error = await failed(world.listener(world.server.ours))
    assert error.state is state
    assert words in str(error)
    whole = traceback.TracebackException.from_exception(error, capture_locals=True)
    assert "AIza" not in "".join(whole.format()) + caplog.text + str(error)
    assert not any("AIza" in str(request.query) for request in world.server.requests)


async def test_without_a_key_the_feeds_of_channels_are_heard(world: World) -> None:
    listener = world.listener(f"{world.server.ours}", key=False)
    heard: list[Post] = []

    async def hear() -> None:
        async for batch in listener.poll(None):
            heard.extend(batch.posts)

    with pytest.raises(SourceError) as caught:
        await hear()
    assert caught.value.state is SourceState.NEEDS_TOKEN
    assert [post.title for post in heard] == ["The making of a boat"]
    assert {request.path for request in world.server.requests} == {"/feeds/videos.xml"}
    assert await listener.thread(["Ug1"]) == Batch()


@pytest.mark.skipif(not YOUTUBE.exists(), reason="no discovery document: set HUBBUB_RECORDED")
async def test_every_request_is_as_youtube_documents_it(world: World) -> None:
    world.server.inline = 0
    gone = world.server.comment("gone", world.film)
    thread = world.server.comment("kerlann", world.server.video("Kerlann", by="critic"))
    world.server.reply("yes", thread)
    listener = world.listener()
    cursor = last_cursor(await polled(listener))
    world.server.delete(gone)
    world.later(HOUR)
    await polled(listener, cursor)
    await polled(world.listener("@critic"))
    await listener.thread([thread["id"], world.film["id"]])
    async with aclosing(listener.history(BRAND, Micros(0), None)) as batches:
        await anext(batches)
    asked = [one for one in world.server.requests if one.path.startswith(API)]
    paths = {request.path.removeprefix(f"{API}/") for request in asked}
    assert paths == {"commentThreads", "comments", "channels", "search", "videos"}
    for request in asked:
        assert youtube_faults(request) == []
