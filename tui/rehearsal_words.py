"""How a trial of edited rules reads: what happened, what would now, what would after the change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from listeners.replay.rehearsal import Rehearsal, Side
from tui.alarm_words import DETECTOR_NAMES
from tui.i18n import _, msgid, number, say


class Row(NamedTuple):
    """One figure: what it is, what it really was, what it would be now, and after the change."""

    name: str
    did: str
    now: str
    edited: str


_COUNTS = {
    "matched_more": msgid("would match besides: {count}"),
    "matched_less": msgid("would no longer match: {count}"),
    "asks_more": msgid("would ask for a reply besides: {count}"),
    "asks_less": msgid("would no longer ask for a reply: {count}"),
}
HEADINGS = (msgid("Figure"), msgid("Was"), msgid("Present rules"), msgid("Edited rules"))


def rows(found: Rehearsal) -> list[Row]:
    """Return the figures of a trial, side by side."""
    sides = (found.did, found.now, found.edited)
    table = [
        _row(_("mentions"), [one.mentions for one in sides]),
        _row(_("asking for a reply"), [one.asks for one in sides]),
        _row(_("conversations queued"), [one.queued for one in sides]),
    ]
    for rule in _names([one.alerts for one in sides]):
        name = _("alerts: {rule}").format(rule=rule)
        table.append(_row(name, [one.alerts.get(rule, 0) for one in sides]))
    for rule in _names([one.ruled for one in sides]):
        name = _("changed by rule {rule}").format(rule=rule)
        table.append(_row(name, [one.ruled.get(rule, 0) for one in sides]))
    for detector in found.now.detected:
        now, edited = (one.detected.get(detector, 0) for one in (found.now, found.edited))
        name = _("alerts: {rule}").format(rule=_(DETECTOR_NAMES[detector]))
        table.append(Row(name, "", number(now), number(edited)))
    return table


def _row(name: str, counts: Sequence[int]) -> Row:
    did, now, edited = (number(count) for count in counts)
    return Row(name, did, now, edited)


def _names(tables: Sequence[Mapping[str, int]]) -> list[str]:
    return sorted({name for table in tables for name in table})


def differences(found: Rehearsal) -> list[tuple[str, tuple[int, ...]]]:
    """Return what would differ, in words, each with a sample of mentions."""
    samples = {
        "matched_more": found.matched_more,
        "matched_less": found.matched_less,
        "asks_more": found.asks_more,
        "asks_less": found.asks_less,
    }
    return [
        (_(said).format(count=number(found.counts[key])), samples[key])
        for key, said in _COUNTS.items()
        if found.counts.get(key)
    ]


def alert_differences(found: Rehearsal) -> list[str]:
    """Return the alerts that would be raised besides, and those that would not."""
    more = [_("would be raised: {title}").format(title=say(one)) for one in found.new_alerts]
    less = [_("would not be raised: {title}").format(title=say(one)) for one in found.lost_alerts]
    return [*more, *less]


def caution(found: Rehearsal) -> str:
    """Return what a trial cannot show."""
    said = _(
        "Only what is stored was tried: what no rule let in is not known, so a wider query may "
        "find more than this."
    )
    if not found.counts.get("otherwise"):
        return said
    otherwise = _("Judged otherwise now than when they came: {count}.").format(
        count=number(found.counts["otherwise"])
    )
    return f"{said} {otherwise}"


def side_record(side: Side) -> dict[str, object]:
    """Return one side as plain values."""
    return {
        "mentions": side.mentions,
        "asks": side.asks,
        "queued": side.queued,
        "alerts": dict(side.alerts),
        "detectors": dict(side.detected),
        "rules": dict(side.ruled),
    }
