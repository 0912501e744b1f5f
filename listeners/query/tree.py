"""The brand query as a tree: one set of nodes for the matcher, the search and the networks.

``str(node)`` writes the query language; ``parse(str(node))`` gives the same tree back. ``And``
and ``Or`` hold two parts or more, and never directly one of their own kind: build them with
``all_of`` and ``any_of``, which keep it so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from listeners.query.words import is_unspaced, words_of

_BARE_WORD = re.compile(r"\w+")
_BARE_VALUE = re.compile(r"[\w.@/:+-]+")
_OPERATOR = re.compile(r"AND|OR|NOT|NEAR")


def _quoted(text: str, bare: re.Pattern[str]) -> str:
    if bare.fullmatch(text) and not _OPERATOR.fullmatch(text):
        return text
    return '"' + text.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class Words:
    """Words one after the other, case and accents folded; ``prefix``: the last one may go on."""

    text: str
    prefix: bool = False

    def __str__(self) -> str:
        return _quoted(self.text, _BARE_WORD) + ("*" if self.prefix else "")

    @property
    def words(self) -> tuple[str, ...]:
        """The folded words."""
        return words_of(self.text)

    @property
    def unspaced(self) -> bool:
        """Whether this is looked for as a substring, see ``is_unspaced``."""
        return is_unspaced(self.text)


@dataclass(frozen=True, slots=True)
class Raw:
    """Exactly this text, case and accents and all, with no letter or digit touching it."""

    text: str

    def __str__(self) -> str:
        return "raw:" + '"' + self.text.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class Tag:
    """A hashtag, kept without its ``#``."""

    tag: str

    def __str__(self) -> str:
        return "#" + _quoted(self.tag, _BARE_WORD)


@dataclass(frozen=True, slots=True)
class Handle:
    """A post that addresses this account, kept without its ``@``."""

    handle: str

    def __str__(self) -> str:
        return "@" + _quoted(self.handle, _BARE_VALUE)


@dataclass(frozen=True, slots=True)
class From:
    """Written by this account, by handle or shown name."""

    author: str

    def __str__(self) -> str:
        return "from:" + _quoted(self.author, _BARE_VALUE)


@dataclass(frozen=True, slots=True)
class Lang:
    """In this language, an ISO 639 code without region."""

    lang: str

    def __str__(self) -> str:
        return f"lang:{self.lang}"


@dataclass(frozen=True, slots=True)
class Site:
    """With a link to this host or one below it; ``path`` narrows it (``/shop``)."""

    host: str
    path: str = ""

    def __str__(self) -> str:
        return "site:" + _quoted(self.host + self.path, _BARE_VALUE)


@dataclass(frozen=True, slots=True)
class Source:
    """Heard on this network, or by the source of this key."""

    source: str

    def __str__(self) -> str:
        return "source:" + _quoted(self.source, _BARE_VALUE)


@dataclass(frozen=True, slots=True)
class Near:
    """All these words in one field, at most ``distance`` other words between first and last."""

    parts: tuple[Words, ...]
    distance: int

    def __str__(self) -> str:
        return f" NEAR/{self.distance} ".join(map(str, self.parts))


@dataclass(frozen=True, slots=True)
class Not:
    """What must not hold."""

    part: Node

    def __str__(self) -> str:
        return f"NOT {_inner(self.part)}"


@dataclass(frozen=True, slots=True)
class And:
    """All of these must hold."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " AND ".join(map(_inner, self.parts))


@dataclass(frozen=True, slots=True)
class Or:
    """One of these must hold."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " OR ".join(map(_inner, self.parts))


Leaf = Words | Raw | Tag | Handle | From | Lang | Site | Source
Node = Leaf | Near | Not | And | Or


def _inner(node: Node) -> str:
    return f"({node})" if isinstance(node, And | Or) else str(node)


def all_of(parts: Iterable[Node]) -> Node:
    """Join parts by AND; a single part stays itself.

    Raises:
        ValueError: there is no part.
    """
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, And) else (part,))]
    if not flat:
        raise ValueError("nothing to join")
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def any_of(parts: Iterable[Node]) -> Node:
    """Join parts by OR; a single part stays itself.

    Raises:
        ValueError: there is no part.
    """
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, Or) else (part,))]
    if not flat:
        raise ValueError("nothing to join")
    return flat[0] if len(flat) == 1 else Or(tuple(flat))
