"""WebSockets for listeners: bounded, guarded like any request, and plain about what went wrong."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import SplitResult, urlsplit

import truststore
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_socket
from websockets.exceptions import (
    ConnectionClosed,
    ConnectionClosedOK,
    InvalidHandshake,
    InvalidProxy,
    InvalidStatus,
    InvalidURI,
)
from websockets.frames import CloseCode

from listeners.clock import Clock, utc_now
from listeners.http import USER_AGENT, faults, sentences
from listeners.http.answer import host_of
from listeners.http.guard import Resolver, is_public, refuse_private
from listeners.http.transports import proxy_for
from listeners.networks.contract import SourceError

if TYPE_CHECKING:
    from websockets.http11 import Response

MAX_SIZE = 2**20
"""Bytes of one message; a larger one ends the connection."""
OPEN_SECONDS = 20.0
_CLOSE_SECONDS = 1.0
_QUEUE = 64

_resolver = Resolver()

# It logs the address with its query, tokens included.
logging.getLogger("websockets").setLevel(logging.WARNING)


class Socket:
    """An open connection; iterate over its messages, or take them in batches.

    Messages come as bytes, text ones too (UTF-8 as sent). Iteration ends when the server closes
    in order (1000, 1001), and raises ``SourceError`` for every other end.
    """

    def __init__(self, connection: ClientConnection, host: str, idle: float | None) -> None:
        self._connection = connection
        self._host = host
        self._idle = idle
        self._heard = time.monotonic()
        self._end: SourceError | None = None
        self.closed = False
        """The server closed in order; nothing comes any more."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        while not self.closed:
            for message in await self.receive(1, self._idle or 3600.0):
                return message
        raise StopAsyncIteration

    async def receive(self, most: int, window: float) -> list[bytes]:
        """Return what comes within ``window`` seconds, at most ``most`` messages.

        Nothing read is lost: when the connection breaks in the middle, what came before is
        returned, and the next call raises.

        Raises:
            SourceError: the connection broke, or nothing came for the ``idle`` seconds.
        """
        messages: list[bytes] = []
        if self._end is not None:
            raise self._end
        if self.closed:
            return messages
        try:
            async with asyncio.timeout(window):
                while len(messages) < most:
                    message = await self._connection.recv(decode=False)
                    messages.append(message if isinstance(message, bytes) else message.encode())
        except TimeoutError:
            pass
        except ConnectionClosedOK:
            self.closed = True
        except ConnectionClosed as error:
            self._end = _ended(error, self._host)
            if not messages:
                raise self._end from error
        self._watch(bool(messages))
        return messages

    async def send(self, text: str) -> None:
        """Send one text message.

        Raises:
            SourceError: the connection is gone.
        """
        try:
            await self._connection.send(text)
        except ConnectionClosed as error:
            raise _ended(error, self._host) from error

    def _watch(self, heard: bool) -> None:
        now = time.monotonic()
        if heard or self._idle is None:
            self._heard = now
        elif now - self._heard >= self._idle and not self.closed:
            raise faults.failing(sentences.went_silent(self._host))


@asynccontextmanager
async def connect(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    max_size: int = MAX_SIZE,
    idle: float | None = 60.0,
    ping: float = 20.0,
    allow_private: bool = False,
    tls: ssl.SSLContext | None = None,
    clock: Clock = utc_now,
    chance: float = 0.0,
) -> AsyncIterator[Socket]:
    """Open a WebSocket; http and https addresses are taken as ws and wss.

    ``idle`` is how many seconds without any message count as a broken connection, ``None``:
    silence is normal there, and pings alone, every ``ping`` seconds, tell whether the server
    lives. ``headers`` may hold ``Hidden`` secrets: redirects are not followed to other hosts.

    Raises:
        SourceError: the server refused (an ``HttpError``), or cannot be reached.
    """
    target = ws_url(url)
    host = host_of(target)
    try:
        parts = urlsplit(target)
        ways = await _ways_there(parts, allow_private=allow_private)
    except ValueError as error:
        raise faults.failing(sentences.not_an_address(host)) from error
    if parts.scheme == "wss":
        context = tls or truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        ways = [{**way, "ssl": context} for way in ways]
    for last, way in ((way is ways[-1], way) for way in ways):
        opening = open_socket(
            target,
            additional_headers=dict(headers or {}),
            user_agent_header=USER_AGENT,
            compression=None,
            open_timeout=OPEN_SECONDS,
            close_timeout=_CLOSE_SECONDS,
            ping_interval=ping,
            ping_timeout=ping,
            max_size=max_size,
            max_queue=_QUEUE,
            **way,
        )
        try:
            connection = await opening
            break
        except InvalidStatus as error:
            raise _refused(error.response, host, bool(headers), clock, chance) from error
        except TimeoutError as error:
            raise faults.failing(sentences.too_slow(host, OPEN_SECONDS)) from error
        except (ImportError, InvalidProxy) as error:
            raise faults.failing(sentences.proxy_unusable()) from error
        except (InvalidURI, InvalidHandshake, OSError, ValueError) as error:
            if last or not isinstance(error, OSError):
                raise _unreachable(error, host) from error
    async with connection:
        yield Socket(connection, host, idle)


def ws_url(url: str) -> str:
    """Return the address with ws or wss for http or https."""
    scheme, separator, rest = url.partition("://")
    return {"http": "ws", "https": "wss"}.get(scheme.lower(), scheme) + separator + rest


async def _ways_there(parts: SplitResult, *, allow_private: bool) -> list[dict[str, Any]]:
    """Check where this address leads; return the options of each connection to try, in order."""
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "wss" else 80)
    if parts.scheme not in ("ws", "wss") or not host:
        raise ValueError(parts.scheme)
    web = parts._replace(scheme="https" if parts.scheme == "wss" else "http")
    if proxy := proxy_for(web):
        return [{"proxy": proxy}]
    addresses = await _resolver.resolve(host, port, OPEN_SECONDS / 2)
    if not allow_private and not all(is_public(address) for address in addresses):
        raise refuse_private(host)
    return [{"proxy": None, "host": address, "port": port} for address in addresses]


def _refused(
    response: Response, host: str, with_secret: bool, clock: Clock, chance: float
) -> SourceError:
    headers = {name.lower(): value for name, value in response.headers.raw_items()}
    return faults.from_status(
        response.status_code,
        headers,
        bytes(response.body or b""),
        host=host,
        with_secret=with_secret,
        now=clock(),
        chance=chance,
    )


def _unreachable(error: Exception, host: str) -> SourceError:
    if isinstance(error, (InvalidURI, ValueError)) and not isinstance(error, OSError):
        return faults.failing(sentences.not_an_address(host))
    return faults.from_transport(error, host, OPEN_SECONDS)


def _ended(error: ConnectionClosed, host: str) -> SourceError:
    if error.rcvd is not None:
        return faults.failing(sentences.stream_ended(host, int(error.rcvd.code)))
    ours = error.sent.code if error.sent is not None else None
    if ours == CloseCode.MESSAGE_TOO_BIG:
        return faults.failing(sentences.too_large(host))
    if ours == CloseCode.INTERNAL_ERROR:  # what websockets says when a ping is not answered
        return faults.failing(sentences.went_silent(host))
    return faults.failing(sentences.stream_broke_off(host))
