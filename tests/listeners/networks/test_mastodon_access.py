"""Timelines a server's administrators have closed: said in words, never taken for quiet ones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import HOUR, Batch, Micros, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.mastodon.instance import KEPT_FOR, Shown, read_instance
from listeners.networks.mastodon.listener import MastodonListener
from listeners.secret import Secret
from tests.fake.http_server import json_reply, status_reply
from tests.fake.mastodon import START, FakeMastodon

INSTANCE = "/api/v2/instance"


class World:
    """A server, a fetcher and a clock that the tests move."""

    def __init__(self, server: FakeMastodon, fetch: Fetcher) -> None:
        self.server = server
        self.fetch = fetch
        self.now = Micros(START)

    def listener(self, what: str = "#kerlann", *, token: bool = False) -> MastodonListener:
        source = SourceConfig(
            network="mastodon",
            what=what,
            base_url=self.server.url,
            token=Secret("env:HUBBUB_TEST_TOKEN") if token else None,
        )
        brand = BrandConfig(name="Kerlann")
        return MastodonListener(source, [brand], self.fetch, lambda: self.now)

    def close(self, local: str, remote: str, *, live: bool = False) -> None:
        feeds = "live_feeds" if live else "hashtag_feeds"
        self.server.timelines_access = {feeds: {"local": local, "remote": remote}}


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("HUBBUB_TEST_TOKEN", "s3cret")
    async with FakeMastodon() as server:
        server.token = "s3cret"
        made: list[World] = []
        async with Fetcher(lambda: made[0].now, chance=lambda: 0.0) as fetch:
            made.append(World(server, fetch))
            yield made[0]


async def polled(listener: MastodonListener, cursor: str | None = None) -> list[Batch]:
    async with aclosing(listener.poll(cursor)) as batches:
        return [batch async for batch in batches]


def texts(batches: list[Batch]) -> list[str]:
    return [post.text for batch in batches for post in batch.posts]


def gaps(batches: list[Batch]) -> list[str]:
    found = [batch.gap.reason for batch in batches if batch.gap]
    return [reason.template.format(**reason.values) for reason in found]


@pytest.mark.parametrize(
    ("local", "remote", "token", "state", "words"),
    [
        ("authenticated", "authenticated", False, SourceState.NEEDS_TOKEN, "signed-in accounts"),
        ("disabled", "authenticated", False, SourceState.NEEDS_TOKEN, "signed-in accounts"),
        ("disabled", "disabled", False, SourceState.BLOCKED, "closed this timeline"),
        ("disabled", "disabled", True, SourceState.BLOCKED, "closed this timeline"),
    ],
)
async def test_a_closed_timeline_is_said(
    world: World, local: str, remote: str, token: bool, state: SourceState, words: str
) -> None:
    world.close(local, remote)
    world.server.on(world.server.tag("kerlann"), json_reply([]))
    with pytest.raises(SourceError, match=words) as caught:
        await polled(world.listener(token=token))
    assert caught.value.state is state


async def test_what_is_open_to_the_signed_in_is_read_with_a_token(world: World) -> None:
    world.close("authenticated", "authenticated")
    world.server.post("n0 #kerlann")
    batches = await polled(world.listener(token=True))
    assert (texts(batches), gaps(batches)) == (["n0 #kerlann"], [])


async def test_a_moderator_s_token_reads_what_is_closed_to_everybody(world: World) -> None:
    world.close("disabled", "disabled")
    world.server.post("n0 #kerlann")
    assert texts(await polled(world.listener(token=True))) == ["n0 #kerlann"]


@pytest.mark.parametrize(
    ("local", "remote", "words"),
    [("public", "disabled", "only posts of its own people"), ("authenticated", "public", "token")],
)
async def test_a_half_closed_timeline_is_read_and_its_lack_told_once(
    world: World, local: str, remote: str, words: str
) -> None:
    world.close(local, remote)
    world.server.post("n0 #kerlann")
    listener = world.listener()
    batches = await polled(listener)
    assert texts(batches) == ["n0 #kerlann"]
    (told,) = gaps(batches)
    assert words in told
    cursor = next(batch.cursor for batch in reversed(batches) if batch.cursor)
    assert gaps(await polled(listener, cursor)) == []
    assert len(world.server.asked(INSTANCE)) == 1


async def test_the_local_timeline_needs_only_the_local_half(world: World) -> None:
    world.close("public", "disabled", live=True)
    assert gaps(await polled(world.listener("local"))) == []
    assert len(gaps(await polled(world.listener("public")))) == 1
    world.close("disabled", "public", live=True)
    with pytest.raises(SourceError, match="closed this timeline"):
        await polled(world.listener("local"))


async def test_closing_is_noticed_within_a_day(world: World) -> None:
    world.server.post("n0 #kerlann")
    listener = world.listener()
    cursor = next(b.cursor for b in reversed(await polled(listener)) if b.cursor)
    world.close("disabled", "disabled")
    assert await polled(listener, cursor) == []
    world.now = Micros(world.now + KEPT_FOR)
    with pytest.raises(SourceError, match="closed this timeline"):
        await polled(listener, cursor)


async def test_a_server_that_says_nothing_of_itself_is_read(world: World) -> None:
    world.server.on(INSTANCE, json_reply({"error": "no"}, 404))
    world.server.on("/api/v1/instance", status_reply(404))
    world.server.post("n0 #kerlann")
    listener = world.listener()
    assert texts(await polled(listener)) == ["n0 #kerlann"]
    world.now = Micros(world.now + HOUR // 2)
    await polled(listener)
    assert len(world.server.asked(INSTANCE)) == 1


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"local": "public", "remote": "authenticated"}, Shown("public", "authenticated")),
        ({"local": "disabled"}, Shown("disabled", "public")),
        ({"local": ["disabled"], "remote": "sometimes"}, Shown()),
        (["disabled"], Shown()),
        (None, Shown()),
    ],
)
def test_who_is_shown_what(said: object, shown: Shown) -> None:
    instance = {"configuration": {"timelines_access": {"hashtag_feeds": said}}}
    assert read_instance(instance).tags == shown
    assert read_instance(instance).feeds == Shown()
