"""What tests of one listener share: a server, a fetcher, a clock the test moves, and readers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import aclosing, asynccontextmanager
from typing import Any, Generic, TypeVar, cast

from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import DAY, SECOND, Batch, Micros, Post
from listeners.networks.registry import listener_class
from tests.fake.http_server import FakeServer

START = 1_800_000_000
"""The second at which the scripted networks begin."""

S = TypeVar("S", bound=FakeServer)

KERLANN = BrandConfig(name="Kerlann", websites=("https://kerlann.example/",))


class World(Generic[S]):
    """A scripted network and the listener that hears it."""

    def __init__(self, server: S, fetch: Fetcher, network: str) -> None:
        self.server = server
        self.fetch = fetch
        self.network = network
        self.now = Micros(START * SECOND + DAY)

    def listener(self, what: str = "", *brands: BrandConfig, **source: Any) -> Any:
        """Make the listener of this network, as the engine makes it."""
        configured = SourceConfig(
            network=self.network, what=what, base_url=self.server.url, **source
        )
        made = listener_class(self.network)
        return made(configured, brands or (KERLANN,), self.fetch, lambda: self.now)


@asynccontextmanager
async def world_of(server: S, network: str) -> AsyncIterator[World[S]]:
    """Start a scripted network; its clock is a day after the first second of its posts."""
    async with server:
        made: list[World[S]] = []
        async with Fetcher(lambda: made[0].now, chance=lambda: 0.0) as fetch:
            made.append(World(server, fetch, network))
            yield made[0]


async def polled(listener: Any, cursor: str | None = None) -> list[Batch]:
    """Take one whole round."""
    async with aclosing(listener.poll(cursor)) as batches:
        return [batch async for batch in batches]


async def remembered(
    listener: Any, brand: BrandConfig, since: Micros, place: str | None = None, most: int = 1000
) -> list[Batch]:
    """Read the past, ``most`` batches of it."""
    taken: list[Batch] = []
    async with aclosing(listener.history(brand, since, place)) as batches:
        async for batch in batches:
            taken.append(batch)
            if len(taken) == most:
                break
    return taken


def cursor_of(batches: Iterable[Batch], before: str | None = None) -> str | None:
    """Return the newest cursor of a round."""
    return next((b.cursor for b in reversed(list(batches)) if b.cursor), before)


def posts_of(batches: Iterable[Batch]) -> list[Post]:
    """Return all posts of a round."""
    return [post for batch in batches for post in batch.posts]


def ids_of(batches: Iterable[Batch]) -> list[str]:
    """Return the ids of all posts of a round."""
    return [post.native_id for post in posts_of(batches)]


def gone_of(batches: Iterable[Batch]) -> set[str]:
    """Return the ids of all deletions of a round."""
    return {gone.native_id for batch in batches for gone in batch.deletions}


async def crash_everywhere(
    make: Callable[[], Any], cursor: str | None, expected: Iterable[str]
) -> None:
    """Stop a round before its first, second and last batch is stored, and begin anew from there.

    Whatever the place of the crash, all the posts that were expected are stored in the end.
    """
    whole = await polled(make(), cursor)
    wanted = set(expected)
    assert wanted <= set(ids_of(whole))
    for stop in sorted({1, 2, len(whole)}):
        stored: list[Batch] = []
        async with aclosing(make().poll(cursor)) as batches:
            async for batch in batches:
                stored.append(cast(Batch, batch))
                if len(stored) == stop:
                    break
        # The last batch was not committed: the process was killed before.
        kept = stored[:-1]
        again = await polled(make(), cursor_of(kept, cursor))
        assert wanted <= {*ids_of(kept), *ids_of(again)}, f"lost after batch {stop}"
