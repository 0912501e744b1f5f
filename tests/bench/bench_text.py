"""Text in ratios: our scorer beside vaderSentiment, our matcher beside bare Aho-Corasick.

Each figure is taken interleaved with its reference in one run, as CPU time, best of several
rounds; the ratio holds on other machines, the figures do not. Run by ``make bench``, or::

    python -m pytest -s -m bench tests/bench/bench_text.py
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from ahocorasick_rs import AhoCorasick, Implementation, MatchKind
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from listeners.query import Matcher, Query, Subject
from listeners.query.tree import Words
from listeners.query.words import folded_words
from listeners.sentiment import identify, load, score, vader_polarity

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

_DATA = Path(os.environ.get("HUBBUB_DATA") or Path(__file__).parents[3] / "shared" / "data")
_ROUNDS = 5

_HOSTILE = {
    "3,200 emoji": "😀" * 3_200,
    "2,500 emoji apart": "😀 " * 2_500,
    "but without end": "good but " * 555,
    "equal words around one but": "good " * 500 + "but " + "bad " * 495,
    "negations": "not good " * 555,
    "no, no, no": "no " * 1_666,
    "a phrase begun a thousand times": "still " * 833,
    "one endless word": "a" * 5_000,
    "a mountain of entities": "&amp;" * 1_000,
    "handles": "@a" * 2_500,
    "tags": "#aB" * 1_666,
    "apostrophes": "l'" * 2_500,
    "drawn out": "o" * 5_000 + " géniaaaal" * 10,
    "1 MB of emoji": "😀" * 250_000,
}


def _texts(language: str) -> list[str]:
    folder = _DATA / "umsab" / language
    if not folder.is_dir():
        pytest.skip("no texts to measure on: set HUBBUB_DATA")
    return [
        line
        for part in ("train", "val")
        for line in (folder / f"{part}_text.txt").read_text(encoding="utf-8").splitlines()
    ]


def _beside(
    theirs: Callable[[str], object], ours: Callable[[str], object], texts: list[str]
) -> tuple[float, float]:
    """Texts a second of both, alternating, each at its best round."""
    best = [0.0, 0.0]
    for _ in range(_ROUNDS):
        for index, function in enumerate((theirs, ours)):
            began = time.process_time()
            for text in texts:
                function(text)
            best[index] = max(best[index], len(texts) / (time.process_time() - began))
    return best[0], best[1]


def _tell(what: str, theirs: float, ours: float, target: str) -> None:
    print(
        f"\n{what:<46} {theirs:>10,.0f} {ours:>10,.0f} t/s  ratio {ours / theirs:5.2f}  ({target})"
    )


@pytest.mark.parametrize("language", ["english", "french", "german"])
def test_equal_scorer_beside_vader(language: str) -> None:
    texts = _texts(language)
    package = SentimentIntensityAnalyzer()
    theirs, ours = _beside(package.polarity_scores, vader_polarity, texts)
    _tell(f"equal scorer / vaderSentiment, {language}", theirs, ours, "target 3")


@pytest.mark.parametrize(("language", "lang"), [("english", "en"), ("french", "fr")])
def test_whole_verdict_beside_vader(language: str, lang: str) -> None:
    texts = _texts(language)
    package = SentimentIntensityAnalyzer()
    theirs, ours = _beside(package.polarity_scores, lambda text: score(text, lang=lang), texts)
    _tell(f"score(), language known / vaderSentiment, {language}", theirs, ours, "no target")
    load()
    theirs, ours = _beside(package.polarity_scores, identify, texts)
    _tell(f"identify() / vaderSentiment, {language}", theirs, ours, "no target")


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_hostile_texts(lang: str) -> None:
    package = SentimentIntensityAnalyzer()
    ordinary = "The service was really good, but I am still waiting for an answer."
    began = time.perf_counter()
    for _ in range(200):
        package.polarity_scores(ordinary)
    unit = (time.perf_counter() - began) / 200
    score(ordinary, lang=lang)
    print()
    for name, text in _HOSTILE.items():
        began = time.perf_counter()
        score(text, lang=lang)
        took = time.perf_counter() - began
        print(f"hostile {lang}: {name:<34} {took * 1000:8.2f} ms  = {took / unit:8.0f} ordinary "
              f"posts of vaderSentiment  (target 50 ms)")  # fmt: skip


def _terms(count: int, texts: list[str], dice: random.Random) -> list[str]:
    """Terms of one or two words as they stand in the texts, so that many texts hit."""
    cut = [folded_words(text).split() for text in texts]
    words = sorted({word for one in cut for word in one if len(word) > 3})
    pairs = sorted(
        {" ".join(pair) for one in cut for pair in pairwise(one) if min(map(len, pair)) > 3}
    )
    return dice.sample(words, count * 9 // 10) + dice.sample(pairs, count - count * 9 // 10)


@pytest.mark.parametrize("count", [10, 100, 1_000])
@pytest.mark.parametrize("language", ["english", "french"])
def test_matcher_beside_bare_aho_corasick(count: int, language: str) -> None:
    """The reference only finds substrings in folded text; ours folds, sets borders, explains."""
    texts = _texts(language)
    terms = _terms(count, texts, random.Random(7))
    automaton = AhoCorasick(terms, matchkind=MatchKind.Standard, implementation=Implementation.DFA)
    matcher = Matcher({term: Query(Words(term)) for term in terms})
    lowered = {text: text.lower() for text in texts}
    subjects = {text: Subject(text=text) for text in texts}
    theirs, ours = _beside(
        lambda text: automaton.find_matches_as_indexes(lowered[text], overlapping=True),
        lambda text: matcher.match(subjects[text]),
        texts,
    )
    hits = sum(bool(matcher.match(subject)) for subject in subjects.values()) / len(texts)
    _tell(f"match {count} terms / bare automaton, {language}", theirs, ours, "target 0.67")
    print(f"   {hits:.0%} of the texts hit")
    patterns = {term: folded_words(term) for term in terms}
    for text, subject in subjects.items():
        words = folded_words(text)
        expected = {term for term, pattern in patterns.items() if pattern in words}
        assert matcher.match(subject).keys() == expected
