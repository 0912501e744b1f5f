"""Doing a verb from the command line: the same verbs, log and undo as on screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict, Unpack

from listeners.actions import Outcome, perform
from listeners.actions.ranking import ranking
from listeners.actions.verbs import Kind
from listeners.clock import utc_now
from listeners.model import Micros
from tui.commands import DONE, FAILED
from tui.commands.common import Settings, writing
from tui.commands.output import complain
from tui.commands.records import said


class Asked(TypedDict, total=False):
    """What a verb is asked with; see ``listeners.actions.perform``."""

    until: Micros | None
    to: str
    text: str
    tags: tuple[str, ...]
    priority: int | None
    reason: str


async def act(
    known: Settings, kind: Kind, verb: str, ids: Sequence[int], **asked: Unpack[Asked]
) -> int:
    """Do a verb to some subjects as one step, and say what came of it."""
    async with writing(known) as store:
        outcome = await perform(
            store,
            known.member,
            verb,
            kind,
            ids,
            utc_now(),
            rank=ranking(known.config),
            config=known.config,
            **asked,
        )
    return tell(known, outcome)


def tell(known: Settings, outcome: Outcome) -> int:
    """Say what was done, and what was refused; return the exit code."""
    if outcome.done or not known.output.for_people:
        known.output.said(
            outcome.sentence,
            done=outcome.done,
            refused=said(outcome.refused),
            step=outcome.step,
        )
    if known.output.for_people:
        for refusal in outcome.refused or (() if outcome.done else (outcome.sentence,)):
            complain(refusal)
    return DONE if outcome.done else FAILED
