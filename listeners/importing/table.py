"""Tables with separators (CSV, RFC 4180, and what spreadsheets really write), row by row.

The separator, the heading and the order of day and month are found in the beginning of the file.
A row that cannot be read, even one whose quotation mark is never closed, costs itself alone.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Final

from listeners.importing.columns import chosen, guess
from listeners.importing.dates import day_comes_first
from listeners.importing.lines import Line
from listeners.importing.record import BadRecordError, post_of
from listeners.model import Post, Sentence, SourceState
from listeners.networks.contract import SourceError

_SEPARATORS: Final = (";", ",", "\t", "|")
_NO_SEPARATOR: Final = "\x1f"
_SAMPLE_ROWS: Final = 100
_LONGEST_ROW: Final = 200
"""Lines of one row: a quotation mark open for longer was never meant to open."""
_MOST_CHARACTERS: Final = 2**18
_SEPARATOR_LINE = re.compile(r"sep=(.)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its lines, its cells (none for an empty line), or why it cannot be read."""

    lines: tuple[Line, ...]
    cells: tuple[str, ...] = ()
    fault: Sentence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a table is written: separator, heading, field -> column (from 0), order of dates.

    ``skip`` is how many lines stand before the first row of data.
    """

    separator: str
    headings: tuple[str, ...]
    columns: Mapping[str, int]
    day_first: bool
    skip: int

    @property
    def signature(self) -> str:
        """What names tables of this heading, so that a mapping is kept for all of them."""
        joined = "\0".join(self.headings).encode("utf-8", "replace")
        return hashlib.blake2b(joined, digest_size=8).hexdigest()

    @property
    def mapping(self) -> dict[str, str]:
        """Field -> heading, as somebody would write it down."""
        return {field: self.headings[column] for field, column in self.columns.items()}


def find_layout(
    lines: Iterable[Line],
    name: str,
    *,
    mapping: Mapping[str, object] | None = None,
    saved: Mapping[str, Mapping[str, str]] | None = None,
    has_heading: bool = True,
) -> Layout:
    """Return the layout of the table ``name`` that begins with these lines.

    ``mapping`` is the user's own choice (field -> heading or number from 1), ``saved`` what was
    used for tables of the same heading before. Without a heading columns are called 1, 2, 3 …

    Raises:
        SourceError: nobody can tell which column is the text.
    """
    head = [line for line, _ in zip(lines, range(_SAMPLE_ROWS), strict=False)]
    skip = 0
    separator = ""
    if head and (said := _SEPARATOR_LINE.match(decoded(head[0].data))):
        separator, skip = said[1], 1
    separator = separator or _find_separator(head)
    sample = list(read_rows(head[skip:], separator))
    first = next((row for row in sample if row.cells), None)
    if first is None:
        return Layout(separator=separator, headings=(), columns={}, day_first=True, skip=len(head))
    numbered = tuple(str(number + 1) for number in range(len(first.cells)))
    headings = tuple(cell.strip() for cell in first.cells) if has_heading else numbered
    layout = Layout(separator=separator, headings=headings, columns={}, day_first=True, skip=skip)
    columns = guess(headings)
    for choice in ((saved or {}).get(layout.signature, {}), mapping or {}):
        columns = _overridden(columns, chosen(choice, headings))
    if "text" not in columns:
        raise SourceError(SourceState.FAILING, _which_column(name, headings))
    dates = _column([row for row in sample if row is not first], columns.get("created_at"))
    return Layout(
        separator=separator,
        headings=headings,
        columns=columns,
        day_first=day_comes_first(dates),
        skip=first.lines[-1].number if has_heading else skip,
    )


def _overridden(columns: Mapping[str, int], choice: Mapping[str, int]) -> dict[str, int]:
    """Return the columns with somebody's choice put first: a column it takes is nobody else's."""
    left = {name: column for name, column in columns.items() if column not in choice.values()}
    return {**left, **choice}


def _which_column(name: str, headings: Sequence[str]) -> Sentence:
    listed = ", ".join(f"{number}: {text[:40]}" for number, text in enumerate(headings[:40], 1))
    return Sentence(
        "{file} has the columns {columns}, and none is plainly the text. Say which one it is in "
        'the source of this folder, such as mapping = {{ text = "{example}" }}; the file is read '
        "then.",
        {"file": name, "columns": listed, "example": headings[-1][:40] or str(len(headings))},
    )


def decoded(data: bytes) -> str:
    """Return a line as text: UTF-8, else Windows-1252, decided line by line."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _find_separator(head: Sequence[Line]) -> str:
    """Return the separator that gives the widest heading which most rows agree with."""
    best = (0.0, _NO_SEPARATOR)
    for separator in _SEPARATORS:
        widths = [len(row.cells) for row in read_rows(head, separator) if row.cells]
        if widths and widths[0] > 1:
            agreeing = sum(width == widths[0] for width in widths) / len(widths)
            best = max(best, (agreeing * widths[0], separator), key=lambda each: each[0])
    return best[1]


