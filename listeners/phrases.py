"""Lists of words and phrases found in one pass over a text, whatever their number.

Phrases are written folded (lower case, no accents, straight apostrophes) and match whole words;
a trailing ``*`` lets the last word go on: ``refund*`` finds "refunded". One automaton looks for
all lists at once, in time linear in the text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick

from listeners.text import fold


@dataclass(frozen=True, slots=True)
class Hit:
    """One phrase found: its list, the text it matched, and where in the folded text."""

    list: str
    phrase: str
    start: int
    end: int


def listed(text: str) -> tuple[str, ...]:
    """Return the phrases of a list written with commas, folded, each once."""
    phrases = (" ".join(phrase.split()) for phrase in fold(text).split(","))
    return tuple(dict.fromkeys(phrase for phrase in phrases if phrase))


class PhraseBook:
    """Named lists of phrases, compiled once."""

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        """Compile the lists. A phrase may stand in several of them; empty ones are left out."""
        self._owners: list[tuple[str, ...]] = []
        self._open_ended: list[bool] = []
        owners: dict[str, list[str]] = {}
        for name, phrases in lists.items():
            for phrase in phrases:
                if phrase.strip("* "):
                    owners.setdefault(phrase, []).append(name)
        for phrase, names in owners.items():
            self._owners.append(tuple(dict.fromkeys(names)))
            self._open_ended.append(phrase.endswith("*"))
        self._automaton = AhoCorasick([phrase.rstrip("*") for phrase in owners])

    def find(self, folded: str) -> tuple[Hit, ...]:
        """Return every whole-word hit in a text folded by ``listeners.text.fold``, in order."""
        hits: list[Hit] = []
        for index, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            if start and _in_word(folded[start - 1]) and _in_word(folded[start]):
                continue
            goes_on = end < len(folded) and _in_word(folded[end]) and _in_word(folded[end - 1])
            if goes_on and not self._open_ended[index]:
                continue
            hits.extend(Hit(name, folded[start:end], start, end) for name in self._owners[index])
        hits.sort(key=lambda hit: (hit.start, -hit.end))
        return tuple(hits)

    def lists_in(self, text: str) -> dict[str, Hit]:
        """Return the first hit of every list in this (unfolded) text."""
        first: dict[str, Hit] = {}
        for hit in self.find(fold(text)):
            first.setdefault(hit.list, hit)
        return first


def _in_word(char: str) -> bool:
    return char.isalnum() or char == "_"
