"""``hubbub convs``: conversations, the one to answer first on top."""

from __future__ import annotations

import argparse

from listeners.clock import utc_now
from listeners.model import ConversationState
from listeners.rows import ConversationRow
from listeners.store import reads
from listeners.store.filters import QueueFilter
from tui.commands import DONE
from tui.commands.common import Settings, past, reading, searched, settings, words
from tui.commands.output import Column
from tui.commands.records import conversation_record
from tui.commands.team import known_member
from tui.i18n import _, age, msgid, say, until
from tui.terminal.ending import run_to_end
from tui.words import word


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the filters."""
    states = [state.value for state in ConversationState]
    parser.add_argument(
        "-s",
        "--state",
        choices=[*states, "all"],
        action="append",
        default=[],
        help=_("only in this state, open by default; may be given several times"),
    )
    parser.add_argument(
        "--assignee",
        default="",
        metavar=_("WHO"),
        help=_("only of this member: a name, me, nobody"),
    )
    parser.add_argument("--brand", default="", metavar=_("NAME"), help=_("only of this brand"))
    parser.add_argument(
        "--network", type=words, default=(), metavar=_("NAMES"), help=_("only from these networks")
    )
    parser.add_argument("--tag", type=words, default=(), help=_("only with these tags"))
    parser.add_argument(
        "--since", type=past, metavar=_("WHEN"), help=_("only what was opened since then")
    )
    parser.add_argument(
        "--until", type=past, metavar=_("WHEN"), help=_("only what was opened before then")
    )
    parser.add_argument(
        "--asked", action="store_true", help=_("only where somebody asked for an answer")
    )
    parser.add_argument("--query", default="", metavar="Q", help=_("only what this query finds"))
    parser.add_argument("--limit", type=int, default=0, metavar="N", help=_("at most so many"))


def run(arguments: argparse.Namespace) -> int:
    """List conversations."""
    return run_to_end(_list(arguments, settings(arguments)))


async def _list(arguments: argparse.Namespace, known: Settings) -> int:
    states = arguments.state or ["open"]
    if "all" in states:
        states = [state.value for state in ConversationState]
    who = arguments.assignee
    if who not in ("", "nobody"):
        who = known_member(known, who)
    wanted = QueueFilter(
        brand=arguments.brand,
        states=tuple(states),
        networks=arguments.network,
        assignee="" if who == "nobody" else who,
        unassigned=who == "nobody",
        tags=arguments.tag,
        query=searched(arguments.query),
        opened_since=arguments.since,
        opened_until=arguments.until,
        asked=arguments.asked,
    )
    async with reading(known) as store:
        ids = await reads.queue_ids(store, wanted)
        chosen = list(ids[: arguments.limit] if arguments.limit else ids)
        rows = await reads.conversations(store, chosen)
    known.output.rows(
        [rows[one] for one in chosen if one in rows],
        columns(),
        conversation_record,
        empty=msgid("No conversation here: nobody waits for you."),
    )
    return DONE


def columns() -> tuple[Column[ConversationRow], ...]:
    """Return the table of conversations."""
    return (
        Column(msgid("ID"), lambda row: str(row.id), right=True),
        Column(msgid("State"), lambda row: word(row.state)),
        Column(msgid("Waits"), _waits, right=True),
        Column(msgid("Due"), _due),
        Column(msgid("Network"), lambda row: row.network),
        Column(msgid("Author"), lambda row: row.author or row.author_name),
        Column(msgid("Whose"), lambda row: row.assignee),
        Column(msgid("Why"), lambda row: " · ".join(say(reason) for reason in row.reasons)),
        Column(msgid("Text"), lambda row: row.excerpt or row.title),
    )


def _waits(row: ConversationRow) -> str:
    return age(utc_now() - row.waiting_since) if row.waiting_since is not None else ""


def _due(row: ConversationRow) -> str:
    if row.due_at is None:
        return ""
    now = utc_now()
    if row.due_at < now:
        return _("{span} late").format(span=age(now - row.due_at))
    return until(row.due_at, now)
