"""Dates as people and programs write them, in French and English, read as UTC microseconds.

Feeds, spreadsheets and mail each hold a dozen spellings; the ambiguous one, ``03/04/2026``, is
settled by the caller, who has seen the whole column.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from typing import Final

from listeners.clock import from_datetime
from listeners.model import Micros
from listeners.text import fold

LONGEST: Final = 80
"""Characters of the longest text that is tried as a date."""

YEARS: Final = range(1971, 2201)
"""Years a date is believed in: earlier is a clock that was never set."""

# fmt: off
_MONTHS: Final = {
    "jan": 1, "janv": 1, "janvier": 1, "january": 1,
    "feb": 2, "fev": 2, "fevr": 2, "fevrier": 2, "february": 2,
    "mar": 3, "mars": 3, "march": 3,
    "apr": 4, "avr": 4, "avril": 4, "april": 4,
    "may": 5, "mai": 5,
    "jun": 6, "juin": 6, "june": 6,
    "jul": 7, "juil": 7, "juillet": 7, "july": 7,
    "aug": 8, "aout": 8, "august": 8,
    "sep": 9, "sept": 9, "septembre": 9, "september": 9,
    "oct": 10, "octobre": 10, "october": 10,
    "nov": 11, "novembre": 11, "november": 11,
    "dec": 12, "decembre": 12, "december": 12,
}
# fmt: on
_TIME = (
    r"(?P<hour>\d{1,2})\s?[:h]\s?(?P<minute>\d{2})?"
    r"(?::(?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?"
)
_REST = (
    rf"(?:,?\s*(?:a|at|t|-)?\s*{_TIME}\s*(?P<half>[ap]\.?m\.?)?)?"
    r"\s*(?P<zone>z|utc|gmt|(?:utc|gmt)?[+-]\d{1,2}:?\d{2}|cet|cest|est|edt|cst|cdt|mst|mdt|pst|pdt)?$"
)
_NUMERIC = re.compile(r"(?P<a>\d{1,2})[/.-](?P<b>\d{1,2})[/.-](?P<year>\d{4}|\d{2})" + _REST)
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})[/.-](?P<b>\d{1,2})[/.-](?P<a>\d{1,2})" + _REST)
_WORDS = re.compile(
    r"(?:[a-z]{2,9}\.?,?\s+)?(?:(?P<day>\d{1,2})(?:er|st|nd|rd|th)?[\s-]+(?P<month>[a-z]{3,9})\.?"
    r"|(?P<month2>[a-z]{3,9})\.?\s+(?P<day2>\d{1,2})(?:st|nd|rd|th)?),?[\s-]+(?P<year>\d{4})"
    + _REST
)
_DAY_PARTS = re.compile(r"\s*(\d{1,2})[/.-](\d{1,2})[/.-](?:\d{4}|\d{2})\b")
_EPOCH = re.compile(r"\d{9,10}(?:\.\d{1,9})?$|\d{12,13}$|\d{15,16}$")
_ZONES: Final = {
    "cet": 1, "cest": 2, "est": -5, "edt": -4, "cst": -6, "cdt": -5,
    "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip


def read_date(text: str, *, day_first: bool = True, zone: tzinfo = UTC) -> Micros | None:
    """Return the moment a text names, or ``None`` if it names none.

    Reads ISO 8601, RFC 822 and its common deviations, numeric dates (``day_first`` settles
    ``03/04/2026``), dates in French and English words, and seconds, milliseconds or microseconds
    since 1970. A date without a zone is in ``zone``; one without a time is midnight.
    """
    moment = _read(text, day_first)
    if moment is None:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    try:
        moment = moment.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return from_datetime(moment) if moment.year in YEARS else None


def is_date(text: str) -> bool:
    """Whether a text names a moment at all, be it one that ``read_date`` does not believe."""
    return _read(text, day_first=True) is not None


def day_comes_first(texts: list[str]) -> bool:
    """Tell from a column of dates whether ``03/04/2026`` is 3 April (true) or March 4th.

    A number above 12 decides; else AM or PM says that the column is American; else it is not.
    """
    for text in texts:
        parts = _DAY_PARTS.match(text)
        if parts and int(parts[1]) > 12:
            return True
        if parts and int(parts[2]) > 12:
            return False
    return not any(re.search(r"\d\s?[ap]\.?m\b", text, re.IGNORECASE) for text in texts)


def _read(text: str, day_first: bool) -> datetime | None:
    text = text.strip()
    if not text or len(text) > LONGEST:
        return None
    return (
        _from_epoch(text) or _from_iso(text) or _from_pattern(text, day_first) or _from_mail(text)
    )


def _from_epoch(text: str) -> datetime | None:
    if not _EPOCH.match(text):
        return None
    whole, _, part = text.partition(".")
    scale = 1 if len(whole) <= 10 else 1000 if len(whole) <= 13 else 1_000_000
    micros = int(whole) * (1_000_000 // scale) + int((part or "0").ljust(6, "0")[:6])
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)


def _from_iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _from_pattern(text: str, day_first: bool) -> datetime | None:
    folded = " ".join(fold(text).replace("\N{NARROW NO-BREAK SPACE}", " ").split())
    if match := _YEAR_FIRST.match(folded):
        return _moment(match, int(match["b"]), int(match["a"]))
    if match := _NUMERIC.match(folded):
        a, b = int(match["a"]), int(match["b"])
        # The order of the column, unless this date cannot be in it.
        swapped = (a <= 12 < b) if day_first else a <= 12
        return _moment(match, a if swapped else b, b if swapped else a)
    if match := _WORDS.match(folded):
        month = _MONTHS.get(match["month"] or match["month2"])
        return _moment(match, month, int(match["day"] or match["day2"])) if month else None
    return None


def _moment(match: re.Match[str], month: int, day: int) -> datetime | None:
    year = int(match["year"])
    if len(match["year"]) == 2:
        year += 2000 if year < 70 else 1900
    hour = int(match["hour"] or 0)
    if half := match["half"]:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    try:
        return datetime(
            year,
            month,
            day,
            hour,
            int(match["minute"] or 0),
            int(match["second"] or 0),
            int((match["part"] or "0").ljust(6, "0")[:6]),
            tzinfo=_zone(match["zone"] or ""),
        )
    except ValueError:
        return None


def _zone(name: str) -> tzinfo | None:
    if not name:
        return None
    if name in _ZONES:
        return timezone(timedelta(hours=_ZONES[name]))
    digits = name.removeprefix("utc").removeprefix("gmt").removeprefix("z").replace(":", "")
    if not digits:
        return UTC
    hours, minutes = int(digits[1:-2]), int(digits[-2:])
    sign = -1 if digits[0] == "-" else 1
    return timezone(sign * timedelta(hours=hours, minutes=minutes))


def _from_mail(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
