"""A report as a document, before it is Markdown or HTML: sections of texts, tables and charts.

Everything here is plain text; whoever writes it out escapes it. A cell may name the command that
lists the rows its figure is made of, and a web address that was checked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

# A figure has a sign, digits, and a unit of a few letters at most: 1h20, +0.21 ±0.08, 12,3 k.
_FIGURE = re.compile(r"[-+−–—±×]?\d[\d.,:\s]*(?:[a-zA-Z%]{0,3}[\d\s±.,%]*)?|[–—]?")

Tone = Literal["negative", "neutral", "positive", "unscored", "plain"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure or a few words. ``rows`` is the command that lists what it is made of."""

    text: str
    rows: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """One paragraph; ``note`` is a remark on how to read what stands above."""

    text: str
    note: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """A list; each item is a few cells."""

    items: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; the first column names what its row is about."""

    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def is_figures(self, place: int) -> bool:
        """Whether a column holds figures alone, which stand to the right."""
        return place > 0 and all(_FIGURE.fullmatch(row[place].text) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of what a chart stacks, day by day."""

    name: str
    values: Sequence[int]
    tone: Tone


@dataclass(frozen=True, slots=True)
class Chart:
    """Stacked bars, one a day. ``told`` says in words what it shows."""

    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    told: str
    first: str
    """What the column of days is called."""

    @property
    def totals(self) -> list[int]:
        """The height of each bar."""
        return [sum(values) for values in zip(*(one.values for one in self.series), strict=True)]


Block = Text | Points | Grid | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it; on the first page two stand side by side."""

    title: str
    blocks: Sequence[Block]
    wide: bool = False
    """It takes the whole width of the first page."""


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report: the first page, then the details. ``appendix`` is what its list is called."""

    language: str
    title: str
    about: Sequence[str]
    first: Sequence[Section]
    details: Sequence[Section]
    details_title: str
    appendix: str
    appendix_note: str


class Footnotes:
    """Numbers the commands of a document in the order in which they are met."""

    def __init__(self) -> None:
        self.commands: dict[str, int] = {}

    def number(self, command: str) -> int:
        """Return the number of a command, a new one at its first sight."""
        return self.commands.setdefault(command, len(self.commands) + 1)
