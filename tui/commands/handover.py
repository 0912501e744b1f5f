"""``hubbub handover``: what a colleague must know who takes over now, as Markdown or JSON."""

from __future__ import annotations

import argparse

from listeners.clock import utc_now
from listeners.model import HOUR, Micros
from listeners.reports.handover import handover
from tui.commands import DONE
from tui.commands.common import Settings, past, reading, settings
from tui.commands.team import known_member
from tui.i18n import _, zone
from tui.terminal.ending import run_to_end


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add whose, since when, and of which brand."""
    parser.add_argument(
        "--for",
        dest="whose",
        default="",
        metavar=_("WHO"),
        help=_("only what this member has, did and left, and what nobody has: a name, or me"),
    )
    parser.add_argument(
        "--since", type=past, default=None, metavar=_("WHEN"), help=_("from when on, 8h by default")
    )
    parser.add_argument("--brand", default="", metavar=_("NAME"), help=_("only of this brand"))


def run(arguments: argparse.Namespace) -> int:
    """Write the sheet."""
    return run_to_end(_write(arguments, settings(arguments)), 1)


async def _write(arguments: argparse.Namespace, known: Settings) -> int:
    from tui.handover_sheet import record, sheet

    now = utc_now()
    member = known_member(known, arguments.whose) if arguments.whose else ""
    async with reading(known) as store:
        found = await handover(
            store,
            known.config.members,
            since=Micros(now - 8 * HOUR) if arguments.since is None else arguments.since,
            now=now,
            brand=arguments.brand,
            member=member,
            zone=zone(),
        )
    if known.output.for_people:
        known.output.line(sheet(found).rstrip())
    else:
        known.output.record(record(found))
    return DONE
