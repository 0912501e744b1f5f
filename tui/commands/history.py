"""``hubbub history``: what is read of the past, how far it has come; more of it, or no more."""

from __future__ import annotations

import argparse

from listeners.actions.history import ask_for_history, go_on_with_history, stop_history
from listeners.actions.outcome import Outcome
from listeners.clock import utc_now
from listeners.store import Store
from listeners.store.backfills import BackfillRow, backfills
from tui.commands import DONE
from tui.commands.acting import tell
from tui.commands.common import Settings, past, reading, settings, writing
from tui.commands.output import Column, Record
from tui.commands.records import when
from tui.formats import date
from tui.i18n import _, msgid, number, say
from tui.past_words import past_text
from tui.terminal.ending import run_to_end


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add how far back, of which source, and stopping or going on."""
    parser.add_argument(
        "--source", default="", metavar=_("NAME"), help=_("only of this source, or this network")
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--since", type=past, metavar=_("WHEN"), help=_("read back to then: 90d, or a date")
    )
    what.add_argument("--stop", action="store_true", help=_("read no more; what was read stays"))
    what.add_argument(
        "--go-on", action="store_true", help=_("go on with what was stopped or given up")
    )


def run(arguments: argparse.Namespace) -> int:
    """Show the readings, or change them."""
    known = settings(arguments)
    if arguments.since is None and not arguments.stop and not arguments.go_on:
        return run_to_end(_list(known, arguments.source), 1)
    return run_to_end(_do(known, arguments), 1)


async def _do(known: Settings, arguments: argparse.Namespace) -> int:
    async with writing(known) as store:
        outcome = await _turned(known, store, arguments)
    return tell(known, outcome)


async def _turned(known: Settings, store: Store, arguments: argparse.Namespace) -> Outcome:
    now, source = utc_now(), arguments.source
    if arguments.stop:
        return await stop_history(store, known.config, known.member, now, source)
    if arguments.go_on:
        return await go_on_with_history(store, known.config, known.member, now, source)
    return await ask_for_history(store, known.config, known.member, now, arguments.since, source)


async def _list(known: Settings, source: str) -> int:
    async with reading(known) as store:
        found = await backfills(store)
    rows = [row for row in found if source in ("", row.source, row.network)]
    known.output.rows(
        rows, _columns(), _record, empty=msgid("No past is read: hubbub has not listened yet.")
    )
    return DONE


def _columns() -> tuple[Column[BackfillRow], ...]:
    return (
        Column(msgid("Source"), lambda row: row.label or row.source),
        Column(msgid("Brand"), lambda row: row.brand),
        Column(msgid("Wanted from"), lambda row: date(row.since)),
        Column(msgid("Read"), lambda row: number(row.fetched), right=True),
        Column(msgid("Kept"), lambda row: number(row.kept), right=True),
        Column(msgid("How it stands"), past_text),
    )


def _record(row: BackfillRow) -> Record:
    return {
        "source": row.source,
        "network": row.network,
        "brand": row.brand,
        "state": row.state.value,
        "since": when(row.since),
        "reached": when(row.reached),
        "read": row.fetched,
        "kept": row.kept,
        "detail": None if row.detail is None else say(row.detail),
        "begun_at": when(row.begun_at),
        "ended_at": when(row.ended_at),
    }
