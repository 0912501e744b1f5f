"""The words and figures of the response times, for the screen and the command alike."""

from __future__ import annotations

from listeners.model import SECOND
from listeners.reports.responses import Figures, Side
from tui.i18n import _, age, number, percent
from tui.language import msgid

COLUMNS = (
    msgid("answered"),
    msgid("in time"),
    msgid("first"),
    msgid("next"),
    msgid("slowest"),
    msgid("waiting"),
    msgid("overdue"),
    msgid("oldest"),
)
"""The columns of figures; those that do not fit are left out from the end."""

HOW = {
    "reply": msgid("sent from here"),
    "by hand": msgid("marked as answered"),
    "there": msgid("written there"),
    None: msgid("waiting"),
}
TIERS = {
    "1": msgid("1 risk"),
    "2": msgid("2 overdue"),
    "3": msgid("3 buys, leaves, VIP"),
    "4": msgid("4 service"),
    "5": msgid("5 the rest"),
}


def plain_name(side: Side, name: str) -> str:
    """Return how a group is called, its network as it is written in the configuration."""
    if side == "member":
        return name or _("not from here")
    if side == "tier":
        return _(TIERS[name]) if name in TIERS else name
    return name if side == "network" else _("all together")


def span(seconds: float | None) -> str:
    """Return a stretch of business time, or a dash."""
    return "—" if seconds is None else age(int(seconds * SECOND))


def figure_texts(figures: Figures) -> tuple[str, ...]:
    """Return what stands in each of ``COLUMNS``."""
    oldest = figures.oldest
    return (
        number(figures.answered),
        "—" if figures.within is None else percent(figures.within),
        span(figures.median_first),
        span(figures.median_next),
        span(figures.slowest_tenth),
        number(figures.waiting),
        number(figures.overdue),
        "—" if oldest is None else span(oldest.seconds),
    )
