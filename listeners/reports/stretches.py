"""Which stretch of time a report is about: a week, a month, or the days of a campaign.

Weeks begin on Monday (ISO 8601) and months on their first day, where the clock shows ``zone``;
``None`` is the machine's own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from typing import Literal

from listeners.campaigns.campaign import Campaign
from listeners.model import DAY, Micros, Sentence
from listeners.planning.calendar import (
    WEEK,
    day_of,
    day_start,
    months_on,
    week_name,
    week_start,
)

Kind = Literal["week", "month", "campaign"]
_WEEK = re.compile(r"(\d{4})-?W(\d{1,2})", re.IGNORECASE)
_MONTH = re.compile(r"(\d{4})-(\d{1,2})")


class StretchError(ValueError):
    """No such stretch can be reported on; ``sentence`` says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.template.format(**sentence.values))
        self.sentence = sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch [since, until) and the one before it, which begins at ``before``.

    ``name`` is ``2026-W47``, ``2026-11`` or a campaign's. ``days`` are the bounds of its days, one
    more than there are days.
    """

    kind: Kind
    name: str
    before: Micros
    since: Micros
    until: Micros
    days: tuple[Micros, ...]
    campaign: Campaign | None = None

    def counted_to(self, now: Micros) -> Micros:
        """Return where counting ends: its end, or now where it goes on."""
        return min(self.until, Micros(now + 1))

    def goes_on(self, now: Micros) -> bool:
        """Whether it is not over yet."""
        return now < self.until


def week(text: str, now: Micros, zone: tzinfo | None) -> Stretch:
    """Return the week called ``text`` (``2026-W47``), the last whole one for an empty name.

    Raises:
        StretchError: there is no such week, or it has not begun.
    """
    if not text:
        monday = week_start(day_of(now, zone)) - timedelta(days=WEEK)
    else:
        found = _WEEK.fullmatch(text.strip())
        try:
            if found is None:
                raise ValueError(text)
            monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        except ValueError as error:
            said = Sentence("{text} is no week: write it as 2026-W47.", {"text": text})
            raise StretchError(said) from error
    before, after = monday - timedelta(days=WEEK), monday + timedelta(days=WEEK)
    return _stretch("week", week_name(monday), before, monday, after, now, zone)


def month(text: str, now: Micros, zone: tzinfo | None) -> Stretch:
    """Return the month called ``text`` (``2026-11``), the last whole one for an empty name.

    Raises:
        StretchError: there is no such month, or it has not begun.
    """
    if not text:
        first = months_on(day_of(now, zone).replace(day=1), -1)
    else:
        found = _MONTH.fullmatch(text.strip())
        try:
            if found is None:
                raise ValueError(text)
            first = date(int(found[1]), int(found[2]), 1)
        except ValueError as error:
            said = Sentence("{text} is no month: write it as 2026-11.", {"text": text})
            raise StretchError(said) from error
    before, after = months_on(first, -1), months_on(first, 1)
    return _stretch("month", f"{first:%Y-%m}", before, first, after, now, zone)


def campaign_days(campaign: Campaign, now: Micros, zone: tzinfo | None) -> Stretch:
    """Return the days of a campaign; the stretch before is as long.

    Raises:
        StretchError: it has not begun.
    """
    first = day_of(campaign.from_at, zone)
    if campaign.from_at > now:
        raise StretchError(_not_begun(campaign.name))
    return Stretch(
        kind="campaign",
        name=campaign.name,
        before=Micros(campaign.from_at - campaign.length),
        since=campaign.from_at,
        until=campaign.to_at,
        days=_days(first, campaign.from_at, campaign.to_at, zone),
        campaign=campaign,
    )


def _stretch(
    kind: Kind, name: str, before: date, first: date, after: date, now: Micros, zone: tzinfo | None
) -> Stretch:
    since, until = day_start(first, zone), day_start(after, zone)
    if since > now:
        raise StretchError(_not_begun(name))
    return Stretch(
        kind=kind,
        name=name,
        before=day_start(before, zone),
        since=since,
        until=until,
        days=_days(first, since, until, zone),
    )


def _not_begun(name: str) -> Sentence:
    return Sentence("{name} has not begun: there is nothing to report yet.", {"name": name})


def _days(first: date, since: Micros, until: Micros, zone: tzinfo | None) -> tuple[Micros, ...]:
    bounds = [since]
    day = first
    while (at := day_start(day := day + timedelta(days=1), zone)) < until:
        bounds.append(at)
    return (*bounds, until)


def length_in_days(since: Micros, until: Micros) -> float:
    """Return how long a stretch is, in days of 24 hours."""
    return max(0, until - since) / DAY
