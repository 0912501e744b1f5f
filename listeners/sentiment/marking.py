"""Where in a text, as it was written, the words stand that made its verdict.

A verdict is made of a text that was normalised first, so its words are looked for again in the
order in which they were read: apostrophes straight, case folded, letter for letter, so that places
agree. A word that was spelled out of something else (entities, elisions) is left unmarked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from listeners.sentiment.normal import names_pattern, straight
from listeners.sentiment.scoring import ReadWord

Role = Literal["weighs", "turns", "raises", "lowers", "name"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a text and the part it had; a ``name`` is masked and weighs nothing."""

    start: int
    end: int
    role: Role
    weight: float = 0.0

    def moved(self, by: int) -> Mark:
        """Return it as many characters further on."""
        return replace(self, start=self.start + by, end=self.end + by)


def marks(text: str, read: Iterable[ReadWord], mask: Sequence[str] = ()) -> tuple[Mark, ...]:
    """Return the marks of a text from left to right; none overlaps another one."""
    plain = "".join(map(_plain, text))
    pattern = names_pattern(tuple(mask)) if mask else None
    found = [
        Mark(hit.start(), hit.end(), "name")
        for hit in (pattern.finditer(plain) if pattern is not None else ())
    ]
    taken = [(mark.start, mark.end) for mark in found]
    place = 0
    for word in read:
        hit = _find(word.text, plain, place, taken)
        if hit is not None:
            found.append(Mark(hit.start(), hit.end(), word.does, word.weight))
            place = hit.end()
    return tuple(sorted(found, key=lambda mark: mark.start))


def _plain(character: str) -> str:
    """Return one character for one: places in the text must not move."""
    lower = character.lower()
    plain = straight(lower if len(lower) == 1 else character)
    return plain if len(plain) == 1 else character


def _find(
    word: str, plain: str, place: int, taken: Iterable[tuple[int, int]]
) -> re.Match[str] | None:
    words = "".join(map(_plain, word)).split()
    if not words:
        return None
    wanted = r"\s+".join(map(re.escape, words))
    before = r"(?<!\w)" if words[0][0].isalnum() else ""
    after = r"(?!\w)" if words[-1][-1].isalnum() else ""
    for hit in re.compile(f"{before}{wanted}{after}").finditer(plain, place):
        if all(hit.end() <= start or end <= hit.start() for start, end in taken):
            return hit
    return None
