"""VADER's rules as one linear pass: words in, a valence for each word out.

The rules are those of Hutto & Gilbert's VADER (vaderSentiment 3.3.2), to the last bit and with
its oddities: with ``Tables`` of that package the outcome equals its ``polarity_scores``. What is
different is the cost. The package copies the whole token list at every hit, which lets one post
of a few thousand emoji stall it for a minute; here every word is looked up once and remembered.

Other languages and our own vocabulary come in as other ``Tables``; the last fields of it are
empty for plain VADER.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from listeners.sentiment.tables import Tables, Word

MAX_TEXT = 5_000
"""Characters that are scored; what follows has no say."""

NEGATION = -0.74
CAPITALS = 0.733
_SECOND, _THIRD = 0.95, 0.9
_NORMAL_ALPHA = 15
# Where emoji may stand; a range costs next to nothing, the emoji one by one would.
_PICTURE = re.compile("[\xa9\xae\u203c-\U0010ffff]")


class Polarity(NamedTuple):
    """VADER's answer: shares of negative, neutral and positive words, and the compound score."""

    neg: float
    neu: float
    pos: float
    compound: float


_EMPTY = Polarity(0.0, 0.0, 0.0, 0.0)
_NOTHING_SAID = Polarity(0.0, 1.0, 0.0, 0.0)


def polarity(text: str, tables: Tables) -> Polarity:
    """Score a text. Only its first ``MAX_TEXT`` characters count."""
    text = spelled_out(text[:MAX_TEXT], tables)
    words = tables.words(text)
    weights = weigh(words, tables)
    if weights is None:
        return _NOTHING_SAID if words else _EMPTY
    return _polarity_of(weights, text)


def spelled_out(text: str, tables: Tables) -> str:
    """Put the tables' text in the place of every emoji they know."""
    if text.isascii() or _PICTURE.search(text) is None:
        return text
    for emoji in tables.emoji_keys.intersection(text):
        text = text.replace(emoji, tables.emoji[emoji])
    return text


def weigh(words: list[Word], tables: Tables) -> list[float] | None:
    """Return what each word weighs in its place, in VADER's units (about -4 to 4).

    ``None`` says the same as zeros throughout, and is what most posts get.
    """
    if all([word.plain for word in words]):  # noqa: C419 - a list is faster here
        return None
    hits: list[int] = []
    shouted, but = 0, -1
    for at, word in enumerate(words):
        if word.plain:
            continue
        if word.upper:
            shouted += 1
        if word.valence is not None and word.boost is None:
            hits.append(at)
        if but < 0 and word.lower == tables.but:
            but = at
    if not hits:
        return None
    weights = [0.0] * len(words)
    turned = tables.prepare(words) if tables.prepare is not None else {}
    some_shouted = 0 < shouted < len(words)
    for at in hits:
        if tables.english and words[at].lower == "kind" and _lower(words, at + 1) == "of":
            continue
        weights[at] = _valence(words, at, some_shouted, tables)
        if at in turned:
            weights[at] *= turned[at]
    if but >= 0:
        _tip(weights, but)
    return weights


def leaning(words: list[Word], tables: Tables) -> list[float] | None:
    """Return the weights of a text no word of which weighs: its first leaning word, if any."""
    if tables.leanings:
        for at, word in enumerate(words):
            weight = tables.leanings.get(word.lower)
            if weight is not None:
                return [*[0.0] * at, weight, *[0.0] * (len(words) - at - 1)]
    return None


def _lower(words: list[Word], at: int) -> str:
    return words[at].lower if at < len(words) else ""


def _valence(words: list[Word], at: int, shouted: bool, tables: Tables) -> float:
    word = words[at]
    valence = _valence_alone(words, at) if tables.english else word.valence or 0.0
    if shouted and word.upper:
        valence += CAPITALS if valence > 0 else -CAPITALS
    if at > 0 and words[at - 1].valence is None:
        valence += _boost(words[at - 1], valence, shouted)
        if words[at - 1].negates:
            valence *= NEGATION
    if at > 1 and words[at - 2].valence is None:
        valence += _boost(words[at - 2], valence, shouted) * _SECOND
        valence = _negated_two_back(valence, words[at - 2], words[at - 1])
    if at > 2 and words[at - 3].valence is None:
        valence += _boost(words[at - 3], valence, shouted) * _THIRD
        valence = _negated_three_back(valence, words[at - 3], words[at - 2], words[at - 1])
        near = words[at - 2 : at + 3]
        if words[at - 3].ends_phrase or any(one.ends_phrase for one in near):
            valence = _idiom(valence, words, at, tables)
    if tables.english and at > 0 and words[at - 1].lower == "least":
        calmed = at > 1 and words[at - 2].lower in ("at", "very")
        if words[at - 1].valence is None and not calmed:
            valence *= NEGATION
    return valence


