"""The line at the top: what is read at a glance, shortened by importance where room is scarce."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual.strip import Strip
from textual.widget import Widget

from listeners.model import HOUR, SECOND, Severity
from listeners.planning.entry import Planned
from listeners.risk.maintenance import Window
from listeners.rows import StatusLine
from listeners.uncertainty import net_band
from tui.i18n import _, age, clock_time, ngettext, number, signed
from tui.reminding import forms
from tui.sentiment_words import give_or_take
from tui.theme import BOLD, Palette
from tui.widgets.paint import (
    GLYPHS,
    Line,
    Piece,
    cut,
    joined,
    one_line,
    padded,
    palette_of,
    strip,
    width_of,
)
from tui.widgets.rows import severity_word
from tui.widgets.sentiment import label_of


class Segment(NamedTuple):
    """One figure in ever shorter forms.

    ``worth`` has a number for each step to a shorter form: what the step loses. The steps of all
    figures that lose least are taken first.
    """

    forms: Sequence[Line]
    worth: Sequence[int] = ()


class Top(NamedTuple):
    """What the line at the top shows; ``lag`` is in seconds behind the present."""

    figures: StatusLine | None = None
    brand: str = ""
    demo: bool = False
    paused: bool = False
    lag: float = 0.0
    clock: str = ""
    trouble: str = ""
    notes: int = 0
    """Notes of colleagues that name this person and wait to be seen."""
    hook: str = ""
    """What is wrong with a hook."""
    reminders: Sequence[Planned] = ()
    """Planned entries this person was reminded of, the next one first."""
    maintenance: Sequence[Window] = ()
    """Known events that go on, during which alerts do not ring."""


def fitted(segments: Sequence[Segment], width: int, separator: Piece) -> Line:
    """Return the segments in the longest forms that fit, the least important shortened first."""
    form = [0] * len(segments)

    def line() -> Line:
        return joined(
            [segment.forms[at] for segment, at in zip(segments, form, strict=True)], separator
        )

    taken: list[int] = []
    while width_of(line()) > width:
        steps = [
            (segment.worth[form[place]], place)
            for place, segment in enumerate(segments)
            if form[place] < len(segment.worth)
        ]
        if not steps:
            return cut(line(), width)
        _worth, place = min(steps)
        form[place] += 1
        taken.append(place)
    # A late step may have made room for what an earlier one took: give back the dearest first.
    for place in reversed(taken):
        form[place] -= 1
        if width_of(line()) > width:
            form[place] += 1
    return line()


def segments(top: Top, styles: Palette) -> list[Segment]:
    """Return the figures of the line, from left to right."""
    brand: Line = [(" " + _("hubbub") + " ", styles.badge)]
    if top.demo:
        brand.append((" " + _("DEMO") + " ", styles.critical))
    name = one_line(top.brand) or _("all brands")
    made = [
        Segment(
            [
                [*brand, (f" {name}", styles.strong + BOLD)],
                [*brand, (f" {padded(name, 12).rstrip()}", styles.strong + BOLD)],
                brand,
            ],
            (30, 72),
        )
    ]
    if top.trouble:
        made.append(Segment([[(f"⚠ {one_line(top.trouble)}", styles.negative + BOLD)]]))
    if top.paused:
        made.append(Segment([[(_("paused"), styles.match)]]))
    figures = top.figures
    if figures is None:
        return made
    made.extend((_mood(figures, styles), _rate(figures, styles), _work(figures, styles)))
    if alerts := _alerts(figures, styles):
        made.append(alerts)
    if top.maintenance:
        made.append(_maintenance(top.maintenance, styles))
    if top.notes:
        made.append(_notes(top.notes, styles))
    if top.reminders:
        said: list[Line] = [[(one, styles.accent)] for one in forms(top.reminders)]
        made.append(Segment(said, (26, 49)))
    made.extend(_sources(figures, top.lag, styles))
    if top.hook:
        made.append(
            Segment(
                [
                    [(f"⚠ {one_line(top.hook)}", styles.warn)],
                    [("⚠ " + _("a hook fails"), styles.warn)],
                    [("⚠", styles.warn)],
                ],
                (5, 45),
            )
        )
    return made


def _mood(figures: StatusLine, styles: Palette) -> Segment:
    label = label_of(figures.mood)
    figure = "—" if figures.mood is None else signed(figures.mood)
    short: Line = [(f"{GLYPHS[label]} {figure}", styles.label(label) + BOLD)]
    long: Line = [(_("mood") + " ", styles.faint), *short]
    off = give_or_take(net_band(figures.stretch) if figures.mood is not None else None)
    about: Line = [(f" {off}", styles.faint)] if off else []
    if figures.mood_usual is None:
        return Segment([[*long, *about], long, short, []], (9, 15, 75))
    usual = " " + _("usual {usual}").format(usual=signed(figures.mood_usual))
    change = label_of(None if figures.mood is None else figures.mood - figures.mood_usual)
    arrow = {"▲": "↑", "▼": "↓"}.get(GLYPHS[change], "=")
    against: Line = [*short, (f" {arrow}", styles.label(change) + BOLD)]
    said = (usual, styles.faint)
    forms: list[Line] = [[*long, *about, said], [*long, said], [*short, said], against]
    return Segment([*forms, []], (9, 15, 25, 75))


def _rate(figures: StatusLine, styles: Palette) -> Segment:
    rate = number(figures.rate)
    short: Line = [(_("{rate}/h").format(rate=rate), styles.strong)]
    if figures.rate_usual is None:
        return Segment([short, []], (40,))
    usual = " " + _("usual {usual}").format(usual=number(figures.rate_usual))
    return Segment([[*short, (usual, styles.faint)], short, []], (10, 40))


def _work(figures: StatusLine, styles: Palette) -> Segment:
    quiet = not figures.open
    waiting: Line = [
        (_("{count} open").format(count=figures.open), styles.faint if quiet else styles.strong)
    ]
    late: Line = []
    if figures.overdue:
        text = ngettext("{count} overdue", "{count} overdue", figures.overdue)
        late.append((" " + text.format(count=figures.overdue), styles.negative + BOLD))
    soon: Line = []
    if figures.due_soon:
        text = ngettext("{count} due soon", "{count} due soon", figures.due_soon)
        soon.append((" " + text.format(count=figures.due_soon), styles.warn + BOLD))
    forms: list[Line] = [[*waiting, *late, *soon]]
    if soon:
        brief = " " + _("{count} soon").format(count=figures.due_soon)
        forms.append([*waiting, *late, (brief, styles.warn + BOLD)])
        forms.append([*waiting, *late])
    return Segment(forms, (20, 60)[: len(forms) - 1])


def _notes(count: int, styles: Palette) -> Segment:
    text = ngettext("{count} note for you", "{count} notes for you", count)
    forms: list[Line] = [
        [("✎ " + text.format(count=count), styles.match)],
        [(f"✎ {count}", styles.match)],
    ]
    return Segment(forms, (48,))


def _maintenance(windows: Sequence[Window], styles: Palette) -> Segment:
    last = max(windows, key=lambda one: one.to_at)
    until = _("until {when}").format(when=clock_time(last.to_at))
    reason = one_line(last.reason)
    forms: list[Line] = [
        [("◌ " + _("maintenance") + " ", styles.accent), (until, styles.faint)],
        [("◌ ", styles.accent), (until, styles.faint)],
        [("◌", styles.accent)],
    ]
    if reason:
        named = "◌ " + _("maintenance") + f": {reason} "
        whole: Line = [(named, styles.accent), (until, styles.faint)]
        forms = [whole, *forms]
    return Segment(forms, (8, 35, 50)[-(len(forms) - 1) :])


def _alerts(figures: StatusLine, styles: Palette) -> Segment | None:
    counted = [(severity, figures.alerts.get(severity, 0)) for severity in reversed(Severity)]
    shown = [(severity, count) for severity, count in counted if count]
    if not shown:
        return None

    def said(some: Sequence[tuple[Severity, int]]) -> Line:
        return joined(
            [
                [(f" {count} {severity_word(severity)} ", styles.severity(severity))]
                if severity is Severity.CRITICAL
                else [(f"{count} {severity_word(severity)}", styles.severity(severity))]
                for severity, count in some
            ],
            (" ", styles.ink),
        )

    serious = [entry for entry in shown if entry[0] >= Severity.HIGH] or shown[:1]
    return Segment([said(shown), said(serious), said(shown[:1])], (45, 70))


def _sources(figures: StatusLine, lag: float, styles: Palette) -> list[Segment]:
    made: list[Segment] = []
    if figures.catching_up:
        behind = _("catching up")
        full = behind
        if lag * SECOND > HOUR / 60:
            full = _("catching up {span}").format(span=age(round(lag * SECOND)))
        made.append(
            Segment(
                [[(f"↻ {full}", styles.accent)], [(f"↻ {behind}", styles.accent)], []], (12, 35)
            )
        )
    if not figures.sources_total:
        return [Segment([[(_("no sources"), styles.warn + BOLD)]])]
    names = [one_line(name) for name in figures.sources_trouble]
    if names:
        first = padded(names[0], 18).rstrip() + (f" +{len(names) - 1}" if len(names) > 1 else "")
        brief = ngettext("{count} source", "{count} sources", len(names)).format(count=len(names))
        said = (", ".join(names), first, brief, str(len(names)))
        made.append(Segment([[(f"⚠ {one}", styles.warn)] for one in said], (28, 50, 65)))
    return made


class StatusBar(Widget):
    """The one line at the top."""

    DEFAULT_CSS = "StatusBar { height: 1; dock: top; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._top = Top()

    def show(self, top: Top) -> None:
        """Draw these figures."""
        if top != self._top:
            self._top = top
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the line: the figures, and the time of day at the right where it fits."""
        styles, width = palette_of(self), self.size.width
        line = fitted(segments(self._top, styles), width, (" │ ", styles.ghost))
        room = width - width_of(line) - len(self._top.clock) - 1
        if self._top.clock and room > 1:
            line = [*line, (" " * room, styles.ink), (self._top.clock, styles.faint)]
        return strip(line, width, styles.bar)
