"""How much of Meta's allowance is used, as its headers tell: in percent, never in calls.

Source: developers.facebook.com/docs/graph-api/overview/rate-limiting. Going on while throttled
lengthens the ban, so hubbub slows down long before the end. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

STOP = 95.0
"""Percent at which nothing more is asked."""
_FLAT = ("x-app-usage", "x-page-usage")
_BY_OBJECT = "x-business-use-case-usage"
_MEASURES = ("call_count", "total_cputime", "total_time")
_MOST_OBJECTS = 32
_LONGEST_BAN = 24 * 3600.0
_STEPS = ((70.0, 900.0), (50.0, 300.0))


@dataclass(frozen=True, slots=True)
class Usage:
    """What is used of the fullest allowance, in percent, and the seconds until it is renewed
    (0: not told)."""

    percent: float = 0.0
    regain: float = 0.0

    @property
    def interval(self) -> float | None:
        """Seconds that should lie between two rounds now, ``None`` for the usual."""
        return next((seconds for percent, seconds in _STEPS if self.percent >= percent), None)

    @property
    def is_spent(self) -> bool:
        """Whether to stop asking."""
        return self.percent >= STOP or self.regain > 0


def usage_of(headers: Mapping[str, str]) -> Usage | None:
    """Return what an answer says of the allowance, ``None`` where it says nothing.

    Names of headers are lower case. ``estimated_time_to_regain_access`` is in minutes.
    """
    found = [_read(told) for told in _told(headers)]
    if not found:
        return None
    return Usage(max(one.percent for one in found), max(one.regain for one in found))


def _told(headers: Mapping[str, str]) -> Iterator[Mapping[str, object]]:
    for name in _FLAT:
        if isinstance(told := _json(headers.get(name)), dict):
            yield told
    by_object = _json(headers.get(_BY_OBJECT))
    if isinstance(by_object, dict):
        for entries in list(by_object.values())[:_MOST_OBJECTS]:
            for entry in entries if isinstance(entries, list) else []:
                if isinstance(entry, dict):
                    yield entry


def _read(told: Mapping[str, object]) -> Usage:
    percent = max((_number(told.get(name)) for name in _MEASURES), default=0.0)
    minutes = _number(told.get("estimated_time_to_regain_access"))
    return Usage(percent, min(minutes * 60, _LONGEST_BAN))


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return 0.0
    return float(value) if 0 <= value < 1e9 else 0.0


def _json(text: str | None) -> object:
    try:
        told: object = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
    return told
