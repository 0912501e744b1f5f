"""Many queries against one post, at the cost of about one pass over its words.

One Aho-Corasick automaton holds, for every query, patterns of which at least one must be in the
post for the query to match. Only the queries whose patterns were found are tested in full; those
that can match without any pattern (``from:x``, ``NOT y``) are tested always.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from listeners.query.match import Reasons, Test, pattern_of, reason_of
from listeners.query.subject import Reading, Subject, spaced_of
from listeners.query.tree import And, Handle, Near, Node, Not, Or, Raw, Site, Tag, Words
from listeners.query.words import folded_words, is_unspaced, lowered_ascii

_Needed = Words | Raw | Tag | Handle | Site


class _Query(Protocol):
    @property
    def root(self) -> Node: ...

    @property
    def test(self) -> Test: ...


class Matcher:
    """All queries at once; ``match`` answers as each query's own ``matches`` would."""

    def __init__(self, queries: Mapping[str, _Query]) -> None:
        self._tests = {name: query.test for name, query in queries.items()}
        self._always: list[str] = []
        self._words = _Automaton()
        self._substrings = _Automaton()
        self._around = _Automaton()
        for name, query in queries.items():
            self._add(name, query.root)
        for automaton in (self._words, self._substrings, self._around):
            automaton.close()
        self._words_alone = not (self._always or self._substrings or self._around)

    def _add(self, name: str, root: Node) -> None:
        needed = _needed(root)
        if needed is None:
            self._always.append(name)
            return
        for node in needed:
            match node:
                case Words(text) if node.unspaced:
                    self._substrings.add(lowered_ascii(text), _Claim(name))
                case Words():
                    pattern, before, after = _rarest(pattern_of(node))
                    # Alone, the words are all there is to test; among others, the tree decides.
                    alone = (reason_of(node),) if node is root else None
                    self._words.add(pattern, _Claim(name, before, after, alone))
                case Raw(text):
                    if folded_words(text) == " " or is_unspaced(text):
                        self._substrings.add(lowered_ascii(text), _Claim(name))
                    else:
                        self._words.add(_rarest(folded_words(text))[0], _Claim(name))
                case Tag(text) | Handle(text):
                    pattern = _rarest(folded_words(text))[0]
                    self._words.add(pattern, _Claim(name))
                    self._around.add(pattern, _Claim(name))
                case Site(host):
                    self._around.add(_rarest(folded_words(host))[0], _Claim(name))

    def match(self, subject: Subject) -> dict[str, Reasons]:
        """Return the queries that match, each with its reasons."""
        spaced = spaced_of(subject)
        matched: dict[str, Reasons] = {}
        open_names: set[str] = set(self._always)
        self._words.find(spaced, matched, open_names)
        reading = None
        if not self._words_alone:
            reading = Reading(subject, spaced)
            self._substrings.find(reading.lowered if self._substrings else "", matched, open_names)
            self._around.find(reading.around if self._around else "", matched, open_names)
        for name in open_names:
            reading = reading or Reading(subject, spaced)
            answer = self._tests[name](reading)
            if answer is not None:
                matched[name] = answer
        return matched


class _Claim(NamedTuple):
    """What a found pattern says of a query: the words to stand around it, and what that proves.

    ``alone`` are the reasons of a query that asks for nothing more; else it is to be tested.
    """

    name: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    alone: Reasons | None = None


class _Automaton:
    """Patterns, and the queries each one speaks for; falsy while it holds none."""

    def __init__(self) -> None:
        self._claims: dict[str, list[_Claim]] = {}

    def add(self, pattern: str, claim: _Claim) -> None:
        """Let a pattern speak for a query."""
        claims = self._claims.setdefault(pattern, [])
        if claim not in claims[-1:]:
            claims.append(claim)

    def close(self) -> None:
        """Build the automaton; nothing is added afterwards."""
        self._by_pattern = [tuple(claims) for claims in self._claims.values()]
        self._find = AhoCorasick(
            list(self._claims), matchkind=MatchKind.Standard, implementation=Implementation.DFA
        ).find_matches_as_indexes

    def __bool__(self) -> bool:
        return bool(self._claims)

    def find(self, text: str, matched: dict[str, Reasons], open_names: set[str]) -> None:
        """Sort the queries whose patterns are in the text: proven ones, and ones to test."""
        for index, start, end in self._find(text, overlapping=True):
            for name, before, after, alone in self._by_pattern[index]:
                if after and not _follow(text, end, after):
                    continue
                if before and not _precede(text, start, before):
                    continue
                if alone is None:
                    open_names.add(name)
                else:
                    matched[name] = alone


def _follow(text: str, at: int, words: tuple[str, ...]) -> bool:
    """Whether these words (each with its space) come next, more spaces between them or not."""
    for word in words:
        while text.startswith(" ", at):
            at += 1
        if not text.startswith(word, at):
            return False
        at += len(word)
    return True


def _precede(text: str, at: int, words: tuple[str, ...]) -> bool:
    """Whether these words (each with a space before it) end here, the nearest given first."""
    for word in words:
        while text.startswith(" ", at - 1):
            at -= 1
        at -= len(word)
        if at < 0 or not text.startswith(word, at):
            return False
    return True


def _needed(node: Node) -> Sequence[_Needed] | None:
    """Parts of which at least one is in every post the node matches; ``None``: there are none."""
    match node:
        case Words() | Raw() | Tag() | Handle() | Site():
            return [node]
        case Or(parts):
            every = [_needed(part) for part in parts]
            if any(needed is None for needed in every):
                return None
            return [leaf for needed in every if needed is not None for leaf in needed]
        case And(parts):
            some = [needed for part in parts if (needed := _needed(part)) is not None]
            return min(some, key=_cost) if some else None
        case Near(parts):
            return min(([part] for part in parts), key=_cost)
        case Not():
            return None
        case _:
            return None


def _rarest(pattern: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Of a phrase its longest word, likely its rarest, and the words around it.

    Posts are searched before their words are single-spaced, where a phrase is not of one piece.
    The words before come nearest first.
    """
    words = pattern.removesuffix(" ").split(" ")[1:]
    at = max(range(len(words)), key=lambda index: len(words[index]))
    closed = [f"{word} " for word in words]
    if not pattern.endswith(" "):
        closed[-1] = words[-1]
    before = tuple(f" {word}" for word in reversed(words[:at]))
    return f" {closed[at]}", before, tuple(closed[at + 1 :])


def _cost(needed: Sequence[_Needed]) -> tuple[int, int]:
    """Few and long patterns make few vain tests."""
    shortest = min(len(folded_words(str(leaf))) for leaf in needed)
    return len(needed), -shortest
