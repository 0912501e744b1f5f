"""What waits for a decision at the end of a report: few things, each with who must take it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from listeners.conducting import Channel, Late, conducting
from listeners.config import Config
from listeners.coverage.facts import Advice
from listeners.duty import Gap
from listeners.model import Micros
from listeners.rows import AlertRow
from listeners.store import Store, reads
from listeners.store.filters import AlertFilter
from listeners.store.outbox import UNKNOWN, OutboxRow, outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What somebody must decide, as of the time the report is made.

    ``alerts`` ring and nobody has them, ``overdue`` are conversations past their time, ``late``
    is what was planned and is not done, ``drafts`` wait for approval, ``unheld`` are stretches of
    the next week in which nobody is on duty, ``channels`` are silent, behind or overloaded,
    ``uncertain`` are replies of which nobody knows whether they were sent.
    """

    alerts: tuple[AlertRow, ...] = ()
    overdue: tuple[Late, ...] = ()
    late: tuple[Late, ...] = ()
    drafts: tuple[Late, ...] = ()
    unheld: tuple[Gap, ...] = ()
    channels: tuple[Channel, ...] = ()
    uncertain: tuple[OutboxRow, ...] = ()
    advice: tuple[Advice, ...] = ()

    @property
    def none(self) -> bool:
        """Whether nothing waits for anybody."""
        return not any(
            (
                self.alerts, self.overdue, self.late, self.drafts, self.unheld, self.channels,
                self.uncertain, self.advice,
            )
        )  # fmt: skip


async def decisions(
    store: Store,
    config: Config,
    brand: str,
    now: Micros,
    advice: Sequence[Advice],
    *,
    zone: tzinfo | None = None,
) -> Decisions:
    """Read what waits for a decision on a brand.

    Raises:
        StoreError: the store cannot be read.
    """
    found = await conducting(store, config, brand, now, zone=zone)
    ids = await reads.alert_ids(store, AlertFilter(brand=brand))
    rows = (await reads.alerts(store, ids)).values()
    queued = await outbox(store, states=(UNKNOWN,))
    known = await reads.conversations(store, [one.conversation for one in queued])
    return Decisions(
        alerts=tuple(one for one in rows if not one.owner and not one.held_by),
        overdue=tuple(one for one in found.late if one.kind == "conversation"),
        late=tuple(one for one in found.late if one.kind == "planned"),
        drafts=tuple(one for one in found.late if one.kind == "draft"),
        unheld=tuple(one for one in found.turns if isinstance(one, Gap)),
        channels=tuple(one for one in found.channels if one.state in ("silent", "behind", "over")),
        uncertain=tuple(
            one
            for one in queued
            if one.conversation in known and known[one.conversation].brand == brand
        ),
        advice=tuple(advice),
    )
