"""The httpx clients behind the fetcher: direct or through the user's proxy, guarded or not."""

from __future__ import annotations

import ssl
import urllib.request
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import SplitResult

import httpx

from listeners.http.guard import DirectTransport, Lookup, Resolver
from listeners.model import Sentence, SourceState
from listeners.networks.contract import SourceError

# A cookie would tie our requests together, and carry one source's session to another.
_NO_COOKIES = CookieJar(DefaultCookiePolicy(allowed_domains=[]))


class Clients:
    """Makes each client at its first use and keeps it: a connection must never be shared
    between a request that may reach private addresses and one that may not."""

    def __init__(self, tls: ssl.SSLContext, lookup: Lookup) -> None:
        self._tls = tls
        self._resolver = Resolver(lookup)
        self._clients: dict[tuple[str, bool, bool], httpx.AsyncClient] = {}

    def choose(self, url: SplitResult, *, private: bool, streaming: bool) -> httpx.AsyncClient:
        """Return the client for this address, by the proxy variables of the environment.

        Raises:
            SourceError: the proxy variables ask for what is not installed, or are unreadable.
        """
        proxy = _proxy_for(url)
        key = (proxy, private, streaming)
        if key not in self._clients:
            self._clients[key] = httpx.AsyncClient(
                transport=self._transport(proxy, private=private, streaming=streaming),
                follow_redirects=False,
                cookies=_NO_COOKIES,
                trust_env=False,
            )
        return self._clients[key]

    async def close(self) -> None:
        """Hang up everywhere."""
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()
        self._resolver.close()

    def _transport(self, proxy: str, *, private: bool, streaming: bool) -> httpx.AsyncHTTPTransport:
        if not proxy:
            return DirectTransport(
                self._tls, self._resolver, allow_private=private, streaming=streaming
            )
        try:
            return httpx.AsyncHTTPTransport(verify=self._tls, trust_env=False, proxy=proxy)
        except (ImportError, ValueError, httpx.InvalidURL) as error:
            raise SourceError(
                SourceState.FAILING,
                Sentence(
                    "The proxy in HTTP_PROXY, HTTPS_PROXY or ALL_PROXY cannot be used: hubbub "
                    "speaks to http proxies only. Set an http:// proxy, or add the host to "
                    "NO_PROXY."
                ),
            ) from error


def _proxy_for(url: SplitResult) -> str:
    """The proxy the environment names for this address, or nothing."""
    proxies = urllib.request.getproxies()
    if not proxies or urllib.request.proxy_bypass(url.hostname or ""):
        return ""
    return proxies.get(url.scheme) or proxies.get("all") or ""
