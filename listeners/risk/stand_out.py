"""The words that stand out in an episode: said far more often than in the texts before it."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable

from listeners.phrases import listed
from listeners.text import fold

_WORD = re.compile(r"#?[^\W\d_][\w'-]{3,30}")
COMMON = frozenset(
    listed("""
    about, after, again, been, before, being, could, does, doing, don't, down, from, have, here,
    into, just, know, like, more, much, only, other, over, really, same, should, some, still, such,
    than, that, that's, their, them, then, there, these, they, this, very, want, were, what, when,
    where, which, while, will, with, would, your, yours,
    alors, apres, aussi, autre, avant, avec, avoir, bien, cela, celle, celui, cette, ceux, chez,
    c'est, comme, dans, depuis, dont, elle, elles, encore, entre, etait, etre, fait, faire, faut,
    leur, leurs, mais, meme, moins, nous, notre, parce, pour, pourquoi, quand, quel, quelle, qu'il,
    sans, sont, sous, suis, tous, tout, toute, toutes, tres, trop, vers, votre, vous
""")
)


def stand_out(
    recent: Iterable[str], usual: Iterable[str], *, leave_out: Collection[str] = (), limit: int = 5
) -> tuple[str, ...]:
    """Return up to ``limit`` words over-represented in ``recent`` texts, most telling first.

    Log-odds with one added mention on either side, by how many texts hold a word; a word needs
    two texts at least. ``leave_out`` holds the brand's own names.
    """
    now, texts_now = _spread(recent)
    before, texts_before = _spread(usual)
    unwanted = {word for name in leave_out for word in fold(name).split()} | COMMON
    scores = {
        word: math.log((count + 1) / (texts_now + 2))
        - math.log((before[word] + 1) / (texts_before + 2))
        for word, count in now.items()
        if count >= 2 and word not in unwanted
    }
    telling = [word for word, score in scores.items() if score > 0]
    telling.sort(key=lambda word: (-scores[word] * math.sqrt(now[word]), word))
    return tuple(telling[:limit])


def _spread(texts: Iterable[str]) -> tuple[Counter[str], int]:
    """Return how many texts hold each word, and how many texts there are."""
    counted: Counter[str] = Counter()
    number = 0
    for text in texts:
        counted.update(set(_WORD.findall(fold(text))))
        number += 1
    return counted, number
