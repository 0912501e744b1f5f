"""Two episodes that are one matter: merging them, and taking them apart again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from listeners.model import AlertClass, AlertState, Micros, Sentence
from listeners.risk.alert import Alert, Draft

WAVES = frozenset({"surge", "negative spike", "negative share"})
"""The image rules on numbers: each sees another side of the same wave."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Both alerts after the step; ``refused`` says why they are unchanged."""

    absorbed: Alert
    kept: Alert
    refused: Sentence | None = None


def kept_of(alerts: Sequence[Alert]) -> Alert | None:
    """Return the one that others go into: the worst, then the oldest; ``None`` for none."""
    return min(alerts, key=lambda one: (-one.severity, one.first_at, one.id), default=None)


def matter_of(draft: Draft, live: Iterable[Alert]) -> Alert | None:
    """Return the live episode a new finding belongs to: the brand's wave of mentions.

    While many speak of a brand, or ill of it, its other signs (the mood, a call to boycott, a
    threat with the law) are the same matter: one alert says all of it, and grows worse by them.
    """
    if draft.alert_class is not AlertClass.IMAGE:
        return None
    waves = (
        one
        for one in live
        if one.brand == draft.brand
        and one.alert_class is AlertClass.IMAGE
        and one.rule in WAVES
        and one.fingerprint != draft.fingerprint
    )
    return min(waves, key=lambda one: (one.first_at, one.id), default=None)


def in_turn(drafts: Iterable[Draft]) -> tuple[list[Draft], list[Draft]]:
    """Return the findings of one moment in two turns: what is raised first, then what joins it."""
    leads: dict[str, Draft] = {}
    drafts = list(drafts)
    for draft in drafts:
        if draft.alert_class is AlertClass.IMAGE and draft.rule in WAVES:
            leads.setdefault(draft.brand, draft)
    then = [
        draft
        for draft in drafts
        if draft.alert_class is AlertClass.IMAGE
        and draft.brand in leads
        and draft is not leads[draft.brand]
    ]
    inside = {id(draft) for draft in then}
    return [draft for draft in drafts if id(draft) not in inside], then


def merge(absorbed: Alert, kept: Alert, now: Micros) -> Pair:
    """Close ``absorbed`` into ``kept``, which takes its count and the worse severity."""
    if absorbed.id == kept.id or absorbed.brand != kept.brand:
        refused = Sentence("Only two different alerts of one brand can be merged.")
        return Pair(absorbed, kept, refused)
    if not (absorbed.live and kept.live):
        return Pair(absorbed, kept, Sentence("Only live alerts can be merged."))
    whole = replace(
        kept,
        count=kept.count + absorbed.count,
        severity=max(kept.severity, absorbed.severity),
        first_at=min(kept.first_at, absorbed.first_at),
        last_at=max(kept.last_at, absorbed.last_at),
    )
    closed = replace(
        absorbed,
        state=AlertState.RESOLVED,
        closed_at=now,
        snoozed_until=None,
        merged_into=kept.id,
    )
    return Pair(closed, whole)


def split(absorbed: Alert, kept: Alert, now: Micros) -> Pair:
    """Let ``absorbed`` fire on its own again."""
    if absorbed.merged_into != kept.id:
        return Pair(absorbed, kept, Sentence("These two alerts are not merged."))
    alone = replace(
        absorbed, state=AlertState.FIRING, fired_at=now, closed_at=None, merged_into=None
    )
    return Pair(alone, replace(kept, count=max(1, kept.count - absorbed.count)))
