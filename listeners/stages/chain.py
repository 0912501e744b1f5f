"""What rules found and what members set, as one line of moves: the stage a person has now.

What a member sets holds from then on: rules move the person no more until it is given back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from listeners.model import Micros, Sentence
from listeners.stages.facts import Move, Stage
from listeners.stages.rules import in_order


@dataclass(frozen=True, slots=True)
class ByHand:
    """A stage that a member set; ``id`` is its number in the store."""

    id: int
    stage: Stage
    at: Micros
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One move of the line, with the stage it left; ``by`` is a move by hand."""

    stage: Stage
    was: Stage | None
    at: Micros
    reason: Sentence
    mention_id: int | None
    by: ByHand | None = None


def chain(
    found: Iterable[Move], by_hand: Sequence[ByHand], held: Iterable[Move] = ()
) -> tuple[Link, ...]:
    """Return the moves of a person, oldest first.

    ``held`` are earlier findings whose evidence is no longer stored (it was too old, or a
    network's terms took the words): they stay true.
    """
    hands = sorted(by_hand, key=lambda one: (one.at, one.id))
    rules = in_order([*found, *held])
    if hands:
        rules = tuple(one for one in rules if one.at <= hands[0].at)
    links: list[Link] = []
    was: Stage | None = None
    for move in rules:
        links.append(
            Link(
                stage=move.stage,
                was=was,
                at=move.at,
                reason=move.reason,
                mention_id=move.mention_id,
            )
        )
        was = move.stage
    for hand in hands:
        said = Sentence("Set by {name}", {"name": hand.author})
        links.append(
            Link(stage=hand.stage, was=was, at=hand.at, reason=said, mention_id=None, by=hand)
        )
        was = hand.stage
    return tuple(links)


def since(links: Sequence[Link]) -> Micros:
    """Return from when on the last stage holds; saying a stage once more does not renew it.

    Raises:
        IndexError: there is no move.
    """
    began = links[-1].at
    for link in reversed(links):
        if link.stage != links[-1].stage:
            break
        began = link.at
    return began
