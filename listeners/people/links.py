"""Addresses and handles written in one way, so that a profile can be found by a link to it."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from typing import Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

from listeners.networks.decoding import web_address

MOST_LINKS: Final = 20
"""Links of one profile that are kept."""
LONGEST_LINK: Final = 500
_LOWER: Final = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_NAME: Final = r"@?([\w.-]{1,100})"
_PLACES: Final[tuple[tuple[str, str, re.Pattern[str]], ...]] = tuple(
    (network, host, re.compile(path))
    for network, hosts, path in (
        ("bluesky", "bsky.app", rf"profile/{_NAME}"),
        ("x", "x.com twitter.com mobile.twitter.com", _NAME),
        ("github", "github.com", _NAME),
        ("instagram", "instagram.com", _NAME),
        ("threads", "threads.net threads.com", _NAME),
        ("tiktok", "tiktok.com", _NAME),
        ("youtube", "youtube.com", r"@([\w.-]{1,100})"),
        ("reddit", "reddit.com old.reddit.com", rf"(?:u|user)/{_NAME}"),
        ("linkedin", "linkedin.com", r"in/([\w%-]{1,100})"),
        ("telegram", "t.me", _NAME),
        ("devto", "dev.to", _NAME),
        ("lobsters", "lobste.rs", r"~([\w.-]{1,100})"),
        ("facebook", "facebook.com", _NAME),
        ("pinterest", "pinterest.com pinterest.fr", _NAME),
        ("medium", "medium.com", r"@([\w.-]{1,100})"),
    )
    for host in hosts.split()
)
_HOSTS: Final = frozenset(host for _network, host, _path in _PLACES)
_FEDIVERSE: Final = re.compile(r"(?:@|users/)([\w.-]{1,100})")


class Named(NamedTuple):
    """Whose account an address names; without a network ``handle`` is the address's host."""

    network: str
    handle: str


def lowered(text: str) -> str:
    """Return ``text`` as SQLite's ``lower`` writes it: A to Z alone."""
    return text.translate(_LOWER)


def page(url: str) -> str:
    """Return an address without what two spellings of it may differ in.

    The same as the index ``account_page`` of the store, but for what follows ``?`` or ``#``.
    """
    bare = url.partition("#")[0].partition("?")[0]
    for prefix in ("https://", "http://", "www."):
        bare = bare.replace(prefix, "")
    return lowered(bare.rstrip("/"))


def profile_links(links: Iterable[str]) -> tuple[str, ...]:
    """Return the web addresses among these that can be compared, in short form, each once."""
    found: dict[str, None] = {}
    for link in links:
        if web_address(link) and len(link) <= LONGEST_LINK and (short := page(link)):
            found[short] = None
        if len(found) == MOST_LINKS:
            break
    return tuple(found)


def named(url: str) -> Named:
    """Return the account an address belongs to by its form, else its host.

    Takes addresses as ``page`` writes them too.
    """
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        host = lowered(parts.hostname or "").removeprefix("www.")
    except ValueError:
        return Named("", "")
    path = parts.path.strip("/")
    for network, at, form in _PLACES:
        if host == at and (found := form.fullmatch(path)):
            return Named(network, lowered(found[1]))
    if host == "news.ycombinator.com" and path == "user":
        return Named("hackernews", lowered(parse_qs(parts.query).get("id", [""])[0][:100]))
    if host in _HOSTS:
        return Named("", "")
    if "." in host and (found := _FEDIVERSE.fullmatch(path)):
        return Named("mastodon", lowered(f"{found[1]}@{host}"))
    return Named("", host)


_SPELLED: Final = {"twitter": "x", "ig": "instagram", "insta": "instagram", "bsky": "bluesky"}


def handle_of(network: str, text: str) -> str:
    """Return a handle as accounts are compared by it, from "@Ana", "ana" or a profile's address."""
    written = text.strip()
    if "/" in written and (told := named(written)).network == spelled(network):
        return told.handle
    return lowered(written.removeprefix("@").strip().rstrip("/"))


def spelled(network: str) -> str:
    """Return a network's own name for one people write: "twitter" is "x"."""
    plain = lowered(network.strip())
    return _SPELLED.get(plain, plain)


def pages_of(network: str, handle: str) -> tuple[str, ...]:
    """Return the short addresses of an account's page where the handle alone may not find it.

    A server of the fediverse calls its own members without its name.
    """
    user, at, host = handle.partition("@")
    if network == "mastodon" and at and user and host:
        return f"{host}/@{user}", f"{host}/users/{user}"
    return ()
