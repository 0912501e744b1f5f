"""Putting one request on its way: its headers, its connection, and what may never be repeated."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import SplitResult, quote

import httpx

from listeners import __version__
from listeners.http import faults
from listeners.http.answer import Expect, host_of
from listeners.http.ask import PATH_SECRET, Ask, is_literal
from listeners.http.guard import is_public, refuse_private
from listeners.http.transports import Transports

USER_AGENT = f"hubbub/{__version__} (+https://pypi.org/project/hubbub/)"

_ACCEPT: Mapping[Expect, str] = {
    "json": "application/json",
    "feed": "application/feed+json, application/atom+xml, application/rss+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5",
    "any": "*/*",
}


async def send(
    transports: Transports,
    ask: Ask,
    url: SplitResult,
    secrets: Mapping[str, str],
    *,
    private: bool,
    path_secret: str = "",
) -> httpx.Response:
    """Send one request to ``url`` and return its answer, open and unread.

    ``private`` opens the private addresses of its host; ``path_secret`` is put in the address.

    Raises:
        SourceError: nothing came back, or the address is not to be gone to.
    """
    host = url.hostname or ""
    # The proxy resolves names itself, so what the guard would see is checked here.
    if not private and (host == "localhost" or (is_literal(host) and not is_public(host))):
        raise refuse_private(host)
    headers = {
        "user-agent": USER_AGENT,
        "accept": _ACCEPT[ask.expect],
        "accept-encoding": "gzip",
        **{name.lower(): value for name, value in ask.headers.items()},
        **secrets,
    }
    address = url._replace(netloc=url.netloc.rpartition("@")[2], fragment="").geturl()
    # A change is never repeated, so it goes out on a connection of its own: on a kept one the
    # server may hang up at that instant, and nobody would know whether it was heard.
    # So does one that has its turn or its cost: it is not repeated either.
    once = ask.method != "GET" or ask.spacing > 0 or ask.quota is not None
    fresh = ask.streaming or ask.long_poll or once
    transport = transports.choose(url, private=private, fresh=fresh)
    try:
        request = httpx.Request(
            ask.method,
            address,
            headers=headers,
            content=ask.body,
            extensions=_extensions(ask, url, path_secret),
        )
        try:
            return await transport.handle_async_request(request)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            # A kept connection may be closed by the server at the instant it is used again.
            if once:
                raise
            return await transport.handle_async_request(request)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise faults.from_transport(error, host_of(address), ask.timeout) from error


def _extensions(ask: Ask, url: SplitResult, path_secret: str) -> dict[str, object]:
    """Return what goes with a request beside its address: a secret path stands here alone, since
    an address is shown wherever a request is."""
    shown: dict[str, object] = {"timeout": _limits(ask).as_dict()}
    if path_secret:
        path = url._replace(scheme="", netloc="", fragment="").geturl()
        secret = quote(path_secret, safe=":")
        shown["target"] = path.replace(PATH_SECRET, secret).encode("ascii", "replace")
    return shown


def _limits(ask: Ask) -> httpx.Timeout:
    return httpx.Timeout(ask.timeout, connect=min(ask.timeout / 2, 10.0), pool=None)
