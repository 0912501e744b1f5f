"""What a paid network costs, in words: today, this month, and where that leads."""

from __future__ import annotations

from listeners.clock import to_iso
from listeners.model import Micros
from listeners.spending import DOLLAR, HELD, dollars
from listeners.store.spend import SpendUse
from tui.i18n import _, moment, msgid, number

KINDS = {
    "post": msgid("posts"),
    "owned": msgid("own posts and mentions"),
    "user": msgid("accounts"),
    "counts": msgid("counts of posts"),
    "reply": msgid("replies"),
    "link": msgid("replies with a link"),
    "delete": msgid("deleted replies"),
}
"""What a month's money went to."""


def spend_texts(use: SpendUse | None, now: Micros) -> list[str]:
    """Return what an account spent, on what, and what it will have spent; nothing for none."""
    if use is None:
        return []
    return [text for text in (spent_text(use), forecast_text(use, now), kinds_text(use)) if text]


def spent_text(use: SpendUse) -> str:
    """Return what was spent: ``spent: $0.42 of $1.00 today, $7.10 of $20.00 this month (UTC)``."""
    return _("spent: {day} of {a_day} today, {month} of {a_month} this month (UTC)").format(
        day=dollars(use.day),
        a_day=dollars(use.ceiling.day),
        month=dollars(use.month),
        a_month=dollars(use.ceiling.month),
    )


def forecast_text(use: SpendUse, now: Micros) -> str:
    """Return where the month leads, empty while nothing can be told."""
    ahead = use.forecast
    if ahead is None:
        return ""
    said = _("at this rate {a_day} a day, {month} by the end of the month").format(
        a_day=dollars(ahead.a_day), month=dollars(ahead.month)
    )
    if ahead.stops_at is None:
        return said
    stops = _("the budget ends {when}").format(when=moment(ahead.stops_at, now))
    return f"{said}: {stops}"


def kinds_text(use: SpendUse) -> str:
    """Return what the month's money went to, the dearest first; empty while it was nothing."""
    named = [(cost, kind, items) for kind, (items, cost) in use.kinds.items() if kind != HELD]
    parts = [
        f"{_(KINDS.get(kind, kind))} {number(items)} ({dollars(cost)})"
        for cost, kind, items in sorted(named, reverse=True)
        if cost
    ]
    return _("this month: {what}").format(what=", ".join(parts)) if parts else ""


def spend_scarce(use: SpendUse | None, now: Micros) -> str:
    """Return the one text of money that runs out, empty while there is plenty."""
    if use is None:
        return ""
    low = use.day * 10 >= use.ceiling.day * 9 or use.month * 10 >= use.ceiling.month * 9
    if low:
        return spent_text(use)
    ahead = use.forecast
    return forecast_text(use, now) if ahead is not None and ahead.stops_at is not None else ""


def spend_record(use: SpendUse | None) -> dict[str, object] | None:
    """Return the same for a program: dollars as numbers."""
    if use is None:
        return None
    ahead = use.forecast
    return {
        "account": use.account,
        "day": use.day / DOLLAR,
        "budget_day": use.ceiling.day / DOLLAR,
        "month": use.month / DOLLAR,
        "budget_month": use.ceiling.month / DOLLAR,
        "forecast_day": None if ahead is None else ahead.a_day / DOLLAR,
        "forecast_month": None if ahead is None else ahead.month / DOLLAR,
        "stops_at": to_iso(ahead.stops_at) if ahead is not None and ahead.stops_at else None,
        "kinds": {
            kind: {"items": items, "cost": cost / DOLLAR}
            for kind, (items, cost) in use.kinds.items()
        },
    }
