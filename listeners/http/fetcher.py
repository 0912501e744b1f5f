"""The fetcher: one shared, polite, distrustful HTTP client for every listener.

A request has one deadline over everything (httpx's own timeouts restart at each byte), follows at
most five redirects by hand, sends secrets to the origin alone, and reads no more than it asked
for. Hosts that refuse are left alone, by all sources together, until they said.
"""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    nullcontext,
)
from dataclasses import dataclass, replace
from types import TracebackType
from typing import TYPE_CHECKING, Self

import httpx
import truststore

from listeners.clock import Clock, utc_now
from listeners.http import faults, sentences
from listeners.http.answer import Answer, Expect, Hidden, host_of, looks_like_page
from listeners.http.ask import (
    CAP,
    MAX_REDIRECTS,
    Ask,
    Params,
    budget_key,
    lane_key,
    origin,
    readable,
    redirected,
    with_params,
)
from listeners.http.body import BodyError, read_body
from listeners.http.budget import BudgetStore
from listeners.http.guard import Lookup, look_up
from listeners.http.leaving import Doorkeeper, Passage, Pause
from listeners.http.ledger import Ledger, MemoryLedger
from listeners.http.manners import Manners
from listeners.http.purse import Purse
from listeners.http.quota import Quota
from listeners.http.sending import send
from listeners.http.transports import Transports
from listeners.http.uses import note
from listeners.secret import Secret

if TYPE_CHECKING:
    from listeners.spending import SpendBook

MAX_LINE = 2**20
"""Bytes of one line of a stream: a server that never ends its line is not waited for."""

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_PERMANENT = frozenset((301, 308))
_ERROR_BODY = 256 * 1024

# Both log whole addresses, tokens in the query included, at INFO.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class _Hop:
    """The open answer of one hop, its address, and the secrets' budget key.

    ``lane`` is the key of the budget that its headers tell of: the same, unless there are several.
    """

    response: httpx.Response
    url: str
    key: str
    lane: str
    permanent: bool


