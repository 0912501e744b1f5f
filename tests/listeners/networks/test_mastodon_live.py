"""Mastodon's streams: quicker than polling, and never trusted alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import Batch, Deletion, Micros, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.mastodon import live as mastodon_live
from listeners.networks.mastodon.listener import POLLED_FOR, MastodonListener
from listeners.networks.mastodon.live import Event, read_frame, read_sse
from listeners.secret import Secret
from tests.fake.http_server import json_reply, status_reply
from tests.fake.mastodon import START, FakeMastodon
from tests.fake.mastodon_socket import FakeStreams

BRAND = BrandConfig(name="Kerlann", query="Kerlann OR #kerlann")
TAG = ("hashtag", "kerlann")


class Heard:
    """A listener's stream, taken batch by batch as the engine does."""

    def __init__(self, listener: MastodonListener, cursor: str | None) -> None:
        stream = listener.stream(cursor)
        assert stream is not None
        self.stream = stream
        self.cursor = cursor
        self.taken: list[Batch] = []

    async def next(self) -> Batch:
        async with asyncio.timeout(30):
            batch = await anext(self.stream)
        self.taken.append(batch)
        self.cursor = batch.cursor or self.cursor
        return batch

    async def text(self) -> str:
        batch = await self.next()
        return " | ".join(post.text for post in batch.posts)


class World:
    """A Mastodon server, its streaming server, and a clock that the tests move."""

    def __init__(self, server: FakeMastodon, streams: FakeStreams, fetch: Fetcher) -> None:
        self.server = server
        self.streams = streams
        self.fetch = fetch
        self.now = START
        server.token = "s3cret"
        self.announce({"configuration": {"urls": {"streaming": streams.url}}})

    def announce(self, instance: object) -> None:
        self.server.on("/api/v2/instance", json_reply(instance))

    def listener(self, what: str = "#kerlann", *, token: bool = True) -> MastodonListener:
        source = SourceConfig(
            network="mastodon",
            what=what,
            base_url=self.server.url,
            token=Secret("env:HUBBUB_TEST_TOKEN") if token else None,
        )
        return MastodonListener(source, [BRAND], self.fetch, lambda: self.now)

    @asynccontextmanager
    async def hear(
        self, listener: MastodonListener, cursor: str | None = None
    ) -> AsyncIterator[Heard]:
        heard = Heard(listener, cursor)
        async with aclosing(heard.stream):
            yield heard


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("HUBBUB_TEST_TOKEN", "s3cret")
    monkeypatch.setattr(mastodon_live, "WINDOW", 0.05)
    async with FakeMastodon() as server, FakeStreams() as streams:
        made: list[World] = []
        async with Fetcher(lambda: made[0].now, chance=lambda: 0.0) as fetch:
            made.append(World(server, streams, fetch))
            yield made[0]


# --- the socket --------------------------------------------------------------------------------


async def test_a_socket_carries_every_place_and_begins_with_a_reading(world: World) -> None:
    world.server.post("missed #kerlann")
    async with world.hear(world.listener("#kerlann notifications home")) as heard:
        assert "missed #kerlann" in await heard.text()
        await world.streams.heard(TAG, ("user:notification",), ("user",))
        await world.streams.say("update", world.server.status("new #kerlann"), *TAG)
        while (await heard.text()) != "new #kerlann":
            pass
        assert heard.taken[-1].cursor is None
        assert "s3cret" not in " ".join(world.streams.addresses)


async def test_edits_deletions_and_notifications_come_over_the_socket(world: World) -> None:
    post = world.server.post("first #kerlann")
    async with world.hear(world.listener()) as heard:
        await heard.text()
        await world.streams.heard(TAG)
        world.server.edit(post, "second #kerlann")
        for name in ("status.update", "status_update"):
            await world.streams.say(name, post, *TAG)
            edited = (await heard.next()).posts
            assert [one.text for one in edited] == ["second #kerlann"]
            world.server.edit(post, "second #kerlann")
        mention = world.server.status("hey")
        await world.streams.say("notification", world.server.notify("mention", mention), "user")
        [told] = (await heard.next()).posts
        assert (told.text, told.addressed) == ("hey", True)
        for _ in range(2):
            await world.streams.say("delete", post["id"], *TAG)
        assert (await heard.next()).deletions == (Deletion("mastodon", post["uri"]),)


async def test_what_tells_nothing_is_passed_over(world: World) -> None:
    world.server.post("first #kerlann")
    async with world.hear(world.listener()) as heard:
        await heard.text()
        await world.streams.heard(TAG)
        for message in (
            '{"stream":["user"],"event":"filters_changed"}',
            '{"stream":["user"],"event":"filters_changed","payload":"undefined"}',
            '{"stream":["user"],"event":"announcement","payload":"{}"}',
            '{"stream":["user"],"event":"notifications_merged","payload":"1"}',
            '{"error":"Unknown stream type","status":400}',
            '{"stream":["hashtag"],"event":"delete","payload":"404"}',
        ):
            await world.streams.send(message)
        await world.streams.say("update", world.server.status("x #kerlann"), *TAG)
        assert await heard.text() == "x #kerlann"


