"""A text folded for comparing that still knows where each piece stood in the original."""

from __future__ import annotations

import unicodedata
from functools import cached_property

from listeners.text import fold


class Folded:
    """``text`` is the folded original, runs of white space made one space."""

    def __init__(self, original: str) -> None:
        """Fold ``original``; the map of places is only made when it is asked for."""
        self.original = original
        self.text = " ".join(fold(original).split())

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a non-empty stretch of the folded text stands in the original."""
        places = self._places
        if len(places) != len(self.text):
            # Folding piece by piece differed from folding the whole (rare scripts): hide it all.
            return 0, len(self.original)
        first, last = places[start], places[end - 1]
        return first[0], last[1]

    @cached_property
    def _places(self) -> tuple[tuple[int, int], ...]:
        """Return for every folded character the stretch of the original it came from."""
        places: list[tuple[int, int]] = []
        pending_space: tuple[int, int] | None = None
        for start, end in _clusters(self.original):
            for char in fold(self.original[start:end]):
                if char.isspace():
                    pending_space = pending_space or (start, end)
                    continue
                if pending_space and places:
                    places.append(pending_space)
                pending_space = None
                places.append((start, end))
        return tuple(places)


def _clusters(text: str) -> list[tuple[int, int]]:
    """Return the stretches that are folded as one: a character and the marks that follow it."""
    stretches: list[tuple[int, int]] = []
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or not unicodedata.combining(text[at]):
            stretches.append((start, at))
            start = at
    return stretches if text else []
