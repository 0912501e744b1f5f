"""Many queries against one post, at the cost of about one pass over its words.

One Aho-Corasick automaton holds, for every query, patterns of which at least one must be in the
post for the query to match. Only the queries whose patterns were found are tested in full; those
that can match without any pattern (``from:x``, ``NOT y``) are tested always.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from listeners.query.match import Reasons, Test, pattern_of, reason_of
from listeners.query.subject import Reading, Subject
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

    def _add(self, name: str, root: Node) -> None:
        needed = _needed(root)
        if needed is None:
            self._always.append(name)
            return
        plain = _is_plain(root)
        for node in needed:
            match node:
                case Words() if not node.unspaced:
                    sure = (reason_of(node),) if plain else None
                    self._words.add(pattern_of(node), name, sure)
                case Words(text):
                    self._substrings.add(lowered_ascii(text), name, None)
                case Raw(text):
                    if folded_words(text) == " " or is_unspaced(text):
                        self._substrings.add(lowered_ascii(text), name, None)
                    else:
                        self._words.add(folded_words(text), name, None)
                case Tag(text) | Handle(text):
                    pattern = folded_words(text)
                    self._words.add(pattern, name, None)
                    self._around.add(pattern, name, None)
                case Site(host):
                    self._around.add(folded_words(host), name, None)

    def match(self, subject: Subject) -> dict[str, Reasons]:
        """Return the queries that match, each with its reasons."""
        reading = Reading(subject)
        found: dict[str, Reasons | None] = {}
        if self._words:
            self._words.find(reading.words, found)
        if self._substrings:
            self._substrings.find(reading.lowered, found)
        if self._around and reading.around:
            self._around.find(reading.around, found)
        for name in self._always:
            found[name] = None
        matched: dict[str, Reasons] = {}
        for name, sure in found.items():
            reasons = sure if sure is not None else self._tests[name](reading)
            if reasons is not None:
                matched[name] = reasons
        return matched


class _Automaton:
    """Patterns, and the queries each one speaks for; falsy while it holds none."""

    def __init__(self) -> None:
        self._owners: dict[str, dict[str, Reasons | None]] = {}

    def add(self, pattern: str, name: str, sure: Reasons | None) -> None:
        """Let a pattern speak for a query; ``sure`` are its reasons when that is proof enough."""
        self._owners.setdefault(pattern, {})[name] = sure

    def close(self) -> None:
        """Build the automaton; nothing is added afterwards."""
        self._lists = [list(owners.items()) for owners in self._owners.values()]
        self._automaton = AhoCorasick(
            list(self._owners), matchkind=MatchKind.Standard, implementation=Implementation.DFA
        )

    def __bool__(self) -> bool:
        return bool(self._owners)

    def find(self, text: str, found: dict[str, Reasons | None]) -> None:
        """Note the queries whose patterns are in the text.

        A query of a single pattern that is proof enough is noted with its reasons.
        """
        for index, _, _ in self._automaton.find_matches_as_indexes(text, overlapping=True):
            for name, sure in self._lists[index]:
                found[name] = sure


def _is_plain(root: Node) -> bool:
    return isinstance(root, Words) and not root.unspaced


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


def _cost(needed: Sequence[_Needed]) -> tuple[int, int]:
    """Few and long patterns make few vain tests."""
    shortest = min(len(folded_words(str(leaf))) for leaf in needed)
    return len(needed), -shortest
