"""Connections that cannot be talked into this machine or its network.

A feed may redirect to ``http://169.254.169.254/``, and a name may resolve to a public address
first and a private one later. So the check stands where no trick comes after it: the name is
resolved here, every address is looked at, and the very address that was checked is connected to.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

import httpcore
import httpx

from listeners.http import sentences
from listeners.http.faults import failing
from listeners.model import SourceState
from listeners.networks.contract import SourceError

Lookup = Callable[[str, int], list[str]]
"""Name and port to addresses as text; may block; raises ``OSError``."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_SITE_LOCAL = ipaddress.ip_network("fec0::/10")
_CONNECTIONS = 8
_LOOKUPS = 32


def is_public(address: str) -> bool:
    """Whether this address is on the public internet, seen through every IPv6 wrapping.

    ``is_global`` alone says yes to NAT64 and 6to4 forms of 127.0.0.1 and to multicast.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip in _SITE_LOCAL:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def refuse_private(host: str) -> SourceError:
    """Return the error for an address inside this machine or its network."""
    return SourceError(SourceState.BLOCKED, sentences.private_address(host), unsent=True)


def look_up(host: str, port: int) -> list[str]:
    """Resolve a name by the system, each address once, in the system's order."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Resolver:
    """Names to addresses, each look-up in a thread of its own.

    A look-up cannot be cancelled, only forgotten: a pool would starve behind those that hang,
    and would be waited for when the program ends. Daemon threads are neither.
    """

    def __init__(self, lookup: Lookup = look_up) -> None:
        self._lookup = lookup
        self._running = 0

    async def resolve(self, host: str, port: int, timeout: float | None) -> list[str]:
        """Return the addresses of ``host``.

        Raises:
            SourceError: there are none, or the answer took longer than ``timeout`` seconds.
        """
        if self._running >= _LOOKUPS:
            raise failing(sentences.name_too_slow(host), unsent=True)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[str]] = loop.create_future()

        def ended(addresses: list[str], error: Exception | None) -> None:
            self._running -= 1
            if answer.done():
                return
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(addresses)

        def run() -> None:
            addresses: list[str] = []
            failure: Exception | None = None
            try:
                addresses = self._lookup(host, port)
            except Exception as error:  # handed to whoever asked
                failure = error
            # The loop may have ended while the system was asked; then nobody waits.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(ended, addresses, failure)

        self._running += 1
        threading.Thread(target=run, name="hubbub-name", daemon=True).start()
        try:
            async with asyncio.timeout(timeout):
                addresses = await answer
        except TimeoutError as error:
            raise failing(sentences.name_too_slow(host), unsent=True) from error
        except (OSError, UnicodeError) as error:
            raise failing(sentences.unknown_name(host), unsent=True) from error
        if not addresses:
            raise failing(sentences.unknown_name(host), unsent=True)
        return addresses


class _Door(httpcore.AsyncNetworkBackend):
    """Connects to checked addresses only."""

    def __init__(self, resolver: Resolver, allow_private: bool) -> None:
        self._resolver = resolver
        self._allow_private = allow_private
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        started = time.monotonic()
        addresses = await self._resolver.resolve(host, port, timeout)
        if not self._allow_private and not all(is_public(address) for address in addresses):
            raise refuse_private(host)
        failure: Exception | None = None
        for tried, address in enumerate(addresses):
            left = None
            if timeout is not None:
                left = max(timeout - (time.monotonic() - started), 0.1) / (len(addresses) - tried)
            try:
                return await self._inner.connect_tcp(
                    address, port, left, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = failure or error
        raise failure or httpcore.ConnectError(host)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class DirectTransport(httpx.AsyncHTTPTransport):
    """httpx's own transport over a connection pool that goes through the door."""

    def __init__(
        self, tls: ssl.SSLContext, resolver: Resolver, *, allow_private: bool, fresh: bool
    ) -> None:
        super().__init__(verify=tls, trust_env=False)
        # The pool is the one place httpx lets a network backend in, and httpx has no argument
        # for it. The pool scans all its connections at each request, so it is kept small.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=None if fresh else _CONNECTIONS,
            max_keepalive_connections=0 if fresh else _CONNECTIONS,
            keepalive_expiry=5.0,
            network_backend=_Door(resolver, allow_private),
        )
