"""The live sentiment: mood against usual, the series, the networks, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

from listeners.model import Label
from listeners.rows import Bucket
from listeners.uncertainty import negative_at_least, net_band
from tui.i18n import _, compact, number, percent, signed
from tui.language import msgid
from tui.sentiment_words import give_or_take
from tui.session import ChartRange
from tui.theme import BOLD, Palette
from tui.tongues import tongue_here
from tui.widgets.chart import UNSCORED, mirrored, split_bar
from tui.widgets.paint import (
    GLYPHS,
    Line,
    joined,
    network_name,
    padded,
    palette_of,
    strip,
    width_of,
)

AS_USUAL = 0.05
"""A mood this close to the usual one is called usual."""
_HALVES = {"  ": " ", "# ": "▀", " #": "▄", "##": "█"}
_DOTS = {
    "0": ("###", "# #", "# #", "# #", "###", "   "),
    "1": ("## ", " # ", " # ", " # ", "###", "   "),
    "2": ("###", "  #", "###", "#  ", "###", "   "),
    "3": ("###", "  #", " ##", "  #", "###", "   "),
    "4": ("# #", "# #", "###", "  #", "  #", "   "),
    "5": ("###", "#  ", "###", "  #", "###", "   "),
    "6": ("###", "#  ", "###", "# #", "###", "   "),
    "7": ("###", "  #", "  #", " # ", " # ", "   "),
    "8": ("###", "# #", "###", "# #", "###", "   "),
    "9": ("###", "# #", "###", "  #", "###", "   "),
    "+": ("   ", " # ", "###", " # ", "   ", "   "),
    "-": ("   ", "   ", "###", "   ", "   ", "   "),
    ".": (" ", " ", " ", " ", "#", " "),
    ",": (" ", " ", " ", " ", "#", "#"),
}
_TABLE = 40
_SIDE_BY_SIDE = 100
_ROOM_FOR_QUALITY = 10
QUALITY_WORDS: Mapping[str, str] = {
    "good": msgid("good"),
    "fair": msgid("fair"),
    "rough": msgid("rough"),
}


class Mood(NamedTuple):
    """What the panel shows: figures of the last hour, the series, and the networks of the day."""

    mood: float | None = None
    usual: float | None = None
    rate: float = 0.0
    rate_usual: float | None = None
    unscored_share: float = 0.0
    stretch: Bucket | None = None
    """The counts of the stretch of time whose mood it is."""
    qualities: tuple[tuple[str, str], ...] = ()
    """The brand's languages and how good verdicts in them are."""
    range: ChartRange = ChartRange.HOUR
    buckets: tuple[Bucket, ...] = ()
    networks: tuple[tuple[str, Bucket], ...] = ()


def label_of(net: float | None) -> Label:
    """Return the label of a net sentiment, for its glyph and colour."""
    if net is None:
        return Label.UNSCORED
    if abs(net) < AS_USUAL:
        return Label.NEUTRAL
    return Label.POSITIVE if net > 0 else Label.NEGATIVE


def against_usual(mood: float | None, usual: float | None, styles: Palette) -> Line:
    """Return the mood compared with the usual one, in words and with an arrow."""
    if mood is None:
        return [(_("nothing scored in the last hour"), styles.faint)]
    if usual is None:
        return [(_("no usual mood yet: less than a day heard"), styles.faint)]
    change = mood - usual
    label = label_of(change)
    words = {
        Label.POSITIVE: _("better than usual"),
        Label.NEGATIVE: _("worse than usual"),
        Label.NEUTRAL: _("as usual"),
        Label.UNSCORED: "",
    }[label]
    return [
        (f"{GLYPHS[label]} {words}", styles.label(label) + BOLD),
        (" " + _("(usual {usual})").format(usual=signed(usual)), styles.faint),
    ]


def unsure(data: Mood, styles: Palette) -> Line:
    """Return what the mood leaves out: what has no score, and how much is negative at least."""
    parts: list[Line] = []
    if data.unscored_share > 0:
        share = _("{share} unscored").format(share=percent(data.unscored_share))
        parts.append([(UNSCORED + " ", styles.ghost), (share, styles.faint)])
    least = negative_at_least(data.stretch)
    if least:
        said = _("at least {share} negative").format(share=percent(least))
        parts.append([(said, styles.faint)])
    return joined(parts, (" · ", styles.ghost))


def quality_line(qualities: tuple[tuple[str, str], ...], styles: Palette) -> Line:
    """Return the brand's languages, each with how good verdicts in it are."""
    if not qualities:
        return []
    said = [f"{tongue_here(lang)} {_(QUALITY_WORDS[quality])}" for lang, quality in qualities]
    return [(_("verdicts:") + " " + " · ".join(said), styles.faint)]


