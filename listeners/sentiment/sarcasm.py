"""Sarcastic thanks: "thanks for losing my bag", "great, another delay", "merci pour la panne".

Praise that goes straight over into what went wrong is meant the other way round. Only small words
may stand between the two, so that "thanks, the delay was explained well" stays thanks, and
"thanks for fixing the problem" too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from listeners.sentiment.rules import NEGATION
from listeners.sentiment.tables import Word

_FAR = 7
"""Words from the praise to the reproach at most."""


def thanks_turned_by(
    praise: Collection[str], links: Collection[str], thanks: Collection[str], reason: str
) -> Callable[[list[Word]], Mapping[int, float]]:
    """Return what finds praise that is turned by a reproach after it, for ``Tables.prepare``.

    ``links`` are the words that may stand between them. ``thanks`` is praise that is turned only
    where ``reason`` ("for") comes between: "thanks, the delay is over" is meant.
    """
    praise, links, thanks = frozenset(praise), frozenset(links), frozenset(thanks)

    def turned(words: list[Word]) -> Mapping[int, float]:
        found: dict[int, float] = {}
        for at, word in enumerate(words):
            given = word.lower in thanks
            if not given and word.lower not in praise:
                continue
            if (word.valence or 0.0) <= 0 or _negated(words, at):
                continue
            for next_one in words[at + 1 : at + _FAR]:
                given = given and next_one.lower != reason
                if next_one.valence is not None and next_one.valence < 0:
                    if not given:
                        found[at] = NEGATION
                    break
                if next_one.lower not in links and next_one.boost is None:
                    break
        return found

    return turned


def _negated(words: list[Word], at: int) -> bool:
    return any(word.negates for word in words[max(0, at - 3) : at])
