"""Where a GitHub source listens: repositories, or searches; and how far each was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from listeners.clock import to_iso
from listeners.config import BrandConfig, SourceConfig
from listeners.model import SECOND, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.github.web import NETWORK, REPOSITORY, login_of
from listeners.query import QuerySyntaxError, push_down, query_for_brand

Kind = Literal["issues", "comments", "remarks", "search", "pulls", "discussions", "notifications"]

MOST_SEARCHES = 4
"""Searches of one source in a round: without a token GitHub allows ten a minute."""
MOST_HANDLES = 2
PER_PAGE = 100
CURSOR = "places"
"""What the marks are called in a cursor: the newest second read of each place."""


@dataclass(frozen=True, slots=True)
class Place:
    """One thing to read: a repository's issues or comments, or a search.

    ``remarks`` are those on the code of pull requests. ``pulls`` searches pull requests, as
    ``search`` does issues; ``discussions`` is a search by
    GraphQL, of words or of a repository. ``optional``: we thought of it, so that a refusal is not
    the user's trouble.
    """

    kind: Kind
    word: str
    optional: bool = False

    @property
    def key(self) -> str:
        """The lasting name of the place in the cursor."""
        return f"{self.kind}:{self.word}"

    @property
    def searches(self) -> bool:
        """Whether it reads GitHub's index, which is late and may be incomplete."""
        return self.kind in ("search", "pulls", "discussions")

    @property
    def path(self) -> str:
        """Return the path below the API."""
        match self.kind:
            case "issues":
                return f"/repos/{self.word}/issues"
            case "comments":
                return f"/repos/{self.word}/issues/comments"
            case "remarks":
                return f"/repos/{self.word}/pulls/comments"
            case "notifications":
                return "/notifications"
            case _:
                return "/search/issues"

    def parameters(self, since: int | None, page: int) -> list[tuple[str, str]]:
        """Return what a page is asked with: upwards from a second, or the newest without one."""
        order = "desc" if since is None else "asc"
        asked = [("sort", "updated"), ("per_page", str(PER_PAGE)), ("page", str(page))]
        at = "" if since is None else _iso(since)
        if self.kind in ("search", "pulls"):
            words = [self.word, "is:pull-request" if self.kind == "pulls" else "is:issue"]
            words += [f"updated:>={at}"] if at else []
            return [("q", " ".join(words)), ("order", order), *asked]
        state = [("state", "all")] if self.kind == "issues" else []
        return [*state, ("direction", order), *asked, *([("since", at)] if at else [])]

    def past(self, position: int | None, since: int) -> list[tuple[str, str]]:
        """Return what a page of the past is asked with, newest first: see ``Reader.older``."""
        asked = [("sort", "created"), ("per_page", str(PER_PAGE))]
        if self.kind in ("search", "pulls"):
            until = ".." + _iso(position) if position else "..*"
            words = [self.word, "is:pull-request" if self.kind == "pulls" else "is:issue"]
            return [
                ("q", " ".join([*words, f"created:{_iso(since)}{until}"])),
                ("order", "desc"),
                *asked,
            ]
        state = [("state", "all")] if self.kind == "issues" else []
        return [*state, ("direction", "desc"), *asked, ("page", str(position or 1))]


def places_of(
    source: SourceConfig, brands: Iterable[BrandConfig], *, signed_in: bool
) -> tuple[Place, ...]:
    """Return what a source listens to.

    Raises:
        SourceError: the brand's query cannot be read, or has no words to search for.
    """
    pulls = source.options.get("pull_requests") is True
    what = source.what.strip()
    words = [word.strip() for word in what.split(",") if word.strip()]
    if words and all(REPOSITORY.fullmatch(word) for word in words):
        return tuple(dict.fromkeys(_repositories(words, pulls, signed_in)))
    if what:
        searched = (what.partition(":")[2] if what.startswith("search:") else what).strip()
        return tuple(_searches(searched, pulls, signed_in))
    try:
        brands = list(brands)
        searches = dict.fromkeys(
            words
            for brand in brands
            for words in push_down(query_for_brand(brand), "generic")[:MOST_SEARCHES]
        )
    except QuerySyntaxError as error:
        raise SourceError(SourceState.FAILING, error.sentence) from error
    if not searches:
        raise SourceError(
            SourceState.FAILING,
            Sentence(
                "The brand's query has no words that GitHub can be searched for. Add a word to "
                "the query, or write words or OWNER/NAME as what in this source."
            ),
        )
    found = [place for words in searches for place in _searches(words, pulls, signed_in)]
    told = [Place("notifications", "", optional=True)] if signed_in else []
    return (*found, *dict.fromkeys(_mentions(brands)), *told)


def _repositories(names: Iterable[str], pulls: bool, signed_in: bool) -> Iterator[Place]:
    for name in names:
        yield Place("issues", name)
        yield Place("comments", name)
        if pulls:
            yield Place("remarks", name)
        if signed_in:
            yield Place("discussions", f"repo:{name}", optional=True)


def _searches(words: str, pulls: bool, signed_in: bool) -> Iterator[Place]:
    yield Place("search", words)
    if pulls:
        yield Place("pulls", words)
    if signed_in:
        yield Place("discussions", words, optional=True)


def _mentions(brands: Iterable[BrandConfig]) -> Iterator[Place]:
    """Where our accounts are called by name; GitHub refuses this of an organisation."""
    for brand in brands:
        for handle in brand.handles.get(NETWORK, ())[:MOST_HANDLES]:
            if login := login_of(handle):
                yield Place("search", f"mentions:{login}", optional=True)


def _iso(second: int) -> str:
    return to_iso(Micros(second * SECOND))[:19] + "Z"