class Fetcher:
    """Fetches for all listeners. Use as an async context manager, once a process.

    ``budgets`` and ``ledger`` keep over a restart what hosts allow and what was taken of it;
    ``pause`` waits for a turn (see ``spacing``). ``tls`` and ``lookup`` replace the system's trust
    and names (tests, odd networks); ``chance`` is the jitter's source, in [0, 1).
    """

    def __init__(
        self,
        clock: Clock = utc_now,
        budgets: BudgetStore | None = None,
        ledger: Ledger | None = None,
        *,
        spends: SpendBook | None = None,
        pause: Pause | None = None,
        tls: ssl.SSLContext | None = None,
        lookup: Lookup = look_up,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.spends = spends
        """The book of what paid networks cost, where one is kept; their listeners write in it."""
        self._clock = clock
        self._manners = Manners(clock, budgets, chance)
        self._door = Doorkeeper(clock, ledger or MemoryLedger(), pause)
        context = tls or truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._transports = Transports(context, lookup)
        self._chance = chance
        self._purse = Purse()

    async def __aenter__(self) -> Self:
        await self._manners.load()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._transports.close()
        await self._manners.close()

    async def get(
        self,
        url: str,
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        secret_headers: Mapping[str, Secret | str] | None = None,
        timeout: float = 20.0,
        cap: int = CAP,
        expect: Expect = "any",
        allow_private: bool = False,
        allow_status: frozenset[int] = frozenset(),
        long_poll: bool = False,
        spacing: float = 0.0,
        quota: Quota | None = None,
        path_secret: Secret | None = None,
        lane: str = "",
    ) -> Answer:
        """Get ``url`` within ``timeout`` seconds over everything.

        Answers 2xx, 304 and those in ``allow_status`` are returned. ``secret_headers`` go to the
        origin of ``url`` alone; ``allow_private`` opens that one host's private addresses. With
        ``long_poll`` the server may keep the question: it then keeps no other request waiting.
        ``spacing`` is how many seconds must lie between two requests to this host, by all sources
        together: beyond ``timeout``, it is waited for. ``quota`` is what the request takes of a
        daily allowance; a spent one refuses it unsent until its midnight. ``path_secret`` is sent
        for ``PATH_SECRET`` in ``url``, and stands nowhere else; such a request follows no redirect.
        ``lane`` names which budget it lives on, where a host counts some questions apart.

        Raises:
            SourceError: everything else; an ``HttpError`` where the server answered.
        """
        return await self._fetch(
            Ask(
                method="GET",
                url=with_params(url, params),
                headers=headers or {},
                secrets=secret_headers or {},
                timeout=timeout,
                cap=cap,
                expect=expect,
                allow_private=allow_private,
                allow_status=allow_status,
                long_poll=long_poll,
                spacing=spacing,
                quota=quota,
                path_secret=path_secret,
                lane=lane,
            )
        )

    async def post(
        self,
        url: str,
        *,
        json: object = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        secret_headers: Mapping[str, Secret | str] | None = None,
        timeout: float = 20.0,
        cap: int = CAP,
        expect: Expect = "any",
        allow_private: bool = False,
        allow_status: frozenset[int] = frozenset(),
        quota: Quota | None = None,
        path_secret: Secret | None = None,
        lane: str = "",
    ) -> Answer:
        """Post JSON, a form, or ``content`` as it is; never repeated by itself. Else as ``get``.

        Raises:
            SourceError: as ``get``.
        """
        return await self._change(
            Ask(
                method="POST",
                url=url,
                headers=headers or {},
                secrets=secret_headers or {},
                timeout=timeout,
                cap=cap,
                expect=expect,
                allow_private=allow_private,
                allow_status=allow_status,
                quota=quota,
                path_secret=path_secret,
                lane=lane,
            ),
            json=json,
            form=form,
            content=content,
        )

    async def put(
        self,
        url: str,
        *,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        secret_headers: Mapping[str, Secret | str] | None = None,
        timeout: float = 20.0,
        cap: int = CAP,
        expect: Expect = "any",
        allow_private: bool = False,
        allow_status: frozenset[int] = frozenset(),
    ) -> Answer:
        """Put JSON to ``url``; never repeated by itself. Otherwise as ``get``.

        Raises:
            SourceError: as ``get``.
        """
        return await self._change(
            Ask(
                method="PUT",
                url=url,
                headers=headers or {},
                secrets=secret_headers or {},
                timeout=timeout,
                cap=cap,
                expect=expect,
                allow_private=allow_private,
                allow_status=allow_status,
            ),
            json=json,
        )

    async def delete(
        self,
        url: str,
        *,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        secret_headers: Mapping[str, Secret | str] | None = None,
        timeout: float = 20.0,
        cap: int = CAP,
        expect: Expect = "any",
        allow_private: bool = False,
        allow_status: frozenset[int] = frozenset(),
        quota: Quota | None = None,
    ) -> Answer:
        """Delete what ``url`` and, where that wants one, a body name; never repeated by itself.

        Otherwise as ``get``.

        Raises:
            SourceError: as ``get``.
        """
        return await self._change(
            Ask(
                method="DELETE",
                url=url,
                headers=headers or {},
                secrets=secret_headers or {},
                timeout=timeout,
                cap=cap,
                expect=expect,
                allow_private=allow_private,
                allow_status=allow_status,
                quota=quota,
            ),
            json=json,
        )

    async def stream_lines(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        secret_headers: Mapping[str, Secret | str] | None = None,
        idle: float,
        allow_private: bool = False,
    ) -> AsyncIterator[bytes]:
        """Yield the lines of an endless answer, without their line end, as they come.

        Lines end at LF alone (httpx's own lines also end at U+2028, inside JSON). The stream
        ends when the server ends it. Close the iterator to hang up.

        Raises:
            SourceError: as ``get``; and when nothing came for ``idle`` seconds, or one line grew
                beyond 1 MiB.
        """
        asked = {"accept": "text/event-stream", "accept-encoding": "identity", **(headers or {})}
        ask = Ask(
            method="GET",
            url=url,
            headers=asked,
            secrets=secret_headers or {},
            timeout=idle,
            allow_private=allow_private,
            streaming=True,
        )
        host = host_of(url)
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(idle):
                    hop = await stack.enter_async_context(self._follow(ask))
                    await self._accept(ask, hop)
            except TimeoutError as error:
                raise faults.failing(sentences.too_slow(host, idle)) from error
            if hop.response.headers.get("content-encoding", "identity") != "identity":
                raise faults.from_body(BodyError("coding"), host)
            rest = bytearray()
            try:
                async for chunk in hop.response.aiter_raw():
                    rest += chunk
                    if b"\n" in chunk:
                        *lines, rest = rest.split(b"\n")
                        for line in lines:
                            yield bytes(line).removesuffix(b"\r")
                    if len(rest) > MAX_LINE:
                        raise faults.from_body(BodyError("too large"), host)
            except httpx.ReadTimeout as error:
                raise faults.failing(sentences.went_silent(host)) from error
            except httpx.HTTPError as error:
                raise faults.from_transport(error, host, idle) from error
            if rest:
                yield bytes(rest).removesuffix(b"\r")

    async def reveal(self, secret: Secret) -> Hidden:
        """Return the secret, kept for five minutes: its command may be slow or ask a person.

        Raises:
            SourceError: it cannot be read.
        """
        return await self._purse.reveal(secret)

    async def bearer(self, secret: Secret | None) -> dict[str, Secret | str]:
        """Return the ``secret_headers`` of a bearer token; none for no token."""
        if secret is None:
            return {}
        return {"authorization": Hidden(f"Bearer {await self.reveal(secret)}")}

    async def _change(
        self,
        ask: Ask,
        *,
        json: object = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Answer:
        built = httpx.Request(ask.method, "http://localhost", json=json, data=form, content=content)
        named = built.headers.get("content-type", "")
        kind = {"content-type": named} if named else {}
        return await self._fetch(replace(ask, headers={**kind, **ask.headers}, body=built.content))

    async def _fetch(self, ask: Ask) -> Answer:
        host = host_of(ask.url)
        async with self._leaving(ask, host) as passage:
            try:
                async with asyncio.timeout(ask.timeout), self._follow(ask, passage) as hop:
                    return await self._accept(ask, hop)
            except TimeoutError as error:
                raise faults.failing(sentences.too_slow(host, ask.timeout)) from error

    @asynccontextmanager
    async def _leaving(self, ask: Ask, host: str) -> AsyncIterator[Passage]:
        """Take an allowance, wait for a turn, then for a place: who waits holds up no other host.

        All of it is beyond the request's own deadline.
        """
        place: AbstractAsyncContextManager[None]
        place = nullcontext() if ask.long_poll else self._manners.slot(host)
        if ask.spacing <= 0 and ask.quota is None:
            async with place:
                yield Passage()
            return
        key = await self._key(ask, host)
        async with (
            self._door.allowance(ask.quota, key.partition("#")[2]) as passage,
            self._door.turn(host, ask.spacing, lambda: self._manners.check(key, host)),
            place,
        ):
            yield passage

    async def _key(self, ask: Ask, host: str) -> str:
        """Return the budget key of a request that has not begun."""
        url = readable(ask.url)
        try:
            async with asyncio.timeout(ask.timeout):
                secrets = await self._purse.headers(ask, url)
                return budget_key(url, {**secrets, **await self._purse.path(ask)})
        except TimeoutError as error:
            raise faults.failing(sentences.too_slow(host, ask.timeout), unsent=True) from error

    async def _accept(self, ask: Ask, hop: _Hop) -> Answer:
        """Read the answer, keep its budget, and refuse what is not data."""
        response, host = hop.response, host_of(hop.url)
        headers = {name.lower(): value for name, value in response.headers.items()}
        good = response.is_success or response.status_code == 304
        wanted = good or response.status_code in ask.allow_status
        if ask.streaming and good:
            await self._manners.answered(hop.key, headers, hop.lane)
            return Answer(response.status_code, headers, b"", hop.url)
        try:
            coding = headers.get("content-encoding", "")
            cap = ask.cap if wanted else _ERROR_BODY
            body = await read_body(response.aiter_raw(), coding, cap)
        except httpx.HTTPError as error:
            raise faults.from_transport(error, host, ask.timeout) from error
        except BodyError as error:
            if wanted:
                raise faults.from_body(error, host) from error
            body = b""
        if not wanted:
            body = await self._purse.masked(body, ask)
        answer = Answer(
            response.status_code, headers, body, hop.url, hop.url if hop.permanent else ""
        )
        if not wanted:
            refusal = faults.from_status(
                response.status_code,
                headers,
                body,
                host=host,
                with_secret=bool(ask.secrets) or ask.path_secret is not None,
                now=self._clock(),
                chance=self._chance(),
            )
            await self._manners.refused(hop.key, refusal, hop.lane)
            raise refusal
        if good:
            await self._manners.answered(hop.key, headers, hop.lane)
            if ask.expect != "any" and looks_like_page(body):
                answer.refuse_page()
        return answer

    @asynccontextmanager
    async def _follow(self, ask: Ask, passage: Passage | None = None) -> AsyncIterator[_Hop]:
        """Send, and follow redirects as far as they are safe; yields the last open answer."""
        start = readable(ask.url)
        url, permanent = ask.url, True
        for hop in range(MAX_REDIRECTS + 1):
            here = readable(url)
            at_origin = origin(here) == origin(start)
            secrets = await self._purse.headers(ask, start) if at_origin else {}
            hidden = await self._purse.path(ask)
            key = budget_key(here, {**secrets, **hidden})
            lane = lane_key(key, ask.lane)
            for one in dict.fromkeys((key, lane)):
                note(one)
                self._manners.check(one, host_of(url))
            await self._manners.pace(host_of(url))
            private = ask.allow_private and here.hostname == start.hostname
            if passage is not None:
                passage.left = True
            response = await send(
                self._transports,
                ask,
                here,
                secrets,
                private=private,
                path_secret=hidden.get("path", ""),
            )
            try:
                location = response.headers.get("location", "")
                if response.status_code not in _REDIRECTS or not location:
                    yield _Hop(response, url, key, lane, permanent and hop > 0)
                    return
                permanent = permanent and response.status_code in _PERMANENT
                url = redirected(ask, here, response.status_code, location)
            finally:
                await response.aclose()
        raise faults.failing(sentences.redirect_circle(host_of(ask.url)))
