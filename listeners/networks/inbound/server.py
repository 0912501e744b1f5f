"""A very small HTTP server on this machine: takes posted bodies in, within limits, and answers.

It speaks as much of RFC 9112 as a webhook needs: one ``POST`` a connection, its length known
beforehand. Whoever is slow, long or many is refused; nobody but this machine can connect.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from listeners.model import Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.supervisor import spawn

LARGEST: Final = 2**20
"""Bytes of one body."""
MOST_AT_ONCE: Final = 32
_HEAD: Final = 16 * 1024
_PARTING: Final = 0.5
"""Seconds a caller has to take its answer and hang up."""
_HERE: Final = "127.0.0.1"
_SIGNATURES: Final = ("x-hubbub-signature", "x-hub-signature-256")
_PHRASES: Final[Mapping[int, str]] = {
    202: "Accepted", 400: "Bad Request", 401: "Unauthorized", 405: "Method Not Allowed",
    408: "Request Timeout", 411: "Length Required", 413: "Content Too Large",
    415: "Unsupported Media Type", 422: "Unprocessable Content",
    431: "Request Header Fields Too Large", 503: "Service Unavailable",
}  # fmt: skip

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """What is answered: a status, and a few words in JSON."""

    status: int
    body: Mapping[str, object] = field(default_factory=dict)


class RefusedError(Exception):
    """This request is not taken in; ``told`` is the answer."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.told = Told(status, {"error": error})


@dataclass(frozen=True, slots=True)
class Request:
    """The head of a request; header names are lower case."""

    method: str
    target: str
    headers: Mapping[str, str]


Take = Callable[[str, bytes], Awaitable[Told]]
"""Takes a body of this content type in. Raises ``RefusedError`` for one that cannot be."""


class Door:
    """Lets in who knows the secret. ``seconds`` is how long one request may take to come."""

    def __init__(
        self, take: Take, secret: Callable[[], Awaitable[str]], seconds: float = 10.0
    ) -> None:
        self._take = take
        self._secret = secret
        self._seconds = seconds
        self._inside: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def open(self, port: int) -> AsyncIterator[int]:
        """Listen on a port of this machine, and give it; 0 takes any that is free.

        Raises:
            SourceError: another program has the port.
        """
        try:
            server = await asyncio.start_server(self._enter, _HERE, port, limit=_HEAD)
        except OSError as error:
            raise SourceError(
                SourceState.FAILING,
                Sentence(
                    "The port {port} of this machine cannot be opened: {reason}. Another program, "
                    "or another hubbub, may have it; choose another one in what = of this source.",
                    {"port": port, "reason": error.strerror or type(error).__name__},
                ),
            ) from error
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            if self._inside:
                await asyncio.wait(self._inside, timeout=_PARTING)
            for task in self._inside:
                task.cancel()
            await asyncio.gather(*self._inside, return_exceptions=True)

    def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = spawn("webhook", self._serve(reader, writer))
        self._inside.add(task)
        task.add_done_callback(self._inside.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError):
                writer.write(_written(await self._answer(reader, writer)))
                async with asyncio.timeout(_PARTING):
                    await writer.drain()
                    writer.write_eof()
                    # Hung up on while it still sends, a caller would never see the answer.
                    while await reader.read(_HEAD):
                        pass
        except TimeoutError:
            _log.info("a caller of the webhook did not take its answer, or did not end")
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Told:
        try:
            if len(self._inside) > MOST_AT_ONCE:
                raise RefusedError(503, "too many callers at once; try again")
            kind, body = await self._read(reader, writer)
            return await self._take(kind, body)
        except RefusedError as error:
            return error.told
        except SourceError as error:
            _log.warning("the webhook could not take something in: %s", error)
            return Told(503, {"error": "hubbub cannot take this in now; try again"})

    async def _read(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> tuple[str, bytes]:
        """Return content type and body of a request that knows the secret."""
        secret = (await self._secret()).encode()
        try:
            async with asyncio.timeout(self._seconds):
                request = _read_head(await reader.readuntil(b"\r\n\r\n"))
                if request.method != "POST":
                    raise RefusedError(405, "POST only")
                signed = _signature(request)
                if not signed and not _bears(request, secret):
                    raise RefusedError(401, "a bearer token or a signature is needed")
                length = _length(request)
                if request.headers.get("expect", "").casefold() == "100-continue":
                    writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                body = await reader.readexactly(length)
        except TimeoutError:
            raise RefusedError(408, "the request took too long") from None
        except asyncio.LimitOverrunError:
            raise RefusedError(431, "the headers are too long") from None
        except asyncio.IncompleteReadError:
            raise RefusedError(400, "the request is not whole") from None
        if signed and not _is_signed(body, signed, secret):
            raise RefusedError(401, "the signature is wrong")
        return request.headers.get("content-type", ""), body


def signature_of(body: bytes, secret: bytes) -> str:
    """Return what ``X-Hubbub-Signature`` holds: HMAC-SHA256 of the body, in hexadecimal."""
    return f"sha256={hmac.new(secret, body, sha256).hexdigest()}"


def _read_head(head: bytes) -> Request:
    first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise RefusedError(400, "this is not HTTP/1.1")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        # A line end that only some take for one would hide a header (RFC 9112, 2.2).
        odd = any(sign in line for sign in "\r\n\0")
        if not colon or name.strip() != name or not name or odd:
            raise RefusedError(400, "a header cannot be read")
        if headers.setdefault(name.casefold(), value.strip()) != value.strip():
            # Two lengths or two tokens: whoever stands before us may have read the other one.
            raise RefusedError(400, "a header comes twice")
    return Request(parts[0], parts[1], headers)


def _length(request: Request) -> int:
    written = request.headers.get("content-length", "")
    if "transfer-encoding" in request.headers or not written:
        raise RefusedError(411, "the length must be given")
    if not (written.isascii() and written.isdigit()):
        raise RefusedError(400, "the length is no number")
    if len(written) > 9 or int(written) > LARGEST:
        raise RefusedError(413, "1 MB at most")
    return int(written)


def _signature(request: Request) -> str:
    return next((found for name in _SIGNATURES if (found := request.headers.get(name))), "")


def _bears(request: Request, secret: bytes) -> bool:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    given = token.strip().encode("latin-1")
    return hmac.compare_digest(given, secret) and scheme.casefold() == "bearer"


def _is_signed(body: bytes, signed: str, secret: bytes) -> bool:
    return hmac.compare_digest(
        signed.strip().casefold().encode(), signature_of(body, secret).encode()
    )


def _written(told: Told) -> bytes:
    body = json.dumps(told.body).encode()
    head = (
        f"HTTP/1.1 {told.status} {_PHRASES[told.status]}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode("ascii") + body