async def test_a_bad_event_is_kept_aside_and_the_stream_goes_on(world: World) -> None:
    world.server.post("first #kerlann")
    async with world.hear(world.listener()) as heard:
        await heard.text()
        await world.streams.heard(TAG)
        await world.streams.send("not json")
        await world.streams.say("update", {"id": "1"}, *TAG)
        await world.streams.send(b"\xff\xfe\x00binary")
        await world.streams.say("update", world.server.status("x #kerlann"), *TAG)
        bad = 0
        while not (batch := await heard.next()).posts:
            bad += len(batch.bad)
        assert bad + len(batch.bad) == 3


async def test_the_same_post_over_socket_and_page_is_handed_on_once(world: World) -> None:
    world.server.post("first #kerlann")
    async with world.hear(world.listener()) as heard:
        await heard.text()
        await world.streams.heard(TAG)
        new = world.server.post("new #kerlann")
        await world.streams.say("update", new, *TAG)
        assert await heard.text() == "new #kerlann"
        world.now = Micros(world.now + 60_000_000)
        batch = await heard.next()  # the check: it moves the cursor and repeats nothing
        assert batch.posts == ()
        assert new["id"] in (batch.cursor or "")


async def test_what_the_stream_left_out_is_found_by_the_check_in_silence(world: World) -> None:
    world.server.post("first #kerlann")
    async with world.hear(world.listener()) as heard:
        await heard.text()
        world.server.post("never pushed #kerlann")
        world.now = Micros(world.now + 60_000_000)
        assert await heard.text() == "never pushed #kerlann"


@pytest.mark.parametrize("how", [1000, 1001, 1008, 1011, 4000, None])
async def test_after_every_break_the_next_connection_reads_what_was_missed(
    world: World, how: int | None
) -> None:
    listener = world.listener()
    world.server.post("first #kerlann")
    async with world.hear(listener) as heard:
        await heard.text()
        await world.streams.heard(TAG)
        if how is None:
            world.streams.cut()
        else:
            await world.streams.close(how)
        with pytest.raises(SourceError) as caught:
            await heard.next()
        assert caught.value.state is SourceState.FAILING
    world.server.post("meanwhile #kerlann")
    async with world.hear(listener, heard.cursor) as again:
        assert await again.text() == "meanwhile #kerlann"


async def test_a_crash_between_stream_and_check_loses_nothing(world: World) -> None:
    world.server.post("first #kerlann")
    async with world.hear(world.listener()) as heard:
        await heard.text()
        await world.streams.heard(TAG)
        new = world.server.post("new #kerlann")
        await world.streams.say("update", new, *TAG)
        while not any("new" in post.text for post in heard.taken[-1].posts):
            await heard.next()
    # The process died before the batch was stored: the cursor knows nothing of it.
    async with world.hear(world.listener(), heard.cursor) as again:
        assert "new #kerlann" in await again.text()


async def test_deletions_of_posts_heard_before_a_restart_are_understood(world: World) -> None:
    post = world.server.post("first #kerlann")
    async with world.hear(world.listener()) as heard:
        await heard.text()
    async with world.hear(world.listener(), heard.cursor) as again:
        await world.streams.heard(TAG)
        await again.next()
        await world.streams.say("delete", post["id"], *TAG)
        while not (batch := await again.next()).deletions:
            pass
        assert batch.deletions == (Deletion("mastodon", post["uri"]),)


# --- ways in -----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [403, 404, 426, 501, 503])
async def test_without_a_socket_events_come_by_http(world: World, status: int) -> None:
    world.streams.refusal = status
    world.server.post("missed #kerlann")
    async with world.hear(world.listener()) as heard:
        assert await heard.text() == "missed #kerlann"
        await world.server.listened()
        separators = world.server.status("a\u2028b\u0085c #kerlann")
        world.server.say("update", separators, "hashtag")
        assert await heard.text() == "a\u2028b\u0085c #kerlann"
        world.server.write(b":thump\n")
        world.server.write(b"event: delete\r\ndata: " + separators["id"].encode() + b"\r\n\r\n")
        assert (await heard.next()).deletions == (Deletion("mastodon", separators["uri"]),)
        world.server.hang_up()
        with pytest.raises(SourceError, match="ended its stream"):
            await heard.next()
    paths = [r for r in world.server.requests if r.path.startswith("/api/v1/streaming/")]
    assert [(r.path, r.one("tag")) for r in paths] == [("/api/v1/streaming/hashtag", "kerlann")]


async def test_events_by_http_carry_the_place_that_tells_most_about_us(world: World) -> None:
    world.streams.refusal = 404
    async with world.hear(world.listener("#kerlann notifications")) as heard:
        taking = asyncio.ensure_future(heard.next())
        await world.server.listened()
        mention = world.server.status("hey")
        world.server.say("notification", world.server.notify("mention", mention))
        batch = await taking
        while not batch.posts:
            batch = await heard.next()
        assert batch.posts[0].addressed
    assert world.server.asked("/api/v1/streaming/user/notification")