def _valence_alone(words: list[Word], at: int) -> float:
    """The word's own valence, as ``no`` before it or as itself leaves it."""
    valence = words[at].valence or 0.0
    lexical = valence
    if words[at].lower == "no" and at + 1 < len(words) and words[at + 1].valence is not None:
        valence = 0.0
    if (
        (at > 0 and words[at - 1].lower == "no")
        or (at > 1 and words[at - 2].lower == "no")
        or (at > 2 and words[at - 3].lower == "no" and words[at - 1].lower in ("or", "nor"))
    ):
        valence = lexical * NEGATION
    return valence


def _boost(word: Word, valence: float, shouted: bool) -> float:
    if word.boost is None:
        return 0.0
    boost = -word.boost if valence < 0 else word.boost
    if shouted and word.upper:
        boost += CAPITALS if valence > 0 else -CAPITALS
    return boost


def _negated_two_back(valence: float, two: Word, one: Word) -> float:
    if two.lower == "never" and one.lower in ("so", "this"):
        return valence * 1.25
    if two.lower == "without" and one.lower == "doubt":
        return valence
    return valence * NEGATION if two.negates else valence


def _negated_three_back(valence: float, three: Word, two: Word, one: Word) -> float:
    # VADER means "never so …" here, but any "so" or "this" just before is enough for it.
    if (three.lower == "never" and two.lower in ("so", "this")) or one.lower in ("so", "this"):
        return valence * 1.25
    if three.lower == "without" and "doubt" in (two.lower, one.lower):
        return valence
    return valence * NEGATION if three.negates else valence


def _idiom(valence: float, words: list[Word], at: int, tables: Tables) -> float:
    three, two, one, zero = (word.lower for word in words[at - 3 : at + 1])
    before = (f"{three} {two} {one}", f"{three} {two}", f"{two} {one}")
    for phrase in (f"{one} {zero}", f"{two} {one} {zero}", before[2], before[0], before[1]):
        if phrase in tables.idioms:
            valence = tables.idioms[phrase]
            break
    if at + 1 < len(words):
        phrase = f"{zero} {words[at + 1].lower}"
        valence = tables.idioms.get(phrase, valence)
        if at + 2 < len(words):
            valence = tables.idioms.get(f"{phrase} {words[at + 2].lower}", valence)
    for phrase in before:
        valence += tables.boosters.get(phrase, 0.0)
    return valence


def _tip(weights: list[float], but: int) -> None:
    """Halve what is said before "but", raise what is said after it.

    VADER looks each value up by ``list.index``, so that of equal values the first one is changed,
    be it halved already; the heaps keep that, without the search.
    """
    places: dict[float, list[int]] = {}
    for at, weight in enumerate(weights):
        if weight == 0:
            continue
        heap = places.setdefault(weight, [])
        heappush(heap, at)
        while weights[heap[0]] != weight:
            heappop(heap)
        first = heap[0]
        changed = weights[first] = weight * (0.5 if first < but else 1.5)
        heappush(places.setdefault(changed, []), first)


def _polarity_of(weights: Sequence[float], text: str) -> Polarity:
    """Sum the weights of a text's words; ``text`` gives the exclamation and question marks."""
    emphasis = _emphasis(text)
    positive = negative = 0.0
    heavy = [weight for weight in weights if weight]
    neutral = len(weights) - len(heavy)
    for weight in heavy:
        if weight > 0:
            positive += weight + 1
        else:
            negative += weight - 1
    if positive > -negative:
        positive += emphasis
    elif positive < -negative:
        negative -= emphasis
    total = positive - negative + neutral
    return Polarity(
        round(-negative / total, 3) if negative else 0.0,
        round(neutral / total, 3),
        round(positive / total, 3),
        _compound(float(sum(heavy)), emphasis),
    )


def compound_of(weights: Sequence[float] | None, text: str) -> float:
    """Return the compound score alone, in [-1, 1]."""
    return _compound(float(sum(weights)), _emphasis(text)) if weights else 0.0


def _compound(total: float, emphasis: float) -> float:
    if total > 0:
        total += emphasis
    elif total < 0:
        total -= emphasis
    else:
        return 0.0
    return round(total / math.sqrt(total * total + _NORMAL_ALPHA), 4)


def _emphasis(text: str) -> float:
    exclaimed = min(text.count("!"), 4) * 0.292
    asked = text.count("?")
    if asked > 3:
        return exclaimed + 0.96
    return exclaimed + (asked * 0.18 if asked > 1 else 0)
