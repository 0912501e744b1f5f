"""The query of a brand: what its configuration says, or what its names let us guess."""

from __future__ import annotations

from typing import TYPE_CHECKING

from listeners.query.lexer import site_of
from listeners.query.parser import parse_tree
from listeners.query.tree import Handle, Node, Not, Raw, Words, all_of, any_of
from listeners.query.words import is_unspaced, words_of

if TYPE_CHECKING:
    from listeners.config import BrandConfig

_TOO_SHORT = 3


def brand_tree(brand: BrandConfig) -> Node:
    """Build the tree of a brand: its query, else names, handles and websites; minus exclude.

    Raises:
        QuerySyntaxError: the configured query or exclude cannot be read, or nothing is named.
    """
    wanted = parse_tree(brand.query) if brand.query.strip() else _guessed(brand)
    if not brand.exclude.strip():
        return wanted
    return all_of((wanted, Not(parse_tree(brand.exclude))))


def _guessed(brand: BrandConfig) -> Node:
    names = brand.names or (brand.name,)
    parts: list[Node] = [_name(name) for name in names if name.strip()]
    for handles in brand.handles.values():
        parts.extend(Handle(handle) for given in handles if (handle := given.strip().lstrip("@")))
    parts.extend(site for website in brand.websites if (site := site_of(website)))
    return any_of(dict.fromkeys(parts)) if parts else parse_tree(brand.name)


def _name(name: str) -> Node:
    """A name that is mostly signs (``C++``) would be found everywhere as words."""
    name = name.strip()
    words = words_of(name)
    if is_unspaced(name) or sum(map(len, words)) >= _TOO_SHORT or "".join(words) == name.lower():
        return Words(name)
    return Raw(name)
