"""Asking Algolia's index of Hacker News: which searches, from when, and page by page.

Wire format: hn.algolia.com/api. A search shows its newest 1,000 hits at most, so a longer stretch
of time is asked for in windows, each ending where the one before began. Only ``created_at_i`` can
be filtered by: Algolia refuses ``points`` and ``num_comments`` since 2026.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher, HttpError
from listeners.model import SECOND, Gap, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.hackernews.decode import NETWORK, seconds_of
from listeners.networks.searching import MOST_SEARCHES
from listeners.query import QuerySyntaxError, push_down, query_for_brand

DEFAULT_SERVER = "https://hn.algolia.com"

CURSOR = "searches"
"""What the marks are called in a cursor: the newest second read of each search."""

PER_PAGE = 100
PAGES = 10
"""Pages one search shows: 1,000 hits."""
FIRST_PAGES = 2
"""Pages of the past that a search's first reading takes."""
MOST_WINDOWS = 10
"""Windows asked for before what is older is given up as a gap: 10,000 hits."""


@dataclass(frozen=True, slots=True)
class Search:
    """One question: words anywhere, an author's posts, links to a site, or one story's comments."""

    kind: str
    word: str

    @property
    def key(self) -> str:
        """The lasting name of the search in the cursor."""
        return f"{self.kind}:{self.word}"

    def parameters(self) -> dict[str, str]:
        """Return the query parameters that every page is asked with."""
        match self.kind:
            case "author":
                return {"tags": f"(story,comment),author_{self.word}"}
            case "story":
                return {"tags": f"comment,story_{self.word}"}
            case "url":
                return {
                    "query": self.word,
                    "tags": "story",
                    "restrictSearchableAttributes": "url",
                }
            case _:
                return {"query": self.word, "tags": "(story,comment)"}


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, oldest first, and what it could not reach."""

    records: tuple[object, ...]
    gap: Gap | None = None


def searches_of(source: SourceConfig, brands: Iterable[BrandConfig]) -> tuple[Search, ...]:
    """Return the questions a source asks; our own accounts first, so that their posts are known.

    Raises:
        SourceError: the brand's query cannot be searched for.
    """
    if what := source.what.strip():
        return (_named(what),)
    try:
        found = tuple(dict.fromkeys(_of_brands(list(brands))))
    except QuerySyntaxError as error:
        raise SourceError(SourceState.FAILING, error.sentence) from error
    if found:
        return found
    raise SourceError(
        SourceState.FAILING,
        Sentence(
            "The brand's query has no words that Hacker News can be searched for. Add a word to "
            "the query, or write one as what = in this source."
        ),
    )


class Index:
    """Algolia's index, or a server that answers like it."""

    def __init__(self, fetch: Fetcher, source: SourceConfig) -> None:
        self._base = (source.base_url or DEFAULT_SERVER).rstrip("/")
        self._allow_private = source.allow_private
        self._fetch = fetch

    async def find(self, search: Search, after: int | None) -> Found:
        """Return every hit made after a second; without one, the newest pages.

        Raises:
            SourceError: the index could not be asked, or its answer not understood.
        """
        known: dict[str, object] = {}
        before: int | None = None
        for _ in range(MOST_WINDOWS):
            size = len(known)
            if await self._window(search, after, before, known):
                return Found(_oldest_first(known))
            oldest = min((s for r in known.values() if (s := seconds_of(r)) is not None), default=0)
            if after is None:
                return Found(_oldest_first(known))
            if len(known) == size or oldest == before:
                break
            before = oldest
        records = _oldest_first(known)
        to_at = seconds_of(records[0]) if records else None
        return Found(records, Gap(_micros(after), _micros(to_at), _TOO_MANY))

    async def tree(self, native_id: str) -> object:
        """Return an item with everything below it; ``None`` where the index has none.

        Raises:
            SourceError: the index could not be asked, or its answer not understood.
        """
        try:
            answer = await self._fetch.get(
                f"{self._base}/api/v1/items/{native_id}",
                expect="json",
                allow_private=self._allow_private,
            )
        except HttpError as error:
            if error.status != 404 or error.state is SourceState.RATE_LIMITED:
                raise
            return None
        return answer.json()

    async def older(
        self, search: Search, before: int | None, since: int
    ) -> tuple[tuple[object, ...], int | None]:
        """Return a page of the hits made up to a second, newest first, and the next such second.

        Raises:
            SourceError: the index could not be asked, or its answer not understood.
        """
        limits = [f"created_at_i>{since - 1}"]
        limits += [f"created_at_i<={before}"] if before is not None else []
        parameters = {**search.parameters(), "hitsPerPage": str(PER_PAGE), "page": "0"}
        records, _, _ = await self._page({**parameters, "numericFilters": ",".join(limits)})
        oldest = min((s for r in records if (s := seconds_of(r)) is not None), default=None)
        # A second that holds more than a page is left with what one page shows of it.
        full = len(records) >= PER_PAGE and oldest is not None
        below = None if not full or oldest is None else oldest - (oldest == before)
        return tuple(records), below

    async def _window(
        self, search: Search, after: int | None, before: int | None, known: dict[str, object]
    ) -> bool:
        """Collect the hits of one window; return whether there are no more below."""
        limits = [f"created_at_i>{after}"] if after is not None else []
        limits += [f"created_at_i<={before}"] if before is not None else []
        for page in range(FIRST_PAGES if after is None else PAGES):
            parameters = {**search.parameters(), "hitsPerPage": str(PER_PAGE), "page": str(page)}
            if limits:
                parameters["numericFilters"] = ",".join(limits)
            records, pages, hidden = await self._page(parameters)
            if known and not records and pages is not None and page < pages:
                # It counts this page and does not show it: what is below would be passed over.
                raise SourceError(SourceState.FAILING, _BROKE_OFF)
            size = len(known)
            for number, record in enumerate(records):
                known.setdefault(_identity(record, f"{before} {page} {number}"), record)
            # Pages shift while hits arrive, so some may come twice; a page of nothing but known
            # hits is the end, or a server that sends one page for every question.
            if not records or (page and len(known) == size):
                return True
            if page + 1 >= (PAGES if pages is None else pages):
                return not hidden
        return False

    async def _page(self, parameters: Mapping[str, str]) -> tuple[list[object], int | None, bool]:
        """Return the hits, how many pages there are said to be, and whether no page shows some."""
        answer = await self._fetch.get(
            f"{self._base}/api/v1/search_by_date",
            params=dict(parameters),
            expect="json",
            allow_private=self._allow_private,
        )
        body = answer.json()
        hits = body.get("hits") if isinstance(body, dict) else None
        if not isinstance(body, dict) or not isinstance(hits, list):
            raise SourceError(
                SourceState.FORMAT_CHANGED,
                Sentence(
                    "Hacker News' search answered, but not with a list of hits. Nothing was "
                    "stored, and hubbub goes on from the same place. A newer hubbub may be needed."
                ),
            )
        pages, all_hits, size = (body.get(key) for key in ("nbPages", "nbHits", "hitsPerPage"))
        if not isinstance(pages, int):
            return hits, None, False
        counted = isinstance(all_hits, int) and isinstance(size, int)
        return hits, pages, counted and cast(int, all_hits) > pages * cast(int, size)


