"""Two episodes that are one matter: merging them, and taking them apart again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from listeners.model import AlertState, Micros, Sentence
from listeners.risk.alert import Alert


@dataclass(frozen=True, slots=True)
class Pair:
    """Both alerts after the step; ``refused`` says why they are unchanged."""

    absorbed: Alert
    kept: Alert
    refused: Sentence | None = None


def kept_of(alerts: Sequence[Alert]) -> Alert | None:
    """Return the one that others go into: the worst, then the oldest; ``None`` for none."""
    return min(alerts, key=lambda one: (-one.severity, one.first_at, one.id), default=None)


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
