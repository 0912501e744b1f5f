"""A report as Markdown: to paste into a message or a wiki.

What strangers wrote cannot become a heading, a link or a table where it is pasted. A chart is a
table of its days. Figures carry the number of their command in the appendix.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tui.handover_sheet import plain
from tui.i18n import number
from tui.reporting.document import Block, Cell, Chart, Document, Footnotes, Grid, Points, Text


def markdown(document: Document) -> str:
    """Return the whole document."""
    notes = Footnotes()
    lines = [f"# {plain(document.title)}", "", *_lines(document.about), ""]
    for section in document.first:
        lines += _section("##", section.title, section.blocks, notes)
    lines += [f"## {plain(document.details_title)}", ""]
    for section in document.details:
        lines += _section("###", section.title, section.blocks, notes)
    lines += [f"## {plain(document.appendix)}", "", plain(document.appendix_note), ""]
    lines += [f"{place}. {code(command)}" for command, place in notes.commands.items()]
    return "\n".join(lines).rstrip() + "\n"


def _lines(texts: Iterable[str]) -> list[str]:
    return [" · ".join(plain(text) for text in texts)]


def _section(mark: str, title: str, blocks: Sequence[Block], notes: Footnotes) -> list[str]:
    lines = [f"{mark} {plain(title)}", ""]
    for block in blocks:
        lines += [*_block(block, notes), ""]
    return lines


def _block(block: Block, notes: Footnotes) -> list[str]:
    match block:
        case Text(text, note):
            return [f"*{plain(text)}*" if note else plain(text)]
        case Points(items):
            return [f"- {' '.join(_cell(one, notes) for one in item)}" for item in items]
        case Grid(head, rows):
            right = [block.is_figures(place) for place in range(len(head))]
            return _table(head, [[_cell(one, notes) for one in row] for row in rows], right)
        case Chart():
            return _days(block)


def _cell(cell: Cell, notes: Footnotes) -> str:
    text = plain(cell.text)
    if cell.url:
        text = f"[{text}](<{cell.url}>)"
    return f"{text} \\[{notes.number(cell.rows)}\\]" if cell.rows else text


def _days(chart: Chart) -> list[str]:
    head = [chart.first, *(one.name for one in chart.series)]
    rows = [
        [plain(label), *(number(one.values[place]) for one in chart.series)]
        for place, label in enumerate(chart.labels)
    ]
    return [
        f"*{plain(chart.told)}*",
        "",
        *_table(head, rows, [False, *(True for _one in chart.series)]),
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]) -> list[str]:
    return [
        _row([plain(one) for one in head]),
        _row(["---:" if one else "---" for one in right]),
        *(_row(row) for row in rows),
    ]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def code(text: str) -> str:
    """Return a command as code, whatever backticks are in it (CommonMark 6.1)."""
    fence = "`"
    while fence in text:
        fence += "`"
    room = " " if "`" in text else ""
    return f"{fence}{room}{text}{room}{fence}"
