"""The brand query language: one parser, one tree, three uses.

A query is matched against posts as they come (``Query.matches``; ``Matcher`` for many at once),
compiled for the store's full-text search (``to_fts``), and pushed down to a network's own search
as far as that goes (``push_down``, ``tags_of``). See ``listeners.query.parser`` for the grammar.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from listeners.query.brand import brand_tree
from listeners.query.fts import Filter, FtsQuery, fts_of, like_pattern
from listeners.query.lexer import MAX_LENGTH, QuerySyntaxError, caret_lines
from listeners.query.match import Reasons, Test, test_of
from listeners.query.matcher import Matcher
from listeners.query.parser import MAX_DEPTH, parse_tree
from listeners.query.push_down import MAX_SEARCHES, Dialect, searches, tags
from listeners.query.subject import Reading, Subject, holds_exactly, tags_in
from listeners.query.tree import Node

if TYPE_CHECKING:
    from listeners.config import BrandConfig

__all__ = [
    "MAX_DEPTH",
    "MAX_LENGTH",
    "MAX_SEARCHES",
    "Dialect",
    "Filter",
    "FtsQuery",
    "Matcher",
    "Query",
    "QuerySyntaxError",
    "Reasons",
    "Subject",
    "caret_lines",
    "holds_exactly",
    "like_pattern",
    "parse",
    "push_down",
    "query_for_brand",
    "tags_in",
    "tags_of",
    "to_fts",
]


@dataclass(frozen=True)
class Query:
    """A query that was read. ``str(query)`` writes it again, in one settled spelling."""

    root: Node

    def __str__(self) -> str:
        return str(self.root)

    @cached_property
    def test(self) -> Test:
        """The compiled test."""
        return test_of(self.root)

    def matches(self, subject: Subject) -> Reasons | None:
        """Return the reasons for a match, or ``None``.

        A query that only leaves things out matches without a reason: the answer is ``()``.
        """
        return self.test(Reading(subject))


def parse(text: str) -> Query:
    """Read a query.

    Raises:
        QuerySyntaxError: with the sentence to show and the place of the fault.
    """
    return Query(parse_tree(text))


def query_for_brand(brand: BrandConfig) -> Query:
    """Return a brand's query: as configured, else from its names, handles and websites.

    Raises:
        QuerySyntaxError: the configured ``query`` or ``exclude`` cannot be read.
    """
    return Query(brand_tree(brand))


def to_fts(query: Query) -> FtsQuery:
    """Compile a query for the store's search."""
    return fts_of(query.root)


def push_down(query: Query, dialect: Dialect) -> tuple[str, ...]:
    """Return searches in a network's own language that together cover the query.

    An empty answer means that this network's search cannot cover it.
    """
    return searches(query.root, dialect)


def tags_of(query: Query) -> tuple[str, ...]:
    """Return the hashtags (without ``#``) whose timelines are worth reading for a query."""
    return tags(query.root)
