"""Mastodon's streams: one WebSocket for all places, or server-sent events for one of them.

Wire format: docs.joinmastodon.org/methods/streaming and Mastodon's streaming/index.js. Nothing is
repeated after a break and subscribing is not acknowledged, so a stream only makes hubbub quicker:
what counts is read by ``min_id``. The token travels in a header, never in the address.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from listeners import socket
from listeners.http import Answer, Fetcher, Hidden, HttpError
from listeners.model import Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.mastodon.places import Place
from listeners.networks.mastodon.server import MastodonServer

WINDOW = 15.0
"""Seconds after which a silent stream gives an empty list, so that its reader can check."""
SSE_IDLE = 90.0
"""Seconds of silence, heartbeats included, after which an event stream is given up (usual: 15)."""
_MOST = 50

_PATH = "/api/v1/streaming"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing a stream told. ``payload`` is decoded, but for ``delete``, which tells an id."""

    name: str
    payload: object = None


class NotStreamingError(SourceError):
    """This server does not push, or not to us; polling goes on."""


class Live:
    """Opens the streams of places, whichever way the server offers."""

    def __init__(self, server: MastodonServer, fetch: Fetcher) -> None:
        self._server = server
        self._fetch = fetch

    async def events(self, places: Sequence[Place]) -> AsyncGenerator[list[Event], None]:
        """Yield an empty list once connected, then what happens; empty lists when nothing does.

        Raises:
            NotStreamingError: no way in is open here.
            SourceError: the connection broke, the server asks us to wait, or refuses the token.
        """
        failure: SourceError | None = None
        for base in dict.fromkeys([await self._announced(), self._server.base]):
            for way in (self._over_socket, self._over_sse):
                connected = False
                try:
                    async with aclosing(way(base, places)) as events:
                        async for found in events:
                            connected = True
                            yield found
                    raise _ended(self._server.name)
                except SourceError as error:
                    if connected or not _is_closed_way(error):
                        raise
                    _log.info("%s: no stream over %s: %s", base, way.__name__, error)
                    failure = error
        raise NotStreamingError(
            SourceState.OK,
            Sentence(
                "{server} does not push new posts; hubbub asks it regularly instead.",
                {"server": self._server.name},
            ),
        ) from failure

    async def _announced(self) -> str:
        """Return where the server says its streams are, else the server itself.

        Version 2 of the instance entity, then version 1.
        """
        found: object = None
        instance = await self._server.lookup("/api/v2/instance")
        if isinstance(instance, dict):
            found = _dig(instance, "configuration", "urls", "streaming")
        if not found:
            instance = await self._server.lookup("/api/v1/instance")
            found = _dig(instance, "urls", "streaming_api")
        return streaming_base(self._server.base, found) or self._server.base

    async def _over_socket(
        self, base: str, places: Sequence[Place]
    ) -> AsyncGenerator[list[Event], None]:
        streams = list(dict.fromkeys(place.stream for place in places if place.stream))
        # Named in the address too: some servers open no socket without a stream.
        first = urlencode(_channel(*streams[0]))
        headers = {
            name: Hidden(value)
            for name, value in (await self._server.secret_headers()).items()
            if isinstance(value, str)
        }
        async with socket.connect(
            f"{base}{_PATH}?{first}",
            headers=headers,
            idle=None,
            allow_private=self._allows_private(base),
        ) as connection:
            for stream in streams:
                await connection.send(json.dumps({"type": "subscribe", **dict(_channel(*stream))}))
            yield []
            while not connection.closed:
                frames = await connection.receive(1, WINDOW)
                if frames:
                    frames += await _waiting(connection)
                yield [event for frame in frames if (event := read_frame(frame))]

    async def _over_sse(
        self, base: str, places: Sequence[Place]
    ) -> AsyncGenerator[list[Event], None]:
        path, query = _sse(places)
        lines = self._fetch.stream_lines(
            f"{base}{_PATH}/{path}{query}",
            secret_headers=await self._server.secret_headers(),
            idle=SSE_IDLE,
            allow_private=self._allows_private(base),
        )
        block: list[bytes] = []
        connected = False
        async for line in lines:
            if not connected:
                connected = True
                yield []
            if line.startswith(b":"):
                yield []  # a heartbeat
            elif line:
                block.append(line)
            elif block:
                event = read_sse(block)
                block = []
                if event is not None:
                    yield [event]

    def _allows_private(self, base: str) -> bool:
        """Private addresses are open to the server the user typed, not to any that it names."""
        if not self._server.allow_private:
            return False
        named, typed = urlsplit(base).hostname, urlsplit(self._server.base).hostname
        return named == typed or {named, typed} <= _LOOPBACK


