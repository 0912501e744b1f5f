"""Connecting to Jetstream: which server, from where, and what it no longer has.

Wire: v1 ``/subscribe`` (cursor in microseconds, too old ones silently clamped) and v2
``/xrpc/network.bsky.jetstream.subscribeEvents`` (cursor a number of that server, too old ones
refused with ``CursorTooOld``; values from 1e15 on are microseconds there too). Both replay the
cursor itself, so with a few seconds of rewinding nothing is missed at the seam.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from listeners.clock import Clock
from listeners.config import SourceConfig
from listeners.http import HttpError
from listeners.http.answer import Answer, host_of
from listeners.model import SECOND
from listeners.networks.bluesky.cursor import Cursor
from listeners.networks.bluesky.record import POST
from listeners.networks.bluesky.session import error_of
from listeners.networks.contract import SourceError
from listeners.socket import Socket, connect

HOSTS = tuple(
    f"wss://jetstream{number}.us-{coast}.bsky.network"
    for coast in ("east", "west")
    for number in (1, 2)
)
V1_PATH = "/subscribe"
V2_PATH = "/xrpc/network.bsky.jetstream.subscribeEvents"
REWIND = 5 * SECOND
REWIND_ELSEWHERE = 10 * SECOND
"""After a change of server: their clocks and their places differ."""
_SILENCE = 60.0
_MAX_SIZE = 2**20


@dataclass(frozen=True, slots=True)
class Stream:
    """An open stream. ``forgot``: the server no longer had the place we asked for."""

    socket: Socket
    host: str
    forgot: bool


class Jetstream:
    """The servers of one source. Options: ``protocol`` ("v1", "v2"; else found out)."""

    def __init__(self, source: SourceConfig, clock: Clock) -> None:
        self._clock = clock
        self._private = source.allow_private
        self._hosts = (source.base_url.rstrip("/"),) if source.base_url else HOSTS
        self._own_server = bool(source.base_url)
        self._v2 = source.options.get("protocol") == "v2" or V2_PATH in source.base_url
        self._fixed = source.options.get("protocol") in ("v1", "v2") or self._v2
        self._next = 0

    @asynccontextmanager
    async def open(self, place: Cursor, dids: Sequence[str] = ()) -> AsyncIterator[Stream]:
        """Open a stream from ``place`` on, at the first server that answers.

        ``dids`` limits it to these accounts.

        Raises:
            SourceError: none of the servers answers.
        """
        async with AsyncExitStack() as stack:
            yield await self._first_that_answers(stack, place, dids)

    def try_another(self) -> None:
        """Begin with the next server next time: this one broke off."""
        self._next = (self._next + 1) % len(self._hosts)

    async def _first_that_answers(
        self, stack: AsyncExitStack, place: Cursor, dids: Sequence[str]
    ) -> Stream:
        failure: SourceError | None = None
        for _ in self._hosts:
            try:
                return await self._enter(stack, self._hosts[self._next], place, dids)
            except SourceError as error:
                failure = error
                self.try_another()
        assert failure is not None
        raise failure

    async def _enter(
        self, stack: AsyncExitStack, base: str, place: Cursor, dids: Sequence[str]
    ) -> Stream:
        host = host_of(base)
        try:
            socket = await self._connect(stack, base, self._query(place, host, dids), dids)
        except HttpError as error:
            if error.status == 404 and not self._fixed and not self._v2:
                self._v2 = True
                return await self._enter(stack, base, place, dids)
            if not self._v2 or place.seq is None or not _is_too_old(error):
                raise
            # A time that is too old is answered from the oldest event on: the gap is then known.
            by_time = Cursor(time_us=place.time_us)
            socket = await self._connect(stack, base, self._query(by_time, host, dids), dids)
            return Stream(socket, host, forgot=True)
        return Stream(socket, host, forgot=False)

    async def _connect(
        self,
        stack: AsyncExitStack,
        base: str,
        query: Sequence[tuple[str, str]],
        dids: Sequence[str],
    ) -> Socket:
        path = V2_PATH if self._v2 else V1_PATH
        url = base if urlsplit(base).path.endswith(path) else base + path
        quiet = self._own_server or bool(dids)
        return await stack.enter_async_context(
            connect(
                f"{url}?{urlencode(query)}",
                idle=None if quiet else _SILENCE,
                max_size=_MAX_SIZE,
                allow_private=self._private,
                clock=self._clock,
            )
        )

    def _query(self, place: Cursor, host: str, dids: Sequence[str]) -> list[tuple[str, str]]:
        if self._v2:
            query = [("collections", POST), ("kinds", "commit"), ("kinds", "account")]
            query += [("dids", did) for did in dids]
        else:
            query = [("wantedCollections", POST), *(("wantedDids", did) for did in dids)]
        same = place.host in ("", host)
        if self._v2 and place.seq is not None and same:
            query.append(("cursor", str(place.seq)))
        elif place.at is not None:
            rewind = REWIND if same else REWIND_ELSEWHERE
            query.append(("cursor", str(max(place.at - rewind, 0))))
        return query


def _is_too_old(error: HttpError) -> bool:
    return error.status == 400 and error_of(Answer(400, {}, error.body, "")) == "CursorTooOld"
