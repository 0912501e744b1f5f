"""Query text cut into its smallest parts, each with its place, for the parser."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from listeners.model import Sentence
from listeners.query.subject import host_and_path
from listeners.query.tree import From, Handle, Lang, Leaf, Raw, Site, Source, Tag, Words
from listeners.query.words import is_unspaced, words_of

MAX_LENGTH = 4_000
_MAX_NEAR = 100
_DEFAULT_NEAR = 10

_QUOTES = {'"': '"', "“": "”", "”": "”", "„": "“”", "«": "»", "»": "«»"}
_ENDS_RUN = frozenset(" \t\r\n\v\f()\u00a0\u202f\u3000") | frozenset(_QUOTES)
# Half characters, as a shell may pass them on: no store and no network can hold them.
_SURROGATES = re.compile("[\ud800-\udfff]")
_NEAR = re.compile(r"NEAR(?:/(\d+))?")
_FIELD = re.compile(r"([^\W\d_]+):(?!//)")
_LANG = re.compile(r"([a-zA-Z]{2,3})(?:[-_][a-zA-Z0-9-]+)?")
_FIELDS = ("from", "lang", "site", "source", "raw")

Kind = Literal["(", ")", "AND", "OR", "NOT", "NEAR", "leaf"]


class QuerySyntaxError(ValueError):
    """A query that cannot be read.

    ``position`` is the 0-based index of the offending character (the length of the text when the
    text ends too early); ``sentence`` says in plain words what is wrong.
    """

    def __init__(self, sentence: Sentence, position: int) -> None:
        super().__init__(f"{sentence.template.format(**sentence.values)} ({position})")
        self.sentence = sentence
        self.position = position

    def pointed(self, text: str) -> str:
        """Return the query and below it a caret under the offending character."""
        return caret_lines(text, self.position)


def caret_lines(text: str, position: int) -> str:
    """Return two lines: the text on one line, and a caret under the cell of ``position``.

    Wide characters take two cells and combining marks none, as in a terminal.
    """
    line = "".join(character if character.isprintable() else " " for character in text)
    cells = sum(_cells(character) for character in line[:position])
    return f"{line}\n{' ' * cells}^"


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


@dataclass(frozen=True, slots=True)
class Token:
    """One part of a query and the index where it begins. ``distance`` belongs to NEAR."""

    kind: Kind
    position: int
    text: str
    leaf: Leaf | None = None
    distance: int = 0


def tokens(text: str) -> Iterator[Token]:
    """Yield the parts of a query.

    Raises:
        QuerySyntaxError: a part cannot be read, or the text is too long.
    """
    if len(text) > MAX_LENGTH:
        raise QuerySyntaxError(
            Sentence(
                "The query is too long: {length} characters, {most} at most.",
                {"length": len(text), "most": MAX_LENGTH},
            ),
            MAX_LENGTH,
        )
    text = _SURROGATES.sub("\ufffd", text)
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token, at = _token(text, at)
        yield token


def _token(text: str, at: int) -> tuple[Token, int]:
    first = text[at]
    if first == "(":
        return Token("(", at, first), at + 1
    if first == ")":
        return Token(")", at, first), at + 1
    if first == "-":
        if at + 1 == len(text) or text[at + 1].isspace() or text[at + 1] in "-)":
            raise QuerySyntaxError(
                Sentence("The minus needs the word it leaves out right after it."), at
            )
        return Token("NOT", at, first), at + 1
    if first in _QUOTES:
        value, end = _phrase(text, at)
        prefix = end < len(text) and text[end] == "*"
        return Token("leaf", at, value, _words(value, prefix, at)), end + prefix
    if first in "#＃@＠":
        value, end = _value(text, at + 1)
        return Token("leaf", at, value, _marked(first, value, at, text, end)), end
    return _run(text, at)


def _run(text: str, at: int) -> tuple[Token, int]:
    end = _end_of_run(text, at)
    run = text[at:end]
    match run:
        case "AND" | "OR" | "NOT":
            return Token(run, at, run), end
    near = _NEAR.fullmatch(run)
    if near:
        return Token("NEAR", at, run, distance=_distance(near, at)), end
    field = _FIELD.match(run)
    if field:
        name = field.group(1)
        value, end = _value(text, at + field.end())
        return Token("leaf", at, run, _field(name, value, at, at + field.end(), text, end)), end
    prefix = run.endswith("*")
    value = run[:-1] if prefix else run
    _refuse_star(value or run, at)
    return Token("leaf", at, run, _words(value, prefix, at)), end


def _end_of_run(text: str, at: int) -> int:
    while at < len(text) and text[at] not in _ENDS_RUN and not text[at].isspace():
        at += 1
    return at


def _phrase(text: str, at: int) -> tuple[str, int]:
    """Read a quoted phrase; a doubled closing quote stands for itself. Returns value and end."""
    closing = _QUOTES[text[at]]
    value: list[str] = []
    end = at + 1
    while end < len(text):
        character = text[end]
        if character in closing:
            if character != '"' or text[end + 1 : end + 2] != '"':
                return "".join(value), end + 1
            end += 1
        value.append(character)
        end += 1
    raise QuerySyntaxError(Sentence("This quotation mark is never closed."), at)


def _value(text: str, at: int) -> tuple[str, int]:
    if at < len(text) and text[at] in _QUOTES:
        return _phrase(text, at)
    end = _end_of_run(text, at)
    return text[at:end], end


def _distance(near: re.Match[str], at: int) -> int:
    digits = near.group(1)
    if digits is None:
        return _DEFAULT_NEAR
    if len(digits) > 3 or int(digits) > _MAX_NEAR:
        raise QuerySyntaxError(
            Sentence("NEAR counts at most {most} words.", {"most": _MAX_NEAR}), at + 5
        )
    return int(digits)


def _refuse_star(value: str, at: int) -> None:
    star = value.find("*")
    if star >= 0:
        raise QuerySyntaxError(
            Sentence("The star stands for any ending: it can only close a word, as in brand*."),
            at + star,
        )


def _words(value: str, prefix: bool, at: int) -> Words:
    if not words_of(value) and not is_unspaced(value):
        if not value.strip():
            raise QuerySyntaxError(Sentence("There is no word here to look for."), at)
        raise QuerySyntaxError(
            Sentence(
                'There is no letter or digit in “{text}”. To look for signs, write raw:"{text}".',
                {"text": value},
            ),
            at,
        )
    return Words(value, prefix)


def _marked(mark: str, value: str, at: int, text: str, end: int) -> Leaf:
    if not _is_quoted(text, at + 1):
        _refuse_star(value, at + 1)
    if not words_of(value) and not is_unspaced(value):
        raise QuerySyntaxError(
            Sentence("After {mark} a name is missing.", {"mark": mark}), min(at + 1, len(text))
        )
    return Tag(value.lstrip("#")) if mark in "#＃" else Handle(value.lstrip("@"))


def _is_quoted(text: str, at: int) -> bool:
    return at < len(text) and text[at] in _QUOTES


def _field(name: str, value: str, at: int, value_at: int, text: str, end: int) -> Leaf:
    field = name.casefold()
    if field not in _FIELDS:
        raise QuerySyntaxError(
            Sentence(
                "There is no search by “{field}:”; known are {known}. To look for these words "
                "themselves, put them in quotation marks.",
                {"field": name, "known": ", ".join(f"{known}:" for known in _FIELDS)},
            ),
            at,
        )
    if not value.strip():
        raise QuerySyntaxError(
            Sentence("After {field}: something is missing.", {"field": field}), value_at
        )
    if field == "raw":
        return Raw(unicodedata.normalize("NFC", value))
    if not _is_quoted(text, value_at):
        _refuse_star(value, value_at)
    match field:
        case "from":
            return From(value.lstrip("@") or value)
        case "lang":
            return _lang(value, value_at)
        case "site":
            return site_of(value) or _no_site(value, value_at)
        case _:
            return Source(value)


def _lang(value: str, at: int) -> Lang:
    found = _LANG.fullmatch(value.strip())
    if not found:
        raise QuerySyntaxError(
            Sentence(
                "A language is written as its code, as in lang:fr; “{value}” is none.",
                {"value": value},
            ),
            at,
        )
    return Lang(found.group(1).lower())


def site_of(value: str) -> Site | None:
    """Read a host, or an address with or without ``https://``; ``None`` where there is no host."""
    host, path = host_and_path(value.strip())
    if not host or any(character.isspace() for character in host) or not words_of(host):
        return None
    return Site(host, path.rstrip("/"))


def _no_site(value: str, at: int) -> Site:
    raise QuerySyntaxError(
        Sentence("“{value}” is no address of a website, as in site:example.org.", {"value": value}),
        at,
    )
