"""The days of a campaign as a person types and reads them: local, the last one included.

Pure: the present and the zone are given, ``None`` being the machine's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta, tzinfo
from typing import NamedTuple

from listeners.campaigns.campaign import Campaign
from listeners.campaigns.figures import Span
from listeners.model import Micros
from listeners.planning.calendar import day_of, day_start

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_EUROPEAN = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
_LATER = re.compile(r"\+?(\d{1,3})\s*(d|j|w|s|sem)", re.IGNORECASE)
_NAMED = {"today": 0, "aujourd'hui": 0, "aujourd’hui": 0, "tomorrow": 1, "demain": 1}
_FARTHEST = timedelta(days=20 * 366)


class Daily(NamedTuple):
    """One local day: when it began, mentions of the brand, and those that are the campaign's."""

    start: Micros
    brand: int
    campaign: int


def day_meant(text: str, now: Micros, zone: tzinfo | None) -> date | None:
    """Return the day a text means, ``None`` if it means none.

    ``2026-12-24``, ``24/12/2026``, ``24.12.2026``, ``today``, ``tomorrow``, ``10d``, ``2w``.
    """
    words, today = text.strip().casefold(), day_of(now, zone)
    if words in _NAMED:
        return today + timedelta(days=_NAMED[words])
    if later := _LATER.fullmatch(words):
        return today + timedelta(days=int(later[1]) * (1 if later[2] in "dj" else 7))
    if found := _ISO.fullmatch(words):
        year, month, day = (int(part) for part in found.groups())
    elif found := _EUROPEAN.fullmatch(words):
        day, month, year = (int(part) for part in found.groups())
    else:
        return None
    try:
        meant = date(year, month, day)
    except ValueError:
        return None
    return meant if abs(meant - today) < _FARTHEST else None


def bounds(first: date, last: date, zone: tzinfo | None) -> tuple[Micros, Micros]:
    """Return when a first day begins and a last one has ended."""
    return day_start(first, zone), day_start(last + timedelta(days=1), zone)


def days_of(campaign: Campaign, zone: tzinfo | None) -> tuple[date, date]:
    """Return the first and the last day of a campaign."""
    return day_of(campaign.from_at, zone), day_of(Micros(campaign.to_at - 1), zone)


def daily(
    quarters: Mapping[Micros, tuple[int, int]], span: Span, zone: tzinfo | None
) -> list[Daily]:
    """Return every local day of a stretch with its counts, empty days too, oldest first."""
    sums: dict[date, list[int]] = {}
    here, last = day_of(span.from_at, zone), day_of(Micros(span.to_at - 1), zone)
    while here <= last:
        sums[here] = [0, 0]
        here += timedelta(days=1)
    for at, (brand, campaign) in quarters.items():
        counts = sums.get(day_of(at, zone))
        if counts is not None:
            counts[0] += brand
            counts[1] += campaign
    return [Daily(day_start(day, zone), *counts) for day, counts in sums.items()]
