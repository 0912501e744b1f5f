"""When an alert rings, and when it keeps quiet under a more severe one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from listeners.model import HOUR, SECOND, AlertState, Micros, Severity
from listeners.risk.alert import LIVE, Alert
from listeners.risk.triage import REMIND

GATHERING = 30 * SECOND
"""How long an alert waits before it rings, so that related hits arrive as one."""
REPEAT = 4 * HOUR
"""How often a firing alert that nobody acknowledges rings again."""


def rings_between(alert: Alert, since: Micros, now: Micros) -> bool:
    """Return whether a ringing moment of the alert lies in (since, now]."""
    return rung_at(alert, since, now) is not None


def rung_at(alert: Alert, since: Micros, now: Micros) -> Micros | None:
    """Return the newest ringing moment of the alert in (since, now], ``None`` for none.

    Firing: after the gathering time, then every four hours. Acknowledged and high or critical:
    one reminder after an hour. What a maintenance window suppresses does not ring.
    """
    if alert.suppressed:
        return None
    if alert.state is AlertState.FIRING:
        first = alert.fired_at + GATHERING
        if now < first:
            return None
        last = first + (now - first) // REPEAT * REPEAT
        return Micros(last) if since < last else None
    if (
        alert.state is AlertState.ACKED
        and alert.severity >= Severity.HIGH
        and alert.acked_at is not None
    ):
        reminder = alert.acked_at + REMIND
        return Micros(reminder) if since < reminder <= now else None
    return None


class Held(Protocol):
    """What grouping looks at; an ``Alert`` is one, and so is a row of the list."""

    @property
    def id(self) -> int: ...
    @property
    def brand(self) -> str: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def state(self) -> AlertState: ...
    @property
    def suppressed(self) -> bool: ...


def held_under(alerts: Iterable[Held]) -> dict[int, int]:
    """Return for each live alert that a more severe one of its brand holds, the holder's id.

    A held alert is shown under its holder and does not ring. A snoozed or suppressed alert holds
    nothing, and what belongs to no brand (a source, a channel) is never held.
    """
    live = [alert for alert in alerts if alert.brand and alert.state in LIVE]
    holders: dict[str, Held] = {}
    for alert in live:
        if alert.state is AlertState.SNOOZED or alert.suppressed:
            continue
        holder = holders.get(alert.brand)
        if holder is None or (-alert.severity, alert.id) < (-holder.severity, holder.id):
            holders[alert.brand] = alert
    return {
        alert.id: holder.id
        for alert in live
        if (holder := holders.get(alert.brand)) is not None and holder.severity > alert.severity
    }


def freed_at(alert: Alert, closed: Iterable[Alert], since: Micros, now: Micros) -> Micros | None:
    """Return when an alert that is held no more was set free in (since, now], ``None`` if not.

    ``closed`` are alerts that closed lately: the last one of its brand that was graver held it.
    An alert that was kept silent rings then, however long it has been firing.
    """
    if alert.state is not AlertState.FIRING or alert.suppressed or not alert.brand:
        return None
    moments = [
        one.closed_at
        for one in closed
        if one.brand == alert.brand
        and one.severity > alert.severity
        and one.closed_at is not None
        and since < one.closed_at <= now
        and alert.fired_at < one.closed_at
    ]
    return max(moments, default=None)