def streaming_base(server: str, announced: object) -> str:
    """Return an announced streaming address as http or https, empty where it must not be used.

    A server behind https must not lead to an open connection: the token goes with it.
    """
    if not isinstance(announced, str) or not announced.isprintable():
        return ""
    base = re.sub(r"^ws", "http", announced.strip()).rstrip("/")
    if server.startswith("https://") and not base.startswith("https://"):
        return ""
    return base if base.startswith(("http://", "https://")) else ""


def read_frame(frame: bytes | str) -> Event | None:
    """Return the event in a WebSocket message; ``None`` for one that tells nothing."""
    body = _decoded(frame)
    if not isinstance(body, dict):
        return Event("update", None)
    if "error" in body:
        # One place is not pushed to this token; readings go on, and tell it if they are refused.
        _log.info("a subscription was refused (%s)", body.get("status"))
        return None
    name = body.get("event")
    return _event(name, body.get("payload")) if isinstance(name, str) else None


def read_sse(lines: Sequence[bytes]) -> Event | None:
    """Return the event in the lines between two empty ones; ``None`` for comments alone.

    Source: WHATWG HTML, server-sent events. Lines end at LF only.
    """
    name, data = "message", []
    for line in lines:
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"event":
            name = value.decode("utf-8", "replace")
        elif field == b"data":
            data.append(value)
    return _event(name, b"\n".join(data).decode("utf-8", "replace")) if data else None


def _event(name: str, payload: object) -> Event:
    # A stand-in server spells it with an underscore.
    name = "status.update" if name == "status_update" else name
    if name == "delete":
        return Event(name, str(payload).strip().strip('"'))
    return Event(name, _decoded(payload) if isinstance(payload, str) else payload)


def _decoded(text: bytes | str) -> object:
    """Return JSON made harmless as in an answer; ``None`` where it is not JSON."""
    body = text.encode("utf-8", "replace") if isinstance(text, str) else text
    try:
        return Answer(200, {}, body, "").json()
    except SourceError:
        return None


def _channel(name: str, tag: str) -> list[tuple[str, str]]:
    return [("stream", name), ("tag", tag)] if tag else [("stream", name)]


def _sse(places: Sequence[Place]) -> tuple[str, str]:
    """Return the one channel an event stream can carry: the one that tells most about us."""
    kinds = {place.kind for place in places}
    if "home" in kinds:
        return "user", ""
    if "notifications" in kinds:
        return "user/notification", ""
    name, tag = next(place.stream for place in places if place.stream)
    return name.replace(":", "/"), f"?{urlencode([('tag', tag)])}" if tag else ""


def _is_closed_way(error: SourceError) -> bool:
    """Whether another way may be open: not where we must wait, or the token is refused."""
    if error.state is SourceState.RATE_LIMITED:
        return False
    return not (isinstance(error, HttpError) and error.status in (401, 429))


async def _waiting(connection: socket.Socket) -> list[bytes]:
    """Return the messages that are already here."""
    try:
        return await connection.receive(_MOST, 0.0)
    except SourceError:
        return []  # the end is raised again by the next call, after what came before it


def _ended(server: str) -> SourceError:
    return SourceError(
        SourceState.FAILING,
        Sentence(
            "{server} ended its stream. hubbub connects again and reads what came in between.",
            {"server": server},
        ),
    )


def _dig(value: object, *keys: str) -> object:
    for key in keys:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value
