"""Where a Discourse source listens: what its ``what`` names, and how far each place was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from listeners.config import BrandConfig, SourceConfig
from listeners.model import Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.query import QuerySyntaxError, push_down, query_for_brand

Kind = Literal["posts", "private", "notifications", "search", "category", "tag"]

MOST_SEARCHES = 6
CURSOR = "places"
"""What the marks are called in a cursor: the newest id read of each place."""
SHORTEST_SEARCH = 3
"""Discourse refuses to search for less (``min_search_term_length``)."""


@dataclass(frozen=True, slots=True)
class Place:
    """One thing to read.

    ``optional``: we thought of it, so that a refusal is not the user's trouble. ``once``: read
    for the past alone, since another place brings what is new.
    """

    kind: Kind
    word: str = ""
    optional: bool = False
    once: bool = False

    @property
    def key(self) -> str:
        """The lasting name of the place in the cursor."""
        return f"{self.kind}:{self.word}" if self.word else self.kind


def places_of(
    source: SourceConfig, brands: Iterable[BrandConfig], *, signed_in: bool
) -> tuple[Place, ...]:
    """Return what a source listens to, the most telling first.

    Raises:
        SourceError: ``what`` or the brand's query cannot be read.
    """
    what = "" if source.what.startswith(("https://", "http://")) else source.what.strip()
    if what:
        return (_named(what), *_to_us(signed_in))
    try:
        searches = tuple(dict.fromkeys(_of_brands(brands)))
    except QuerySyntaxError as error:
        raise SourceError(SourceState.FAILING, error.sentence) from error
    return (Place("posts"), *_to_us(signed_in), *searches)


def _to_us(signed_in: bool) -> Iterator[Place]:
    """What the forum itself keeps for our account, wherever in the forum it was said."""
    if signed_in:
        yield Place("private", optional=True)
        yield Place("notifications", optional=True)


def _named(what: str) -> Place:
    kind, _, rest = what.partition(":")
    word = rest.strip()
    if what.startswith("#") and len(what) > 1:
        return Place("tag", what.removeprefix("#").casefold())
    if what.startswith("c/") and (slug := what.removeprefix("c/").strip("/")):
        return Place("category", slug.casefold())
    match kind.strip().casefold():
        case "tag" if word:
            return Place("tag", word.removeprefix("#").casefold())
        case "category" if word:
            return Place("category", word.strip("/").casefold())
        case "search" if len(word) >= SHORTEST_SEARCH:
            return Place("search", word)
        case "search" | "tag" | "category":
            raise SourceError(
                SourceState.FAILING,
                Sentence(
                    "A Discourse source cannot listen to {what}. Write search:WORDS (three "
                    "letters at least), category:NAME or tag:NAME, or nothing for the whole "
                    "forum; nothing else is affected.",
                    {"what": what},
                ),
            )
    if len(what) >= SHORTEST_SEARCH:
        return Place("search", what)
    return _named(f"search:{what}")


def _of_brands(brands: Iterable[BrandConfig]) -> Iterator[Place]:
    """The past of the brands: what the newest posts no longer show."""
    for brand in brands:
        for words in push_down(query_for_brand(brand), "generic")[:MOST_SEARCHES]:
            if len(words.strip('"')) >= SHORTEST_SEARCH:
                yield Place("search", words, optional=True, once=True)
