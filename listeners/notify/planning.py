"""Which alert goes to which channel, when it may go out, and when it is tried again. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from listeners.config.notifying import ChannelConfig, NotifyConfig
from listeners.model import DAY, SECOND, AlertState, Micros
from listeners.risk.alert import Alert
from listeners.risk.ringing import freed_at, held_under, rung_at

FIRST_RETRY = 30 * SECOND
LONGEST_RETRY = 3600 * SECOND
GIVE_UP = DAY
"""How long after its ringing a message is still worth sending."""
CHANNEL_RULE = "channel failing"
"""The rule of the alert that a failing channel raises; it never rings on that channel."""

Rung = tuple[int, str, Micros]
"""An alert's id, a channel's key, and the moment that rings."""


def rung(
    alerts: Mapping[int, Alert],
    channels: Sequence[ChannelConfig],
    since: Micros,
    now: Micros,
    closed: Sequence[Alert] = (),
) -> list[Rung]:
    """Return what rings in (since, now], for every channel that carries it.

    What a more severe alert of its brand holds stays silent, and rings when that closes:
    ``closed`` are the alerts that closed in that time.
    """
    held = held_under(alerts.values())
    return [
        (alert.id, channel.key, moment)
        for alert in alerts.values()
        if alert.id not in held
        and (moment := rung_at(alert, since, now) or freed_at(alert, closed, since, now))
        is not None
        for channel in channels
        if carries(channel, alert)
    ]


def carries(channel: ChannelConfig, alert: Alert) -> bool:
    """Return whether a channel is for this alert."""
    return (
        alert.severity >= channel.severity
        and (not channel.classes or alert.alert_class in channel.classes)
        and (not channel.brands or not alert.brand or alert.brand in channel.brands)
        and not (alert.rule == CHANNEL_RULE and alert.scope == channel.key)
    )


def not_before(alert: Alert, rules: NotifyConfig, now: Micros) -> Micros:
    """Return when a message may go out: now, or at the end of the quiet hours."""
    if rules.quiet is None or alert.severity >= rules.quiet_severity:
        return now
    zone = ZoneInfo(rules.zone)
    local = datetime.fromtimestamp(now / SECOND, UTC).astimezone(zone)
    minute = local.hour * 60 + local.minute
    begins, ends = rules.quiet
    quiet = begins <= minute < ends if begins < ends else minute >= begins or minute < ends
    if not quiet:
        return now
    day = local.date() if minute < ends else local.date() + timedelta(days=1)
    opens = datetime(day.year, day.month, day.day, ends // 60, ends % 60, tzinfo=zone)
    return Micros(int(opens.timestamp()) * SECOND)


def still_wanted(alert: Alert) -> bool:
    """Return whether a message that waited is still worth sending: nobody has taken it up."""
    return alert.state is AlertState.FIRING


def retry_at(attempts: int, now: Micros) -> Micros:
    """Return when to try again after so many failures: twice as long each time, to an hour."""
    return Micros(now + min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(attempts - 1, 20)))
