"""What a source lives on, in words: its pace, what hosts still allow, allowances, turns."""

from __future__ import annotations

from listeners.model import SECOND, Micros
from listeners.networks.contract import Capability
from listeners.store.reads.uses import HostUse, QuotaUse, SourceUse, TurnUse
from tui.i18n import _, age, clock_time, moment, number, until
from tui.spend_words import spend_scarce, spend_texts

HOSTS_SHOWN = 4
"""A source may ask many hosts; those that allow least are shown."""


def span_text(seconds: float) -> str:
    """Return a length of time, to the second below two minutes: ``90s``, ``4m``."""
    return f"{round(seconds)}s" if seconds < 120 else age(int(seconds * SECOND))


def pace_text(use: SourceUse, capability: Capability | None) -> str:
    """Return how often a source is asked, and how often is usual; empty where it is not known."""
    if use.pace is None:
        return ""
    said = _("every {span}").format(span=span_text(use.pace))
    if capability is None or round(use.pace) == round(capability.interval):
        return said
    usual = span_text(capability.interval)
    if use.pace > capability.interval:
        beside = _("usually {span}, quiet here").format(span=usual)
    else:
        beside = _("usually {span}").format(span=usual)
    return f"{said} · {beside}"


def use_texts(use: SourceUse, now: Micros) -> list[str]:
    """Return what is left of what a source lives on, a text each, what is used up first."""
    texts = [host_text(host, now) for host in use.hosts[:HOSTS_SHOWN]]
    texts += [quota_text(quota, now) for quota in use.quotas]
    texts += [turn_text(turn, now) for turn in use.turns[:HOSTS_SHOWN]]
    return [*spend_texts(use.spend, now), *texts]


def host_text(host: HostUse, now: Micros) -> str:
    """Return what a host still allows: ``api.example: 412 of 1,000 left until 14:05``."""
    if host.blocked_until is not None:
        return _("{host}: nothing until {when}").format(
            host=host.host, when=moment(host.blocked_until, now)
        )
    left = number(host.remaining or 0)
    if host.allowed is None:
        said = _("{host}: {count} left").format(host=host.host, count=left)
    else:
        said = _("{host}: {count} of {all} left").format(
            host=host.host, count=left, all=number(host.allowed)
        )
    if host.reset_at is None:
        return said
    until_when = _("until {when}").format(when=clock_time(host.reset_at))
    return f"{said} {until_when}"


def quota_text(quota: QuotaUse, now: Micros) -> str:
    """Return what is left of a day: ``youtube search: 63 of 100 left until 09:00``."""
    return _("{name}: {count} of {all} left today, anew {when}").format(
        name=quota.name,
        count=number(max(0, quota.allowed - quota.taken)),
        all=number(quota.allowed),
        when=moment(quota.until, now),
    )


def turn_text(turn: TurnUse, now: Micros) -> str:
    """Return how a host is spaced: ``reddit.com: one request a 60s, next in 12 s``."""
    said = _("{host}: {span} between two requests of all sources").format(
        host=turn.host, span=span_text(turn.seconds)
    )
    if turn.free_at <= now:
        return said
    following = _("next {when}").format(when=until(turn.free_at, now))
    return f"{said}, {following}"


def scarce(use: SourceUse, now: Micros) -> str:
    """Return the one text of what runs out, empty while there is plenty."""
    for host in use.hosts:
        if host.blocked_until is not None or _few(host.remaining, host.allowed):
            return host_text(host, now)
    for quota in use.quotas:
        if _few(quota.allowed - quota.taken, quota.allowed):
            return quota_text(quota, now)
    return spend_scarce(use.spend, now)


def _few(left: int | None, of: int | None) -> bool:
    return left is not None and of is not None and left * 10 <= of
