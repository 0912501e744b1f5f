"""Drafts of alerts from what only the pipeline knows: who wrote a post, and how it spreads."""

from __future__ import annotations

from collections.abc import Iterable

from listeners.model import Label, Part
from listeners.placing import Placed
from listeners.risk.alert import Draft
from listeners.risk.detection import press_negative_draft, spreading_draft
from listeners.risk.spreading import spreading
from listeners.store.spreading import Grown

_HEARD = ("journalist", "vip")


def press_drafts(one: Placed, mention_id: int) -> list[Draft]:
    """Return the draft of a journalist or a VIP who speaks ill of us."""
    judged = one.judged
    compound = judged.score.compound
    if one.part is Part.OURS or one.role not in _HEARD or judged.score.label is not Label.NEGATIVE:
        return []
    figures = {"compound": round(compound or 0.0, 2)}
    return [press_negative_draft(judged.brand, one.role, mention_id, judged.post, figures)]


def spreading_drafts(found: Iterable[Grown]) -> list[Draft]:
    """Return a draft for every post that spreads."""
    verdicts = [(one, spreading(one.growth, one.label)) for one in found]
    return [
        spreading_draft(one.brand, one.network, one.author, one.mention, verdict)
        for one, verdict in verdicts
        if verdict.fires
    ]
