"""``hubbub log``: everything that was done, the newest first."""

from __future__ import annotations

import argparse

from listeners.rows import EventRow
from listeners.store.reads.whole_log import LogFilter, LogRow, log_ids, log_rows
from tui.commands import DONE
from tui.commands.common import Settings, past, reading, settings
from tui.commands.output import Column
from tui.commands.records import event_record
from tui.i18n import _, msgid, say
from tui.i18n import full_moment as moment_of
from tui.log_words import said_of
from tui.terminal.ending import run_to_end


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the filters."""
    parser.add_argument(
        "--since", type=past, metavar=_("WHEN"), help=_("only since then: 24h, 7d, 2026-11-22")
    )
    parser.add_argument(
        "--by",
        default="",
        metavar=_("WHO"),
        help=_("only what this member did; hubbub: what happened by itself"),
    )
    parser.add_argument(
        "--on", type=int, default=0, metavar="ID", help=_("only what was done to this number")
    )
    parser.add_argument(
        "--kind",
        choices=["conversation", "alert", "mention", "rule", "template", "member"],
        default="",
        help=_("what the number is of: a conversation unless said otherwise"),
    )
    parser.add_argument("--verb", default="", metavar=_("VERB"), help=_("only this verb"))
    parser.add_argument(
        "--text", default="", metavar=_("TEXT"), help=_("only what holds this text")
    )
    parser.add_argument("--limit", type=int, default=100, metavar="N", help=_("at most so many"))


def run(arguments: argparse.Namespace) -> int:
    """List what was done."""
    return run_to_end(_list(arguments, settings(arguments)), 1)


async def _list(arguments: argparse.Namespace, known: Settings) -> int:
    by = known.member if arguments.by == "me" else arguments.by
    wanted = LogFilter(
        actor=by,
        verb=arguments.verb,
        kind=arguments.kind or ("conversation" if arguments.on else ""),
        subject=arguments.on,
        since=arguments.since,
        text=arguments.text,
    )
    async with reading(known) as store:
        ids = await log_ids(store, wanted, limit=max(0, arguments.limit))
        rows = await log_rows(store, ids)
    known.output.rows(
        [rows[one] for one in ids if one in rows],
        _columns(),
        _record,
        empty=msgid("Nothing of this was done yet."),
    )
    return DONE


def _columns() -> tuple[Column[LogRow], ...]:
    return (
        Column(msgid("When"), lambda row: moment_of(row.event.at)),
        Column(msgid("What"), lambda row: _told(row.event)),
        Column(msgid("Number"), lambda row: _number(row.event), right=True),
        Column(msgid("Who"), lambda row: row.person),
        Column(
            msgid("About"), lambda row: say(row.alert) if row.alert else row.note or row.excerpt
        ),
    )


def _told(event: EventRow) -> str:
    said = said_of(event)
    return _("{what} (undone)").format(what=said) if event.undone else said


def _number(event: EventRow) -> str:
    return str(event.subject_id) if event.subject_kind in ("conversation", "alert") else ""


def _record(row: LogRow) -> dict[str, object]:
    return {
        **event_record(row.event),
        "step": row.event.step,
        "sentence": said_of(row.event),
        "person": row.person,
        "excerpt": row.excerpt,
        "note": row.note,
    }
