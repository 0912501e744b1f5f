"""``hubbub responses``: how fast we answer, and the rows behind the figures."""

from __future__ import annotations

import argparse
from typing import cast

from listeners.clock import to_iso, utc_now
from listeners.model import Micros
from listeners.reports.responses import (
    ELSEWHERE,
    SIDES,
    Figures,
    Response,
    Side,
    figures,
    grouped,
    measured,
)
from listeners.store.reads.responses import answers, waiting
from tui.commands import DONE
from tui.commands.common import Settings, past, reading, settings
from tui.commands.output import Column, Record
from tui.i18n import _, full_moment, msgid, number
from tui.response_words import COLUMNS, HOW, figure_texts, member_name, plain_name, span
from tui.terminal.ending import run_to_end


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the stretch of time, the grouping and the rows."""
    parser.add_argument(
        "--since",
        type=past,
        default="7d",
        metavar=_("WHEN"),
        help=_("from when on, 7d by default"),
    )
    parser.add_argument(
        "--until", type=past, metavar=_("WHEN"), help=_("up to when; up to now by default")
    )
    parser.add_argument(
        "--by",
        choices=SIDES,
        default="network",
        help=_("group by network, member or tier, or all together"),
    )
    parser.add_argument("--brand", default="", metavar=_("NAME"), help=_("only of this brand"))
    parser.add_argument(
        "--rows", action="store_true", help=_("every answer and wait the figures are made of")
    )


def run(arguments: argparse.Namespace) -> int:
    """Show the figures, or the rows."""
    return run_to_end(_show(arguments, settings(arguments)), 1)


async def _show(arguments: argparse.Namespace, known: Settings) -> int:
    now = utc_now()
    async with reading(known) as store:
        rows = measured(
            await answers(
                store, arguments.brand, arguments.since, arguments.until or Micros(now + 1)
            ),
            await waiting(store, arguments.brand),
            {one.name: one for one in known.config.brands},
            now,
        )
    whole = figures(rows)
    if arguments.rows:
        known.output.rows(
            whole.rows, _row_columns(), _row_record, empty=msgid("No answer in this time.")
        )
        return DONE
    side = cast(Side, arguments.by)
    groups: list[tuple[Side, str, Figures]] = [("all", "", whole)]
    if side != "all":
        groups += [(side, name, one) for name, one in grouped(rows, side).items()]
    known.output.rows(groups, _columns(), _record)
    return DONE


def _columns() -> tuple[Column[tuple[Side, str, Figures]], ...]:
    def figure(place: int) -> Column[tuple[Side, str, Figures]]:
        return Column(COLUMNS[place], lambda row: figure_texts(row[2])[place], right=True)

    return (
        Column("", lambda row: plain_name(row[0], row[1])),
        *(figure(place) for place in range(len(COLUMNS))),
    )


def _record(row: tuple[Side, str, Figures]) -> Record:
    side, name, one = row
    return {
        "by": side,
        "name": "elsewhere" if name == ELSEWHERE else name,
        "answered": one.answered,
        "within_target": one.within,
        "median_first_seconds": one.median_first,
        "median_next_seconds": one.median_next,
        "slowest_tenth_seconds": one.slowest_tenth,
        "waiting": one.waiting,
        "overdue": one.overdue,
        "oldest_waiting": one.oldest.conversation if one.oldest is not None else None,
        "oldest_waiting_seconds": one.oldest.seconds if one.oldest is not None else None,
    }


def _row_columns() -> tuple[Column[Response], ...]:
    return (
        Column(msgid("Conversation"), lambda row: number(row.conversation), right=True),
        Column(msgid("Network"), lambda row: row.network),
        Column(msgid("Tier"), lambda row: str(row.tier), right=True),
        Column(msgid("Member"), lambda row: member_name(row.member)),
        Column(msgid("How"), lambda row: _(HOW[row.how])),
        Column(msgid("Which"), lambda row: _("first") if row.first else _("later")),
        Column(msgid("Asked"), lambda row: full_moment(row.asked_at)),
        Column(msgid("Took"), lambda row: span(row.seconds), right=True),
        Column(msgid("Target"), lambda row: span(row.target), right=True),
        Column(msgid("In time"), lambda row: _("no") if row.late else _("yes")),
    )


def _row_record(row: Response) -> Record:
    return {
        "conversation": row.conversation,
        "brand": row.brand,
        "network": row.network,
        "tier": row.tier,
        "member": "" if row.member == ELSEWHERE else row.member,
        "how": row.how,
        "first": row.first,
        "asked_at": to_iso(row.asked_at),
        "answered_at": to_iso(row.answered_at) if row.answered_at is not None else None,
        "seconds": row.seconds,
        "target_seconds": row.target,
        "late": row.late,
    }
