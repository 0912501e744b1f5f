"""What a Reddit source listens to: searches, communities, accounts, and what is sent to us.

A query for Reddit's search joins the brands' words with OR, so that a round costs one request.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from listeners.config import BrandConfig, SourceConfig
from listeners.model import Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.reddit.decode import NETWORK, TITLE
from listeners.networks.searching import search_words

LONGEST_QUERY = 500
"""Characters of one search: Reddit refuses queries above 512."""
MOST_OWN = 3
"""Accounts of ours that are read: each costs a request a round."""
API_PAGE = 100
FEED_PAGE = 25
"""Entries a feed shows where it does not give as many as were asked for."""

_COMMUNITY = re.compile(r"/?r/([A-Za-z0-9_+-]{2,200})/?(?:\s*[:\s]\s*(.+))?", re.DOTALL)
_ACCOUNT = re.compile(r"(?:/?u(?:ser)?/|@)([A-Za-z0-9_-]{2,20})/?")


@dataclass(frozen=True, slots=True)
class Place:
    """One listing. ``path`` is that of the API; its feed is the same with ``.rss``.

    ``kind`` is "search", "community", "account" or "inbox"; ``optional``: we thought of it
    ourselves, so that a refusal does not stop the source.
    """

    kind: str
    path: str
    query: str = ""
    restricted: bool = False
    optional: bool = False

    @property
    def key(self) -> str:
        """The lasting name of the place in the cursor."""
        return f"{self.path} {self.query}".strip()

    @property
    def feed(self) -> str:
        """The path of its feed."""
        return f"{self.path}.rss" if self.kind == "search" else f"{self.path}/.rss"

    def parameters(self) -> dict[str, str | int]:
        """Return the parameters every page is asked with."""
        asked: dict[str, str | int] = {"limit": API_PAGE}
        if self.kind != "inbox":
            asked["sort"] = "new"
        if self.kind == "search":
            asked["q"] = self.query
        if self.restricted:
            asked["restrict_sr"] = "on"
        return asked


def places_of(
    source: SourceConfig, brands: Sequence[BrandConfig], *, inbox: bool, own: str = ""
) -> tuple[Place, ...]:
    """Return what to read, our own accounts first, so that answers to them are known.

    ``inbox``: what is sent to our account can be read; ``own``: that account.

    Raises:
        SourceError: there is nothing to search for.
    """
    what = source.what.strip()
    handles = [handle for brand in brands for handle in brand.handles.get(NETWORK, ())]
    names = dict.fromkeys(
        found[1].casefold()
        for handle in [*([own] if own else []), *handles]
        if (found := _ACCOUNT.fullmatch(f"u/{handle.strip().removeprefix('u/').lstrip('@')}"))
    )
    ours = [Place("account", f"/user/{name}", optional=True) for name in list(names)[:MOST_OWN]]
    if inbox:
        ours.append(Place("inbox", "/message/inbox", optional=True))
    if found := _COMMUNITY.fullmatch(what):
        name, words = found[1].casefold(), (found[2] or "").strip()
        if words:
            return (*ours, Place("search", f"/r/{name}/search", words, restricted=True))
        return (
            *ours,
            Place("community", f"/r/{name}/new"),
            Place("community", f"/r/{name}/comments"),
        )
    if found := _ACCOUNT.fullmatch(what):
        asked = Place("account", f"/user/{found[1].casefold()}")
        return (*(place for place in ours if place.path != asked.path), asked)
    if what.startswith(("r/", "/r/", "u/", "/u/")):
        raise SourceError(
            SourceState.FAILING,
            Sentence(
                "A Reddit source cannot listen to {what}. Write r/NAME, r/NAME: WORDS, u/NAME or "
                "words to search for, or nothing for the brand's own words.",
                {"what": what},
            ),
        )
    return (*ours, *(Place("search", "/search", query) for query in queries_of(source, brands)))


def queries_of(source: SourceConfig, brands: Sequence[BrandConfig]) -> tuple[str, ...]:
    """Return the searches of a source, as few as Reddit's length of a query allows.

    Raises:
        SourceError: there is nothing to search for.
    """
    if what := source.what.strip():
        return (what,)
    joined: list[str] = []
    for words in search_words(source, brands, TITLE):
        term = f"({words})" if " " in words and not _is_phrase(words) else words
        if joined and len(joined[-1]) + len(term) + 4 <= LONGEST_QUERY:
            joined[-1] += f" OR {term}"
        else:
            joined.append(term)
    return tuple(joined)


def _is_phrase(words: str) -> bool:
    return words.startswith('"') and words.endswith('"') and words.count('"') == 2
