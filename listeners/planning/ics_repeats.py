"""When an entry that repeats takes place: the rules people write, expanded for a year.

A rule is followed where it must come round soon (a month has no 31st of February for ever); any
other is refused, and the caller takes the first time alone and says so. All times are wall-clock
times, so that "Mondays at ten" stays at ten when the clocks change.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from itertools import islice

MOST = 400
"""Times of one entry: every day for a year, and a few."""
_ALWAYS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}
_BY: Mapping[str, tuple[set[str], ...]] = {
    "DAILY": (set(),),
    "WEEKLY": ({"BYDAY"},),
    "MONTHLY": ({"BYDAY", "BYSETPOS"}, {"BYMONTHDAY", "BYSETPOS"}),
    "YEARLY": ({"BYMONTH", "BYMONTHDAY"}, {"BYMONTH", "BYDAY"}),
}
_LONGEST_STEP = 1000


class RuleError(Exception):
    """A rule is not followed."""


def times_of(
    first: datetime,
    rule: str,
    until: datetime | None,
    since: datetime,
    before: datetime,
) -> list[datetime]:
    """Return the times in [since, before) of an entry whose first time is ``first``.

    ``rule`` is an RRULE without its UNTIL, which is ``until``. No time has a zone.

    Raises:
        RuleError: the rule is one that is not followed.
    """
    parts = dict(part.split("=", 1) for part in rule.upper().split(";") if "=" in part)
    given = set(parts) - _ALWAYS
    frequency = parts.get("FREQ", "")
    if not any(given <= allowed for allowed in _BY.get(frequency, ())):
        raise RuleError(rule)
    if not re.fullmatch(r"\d{1,4}", parts.get("INTERVAL", "1")):
        raise RuleError(rule)
    if not 0 < int(parts.get("INTERVAL", "1")) <= _LONGEST_STEP:
        raise RuleError(rule)
    from dateutil.rrule import rrulestr

    parts.pop("UNTIL", None)
    if until is not None:
        parts.pop("COUNT", None)
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    try:
        found = rrulestr(text, dtstart=first)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        raise RuleError(rule) from error
    end = before if until is None else min(before, until + timedelta(seconds=1))
    times = list[datetime]()
    for at in found:
        if at >= end or len(times) >= MOST:
            break
        if at >= since:
            times.append(at)
    return times


def without(
    times: Iterable[datetime], left_out: Iterable[datetime], days: Iterable[datetime]
) -> list[datetime]:
    """Return the times but those left out, and those on days that are left out whole."""
    gone = set(left_out)
    gone_days = {one.date() for one in days}
    kept = (at for at in times if at not in gone and at.date() not in gone_days)
    return list(islice(kept, MOST))


def day_end(at: datetime) -> datetime:
    """Return the last second of a day: a rule that ends on a date ends with it."""
    return datetime.combine(at.date(), time(23, 59, 59))
