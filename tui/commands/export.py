"""``hubbub export``: write out what is stored, to take it elsewhere."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from listeners.clock import utc_now
from listeners.model import DAY, AlertState, ConversationState, Micros, Sentence
from listeners.people.rows import PeopleFilter
from listeners.store import Store, reads
from listeners.store.campaigns import campaigns
from listeners.store.filters import AlertFilter, QueueFilter, StreamFilter
from listeners.store.people import people, people_ids
from listeners.store.planned import planned
from tui.commands import DONE
from tui.commands.campaign_records import campaign_record
from tui.commands.common import CommandError, Settings, past, reading, searched, settings
from tui.commands.mentions import newest
from tui.commands.output import Record, csv_text, safe_json
from tui.commands.people_records import person_record
from tui.commands.plan_records import plan_record
from tui.commands.records import alert_record, conversation_record, mention_record
from tui.formats import zone
from tui.i18n import _
from tui.terminal.ending import run_to_end

KINDS = ("mentions", "conversations", "alerts", "people", "campaigns", "planned")
DELIMITERS = {",": ",", ";": ";", "tab": "\t"}
_BOM = "\ufeff"
_YEAR = 366 * DAY
_EVER = Micros(150 * _YEAR)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what, and where to."""
    parser.add_argument("what", nargs="?", choices=KINDS, default="mentions", help=_("what"))
    parser.add_argument(
        "--to", metavar=_("FILE"), help=_("the file to write, private to you; else the output")
    )
    parser.add_argument("--brand", default="", metavar=_("NAME"), help=_("only of this brand"))
    parser.add_argument(
        "--since", type=past, metavar=_("WHEN"), help=_("only since then: 24h, 7d, 2026-11-22")
    )
    parser.add_argument(
        "--until", type=past, metavar=_("WHEN"), help=_("only before then: 24h, 7d, 2026-11-22")
    )
    parser.add_argument("--query", default="", metavar="Q", help=_("only what this query finds"))
    parser.add_argument(
        "--delimiter",
        choices=tuple(DELIMITERS),
        default=",",
        help=_("between the columns of CSV; a French Excel wants ;"),
    )
    parser.add_argument(
        "--bom", action="store_true", help=_("begin with the mark by which Excel knows UTF-8")
    )


def run(arguments: argparse.Namespace) -> int:
    """Write it out; JSON lines unless ``-o`` says csv or json."""
    target = Path(arguments.to).expanduser() if arguments.to else None
    return run_to_end(_export(arguments, target, settings(arguments)), 1)


async def _export(arguments: argparse.Namespace, target: Path | None, known: Settings) -> int:
    form = "jsonl" if known.output.for_people else known.output.form
    shape = Shape(form, DELIMITERS[arguments.delimiter], arguments.bom)
    count = 0
    async with reading(known) as store:
        records = _records(arguments, store)
        if target is None:
            await _write(records, shape, known.output.line)
            return DONE
        with whole_file(target) as file:
            count = await _write(records, shape, lambda text: print(text, file=file))
    known.output.said(
        Sentence(
            "Written to {path}: {count}.",
            {"count": count, "path": str(target)},
        ),
        count=count,
        path=str(target),
    )
    return DONE


async def _records(arguments: argparse.Namespace, store: Store) -> AsyncIterator[Record]:
    query = searched(arguments.query)
    if arguments.what == "mentions":
        wanted = StreamFilter(
            brand=arguments.brand, since=arguments.since, until=arguments.until, query=query
        )
        async for row in newest(store, wanted, 0):
            yield mention_record(row)
    elif arguments.what == "conversations":
        ids = await reads.queue_ids(
            store,
            QueueFilter(
                brand=arguments.brand,
                states=tuple(ConversationState),
                query=query,
                opened_since=arguments.since,
                opened_until=arguments.until,
            ),
        )
        for start in range(0, len(ids), 500):
            rows = await reads.conversations(store, ids[start : start + 500])
            for row_id in ids[start : start + 500]:
                if row_id in rows:
                    yield conversation_record(rows[row_id])
    elif arguments.what == "people":
        async for record in _people(arguments, store):
            yield record
    elif arguments.what == "campaigns":
        for campaign in await campaigns(store, arguments.brand):
            yield campaign_record(campaign, utc_now())
    elif arguments.what == "planned":
        async for record in _plans(arguments, store):
            yield record
    else:
        found = await reads.alert_ids(
            store,
            AlertFilter(
                brand=arguments.brand,
                states=tuple(AlertState),
                since=arguments.since,
                until=arguments.until,
            ),
        )
        alerts = await reads.alerts(store, found)
        for alert_id in found:
            yield alert_record(alerts[alert_id])


async def _people(arguments: argparse.Namespace, store: Store) -> AsyncIterator[Record]:
    wanted, before = PeopleFilter(brand=arguments.brand, text=arguments.query), None
    while ids := await people_ids(store, wanted, limit=500, before=before):
        rows = await people(store, ids, arguments.brand)
        for one in ids:
            if one in rows:
                yield person_record(rows[one])
        before = ids[-1]


async def _plans(arguments: argparse.Namespace, store: Store) -> AsyncIterator[Record]:
    # A year at a time: one question returns some thousand entries at most.
    since, until = arguments.since or Micros(0), arguments.until or _EVER
    told: set[int] = set()
    for start in range(since, until, _YEAR):
        end = Micros(min(start + _YEAR, until))
        for entry in await planned(store, arguments.brand, Micros(start), end, zone=zone()):
            if entry.id not in told:
                told.add(entry.id)
                yield plan_record(entry, utc_now(), zone())


class Shape(NamedTuple):
    """How records are written: the form, and for CSV what stands between columns and before."""

    form: str
    delimiter: str = ","
    bom: bool = False


async def _write(
    records: AsyncIterator[Record], shape: Shape, line: Callable[[str], object]
) -> int:
    """Write records as they come, so that a large store fits; return how many they were."""
    count, form = 0, shape.form
    if form == "json":
        line("[")
    async for record in records:
        if form == "csv":
            header, cells = csv_text([record], shape.delimiter).split("\r\n", 1)
            if count == 0:
                line((_BOM if shape.bom else "") + header)
            line(cells.removesuffix("\r\n"))
        else:
            comma = "," if form == "json" and count else ""
            line(comma + without_markup(safe_json(record)))
        count += 1
    if form == "json":
        line("]")
    return count


def without_markup(text: str) -> str:
    """Return JSON that is no markup wherever it is pasted; whoever reads it gets the same back.

    Outside its strings JSON has none of these signs (RFC 8259).
    """
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


@contextmanager
def whole_file(target: Path) -> Iterator[IO[str]]:
    """Open a private file that appears under its name whole, or not at all.

    Raises:
        CommandError: it cannot be written; what was there before is untouched.
    """
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".hubbub-export-")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise CommandError(
            Sentence(
                "{path} cannot be written: {fault}. What was there before is untouched.",
                {"path": str(target), "fault": error.strerror or type(error).__name__},
            )
        ) from error
