"""``hubbub listen``: listen without a screen, once or for as long as wanted."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence

from listeners.engine import Engine, SourceReport
from listeners.model import SECOND, Sentence, SourceState
from listeners.query import QuerySyntaxError
from listeners.store import Store, open_store, reads
from listeners.text import clean_line
from tui import log
from tui.commands import DONE, FAILED, WRONG_USE
from tui.commands.common import CommandError, Settings, settings, span
from tui.commands.listening import Listening
from tui.commands.output import Column, Record
from tui.commands.records import source_record
from tui.commands.sources import columns as source_columns
from tui.i18n import _, msgid, say
from tui.terminal.ending import run_to_end
from tui.words import word

PLACE_WIDTH = 32
"""Characters of a cursor that a table shows; `-o json` gives it whole."""

FAILURES = frozenset(
    {
        SourceState.FAILING,
        SourceState.FORMAT_CHANGED,
        SourceState.NEEDS_TOKEN,
        SourceState.BLOCKED,
        SourceState.GONE,
        SourceState.RATE_LIMITED,
    }
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add how long to listen."""
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        "--once", action="store_true", help=_("ask every source once, store it all, and end")
    )
    length.add_argument(
        "--for", dest="span", type=span, metavar=_("TIME"), help=_("end after this long: 60s, 2h")
    )


def run(arguments: argparse.Namespace) -> int:
    """Listen."""
    known = settings(arguments)
    if not known.config.sources:
        raise CommandError(
            Sentence(
                "No source is configured in {path}. “hubbub init” writes a first configuration.",
                {"path": str(known.config.path)},
            ),
            WRONG_USE,
        )
    log.start_log()
    work = _once(known) if arguments.once else _listen(known, arguments.span)
    return run_to_end(work, 1 if arguments.once else 0)


async def _once(known: Settings) -> int:
    async with open_store(known.store) as store:
        listening = Listening(store, known.config)
        if not await listening.claim():
            raise CommandError(
                Sentence(
                    "Another hubbub listens to this store already ({who}), and stores what it "
                    "hears. Nothing was asked twice.",
                    {"who": await listening.elsewhere() or "?"},
                )
            )
        try:
            reports = await _engine(store, known).once()
        finally:
            await listening.leave()
    known.output.rows(reports, columns(), report_record)
    failed = [report for report in reports if report.state in FAILURES]
    return FAILED if reports and len(failed) == len(reports) else DONE


def _engine(store: Store, known: Settings) -> Engine:
    try:
        return Engine(store, known.config)
    except QuerySyntaxError as error:
        raise CommandError(error.sentence, WRONG_USE) from error


async def _listen(known: Settings, length: int | None) -> int:
    async with open_store(known.store) as store:
        _engine(store, known)
        if known.output.for_people:
            known.output.said(
                Sentence(
                    "Listening, sources: {count}. What is heard goes into {path}. Ctrl+C ends it.",
                    {"count": len(known.config.sources), "path": str(known.store)},
                )
            )
        listening = Listening(store, known.config)
        try:
            async with asyncio.timeout(None if length is None else length / SECOND):
                await listening.run()
        except TimeoutError:
            rows = await reads.sources(store)
            known.output.rows(rows, source_columns(), source_record)
    return DONE


def report_record(report: SourceReport) -> Record:
    """Return what one source did, as scripts rely on it."""
    return {
        "source": report.source,
        "network": report.network,
        "fetched": report.fetched,
        "new": report.new,
        "updated": report.updated,
        "deleted": report.deleted,
        "bad": report.bad,
        "gap": report.gap,
        "state": report.state.value,
        "cursor": report.cursor,
        "detail": None if report.detail is None else say(report.detail),
    }


def columns() -> tuple[Column[SourceReport], ...]:
    """Return the table of what each source did."""
    return (
        Column(msgid("Source"), lambda one: one.source),
        Column(msgid("State"), lambda one: word(one.state)),
        Column(msgid("Fetched"), lambda one: str(one.fetched), right=True),
        Column(msgid("New"), lambda one: str(one.new), right=True),
        Column(msgid("Bad"), lambda one: str(one.bad), right=True),
        Column(msgid("Place"), lambda one: clean_line(one.cursor or "—", PLACE_WIDTH)),
        Column(msgid("What to know"), _what_to_know),
    )


def _what_to_know(report: SourceReport) -> str:
    parts: Sequence[str] = (
        say(report.detail) if report.detail is not None else "",
        _("something may have been missed: see “hubbub sources”") if report.gap else "",
    )
    return " · ".join(part for part in parts if part)
