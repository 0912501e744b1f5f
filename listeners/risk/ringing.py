"""When an alert rings, and when it keeps quiet under a more severe one."""

from __future__ import annotations

from collections.abc import Iterable

from listeners.model import HOUR, SECOND, AlertState, Micros, Severity
from listeners.risk.alert import Alert
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
    one reminder after an hour.
    """
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


def held_under(alerts: Iterable[Alert]) -> dict[int, int]:
    """Return for each live alert that a more severe one of its brand holds, the holder's id.

    A held alert is shown under its holder and does not ring. A snoozed alert holds nothing.
    """
    live = [alert for alert in alerts if alert.live]
    holders: dict[str, Alert] = {}
    for alert in live:
        holder = holders.get(alert.brand)
        if alert.state is not AlertState.SNOOZED and (
            holder is None or alert.severity > holder.severity
        ):
            holders[alert.brand] = alert
    return {
        alert.id: holder.id
        for alert in live
        if (holder := holders.get(alert.brand)) is not None and holder.severity > alert.severity
    }
