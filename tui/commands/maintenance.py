"""``hubbub maintenance``: known events, during which alerts are kept and do not ring."""

from __future__ import annotations

import argparse

from listeners.actions import add_maintenance, end_maintenance
from listeners.clock import utc_now
from listeners.risk.maintenance import Window
from listeners.store.maintenance import windows
from tui.commands import DONE
from tui.commands.acting import tell
from tui.commands.common import Settings, future, reading, settings, writing
from tui.commands.output import Column, Record
from tui.commands.parser import add_common
from tui.commands.records import when
from tui.i18n import _, full_moment, msgid
from tui.terminal.ending import run_to_end


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add list, add and end."""
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), title=_("verbs"))
    listed = verbs.add_parser("list", help=_("what runs and what comes"))
    add = verbs.add_parser("add", help=_("alerts are kept and do not ring meanwhile"))
    add.add_argument("reason", metavar=_("REASON"), help=_("why, in a few words"))
    add.add_argument(
        "--until", type=future, required=True, metavar=_("WHEN"), help=_("2h, 3d, or a date")
    )
    add.add_argument(
        "--from",
        dest="since",
        type=future,
        metavar=_("WHEN"),
        help=_("when it begins; without it, now"),
    )
    add.add_argument("--brand", default="", metavar=_("NAME"), help=_("only of this brand"))
    end = verbs.add_parser("end", help=_("end one now: what goes on then fires"))
    end.add_argument("number", type=int, metavar="ID", help=_("its number"))
    for one in (listed, add, end):
        add_common(one)


def run(arguments: argparse.Namespace) -> int:
    """List the windows, add one, or end one."""
    known = settings(arguments)
    if arguments.verb in (None, "list"):
        return run_to_end(_list(known), 1)
    return run_to_end(_do(known, arguments), 1)


async def _do(known: Settings, arguments: argparse.Namespace) -> int:
    now = utc_now()
    async with writing(known) as store:
        if arguments.verb == "end":
            outcome = await end_maintenance(
                store, known.config, known.member, arguments.number, now
            )
        else:
            window = Window(
                brand=arguments.brand,
                from_at=arguments.since or now,
                to_at=arguments.until,
                reason=arguments.reason,
            )
            outcome = await add_maintenance(store, known.config, known.member, window, now)
    return tell(known, outcome)


async def _list(known: Settings) -> int:
    async with reading(known) as store:
        found = await windows(store, utc_now())
    known.output.rows(found, _columns(), _record, empty=msgid("No maintenance window is planned."))
    return DONE


def _columns() -> tuple[Column[Window], ...]:
    now = utc_now()
    return (
        Column(msgid("ID"), lambda row: str(row.id), right=True),
        Column(msgid("Brand"), lambda row: row.brand or _("all brands")),
        Column(msgid("From"), lambda row: full_moment(row.from_at)),
        Column(msgid("To"), lambda row: full_moment(row.to_at)),
        Column(msgid("Now"), lambda row: _("runs") if row.runs(now) else _("planned")),
        Column(msgid("Why"), lambda row: row.reason),
        Column(msgid("By"), lambda row: row.author or _("the configuration")),
    )


def _record(row: Window) -> Record:
    return {
        "id": row.id,
        "brand": row.brand,
        "from": when(row.from_at),
        "to": when(row.to_at),
        "reason": row.reason,
        "author": row.author,
        "runs": row.runs(utc_now()),
    }
