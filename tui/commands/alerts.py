"""``hubbub alerts``: risks, the worst first."""

from __future__ import annotations

import argparse

from listeners.clock import utc_now
from listeners.model import AlertClass, AlertState, Severity
from listeners.rows import AlertRow
from listeners.store import reads
from listeners.store.filters import AlertFilter
from tui.commands import DONE
from tui.commands.common import Settings, past, reading, settings
from tui.commands.output import Column
from tui.commands.records import alert_record
from tui.i18n import _, msgid, say
from tui.i18n import age as age_of
from tui.terminal.ending import run_to_end
from tui.words import word


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the filters."""
    states = [state.value for state in AlertState]
    parser.add_argument(
        "-s",
        "--state",
        choices=[*states, "all"],
        action="append",
        default=[],
        help=_("only in this state, the live ones by default; may be given several times"),
    )
    parser.add_argument(
        "--class",
        dest="classes",
        choices=[one.value for one in AlertClass],
        action="append",
        default=[],
        help=_("only of this class; may be given several times"),
    )
    parser.add_argument(
        "--severity",
        choices=[one.name.lower() for one in Severity],
        default="info",
        help=_("only this bad or worse"),
    )
    parser.add_argument("--brand", default="", metavar=_("NAME"), help=_("only of this brand"))
    parser.add_argument(
        "--since", type=past, metavar=_("WHEN"), help=_("only what went on since then")
    )
    parser.add_argument(
        "--until", type=past, metavar=_("WHEN"), help=_("only what began before then")
    )


def run(arguments: argparse.Namespace) -> int:
    """List alerts."""
    return run_to_end(_list(arguments, settings(arguments)))


async def _list(arguments: argparse.Namespace, known: Settings) -> int:
    states = arguments.state or ["firing", "acked", "snoozed"]
    if "all" in states:
        states = [state.value for state in AlertState]
    wanted = AlertFilter(
        brand=arguments.brand,
        states=tuple(states),
        classes=tuple(AlertClass(one) for one in arguments.classes),
        min_severity=Severity[arguments.severity.upper()],
        since=arguments.since,
        until=arguments.until,
    )
    async with reading(known) as store:
        ids = await reads.alert_ids(store, wanted)
        rows = await reads.alerts(store, ids)
    known.output.rows(
        [rows[one] for one in ids if one in rows],
        columns(),
        alert_record,
        empty=msgid("No alert: nothing is wrong that a rule could see."),
    )
    return DONE


def columns() -> tuple[Column[AlertRow], ...]:
    """Return the table of alerts."""
    now = utc_now()
    return (
        Column(msgid("ID"), lambda row: str(row.id), right=True),
        Column(msgid("Severity"), lambda row: word(row.severity)),
        Column(msgid("Class"), lambda row: word(row.alert_class)),
        Column(msgid("State"), lambda row: word(row.state)),
        Column(msgid("Age"), lambda row: age_of(now - row.first_at), right=True),
        Column(msgid("Seen"), lambda row: f"{row.count}×", right=True),
        Column(msgid("Whose"), lambda row: row.owner),
        Column(msgid("What"), lambda row: say(row.title)),
    )
