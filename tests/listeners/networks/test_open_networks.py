"""Stack Exchange, GDELT, the App Store, Lobsters and DEV: what must be true of all five alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.clock import to_datetime
from listeners.config import BrandConfig, Config, SourceConfig
from listeners.engine import Engine
from listeners.model import DAY, HOUR, MINUTE, SECOND, Micros, SourceState
from listeners.networks.appstore import decode as appstore_decode
from listeners.networks.contract import Historical, SourceError
from listeners.networks.decoding import UnreadableError
from listeners.networks.devto import decode as devto_decode
from listeners.networks.devto import listener as devto
from listeners.networks.gdelt import decode as gdelt_decode
from listeners.networks.lobsters import decode as lobsters_decode
from listeners.networks.registry import listener_class
from listeners.networks.stackexchange.decode import (
    read_answer,
    read_comment,
    read_question,
    read_stub,
)
from listeners.networks.titles import network_title
from listeners.rows import MentionRow
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
from tests.fake.listening import START, World, cursor_of, polled, posts_of, world_of
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


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)
_LABEL = {"label": "5"}
_GOOD: dict[str, object] = {
    "question_id": 1,
    "answer_id": 2,
    "comment_id": 3,
    "post_id": 1,
    "short_id": "abc",
    "id_code": "abc",
    "id": 7,
    "title": "t",
    "body": "<p>b</p>",
    "body_html": "<p>b</p>",
    "comment": "c",
    "url": "https://x.example/1",
    "owner": {"user_id": 1},
    "user": {"username": "u"},
    "submitter_user": "u",
    "commenting_user": "u",
    "created_at": "2026-01-01T00:00:00Z",
    "creation_date": 1,
    "last_activity_date": 1,
    "published_at": "2026-01-01T00:00:00Z",
    "seendate": "20260101T000000Z",
    "language": "French",
    "tags": ["a"],
    "score": 1,
    "children": [],
}
_REVIEW: dict[str, object] = {
    "id": _LABEL,
    "title": _LABEL,
    "content": _LABEL,
    "im:rating": _LABEL,
    "updated": _LABEL,
    "author": {"uri": _LABEL, "name": _LABEL},
}


@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from([*_GOOD, *_REVIEW]), _VALUES, min_size=1, max_size=5),
)
def test_no_record_makes_a_decoder_fail_otherwise_than_it_says(odd: dict[str, object]) -> None:
    record, review = {**_GOOD, **odd}, {**_REVIEW, **odd}
    readers: list[Callable[[], object]] = [
        lambda: read_question(record, "s"),
        lambda: read_answer(record, "s"),
        lambda: read_comment(record, "s", 1, None),
        lambda: read_stub(record),
        lambda: gdelt_decode.read_article(record),
        lambda: appstore_decode.read_review(review, "us", "1"),
        lambda: lobsters_decode.read_story(record, "https://l.example"),
        lambda: devto_decode.read_article(record, "https://d.example"),
    ]
    for read in readers:
        with suppress(UnreadableError):
            read()
    # Trees hand their faults on instead of raising them.
    list(lobsters_decode.read_comments([record, record], "s", "https://l.example"))
    list(devto_decode.read_comments([record, {"children": [record]}], "1", "https://d.example"))
    appstore_decode.entries_of({"feed": {"entry": odd}})


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


@pytest.mark.parametrize("network", ["gdelt", "lobsters", "devto"])
async def test_a_time_that_lies_ahead_hides_nothing(
    network: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devto, "SHORTEST_PAGE", 4)
    servers = {"gdelt": FakeGdelt(), "lobsters": FakeLobsters(), "devto": FakeDev()}
    publish = {"gdelt": "article", "lobsters": "story", "devto": "article"}[network]
    async with world_of(servers[network], network) as world:
        make = getattr(world.server, publish)
        ahead = make("Kerlann ahead")
        world.now = Micros(ahead.at * SECOND)
        ahead.at += 400 * 86_400
        cursor = cursor_of(await polled(world.listener(HEARD[network][0])))
        world.server.__dict__.update(size=4, step=3600)
        made = [make(f"Kerlann {number}") for number in range(9)]
        world.now = Micros(made[-1].at * SECOND)
        batches = await polled(world.listener(HEARD[network][0]), cursor)
        assert {one.title for one in made} <= {post.title for post in posts_of(batches)}
