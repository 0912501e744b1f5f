"""A scripted WebSocket server on loopback: each connection plays the next scene, the last stays.

    async with FakeSockets(Say("one", "two"), Say("three", end=Close(1011))) as server:
        async with connect(server.url, allow_private=True) as socket: ...

``server.met`` holds the path and query of every connection that came, refused ones too, so a test
can prove that each scripted fault was met.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response


@dataclass(frozen=True)
class Met:
    """One connection attempt as it came."""

    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Close:
    """Close in order with this code."""

    code: int = 1000


@dataclass(frozen=True)
class Reset:
    """Cut the connection."""


@dataclass(frozen=True)
class Stay:
    """Say nothing more and keep the connection open."""


class Say:
    """Send these messages, then end as told."""

    def __init__(self, *messages: str | bytes, end: Close | Reset | Stay | None = None) -> None:
        self.messages = messages
        self.end = end or Stay()


@dataclass(frozen=True)
class Refuse:
    """Answer the upgrade with this status."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


Act = Callable[[ServerConnection, Met], Awaitable[None]]
Scene = Say | Refuse | Act


class FakeSockets:
    """The server; ``url`` is its ws address while it runs."""

    def __init__(self, *scenes: Scene) -> None:
        self.scenes = list(scenes)
        self.met: list[Met] = []
        self.heard: list[str | bytes] = []
        self.url = ""
        self._server: Server | None = None
        self._playing: dict[ServerConnection, Scene] = {}

    async def __aenter__(self) -> Self:
        self._server = await serve(
            self._play, "127.0.0.1", 0, process_request=self._upgrade, compression=None,
            ping_interval=None, max_size=None, close_timeout=0.2,
        )  # fmt: skip
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"ws://127.0.0.1:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        for connection in self._server.connections:
            connection.transport.abort()
        self._server.close()
        await self._server.wait_closed()

    def refuse(self, met: Met) -> Refuse | None:
        """Refuse by what was asked; overridden by servers that know their paths."""
        return None

    def _upgrade(self, connection: ServerConnection, request: Request) -> Response | None:
        parts = urlsplit(request.path)
        headers = {name.lower(): value for name, value in request.headers.raw_items()}
        met = Met(parts.path, parse_qs(parts.query), headers)
        self.met.append(met)
        scene = self.refuse(met) or (self.scenes.pop(0) if len(self.scenes) > 1 else self.scenes[0])
        if isinstance(scene, Refuse):
            named = Headers({"content-length": str(len(scene.body)), **scene.headers})
            phrase = HTTPStatus(scene.status).phrase
            return Response(scene.status, phrase, named, scene.body)
        self._playing[connection] = scene
        return None

    async def _play(self, connection: ServerConnection) -> None:
        scene = self._playing.pop(connection)
        with suppress(ConnectionClosed):
            if not isinstance(scene, (Say, Refuse)):
                await scene(connection, self.met[-1])
                return
            assert isinstance(scene, Say)
            for message in scene.messages:
                await connection.send(message)
            await end(connection, scene.end, self.heard)


async def end(
    connection: ServerConnection, how: Close | Reset | Stay, heard: list[str | bytes]
) -> None:
    """End a connection, or stay and note what the client says."""
    if isinstance(how, Close):
        await connection.close(how.code)
    elif isinstance(how, Reset):
        await asyncio.sleep(0.05)  # what was sent leaves before the reset
        connection.transport.abort()
    else:
        async for message in connection:
            heard.append(message)
