"""Which sites of Stack Exchange a source reads, and what it asks each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from listeners.config import BrandConfig, SourceConfig
from listeners.networks.searching import search_words
from listeners.networks.stackexchange.decode import NETWORK, TITLE

DEFAULT_SITE = "stackoverflow"
MOST_SITES = 10

_SITE = re.compile(r"[a-z0-9][a-z0-9.-]*")


@dataclass(frozen=True, slots=True)
class Place:
    """One question to one site: what holds these words, or what these accounts of ours wrote."""

    site: str
    words: str = ""
    users: tuple[str, ...] = ()
    kind: str = "questions"
    """Of our accounts: ``questions`` or ``answers``."""

    @property
    def key(self) -> str:
        """The lasting name of the place in the cursor."""
        return f"{self.site}:own {self.kind}" if self.users else f"{self.site}:{self.words}"


def places_of(source: SourceConfig, brands: Sequence[BrandConfig]) -> tuple[Place, ...]:
    """Return the places of a source; our own accounts first, so that their posts are known.

    Raises:
        SourceError: the brand's query cannot be searched for.
    """
    named, words = _read_what(source.what)
    listed = source.options.get("sites")
    more = [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
    sites = tuple(dict.fromkeys(map(_site, [*named, *more])))[:MOST_SITES] or (DEFAULT_SITE,)
    asked = (words,) if words else _words(source, brands)
    own = (
        Place(site, users=users, kind=kind)
        for site in sites
        if (users := _own_users(site, brands))
        for kind in ("questions", "answers")
    )
    return (*own, *(Place(site, words=one) for site in sites for one in asked))


def words_of(source: SourceConfig, brand: BrandConfig) -> tuple[Place, ...]:
    """Return the searches of a source for one brand: what its past is read by.

    Raises:
        SourceError: the brand's query cannot be searched for.
    """
    return tuple(place for place in places_of(source, [brand]) if place.words)


def _words(source: SourceConfig, brands: Sequence[BrandConfig]) -> tuple[str, ...]:
    plain = SourceConfig(network=source.network)
    return search_words(plain, brands, TITLE)


def _read_what(what: str) -> tuple[list[str], str]:
    """Return sites and words of ``SITE, SITE: WORDS``; either half may be missing."""
    front, separator, words = what.partition(":")
    sites = [_site(one) for one in front.split(",")]
    named = bool(separator) and not words.startswith(":")
    if named and all(map(_SITE.fullmatch, sites)):
        return sites, words.strip()
    return [], what.strip()


def _site(name: str) -> str:
    """Return the name the API knows a site by, from a name or a host."""
    host = name.strip().casefold().removeprefix("https://").removeprefix("www.").rstrip("/")
    return host.removesuffix(".stackexchange.com").removesuffix(".com")


def _own_users(site: str, brands: Iterable[BrandConfig]) -> tuple[str, ...]:
    """Return the numbers of our accounts on a site, from handles like ``stackoverflow/123``."""
    found = []
    for brand in brands:
        for handle in brand.handles.get(NETWORK, ()):
            where, _, number = handle.strip().rpartition("/")
            if number.isdigit() and _site(where) == site:
                found.append(number)
    return tuple(dict.fromkeys(found))
