"""``hubbub import``: take in mentions from a file; what is imported is wanted."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from listeners.clock import utc_now
from listeners.config import SourceConfig
from listeners.housekeeping import Housekeeping
from listeners.importing.files import Wishes, read_file
from listeners.model import Batch, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.pipeline import Counts, Pipeline
from listeners.store import Connection, Store, open_store, reads
from listeners.store.sources import NewSource, register_sources, set_source_state
from listeners.text import clean_line
from tui.commands import DONE, FAILED, WRONG_USE
from tui.commands.common import CommandError, Settings, must_write, settings
from tui.commands.output import complain
from tui.commands.records import said
from tui.i18n import _
from tui.terminal.ending import run_to_end

FAULTS_SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the file and how its tables read."""
    parser.add_argument(
        "file", metavar=_("FILE"), help=_("JSON lines, a table (CSV, TSV), or a mail (EML)")
    )
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar=_("FIELD=COLUMN"),
        help=_("which column of a table is what: text=Verbatim, author=2; several times"),
    )
    parser.add_argument(
        "--no-heading", action="store_true", help=_("the table's first line is a record")
    )
    parser.add_argument(
        "--zone", default="UTC", metavar=_("ZONE"), help=_("of dates without one: Europe/Paris")
    )


@dataclass(slots=True)
class _Taken:
    """What became of the file so far."""

    counts: Counts = field(default_factory=Counts)
    read: int = 0
    faults: list[Sentence] = field(default_factory=list)


def run(arguments: argparse.Namespace) -> int:
    """Import the file."""
    known = settings(arguments)
    path = Path(arguments.file).expanduser()
    return run_to_end(_import(path, wishes(arguments), known), 1)


def wishes(arguments: argparse.Namespace) -> Wishes:
    """Return how a table is to be read.

    Raises:
        CommandError: a column or the zone is not written as it should be.
    """
    mapping: dict[str, object] = {}
    for pair in arguments.column:
        name, equals, column = pair.partition("=")
        if not equals or not name or not column:
            raise CommandError(
                Sentence("Columns are written as text=Verbatim; got {pair}.", {"pair": pair}),
                WRONG_USE,
            )
        mapping[name.strip()] = int(column) if column.strip().isdigit() else column.strip()
    try:
        zone = ZoneInfo(arguments.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CommandError(
            Sentence(
                "{zone} is not a time zone; write one such as Europe/Paris.",
                {"zone": arguments.zone},
            ),
            WRONG_USE,
        ) from error
    return Wishes(mapping=mapping, has_heading=not arguments.no_heading, zone=zone)


async def _import(path: Path, wanted: Wishes, known: Settings) -> int:
    must_write(known)
    source = SourceConfig(network="import", what=path.name)
    taken = _Taken()
    async with open_store(known.store) as store:
        pipeline = Pipeline(store, known.config, utc_now)
        await pipeline.open()
        source_id = await _register(store, source)
        batches = read_file(path, wanted)
        try:
            while (batch := await asyncio.to_thread(_next, batches)) is not None:
                taken.counts = taken.counts.plus(await pipeline.take(source, source_id, batch))
                taken.read += len(batch.posts)
                taken.faults += [bad.reason for bad in batch.bad]
        except SourceError as error:
            if not taken.read:
                raise CommandError(error.sentence) from error
            taken.faults.append(error.sentence)
        await Housekeeping(store, known.config, utc_now).all_once()
    return _tell(path, taken, known)


async def _register(store: Store, source: SourceConfig) -> int:
    """Make the file known as a source, which leaves all others as they are."""
    others = [
        NewSource(row.key, row.network, row.label, row.gapless)
        for row in await reads.sources(store)
        if row.state is not SourceState.OFF
    ]
    this = NewSource(source.key, source.network, clean_line(source.what))

    async def work(connection: Connection) -> int:
        now = utc_now()
        ids = await register_sources(connection, [*others, this], now)
        await set_source_state(
            connection,
            ids[source.key],
            SourceState.OFF,
            now,
            detail=Sentence("A file that was taken in once; there is nothing to listen to."),
        )
        return ids[source.key]

    return await store.write(work)


def _next(batches: Iterator[Batch]) -> Batch | None:
    return next(batches, None)


def _tell(path: Path, taken: _Taken, known: Settings) -> int:
    if known.output.for_people:
        for fault in taken.faults[:FAULTS_SHOWN]:
            complain(fault)
    counts = taken.counts
    known.output.said(
        Sentence(
            "{file}: {new} new, {updated} updated; {bad} unreadable, kept aside.",
            {
                "file": path.name,
                "new": counts.new,
                "updated": counts.updated,
                "bad": counts.bad,
            },
        ),
        file=str(path),
        fetched=counts.fetched,
        new=counts.new,
        updated=counts.updated,
        bad=counts.bad,
        faults=said(taken.faults),
    )
    return DONE if taken.read else FAILED
