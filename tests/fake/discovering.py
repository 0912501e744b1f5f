"""A scripted internet on loopback for discovery: every network's server is this one server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from listeners.discovery import Discovery, Hosts, Proposal, Verdict
from listeners.http import Fetcher
from tests.fake.http_server import FakeServer, Reply, body_reply

ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>{title}</title>
<id>urn:f</id><updated>2026-11-20T00:00:00Z</updated><entry><id>urn:e</id><title>A boat</title>
<updated>2026-11-20T08:00:00Z</updated><link href="https://kerlann.example/a"/></entry></feed>"""


def atom(title: str = "Kerlann") -> Reply:
    """A feed of one entry."""
    return body_reply(ATOM.format(title=title).encode(), "application/atom+xml")


def page(inside: str, body: str = "") -> Reply:
    """A web page with this in its head."""
    text = f"<!doctype html><html><head>{inside}</head><body>{body}</body></html>"
    return body_reply(text.encode(), "text/html")


class Net:
    """The server, and a search that finds every network there."""

    def __init__(self, server: FakeServer, fetch: Fetcher) -> None:
        self.server = server
        self.fetch = fetch
        url = server.url
        self.host = f"127.0.0.1:{server.port}"
        self.hosts = Hosts(
            bluesky=url, devto=url, discord=url, github=url, hackernews=url, itunes=url,
            lobsters=url, mastodon=url, reddit=url, stackexchange=url, youtube=url,
            scheme="http", private=True,
        )  # fmt: skip

    async def finds(self, text: str, **options: Any) -> list[Proposal]:
        """Return everything a text leads to."""
        search = Discovery(self.fetch, **{"hosts": self.hosts, **options})
        return [one async for one in search.look(text)]

    async def sources(self, text: str, **options: Any) -> list[dict[str, object]]:
        """Return the sources that answered."""
        found = await self.finds(text, **options)
        return [dict(one.source) for one in found if one.verdict is Verdict.ANSWERED]


@asynccontextmanager
async def net() -> AsyncIterator[Net]:
    """Start the scripted internet."""
    async with FakeServer() as server, Fetcher() as fetch:
        yield Net(server, fetch)
