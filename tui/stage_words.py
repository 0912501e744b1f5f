"""The words and figures of the stages, for the screen and the command alike."""

from __future__ import annotations

from collections.abc import Mapping

from listeners.clock import to_datetime
from listeners.model import Micros
from listeners.stages.facts import Stage
from tui.i18n import _, day, zone
from tui.language import msgid

STAGES: Mapping[str, str] = {
    "connect": msgid("connect"),
    "convince": msgid("convince"),
    "convert": msgid("convert"),
}
"""What each stage is called: a word for what was reached."""
GLYPHS: Mapping[str, str] = {"connect": "○", "convince": "◐", "convert": "●"}
LISTS: Mapping[str, str] = {
    "next steps": msgid("worth a next step"),
    "moved": msgid("further than connect, the last to move first"),
    "by hand": msgid("set by hand"),
}
"""Who is listed below the funnel."""


def stage_word(stage: str) -> str:
    """Return what a stage is called; an empty one is before the first."""
    return _(STAGES[stage]) if stage in STAGES else "—"


def week_number(week: Micros) -> str:
    """Return the week by its number in the year (ISO 8601): ``W46``."""
    here = to_datetime(week).astimezone(zone())
    return _("W{number}").format(number=here.isocalendar().week)


def week_day(week: Micros) -> str:
    """Return the day on which a week begins: ``16 Nov``."""
    return day(week).split(" ", 1)[-1]


def move_words(was: str, stage: Stage | str) -> str:
    """Return a move: from where to where, or where somebody began."""
    if not was:
        return stage_word(stage)
    return _("{before} → {after}").format(before=stage_word(was), after=stage_word(stage))
