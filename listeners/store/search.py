"""From a compiled search to SQL: a condition on mentions, its values always parameters.

What words can answer, the full-text index answers. The rest is asked of each row by small
functions that read a row exactly as the live matcher reads a post, so that a search finds what a
brand's query would have heard.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from listeners.query.fts import (
    AddressedTo,
    AllOf,
    AnyOf,
    AuthorIs,
    Filter,
    Found,
    FtsQuery,
    HeardBy,
    Holds,
    LangIs,
    LinksTo,
    TagIs,
    Without,
    like_pattern,
)
from listeners.query.match import under_site
from listeners.query.subject import Reading, Subject, holds_exactly
from listeners.query.words import folded_label
from listeners.risk.masking import masked
from listeners.store.codec import to_mappings


class Condition:
    """Conditions that must all hold, and their parameters, in order."""

    def __init__(self) -> None:
        self.sql = ""
        self.parameters: list[object] = []
        self.joins = False

    def add(self, sql: str, *parameters: object) -> None:
        """Demand one more thing."""
        self.sql += f" AND {sql}"
        self.parameters.extend(parameters)

    def one_of(self, column: str, values: Sequence[object]) -> None:
        """Demand that a column holds one of these; none given demands nothing."""
        if values:
            self.add(f"{column} IN ({', '.join('?' * len(values))})", *values)


class Search:
    """A query as SQL over ``mention m``: which tables, which condition, which parameters."""

    def __init__(self, query: FtsQuery) -> None:
        parts: list[str] = []
        self.parameters: list[object] = []
        self.tables = "mention m"
        if query.expression:
            self.tables = "mention_fts JOIN mention m ON m.id = mention_fts.rowid"
            parts.append("mention_fts MATCH ?")
            self.parameters.append(query.expression)
        for filter_ in query.filters:
            sql, parameters = _filter(filter_)
            parts.append(sql)
            self.parameters.extend(parameters)
        self.sql = " AND ".join(parts) or "1"


_FOUND = "m.id IN (SELECT rowid FROM mention_fts WHERE mention_fts MATCH ?)"
_Sql = tuple[str, list[object]]


def _filter(filter_: Filter) -> _Sql:
    match filter_:
        case Found(expression):
            return _FOUND, [expression]
        case Holds(text, exact=True):
            return "holds_exactly(m.title, m.text, ?)", [text]
        case Holds(text):
            pattern = like_pattern(text)
            return r"(m.text LIKE ? ESCAPE '\' OR m.title LIKE ? ESCAPE '\')", [pattern, pattern]
        case TagIs(tag, hint):
            # Written in the text, the index finds it; else only the network's own tags are left.
            return (
                f"((m.tags <> '[]' OR {_FOUND}) AND has_tag(m.title, m.text, m.tags, ?))",
                [hint, folded_label(tag)],
            )
        case AddressedTo(handle, hint):
            return f"({_FOUND} AND addresses(m.title, m.text, ?))", [hint, folded_label(handle)]
        case AuthorIs(author):
            return (
                "m.account_id IN (SELECT id FROM account WHERE is_called(handle, name, ?))",
                [folded_label(author)],
            )
        case LangIs(lang):
            return "(m.lang = ? OR m.lang LIKE ? ESCAPE '\\')", [lang, like_prefix(f"{lang}-")]
        case LinksTo(host, path):
            return "(m.links <> '[]' AND links_to(m.links, ?, ?))", [host, path]
        case HeardBy(source):
            name = source.casefold()
            return (
                "(m.network = ? OR m.source_id IN (SELECT id FROM source WHERE lower(key) = ?))",
                [name, name],
            )
        case Without(part):
            sql, parameters = _filter(part)
            return f"NOT coalesce({sql}, 0)", parameters
        case AllOf(parts):
            return _joined(" AND ", parts)
        case AnyOf(parts):
            return _joined(" OR ", parts)


def _joined(operator: str, parts: Sequence[Filter]) -> _Sql:
    compiled = [_filter(part) for part in parts]
    return (
        f"({operator.join(sql for sql, _ in compiled)})",
        [value for _, parameters in compiled for value in parameters],
    )


def like_prefix(text: str) -> str:
    """Return the ``LIKE`` pattern of what begins with ``text``."""
    return like_pattern(text).removeprefix("%")


# --- functions of the reading connections ----------------------------------------------------


def _holds_exactly(title: str, text: str, needle: str) -> bool:
    exact = Reading(Subject(title=title, text=text)).exact
    return needle in exact and holds_exactly(exact, needle)


def _has_tag(title: str, text: str, tags: str, folded: str) -> bool:
    return folded in Reading(Subject(title=title, text=text, tags=tuple(json.loads(tags)))).tags


def _addresses(title: str, text: str, folded: str) -> bool:
    return folded in Reading(Subject(title=title, text=text)).addressed


def _is_called(handle: str, name: str, folded: str) -> bool:
    return folded in Reading(Subject(text="", author_handle=handle, author_name=name)).author


def _links_to(links: str, host: str, path: str) -> bool:
    sites = Reading(Subject(text="", links=tuple(json.loads(links)))).sites
    return any(under_site(link_host, link_path, host, path) for link_host, link_path in sites)


def _shown(title: str | None, text: str | None, risk: str | None) -> str | None:
    """Return a text as it may be shown, its secrets masked."""
    if text is None or title is None or risk is None or risk == "[]":
        return text
    return masked(title, text, to_mappings(risk)).text


FUNCTIONS: tuple[tuple[str, int, Callable[..., object]], ...] = (
    ("holds_exactly", 3, _holds_exactly),
    ("has_tag", 4, _has_tag),
    ("addresses", 3, _addresses),
    ("is_called", 3, _is_called),
    ("links_to", 3, _links_to),
    ("shown", 3, _shown),
)
"""Name, number of arguments and body of every SQL function a search or a list uses."""