def headline(data: Mood, width: int, styles: Palette, *, big: bool) -> list[Line]:
    """Return the mood figure with its words, in three lines of large digits where there is room."""
    label = label_of(data.mood)
    figure = "—" if data.mood is None else signed(data.mood)
    compared = against_usual(data.mood, data.usual, styles)
    rate: Line = [
        (number(data.rate, 0), styles.strong + BOLD),
        (" " + _("mentions an hour"), styles.ink),
    ]
    if data.rate_usual is not None:
        usual = _("(usual {usual})").format(usual=number(data.rate_usual, 0))
        rate.append((" " + usual, styles.faint))
    missing = unsure(data, styles)
    gap = ("   ", styles.ink)
    off = give_or_take(net_band(data.stretch) if data.mood is not None else None)
    about: Line = [(f"{off}  ", styles.faint)] if off else []
    if big and data.mood is not None:
        digits = _large(figure, styles.label(label) + BOLD)
        beside: list[Line] = [[*about, *compared], rate, missing]
        return [[*digits[row], gap, *beside[row]] for row in range(3)]
    net: Line = [(figure, styles.label(label) + BOLD), (" ", styles.ink), *about]
    net += [*([] if about else [(" ", styles.ink)]), *compared]
    whole = joined([net, rate, missing], gap)
    if width_of(whole) <= width:
        return [whole]
    second = joined([rate, missing], gap)
    return [net, second] if width_of(second) <= width else [net, rate, missing]


def _large(text: str, style: Style) -> list[Line]:
    """Return a figure three lines high, in half blocks."""
    rows = ["", "", ""]
    for char in text:
        dots = _DOTS.get(char)
        if dots is None:
            continue
        for row in range(3):
            over, under = dots[2 * row], dots[2 * row + 1]
            rows[row] += "".join(_HALVES[a + b] for a, b in zip(over, under, strict=True)) + " "
    return [[(row, style)] for row in rows]


def network_table(
    networks: tuple[tuple[str, Bucket], ...], width: int, height: int, styles: Palette
) -> list[Line]:
    """Return a line a network, the busiest first: split bar, count, net sentiment."""
    if width < 24 or height < 1:
        return []
    ranked = sorted(networks, key=lambda entry: (-entry[1].total, entry[0]))
    shown = ranked if len(ranked) <= height else ranked[: height - 1]
    busiest = max((bucket.total for _, bucket in ranked), default=1) or 1
    wide = width >= _TABLE
    bar = width - 11 - 1 - 6 - 8 - 1 - (6 if wide else 0)
    lines: list[Line] = []
    for network, bucket in shown:
        net = bucket.net_sentiment
        length = max(1, round(bar * bucket.total / busiest)) if bar > 0 else 0
        figure = "—" if net is None else signed(net)
        label = label_of(net)
        lines.append(
            [
                (padded(network_name(network), 11) + " ", styles.ink),
                *split_bar(bucket, length, styles),
                (" " * max(0, bar - length), styles.ink),
                (f"{compact(bucket.total):>6} ", styles.faint),
                (f"{GLYPHS[label]} {figure:>5}", styles.label(label)),
                (f" {give_or_take(net_band(bucket)):5}" if wide else "", styles.faint),
            ]
        )
    if len(ranked) > len(shown):
        rest = _("and {count} more").format(count=len(ranked) - len(shown))
        lines.append([(rest, styles.faint)])
    return lines


def panel_lines(data: Mood, width: int, height: int, styles: Palette) -> list[Line]:
    """Return the whole panel for a size; what does not fit is left out, the least useful first."""
    big = height >= 12 and width >= 60
    lines = headline(data, width, styles, big=big)
    judged = quality_line(data.qualities, styles) if height >= _ROOM_FOR_QUALITY else []
    if judged and width_of(judged) <= width:
        lines.append(judged)
    beside = width >= _SIDE_BY_SIDE and data.networks
    room = height - len(lines)
    under: list[Line] = []
    if not beside and room >= 14 and data.networks:
        under = network_table(data.networks, width - 1, min(room // 3, len(data.networks)), styles)
        room -= len(under) + 1
    if not any(bucket.total for bucket in data.buckets):
        chart: list[Line] = [[], [(_("Nothing heard in this stretch of time."), styles.faint)]]
    else:
        chart = mirrored(data.buckets, width - (_TABLE + 2 if beside else 0), room, styles)
    if beside:
        table = network_table(data.networks, _TABLE, len(chart) - 1, styles)
        gap = width - _TABLE
        chart = [
            [*line, (" " * max(1, gap - width_of(line)), styles.ink), *entry]
            for line, entry in zip(chart, [*table, *[[]] * len(chart)], strict=False)
        ]
    return [*lines, *chart, *([[]] if under else []), *under][:height]


class SentimentPanel(Widget, can_focus=True):
    """The panel of the live sentiment; ``show`` gives it new figures."""

    RANGES: Mapping[ChartRange, str] = {
        ChartRange.HOUR: "60 min",
        ChartRange.DAY: "24 h",
        ChartRange.TWO_DAYS: "48 h",
    }

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._data = Mood()
        self._drawn: tuple[Mood, int, int, Palette] | None = None
        self._lines: list[Line] = []

    def show(self, data: Mood) -> None:
        """Draw these figures."""
        if data != self._data:
            self._data = data
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one line of the panel."""
        styles = palette_of(self)
        asked = (self._data, self.size.width, self.size.height, styles)
        if asked != self._drawn:
            self._lines = panel_lines(*asked)
            self._drawn = asked
        line = self._lines[y] if y < len(self._lines) else []
        return strip(line, self.size.width, styles.ground)

    def redraw(self) -> None:
        """Draw anew in another theme."""
        self._drawn = None
        self.refresh()

    @property
    def ranges(self) -> Line:
        """The ranges for the border, the one shown standing out."""
        styles = palette_of(self)
        return joined(
            [
                [(name, styles.key if chosen is self._data.range else styles.faint)]
                for chosen, name in self.RANGES.items()
            ],
            (" ", styles.faint),
        )
