"""How right the verdicts are, VADER beside ours, on every labelled set at hand.

``make bench-sentiment`` reads ``HUBBUB_DATA``: a folder of ``text<TAB>label`` files, or of pairs
``X_text.txt`` and ``X_labels.txt``. The language comes from the file's name (``french.tsv``,
``en-airlines.tsv``), else from its posts; ``HUBBUB_MASK`` holds brand names that must not weigh,
with commas between. Macro-averages are over the labels a set has; an unscored post is a wrong one.
Speeds are CPU time in the same run, alternating, each at its best round.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from listeners.model import Label
from listeners.sentiment import (
    SCORED_LANGUAGES,
    label_of,
    load,
    score,
    vader_compound,
)
from tests.bench.labelled import LabelledSet, sets_in

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3_600)]

_DATA = Path(os.environ.get("HUBBUB_DATA") or Path(__file__).parents[3] / "shared" / "data")
_MASK = tuple(name.strip() for name in os.environ.get("HUBBUB_MASK", "").split(",") if name.strip())
_LABELS = (Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE)
_TIMED = 1_000
_UNTOLD = 1_000
_ROUNDS = 3
_MAX = 5_000
"""Characters of a text given to VADER: its cost is quadratic."""


def _figures(given: Sequence[Label], posts: Sequence[tuple[str, Label]]) -> str:
    """Macro-recall, macro-F1, accuracy, recall of each label, share unscored."""
    recalls, f1s = [], []
    each = []
    for label in _LABELS:
        wanted = sum(one is label for _, one in posts)
        right = sum(one is label is want for one, (_, want) in zip(given, posts, strict=True))
        each.append(f"{right / wanted:.2f}" if wanted else " –  ")
        if wanted:
            recalls.append(right / wanted)
            f1s.append(2 * right / (wanted + sum(one is label for one in given)))
    accuracy = sum(one is want for one, (_, want) in zip(given, posts, strict=True)) / len(posts)
    unscored = sum(one is Label.UNSCORED for one in given) / len(posts)
    macro = f"{sum(recalls) / len(recalls):.3f}  {sum(f1s) / len(f1s):.3f}"
    return f"{macro}  {accuracy:.3f}  {' '.join(each)}  {unscored:5.1%}"


def _speeds(functions: Sequence[Callable[[str], object]], texts: Sequence[str]) -> list[float]:
    """Texts a second of each function, the functions alternating."""
    best = [0.0] * len(functions)
    for _ in range(_ROUNDS):
        for at, function in enumerate(functions):
            began = time.process_time()
            for text in texts:
                function(text)
            best[at] = max(best[at], len(texts) / (time.process_time() - began))
    return best


def _told(data: LabelledSet, package: SentimentIntensityAnalyzer) -> list[str]:
    def theirs(text: str) -> float:
        return float(package.polarity_scores(text[:_MAX])["compound"])

    def ours(text: str) -> Label:
        return score(text, lang=data.lang, mask=_MASK).label

    def untold(text: str) -> Label:
        return score(text, lang=None, mask=_MASK, languages=SCORED_LANGUAGES, usual=data.lang).label

    texts = [text for text, _ in data.posts]
    fewer = data.posts[:: max(1, len(texts) // _UNTOLD)]
    vader, equal, whole = _speeds((theirs, vader_compound, ours), texts[:_TIMED])
    head = f"{data.name[:34]:<34} {data.lang or '?':<3}"
    by_theirs = _figures([label_of(theirs(text)) for text in texts], data.posts)
    by_ours = _figures([ours(text) for text in texts], data.posts)
    by_untold = _figures([untold(text) for text, _ in fewer], fewer)
    return [
        f"{head} {len(texts):>6} vader        {by_theirs}  {vader:>7,.0f}",
        f"{'':<45} hubbub       {by_ours}  {whole:>7,.0f}  {whole / vader:4.1f}",
        f"{'':<38} {len(fewer):>6} lang untold  {by_untold}",
        f"{'':<45} equal scorer {'':<42}  {equal:>7,.0f}  {equal / vader:4.1f}",
    ]


def test_verdicts_beside_vader() -> None:
    sets = list(sets_in(_DATA)) if _DATA.is_dir() else []
    if not sets:
        pytest.skip("no labelled posts: set HUBBUB_DATA to a folder of text<TAB>label files")
    package = SentimentIntensityAnalyzer()
    load()
    print(f"\n{'set':<34} in   posts scorer       mac-R  mac-F1 acc    neg  neu  pos   unsc."
          f"   texts/s  ratio")  # fmt: skip
    for data in sets:
        print("\n".join(_told(data, package)), flush=True)


def test_hostile_posts_beside_vader() -> None:
    package = SentimentIntensityAnalyzer()
    hostile = {"800 emoji": "😀" * 800, "1,600 words": "good but bad " * 533}
    for name, text in hostile.items():
        began = time.process_time()
        package.polarity_scores(text)
        theirs = time.process_time() - began
        began = time.process_time()
        score(text, lang="en")
        ours = time.process_time() - began
        print(f"\n{name}: vader {theirs * 1000:,.0f} ms, hubbub {ours * 1000:.1f} ms", end="")
        assert ours < theirs
    for name, text in {"3,200 emoji": "😀" * 3_200, "6,400 words": "good bad " * 3_200}.items():
        began = time.process_time()
        score(text, lang="en")
        took = time.process_time() - began
        print(f"\n{name}: hubbub {took * 1000:.1f} ms (target 50)", end="")
        assert took < 0.05
    print()
