"""Our scorer against the package it equals: all four figures, on every rule and on real texts."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from vaderSentiment import vaderSentiment

from listeners.sentiment import vader_compound, vader_polarity
from listeners.sentiment.rules import MAX_TEXT

_DATA = Path(os.environ.get("HUBBUB_DATA") or Path(__file__).parents[4] / "shared" / "data")
_TEXTS_EACH = 26_000

# Words the rules name, and shapes of tokens they look at.
_RULED_TEXT = (
    "the a it is at least very kind of no or nor never so this without doubt but BUT But sort "
    "just enough don't Isn't wouldn't cannot , ! ? !! ??? ???? ... :) :( :D <3 'tis -- ( ) "
    "é 中文 İ ß ŉ ǆ x"
)
_RULED = _RULED_TEXT.split()
_RULED_PHRASES = (
    *vaderSentiment.SPECIAL_CASES,
    *(booster for booster in vaderSentiment.BOOSTER_DICT if " " in booster),
    "at least",
    "the least",
    "never so",
    "never this",
    "without doubt",
    "without a doubt",
)
_GAPS = (" ", " ", " ", " ", "  ", "", "\t", "\n", "\u00a0", "\u2003")
_TAILS = ("", "", "", "", "", "!", "?", ".", ",", "...", "!!", "'s", "n't")


@cache
def _package() -> vaderSentiment.SentimentIntensityAnalyzer:
    return vaderSentiment.SentimentIntensityAnalyzer()


def _differences(texts: list[str]) -> list[tuple[str, object, object]]:
    package = _package()
    found = []
    for text in texts:
        theirs = package.polarity_scores(text)
        ours = vader_polarity(text)
        if (theirs["neg"], theirs["neu"], theirs["pos"], theirs["compound"]) != ours:
            found.append((text, theirs, ours))
    return found


def _made_text(dice: random.Random, lexicon: list[str], emoji: list[str]) -> str:
    kinds: tuple[Sequence[str], ...] = (
        *(lexicon, lexicon, list(vaderSentiment.BOOSTER_DICT), vaderSentiment.NEGATE),
        *(_RULED, _RULED_PHRASES, emoji),
    )
    size = dice.randint(0, 14) if dice.random() < 0.97 else dice.randint(30, 90)
    parts = []
    for _ in range(size):
        word = dice.choice(dice.choice(kinds))
        shape = dice.random()
        word = word.upper() if shape < 0.15 else word.title() if shape < 0.2 else word
        parts.append(word + dice.choice(_TAILS) + dice.choice(_GAPS))
    return "".join(parts)


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.long) for n in (2, 3, 4))])
def test_equals_the_package_on_made_texts(seed: int) -> None:
    dice = random.Random(seed)
    lexicon, emoji = list(_package().lexicon), list(_package().emojis)
    texts = [_made_text(dice, lexicon, emoji) for _ in range(_TEXTS_EACH)]
    assert _differences(texts) == []


def test_every_rule_has_a_say_in_the_made_texts() -> None:
    """The comparison would be worthless if some rule never came into play."""
    dice = random.Random(1)
    lexicon, emoji = list(_package().lexicon), list(_package().emojis)
    texts = [_made_text(dice, lexicon, emoji) for _ in range(8_000)]
    spelled = [(f" {' '.join(text.lower().split())} ", text) for text in texts]
    package = _package()
    for phrase in (*_RULED_PHRASES, "but"):
        told = sum(
            f" {phrase} " in lowered and package.polarity_scores(text)["compound"] != 0
            for lowered, text in spelled
        )
        assert told >= 5, phrase


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "!",
        "VADER is VERY SMART, uber handsome, and FRIGGIN FUNNY!!!",
        "At least it isn't a horrible book.",
        "Today only kinda sux! But I'll get by, lol",
        "good good good but good good bad good",
        "great but great but great",
        "no good or great",
        "there is no",
        "😀great",
        "a\t😀\n😀b",
        "💔💔",
        "good " * 400 + "but " + "good " * 400,
    ],
)
def test_equals_the_package_on_this(text: str) -> None:
    assert _differences([text]) == []


def test_the_compound_alone_is_the_same() -> None:
    assert vader_compound("I love this!") == _package().polarity_scores("I love this!")["compound"]


def test_what_is_beyond_the_limit_has_no_say() -> None:
    text = "good " * (MAX_TEXT // 5)
    assert vader_polarity(text + "terrible " * 1_000) == vader_polarity(text)


def _columns(path: Path, column: int) -> list[str]:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return [line.split("\t")[column] for line in lines if line.count("\t") >= column]


def _real_files() -> list[Path]:
    return sorted([*_DATA.glob("umsab/*/*_text.txt"), *_DATA.glob("vader/*_GroundTruth.txt")])


def test_equals_the_package_on_real_texts() -> None:
    files = _real_files()
    if not files:
        pytest.skip("no labelled texts: set HUBBUB_DATA to compare on real posts")
    texts = [
        text
        for path in files
        for text in _columns(path, 2 if path.parent.name == "vader" else 0)
        if len(text) <= MAX_TEXT
    ]
    assert len(texts) >= 20_000
    assert _differences(texts) == []


def test_every_emoji_of_the_package_is_where_emoji_are_looked_for() -> None:
    from listeners.sentiment.rules import spelled_out
    from listeners.sentiment.vader import package_emoji, vader_tables

    for emoji, name in package_emoji().items():
        assert spelled_out(emoji, vader_tables()) == f" {name}"
