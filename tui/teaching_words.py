"""What is taught and learnt, in words: weights, languages and how a rescoring stands."""

from __future__ import annotations

from collections.abc import Mapping

from listeners.store.models import State
from listeners.store.rescoring import Rescoring
from listeners.teaching.words import WEIGHTS, choice_of
from tui.i18n import _, ngettext, number
from tui.language import msgid

CHOICES: Mapping[str, str] = {
    "very good": msgid("very good"),
    "good": msgid("good"),
    "neutral": msgid("says nothing of mood"),
    "bad": msgid("bad"),
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
    return said if WEIGHTS[choice] == weight else f"{said} ({weight:+.1f})"


def weight_figure(weight: float) -> str:
    """Return the figure of a weight."""
    return f"{weight:+.1f}" if weight else "0"


def progress_words(job: Rescoring) -> str:
    """Return how far a rescoring is, and what it changed."""
    done = ngettext(
        "{seen} of {total} scored anew, {changed} verdict changed",
        "{seen} of {total} scored anew, {changed} verdicts changed",
        job.changed,
    )
    total = max(job.total, job.seen)
    return done.format(seen=number(job.seen), total=number(total), changed=number(job.changed))
