"""Mastodon's streaming server on loopback: one WebSocket that carries many streams."""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

Stream = tuple[str, ...]


class FakeStreams:
    """The server; ``url`` is its address, ``subscribed`` what each connection asked for."""

    def __init__(self, token: str = "s3cret") -> None:
        self.url = ""
        self.refusal: int | None = None
        self.subscribed: list[list[Stream]] = []
        self.addresses: list[str] = []
        self._token = token
        self._open: list[ServerConnection] = []
        self._changed = asyncio.Condition()
        self._server: Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await serve(self._hold, "127.0.0.1", 0, process_request=self._admit)
        port = next(iter(self._server.sockets)).getsockname()[1]
        self.url = f"ws://127.0.0.1:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        self.addresses.append(request.path)
        if self.refusal is not None:
            return connection.respond(HTTPStatus(self.refusal), "no")
        if request.headers.get("authorization") != f"Bearer {self._token}":
            return connection.respond(HTTPStatus.UNAUTHORIZED, "")
        return None

    async def _hold(self, connection: ServerConnection) -> None:
        asked = parse_qs(urlsplit(connection.request.path if connection.request else "").query)
        streams: list[Stream] = []
        if "stream" in asked:
            streams.append((*asked["stream"], *asked.get("tag", [])))
        self.subscribed.append(streams)
        self._open.append(connection)
        async for message in connection:
            wanted = json.loads(message)
            stream = tuple(wanted[key] for key in ("stream", "tag") if key in wanted)
            if stream not in streams:
                streams.append(stream)
            async with self._changed:
                self._changed.notify_all()

    async def heard(self, *streams: Stream) -> None:
        """Wait until the newest connection subscribed to all of these."""
        async with self._changed:
            await self._changed.wait_for(
                lambda: bool(self.subscribed) and set(streams) <= set(self.subscribed[-1])
            )

    async def say(self, event: str, payload: object, *stream: str) -> None:
        """Push an event as Mastodon does: the payload is JSON inside JSON."""
        inside = payload if isinstance(payload, str) else json.dumps(payload)
        await self.send(json.dumps({"stream": list(stream), "event": event, "payload": inside}))

    async def send(self, message: str | bytes) -> None:
        """Push one raw message over the newest connection."""
        await self._open[-1].send(message)

    async def close(self, code: int) -> None:
        """End the newest connection in order."""
        await self._open[-1].close(code)

    def cut(self) -> None:
        """Break the newest connection off without a word."""
        self._open[-1].transport.abort()
