"""One text in, one verdict out: language, scorer, compound, label, and the words that made it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from typing import Literal

from listeners.model import Label, Score
from listeners.sentiment import others
from listeners.sentiment.emoji import emoji_weights, is_pictograph
from listeners.sentiment.english import english_tables
from listeners.sentiment.french import french_plain_tables, french_tables, french_text
from listeners.sentiment.learnt import Features, Learnt, features_of
from listeners.sentiment.normal import normal
from listeners.sentiment.quality import Quality, quality_of
from listeners.sentiment.rules import MAX_TEXT, compound_of, leaning, spelled_out, weigh
from listeners.sentiment.spoken import Spoken, spoken_in
from listeners.sentiment.tables import Tables, Word
from listeners.sentiment.vader import vader_compound, vader_tables

SCORER_VERSION = 2
"""Rises whenever a stored compound could come out otherwise."""

THRESHOLD = 0.05
"""From this compound on a text is positive, from its negative on negative (VADER's own)."""

NOTHING_TAUGHT: Mapping[str, float] = {}
NOTHING_LEARNT: Mapping[str, Learnt] = {}

Kind = Literal["word", "phrase", "emoji"]
Does = Literal["weighs", "turns", "raises", "lowers"]


@dataclass(frozen=True, slots=True)
class WordWeight:
    """A word and what it weighed in its place, in VADER's units; ``base`` is it standing alone.

    Negation, boosters, capitals and "but" make the difference between the two; ``by`` are the
    words before it that raised, lowered or turned it, nearest first.
    """

    text: str
    weight: float
    kind: Kind
    base: float
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadWord:
    """A word that had a part in a verdict, by what it does: weigh, or work on one that does."""

    text: str
    does: Does
    weight: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A verdict with its words, heaviest first.

    ``vader`` is plain VADER's compound of the text as it was written, for English only; ``plain``
    is that of the language's tables without our layer, for every scored language. What the layer
    changed is the difference to ``score.compound``. ``quality`` is how far verdicts in this
    language can be trusted, ``None`` where there is none. Where a learnt layer judged,
    ``score.scorer`` names it, ``listed`` is the compound of the words alone, and ``pulls`` are the
    words it has learnt to lean on, with how far each leans (above 0: to the positive);
    ``learnt_from`` is the number of corrections it was learnt from.
    """

    score: Score
    words: tuple[WordWeight, ...]
    vader: float | None
    plain: float | None = None
    spoken: Spoken = field(default_factory=lambda: Spoken(lang=None, why="unknown"))
    quality: Quality | None = None
    listed: float | None = None
    pulls: tuple[tuple[str, float], ...] = ()
    learnt_from: int = 0
    read: tuple[ReadWord, ...] = ()
    """The same words in the order of the text, with those that raised, lowered or turned them."""


@dataclass(frozen=True, slots=True)
class _Scorer:
    """``tables`` with our layer, ``plain`` without; ``prepared`` sets the words apart."""

    name: str
    tables: Callable[[], Tables]
    plain: Callable[[], Tables]
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
    "en": _Scorer("vader", english_tables, vader_tables, _as_it_is),
    "fr": _Scorer("vader-fr", french_tables, french_plain_tables, french_text),
    **{
        lang: _Scorer(
            f"afinn-{lang}",
            partial(others.tables, lang),
            partial(others.tables, lang, layered=False),
            others.prepared(lang),
        )
        for lang in others.LANGUAGES
    },
}
_EMOJI = _Scorer("emoji", _emoji_tables, _emoji_tables, _as_it_is)

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
    usual: str | None = None,
    layered: bool = True,
    taught: Mapping[str, float] = NOTHING_TAUGHT,
    learnt: Mapping[str, Learnt] = NOTHING_LEARNT,
) -> Score:
    """Judge a text; never raises.

    ``lang`` is the network's tag and counts unless the alphabet or the words contradict it;
    without one the language is identified among ``languages``, and where the text is too short
    for that it is the one its author or source ``usual``ly writes in. ``mask`` are names that must
    not weigh. A text in a language without a scorer, or without any word, is unscored; one of
    emoji alone is scored by their own table. Not ``layered``, the language's tables are used
    without our words, emoji and phrases: for English that is VADER itself. ``taught`` are words
    and their weights (in [-4, 4], 0: none) that go before every list, layered or not. ``learnt``
    holds layers by language: one judges in place of the lists, where they are layered.
    """
    cleaned = normal(text, mask)
    spoken, scorer = _choose(cleaned, lang, languages, usual, taught)
    if scorer is None:
        return _unscored(spoken)
    if not layered:
        if taught:
            compound = _taught_plain(text, cleaned, scorer, taught)
        else:
            compound = _plain(text, cleaned, scorer)
        return _verdict(spoken, scorer, compound, "-plain")
    spelled, words, tables = _read(cleaned, scorer, taught)
    weights = _weights(words, tables)
    compound = compound_of(weights, spelled)
    layer = _layer(learnt, spoken, scorer)
    if layer is not None:
        return _by_learnt(layer, spoken, layer.compound(cleaned, weights, compound))
    return _verdict(spoken, scorer, compound)


def explain(
    text: str,
    *,
    lang: str | None,
    mask: Sequence[str] = (),
    languages: Sequence[str] = ("en", "fr"),
    usual: str | None = None,
    layered: bool = True,
    taught: Mapping[str, float] = NOTHING_TAUGHT,
    learnt: Mapping[str, Learnt] = NOTHING_LEARNT,
) -> Explanation:
    """Judge a text as ``score`` does, and name the words that made the verdict."""
    cleaned = normal(text, mask)
    spoken, scorer = _choose(cleaned, lang, languages, usual, taught)
    if scorer is None:
        return Explanation(score=_unscored(spoken), words=(), vader=None, spoken=spoken)
    read = text if not layered and scorer.name == "vader" else cleaned
    spelled, words, tables = _read(read, scorer, taught, layered=layered)
    alone = [word.valence or 0.0 for word in words]
    weights = _weights(words, tables) or [0.0] * len(words)
    weighed = [
        WordWeight(word.text, round(weight, 3), _kind(word), base, _worked_on(words, at))
        for at, (word, weight, base) in enumerate(zip(words, weights, alone, strict=True))
        if weight
    ]
    plain = _plain(text, cleaned, scorer)
    compound = compound_of(weights, spelled)
    verdict = _verdict(spoken, scorer, compound, "" if layered else "-plain")
    pulls: tuple[tuple[str, float], ...] = ()
    layer = _layer(learnt, spoken, scorer) if layered else None
    if layer is not None:
        verdict = _by_learnt(layer, spoken, layer.compound(cleaned, weights, compound))
        pulls = layer.pulls(cleaned)
    return Explanation(
        score=verdict,
        listed=compound,
        pulls=pulls,
        learnt_from=layer.corrections if layer is not None else 0,
        words=tuple(sorted(weighed, key=lambda one: -abs(one.weight))),
        vader=plain if scorer.name == "vader" else None,
        plain=plain,
        spoken=spoken,
        quality=quality_of(spoken.lang) if scorer is not _EMOJI else None,
        read=_with_parts(words, weights),
    )


def as_listed(
    text: str, *, lang: str, mask: Sequence[str] = (), taught: Mapping[str, float] = NOTHING_TAUGHT
) -> tuple[Features, float] | None:
    """Return what a learnt layer sees of a text, and the compound of the word lists.

    ``None`` for a language without lists.
    """
    scorer = _SCORERS.get(lang)
    if scorer is None:
        return None
    cleaned = normal(text, mask)
    spelled, words, tables = _read(cleaned, scorer, taught)
    weights = _weights(words, tables)
    compound = compound_of(weights, spelled)
    return features_of(cleaned, weights, compound), compound


def _unscored(spoken: Spoken) -> Score:
    return Score(
        lang=spoken.lang,
        scorer=None,
        compound=None,
        label=Label.UNSCORED,
        version=SCORER_VERSION,
        said_by=spoken.why,
    )


def _verdict(spoken: Spoken, scorer: _Scorer, compound: float, how: str = "") -> Score:
    return Score(
        lang=spoken.lang,
        scorer=scorer.name + how,
        compound=compound,
        label=label_of(compound),
        version=SCORER_VERSION,
        said_by=spoken.why,
    )


def _layer(learnt: Mapping[str, Learnt], spoken: Spoken, scorer: _Scorer) -> Learnt | None:
    """The layer learnt for a text's language; emoji alone are in none."""
    return learnt.get(spoken.lang) if learnt and spoken.lang and scorer is not _EMOJI else None


def _by_learnt(learnt: Learnt, spoken: Spoken, compound: float) -> Score:
    return Score(
        lang=spoken.lang,
        scorer=learnt.name,
        compound=compound,
        label=label_of(compound),
        version=SCORER_VERSION,
        said_by=spoken.why,
    )


def _plain(text: str, cleaned: str, scorer: _Scorer) -> float:
    """The compound without our layer; English as it was written, as VADER would get it."""
    if scorer.name == "vader":
        return vader_compound(text)
    tables = scorer.plain()
    spelled = spelled_out(scorer.prepared(cleaned), tables)
    return compound_of(weigh(tables.words(spelled), tables), spelled)


def _taught_plain(text: str, cleaned: str, scorer: _Scorer, taught: Mapping[str, float]) -> float:
    """The compound without our layer, but with the words a brand was taught."""
    read = text[:MAX_TEXT] if scorer.name == "vader" else cleaned
    spelled, words, tables = _read(read, scorer, taught, layered=False)
    return compound_of(weigh(words, tables), spelled)


def _choose(
    text: str,
    lang: str | None,
    languages: Sequence[str],
    usual: str | None,
    taught: Mapping[str, float],
) -> tuple[Spoken, _Scorer | None]:
    spoken = spoken_in(text, tag=lang, languages=languages, usual=usual)
    if not spoken.letters:
        speaks = any(character in emoji_weights() or character in taught for character in text)
        return spoken, _EMOJI if speaks else None
    return spoken, _SCORERS.get(spoken.lang) if spoken.lang is not None else None


def _worked_on(words: list[Word], at: int) -> tuple[str, ...]:
    """The words before one that raised, lowered or turned it."""
    near = reversed(words[max(0, at - 3) : at])
    return tuple(
        one.text for one in near if one.negates or (one.boost is not None and one.valence is None)
    )


def _with_parts(words: list[Word], weights: Sequence[float]) -> tuple[ReadWord, ...]:
    """The words with a part in the verdict, in the order of the text."""
    does: dict[int, Does] = {}
    for at, weight in enumerate(weights):
        for near in range(max(0, at - 3), at) if weight else ():
            one = words[near]
            if one.negates:
                does[near] = "turns"
            elif one.boost is not None and one.valence is None:
                does[near] = "raises" if one.boost > 0 else "lowers"
    return tuple(
        ReadWord(word.text, "weighs", round(weights[at], 3))
        if weights[at]
        else ReadWord(word.text, does[at])
        for at, word in enumerate(words)
        if weights[at] or at in does
    )


def _read(
    text: str, scorer: _Scorer, taught: Mapping[str, float], *, layered: bool = True
) -> tuple[str, list[Word], Tables]:
    if taught:
        tables = _tables_with(scorer, layered, frozenset(taught.items()))
    else:
        tables = scorer.tables() if layered else scorer.plain()
    spelled = spelled_out(scorer.prepared(text), tables)
    return spelled, tables.words(spelled), tables


@lru_cache(maxsize=64)
def _tables_with(scorer: _Scorer, layered: bool, taught: frozenset[tuple[str, float]]) -> Tables:
    """The words of a scorer with those of a brand, spelled as the scorer spells a text."""
    tables = scorer.tables() if layered else scorer.plain()
    keys: dict[tuple[str, ...], float] = {}
    for word, weight in sorted(taught):
        spelled = spelled_out(scorer.prepared(normal(word)), tables)
        key = tuple(" ".join(one.lower for one in tables.words(spelled)).split())
        if key:
            keys[key] = weight
    return tables.with_taught(keys)


def _weights(words: list[Word], tables: Tables) -> list[float] | None:
    weights = weigh(words, tables)
    if weights is None or not any(weights):
        return leaning(words, tables) or weights
    return weights


def _kind(word: Word) -> Kind:
    if " " in word.lower:
        return "phrase"
    return "emoji" if len(word.text) == 1 and is_pictograph(word.text) else "word"
