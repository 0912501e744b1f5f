"""A scripted HTTP/1.1 server on loopback that speaks raw bytes, so that it can also misbehave.

    async with FakeServer() as server:
        server.on("/api/v1/items", json_reply([1, 2]), status_reply(503), silent())
        answer = await fetch.get(server.url + "/api/v1/items", allow_private=True)
        assert server.requests[0].query == {}

``on`` gives the replies of a path in turn; the last one stays. A reply may also be a function of
the ``Request``, for paging. A path without replies answers 404. Every request is kept in
``server.requests``, so a test can prove that each scripted fault was met. ``server.between`` may
stand between every question and its answer.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

# fmt: off
_REASONS = {
    200: "OK", 206: "Partial Content", 301: "Moved Permanently", 302: "Found",
    304: "Not Modified", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
    404: "Not Found", 410: "Gone", 429: "Too Many Requests", 503: "Unavailable",
}
# fmt: on


@dataclass(frozen=True)
class Request:
    """One request as it came. Header names are lower case, query values lists."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> object:
        """The body, decoded."""
        return json.loads(self.body)

    def one(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return self.query.get(name, [default])[0]


@dataclass(frozen=True)
class Reply:
    """An answer. ``raw`` replaces everything by what it writes itself; then the server hangs up."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: Callable[[asyncio.StreamWriter], Awaitable[None]] | None = None

    def __str__(self) -> str:
        """Name it in a test: the same in every process, which the address of ``raw`` is not."""
        return "raw bytes" if self.raw is not None else f"{self.status} {self.body[:40]!r}"


Script = Reply | Callable[[Request], Reply]
Between = Callable[[Request, Callable[[Request], Reply]], Reply]
"""Stands between a question and the server that answers it: refuses, or changes the answer."""


class FakeServer:
    """The server; ``url`` is its address while it runs."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self.between: Between | None = None
        self.url = ""
        self.port = 0
        self._tls = tls
        self._scripts: dict[str, list[Script]] = {}
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    def on(self, path: str, *replies: Script) -> None:
        """Answer this path with these replies in turn; the last one stays."""
        self._scripts[path] = list(replies)

    def asked(self, path: str) -> list[Request]:
        """The requests that came for this path."""
        return [request for request in self.requests if request.path == path]

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                while (request := await _read(reader)) is not None:
                    self.requests.append(request)
                    between = self.between
                    reply = between(request, self._reply) if between else self._reply(request)
                    if reply.raw is not None:
                        await reply.raw(writer)
                        return
                    writer.write(_written(reply))
                    await writer.drain()
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self._open.discard(task)
            writer.close()

    def _reply(self, request: Request) -> Reply:
        scripts = self._scripts.get(request.path)
        if not scripts:
            return status_reply(404)
        script = scripts.pop(0) if len(scripts) > 1 else scripts[0]
        return script if isinstance(script, Reply) else script(request)


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ", 2)
    pairs = (line.partition(":") for line in lines if line)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    parts = urlsplit(target)
    query = parse_qs(parts.query, keep_blank_values=True)
    return Request(method, unquote(parts.path), query, headers, body)


def _written(reply: Reply) -> bytes:
    headers = {"content-length": str(len(reply.body)), **reply.headers}
    if reply.status == 304:
        headers.pop("content-length")
    return head(reply.status, headers) + reply.body


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """The status line and headers as bytes."""
    lines = [f"HTTP/1.1 {status} {_REASONS.get(status, 'Status')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


# --- ordinary replies --------------------------------------------------------------------------


def json_reply(value: object, status: int = 200, **headers: str) -> Reply:
    """A JSON answer; header names with ``_`` for ``-``."""
    return body_reply(json.dumps(value).encode(), "application/json", status, **headers)


def body_reply(body: bytes, kind: str = "text/plain", status: int = 200, **headers: str) -> Reply:
    """An answer with this body and content type."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, body, {"content-type": kind, **named})


def status_reply(status: int, body: bytes = b"", **headers: str) -> Reply:
    """An answer that is mostly its status."""
    return Reply(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def gzip_reply(body: bytes, kind: str = "application/json") -> Reply:
    """A compressed answer."""
    return body_reply(gzip.compress(body), kind, content_encoding="gzip")


# --- faults ------------------------------------------------------------------------------------


def silent() -> Reply:
    """Take the request and say nothing, for ever."""

    async def write(writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    return Reply(raw=write)


def dripped_head(pause: float = 0.05) -> Reply:
    """Send an endless header one byte at a time."""

    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nx-drip: ")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(pause)

    return Reply(raw=write)


def dripped_body(pause: float = 0.05) -> Reply:
    """Send a good head, then a body one byte at a time, without end."""

    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(head(200, {"content-length": "1000000"}))
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(pause)

    return Reply(raw=write)


def reset_in_body(sent: bytes = b'{"half": ') -> Reply:
    """Send half a body, then reset the connection."""

    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(head(200, {"content-length": "100000"}) + sent)
        await writer.drain()
        writer.transport.abort()

    return Reply(raw=write)


def hung_up() -> Reply:
    """Take the request, then reset the connection without a word."""

    async def write(writer: asyncio.StreamWriter) -> None:
        sock = writer.get_extra_info("socket")
        # Lingering for no time makes closing a reset.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    return Reply(raw=write)


def raw_bytes(data: bytes) -> Reply:
    """Send exactly these bytes and hang up."""

    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return Reply(raw=write)


def endless(chunk: bytes, headers: Mapping[str, str] | None = None) -> Reply:
    """Send this chunk again and again, as fast as it is read."""

    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(head(200, {"connection": "close", **(headers or {})}))
        while True:
            writer.write(chunk)
            await writer.drain()

    return Reply(raw=write)


def stream(chunks: Callable[[], AsyncIterator[bytes]], kind: str = "text/event-stream") -> Reply:
    """Send chunks as the script yields them (server-sent events); ends when it ends."""

    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(head(200, {"connection": "close", "content-type": kind}))
        async for chunk in chunks():
            writer.write(chunk)
            await writer.drain()

    return Reply(raw=write)


@asynccontextmanager
async def raw_server(
    handle: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[int]:
    """Serve bytes by hand on a loopback port, yielded; every connection is cut at the end."""
    open_now: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open_now[task] = writer
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await handle(reader, writer)
        finally:
            writer.transport.abort()
            del open_now[task]

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        tasks = list(open_now)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)
