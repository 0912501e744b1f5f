"""``hubbub export``: write out what is stored, to take it elsewhere."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from listeners.model import AlertState, ConversationState, Sentence
from listeners.store import Store, reads
from listeners.store.filters import AlertFilter, QueueFilter, StreamFilter
from tui.commands import DONE
from tui.commands.common import CommandError, Settings, past, reading, searched, settings
from tui.commands.mentions import newest
from tui.commands.output import Record, csv_text, safe_json
from tui.commands.records import alert_record, conversation_record, mention_record
from tui.i18n import _
from tui.terminal.ending import run_to_end

KINDS = ("mentions", "conversations", "alerts")


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
    parser.add_argument("--query", default="", metavar="Q", help=_("only what this query finds"))


def run(arguments: argparse.Namespace) -> int:
    """Write it out; JSON lines unless ``-o`` says csv or json."""
    target = Path(arguments.to).expanduser() if arguments.to else None
    return run_to_end(_export(arguments, target, settings(arguments)), 1)


async def _export(arguments: argparse.Namespace, target: Path | None, known: Settings) -> int:
    form = "jsonl" if known.output.for_people else known.output.form
    count = 0
    async with reading(known) as store:
        records = _records(arguments, store)
        if target is None:
            await _write(records, form, known.output.line)
            return DONE
        with whole_file(target) as file:
            count = await _write(records, form, lambda text: print(text, file=file))
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
        wanted = StreamFilter(brand=arguments.brand, since=arguments.since, query=query)
        async for row in newest(store, wanted, 0):
            yield mention_record(row)
    elif arguments.what == "conversations":
        ids = await reads.queue_ids(
            store,
            QueueFilter(brand=arguments.brand, states=tuple(ConversationState), query=query),
        )
        for start in range(0, len(ids), 500):
            rows = await reads.conversations(store, ids[start : start + 500])
            for row_id in ids[start : start + 500]:
                if row_id in rows:
                    yield conversation_record(rows[row_id])
    else:
        found = await reads.alert_ids(
            store, AlertFilter(brand=arguments.brand, states=tuple(AlertState))
        )
        alerts = await reads.alerts(store, found)
        for alert_id in found:
            yield alert_record(alerts[alert_id])


async def _write(records: AsyncIterator[Record], form: str, line: Callable[[str], object]) -> int:
    """Write records as they come, so that a large store fits; return how many they were."""
    count = 0
    if form == "json":
        line("[")
    async for record in records:
        if form == "csv":
            header, cells = csv_text([record]).split("\r\n", 1)
            if count == 0:
                line(header)
            line(cells.removesuffix("\r\n"))
        else:
            comma = "," if form == "json" and count else ""
            line(comma + safe_json(record))
        count += 1
    if form == "json":
        line("]")
    return count


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
