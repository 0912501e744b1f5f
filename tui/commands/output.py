"""How commands write: a table for people, JSON and CSV for programs, harmless in every form.

A table is cleaned like the screen and fitted to the terminal. JSON escapes what a terminal would
obey instead of removing it, so that evidence survives. CSV cannot start a formula.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from listeners.model import Sentence
from listeners.text import clean, clean_line
from tui.i18n import _, say

T = TypeVar("T")
Record = Mapping[str, object]

GAP = "  "
_FORMULA = "=+-@\t\r\n＝＋－＠"
# What JSON itself would leave as it is, and a terminal or an editor would obey or hide.
_OBEYED = re.compile(
    r"[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\ud800-\udfff\U000e0000-\U000e0fff]"
)


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column of a table: its title (a msgid), and what stands in it for a row."""

    title: str
    cell: Callable[[T], str]
    right: bool = False


class Output:
    """Where and how a command writes its result: the standard output, in the format asked for."""

    def __init__(self, form: str) -> None:
        self.form = form

    @property
    def for_people(self) -> bool:
        """Whether a person reads this."""
        return self.form == "table"

    def rows(
        self,
        rows: Sequence[T],
        columns: Sequence[Column[T]],
        record: Callable[[T], Record],
        *,
        empty: str = "",
    ) -> None:
        """Write rows: as a table of these columns, else as the record of each."""
        if not self.for_people:
            self.records([record(row) for row in rows])
        elif rows:
            self.line("\n".join(table(rows, columns)))
        elif empty:
            self.line(_(empty))

    def records(self, records: Sequence[Record]) -> None:
        """Write records for a program; for a person, one after the other."""
        if self.form == "json":
            self.line(safe_json(list(records), indent=2))
        elif self.form == "jsonl":
            for one in records:
                self.line(safe_json(one))
        elif self.form == "csv":
            self._write(csv_text(records))
        else:
            for one in records:
                self.fields(one)

    def record(self, record: Record) -> None:
        """Write one record; in JSON it stands alone, not in a list."""
        if self.form == "json":
            self.line(safe_json(record, indent=2))
        else:
            self.records([record])

    def fields(self, record: Record) -> None:
        """Write one record for a person, a line for each field."""
        width = max((len(name) for name in record), default=0)
        for name, value in record.items():
            self.line(f"{name:<{width}}{GAP}{clean(_plain(value)).replace(chr(10), ' ')}")

    def said(self, sentence: Sentence, **record: object) -> None:
        """Write what was done: the sentence for a person, the record with it for a program."""
        if self.for_people:
            self.line(say(sentence))
        else:
            self.record({**record, "sentence": say(sentence)})

    def line(self, text: str) -> None:
        """Write one line that is safe already."""
        self._write(text + "\n")

    def _write(self, text: str) -> None:
        encoding = sys.stdout.encoding or "utf-8"
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))


def complain(sentence: Sentence, where: str = "") -> None:
    """Write one plain sentence to the error output."""
    place = f"{clean_line(where)}: " if where else ""
    encoding = sys.stderr.encoding or "utf-8"
    text = f"{place}{say(sentence)}\n"
    sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding))


def safe_json(value: object, *, indent: int | None = None) -> str:
    """Return JSON in readable UTF-8 whose strings hold nothing a terminal would obey."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=_plain, allow_nan=False)
    return _OBEYED.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    # As JSON writes it: two surrogates beyond the first plane.
    return json.dumps(match.group())[1:-1]


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return ", ".join(_plain(item) for item in value)
    if isinstance(value, Mapping):
        return safe_json(dict(value))
    return str(value)


def csv_text(records: Sequence[Record], delimiter: str = ",") -> str:
    """Return records as CSV, everything quoted, no cell a formula. Sources: RFC 4180, OWASP."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    if records:
        writer.writerow(records[0])
        writer.writerows([csv_cell(value) for value in record.values()] for record in records)
    return file.getvalue()


def csv_cell(value: object) -> str:
    """Return what stands in a cell: text that would start a formula gets a quote before it."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        text = clean(_plain(value))
        return f"'{text}" if text.lstrip(" \u00a0")[:1] in _FORMULA and text else text
    return str(value)


def table(rows: Sequence[T], columns: Sequence[Column[T]], width: int | None = None) -> list[str]:
    """Return the lines of a table, its last column cut so that no line is wider than ``width``.

    ``None`` is the terminal's width, or none at all where the output is a file or a pipe.
    """
    from rich.cells import cell_len, set_cell_size

    room = _room() if width is None else width
    titles = [_(column.title) for column in columns]
    cells = [[str(clean_line(column.cell(row), 1000)) for column in columns] for row in rows]
    lines = [titles, *cells]
    widths = [max(cell_len(line[place]) for line in lines) for place in range(len(columns))]
    if room:
        before = sum(widths[:-1]) + len(GAP) * (len(columns) - 1)
        widths[-1] = min(widths[-1], max(10, room - before))

    def fitted(text: str, place: int) -> str:
        size = widths[place]
        if cell_len(text) > size:
            return set_cell_size(text, size - 1) + "…"
        padding = " " * (size - cell_len(text))
        return padding + text if columns[place].right else text + padding

    return [
        GAP.join(fitted(text, place) for place, text in enumerate(line)).rstrip() for line in lines
    ]


def _room() -> int:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


def iso(values: Iterable[int | None]) -> list[str | None]:
    """Return times as ISO 8601 in UTC, for records."""
    from listeners.clock import to_iso
    from listeners.model import Micros

    return [None if value is None else to_iso(Micros(value)) for value in values]