def _column(rows: Iterable[Row], column: int | None) -> list[str]:
    if column is None:
        return []
    return [row.cells[column] for row in rows if len(row.cells) > column]


def read_rows(lines: Iterable[Line], separator: str) -> Iterator[Row]:
    """Yield every row of a table, the heading and empty lines included."""
    source = iter(lines)
    waiting: deque[Line] = deque()

    def following() -> Line | None:
        return waiting.popleft() if waiting else next(source, None)

    while (line := following()) is not None:
        if line.too_long:
            fault = Sentence("Line {line} of {file}: it is longer than 1 MB.")
            yield Row((line,), fault=fault)
            continue
        taken = [line]
        text = decoded(line.data)
        while _is_open(text, separator) and len(taken) < _LONGEST_ROW:
            more = following()
            if more is None or more.too_long or len(text) > _MOST_CHARACTERS:
                waiting.extendleft([more] if more else [])
                break
            taken.append(more)
            text = f"{text}\n{decoded(more.data)}"
        if _is_open(text, separator):
            # The mark was a stray one: only its own line is given up.
            waiting.extendleft(reversed(taken[1:]))
            yield Row(
                (line,),
                fault=Sentence(
                    "Line {line} of {file}: a quotation mark is opened in it and never closed."
                ),
            )
        else:
            yield _row(tuple(taken), text, separator)


def _is_open(text: str, separator: str) -> bool:
    """Whether a quoted cell is still open at the end of this text."""
    if text.count('"') % 2 == 0:
        return False
    try:
        next(csv.reader([text], delimiter=separator, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def _row(lines: tuple[Line, ...], text: str, separator: str) -> Row:
    try:
        cells = next(csv.reader(text.splitlines(keepends=True), delimiter=separator), [])
    except csv.Error as error:
        fault = Sentence(
            "Line {line} of {file}: it cannot be split into cells ({fault}).",
            {"fault": str(error)},
        )
        return Row(lines, fault=fault)
    return Row(lines, tuple(cells) if text.strip() else ())


def post_of_row(row: Row, layout: Layout, zone: tzinfo = UTC) -> Post | None:
    """Return the post of a row, or ``None`` for one of empty cells.

    A row without an id is known by a hash of what it says; one without an author is anonymous,
    and nobody else's.

    Raises:
        BadRecordError: the row cannot be a post.
    """
    if row.fault is not None:
        raise BadRecordError(row.fault)
    cells = row.cells
    if not any(cell.strip() for cell in cells):
        return None
    width = len(layout.headings)
    if any(cell.strip() for cell in cells[width:]):
        raise BadRecordError(
            Sentence(
                "Line {line} of {file}: it has {count} cells where the heading has {width}.",
                {"count": len(cells), "width": width},
            )
        )
    fields: dict[str, object] = {
        field: cells[column].strip()
        for field, column in layout.columns.items()
        if column < len(cells)
    }
    if time := fields.pop("time", ""):
        fields["created_at"] = f"{fields.get('created_at', '')} {time}".strip()
    facts = [str(fields.get(name, "")) for name in ("text", "author", "created_at", "url", "title")]
    native_id = fields.get("id") or fields.get("native_id") or hashlib.blake2b(
        "\0".join(facts).encode("utf-8", "replace"), digest_size=12
    ).hexdigest()  # fmt: skip
    author = fields.get("author") or fields.get("author_name") or f"anonymous-{native_id}"
    return post_of(
        {**fields, "id": native_id, "author": author}, day_first=layout.day_first, zone=zone
    )
