"""Whether a post hands on something of ours: our post repeated or quoted, or our site linked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from listeners.query.subject import host_and_path
from listeners.stages.brand import StageBrand

_RETWEET = re.compile(r"\s*RT @(\w+)\b")
_HOSTS = {
    "x": ("x.com", "twitter.com"),
    "bluesky": ("bsky.app",),
    "facebook": ("facebook.com",),
    "instagram": ("instagram.com",),
    "linkedin": ("linkedin.com",),
    "pinterest": ("pinterest.com",),
    "threads": ("threads.net", "threads.com"),
    "tiktok": ("tiktok.com",),
    "youtube": ("youtube.com",),
}
"""Where posts of a network are looked at; a name of ours in another site's address is chance."""
_AT_SIGN = frozenset({"mastodon"})
"""Networks of many servers, whose addresses begin with “/@name”."""


def repeats_ours(brand: StageBrand, network: str, text: str, url: str, parent_ours: bool) -> bool:
    """Whether a repost is one of a post of ours.

    Networks tell it in several ways: by the post it points to, by the address of the original,
    or by “RT @name” in front.
    """
    if parent_ours:
        return True
    ours = _handles(brand, network)
    named = _RETWEET.match(text)
    if named is not None and _spelled(named[1]) in ours:
        return True
    return bool(ours & set(_segments(url)))


def links_ours(brand: StageBrand, links: Iterable[str]) -> bool:
    """Whether one of the links leads to our website, or to a post of one of our accounts."""
    return any(_our_site(brand, link) or _our_post(brand, link) for link in links)


def _our_site(brand: StageBrand, link: str) -> bool:
    host, path = host_and_path(link)
    for site in brand.websites:
        home, place = host_and_path(site)
        at_home = bool(home) and (host == home or host.endswith(f".{home}"))
        if at_home and path.startswith(place.rstrip("/")):
            return True
    return False


def _our_post(brand: StageBrand, link: str) -> bool:
    """Whether the address is one of a post: a network's own, and more than our account in it."""
    host, path = host_and_path(link)
    segments = _segments(link)
    for network in brand.handles:
        at_home = any(host == one or host.endswith(f".{one}") for one in _HOSTS.get(network, ()))
        fediverse = network in _AT_SIGN and path.startswith("/@")
        if (at_home or fediverse) and _handles(brand, network) & set(segments[:-1]):
            return True
    return False


def _handles(brand: StageBrand, network: str) -> set[str]:
    return {_spelled(name) for name in brand.handles.get(network, ())}


def _spelled(handle: str) -> str:
    """Return a handle as addresses have it: no “@” in front, the server left out if it is ours."""
    plain = handle.strip().casefold().removeprefix("@")
    return plain.partition("@")[0]


def _segments(url: str) -> list[str]:
    """Return the parts of an address's path, handles among them without their “@”."""
    _host, path = host_and_path(url)
    return [_spelled(unquote(part)) for part in path.split("/") if part]
