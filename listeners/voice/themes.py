"""Terms that are said together, told as one: a theme, named by the term that rises most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from listeners.voice.cutting import LINKING
from listeners.voice.rising import Rising

TOGETHER = 0.6
"""The share of the mentions of either term that hold both, from which they are one theme."""
WITHIN = 0.9
"""The share of a phrase's mentions that hold a word of the theme, from which it belongs there."""
MOST_THEMES = 60


@dataclass(frozen=True, slots=True)
class Theme:
    """The term that rises most, and those that are said with it, the surest first."""

    name: Rising
    also: tuple[Rising, ...] = ()

    @property
    def terms(self) -> tuple[Rising, ...]:
        """All of its terms."""
        return (self.name, *self.also)


def themes(risen: Sequence[Rising]) -> list[Theme]:
    """Return terms merged into themes, in the order they came in.

    A term joins the first theme whose name it is said with (Jaccard index of the two sets of
    mentions at least 0.6), or which it is a phrase around, or a word of.
    """
    made: list[tuple[Rising, frozenset[int], list[Rising]]] = []
    for one in risen:
        said = frozenset(one.mentions)
        for name, there, also in made:
            if together(said, there) >= TOGETHER or _around(one, said, name, there):
                also.append(one)
                break
        else:
            made.append((one, said, []))
    return [Theme(name, tuple(also)) for name, _said, also in made[:MOST_THEMES]]


def together(one: frozenset[int], other: frozenset[int]) -> float:
    """Return the Jaccard index: what both hold, as a share of what either holds.

    An index that cannot reach ``TOGETHER``, by the sizes alone, is returned as 0.
    """
    if min(len(one), len(other)) < TOGETHER * max(len(one), len(other)):
        return 0.0
    both = len(one & other)
    return both / (len(one) + len(other) - both) if both else 0.0


def _around(one: Rising, said: frozenset[int], name: Rising, there: frozenset[int]) -> bool:
    """Whether one of the two is a phrase that holds the other, and is hardly said without it."""
    if "phrase" not in (one.term.kind, name.term.kind):
        return False
    words = set(one.term.text.split()) & set(name.term.text.split()) - LINKING
    if not words:
        return False
    return len(said & there) >= WITHIN * min(len(said), len(there))