_BROKE_OFF = Sentence(
    "A list of posts broke off before it came to those known. Nothing is lost; hubbub asks again."
)
_TOO_MANY = Sentence(
    "Hacker News had more new posts than its search shows. The newest are stored; older ones of "
    "this stretch may be missing."
)


def _identity(record: object, otherwise: str) -> str:
    number = record.get("objectID") if isinstance(record, dict) else None
    return str(number) if isinstance(number, (str, int)) else f"unnamed {otherwise}"


def _oldest_first(known: Mapping[str, object]) -> tuple[object, ...]:
    oldest_first = list(known.values())[::-1]
    return tuple(sorted(oldest_first, key=lambda record: seconds_of(record) or 0))


def _micros(second: int | None) -> Micros | None:
    return None if second is None else Micros(second * SECOND)


def _named(what: str) -> Search:
    kind, separator, rest = what.partition(":")
    word = rest.strip()
    if separator and word:
        match kind.strip().casefold():
            case "search":
                return Search("search", word)
            case "author" | "from":
                return Search("author", word.removeprefix("@"))
            case "url" | "site":
                return Search("url", word)
            case "story" if word.isdigit():
                return Search("story", word)
    if what.startswith("@") and len(what) > 1:
        return Search("author", what[1:])
    return Search("search", what)


def _of_brands(brands: list[BrandConfig]) -> Iterator[Search]:
    for brand in brands:
        for handle in brand.handles.get(NETWORK, ()):
            if name := handle.strip().removeprefix("@"):
                yield Search("author", name)
    for brand in brands:
        for words in push_down(query_for_brand(brand), "hackernews")[:MOST_SEARCHES]:
            yield Search("search", words)
    for brand in brands:
        for website in brand.websites:
            if host := website.strip().partition("://")[2] or website.strip():
                yield Search("url", host.rstrip("/").removeprefix("www."))
