"""What of a query a network's own search can be asked: always at least what the query wants.

Networks cut and join words in their own ways and few know OR, so a query becomes a few plain
searches whose answers together hold everything the query wants, as far as that network's search
finds words at all; what comes back is matched again here. A query that cannot be covered (only
things left out, a script without spaces …) pushes nothing: an empty answer means "read all".
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Literal

from listeners.query.tree import And, Handle, Near, Node, Not, Or, Raw, Site, Tag, Words

Dialect = Literal["mastodon", "hackernews", "bluesky", "web", "generic"]

MAX_SEARCHES = 12
"""More searches than this are not asked; a shorter, wider set is taken, or none."""


@dataclass(frozen=True, slots=True)
class _Syntax:
    """How a network's search is written. ``prefix``: it can find words by their beginning."""

    hashtag: bool = False
    handle: str = ""
    site: tuple[str, ...] = ()
    prefix: str = ""
    joined: bool = False


_SYNTAX: dict[Dialect, _Syntax] = {
    "mastodon": _Syntax(hashtag=True),
    "hackernews": _Syntax(prefix="{word}"),
    "bluesky": _Syntax(hashtag=True, handle="mentions:{handle}", site=("domain:{host}",)),
    "web": _Syntax(site=("site:{host}",), joined=True),
    "generic": _Syntax(),
}

_Search = frozenset[str]
_Cover = frozenset[_Search]
"""Alternatives; each is a set of terms that must all be found."""


def searches(root: Node, dialect: Dialect) -> tuple[str, ...]:
    """Return the searches that together cover a tree, shortest first; ``()``: none can."""
    syntax = _SYNTAX[dialect]
    cover = _cover(root, syntax)
    if cover is None:
        return ()
    kept = [search for search in cover if not any(other < search for other in cover)]
    written = sorted(
        (" ".join(sorted(search, key=_order)) for search in kept),
        key=lambda text: (len(text), text),
    )
    if syntax.joined and len(written) > 1:
        return (" OR ".join(f"({text})" if " " in text else text for text in written),)
    return tuple(written)


def _order(term: str) -> tuple[bool, str]:
    """A word that may go on comes last: Hacker News completes the last word only."""
    return (not term.startswith(('"', "#")) and ":" not in term, term)


def _cover(node: Node, syntax: _Syntax) -> _Cover | None:
    match node:
        case Or(parts):
            covers = [_cover(part, syntax) for part in parts]
            union: set[_Search] = set()
            for cover in covers:
                if cover is None:
                    return None
                union |= cover
            return frozenset(union) if len(union) <= MAX_SEARCHES else None
        case And(parts) | Near(parts):
            return _narrowest([_cover(part, syntax) for part in parts])
        case Not():
            return None
        case _:
            terms = _terms(node, syntax)
            return frozenset(frozenset({term}) for term in terms) if terms else None


def _narrowest(covers: list[_Cover | None]) -> _Cover | None:
    """Ask for all parts at once while that stays few searches, else for the fewest."""
    known = sorted((cover for cover in covers if cover), key=len)
    if not known:
        return None
    joined = known[0]
    for cover in known[1:]:
        if len(joined) * len(cover) > max(len(joined), 4):
            continue
        joined = frozenset(one | other for one, other in product(joined, cover))
    return joined


def _terms(node: Node, syntax: _Syntax) -> tuple[str, ...]:
    """The searches for one part, of which one finds it; empty where none surely does."""
    match node:
        case Words() if node.unspaced:
            return ()
        case Words(text, prefix):
            return _words(text, prefix, syntax)
        case Raw(text):
            return (_quoted(text),) if any(map(str.isalnum, text)) else ()
        case Tag(tag):
            return (f"#{tag}",) if syntax.hashtag and tag.isalnum() else (_quoted(tag),)
        case Handle(handle):
            direct = (syntax.handle.format(handle=handle),) if syntax.handle else ()
            return (_quoted(handle), *direct)
        case Site(host):
            return (_quoted(host), *(form.format(host=host) for form in syntax.site))
        case _:
            return ()


def _words(text: str, prefix: bool, syntax: _Syntax) -> tuple[str, ...]:
    if not prefix:
        return (_quoted(text),)
    *leading, last = text.split()
    if not syntax.prefix or leading or not last.isalnum():
        return (_quoted(" ".join(leading)),) if leading else ()
    return (syntax.prefix.format(word=last),)


def _quoted(text: str) -> str:
    return '"' + " ".join(text.replace('"', " ").split()) + '"'


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
