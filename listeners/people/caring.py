"""What a person cares about: their words beyond our brand, against what everybody says."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from listeners.risk.stand_out import stand_out

MOST_WORDS: Final = 8
_NO_WORD = re.compile(r"https?://\S+|@[\w.@-]+")


def cares_about(
    texts: Sequence[str],
    everybody: Iterable[str],
    leave_out: Collection[str] = (),
    limit: int = MOST_WORDS,
) -> tuple[str, ...]:
    """Return the words that stand out in somebody's texts, the most telling first.

    Log-odds by texts, as ``risk.stand_out`` computes them; a word needs two of their texts.
    Addresses and handles are no words; ``leave_out`` are the brand's names.
    """
    own = [_NO_WORD.sub(" ", text) for text in dict.fromkeys(texts)]
    others = [_NO_WORD.sub(" ", text) for text in everybody]
    return stand_out(own, others, leave_out=leave_out, limit=limit)
