"""``hubbub outbox``: replies sent from here, and what became of each."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from listeners.actions import Outcome
from listeners.model import Sentence
from listeners.replying import Outbox
from listeners.store.outbox import STATES, OutboxRow, reply
from listeners.store.outbox import outbox as replies
from tui import log
from tui.commands import DONE, WRONG_USE
from tui.commands.acting import tell
from tui.commands.common import CommandError, Settings, reading, settings, writing
from tui.commands.output import Column
from tui.commands.records import reply_record
from tui.i18n import _, full_moment, msgid, say
from tui.terminal.ending import run_to_end

WORDS: Mapping[str, str] = {
    "sending": msgid("sending…"),
    "sent": msgid("sent"),
    "refused": msgid("refused"),
    "unknown": msgid("uncertain"),
    "by hand": msgid("by hand"),
    "deleted": msgid("deleted"),
}
"""What became of a reply, in a word (msgids)."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the number and what is to be done with that reply."""
    parser.add_argument(
        "number", nargs="?", type=int, metavar="N", help=_("one reply; without it, all of them")
    )
    parser.add_argument(
        "verdict",
        nargs="?",
        choices=["sent", "unsent", "delete"],
        metavar=_("VERB"),
        help=_("sent or unsent: what you found out of an uncertain one; delete: at its source"),
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help=_("look now for those that are uncertain, and list what is found and what stays so"),
    )
    parser.add_argument(
        "--state",
        choices=list(STATES),
        action="append",
        default=[],
        help=_("only in this state; may be given several times"),
    )
    parser.add_argument("--limit", type=int, default=200, metavar="N", help=_("at most so many"))


def run(arguments: argparse.Namespace) -> int:
    """List, look, settle or delete."""
    known = settings(arguments)
    log.start_log()
    if arguments.number is None:
        if arguments.check:
            return run_to_end(_check(known), 1)
        return run_to_end(_list(known, arguments.state, arguments.limit), 1)
    if arguments.verdict is None:
        return run_to_end(_show(known, arguments.number), 1)
    return run_to_end(_settle(known, arguments.number, arguments.verdict), 1)


async def _list(known: Settings, states: list[str], limit: int) -> int:
    async with reading(known) as store:
        found = await replies(store, states, limit=limit)
    _write(known, found, msgid("No reply was sent from here yet."))
    return DONE


async def _check(known: Settings) -> int:
    async with writing(known) as store, Outbox(store, known.config) as outbox:
        settled = await outbox.reconcile()
        found = [*settled, *await replies(store, ("sending", "unknown"))]
    _write(known, found, msgid("Of every reply it is known what became of it."))
    return DONE


async def _show(known: Settings, number: int) -> int:
    async with reading(known) as store:
        found = await reply(store, number)
    if found is None:
        raise CommandError(
            Sentence("There is no reply number {number} here.", {"number": number}), WRONG_USE
        )
    known.output.record(reply_record(found))
    return DONE


async def _settle(known: Settings, number: int, verdict: str) -> int:
    async with writing(known) as store, Outbox(store, known.config) as outbox:
        outcome: Outcome
        if verdict == "delete":
            outcome = await outbox.delete(number, actor=known.member)
        else:
            outcome = await outbox.settle(number, sent=verdict == "sent", actor=known.member)
    return tell(known, outcome)


def _write(known: Settings, found: list[OutboxRow], empty: str) -> None:
    known.output.rows(found, _columns(), reply_record, empty=empty)


def _columns() -> tuple[Column[OutboxRow], ...]:
    return (
        Column(msgid("No."), lambda row: str(row.id), right=True),
        Column(msgid("State"), lambda row: _(WORDS.get(row.state, row.state))),
        Column(msgid("When"), lambda row: full_moment(row.sent_at or row.created_at)),
        Column(msgid("Who"), lambda row: row.author),
        Column(msgid("To"), lambda row: row.to),
        Column(msgid("Network"), lambda row: row.network),
        Column(msgid("Conv."), lambda row: str(row.conversation), right=True),
        Column(msgid("Text"), _text),
    )


def _text(row: OutboxRow) -> str:
    """Return why it is not there, where it is not; then the words."""
    why = "" if row.detail is None else f"({say(row.detail)}) "
    return f"{why}{row.text}"
