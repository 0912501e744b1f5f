"""Which of our own posts fulfilled which planned one: by their words, or because there is no other.

A post fulfils a planned one of its channel within two hours of its time if at least 85 of 100
characters agree (``rapidfuzz.fuzz.ratio`` over the first 200), or, once that time is over, if it
is the only post of ours within half an hour and the only planned one it could be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from listeners.model import DAY, HOUR, Micros
from listeners.planning.entry import GRACE, Planned
from listeners.text import fold

NEAR = 2 * HOUR
"""How far from its time a post with the planned words may be heard."""
ALIKE = 85.0
_COMPARED = 200


@dataclass(frozen=True, slots=True)
class OwnPost:
    """A post of one of our own accounts that opens a thread."""

    id: int
    brand: str
    network: str
    text: str
    at: Micros


def fulfilled(
    entries: Iterable[Planned],
    posts: Sequence[OwnPost],
    now: Micros,
    taken: frozenset[int] = frozenset(),
    refused: frozenset[tuple[int, int]] = frozenset(),
) -> dict[int, OwnPost]:
    """Return the post that fulfilled each entry, by the entry's number.

    ``taken`` are posts that fulfilled others; ``refused`` are (entry, post) pairs that a person
    took apart again, which are never joined anew.
    """
    open_ = [one for one in entries if one.kind == "post" and not one.done]
    free = [post for post in posts if post.id not in taken]
    found: dict[int, OwnPost] = {}
    used: set[int] = set()
    alike = [
        (-score, abs(post.at - _nearest(one, post.at)), one.id, post)
        for one in open_
        for post in free
        if (one.id, post.id) not in refused and _may_be(one, post, NEAR)
        if (score := likeness(one.text, post.text)) >= ALIKE
    ]
    for _score, _off, entry, post in sorted(alike, key=lambda row: (*row[:3], row[3].id)):
        if entry not in found and post.id not in used:
            found[entry] = post
            used.add(post.id)
    return found | _alone([one for one in open_ if one.id not in found], posts, used | taken, now,
                          refused)  # fmt: skip


def likeness(planned: str, posted: str) -> float:
    """Return how alike the beginnings of two texts are, 0 to 100; no words are like nothing."""
    from rapidfuzz.fuzz import ratio

    one, other = _words(planned), _words(posted)
    return float(ratio(one, other, score_cutoff=ALIKE)) if one and other else 0.0


def _words(text: str) -> str:
    return " ".join(fold(text).split())[:_COMPARED]


def _alone(
    entries: Sequence[Planned],
    posts: Sequence[OwnPost],
    used: Iterable[int],
    now: Micros,
    refused: frozenset[tuple[int, int]],
) -> dict[int, OwnPost]:
    """Return the posts that can be nothing else than what was planned for their time."""
    could: Mapping[int, list[OwnPost]] = {
        one.id: [post for post in posts if _may_be(one, post, GRACE)]
        for one in entries
        if one.channel and not one.all_day and one.state != "idea" and now > one.at + GRACE
    }
    claims: dict[int, int] = {}
    for candidates in could.values():
        for post in candidates:
            claims[post.id] = claims.get(post.id, 0) + 1
    kept = set(used)
    return {
        entry: candidates[0]
        for entry, candidates in could.items()
        if len(candidates) == 1
        and candidates[0].id not in kept
        and claims[candidates[0].id] == 1
        and (entry, candidates[0].id) not in refused
    }


def _may_be(one: Planned, post: OwnPost, near: int) -> bool:
    if one.brand != post.brand or (one.channel and one.channel != post.network):
        return False
    return abs(post.at - _nearest(one, post.at)) <= near


def _nearest(one: Planned, at: Micros) -> int:
    """Return the moment of an entry that is nearest: of one that takes the day, any of that day."""
    if not one.all_day:
        return one.at
    return max(one.at, min(at, (one.end_at or one.at + DAY) - 1))
