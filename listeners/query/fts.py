"""The query for the store's search: FTS5 expressions and typed filters, without any SQL.

``to_fts`` splits a query into one FTS5 expression and filters that must all hold besides. Where a
boolean mixes words with filters, the structure is kept as ``AnyOf``/``AllOf``/``Without`` with
``Found`` leaves, each an FTS5 expression of its own (``rowid IN (… MATCH ?)``).

Every term reaches FTS5 inside double quotes, its own quotes doubled, so no text of a user is ever
read as FTS5 syntax. The columns meant are ``title`` and ``text`` of a mention.
"""

from __future__ import annotations

from dataclasses import dataclass

from listeners.query.tree import (
    And,
    From,
    Handle,
    Lang,
    Near,
    Node,
    Not,
    Or,
    Raw,
    Site,
    Source,
    Tag,
    Words,
)
from listeners.query.words import is_unspaced, words_of

# FTS5's parser has a stack of 100 entries, and an open parenthesis costs about three. What would
# nest deeper is not written as one expression: its parts stay conditions of their own.
_MAX_PARENTHESES = 24


@dataclass(frozen=True, slots=True)
class Found:
    """Rows FTS5 finds by this expression."""

    expression: str


@dataclass(frozen=True, slots=True)
class Holds:
    """Title or text holds ``text``.

    ``exact`` false: ASCII case ignored, anywhere (SQL ``LIKE '%…%' ESCAPE '\\'``, see
    ``like_pattern``). ``exact`` true: byte for byte and with no word character touching it
    (SQL ``instr(…) > 0``, then ``listeners.query.holds_exactly`` as a function or on the rows).
    """

    text: str
    exact: bool


@dataclass(frozen=True, slots=True)
class TagIs:
    """Has this hashtag, among its ``tags`` or written ``#tag`` in the text; case folded.

    ``hint`` is an FTS5 expression that finds it where it is written in the text.
    """

    tag: str
    hint: str


@dataclass(frozen=True, slots=True)
class AddressedTo:
    """Addresses this handle: ``@handle`` or ``@handle@server`` in the text; case folded.

    ``hint`` is an FTS5 expression that finds it where it is written in the text.
    """

    handle: str
    hint: str


@dataclass(frozen=True, slots=True)
class AuthorIs:
    """Author's handle, handle without ``@server``, or shown name is this; case folded."""

    author: str


@dataclass(frozen=True, slots=True)
class LangIs:
    """Language is this ISO 639 code (a stored ``fr`` or ``fr-CA`` is ``fr``)."""

    lang: str


@dataclass(frozen=True, slots=True)
class LinksTo:
    """One of ``links`` leads to this host or one below it, and to ``path`` or below."""

    host: str
    path: str


@dataclass(frozen=True, slots=True)
class HeardBy:
    """Network's name or source's key is this; case folded."""

    source: str


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One part holds."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """The part does not hold."""

    part: Filter


Filter = (
    Found | Holds | TagIs | AddressedTo | AuthorIs | LangIs | LinksTo | HeardBy
    | AllOf | AnyOf | Without
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FtsQuery:
    """Rows that ``expression`` finds (all rows when it is empty) and every filter lets through."""

    expression: str
    filters: tuple[Filter, ...] = ()


def fts_of(root: Node) -> FtsQuery:
    """Compile a tree for the store's search."""
    condition = _condition(root)
    parts = condition.parts if isinstance(condition, AllOf) else (condition,)
    first = next((part for part in parts if isinstance(part, Found)), None)
    if first is None:
        return FtsQuery("", parts)
    return FtsQuery(first.expression, tuple(part for part in parts if part is not first))


def quoted(term: str) -> str:
    """Quote a term for FTS5: double quotes around it, its own doubled."""
    return '"' + term.replace('"', '""') + '"'


def like_pattern(text: str) -> str:
    """Return the ``LIKE`` pattern that finds ``text`` anywhere, for ``ESCAPE '\\'``."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _condition(node: Node) -> Filter:
    match node:
        case Words(text, prefix):
            return Holds(text, exact=False) if node.unspaced else Found(_term(text, prefix))
        case Near(parts, distance):
            phrases = " ".join(_term(part.text, part.prefix) for part in parts)
            return Found(f"NEAR({phrases}, {distance})")
        case Raw(text):
            return _raw(text)
        case Tag(tag):
            return TagIs(tag, _phrase(tag))
        case Handle(handle):
            return AddressedTo(handle, _phrase(handle))
        case From(author):
            return AuthorIs(author)
        case Lang(lang):
            return LangIs(lang)
        case Site(host, path):
            return LinksTo(host, path)
        case Source(source):
            return HeardBy(source)
        case Not(part):
            return Without(_condition(part))
        case And(parts):
            return _all(parts)
        case Or(parts):
            return _any(parts)


def _raw(text: str) -> Filter:
    if is_unspaced(text) or not words_of(text):
        return Holds(text, exact=True)
    return AllOf((Found(_phrase(text)), Holds(text, exact=True)))


def _all(parts: tuple[Node, ...]) -> Filter:
    """Join what FTS5 can do alone into one expression, and keep the rest as filters."""
    flat: list[Filter] = []
    for node in parts:
        condition = _condition(node)
        flat.extend(condition.parts if isinstance(condition, AllOf) else (condition,))
    found: list[str] = []
    left_out: list[str] = []
    rest: list[Filter] = []
    for part in flat:
        match part:
            case Found(expression) if _can_be_inside(expression):
                found.append(expression)
            case Without(Found(unwanted)) if _can_be_inside(unwanted):
                left_out.append(unwanted)
            case _:
                rest.append(part)
    if not found:
        return AllOf(tuple(flat)) if len(flat) > 1 else flat[0]
    joined = _joined("AND", found)
    if left_out:
        joined = f"({joined}) NOT ({_joined('OR', left_out)})"
    return AllOf((Found(joined), *rest)) if rest else Found(joined)


def _any(parts: tuple[Node, ...]) -> Filter:
    found: list[str] = []
    rest: list[Filter] = []
    for part in map(_condition, parts):
        if isinstance(part, Found) and _can_be_inside(part.expression):
            found.append(part.expression)
        else:
            rest.append(part)
    if found:
        rest.insert(0, Found(_joined("OR", found)))
    return AnyOf(tuple(rest)) if len(rest) > 1 else rest[0]


def _can_be_inside(expression: str) -> bool:
    return _nesting(expression) <= _MAX_PARENTHESES - 2


def _joined(operator: str, expressions: list[str]) -> str:
    if len(expressions) < 2:
        return "".join(expressions)
    return f" {operator} ".join(
        expression if _is_single(expression) else f"({expression})" for expression in expressions
    )


def _is_single(expression: str) -> bool:
    """Whether this is one quoted term; words hold no quotation marks of their own."""
    return expression.startswith('"') and expression.count('"') == 2


def _nesting(expression: str) -> int:
    """How many parentheses are open at once; words hold none."""
    depth = deepest = 0
    for character in expression:
        if character == "(":
            depth += 1
            deepest = max(deepest, depth)
        elif character == ")":
            depth -= 1
    return deepest


def _term(text: str, prefix: bool) -> str:
    return _phrase(text) + ("*" if prefix else "")


def _phrase(text: str) -> str:
    return quoted(" ".join(words_of(text)))
