"""How long to leave a feed alone: what it and its server ask for, within bounds of our own."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

from listeners.clock import to_datetime
from listeners.importing.dates import read_date
from listeners.model import SECOND, Micros

USUAL: Final = 900.0
LONGEST: Final = 6 * 3600.0
"""Seconds; a feed that asks for a week would be heard too late to matter."""
SHORTEST: Final = 300.0
SHORTEST_AT_HOME: Final = 10.0
"""Seconds; the floor for a server of the user's own."""

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s{0,9}=\s{0,9}\"?(\d{1,9})", re.IGNORECASE)


def asked_by_server(headers: Mapping[str, str], now: Micros) -> float | None:
    """Return the seconds an answer stays fresh (RFC 9111: max-age before Expires), if it says."""
    control = headers.get("cache-control", "")
    if "no-cache" in control or "no-store" in control:
        return None
    if found := _MAX_AGE.search(control):
        return float(found[1])
    expires = read_date(headers.get("expires", ""))
    if expires is None:
        return None
    since = read_date(headers.get("date", "")) or now
    return max(0.0, (expires - since) / SECOND)


def may_change_unseen(headers: Mapping[str, str]) -> bool:
    """Whether an answer's validators are too young to be used (RFC 9110, 8.8.2.2).

    They count in seconds: what changes later in the second of ``Last-Modified`` has the same ones,
    and would be answered "not modified" for as long as nothing else changes.
    """
    modified = read_date(headers.get("last-modified", ""))
    sent = read_date(headers.get("date", ""))
    return modified is not None and sent is not None and sent - modified < 2 * SECOND


def interval(
    wishes: Collection[float | None], skip_hours: Collection[int], now: Micros, *, at_home: bool
) -> float:
    """Return the seconds until the next look: the longest wish, or 15 minutes without any.

    The floor is five minutes, except for a server of the user's own (``at_home``). A time within
    the feed's skip hours moves to the next hour outside them.
    """
    floor = SHORTEST_AT_HOME if at_home else SHORTEST
    wish = max((wish for wish in wishes if wish), default=USUAL)
    seconds = min(max(wish, floor), LONGEST)
    for _ in range(24):
        then = to_datetime(Micros(now + int(seconds * SECOND)))
        if then.hour not in skip_hours:
            return seconds
        seconds += 3600 - (then.minute * 60 + then.second + then.microsecond / SECOND)
    return min(max(wish, floor), LONGEST)
