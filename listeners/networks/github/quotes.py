"""Whom a comment answers: GitHub's comments stand in a row, and answer by quoting.

What is quoted is looked for among the newest things said in the same issue; a quotation too short
to tell anything is left alone.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from listeners.networks.github.decode import Found
from listeners.networks.github.web import root_of
from listeners.networks.recent import Recent
from listeners.text import fold

SHORTEST = 12
"""Characters, folded, from which on a quotation can be told from chance."""
MOST_ISSUES = 500
MOST_SAID = 50
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said in an issue."""

    native_id: str
    login: str
    words: str


class Quotes:
    """Remembers what was lately said in each issue."""

    def __init__(self) -> None:
        self._said: Recent[str, deque[Said]] = Recent(MOST_ISSUES)

    def learn(self, one: Found) -> None:
        """Remember what a post says."""
        root = root_of(one.post.native_id)
        said = self._said.get(root) or deque(maxlen=MOST_SAID)
        if all(known.native_id != one.post.native_id for known in said):
            said.append(Said(one.post.native_id, one.login, _folded(one.post.text)))
        self._said.put(root, said)

    def answered_by(self, one: Found) -> Said | None:
        """Return what a comment quotes, the newest that says so; ``None`` where that is unknown."""
        quoted = _folded(one.quoted)
        if one.spot.comment is None or len(quoted) < SHORTEST:
            return None
        for said in reversed(self._said.get(root_of(one.post.native_id), ())):
            if quoted in said.words and said.native_id != one.post.native_id:
                return said
        return None


def _folded(text: str) -> str:
    return " ".join(fold(text[:_LONGEST]).split())
