"""Numbers and dates as French and English readers write them, from tables of our own.

``locale`` and ``strftime`` are not used: most machines have no French locale installed. The
tables follow the Unicode CLDR (``en_GB`` and ``fr``); the tests compare them with Babel. Spaces
inside an expression are no-break spaces (U+00A0, and U+202F between groups of digits), one cell
wide each.
"""

from __future__ import annotations

from datetime import datetime, tzinfo

from listeners.clock import to_datetime
from listeners.model import DAY, HOUR, MINUTE, SECOND, Micros
from tui.language import language

NBSP = "\u00a0"
NNBSP = "\u202f"
UNKNOWN = "—"

_MONTHS = {
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"],
    "fr": ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.",
           "nov.", "déc."],
}  # fmt: skip
_WEEKDAYS = {
    "en": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    "fr": ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."],
}
_SCALES = {
    "en": ((1e9, "B"), (1e6, "M"), (1e3, "K")),
    "fr": ((1e9, f"{NBSP}Md"), (1e6, f"{NBSP}M"), (1e3, f"{NBSP}k")),
}
# Length of a unit in microseconds, its narrow name, and its name in "… ago", singular and plural.
_UNITS = {
    "en": (
        (DAY, "d", " day", " days"),
        (HOUR, "h", " hr", " hr"),
        (MINUTE, "m", " min", " min"),
        (SECOND, "s", " sec", " sec"),
    ),
    "fr": (
        (DAY, "j", f"{NBSP}j", f"{NBSP}j"),
        (HOUR, "h", f"{NBSP}h", f"{NBSP}h"),
        (MINUTE, "min", f"{NBSP}min", f"{NBSP}min"),
        (SECOND, "s", f"{NBSP}s", f"{NBSP}s"),
    ),
}
_PAST = {"en": "{} ago", "fr": "il y a {}"}
_FUTURE = {"en": "in {}", "fr": "dans {}"}

_zone: tzinfo | None = None


def use_zone(zone: tzinfo | None) -> None:
    """Show times in this zone; ``None`` is the machine's own."""
    global _zone
    _zone = zone


def zone() -> tzinfo | None:
    """Return the zone times are shown in, ``None`` for the machine's own: days and weeks too."""
    return _zone


def in_language(plain: str) -> str:
    """Turn ``12,345.6`` as Python writes it into the language's own signs."""
    if language() == "fr":
        return plain.translate({ord(","): NNBSP, ord("."): ","})
    return plain


def number(value: float, decimals: int = 0) -> str:
    """Return a grouped number: ``12,345.6``, ``12 345,6``."""
    return in_language(f"{value:,.{decimals}f}")


def signed(value: float, decimals: int = 2) -> str:
    """Return a number with its sign, for moods and changes: ``+0.42``, ``-0,10``; 0 has none."""
    text = f"{value:+.{decimals}f}"
    return in_language(text[1:] if float(text) == 0 else text)


def percent(share: float, decimals: int = 0) -> str:
    """Return a share (0.125) as a percentage: ``12.5%``, ``12,5 %``."""
    return f"{number(share * 100, decimals)}{NBSP if language() == 'fr' else ''}%"


def share_words(share: float | None) -> str:
    """Return a share as a percentage; a dash where there is nothing to take one of."""
    return "–" if share is None else percent(share)


def compact(value: float) -> str:
    """Return a count in at most seven cells: ``999``, ``12.3K``, ``1,2 M``."""
    for size, name in _SCALES[language()]:
        # 999,950 already rounds up to the next unit.
        if abs(value) >= size - size / 20_000:
            text = f"{value / size:.1f}".removesuffix(".0")
            return in_language(text) + name
    return in_language(f"{value:.0f}")


def age(span: int) -> str:
    """Return a length of time in microseconds, narrow, for a column: ``45s``, ``5m``, ``3d``."""
    count, (_, narrow, _, _) = _largest(span)
    return f"{count}{narrow}"


def ago(at: Micros, now: Micros) -> str:
    """Return how long ago: ``5 min ago``, ``il y a 5 min``. The future counts as now."""
    return _PAST[language()].format(_in_words(now - at))


def until(at: Micros, now: Micros) -> str:
    """Return how long until: ``in 5 min``, ``dans 5 min``. The past counts as now."""
    return _FUTURE[language()].format(_in_words(at - now))


def _in_words(span: int) -> str:
    count, (_, _, one, many) = _largest(span)
    return f"{count}{one if count == 1 else many}"


def _largest(span: int) -> tuple[int, tuple[int, str, str, str]]:
    span = max(0, span)
    units = _UNITS[language()]
    unit = next((unit for unit in units if span >= unit[0]), units[-1])
    return span // unit[0], unit


def _local(at: Micros) -> datetime | None:
    try:
        return to_datetime(at).astimezone(_zone)
    except (OverflowError, ValueError, OSError):
        # A network may claim any year; what no calendar holds is shown as unknown.
        return None


def clock_time(at: Micros) -> str:
    """Return the local time of day: ``14:05``."""
    local = _local(at)
    return f"{local.hour:02}:{local.minute:02}" if local else UNKNOWN


def day(at: Micros) -> str:
    """Return weekday and day: ``Mon 2 Nov``, ``lun. 2 nov.``."""
    local = _local(at)
    if local is None:
        return UNKNOWN
    weekday = _WEEKDAYS[language()][local.weekday()]
    return f"{weekday} {local.day} {_MONTHS[language()][local.month - 1]}"


def weekday(place: int) -> str:
    """Return the name of a day of the week, 0 for Monday: ``Mon``, ``lun.``."""
    return _WEEKDAYS[language()][place]


def date(at: Micros) -> str:
    """Return a date: ``2 Nov 2026``, ``2 nov. 2026``."""
    local = _local(at)
    if local is None:
        return UNKNOWN
    return f"{local.day} {_MONTHS[language()][local.month - 1]} {local.year}"


def moment(at: Micros, now: Micros) -> str:
    """Return a time as short as it stays clear: ``14:05`` today, else with its day or year."""
    local, today = _local(at), _local(now)
    if local is None or today is None:
        return UNKNOWN
    if local.date() == today.date():
        return clock_time(at)
    if abs(now - at) < 300 * DAY:
        return f"{day(at)} {clock_time(at)}"
    return date(at)


def full_moment(at: Micros) -> str:
    """Return day, year and time: ``Mon 2 Nov 2026 14:05``."""
    local = _local(at)
    return f"{day(at)} {local.year} {clock_time(at)}" if local else UNKNOWN
