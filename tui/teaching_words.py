"""What is taught and learnt, in words: weights, languages and how a rescoring stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from listeners.store.models import State
from listeners.store.rescoring import Rescoring
from listeners.teaching.words import WEIGHTS, choice_of
from listeners.text import clean_line
from tui.i18n import _, ngettext, number, signed
from tui.language import msgid

if TYPE_CHECKING:
    from listeners.sentiment import Explanation

CHOICES: Mapping[str, str] = {
    "very good": msgid("very good"),
    "good": msgid("rather good"),
    "neutral": msgid("says nothing of mood"),
    "bad": msgid("rather bad"),
    "very bad": msgid("very bad"),
}
"""The choices of a weight, as they are said (msgids), the best first."""

STATES: Mapping[State, str] = {
    "offered": msgid("offered"),
    "on": msgid("on"),
    "off": msgid("off"),
    "worse": msgid("not better"),
}


def weight_words(weight: float) -> str:
    """Return a weight in words, with its figure where it is none of the five."""
    choice = choice_of(weight)
    said = _(CHOICES[choice])
    return said if WEIGHTS[choice] == weight else f"{said} ({weight_figure(weight)})"


def weight_figure(weight: float) -> str:
    """Return the figure of a weight."""
    return signed(weight, 1) if weight else "0"


def learnt_words(explained: Explanation) -> str:
    """Return that a learnt layer judged, from how many corrections, and what it leans on."""
    if not explained.learnt_from:
        return ""
    text = ngettext(
        "learnt from {count} correction of yours; the word lists alone say {figure}",
        "learnt from {count} corrections of yours; the word lists alone say {figure}",
        explained.learnt_from,
    )
    said = text.format(count=number(explained.learnt_from), figure=signed(explained.listed or 0.0))
    leans = ", ".join(f"{clean_line(token)} {signed(lean, 1)}" for token, lean in explained.pulls)
    return f"{said}. " + _("It leans on: {words}").format(words=leans) if leans else said


def progress_words(job: Rescoring) -> str:
    """Return how far a rescoring is, and what it changed."""
    done = ngettext(
        "{seen} of {total} scored anew, {changed} verdict changed",
        "{seen} of {total} scored anew, {changed} verdicts changed",
        job.changed,
    )
    total = max(job.total, job.seen)
    return done.format(seen=number(job.seen), total=number(total), changed=number(job.changed))
