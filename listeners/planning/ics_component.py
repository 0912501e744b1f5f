"""What one entry of a calendar file holds, whatever is wrong with it, and times by their clocks."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from listeners.clock import from_datetime
from listeners.model import SECOND, Micros
from listeners.planning.calendar import at_wall
from listeners.planning.entry import REMIND_MOST, UID, Kind, State, kind_of, state_of
from listeners.planning.ics_writing import OWN
from listeners.text import clean_line

if TYPE_CHECKING:
    from icalendar import Component

FAULTS = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)
"""What the library raises on properties that are not what they should be."""


def first_of(made: Component, name: str) -> Any:
    """Return a property, the first where it is given several times, ``None`` for none."""
    found = made.get(name)
    return found[0] if isinstance(found, list) and found else found


def text_of(made: Component, name: str) -> str:
    """Return the text of a property, still untrusted; empty where it has none."""
    found = first_of(made, name)
    return str(found) if isinstance(found, str) else ""


def value_of(made: Component, name: str) -> date | timedelta | None:
    """Return the date, time or length of a property, ``None`` where it has none."""
    try:
        value = first_of(made, name).dt
    except FAULTS:
        return None
    return value if isinstance(value, (date, timedelta)) else None


def dates_of(made: Component, name: str) -> list[date]:
    """Return every date and time of a property that lists them."""
    found = made.get(name)
    dates = list[date]()
    for part in found if isinstance(found, list) else [found]:
        try:
            dates += [one.dt for one in part.dts if isinstance(one.dt, date)]
        except FAULTS:
            continue
    return dates


def times_in(made: Component) -> tuple[date | None, date | None]:
    """Return when an entry begins and ends; what is only due begins then."""
    start = value_of(made, "DTSTART")
    end = value_of(made, "DTEND") or value_of(made, "DUE")
    if not isinstance(start, date):
        due = value_of(made, "DUE")
        return (due, None) if isinstance(due, date) else (None, None)
    if isinstance(end, date):
        return start, end
    length = value_of(made, "DURATION")
    try:
        return start, start + length if isinstance(length, timedelta) else None
    except OverflowError:
        return start, None


def uid_of(made: Component) -> str:
    """Return the calendar id; an entry without one is known by its title and time."""
    uid = str(clean_line(text_of(made, "UID"), 2 * UID)).strip()
    if uid and len(uid) < UID - 40:
        return uid
    known_by = uid or f"{text_of(made, 'SUMMARY')}\n{times_in(made)[0]}"
    return hashlib.sha256(known_by.encode("utf-8", "replace")).hexdigest()[:40] + "@file"


def categories(made: Component) -> list[str]:
    """Return the names an entry is filed under."""
    found = made.get("CATEGORIES")
    names = list[str]()
    for part in found if isinstance(found, list) else [found]:
        names += [str(one) for one in getattr(part, "cats", [])]
    return names


def kind_in(made: Component, channel: str) -> Kind:
    """Return the kind: an event on a channel is a post, everything else an action."""
    own = kind_of(text_of(made, f"{OWN}KIND"))
    return own or ("post" if channel and made.name == "VEVENT" else "action")


def state_in(made: Component) -> State:
    """Return the state, as hubbub wrote it or as the status of other calendars means it."""
    status = text_of(made, "STATUS").upper()
    own = state_of(text_of(made, f"{OWN}STATE"))
    if status == "COMPLETED":
        return "done"
    if own is not None and not (own == "done" and status == "NEEDS-ACTION"):
        return own
    return "scheduled" if status in ("CONFIRMED", "IN-PROCESS") else "draft"


def remind_of(
    made: Component, at: Micros, end_at: Micros | None, zone: tzinfo | None
) -> int | None:
    """Return how many seconds before its time the first alarm of an entry rings."""
    for alarm in made.subcomponents:
        trigger = value_of(alarm, "TRIGGER")
        before: float | None = None
        if isinstance(trigger, timedelta):
            related = str(getattr(first_of(alarm, "TRIGGER"), "params", {}).get("RELATED", ""))
            late = (end_at - at) / SECOND if related == "END" and end_at is not None else 0.0
            before = -trigger.total_seconds() - late
        elif isinstance(trigger, datetime):
            try:
                rings = at_wall(trigger, zone) if trigger.tzinfo is None else from_datetime(trigger)
            except (OverflowError, ValueError, OSError):
                continue
            before = (at - rings) / SECOND
        if before is not None and 0 <= before <= REMIND_MOST:
            return round(before)
    return None


def zone_of(when: date) -> tzinfo | None:
    """Return the zone a time is written in."""
    return when.tzinfo if isinstance(when, datetime) else None


def clock_at(when: date, place: tzinfo | None, zone: tzinfo | None) -> datetime:
    """Return what the clock of ``place`` shows then, without a zone; a date is its midnight."""
    if not isinstance(when, datetime):
        return datetime.combine(when, time())
    if when.tzinfo is None:
        return when
    return when.astimezone(place if place is not None else zone).replace(tzinfo=None)


def like(start: date, wall: datetime) -> date:
    """Return another time of what begins at ``start``."""
    if not isinstance(start, datetime):
        return wall.date()
    return wall.replace(tzinfo=start.tzinfo)


def slot_name(wall: datetime) -> str:
    """Return the name of one time of a repeated entry, which stays when that time is moved."""
    return wall.strftime("%Y%m%dT%H%M%S")
