"""A daily allowance of a network, counted here because the network does not tell it in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from listeners.clock import from_datetime, to_datetime
from listeners.model import Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What one request takes of an allowance.

    ``name`` is the allowance's lasting name ("youtube search"), counted apart for every credential;
    ``limit`` units are to be had between two midnights in ``zone`` (IANA), and this request takes
    ``units`` of them.
    """

    name: str
    limit: int
    units: int = 1
    zone: str = "UTC"


def day_of(zone: str, now: Micros) -> tuple[str, Micros]:
    """Return the day it is in a zone (ISO 8601), and when its next midnight is.

    A day has 23 or 25 hours where clocks change. A midnight that a change skips is taken as the
    instant of the change.
    """
    there = ZoneInfo(zone)
    today = to_datetime(now).astimezone(there).date()
    tomorrow = today + timedelta(days=1)
    midnight = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=there)
    return today.isoformat(), from_datetime(midnight)
