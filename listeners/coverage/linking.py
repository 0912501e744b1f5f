"""Which network an address leads to, where its host says so."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from listeners.discovery.walled import walled_network

_OPEN: Final[Mapping[str, str]] = {
    "bsky.app": "bluesky",
    "reddit.com": "reddit",
    "redd.it": "reddit",
    "youtube.com": "youtube",
    "youtu.be": "youtube",
    "t.me": "telegram",
    "discord.gg": "discord",
    "discord.com": "discord",
    "news.ycombinator.com": "hackernews",
    "github.com": "github",
    "stackoverflow.com": "stackexchange",
    "stackexchange.com": "stackexchange",
    "lobste.rs": "lobsters",
    "dev.to": "devto",
    "apps.apple.com": "appstore",
}


@lru_cache(maxsize=4096)
def network_of(host: str) -> str:
    """Return the network of a host, those that show programs nothing included; empty for none."""
    parts = host.lower().split(".")
    tails = (".".join(parts[at:]) for at in range(len(parts) - 1))
    return next((_OPEN[tail] for tail in tails if tail in _OPEN), "") or walled_network(host)
