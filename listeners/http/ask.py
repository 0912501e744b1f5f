"""One request as its listener meant it, and where it may go."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, urlencode, urljoin, urlsplit

from listeners.http import sentences
from listeners.http.answer import Expect, host_of
from listeners.http.faults import failing
from listeners.http.quota import Quota
from listeners.secret import Secret

CAP = 8 * 2**20
"""Bytes of a body on the wire; twice that decompressed."""
MAX_REDIRECTS = 5
PATH_SECRET = "~secret~"  # noqa: S105 - a mark, not a password
"""Stands in an address for the secret of its path, which is put in when the request leaves."""

Params = Mapping[str, str | int | Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request. ``timeout`` is in seconds over everything; for a stream, between two chunks.

    ``long_poll``: the server keeps the question until there is news, so it takes nobody's place.
    ``spacing``: seconds between two requests to this host, whoever makes them. ``quota``: what it
    takes of a daily allowance. ``path_secret``: what is sent for ``PATH_SECRET`` in the address.
    ``lane``: which of several budgets of the host it lives on.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, Secret | str] = field(default_factory=dict)
    body: bytes | None = None
    timeout: float = 20.0
    cap: int = CAP
    expect: Expect = "any"
    allow_private: bool = False
    allow_status: frozenset[int] = frozenset()
    streaming: bool = False
    long_poll: bool = False
    spacing: float = 0.0
    quota: Quota | None = None
    path_secret: Secret | None = None
    lane: str = ""


def with_params(url: str, params: Params | None) -> str:
    """Return the address with these parameters added; a sequence repeats its name."""
    if not params:
        return url
    query = urlencode(dict(params), doseq=True, quote_via=quote)
    bare = url.partition("#")[0]
    return f"{bare}{'&' if '?' in bare else '?'}{query}"


def readable(url: str) -> SplitResult:
    """Split an address hubbub may go to.

    Raises:
        SourceError: it is not http or https, names no host, or holds control characters.
    """
    parts = None
    if url.isprintable() and " " not in url:
        try:
            parts = urlsplit(url)
            _ = parts.port
        except ValueError:
            parts = None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise failing(sentences.not_an_address(host_of(url)))
    return parts


def origin(url: SplitResult) -> tuple[str, str | None, int]:
    """Return scheme, host and port: what a secret belongs to (RFC 6454)."""
    return url.scheme, url.hostname, url.port or (443 if url.scheme == "https" else 80)


def redirected(ask: Ask, here: SplitResult, status: int, location: str) -> str:
    """Return where a redirect leads.

    Raises:
        SourceError: it leads from https to http, to something that is not the web, or would
            send a post to another origin; or the address holds a secret, which it may repeat.
    """
    if ask.path_secret is not None:
        raise failing(sentences.redirected_post(host_of(here.geturl())))
    try:
        url = urljoin(here.geturl(), location)
    except ValueError as error:
        raise failing(sentences.not_an_address(host_of(location))) from error
    there = readable(url)
    if here.scheme == "https" and there.scheme == "http":
        raise failing(sentences.unsafe_redirect(host_of(here.geturl())))
    same = origin(there) == origin(here)
    if ask.method != "GET" and not (same and status in (307, 308)):
        raise failing(sentences.redirected_post(host_of(here.geturl())))
    return url


def is_literal(host: str) -> bool:
    """Whether a host is an address in numbers, in any notation the system would accept."""
    return ":" in host or host.replace(".", "").isdigit()


def budget_key(url: SplitResult, secrets: Mapping[str, str]) -> str:
    """Return the host, and a fingerprint of the credential: a token's limit is not everyone's."""
    key = f"{url.hostname}:{url.port}" if url.port else str(url.hostname)
    if not secrets:
        return key
    mixed = "\n".join(f"{name}={value}" for name, value in sorted(secrets.items()))
    return f"{key}#{hashlib.sha256(mixed.encode()).hexdigest()[:8]}"


def lane_key(key: str, lane: str) -> str:
    """Return the key of one of several budgets that a host keeps for the same credential."""
    host, sign, credential = key.partition("#")
    return f"{host} ({lane}){sign}{credential}" if lane else key
