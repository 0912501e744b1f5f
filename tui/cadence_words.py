"""The cadence of a channel in words: how it does this week, and what that calls for."""

from __future__ import annotations

from typing import Literal, NamedTuple

from listeners.planning.cadence import ChannelCadence
from tui.i18n import _, age, ngettext, number

Tone = Literal["good", "bad", "warn", "plain"]

BARS = "▁▂▃▄▅▆▇█"


class Verdict(NamedTuple):
    """A few words about a channel, and how they are meant."""

    text: str
    tone: Tone


def verdicts(one: ChannelCadence) -> list[Verdict]:
    """Return what is to be said of a channel, the gravest first; never nothing."""
    found: list[Verdict] = []
    if one.silent is not None:
        found.append(Verdict(_("silent for {span}").format(span=age(one.silent)), "bad"))
    if one.behind:
        text = ngettext("{count} behind", "{count} behind", one.behind)
        found.append(Verdict(text.format(count=number(one.behind)), "bad"))
    if one.over:
        text = ngettext("{count} more than planned", "{count} more than planned", one.over)
        found.append(Verdict(text.format(count=number(one.over)), "warn"))
    if one.last_at is None:
        found.append(Verdict(_("no post of ours heard"), "warn" if one.target else "plain"))
    if one.short:
        text = ngettext("{count} still to plan", "{count} still to plan", one.short)
        found.append(Verdict(text.format(count=number(one.short)), "plain"))
    if one.target is None:
        found.append(Verdict(_("no target"), "plain"))
    return found or [Verdict(_("on time"), "good")]


def this_week(one: ChannelCadence) -> str:
    """Return this week's posts against the target and what of it should be there by now."""
    if one.target is None:
        return ngettext("{count} this week", "{count} this week", one.this_week).format(
            count=number(one.this_week)
        )
    return _("{count} of {target} this week, {expected} by now").format(
        count=number(one.this_week),
        target=a_week(one.target),
        expected=number(one.expected, 1),
    )


def a_week(target: float) -> str:
    """Return posts a week, without decimals where there are none."""
    return number(target) if target == round(target) else number(target, 1)


def weeks_before(one: ChannelCadence) -> str:
    """Return the posts of the whole weeks before this one, the oldest first."""
    return " ".join(number(count) for count in one.posted[:-1])


def bars(one: ChannelCadence) -> str:
    """Return the weeks as bars, this one last; the highest is the largest week or the target."""
    top = max(*one.posted, one.target or 0, 1)
    return "".join(
        " " if not count else BARS[min(7, round(count / top * 7))] for count in one.posted
    )
