"""Why a message sounds as it does: its text with the marks of the scorer, and what stands behind.

Colour is never the only sign: a word that weighs has its number beside it, one that turns another
the sign ¬, one that raises or lowers it an arrow, and a name that does not weigh stands in ‹ ›.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from textual.style import Style

from listeners.model import Label, Micros
from listeners.rows import MentionRow
from listeners.store.corrections import Corrected
from tui.i18n import _, ago, moment, ngettext, signed
from tui.sentiment_words import (
    STARS,
    language_line,
    mixed_line,
    plain_lines,
    quality_line,
    stars_sentence,
    unscored_sentence,
    why_sentence,
)
from tui.teaching_words import learnt_words
from tui.theme import BOLD, Palette
from tui.widgets.paint import Line, labelled, many_lines, mood, network_name, one_line, wrapped
from tui.words import word

if TYPE_CHECKING:
    from listeners.sentiment import Mark, WordWeight
    from tui.explaining import Told

_UNDERLINE = Style(underline=True)
_WORDS = 12
_CHANGED = 0.005


class Why(NamedTuple):
    """What the screen shows of one message; ``told`` is ``None`` while or where nothing judges."""

    mention: MentionRow
    told: Told | None = None
    corrected: Corrected | None = None
    place: int = 1
    of: int = 1
    keys: str = ""


def why_lines(why: Why, width: int, now: Micros, styles: Palette) -> list[Line]:
    """Return the whole page, wrapped to a width."""
    row = why.mention
    lines = _head(why, width, now, styles)
    lines += [[], *_text(why, width, styles)]
    if why.told is not None and (legend := _legend(why.told, styles)):
        lines += [[], *wrapped(legend, width)]
    if why.told is not None and why.told.explanation.words:
        lines += [[], *_words(why.told.explanation.words, width, styles)]
    lines.append([])
    for label, said in _facts(row, why.told):
        lines += labelled(label, [(said, styles.ink)], width, styles)
    if why.keys:
        lines += [[], *wrapped([(why.keys, styles.faint)], width)]
    return lines


def _head(why: Why, width: int, now: Micros, styles: Palette) -> list[Line]:
    row = why.mention
    who: Line = [(one_line(row.author_name or row.author), styles.strong + BOLD)]
    about = f"  {network_name(row.network)}, {moment(row.sort_at, now)}, {ago(row.sort_at, now)}"
    who.append((about, styles.faint))
    if why.of > 1:
        place = _("{place} of {count}").format(place=why.place, count=why.of)
        who.append((f"  {place}", styles.accent))
    glyph, style = mood(row.label, row.compound, styles)
    verdict: Line = [(f"{' '.join(glyph.split())} {word(row.label)}", style + BOLD)]
    lines = wrapped(who, width)
    if why.corrected is not None:
        put = why.corrected.correction
        said = _("corrected by {name}, {when}").format(
            name=one_line(put.author), when=ago(put.at, now)
        )
        verdict.append((f"  {said}", styles.accent))
    lines += wrapped(verdict, width)
    if why.corrected is not None:
        lines += wrapped([(_scorer_said(why.corrected), styles.ink)], width)
        if row.edited_at is not None and row.edited_at > why.corrected.correction.at:
            edited = _("The text was edited since; the correction stays until it is taken away.")
            lines += wrapped([(edited, styles.warn)], width)
    said = why_sentence(why.told.explanation) if why.told else unscored_sentence(row.lang)
    if row.scorer == STARS and row.rating is not None:
        said = stars_sentence(row.rating)
    return [*lines, *wrapped([(said, styles.ink)], width)]


def _scorer_said(corrected: Corrected) -> str:
    if corrected.scored_compound is None:
        return _("The scorer gave it no score.")
    if corrected.scored_label is corrected.correction.label:
        return _("The scorer says so too ({figure}).").format(
            figure=signed(corrected.scored_compound)
        )
    return _("The scorer says {mood} ({figure}).").format(
        mood=word(corrected.scored_label), figure=signed(corrected.scored_compound)
    )


def _text(why: Why, width: int, styles: Palette) -> list[Line]:
    row, told = why.mention, why.told
    lines: list[Line] = []
    if row.title:
        lines += wrapped(
            _marked(row.title, told.title if told else (), styles.strong, styles), width
        )
    text = many_lines(row.text)
    # What is drawn without joiners has other places than what was judged.
    placed = told.text if told is not None and text == row.text else ()
    if row.deleted_at is not None and not text.strip():
        return [[(_("The text is gone at the source."), styles.faint)]]
    return [*lines, *wrapped(_marked(text, placed, styles.ink, styles), width)]


def _marked(text: str, placed: Sequence[Mark], plain: Style, styles: Palette) -> Line:
    line: Line = []
    at = 0
    for mark in placed:
        line.append((text[at : mark.start], plain))
        line += _mark(text[mark.start : mark.end], mark, styles)
        at = mark.end
    line.append((text[at:], plain))
    return [piece for piece in line if piece[0]]


def _mark(words: str, mark: Mark, styles: Palette) -> Line:
    match mark.role:
        case "weighs":
            colour = styles.positive if mark.weight > 0 else styles.negative
            # A space that does not break keeps the number beside its word.
            number = f"\u00a0{signed(mark.weight, 1)}"
            return [(words, colour + BOLD + _UNDERLINE), (number, colour)]
        case "turns":
            return [("¬" + words, styles.warn + BOLD)]
        case "raises":
            return [("↑" + words, styles.accent + BOLD)]
        case "lowers":
            return [("↓" + words, styles.accent + BOLD)]
        case "name":
            return [(f"‹{words}›", styles.faint)]


def _legend(told: Told, styles: Palette) -> Line:
    roles = {mark.role for mark in (*told.title, *told.text)}
    said = {
        "turns": _("¬ turns what follows"),
        "raises": _("↑ raises it"),
        "lowers": _("↓ lowers it"),
        "name": _("‹ › a name, which does not weigh"),
    }
    shown = [words for role, words in said.items() if role in roles]
    return [(" · ".join(shown), styles.faint)] if shown else []


def _words(words: Sequence[WordWeight], width: int, styles: Palette) -> list[Line]:
    lines: list[Line] = []
    for one in words[:_WORDS]:
        colour = styles.positive if one.weight > 0 else styles.negative
        line: Line = [(f"{signed(one.weight):>6}  ", colour), (one_line(one.text), styles.strong)]
        if abs(one.weight - one.base) > _CHANGED:
            alone = _("alone {weight}").format(weight=signed(one.base))
            by = " ".join(reversed([one_line(other) for other in one.by]))
            line.append((f"  {alone}" + (f", {by}" if by else ""), styles.faint))
        lines += wrapped(line, width)[:2]
    if (rest := len(words) - _WORDS) > 0:
        more = ngettext("and {count} more word", "and {count} more words", rest)
        lines.append([(more.format(count=rest), styles.faint)])
    return lines


def _facts(row: MentionRow, told: Told | None) -> Iterator[tuple[str, str]]:
    yield _("language"), language_line(row.lang, row.lang_by)
    if told is None:
        return
    explained = told.explanation
    if mixed := mixed_line(explained):
        yield "", mixed
    if explained.score.compound is None or row.scorer == STARS:
        return
    if quality := quality_line(explained.score.lang):
        yield _("quality"), quality
    beside = " · ".join(plain_lines(explained))
    yield (
        _("scorer"),
        f"{explained.score.scorer} · {beside}" if beside else str(explained.score.scorer),
    )
    if learnt := learnt_words(explained):
        yield _("learnt"), learnt
    if _other_now(row, told):
        then, now = signed(row.compound or 0.0), signed(explained.score.compound)
        said = _("It was scored {then} when it was heard; by today's words it would be {now}.")
        yield "", said.format(then=then, now=now)


def _other_now(row: MentionRow, told: Told) -> bool:
    now = told.explanation.score.compound
    if row.corrected_by or row.compound is None or now is None or row.label is Label.UNSCORED:
        return False
    if row.scorer == STARS:
        return False
    return abs(row.compound - now) > _CHANGED
