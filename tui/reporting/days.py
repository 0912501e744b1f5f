"""Days and stretches as a report writes them out: in full, as French and English readers do."""

from __future__ import annotations

from listeners.clock import to_datetime
from listeners.model import Micros
from listeners.reports.stretches import Stretch
from tui.formats import zone
from tui.i18n import _
from tui.language import language

_MONTHS = {
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December"],
    "fr": ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
           "octobre", "novembre", "décembre"],
}  # fmt: skip
_WEEKDAYS = {
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "fr": ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
}


def long_day(at: Micros, *, year: bool = False) -> str:
    """Return a day in full: ``Monday 16 November``, ``lundi 16 novembre``; the first is ``1er``."""
    here = to_datetime(at).astimezone(zone())
    spoken = language()
    first = spoken == "fr" and here.day == 1
    said = f"{_WEEKDAYS[spoken][here.weekday()]} {here.day}{'er' if first else ''}"
    said += f" {_MONTHS[spoken][here.month - 1]}"
    return f"{said} {here.year}" if year else said


def short_day(at: Micros) -> str:
    """Return a day as it fits below a bar: ``Mon 16``, ``lun. 16``."""
    here = to_datetime(at).astimezone(zone())
    name = _WEEKDAYS[language()][here.weekday()][:3]
    return f"{name}{'.' if language() == 'fr' else ''} {here.day}"


def stretch_name(stretch: Stretch) -> str:
    """Return what a report is about, in words: ``Week 47 of 2026``, ``November 2026``."""
    if stretch.kind == "week":
        year, week = stretch.name.split("-W")
        return _("Week {week} of {year}").format(week=int(week), year=year)
    if stretch.kind == "month":
        year, month = stretch.name.split("-")
        name = _MONTHS[language()][int(month) - 1]
        return f"{name[:1].upper()}{name[1:]} {year}"
    return _("Campaign “{name}”").format(name=stretch.name)


def days_of(stretch: Stretch) -> str:
    """Return the first and the last day of it."""
    last = Micros(stretch.until - 1)
    if len(stretch.days) == 2:
        return long_day(stretch.since, year=True)
    return _("{first} to {last}").format(
        first=long_day(stretch.since), last=long_day(last, year=True)
    )
