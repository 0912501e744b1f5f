"""The words for the rota, for roles handed out, and for how channels do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from listeners.charges import Charge
from listeners.conducting import Channel, Holding, Late
from listeners.duty import Gap, Shift
from listeners.model import DAY, Micros
from listeners.networks.titles import network_title
from listeners.text import clean_line
from tui.formats import day
from tui.i18n import _, age, clock_time, moment, ngettext, number
from tui.language import msgid

CHARGES = {
    "conductor": msgid("conductor"),
    "press": msgid("press"),
    "channel": msgid("channel"),
    "campaign": msgid("campaign"),
    "other": msgid("other"),
}
LATE = {
    "planned": msgid("planned"),
    "conversation": msgid("to answer"),
    "draft": msgid("draft to approve"),
}
STATES = {
    "silent": msgid("silent"),
    "behind": msgid("behind"),
    "over": msgid("more than meant"),
    "short": msgid("too few planned"),
    "on time": msgid("on time"),
    "no target": msgid("no target"),
}


def charge_words(charge: Charge) -> str:
    """Return what somebody is in charge of, with its brand where it is for one alone."""
    match charge.kind:
        case "channel":
            said = network_title(charge.what)
        case "campaign":
            name = clean_line(charge.title) or f"#{charge.what}"
            said = _("campaign {name}").format(name=name)
        case "other":
            said = clean_line(charge.what)
        case _:
            said = _(CHARGES[charge.kind])
    return f"{said} ({clean_line(charge.brand)})" if charge.brand else str(said)


def charges_line(charges: Iterable[Charge]) -> str:
    """Return all that somebody is in charge of, on one line."""
    return ", ".join(charge_words(one) for one in charges)


def stretch_words(from_at: Micros, to_at: Micros, now: Micros) -> str:
    """Return a stretch of time as short as it stays clear."""
    same = day(from_at) == day(to_at) and to_at - from_at < DAY
    ends = clock_time(to_at) if same else f"{day(to_at)} {clock_time(to_at)}"
    return f"{moment(from_at, now)} – {ends}"


def who_words(turn: Shift | Gap) -> str:
    """Return who has a turn."""
    return _("nobody") if isinstance(turn, Gap) else str(clean_line(turn.member))


def duty_words(one: Holding, now: Micros) -> str:
    """Return whether a member is on duty, until when, or when next; empty for never."""
    if one.on_duty is not None and one.away is not None:
        return _("on duty, and away")
    if one.on_duty is not None:
        return _("on duty until {when}").format(when=moment(one.on_duty.to_at, now))
    if one.next_duty is not None:
        return _("on duty from {when}").format(when=moment(one.next_duty.from_at, now))
    return ""


def on_duty_words(names: Sequence[str], *, rota: bool) -> str:
    """Return who is on duty now."""
    if names:
        return _("on duty now: {names}").format(names=", ".join(clean_line(one) for one in names))
    return _("nobody is on duty now") if rota else _("no rota is kept")


def channel_words(one: Channel) -> str:
    """Return how a channel does, with the figures it is judged by."""
    cadence = one.cadence
    match one.state:
        case "silent":
            return _("silent for {span}").format(span=age(cadence.silent or 0))
        case "behind":
            text = ngettext("{count} post behind", "{count} posts behind", cadence.behind)
            return text.format(count=number(cadence.behind))
        case "over":
            text = ngettext(
                "{count} more than meant this week", "{count} more than meant this week",
                cadence.over,
            )  # fmt: skip
            return text.format(count=number(cadence.over))
        case "short":
            text = ngettext(
                "{count} still to be planned this week", "{count} still to be planned this week",
                cadence.short,
            )  # fmt: skip
            return text.format(count=number(cadence.short))
    return _(STATES[one.state])


def week_words(one: Channel) -> str:
    """Return the posts of this week against what is meant."""
    cadence = one.cadence
    if cadence.target is None:
        return number(cadence.this_week)
    target = number(cadence.target, 0 if cadence.target == int(cadence.target) else 1)
    return _("{count} of {target}").format(count=number(cadence.this_week), target=target)


def late_words(one: Late, now: Micros) -> str:
    """Return since when something is late, or until when a draft may wait."""
    if one.kind == "draft":
        return _("for {when}").format(when=moment(one.at, now))
    return _("{span} late").format(span=age(now - one.at))
