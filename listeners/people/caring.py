"""What a person cares about: their words beyond our brand, against what everybody says."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from listeners.risk.stand_out import stand_out
from listeners.text import fold

MOST_WORDS: Final = 8
_WORD = re.compile(r"#?[^\W\d_][\w'’-]{3,30}")
_NO_WORD = re.compile(r"https?://\S+|@[\w.@-]+")


def cares_about(
    texts: Sequence[str],
    everybody: Iterable[str],
    leave_out: Collection[str] = (),
    limit: int = MOST_WORDS,
) -> tuple[str, ...]:
    """Return the words that stand out in somebody's texts, the most telling first.

    Log-odds by texts, as ``risk.stand_out`` computes them; a word needs two of their texts.
    Addresses and handles are no words; ``leave_out`` are the brand's names. Words are spelled as
    they last wrote them, in small letters.
    """
    own = [_NO_WORD.sub(" ", text) for text in dict.fromkeys(texts)]
    others = [_NO_WORD.sub(" ", text) for text in everybody]
    found = stand_out(own, others, leave_out=leave_out, limit=limit)
    # The newest text comes first, and is written over the others.
    written = {fold(word): word.lower() for text in reversed(own) for word in _WORD.findall(text)}
    return tuple(written.get(word, word) for word in found)
