"""Stack Exchange, GDELT, the App Store, Lobsters and DEV: what must be true of all five alike."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from email.utils import format_datetime
from pathlib import Path

import pytest

from listeners.clock import to_datetime
from listeners.config import BrandConfig, Config, SourceConfig
from listeners.engine import Engine
from listeners.model import DAY, HOUR, MINUTE, SECOND, MentionRow, Micros, SourceState
from listeners.networks.contract import Historical, SourceError
from listeners.networks.registry import listener_class
from listeners.networks.titles import network_title
from listeners.store import Store, open_store, reads
from listeners.store.filters import StreamFilter
from tests.fake.appstore import APP, FakeAppStore, page_path
from tests.fake.devto import FakeDev
from tests.fake.gdelt import PATH as GDELT_PATH
from tests.fake.gdelt import FakeGdelt
from tests.fake.http_server import (
    FakeServer,
    Reply,
    body_reply,
    reset_in_body,
    status_reply,
)
from tests.fake.listening import START, World, polled, world_of
from tests.fake.lobsters import FakeLobsters
from tests.fake.stackexchange import FakeStackExchange

# Network: what to hear, and the path that is asked first.
HEARD = {
    "stackexchange": ("stackoverflow: kerlann", "/search/excerpts"),
    "gdelt": ("", GDELT_PATH),
    "appstore": (f"{APP}: us", page_path()),
    "lobsters": ("newest", "/newest.json"),
    "devto": ("", "/api/articles/latest"),
}
PAGE = b"<!doctype html><html><body>Attention required!</body></html>"
NOW = Micros(START * SECOND + DAY)
LATER = format_datetime(to_datetime(Micros(NOW + 120 * SECOND)), usegmt=True)
FAULTS: list[tuple[Reply, SourceState, int | None]] = [
    (status_reply(429, retry_after=LATER), SourceState.RATE_LIMITED, 120),
    (status_reply(429, retry_after="120"), SourceState.RATE_LIMITED, 120),
    (status_reply(429, retry_after="120.5"), SourceState.RATE_LIMITED, 120),
    (status_reply(429), SourceState.RATE_LIMITED, None),
    (status_reply(401), SourceState.NEEDS_TOKEN, None),
    (status_reply(403, PAGE, content_type="text/html"), SourceState.BLOCKED, None),
    (status_reply(500), SourceState.FAILING, None),
    (body_reply(PAGE, "text/html"), SourceState.FAILING, None),
    (body_reply(b'{"items": [', "application/json"), SourceState.FORMAT_CHANGED, None),
    (body_reply(b"7", "application/json"), SourceState.FORMAT_CHANGED, None),
    (reset_in_body(), SourceState.FAILING, None),
]


@pytest.fixture(params=sorted(HEARD))
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World[FakeServer]]:
    async with world_of(FakeServer(), request.param) as made:
        yield made


async def test_every_fault_has_its_state_and_moves_nothing(world: World[FakeServer]) -> None:
    what, path = HEARD[world.network]
    for reply, state, wait in FAULTS:
        if world.network == "gdelt" and reply.body == b"7":
            continue  # plain text is how GDELT refuses; see test_gdelt
        world.server.on(path, reply)
        with pytest.raises(SourceError) as refused:
            await polled(world.listener(what))
        assert refused.value.state is state, str(reply)
        if wait is not None:
            assert refused.value.until is not None
            assert abs(refused.value.until - world.now - wait * SECOND) <= SECOND, str(reply)
        # A host that refused is left alone for a while, by everybody.
        world.now = Micros(world.now + 20 * MINUTE)


async def test_what_it_can_do_is_what_it_says(world: World[FakeServer]) -> None:
    listener = world.listener(HEARD[world.network][0])
    capability = listener.capability
    assert capability.network == world.network
    assert capability.title == network_title(world.network)
    assert capability.history is isinstance(listener, Historical)
    assert capability.limits
    assert not capability.reply
    assert listener.stream(None) is None
    assert (await listener.thread([])).posts == ()


@pytest.mark.parametrize(
    ("network", "spacing"),
    [("stackexchange", 0.2), ("gdelt", 5.0), ("appstore", 1.0), ("lobsters", 9.0), ("devto", 0.5)],
)
async def test_public_services_are_asked_no_oftener_than_they_allow(
    network: str, spacing: float
) -> None:
    asked: list[object] = []

    class Recorder:
        async def get(self, url: str, **how: object) -> None:
            asked.append(how.get("spacing"))
            raise SourceError(SourceState.FAILING, listener.capability.limits[0])

    source = SourceConfig(network=network, what=HEARD[network][0])
    brands = [BrandConfig(name="Kerlann")]
    listener = listener_class(network)(source, brands, Recorder(), lambda: NOW)  # type: ignore[arg-type]
    with pytest.raises(SourceError):
        await polled(listener)
    assert asked == [spacing]


async def test_all_five_reach_the_store_and_a_second_round_adds_nothing(tmp_path: Path) -> None:
    stack, news, store_front = FakeStackExchange(), FakeGdelt(), FakeAppStore()
    lobsters, dev = FakeLobsters(), FakeDev()
    stack.question("How to moor a Kerlann?")
    news.article("A boat for the poor", "made by Kerlann")
    store_front.review("It crashes all the time", stars=1)
    store_front.review("Lovely", stars=5)
    story = lobsters.story("Boats", url="https://kerlann.example/boats")
    lobsters.story("Rust")
    dev.article("My Kerlann")
    dev.article("Something else")
    brand = BrandConfig(name="Kerlann", websites=("https://kerlann.example/",))
    async with AsyncExitStack() as running:
        servers: dict[str, FakeServer] = {
            "stackexchange": stack,
            "gdelt": news,
            "appstore": store_front,
            "lobsters": lobsters,
            "devto": dev,
        }
        sources = []
        for network, server in servers.items():
            await running.enter_async_context(server)
            what = "" if network == "lobsters" else HEARD[network][0]
            sources.append(
                SourceConfig(network=network, what=what, base_url=server.url, brand="Kerlann")
            )
        config = Config(brands=(brand,), sources=tuple(sources))
        store = await running.enter_async_context(open_store(tmp_path / "hubbub.db"))
        engine = Engine(store, config, lambda: NOW)
        for report in await engine.once():
            assert report.detail is None, report
        found = await _mentions(store)
        assert sorted((m.network, m.title or m.text) for m in found) == [
            ("appstore", "T"),
            ("appstore", "T"),
            ("devto", "My Kerlann"),
            ("gdelt", "A boat for the poor"),
            ("lobsters", "Boats"),
            ("stackexchange", "How to moor a Kerlann?"),
        ]
        reviews = {m.rating: m for m in found if m.network == "appstore"}
        assert set(reviews) == {1, 5}
        assert reviews[1].conversation_id != reviews[5].conversation_id
        assert reviews[1].needs_reply is not None
        answered = lobsters.comment(story, "Nice boat, but does it float?")
        later = Micros(NOW + 2 * HOUR)
        for report in await Engine(store, config, lambda: later).once():
            assert report.detail is None, report
            assert report.new == (1 if report.network == "lobsters" else 0), report
        below = [m for m in await _mentions(store) if m.text == answered.text]
        assert [m.root for m in below] == [story.id]


async def _mentions(store: Store) -> list[MentionRow]:
    ids = await reads.mention_ids(store, StreamFilter(), limit=100)
    return list((await reads.mentions(store, ids)).values())
