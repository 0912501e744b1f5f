"""What the log can be narrowed to: by whom, what, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, tzinfo

from listeners.clock import from_datetime
from listeners.model import DAY, Micros
from tui.i18n import _
from tui.log_words import PROGRAM, verb_name
from tui.untils import at_clock
from tui.widgets.choices import Choice
from tui.widgets.paint import one_line


def filter_choices(
    text: str,
    *,
    names: Sequence[str],
    verbs: Sequence[str],
    me: str,
    now: Micros,
    zone: tzinfo | None = None,
) -> list[Choice]:
    """Return what the log may be narrowed to; a day may be typed, as 2026-11-23."""
    today = at_clock(now, time(), zone)
    yesterday = at_clock(now, time(), zone, -1)
    offered = [
        Choice(None, _("When"), heading=True),
        Choice({"since": None, "until": None}, _("ever")),
        Choice({"since": today, "until": None}, _("today")),
        Choice({"since": yesterday, "until": today}, _("yesterday")),
        Choice({"since": Micros(now - 7 * DAY), "until": None}, _("the last 7 days")),
        Choice(None, _("Who"), heading=True),
        Choice({"actor": ""}, _("everybody")),
        *(
            Choice({"actor": name}, one_line(name), _("you") if name == me else "")
            for name in dict.fromkeys((me, *names))
        ),
        Choice({"actor": PROGRAM}, _("by itself")),
        Choice(None, _("What"), heading=True),
        Choice({"verb": ""}, _("everything")),
        *(Choice({"verb": verb}, verb_name(verb)) for verb in verbs),
    ]
    wanted = text.strip().casefold()
    if not wanted:
        return offered
    found = [one for one in offered if not one.heading and wanted in one.label.casefold()]
    try:
        day = date.fromisoformat(wanted)
        begins = datetime.combine(day, time())
        aware = begins.replace(tzinfo=zone) if zone is not None else begins.astimezone()
        since = from_datetime(aware)
    except (ValueError, OverflowError):
        return found
    return [Choice({"since": since, "until": Micros(since + DAY)}, wanted), *found]