async def test_a_server_that_pushes_in_no_way_is_polled(world: World) -> None:
    world.streams.refusal = 404
    world.server.on("/api/v1/streaming/hashtag", status_reply(404))
    listener = world.listener()
    async with world.hear(listener) as heard:
        with pytest.raises(SourceError, match="does not push") as caught:
            await heard.next()
    assert caught.value.state is SourceState.OK
    assert caught.value.until == world.now + 60_000_000
    assert listener.stream(None) is None
    world.now = Micros(world.now + POLLED_FOR)
    assert listener.stream(None) is not None


async def test_a_refused_token_is_said_and_no_other_way_is_tried(world: World) -> None:
    world.streams.refusal = 401
    async with world.hear(world.listener()) as heard:
        with pytest.raises(SourceError) as caught:
            await heard.next()
    assert caught.value.state is SourceState.NEEDS_TOKEN
    assert not world.server.asked("/api/v1/streaming/hashtag")


async def test_a_limit_at_the_door_is_waited_for(world: World) -> None:
    world.streams.refusal = 429
    async with world.hear(world.listener()) as heard:
        with pytest.raises(SourceError) as caught:
            await heard.next()
    assert caught.value.state is SourceState.RATE_LIMITED


@pytest.mark.parametrize("what", ["search:x", "@kerlann@social.example"])
async def test_places_that_cannot_be_pushed_are_polled(world: World, what: str) -> None:
    assert world.listener(what).stream(None) is None


async def test_without_a_token_there_is_no_stream(world: World) -> None:
    assert world.listener(token=False).stream(None) is None


INSTANCES = [
    ({}, {"urls": {"streaming_api": "STREAMS"}}),
    ({"configuration": {"urls": {}}}, {"urls": {"streaming_api": "STREAMS"}}),
    ({"configuration": None}, {"urls": {"streaming_api": "STREAMS"}}),
    ({"configuration": {"urls": {"streaming": "STREAMS"}}}, {}),
]


@pytest.mark.parametrize(("second", "first"), INSTANCES)
async def test_the_streaming_address_is_found_in_either_version(
    world: World, second: object, first: object
) -> None:
    def announced(value: object) -> object:
        return json.loads(json.dumps(value).replace("STREAMS", world.streams.url))

    world.announce(announced(second))
    world.server.on("/api/v1/instance", json_reply(announced(first)))
    world.server.post("a #kerlann")
    async with world.hear(world.listener()) as heard:
        await heard.text()
    assert world.streams.addresses


@pytest.mark.parametrize(
    "address",
    ["wss://127.0.0.1:1", "gopher://x", "ws://169.254.169.254/", "nonsense", 7, None, "ws://\x1b["],
)
async def test_an_address_that_leads_nowhere_safe_falls_back_to_the_server(
    world: World, address: object
) -> None:
    world.announce({"configuration": {"urls": {"streaming": address}}})
    world.server.post("a #kerlann")
    async with world.hear(world.listener()) as heard:
        assert await heard.text() == "a #kerlann"
    assert world.server.asked("/api/v1/streaming/hashtag")
    assert not world.streams.addresses


def test_a_server_behind_https_leads_to_no_open_connection() -> None:
    for address in ("ws://social.example", "http://social.example"):
        assert mastodon_live.streaming_base("https://social.example", address) == ""
    assert (
        mastodon_live.streaming_base("https://a.example", "wss://b.example/") == "https://b.example"
    )
    assert mastodon_live.streaming_base("http://a.example", "ws://b.example") == "http://b.example"


# --- reading events ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "event"),
    [
        ([b":)", b"event: update", b'data: {"id":"1"}'], Event("update", {"id": "1"})),
        ([b"event:delete", b"data:117024236332527350"], Event("delete", "117024236332527350")),
        ([b"event: update", b'data: {"a":', b"data: 1}"], Event("update", {"a": 1})),
        ([b"event: filters_changed", b"data: undefined"], Event("filters_changed", None)),
        ([b":thump"], None),
        ([b"event: update"], None),
        ([b"retry: 0", b"id: a\x00b", b"data: 1"], Event("message", 1)),
        ([b"event: update", b"data: \xff\xfe"], Event("update", None)),
    ],
)
def test_server_sent_events(lines: list[bytes], event: Event | None) -> None:
    assert read_sse(lines) == event


@given(st.lists(st.binary(max_size=40).filter(lambda line: b"\n" not in line), max_size=8))
def test_no_lines_break_the_reading_of_events(lines: list[bytes]) -> None:
    event = read_sse(lines)
    assert event is None or isinstance(event.name, str)


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200)))
def test_no_message_breaks_the_reading_of_frames(message: bytes | str) -> None:
    event = read_frame(message)
    assert event is None or isinstance(event.name, str)


def test_a_deep_message_is_not_followed() -> None:
    assert read_frame("[" * 100_000) == Event("update", None)
