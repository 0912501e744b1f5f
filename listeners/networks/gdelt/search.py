"""What GDELT is asked, and in which windows of time: 250 articles is all one answer shows.

Rules: blog.gdeltproject.org/gdelt-doc-2-0-api-debuts. New articles land every 15 minutes, and the
last three months can be searched; OR stands in parentheses, and nothing but words may.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from listeners.clock import to_datetime
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import DAY, MINUTE, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.gdelt.decode import read_articles, refusal_in, words_refused
from listeners.networks.searching import search_words
from listeners.text import clean_line

DEFAULT_SERVER = "https://api.gdeltproject.org"
SPACING = 5.0
"""Seconds between two requests: GDELT refuses more."""
MOST = 250
"""Articles of one answer."""
KEPT = 89 * DAY
"""How far back GDELT searches, a little less than its three months."""
STEP = 15 * MINUTE
"""New articles land this often, and all carry the time of their landing."""
_LONGEST_OR = 8


@dataclass(frozen=True, slots=True)
class Query:
    """A question as GDELT is asked it; ``words`` is what every found article surely holds."""

    asked: str
    words: tuple[str, ...]


class Archive:
    """GDELT's article search, or a server that answers like it."""

    def __init__(self, fetch: Fetcher, source: SourceConfig) -> None:
        self._fetch = fetch
        self._url = f"{(source.base_url or DEFAULT_SERVER).rstrip('/')}/api/v2/doc/doc"
        self._private = source.allow_private
        self._spacing = 0.0 if source.base_url else SPACING

    async def find(self, query: Query, start: Micros, end: Micros, *, newest: bool) -> list[object]:
        """Return the articles of a window, 250 at most: its newest or its oldest, in that order.

        Raises:
            SourceError: GDELT does not search for such words, or could not be asked.
        """
        answer = await self._fetch.get(
            self._url,
            params={
                "query": query.asked,
                "mode": "artlist",
                "format": "json",
                "maxrecords": str(MOST),
                "sort": "datedesc" if newest else "dateasc",
                "startdatetime": stamp(start),
                "enddatetime": stamp(end),
            },
            timeout=60.0,
            allow_private=self._private,
            spacing=self._spacing,
        )
        articles = read_articles(answer.body)
        if articles is not None:
            return articles
        answer.refuse_page()
        raise _refusal(refusal_in(answer.body), answer.body, query)


def queries_of(source: SourceConfig, brands: Iterable[BrandConfig]) -> tuple[Query, ...]:
    """Return the questions of a source: plain words joined by OR, and what needs more alone.

    Raises:
        SourceError: the brand's query cannot be searched for.
    """
    searches = search_words(source, brands, "GDELT")
    limits = [
        *_any_of("sourcelang", source.options.get("languages")),
        *_any_of("sourcecountry", source.options.get("countries")),
    ]
    if source.what.strip():
        return (_query(searches, limits),)
    single = [one for one in searches if one.count('"') == 2]
    alone = [(one,) for one in searches if one.count('"') != 2]
    joined = [single[at : at + _LONGEST_OR] for at in range(0, len(single), _LONGEST_OR)]
    return tuple(_query(group, limits) for group in (*joined, *alone))


def stamp(at: Micros) -> str:
    """Return a time as GDELT writes it: ``20261122103000``."""
    return to_datetime(at).strftime("%Y%m%d%H%M%S")


def _query(searches: Sequence[str], limits: Sequence[str]) -> Query:
    words = searches[0] if len(searches) == 1 else f"({' OR '.join(searches)})"
    return Query(" ".join([words, *limits]), tuple(searches))


def _any_of(name: str, values: object) -> list[str]:
    """Return the limit to some languages or countries, by their English names without spaces."""
    listed = values if isinstance(values, list) else [values]
    plain = ["".join(v.split()).lower() for v in listed if isinstance(v, str) and v.strip()]
    asked = [f"{name}:{value}" for value in dict.fromkeys(plain)]
    return asked if len(asked) < 2 else [f"({' OR '.join(asked)})"]


def _refusal(kind: str, body: bytes, query: Query) -> SourceError:
    if kind == "words":
        return SourceError(SourceState.FAILING, words_refused(query.asked))
    if kind == "hurry":
        return SourceError(SourceState.RATE_LIMITED, _HURRIED)
    if kind == "other":
        said = clean_line(body[:2000].decode("utf-8", "replace"), 200)
        return SourceError(
            SourceState.FAILING,
            Sentence(
                "GDELT refused the question {words}: {fault}",
                {"words": query.asked, "fault": said},
            ),
        )
    return SourceError(
        SourceState.FORMAT_CHANGED,
        Sentence(
            "GDELT answered, but not with a list of articles. Nothing was stored, and hubbub "
            "goes on from the same place. A newer hubbub may be needed."
        ),
    )


_HURRIED = Sentence(
    "GDELT asks for more time between two questions. Nothing is lost: hubbub goes on by itself."
)
