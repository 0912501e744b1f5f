"""Matrix' past by the server's own search, and homeservers found by their names."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import cast

import pytest

from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import SECOND, Batch, Micros, Post
from listeners.networks.contract import SourceError
from listeners.networks.matrix.home import WELL_KNOWN, plain_address
from listeners.networks.matrix.listener import MatrixListener
from listeners.secret import Secret
from tests.fake.http_server import FakeServer, body_reply, json_reply
from tests.fake.matrix import API, BEN, START, FakeMatrix

BRAND = BrandConfig(name="Kerlann")
LONG_AGO = Micros(0)


class World:
    """A server, a fetcher and a clock."""

    def __init__(self, server: FakeMatrix, fetch: Fetcher) -> None:
        self.server = server
        self.fetch = fetch
        self.now = Micros(START + 60 * SECOND)

    def listener(self, base_url: str = "", **options: object) -> MatrixListener:
        source = SourceConfig(
            network="matrix",
            base_url=base_url or self.server.url,
            token=Secret("env:HUBBUB_TEST_TOKEN"),
            options=options,
        )
        return MatrixListener(source, [BRAND], self.fetch, lambda: self.now)

    def asked(self, path: str) -> int:
        return sum(one.path == path for one in self.server.requests)


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("HUBBUB_TEST_TOKEN", "s3cret")
    async with FakeMatrix() as server:
        server.searches = True
        made: list[World] = []
        async with Fetcher(lambda: made[0].now, chance=lambda: 0.0) as fetch:
            made.append(World(server, fetch))
            yield made[0]


async def past(
    listener: MatrixListener,
    since: Micros = LONG_AGO,
    place: str | None = None,
    brand: BrandConfig = BRAND,
) -> list[Batch]:
    async with aclosing(listener.history(brand, since, place)) as batches:
        return [batch async for batch in batches]


def posts_of(batches: list[Batch]) -> list[Post]:
    return [post for batch in batches for post in batch.posts]


# --- the past ----------------------------------------------------------------------------------


async def test_wide_rooms_are_searched_and_not_read(world: World) -> None:
    server = world.server
    one, other = server.room("#help:hs.example"), server.room("#talk:hs.example")
    asked = server.say(one, "is Kerlann down?")
    server.say(one, "what a day")
    server.say(other, "Kerlann again", by=BEN, answers=asked)
    found = posts_of(await past(world.listener()))
    assert [post.text for post in found] == ["Kerlann again", "is Kerlann down?"]
    assert found[0].author.name == "Ben"
    assert (found[0].parent_id, found[0].root_id) == (asked["event_id"], asked["event_id"])
    assert "/%21room1:hs.example/" in found[0].url or "/!room1:hs.example/" in found[0].url
    assert not any("/messages" in request.path for request in server.requests)


async def test_the_search_goes_on_at_every_page_and_ends_where_wanted(world: World) -> None:
    room = world.server.room("#help:hs.example")
    world.server.page_size = 4
    for number in range(10):
        world.server.say(room, f"Kerlann {number}")
    heard: list[str] = []
    place: str | None = None
    for _ in range(9):
        async with aclosing(world.listener().history(BRAND, LONG_AGO, place)) as batches:
            batch = await anext(batches, None)
        if batch is None:
            break
        heard += [post.text for post in batch.posts]
        place = batch.cursor
    assert heard == [f"Kerlann {number}" for number in range(9, -1, -1)]
    since = Micros(START + 9 * SECOND)
    assert len(posts_of(await past(world.listener(), since))) == 4


async def test_an_edit_that_is_found_gives_what_it_changed(world: World) -> None:
    room = world.server.room("#help:hs.example")
    said = world.server.say(room, "is Karlann down?")
    world.server.edit(room, said, "is Kerlann down?")
    (post,) = posts_of(await past(world.listener()))
    assert (post.native_id, post.text) == (said["event_id"], "is Kerlann down?")


async def test_our_own_and_private_rooms_are_read_whole(world: World) -> None:
    server = world.server
    wide, private = server.room("#help:hs.example"), server.room(members=2, public=False)
    server.say(wide, "what a day")
    server.say(private, "hello?")
    assert [post.text for post in posts_of(await past(world.listener()))] == ["hello?"]
    whole = posts_of(await past(world.listener(ours=True)))
    assert {post.text for post in whole} == {"what a day", "hello?"}


@pytest.mark.parametrize("brand", [BRAND, BrandConfig(name="K", query="NOT kerlann")])
async def test_without_a_search_everything_is_read(world: World, brand: BrandConfig) -> None:
    world.server.searches = brand is not BRAND
    room = world.server.room("#help:hs.example")
    world.server.say(room, "is Kerlann down?")
    world.server.say(room, "what a day")
    found = posts_of(await past(world.listener(), brand=brand))
    assert {post.text for post in found} == {"is Kerlann down?", "what a day"}


async def test_a_hit_that_cannot_be_read_spoils_no_neighbour(world: World) -> None:
    room = world.server.room("#help:hs.example")
    world.server.say(room, "is Kerlann down?")
    world.server.say(room, "Kerlann!")["sender"] = None
    batches = await past(world.listener())
    assert [post.text for post in posts_of(batches)] == ["is Kerlann down?"]
    assert sum(len(batch.bad) for batch in batches) == 1


# --- names of servers --------------------------------------------------------------------------


def name_of(server: FakeServer) -> str:
    return server.url.removeprefix("http://")


async def test_a_server_s_name_leads_to_its_homeserver(world: World) -> None:
    async with FakeServer() as site:
        site.on(WELL_KNOWN, json_reply({"m.homeserver": {"base_url": f"{world.server.url}/"}}))
        world.server.say(world.server.room("#help:hs.example"), "is Kerlann down?")
        listener = world.listener(name_of(site))
        assert len(posts_of(await past(listener))) == 1
        assert len(site.requests) == 1
        assert "authorization" not in site.requests[0].headers
    assert world.asked(f"{API}/account/whoami") == 1


async def test_a_name_that_says_nothing_is_the_homeserver_itself(world: World) -> None:
    world.server.say(world.server.room("#help:hs.example"), "is Kerlann down?")
    world.server.on(WELL_KNOWN, json_reply({}, 404))
    assert len(posts_of(await past(world.listener(name_of(world.server))))) == 1


@pytest.mark.parametrize(
    "said", ["<html>welcome</html>", "{}", '{"m.homeserver": {"base_url": "ftp://x"}}', "[1]"]
)
async def test_a_site_that_leads_nowhere_is_said(world: World, said: str) -> None:
    async with FakeServer() as site:
        site.on(WELL_KNOWN, body_reply(said.encode(), "application/json"))
        with pytest.raises(SourceError, match="does not say where its Matrix homeserver is"):
            await past(world.listener(name_of(site)))
    assert cast(FakeServer, world.server).requests == []


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("kerlann.example", "https://kerlann.example"),
        ("kerlann.example:8448", "https://kerlann.example:8448"),
        ("localhost:8008", "http://localhost:8008"),
        ("127.0.0.1:1", "http://127.0.0.1:1"),
        ("localhost.example", "https://localhost.example"),
    ],
)
def test_the_address_of_a_name(name: str, address: str) -> None:
    assert plain_address(name) == address
