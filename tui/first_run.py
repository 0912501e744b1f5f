"""The first run: from a name, perhaps handles and a website, to a configuration that listens.

Pure but for ``write``: the welcome screen and ``hubbub init`` both ask here what would start.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from listeners.config import write_first_config
from listeners.model import Sentence
from listeners.networks.contract import Capability
from listeners.text import clean_line

LONGEST_NAME = 80

AT_ONCE = ("bluesky", "mastodon", "hackernews", "reddit", "lemmy", "gdelt")
"""Networks a first run listens to where they need no key: open squares and the news, where anybody
may speak of any brand and its name finds them.

Trackers and questions of developers (GitHub, Stack Exchange, Lobsters, DEV) are full of words that
are also brands, and Nostr of names nobody vouches for: those start when they are asked for.
"""

_NETWORK_AND_HANDLE = re.compile(r"([^\W\d_]+)\s*[:=]\s*(\S.*)")
_SERVER_HANDLE = re.compile(r"@?[\w.-]+@([\w-]+(?:\.[\w-]+)+)", re.UNICODE)
_DOMAIN_HANDLE = re.compile(r"@?[\w-]+(?:\.[\w-]+)+", re.UNICODE)
_FEED = re.compile(r"/[^?]*\b(?:feed|rss|atom|xml|rdf)\b|[?&]feed=", re.IGNORECASE)
_WEBSITE = re.compile(r"(?:https?://)?[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:/\S*)?", re.UNICODE)


class FirstRunError(Exception):
    """What was typed cannot be used; ``sentence`` says how it is written."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.template.format(**sentence.values))
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class FirstBrand:
    """What a person told about her brand. ``handles`` maps a network to handles."""

    name: str
    handles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    website: str = ""


class Wait(StrEnum):
    """What a network that does not start at once waits for."""

    WISH = "wish"
    PLACE = "place"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Start:
    """Whether a network starts at once, and why, or what it waits for."""

    capability: Capability
    sources: tuple[Mapping[str, str], ...]
    why: Sentence
    waits: Wait = Wait.PLACE

    @property
    def at_once(self) -> bool:
        """Whether listening there starts with the first Enter."""
        return bool(self.sources)


def read_brand(name: str, handles: str, website: str, networks: Sequence[str]) -> FirstBrand:
    """Return the brand as typed.

    Raises:
        FirstRunError: a part cannot be understood.
    """
    return FirstBrand(read_name(name), read_handles(handles, networks), read_website(website))


def read_name(text: str) -> str:
    """Return the brand's name.

    Raises:
        FirstRunError: it is empty, or holds no letter or digit that could be searched.
    """
    name = clean_line(text, LONGEST_NAME)
    if not any(character.isalnum() for character in name):
        raise FirstRunError(Sentence("Type the name people use when they speak of the brand."))
    return name


def read_handles(text: str, networks: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Return handles by network, from ``bluesky: @acme.example, mastodon: @acme@social.example``.

    The network may be left out where the handle tells it.

    Raises:
        FirstRunError: a network is unknown, or a handle does not tell its network.
    """
    found: dict[str, tuple[str, ...]] = {}
    for part in re.split(r"[,;\n]", text):
        word = clean_line(part, 200)
        if not word:
            continue
        named = _NETWORK_AND_HANDLE.fullmatch(word)
        network = _network(named.group(1), networks) if named else _guess(word, networks)
        handle = named.group(2).strip() if named else word
        found[network] = (*found.get(network, ()), handle)
    return found


def _network(word: str, networks: Sequence[str]) -> str:
    network = word.casefold()
    if network in networks:
        return network
    near = difflib.get_close_matches(network, networks, 1)
    if near:
        raise FirstRunError(
            Sentence(
                "hubbub knows no network {network}; did you mean {near}?",
                {"network": word, "near": near[0]},
            )
        )
    raise FirstRunError(
        Sentence(
            "hubbub knows no network {network}. It knows: {networks}.",
            {"network": word, "networks": ", ".join(networks)},
        )
    )


def _guess(handle: str, networks: Sequence[str]) -> str:
    if "mastodon" in networks and _SERVER_HANDLE.fullmatch(handle):
        return "mastodon"
    if "bluesky" in networks and _DOMAIN_HANDLE.fullmatch(handle):
        return "bluesky"
    raise FirstRunError(
        Sentence("Which network is {handle} on? Write it as bluesky: {handle}.", {"handle": handle})
    )


def read_website(text: str) -> str:
    """Return the website as typed, without white space.

    Raises:
        FirstRunError: it is no web address.
    """
    website = clean_line(text, 300)
    if website and not _WEBSITE.fullmatch(website):
        raise FirstRunError(
            Sentence("{website} is no web address; write example.org.", {"website": website})
        )
    return website


def starts(brand: FirstBrand, capabilities: Sequence[Capability]) -> tuple[Start, ...]:
    """Return for every network whether it would start at once, those that do first."""
    found = [_start(brand, capability) for capability in capabilities]
    places = {network: place for place, network in enumerate(AT_ONCE)}
    at_once = sorted(
        (start for start in found if start.at_once),
        key=lambda start: places.get(start.capability.network, len(places)),
    )
    return (*at_once, *(start for start in found if not start.at_once))


def _start(brand: FirstBrand, capability: Capability) -> Start:
    network = capability.network
    if capability.by_hand:
        return Start(
            capability, (), Sentence("for files of yours: “hubbub import FILE” takes them in")
        )
    if network == "feeds":
        if _FEED.search(brand.website):
            feed = {"network": network, "what": _address(brand.website)}
            return Start(capability, (feed,), Sentence("the feed of your website"))
        return Start(
            capability, (), Sentence("needs a feed's address, such as example.org/feed.xml")
        )
    if network == "discourse":
        return Start(capability, (), Sentence("needs a forum's address, such as forum.example.org"))
    if not capability.works_without_key:
        why = Sentence("needs a key; the source screen says how")
        return Start(capability, (), why, Wait.KEY)
    if network in AT_ONCE:
        why = Sentence("starts at once, no key needed")
        return Start(capability, _servers(brand, network), why)
    if capability.needs is not None:
        return Start(capability, (), capability.needs)
    return Start(
        capability, (), Sentence("needs no key; add it as a source when you want it"), Wait.WISH
    )


def _servers(brand: FirstBrand, network: str) -> tuple[Mapping[str, str], ...]:
    """Return the sources of a network: its usual server, and each server our handles are on."""
    sources: list[Mapping[str, str]] = [{"network": network}]
    if network == "mastodon":
        matches = (_SERVER_HANDLE.fullmatch(handle) for handle in brand.handles.get(network, ()))
        servers = dict.fromkeys(match.group(1).lower() for match in matches if match)
        sources += [
            {"network": network, "base_url": f"https://{server}"}
            for server in servers
            if server != "mastodon.social"
        ]
    return tuple(sources)


def _address(website: str) -> str:
    return website if "://" in website else f"https://{website}"


def write(path: Path, brand: FirstBrand, capabilities: Sequence[Capability]) -> int:
    """Write the first configuration and return how many sources start with it.

    Raises:
        ConfigError: a file is already there, or the folder cannot be written.
    """
    sources = [source for start in starts(brand, capabilities) for source in start.sources]
    write_first_config(
        path, name=brand.name, handles=brand.handles, website=brand.website, sources=sources
    )
    return len(sources)
