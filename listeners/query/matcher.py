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
from listeners.query.subject import Reading, Subject, spaced_of
from listeners.query.tree import And, Handle, Near, Node, Not, Or, Raw, Site, Tag, Words
from listeners.query.words import folded_words, is_unspaced, lowered_ascii, single_spaced

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
        self._phrases: dict[str, tuple[str, Reasons]] = {}
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
        plain = isinstance(root, Words) and not root.unspaced
        if isinstance(root, Words) and plain:
            self._phrases[name] = (pattern_of(root), (reason_of(root),))
        for node in needed:
            match node:
                case Words(text) if node.unspaced:
                    self._substrings.add(lowered_ascii(text), name, None)
                case Words():
                    sure = (reason_of(node),) if plain and len(node.words) == 1 else None
                    self._words.add(_rarest(pattern_of(node)), name, sure)
                case Raw(text):
                    if folded_words(text) == " " or is_unspaced(text):
                        self._substrings.add(lowered_ascii(text), name, None)
                    else:
                        self._words.add(_rarest(folded_words(text)), name, None)
                case Tag(text) | Handle(text):
                    pattern = _rarest(folded_words(text))
                    self._words.add(pattern, name, None)
                    self._around.add(pattern, name, None)
                case Site(host):
                    self._around.add(_rarest(folded_words(host)), name, None)

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
        words = ""
        for name in open_names:
            phrase = self._phrases.get(name)
            if phrase is not None:
                words = words or single_spaced(spaced)
                answer = phrase[1] if phrase[0] in words else None
            else:
                reading = reading or Reading(subject, spaced)
                answer = self._tests[name](reading)
            if answer is not None:
                matched[name] = answer
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
        self._speaks_for = [tuple(owners.items()) for owners in self._owners.values()]
        self._find = AhoCorasick(
            list(self._owners), matchkind=MatchKind.Standard, implementation=Implementation.DFA
        ).find_matches_as_indexes

    def __bool__(self) -> bool:
        return bool(self._owners)

    def find(self, text: str, matched: dict[str, Reasons], open_names: set[str]) -> None:
        """Sort the queries whose patterns are in the text: proven ones, and ones to test."""
        hits = self._find(text, overlapping=True)
        for index, _, _ in hits:
            for name, sure in self._speaks_for[index]:
                if sure is None:
                    open_names.add(name)
                else:
                    matched[name] = sure


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


def _rarest(pattern: str) -> str:
    """Of a phrase its longest word, likely its rarest: posts are searched before their words are
    single-spaced, where a phrase cannot be found as a whole.
    """
    words = pattern.removesuffix(" ").split(" ")[1:]
    at = max(range(len(words)), key=lambda index: len(words[index]))
    goes_on = at == len(words) - 1 and not pattern.endswith(" ")
    return f" {words[at]}" if goes_on else f" {words[at]} "


def _cost(needed: Sequence[_Needed]) -> tuple[int, int]:
    """Few and long patterns make few vain tests."""
    shortest = min(len(folded_words(str(leaf))) for leaf in needed)
    return len(needed), -shortest
