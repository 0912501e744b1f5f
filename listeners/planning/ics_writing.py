"""The plan as a calendar file (RFC 5545): posts are events, actions are things to do.

What other calendars have no word for travels in ``X-HUBBUB-`` properties, so that a file taken
back in is what it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from listeners.clock import to_datetime
from listeners.model import Micros
from listeners.networks.titles import network_title
from listeners.planning.calendar import floating_day
from listeners.planning.entry import Planned

if TYPE_CHECKING:
    from icalendar import Event, Todo

PRODUCT = "-//hubbub//hubbub//EN"
OWN = "X-HUBBUB-"
_POST = {"idea": "TENTATIVE", "draft": "TENTATIVE"}


def to_ics(
    entries: Iterable[Planned], campaigns: Mapping[int, str], now: Micros, name: str
) -> bytes:
    """Return a calendar file of these entries; ``campaigns`` are names by number."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    for one in entries:
        calendar.add_component(_component(one, campaigns, now))
    return bytes(calendar.to_ical())


def _component(one: Planned, campaigns: Mapping[int, str], now: Micros) -> Event | Todo:
    from icalendar import Alarm, Event, Todo

    made = Todo() if one.kind == "action" else Event()
    made.add("uid", one.uid)
    made.add("summary", one.title)
    if one.text:
        made.add("description", one.text)
    made.add("dtstamp", to_datetime(now))
    made.add("last-modified", to_datetime(one.changed_at))
    made.add("sequence", one.version - 1)
    if isinstance(made, Todo):
        _todo_times(made, one)
    else:
        made.add("dtstart", _when(one.at, all_day=one.all_day))
        if one.end_at is not None:
            made.add("dtend", _when(one.end_at, all_day=one.all_day))
        made.add("status", _POST.get(one.state, "CONFIRMED"))
    groups = [network_title(one.channel)] if one.channel else []
    if one.campaign is not None and one.campaign in campaigns:
        groups.append(campaigns[one.campaign])
    if groups:
        made.add("categories", groups)
    made.add(f"{OWN}KIND", one.kind)
    made.add(f"{OWN}STATE", one.state)
    if one.channel:
        made.add(f"{OWN}CHANNEL", one.channel)
    if one.owner:
        made.add(f"{OWN}OWNER", one.owner)
    if one.remind is not None:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", one.title)
        # Without a start there is only an end to count back from.
        related = {} if "DTSTART" in made else {"RELATED": "END"}
        alarm.add("trigger", timedelta(seconds=-one.remind), parameters=related)
        made.add_component(alarm)
    return made


def _todo_times(made: Todo, one: Planned) -> None:
    start = _when(one.at, all_day=one.all_day)
    if one.end_at is None:
        made.add("due", start)
    else:
        made.add("dtstart", start)
        made.add("due", _when(one.end_at, all_day=one.all_day))
    made.add("status", "COMPLETED" if one.done else "NEEDS-ACTION")
    if one.done and one.done_at is not None:
        made.add("completed", to_datetime(one.done_at))


def _when(at: Micros, *, all_day: bool) -> date | datetime:
    return floating_day(at) if all_day else to_datetime(at).replace(microsecond=0)
