"""Which alert goes to which channel, when it may go out, and when it is tried again. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from listeners.config.notifying import ChannelConfig, NotifyConfig
from listeners.duty import Rota
from listeners.model import DAY, MINUTE, SECOND, AlertState, Micros, Sentence
from listeners.risk.alert import Alert
from listeners.risk.ringing import freed_at, held_under, rung_at

FIRST_RETRY = 30 * SECOND
LONGEST_RETRY = 3600 * SECOND
GIVE_UP = DAY
"""How long after its ringing a message is still worth sending."""
CHANNEL_RULE = "channel failing"
"""The rule of the alert that a failing channel raises; it never rings on that channel."""

NOBODY = Rota()
YOUR_TURN = Sentence("Your turn begins, and this still fires.")
Rung = tuple[int, str, Micros]
"""An alert's id, a channel's key, and the moment that rings."""


def rung(
    alerts: Mapping[int, Alert],
    channels: Sequence[ChannelConfig],
    since: Micros,
    now: Micros,
    closed: Sequence[Alert] = (),
    rota: Rota = NOBODY,
) -> list[Rung]:
    """Return what rings in (since, now], for every channel that carries it and whose turn it is.

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
        for channel in reached(carrying(channels, alert), alert.brand, rota, now)
    ]


def escalated(
    alerts: Mapping[int, Alert],
    rules: NotifyConfig,
    since: Micros,
    now: Micros,
    rota: Rota,
) -> list[Rung]:
    """Return what rings in (since, now] for those it did not reach: nobody took it up for so long.

    ``rota`` reaches as far back as the longest wait that can be configured.
    """
    span = rules.escalate_minutes * MINUTE
    if not span:
        return []
    found: list[Rung] = []
    for alert in _firing(alerts):
        rang = rung_at(alert, Micros(since - span), Micros(now - span))
        if rang is not None:
            able = carrying(rules.channels, alert)
            first = reached(able, alert.brand, rota, rang)
            found += [(alert.id, one.key, Micros(rang + span)) for one in able if one not in first]
    return found


def relieved(
    alerts: Mapping[int, Alert],
    channels: Sequence[ChannelConfig],
    since: Micros,
    now: Micros,
    rota: Rota,
) -> list[Rung]:
    """Return what still fires for those whose turn began in (since, now]."""
    return [
        (alert.id, one.key, shift.from_at)
        for alert in _firing(alerts)
        for shift in rota.shifts
        if since < shift.from_at <= now
        and shift.covers(alert.brand)
        # What rings by itself since then reaches them anyway.
        and rung_at(alert, Micros(0), shift.from_at) is not None
        and rung_at(alert, shift.from_at, now) is None
        for one in carrying(channels, alert)
        if shift.member in one.members
        and is_theirs(one, alert.brand, rota, now)
        and not is_theirs(one, alert.brand, rota, Micros(shift.from_at - 1))
    ]


def _firing(alerts: Mapping[int, Alert]) -> list[Alert]:
    held = held_under(alerts.values())
    return [one for one in alerts.values() if one.id not in held and still_wanted(one)]


def carrying(channels: Sequence[ChannelConfig], alert: Alert) -> list[ChannelConfig]:
    """Return the channels that are for this alert, whosever turn it is."""
    return [channel for channel in channels if carries(channel, alert)]


def reached(
    able: Sequence[ChannelConfig], brand: str, rota: Rota, at: Micros
) -> list[ChannelConfig]:
    """Return the channels that ring among those that carry an alert of this brand.

    Those that follow the rota ring while one of their members is on duty. Where they would all
    stay silent, they all ring: nobody is on duty, or nobody who is has one.
    """
    turn = [one for one in able if one.on_duty and is_theirs(one, brand, rota, at)]
    silent = [] if not turn else [one for one in able if one.on_duty and one not in turn]
    return [one for one in able if one not in silent]


def is_theirs(channel: ChannelConfig, brand: str, rota: Rota, at: Micros) -> bool:
    """Return whether a channel follows the rota, and one of its members is on duty."""
    return channel.on_duty and bool(set(rota.on_duty(brand, at)).intersection(channel.members))


def why_reached(channel: ChannelConfig, brand: str, rota: Rota, at: Micros) -> Sentence | None:
    """Return why a ringing reaches somebody who is not on duty; ``None`` where they are."""
    if not channel.on_duty or is_theirs(channel, brand, rota, at):
        return None
    if rota.on_duty(brand, at):
        return Sentence("Nobody on duty has a channel that carries it: it reaches all who have.")
    return Sentence("Nobody is on duty now: it reaches everybody whose turn it can be.")


def why_escalated(
    channel: ChannelConfig, rules: NotifyConfig, brand: str, rota: Rota, at: Micros
) -> Sentence | None:
    """Return why a ringing that was not taken up goes on to others; they may be on duty by now."""
    if is_theirs(channel, brand, rota, at):
        return None
    return Sentence(
        "You are not on duty: nobody took it up for {count} min.",
        {"count": rules.escalate_minutes},
    )


def carries(channel: ChannelConfig, alert: Alert) -> bool:
    """Return whether a channel is for this alert."""
    return (
        alert.severity >= channel.severity
        and (not channel.classes or alert.alert_class in channel.classes)
        and (not channel.brands or not alert.brand or alert.brand in channel.brands)
        and not (alert.rule == CHANNEL_RULE and alert.scope == channel.key)
    )


def not_before(alert: Alert, rules: NotifyConfig, now: Micros, *, on_duty: bool = False) -> Micros:
    """Return when a message may go out: now, or at the end of the quiet hours.

    Whoever is ``on_duty`` is there to be woken.
    """
    if on_duty or rules.quiet is None or alert.severity >= rules.quiet_severity:
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
