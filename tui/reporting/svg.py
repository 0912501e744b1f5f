"""Charts as SVG inside a page: stacked bars, with words for whoever does not see them.

Built as a tree, so that no text can become markup. Colours are those of Okabe and Ito ("Color
Universal Design", 2008), told apart with any colour vision; negative is hatched as well, so that
print without colours keeps it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from tui.i18n import number
from tui.reporting.document import Chart, Tone

WIDTH, HEIGHT = 540, 190
_LEFT, _TOP, _BOTTOM, _KEY = 44, 16, 40, 22
COLOURS: dict[Tone, str] = {
    "negative": "#d55e00",
    "neutral": "#bbbbbb",
    "positive": "#0072b2",
    "unscored": "#ffffff",
    "plain": "#0072b2",
}
_SHOWN_LABELS = 10


def bars(chart: Chart, name: str) -> str:
    """Return a chart as an ``svg`` element; ``name`` makes its ids its own."""
    svg = Element(
        "svg",
        {
            "viewBox": f"0 0 {WIDTH} {HEIGHT + _KEY if len(chart.series) > 1 else HEIGHT - 16}",
            "role": "img",
            "aria-labelledby": f"{name}-title {name}-desc",
        },
    )
    SubElement(svg, "title", {"id": f"{name}-title"}).text = chart.title
    SubElement(svg, "desc", {"id": f"{name}-desc"}).text = chart.told
    _hatch(svg, name)
    totals = chart.totals
    top = nice(max(totals, default=0))
    room = HEIGHT - _TOP - _BOTTOM
    step = (WIDTH - _LEFT - 8) / max(1, len(chart.labels))
    for value in (0, top / 2, top):
        y = HEIGHT - _BOTTOM - room * value / top
        _line(svg, _LEFT, y, WIDTH - 8, y)
        if value == int(value):
            _text(svg, _LEFT - 6, y + 4, number(value), "end")
    every = math.ceil(len(chart.labels) / _SHOWN_LABELS)
    for place, label in enumerate(chart.labels):
        x, below = _LEFT + step * place, float(HEIGHT - _BOTTOM)
        for one in chart.series:
            height = room * one.values[place] / top
            below -= height
            if height:
                _bar(svg, x + step * 0.15, below, step * 0.7, height, one.tone, name)
        middle = x + step / 2
        if every == 1 and totals[place]:
            _text(svg, middle, below - 4, number(totals[place]), "middle")
        if place % every == 0:
            _text(svg, middle, HEIGHT - _BOTTOM + 16, label, "middle")
    if len(chart.series) > 1:
        _legend(svg, [(one.name, one.tone) for one in chart.series], name)
    return tostring(svg, encoding="unicode")


def nice(value: int) -> int:
    """Return a round number that is at least ``value``, the top of an axis; never 0."""
    if value <= 4:
        return 4 if value > 2 else 2
    size: int = 10 ** int(math.log10(value))
    for step in (1, 2, 4, 5, 10):
        if step * size >= value:
            return step * size
    return 10 * size


def _hatch(svg: Element, name: str) -> None:
    pattern = SubElement(
        svg,
        "pattern",
        {
            "id": f"{name}-hatch",
            "width": "6",
            "height": "6",
            "patternUnits": "userSpaceOnUse",
            "patternTransform": "rotate(45)",
        },
    )
    SubElement(pattern, "rect", {"width": "6", "height": "6", "fill": COLOURS["negative"]})
    SubElement(
        pattern, "rect", {"width": "2", "height": "6", "fill": "#ffffff", "fill-opacity": "0.45"}
    )


def _bar(
    svg: Element, x: float, y: float, width: float, height: float, tone: Tone, name: str
) -> None:
    fill = f"url(#{name}-hatch)" if tone == "negative" else COLOURS[tone]
    box = {"x": _n(x), "y": _n(y), "width": _n(width), "height": _n(height), "fill": fill}
    if tone == "unscored":
        box["stroke"] = "#777777"
    SubElement(svg, "rect", box)


def _legend(svg: Element, kinds: Sequence[tuple[str, Tone]], name: str) -> None:
    step = (WIDTH - _LEFT) / len(kinds)
    for place, (text, tone) in enumerate(kinds):
        x = _LEFT + step * place
        _bar(svg, x, HEIGHT, 12, 12, tone, name)
        _text(svg, x + 18, HEIGHT + 11, text, "start")


def _line(svg: Element, x1: float, y1: float, x2: float, y2: float) -> None:
    ends = {"x1": _n(x1), "y1": _n(y1), "x2": _n(x2), "y2": _n(y2), "stroke": "#cccccc"}
    SubElement(svg, "line", ends)


def _text(svg: Element, x: float, y: float, text: str, anchor: str) -> None:
    place = {"x": _n(x), "y": _n(y), "text-anchor": anchor, "font-size": "12"}
    SubElement(svg, "text", place).text = text


def _n(value: float) -> str:
    return f"{value:.1f}"
