"""The words of one language as the rules need them, each token looked up once and remembered."""

from __future__ import annotations

import string
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

_CACHE_WORDS = 50_000
_CACHE_LENGTH = 40


@dataclass(slots=True)
class Word:
    """What is known of one token before its neighbours are looked at.

    ``plain``: it has no valence, is not in capitals and not the "but" of its language.
    """

    text: str
    lower: str
    upper: bool
    valence: float | None
    boost: float | None = None
    negates: bool = False
    ends_phrase: bool = False
    starts_term: bool = False
    plain: bool = False


class Tables:
    """The words of one language, and what became of every token seen so far.

    ``boosters`` hold single words and phrases; ``idioms`` replace the valence of a lexicon word
    they contain or touch. ``emoji`` maps a character to the text put in its place. ``english``
    turns on the rules that name English words (least, kind of, never so, without doubt, no).

    The rest is not VADER's: ``terms`` are phrases with a valence of their own, as tuples of
    lower-case words; ``prepare`` finds words that are turned by what follows them, and may put
    other words in the place of used-up negations in the list it is given;
    ``alternatives`` gives other spellings of a word that is in no table; ``leanings`` are words
    that weigh only where no other word does.
    """

    def __init__(
        self,
        *,
        lexicon: Mapping[str, float],
        boosters: Mapping[str, float],
        negations: Collection[str],
        idioms: Mapping[str, float] | None = None,
        emoji: Mapping[str, str] | None = None,
        but: str = "but",
        english: bool = True,
        terms: Mapping[tuple[str, ...], float] | None = None,
        prepare: Callable[[list[Word]], Mapping[int, float]] | None = None,
        alternatives: Callable[[str], Iterable[str]] | None = None,
        leanings: Mapping[str, float] | None = None,
    ) -> None:
        self.lexicon = lexicon
        self.boosters = boosters
        self.negations = frozenset(negations)
        self.idioms = idioms or {}
        self.emoji = emoji or {}
        self.emoji_keys = frozenset(self.emoji)
        self.but = but
        self.english = english
        self.terms = terms or {}
        self.prepare = prepare
        self.alternatives = alternatives
        self.leanings = leanings or {}
        self._silent: frozenset[tuple[str, ...]] = frozenset()
        phrases = [*self.idioms, *(booster for booster in boosters if " " in booster)]
        self._phrase_ends = frozenset(phrase.rpartition(" ")[2] for phrase in phrases)
        self._terms_from = _by_first_word(self.terms)
        self._seen = _Seen(self._look_up)

    def with_taught(self, taught: Mapping[tuple[str, ...], float]) -> Tables:
        """Return these tables with words and phrases of a brand before all of them.

        A weight of 0 takes a word out, together with what it does to the words beside it. Phrases
        that hold a taught word mean what it means: theirs no longer count.
        """
        words = {key[0]: weight for key, weight in taught.items() if len(key) == 1}
        silent = frozenset(word for word, weight in words.items() if not weight)
        spelled, known = self.alternatives, words.keys()

        def alternatives(lower: str) -> Iterable[str]:
            return () if spelled is None or lower in known else spelled(lower)

        lexicon = {**self.lexicon, **words}
        tables = Tables(
            lexicon={word: weight for word, weight in lexicon.items() if word not in silent},
            boosters={word: step for word, step in self.boosters.items() if word not in known},
            negations=self.negations,
            idioms={p: w for p, w in self.idioms.items() if known.isdisjoint(p.split())},
            emoji=self.emoji,
            but=self.but,
            english=self.english,
            terms={
                **{key: w for key, w in self.terms.items() if known.isdisjoint(key)},
                **{key: w for key, w in taught.items() if len(key) > 1},
            },
            prepare=self.prepare,
            alternatives=alternatives,
            leanings={word: w for word, w in self.leanings.items() if word not in known},
        )
        tables._silent = frozenset(key for key, weight in taught.items() if not weight)
        return tables

    def words(self, text: str) -> list[Word]:
        """Cut a text into words; the words of a term become one."""
        words = list(map(self._seen.__getitem__, text.split()))
        if not self.terms:
            return words
        starts = [at for at, word in enumerate(words) if word.starts_term]
        found = {at: size for at in starts if (size := self._term_at(words, at))}
        return self._joined(words, found) if found else words

    def _look_up(self, token: str) -> Word:
        text = token.strip(string.punctuation)
        if len(text) <= 2:
            text = token  # likely an emoticon
        lower, upper = text.lower(), text.isupper()
        valence, boost = self.lexicon.get(lower), self.boosters.get(lower)
        if valence is None and boost is None and self.alternatives is not None:
            for other in self.alternatives(lower):
                valence, boost = self.lexicon.get(other), self.boosters.get(other)
                if valence is not None or boost is not None:
                    break
        return Word(
            text=text,
            lower=lower,
            upper=upper,
            valence=valence,
            boost=boost,
            negates=lower in self.negations or (self.english and "n't" in lower),
            ends_phrase=lower in self._phrase_ends,
            starts_term=lower in self._terms_from,
            plain=valence is None and not upper and lower != self.but,
        )

    def _joined(self, words: list[Word], found: Mapping[int, int]) -> list[Word]:
        joined: list[Word] = []
        at = 0
        while at < len(words):
            size = found.get(at, 0)
            if size:
                part = words[at : at + size]
                key = tuple([one.lower for one in part])
                joined.append(
                    Word(
                        text=" ".join([one.text for one in part]),
                        lower=" ".join(key),
                        upper=all(one.upper for one in part),
                        valence=None if key in self._silent else self.terms[key],
                    )
                )
            else:
                joined.append(words[at])
            at += size or 1
        return joined

    def _term_at(self, words: list[Word], at: int) -> int:
        """How many words the longest term takes that begins here; 0 for none."""
        for term in self._terms_from[words[at].lower]:
            size = len(term)
            if size == 1:
                return 1
            if at + size > len(words) or words[at + 1].lower != term[1]:
                continue
            if all(words[at + i].lower == term[i] for i in range(2, size)):
                return size
        return 0


def _by_first_word(
    terms: Iterable[tuple[str, ...]],
) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Terms by their first word, longest first."""
    grouped: dict[str, list[tuple[str, ...]]] = {}
    for term in terms:
        grouped.setdefault(term[0], []).append(term)
    return {word: tuple(sorted(group, key=len, reverse=True)) for word, group in grouped.items()}


class _Seen(dict[str, Word]):
    """Tokens looked up before; emptied when full, and never keeping a very long one."""

    def __init__(self, look_up: Callable[[str], Word]) -> None:
        super().__init__()
        self._look_up = look_up

    def __missing__(self, token: str) -> Word:
        word = self._look_up(token)
        if len(token) <= _CACHE_LENGTH:
            if len(self) >= _CACHE_WORDS:
                self.clear()
            self[token] = word
        return word
