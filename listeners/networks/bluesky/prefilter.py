"""A look at the raw bytes that settles most posts: none of the words we need is in there.

A brand's query needs at least one of a few words. Where a record holds none of them, nor the DID
of one of our accounts, it need not be decoded, folded and matched: ten times cheaper, which
makes a day of the whole network readable in a minute. It never says no to what might match:
bytes that folding or cleaning could turn into the letters of a word always mean yes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ahocorasick_rs import BytesAhoCorasick, Implementation

from listeners.query import Query
from listeners.query.tree import And, Handle, Near, Node, Not, Or, Raw, Site, Tag, Words
from listeners.query.words import words_of

_SHORTEST = 2

# First bytes, in UTF-8, of the characters that fold to ASCII letters: accented ones, and marks.
_FOLDS = re.compile(rb"[\xc3-\xca\xcc\xcd\xe1]")
_KELVIN_SIGN = "\u212a".encode()
_RUN = re.compile(rb"[\x80-\xff]+")
_VISIBLE = re.compile(rb"\xe2\x80[\x90-\xa7]")


class Prefilter:
    """Says of a record's JSON whether it may concern us."""

    def __init__(self, queries: Iterable[Query], dids: Iterable[str]) -> None:
        words: set[str] | None = set()
        for query in queries:
            needed = needed_words(query.root)
            words = None if words is None or needed is None else words | needed
        self._automaton: BytesAhoCorasick | None = None
        if words is not None:
            patterns = sorted({*words, *(did.lower() for did in dids)} or {"\x00"})
            self._automaton = BytesAhoCorasick(
                [pattern.encode() for pattern in patterns], implementation=Implementation.DFA
            )

    def may_concern(self, raw: bytes) -> bool:
        """Whether the record must be looked at; sure where the answer is no."""
        if self._automaton is None or b"\\u" in raw:
            return True
        if self._automaton.find_matches_as_indexes(raw.lower()):
            return True
        return not raw.isascii() and _may_hide_a_word(raw)


def _may_hide_a_word(raw: bytes) -> bool:
    """Whether folding or cleaning could make ASCII words of other characters here.

    What stands between two letters may be invisible and cleaned away; curly apostrophes and
    dashes are not.
    """
    if _FOLDS.search(raw) or _KELVIN_SIGN in raw:
        return True
    for run in _RUN.finditer(raw):
        start, end = run.span()
        squeezed = raw[start - 1 : start].isalnum() and raw[end : end + 1].isalnum()
        if squeezed and not _VISIBLE.fullmatch(run.group()):
            return True
    return False


def needed_words(node: Node) -> set[str] | None:
    """Return words of which at least one is in every post that matches; ``None``: there are none.

    Only words of ASCII letters and digits count: they are the same in every encoding.
    """
    match node:
        case Words(text) | Raw(text) | Tag(text) | Handle(text) | Site(text):
            word = max(words_of(text), key=len, default="")
            return {word} if word.isascii() and len(word) >= _SHORTEST else None
        case Or(parts):
            every = [needed_words(part) for part in parts]
            if any(words is None for words in every):
                return None
            return {word for words in every if words is not None for word in words}
        case And(parts) | Near(parts):
            some = [words for part in parts if (words := needed_words(part)) is not None]
            return max(some, key=lambda words: min(map(len, words)), default=None)
        case Not():
            return None
        case _:
            return None
