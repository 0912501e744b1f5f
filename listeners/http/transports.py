"""The httpx transports under the fetcher: direct or through the user's proxy, guarded or not.

Transports and not clients: a client would keep cookies, follow proxies of its own and read a
redirect's target before we do.
"""

from __future__ import annotations

import ssl
import urllib.request
from urllib.parse import SplitResult

import httpx

from listeners.http import sentences
from listeners.http.faults import failing
from listeners.http.guard import DirectTransport, Lookup, Resolver


class Transports:
    """Makes each transport at its first use and keeps it.

    A connection is never shared between a request that may reach private addresses and one that
    may not. What asks for a ``fresh`` one (a stream, a change) neither finds nor leaves one open.
    """

    def __init__(self, tls: ssl.SSLContext, lookup: Lookup) -> None:
        self._tls = tls
        self._resolver = Resolver(lookup)
        self._made: dict[tuple[str, bool, bool], httpx.AsyncHTTPTransport] = {}

    def choose(self, url: SplitResult, *, private: bool, fresh: bool) -> httpx.AsyncHTTPTransport:
        """Return the transport for this address, by the proxy variables of the environment.

        Raises:
            SourceError: the proxy variables ask for what is not installed, or are unreadable.
        """
        proxy = proxy_for(url)
        key = (proxy, private, fresh)
        if key not in self._made:
            self._made[key] = self._make(proxy, private=private, fresh=fresh)
        return self._made[key]

    async def close(self) -> None:
        """Hang up everywhere."""
        for transport in self._made.values():
            await transport.aclose()
        self._made.clear()

    def _make(self, proxy: str, *, private: bool, fresh: bool) -> httpx.AsyncHTTPTransport:
        if not proxy:
            return DirectTransport(self._tls, self._resolver, allow_private=private, fresh=fresh)
        try:
            limits = httpx.Limits(max_keepalive_connections=0 if fresh else None)
            return httpx.AsyncHTTPTransport(
                verify=self._tls, trust_env=False, proxy=proxy, limits=limits
            )
        except (ImportError, ValueError, httpx.InvalidURL) as error:
            raise failing(sentences.proxy_unusable()) from error


def proxy_for(url: SplitResult) -> str:
    """Return the proxy the environment names for this address, or nothing."""
    proxies = urllib.request.getproxies()
    if not proxies or urllib.request.proxy_bypass(url.hostname or ""):
        return ""
    return proxies.get(url.scheme) or proxies.get("all") or ""
