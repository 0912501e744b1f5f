"""How coverage reads: glyphs and words of verdicts, objectives and audiences."""

from __future__ import annotations

from collections.abc import Mapping

from listeners.config import BrandConfig
from listeners.config.profile import Measure, Objective
from listeners.coverage.facts import Against, Listening, Reached
from listeners.coverage.judging import Verdict
from listeners.model import SECOND
from tui.i18n import _, age, msgid, number, percent, signed
from tui.words import word

GLYPHS: Mapping[Verdict, str] = {
    "deaf": "✗",
    "unheard": "○",
    "unanswered": "!",
    "quiet": "·",
    "answering": "●",
    "hearing": "◐",
    "elsewhere": " ",
}
WORDS: Mapping[Verdict, str] = {
    "deaf": msgid("cannot hear"),
    "unheard": msgid("not listened to"),
    "unanswered": msgid("not answered"),
    "quiet": msgid("nothing said"),
    "answering": msgid("answered"),
    "hearing": msgid("heard"),
    "elsewhere": msgid("not ours"),
}
AUDIENCES: Mapping[str, str] = {
    "b2b": msgid("B2B: businesses; they want expert views and information"),
    "b2c": msgid("B2C: the public; they want offers, entertainment, atmosphere"),
    "both": msgid("B2B and B2C"),
}
_MEASURES: Mapping[Measure, str] = {
    "heard": msgid("mentions a week"),
    "answered": msgid("of those who ask are answered"),
    "within": msgid("of those who ask are answered in time"),
    "people": msgid("new people a week"),
    "reach": msgid("followers of those who speak"),
    "mood": msgid("net sentiment"),
    "posts": msgid("posts of ours a week"),
}
_SHARES = frozenset({"answered", "within"})


def audience_words(brand: BrandConfig) -> str:
    """Return whom a brand speaks to."""
    return _(AUDIENCES[brand.audience])


def figure(measure: Measure, value: float) -> str:
    """Return a number in the unit of an objective."""
    if measure in _SHARES:
        return percent(value / 100)
    if measure == "mood":
        return signed(value / 100)
    return number(value, 0 if value >= 10 or value == int(value) else 1)


def objective_words(wanted: Objective) -> str:
    """Return an objective in words: ``20 mentions a week``."""
    words = _(_MEASURES[wanted.measure])
    return _("{figure} {measure}").format(
        figure=figure(wanted.measure, wanted.target), measure=words
    )


def against_words(held: Against) -> str:
    """Return an objective, what was measured, and whether it is met."""
    wanted = held.objective
    if held.now is None:
        return _("{group}: {objective} · nothing to measure yet").format(
            group=held.group, objective=objective_words(wanted)
        )
    template = (
        _("{group}: {objective} · now {now} · met")
        if held.met
        else _("{group}: {objective} · now {now} · not met")
    )
    return template.format(
        group=held.group,
        objective=objective_words(wanted),
        now=figure(wanted.measure, held.now),
    )


def listening_words(source: Listening) -> str:
    """Return a source and how it is doing."""
    return f"{source.key} · {word(source.state)}"


def figures_words(one: Reached) -> list[tuple[str, str]]:
    """Return what is known of a network as labels and figures, "–" where there is nothing."""
    nothing = "–"
    answered = (
        _("{answered} of {asked}").format(answered=number(one.answered), asked=number(one.asked))
        if one.asked
        else nothing
    )
    return [
        (_("mentions"), number(one.mentions)),
        (
            _("people"),
            _("{people}, {new} of them new").format(
                people=number(one.people), new=number(one.new_people)
            )
            if one.people
            else nothing,
        ),
        (_("net sentiment"), nothing if one.net is None else signed(one.net)),
        (_("reach"), nothing if one.reach is None else number(one.reach)),
        (_("who asked, answered"), answered),
        (
            _("first answer"),
            nothing if one.first_seconds is None else age(round(one.first_seconds * SECOND)),
        ),
        (_("our posts"), number(one.posts)),
        (_("competitors"), number(one.rivals)),
        (_("links there"), number(one.linked)),
    ]
