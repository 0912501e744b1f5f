"""What of a query a network's own search can be asked: always at least what the query wants.

Networks cut and join words in their own ways and few know OR, so a query becomes a few plain
searches whose answers together hold everything the query wants, as far as that network's search
finds words at all; what comes back is matched again here. A query that no search covers (only
things left out, only ``from:`` or ``lang:``, a prefix where the network completes no words)
pushes nothing: an empty answer means that this network cannot be searched for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product
from typing import Literal

from listeners.query.tree import And, Handle, Near, Node, Not, Or, Raw, Site, Tag, Words

Dialect = Literal["mastodon", "hackernews", "bluesky", "web", "x", "generic"]

MAX_SEARCHES = 12
"""A query that would need more searches than this is not pushed down."""


@dataclass(frozen=True, slots=True)
class _Syntax:
    """How a network's search is written; all know ``"a phrase"`` and join terms by AND.

    ``completes``: the last word, unquoted, also finds words it begins. ``joins``: knows OR.
    ``names`` matches the handles that ``mentions`` takes; ``most`` are searches at once.
    """

    hashtag: bool = False
    mentions: str = ""
    domain: str = ""
    completes: bool = False
    joins: bool = False
    names: re.Pattern[str] = re.compile(r"did:.*|.*\..*", re.DOTALL)
    most: int = MAX_SEARCHES


# Sources: docs.joinmastodon.org (search), hn.algolia.com/api (prefixLast), the searchPosts lexicon
# of app.bsky.feed, docs.x.com (whoever asks joins its terms by OR), and the usage common to web
# searches (web) and to most others (generic).
_SYNTAX: dict[Dialect, _Syntax] = {
    "mastodon": _Syntax(hashtag=True),
    "hackernews": _Syntax(completes=True),
    "bluesky": _Syntax(hashtag=True, mentions="mentions:", domain="domain:"),
    "web": _Syntax(domain="site:", joins=True),
    "x": _Syntax(
        hashtag=True, mentions="@", domain="url:", names=re.compile(r"\w{1,15}", re.A), most=60
    ),
    "generic": _Syntax(),
}

_Search = frozenset[str]
"""Terms that must all be found."""
_Cover = frozenset[_Search]
"""Searches of which one finds every post that is wanted."""


def searches(root: Node, dialect: Dialect) -> tuple[str, ...]:
    """Return the searches that together cover a tree, shortest first; ``()``: none do."""
    syntax = _SYNTAX[dialect]
    cover = _cover(root, syntax)
    if cover is None:
        return ()
    kept = [
        search
        for search in cover
        if not any(other != search and _finds_all_of(other, search) for other in cover)
    ]
    written = sorted((_written(search) for search in kept), key=lambda text: (len(text), text))
    if syntax.joins and len(written) > 1:
        return (" OR ".join(f"({text})" if " " in text else text for text in written),)
    return tuple(written)


def _written(search: _Search) -> str:
    """Write a search; a word to be completed comes last, where alone it is completed."""
    return " ".join(sorted(search, key=lambda term: (term[-1].isalnum(), term)))


def _finds_all_of(wide: _Search, narrow: _Search) -> bool:
    """Whether every post the narrow search finds is found by the wide one."""
    return all(any(_implies(term, wider) for term in narrow) for wider in wide)


def _implies(term: str, wider: str) -> bool:
    if term == wider:
        return True
    if not term.startswith('"') or not wider.startswith('"'):
        return False
    return f" {wider[1:-1]} " in f" {term[1:-1]} "


def _cover(node: Node, syntax: _Syntax) -> _Cover | None:
    match node:
        case Or(parts):
            union: set[_Search] = set()
            for part in parts:
                cover = _cover(part, syntax)
                if cover is None:
                    return None
                union |= cover
            return frozenset(union) if len(union) <= syntax.most else None
        case And(parts) | Near(parts):
            return _narrowed([_cover(part, syntax) for part in parts])
        case Not():
            return None
        case _:
            terms = _terms(node, syntax)
            return frozenset(frozenset({term}) for term in terms) if terms else None


def _narrowed(covers: list[_Cover | None]) -> _Cover | None:
    """Ask for all parts at once while that makes no more searches, else for the fewest."""
    known = sorted((cover for cover in covers if cover), key=len)
    if not known:
        return None
    joined = known[0]
    for cover in known[1:]:
        if len(cover) == 1 and not (_completing(cover) and _completing(joined)):
            joined = frozenset(one | other for one, other in product(joined, cover))
    return joined


def _completing(cover: _Cover) -> bool:
    return any(term[-1].isalnum() and ":" not in term for search in cover for term in search)


def _terms(node: Node, syntax: _Syntax) -> tuple[str, ...]:
    """The searches for one part, of which one finds it; empty where none surely does."""
    match node:
        case Words(text, prefix=True):
            return _completed(text, syntax)
        case Words(text) | Raw(text):
            return (_quoted(text),) if any(map(str.isalnum, text)) else ()
        case Tag(tag):
            return (f"#{tag.lower()}",) if syntax.hashtag and tag.isalnum() else (_quoted(tag),)
        case Handle(handle):
            # Only whole handles and lasting ids are accepted as a parameter of their own.
            whole = syntax.mentions and syntax.names.fullmatch(handle)
            return (_quoted(handle), *((syntax.mentions + handle.lower(),) if whole else ()))
        case Site(host):
            return (_quoted(host), *((syntax.domain + host,) if syntax.domain else ()))
        case _:
            return ()


def _completed(text: str, syntax: _Syntax) -> tuple[str, ...]:
    *leading, last = text.split()
    if leading:
        return (_quoted(" ".join(leading)),) if any(map(str.isalnum, "".join(leading))) else ()
    return (last.lower(),) if syntax.completes and last.isalnum() else ()


def _quoted(text: str) -> str:
    return '"' + " ".join(text.replace('"', " ").lower().split()) + '"'


def tags(root: Node) -> tuple[str, ...]:
    """Return the hashtags whose timelines are worth reading for a query, most telling first.

    The query's own hashtags, and its single words, which match when written as a hashtag; of
    parts joined by AND the ones that name the fewest. What is left out gives none.
    """
    return tuple(dict.fromkeys(_tags(root)))


def _tags(node: Node) -> list[str]:
    match node:
        case Tag(tag):
            return [tag.lower()]
        case Words(text, prefix=False) if text.isalnum():
            return [text.lower()]
        case Or(parts):
            every = [tag for part in parts for tag in _tags(part)]
            own = {part.tag.lower() for part in parts if isinstance(part, Tag)}
            return sorted(every, key=lambda tag: tag not in own)
        case And(parts):
            some = [found for part in parts if (found := _tags(part))]
            return min(some, key=len) if some else []
        case _:
            return []
