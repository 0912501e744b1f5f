"""What stands behind a verdict, in sentences: the Why screen and the commands say the same.

No scorer is loaded here; whoever has an explanation hands it over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from listeners.model import Label
from listeners.uncertainty import Band
from tui.i18n import _, number, signed
from tui.language import msgid
from tui.tongues import tongue_here
from tui.words import word

if TYPE_CHECKING:
    from listeners.sentiment import Explanation

SAID_BY: Mapping[str, str] = {
    "tag": msgid("as the network says, and nothing in the text speaks against it"),
    "text": msgid("as the text itself says, far likelier than any other of your languages"),
    "usual": msgid("as its author or source usually writes; the text is too short to tell"),
    "unknown": msgid("too little text to tell the language"),
}
"""Whose word the language is, and how sure, by ``Score.said_by``."""

QUALITIES: Mapping[str, str] = {
    "good": msgid("good"),
    "fair": msgid("fair: about four in ten posts are judged otherwise by people"),
    "rough": msgid("rough: nearly half of the posts are judged otherwise by people"),
}
"""How far verdicts in a language can be trusted, as it was measured."""

STARS = "stars"
"""Who judged a review: not its words, but its author's stars (``listeners.sentiment.stars``)."""


def language_line(lang: str | None, said_by: str) -> str:
    """Return which language it is, and who says so."""
    why = _(SAID_BY[said_by]) if said_by in SAID_BY else ""
    if lang is None:
        return why or _(SAID_BY["unknown"])
    return f"{tongue_here(lang)}, {why}" if why else tongue_here(lang)


def quality_line(lang: str | None) -> str:
    """Return how good verdicts in a language are, with the figure; empty where there are none."""
    from listeners.sentiment import MEASURED

    measured = MEASURED.get(lang or "")
    if measured is None:
        return ""
    return _("{quality} (macro-F1 {figure} on {posts} posts; guessing gives 0.33)").format(
        quality=_(QUALITIES[measured.quality]),
        figure=number(measured.macro_f1, 2),
        posts=measured.posts,
    )


def mixed_line(told: Explanation) -> str:
    """Return which other languages a text holds, empty for none."""
    if not told.spoken.also:
        return ""
    return _("It is in several languages: scored as {language}, also in {others}.").format(
        language=tongue_here(told.score.lang or "?"),
        others=", ".join(tongue_here(lang) for lang in told.spoken.also),
    )


def plain_lines(told: Explanation) -> Iterator[str]:
    """Return the scores beside ours: VADER's own, and that of the lists without our layer."""
    if told.vader is not None:
        yield _("VADER alone: {compound}").format(compound=signed(told.vader, 4))
    elif told.plain is not None:
        yield _("Without our layer: {compound}").format(compound=signed(told.plain, 4))


def stars_sentence(rating: int) -> str:
    """Return in one sentence why a review's verdict is what it is."""
    return _("Its mood is that of its stars, {rating} of 5; its words do not count.").format(
        rating=rating
    )


def why_sentence(told: Explanation) -> str:
    """Return in one sentence why the scorer's verdict is what it is."""
    verdict = told.score
    if verdict.compound is None:
        return unscored_sentence(verdict.lang)
    figure = signed(verdict.compound)
    named = {"figure": figure, "mood": word(verdict.label)}
    if told.pulls:
        said = _("What was learnt from your corrections makes it {mood} ({figure}).")
        return said.format(**named)
    good = next((one.text for one in told.words if one.weight > 0), "")
    bad = next((one.text for one in told.words if one.weight < 0), "")
    if not good and not bad:
        return _("No word of the lexicon is in it: neutral.")
    if good and bad:
        if verdict.label is Label.NEUTRAL:
            said = _("“{good}” and “{bad}” nearly balance: {mood} ({figure}).")
        else:
            said = _("“{good}” speaks for it, “{bad}” against it: together {mood} ({figure}).")
        return said.format(good=good, bad=bad, **named)
    said = _("“{word}” weighs most: together {mood} ({figure}).")
    return said.format(word=good or bad, **named)


def unscored_sentence(lang: str | None) -> str:
    """Return why a text has no score."""
    if lang is None:
        return _("Its language is too uncertain: it has no score, and counts in no mood.")
    return _(
        "There is no scorer for {language}: it has no score, and is not counted as neutral."
    ).format(language=tongue_here(lang))


def give_or_take(band: Band | None) -> str:
    """Return how far a net sentiment may be off by chance; empty where there is none."""
    return "" if band is None else f"±{number(band.spread, 2)}"
