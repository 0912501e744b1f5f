"""The words and figures of the response times, for the screen and the command alike."""

from __future__ import annotations

from listeners.model import SECOND
from listeners.reports.responses import ELSEWHERE, Figures, Side
from tui.i18n import _, age, number, percent
from tui.language import msgid

COLUMNS = (
    msgid("answers"),
    msgid("in time"),
    msgid("first"),
    msgid("later"),
    msgid("slowest"),
    msgid("waits"),
    msgid("late"),
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
        return member_name(name) or _("nobody yet")
    if side == "tier":
        return _(TIERS[name]) if name in TIERS else name
    return name if side == "network" else _("all together")


def member_name(member: str) -> str:
    """Return who answered or has it, empty for nobody."""
    return _("not from here") if member == ELSEWHERE else member


def span(seconds: float | None) -> str:
    """Return a stretch of business time, to the minute below ten hours; a dash for none."""
    if seconds is None:
        return "—"
    hours, minutes = divmod(int(seconds) // 60, 60)
    return f"{hours}h{minutes:02}" if 0 < hours < 10 else age(int(seconds * SECOND))


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
