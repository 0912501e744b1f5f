"""Where a Mastodon source listens: the places its ``what`` names, and how far each was read.

A place is one timeline, one search, the notifications or one account. All places of a source
share one cursor, a JSON text, since cursor and posts are stored together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from listeners.config import BrandConfig, SourceConfig
from listeners.model import Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.mastodon.accounts import account_name
from listeners.networks.mastodon.decode import NETWORK, TELLING
from listeners.query import QuerySyntaxError, push_down, query_for_brand, tags_of

Kind = Literal["tag", "search", "notifications", "home", "public", "local", "account"]

MOST_TAGS = 8
MOST_SEARCHES = 6

_WORDS: Mapping[str, Kind] = {
    "notifications": "notifications",
    "home": "home",
    "user": "home",
    "public": "public",
    "local": "local",
}
_PATHS: Mapping[Kind, str] = {
    "search": "/api/v2/search",
    "notifications": "/api/v1/notifications",
    "home": "/api/v1/timelines/home",
    "public": "/api/v1/timelines/public",
    "local": "/api/v1/timelines/public",
}
_STREAMS: Mapping[Kind, str] = {
    "tag": "hashtag",
    "notifications": "user:notification",
    "home": "user",
    "public": "public",
    "local": "public:local",
}
_SEPARATORS = re.compile(r"[,\s]+")


@dataclass(frozen=True, slots=True)
class Place:
    """One thing to read. ``optional``: we thought of it, so a refusal is not the user's trouble."""

    kind: Kind
    word: str = ""
    optional: bool = False

    @property
    def key(self) -> str:
        """The lasting name of the place in the cursor."""
        return f"{self.kind}:{self.word}" if self.word else self.kind

    @property
    def limit(self) -> int:
        """The most records one page may hold (docs: 40, notifications 80)."""
        return 80 if self.kind == "notifications" else 40

    @property
    def needs_token(self) -> bool:
        """Whether every server keeps this place for signed-in accounts."""
        return self.kind in ("search", "notifications", "home")

    @property
    def crowded(self) -> bool:
        """Whether most of what passes here concerns nobody we listen for."""
        return self.kind in ("home", "public", "local")

    @property
    def stream(self) -> tuple[str, str] | None:
        """The streaming channel and its tag; ``None`` where the network cannot push."""
        name = _STREAMS.get(self.kind)
        return (name, self.word) if name else None

    def path(self, account_id: str = "") -> str:
        """Return the path below the server's address; an account goes by its id there."""
        match self.kind:
            case "tag":
                return f"/api/v1/timelines/tag/{quote_segment(self.word)}"
            case "account":
                return f"/api/v1/accounts/{quote_segment(account_id)}/statuses"
            case kind:
                return _PATHS[kind]

    def parameters(self) -> list[tuple[str, str]]:
        """Return the query parameters that every page of this place is asked with."""
        match self.kind:
            case "search":
                return [("q", self.word), ("type", "statuses"), ("limit", str(self.limit))]
            case "notifications":
                kinds = [("types[]", kind) for kind in sorted(TELLING)]
                return [*kinds, ("limit", str(self.limit))]
            case "local":
                return [("local", "true"), ("limit", str(self.limit))]
            case "account":
                return [("exclude_reblogs", "true"), ("limit", str(self.limit))]
            case _:
                return [("limit", str(self.limit))]


def quote_segment(text: str) -> str:
    """Percent-encode everything that could end a path segment or leave it."""
    return quote(text, safe="")


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a place was read: the newest record's id, and when that record was made."""

    id: str
    at: Micros | None = None


def read_cursor(cursor: str | None) -> dict[str, Mark] | None:
    """Return the marks in a cursor, by place key; ``None`` if it is not a cursor of ours."""
    if cursor is None:
        return {}
    try:
        places = json.loads(cursor)["places"]
        return {
            str(key): Mark(str(number), None if at is None else Micros(int(at)))
            for key, (number, at) in places.items()
        }
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def write_cursor(marks: Mapping[str, Mark]) -> str:
    """Return the cursor that holds these marks."""
    return json.dumps({"places": {key: [mark.id, mark.at] for key, mark in marks.items()}})


def places_of(
    source: SourceConfig, brands: Iterable[BrandConfig], *, signed_in: bool
) -> tuple[Place, ...]:
    """Return what a source listens to, the most telling first.

    Raises:
        SourceError: ``what`` is not understood, or leaves nothing to listen to.
    """
    what = source.what.strip()
    if what.casefold().startswith("search:"):
        return (Place("search", what[len("search:") :].strip()),)
    if what:
        return tuple(dict.fromkeys(_named(word) for word in _SEPARATORS.split(what) if word))
    try:
        found = tuple(dict.fromkeys(_of_brands(list(brands), signed_in)))
    except QuerySyntaxError as error:
        raise SourceError(SourceState.FAILING, error.sentence) from error
    if not found:
        raise SourceError(
            SourceState.NEEDS_TOKEN,
            Sentence(
                "Without an access token Mastodon can only be read by hashtag, and the brand's "
                "query names none. Add a #tag to the query or to this source, or give the source "
                "a token."
            ),
        )
    return found


def _named(word: str) -> Place:
    kind, _, rest = word.partition(":")
    if word.startswith("#") and len(word) > 1:
        return Place("tag", word.lstrip("#"))
    if kind.casefold() == "tag" and rest:
        return Place("tag", rest.lstrip("#"))
    if word.startswith(("@", "https://", "http://")) and (name := account_name(word)):
        return Place("account", name)
    if word.casefold() in _WORDS:
        return Place(_WORDS[word.casefold()])
    raise SourceError(
        SourceState.FAILING,
        Sentence(
            "A Mastodon source cannot listen to {what}. Write #tag, @account@server, "
            "search:WORDS, notifications, home, local or public; nothing else is affected.",
            {"what": word},
        ),
    )


def _of_brands(brands: list[BrandConfig], signed_in: bool) -> Iterator[Place]:
    if signed_in:
        yield Place("notifications", optional=True)
    queries = [query_for_brand(brand) for brand in brands]
    for query in queries:
        for tag in tags_of(query)[:MOST_TAGS]:
            yield Place("tag", tag)
    for brand in brands:
        for handle in brand.handles.get(NETWORK, ()):
            if name := account_name(handle):
                yield Place("account", name, optional=True)
    if signed_in:
        for query in queries:
            # A tag's timeline also holds the posts whose authors keep them out of the search.
            known = {f"#{tag}" for tag in tags_of(query)[:MOST_TAGS]}
            searches = [s for s in push_down(query, "mastodon") if s.casefold() not in known]
            for words in searches[:MOST_SEARCHES]:
                yield Place("search", words, optional=True)
