"""Reminders of planned entries: said once where they ring, and kept in sight until their time."""

from __future__ import annotations

from collections.abc import Sequence

from listeners.model import Micros
from listeners.planning.entry import Planned
from tui.i18n import _, moment, ngettext
from tui.plan_words import time_words
from tui.widgets.paint import one_line


def reminder_words(one: Planned, now: Micros) -> str:
    """Return what is said when a reminder rings."""
    when = _("all day") if one.all_day else moment(one.at, now)
    return _("Reminder: {what} · {when}").format(what=one_line(one.title), when=when)


def news_of(reminders: Sequence[Planned], heard: set[tuple[int, int]]) -> list[Planned]:
    """Return the reminders that were not said here yet, and remember them as said."""
    fresh = [one for one in reminders if (one.id, one.reminded_at or 0) not in heard]
    heard.update((one.id, one.reminded_at or 0) for one in fresh)
    return fresh


def forms(reminders: Sequence[Planned]) -> tuple[str, str, str]:
    """Return what stands in the line at the top, whole, shorter, and as a sign."""
    first = reminders[0]
    short = f"◷ {time_words(first)}"
    if len(reminders) > 1:
        more = len(reminders) - 1
        short += ngettext(" and {count} more", " and {count} more", more).format(count=more)
    return f"{short} {one_line(first.title)}", short, "◷"
