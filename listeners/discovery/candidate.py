"""What might be listened to, what a test request told of it, and what is proposed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from listeners.config.adding import Source, key_of, source_lines
from listeners.http import Answer
from listeners.model import Sentence


class Verdict(StrEnum):
    """What is known of a proposal after its test request."""

    ANSWERED = "answered"
    UNTRIED = "not tried"
    REFUSED = "refused"
    NOTHING = "nothing there"
    ELSEWHERE = "another way"
    PRESENT = "already there"


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where the networks' own servers are; ``scheme`` is that of servers named in a handle.

    ``private``: all of them may be on this machine (servers of one's own).
    """

    bluesky: str = "https://public.api.bsky.app"
    devto: str = "https://dev.to"
    discord: str = "https://discord.com/api/v10"
    github: str = "https://api.github.com"
    hackernews: str = "https://hn.algolia.com"
    itunes: str = "https://itunes.apple.com"
    lobsters: str = "https://lobste.rs"
    mastodon: str = "https://mastodon.social"
    reddit: str = "https://www.reddit.com"
    stackexchange: str = "https://api.stackexchange.com/2.3"
    youtube: str = "https://www.youtube.com"
    scheme: str = "https"
    private: bool = False

    def server(self, host: str) -> str:
        """Return the address of a server that a handle names; this machine's own has no TLS."""
        here = host.partition(":")[0] in ("localhost", "127.0.0.1")
        return f"{'http' if here else self.scheme}://{host}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A source that may exist, and the request that tells.

    ``urls`` are asked in turn until ``read`` understands an answer; none: it cannot be tried.
    ``source`` is empty where the answer alone says what could be listened to. ``guess``: nothing
    is said of it where it is not there. ``home`` is the server that was typed: the one that may be
    on a private network.
    """

    hears: Sentence
    source: Source
    urls: tuple[str, ...] = ()
    read: Reader | None = None
    needs: tuple[Sentence, ...] = ()
    guess: bool = False
    home: str = ""
    accept: str = ""
    spacing: float = 0.0
    said: Sentence | None = None
    """What to say of one that is not tried, or that another network answers for."""
    way_round: bool = False
    """There is no source: ``said`` tells how to hear of it all the same."""
    network: str = ""
    """The network of one without a source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What an answer told. Without ``said`` nothing is proposed, only ``more`` is looked at."""

    said: Sentence | None = None
    source: Source | None = None
    hears: Sentence | None = None
    more: tuple[Candidate, ...] = ()


Reader = Callable[[Candidate, Answer, Hosts], Found | None]
"""Reads an answer; ``None`` where it is not what was looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A source that is proposed. ``needs`` is what it costs or wants before it hears anything."""

    network: str
    hears: Sentence
    verdict: Verdict
    said: Sentence
    source: Source
    needs: tuple[Sentence, ...] = ()

    @property
    def addable(self) -> bool:
        """Whether it can be written into the configuration."""
        return self.verdict in (Verdict.ANSWERED, Verdict.UNTRIED, Verdict.REFUSED)

    @property
    def key(self) -> str:
        """The lasting name its source would have in the store; empty where there is none."""
        return key_of(self.source) if self.source else ""

    @property
    def lines(self) -> str:
        """The lines it would add to the configuration."""
        return source_lines(self.source) if self.source else ""


def netloc_of(url: str) -> str:
    """Return host and port of an address in lower case, empty where it has none."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def source_of(network: str, **settings: str) -> Mapping[str, str]:
    """Return the settings of a source, without those that are empty."""
    return {"network": network, **{key: value for key, value in settings.items() if value}}


_KEYS: Mapping[str, str] = {
    "discord": "env:DISCORD_TOKEN",
    "matrix": "env:HUBBUB_MATRIX_TOKEN",
    "telegram": "env:TELEGRAM_TOKEN",
    "youtube": "env:YOUTUBE_KEY",
}
"""Where the key of a network that hears nothing without one is looked for."""


def keyed_source(network: str, **settings: str) -> Mapping[str, str]:
    """Return the settings of a source that needs a key, with the usual place of the key."""
    return {**source_of(network, **settings), "token": _KEYS[network]}
