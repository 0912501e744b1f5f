"""One text in, one verdict out: language, scorer, compound, label, and the words that made it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from listeners.model import Label, Score
from listeners.sentiment import language
from listeners.sentiment.emoji import emoji_weights, is_pictograph
from listeners.sentiment.english import english_tables
from listeners.sentiment.french import french_tables, french_text
from listeners.sentiment.normal import normal
from listeners.sentiment.rules import compound_of, spelled_out, weigh
from listeners.sentiment.tables import Tables, Word
from listeners.sentiment.vader import vader_compound

SCORER_VERSION = 1
"""Rises whenever a stored compound could come out otherwise."""

THRESHOLD = 0.05
"""From this compound on a text is positive, from its negative on negative (VADER's own)."""

Kind = Literal["word", "phrase", "emoji"]


@dataclass(frozen=True, slots=True)
class WordWeight:
    """A word and what it weighed in its place, in VADER's units; ``base`` is it standing alone.

    Negation, boosters, capitals and "but" make the difference between the two.
    """

    text: str
    weight: float
    kind: Kind
    base: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A verdict with its words, heaviest first.

    ``vader`` is plain VADER's compound of the text as it was written, for English only; what
    our layers changed is the difference to ``score.compound``.
    """

    score: Score
    words: tuple[WordWeight, ...]
    vader: float | None


@dataclass(frozen=True, slots=True)
class _Scorer:
    name: str
    tables: Callable[[], Tables]
    prepared: Callable[[str], str]


def _as_it_is(text: str) -> str:
    return text


@cache
def _emoji_tables() -> Tables:
    weights = emoji_weights()
    return Tables(
        lexicon=weights,
        boosters={},
        negations=(),
        emoji={emoji: f" {emoji} " for emoji in weights},
        english=False,
    )


_SCORERS = {
    "en": _Scorer("vader", english_tables, _as_it_is),
    "fr": _Scorer("vader-fr", french_tables, french_text),
}
_EMOJI = _Scorer("emoji", _emoji_tables, _as_it_is)

SCORED_LANGUAGES = tuple(_SCORERS)
"""Languages that have a scorer."""


def label_of(compound: float | None) -> Label:
    """Return the label of a compound score."""
    if compound is None:
        return Label.UNSCORED
    if compound >= THRESHOLD:
        return Label.POSITIVE
    return Label.NEGATIVE if compound <= -THRESHOLD else Label.NEUTRAL


def score(
    text: str,
    *,
    lang: str | None,
    mask: Sequence[str] = (),
    languages: Sequence[str] = ("en", "fr"),
) -> Score:
    """Judge a text; never raises.

    ``lang`` is the network's tag and counts unless the alphabet contradicts it; without one the
    language is identified among ``languages``. ``mask`` are names that must not weigh. A text in
    a language without a scorer, or without any word, is unscored; one of emoji alone is scored
    by their own table.
    """
    cleaned = normal(text, mask)
    found, scorer = _choose(cleaned, lang, languages)
    if scorer is None:
        return Score(lang=found, scorer=None, compound=None, label=Label.UNSCORED)
    spelled, words, tables = _read(cleaned, scorer)
    compound = compound_of(weigh(words, tables), spelled)
    return Score(lang=found, scorer=scorer.name, compound=compound, label=label_of(compound))


def explain(
    text: str,
    *,
    lang: str | None,
    mask: Sequence[str] = (),
    languages: Sequence[str] = ("en", "fr"),
) -> Explanation:
    """Judge a text as ``score`` does, and name the words that made the verdict."""
    cleaned = normal(text, mask)
    found, scorer = _choose(cleaned, lang, languages)
    if scorer is None:
        unscored = Score(lang=found, scorer=None, compound=None, label=Label.UNSCORED)
        return Explanation(score=unscored, words=(), vader=None)
    spelled, words, tables = _read(cleaned, scorer)
    alone = [word.valence or 0.0 for word in words]
    weights = weigh(words, tables) or [0.0] * len(words)
    compound = compound_of(weights, spelled)
    weighed = [
        WordWeight(word.text, round(weight, 3), _kind(word), base)
        for word, weight, base in zip(words, weights, alone, strict=True)
        if weight
    ]
    return Explanation(
        score=Score(lang=found, scorer=scorer.name, compound=compound, label=label_of(compound)),
        words=tuple(sorted(weighed, key=lambda one: -abs(one.weight))),
        vader=vader_compound(text) if scorer.name == "vader" else None,
    )


def _choose(
    text: str, lang: str | None, languages: Sequence[str]
) -> tuple[str | None, _Scorer | None]:
    tagged = language.normal_tag(lang)
    alphabet = language.alphabet_of(text)
    if alphabet is None:
        speaks = any(character in emoji_weights() for character in text)
        return tagged, _EMOJI if speaks else None
    if tagged is None or not language.fits(tagged, alphabet):
        tagged = language.identify_normal(text, languages)
    return tagged, _SCORERS.get(tagged) if tagged is not None else None


def _read(text: str, scorer: _Scorer) -> tuple[str, list[Word], Tables]:
    tables = scorer.tables()
    spelled = spelled_out(scorer.prepared(text), tables)
    return spelled, tables.words(spelled), tables


def _kind(word: Word) -> Kind:
    if " " in word.lower:
        return "phrase"
    return "emoji" if len(word.text) == 1 and is_pictograph(word.text) else "word"
