"""``hubbub conv ID …``: show or triage conversations."""

from __future__ import annotations

import argparse

from listeners.clock import utc_now
from listeners.model import Sentence
from listeners.rows import ConversationRow, MentionRow, Note
from listeners.store import reads
from listeners.store.outbox import OutboxRow
from tui.commands import DONE, WRONG_USE
from tui.commands.acting import act
from tui.commands.answering import add_reply_arguments, reply
from tui.commands.common import CommandError, Settings, future, numbers, reading, settings, words
from tui.commands.joining import JOINING, add_join_arguments, join
from tui.commands.mentions import mood
from tui.commands.outbox import WORDS
from tui.commands.parser import add_common
from tui.commands.records import not_heard, whole_record
from tui.i18n import _, full_moment, say, until
from tui.terminal.ending import run_to_end
from tui.words import word


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the ids and the verbs."""
    parser.add_argument(
        "ids", type=numbers, metavar="ID", help=_("its number; several with commas between")
    )
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), title=_("verbs"), required=True)
    verbs.add_parser("show", help=_("show it, with its messages and notes"))
    for verb, text in _plain_verbs():
        verbs.add_parser(verb, help=text)
    snooze = verbs.add_parser("snooze", help=_("put it away until a time, or until they write"))
    snooze.add_argument(
        "--until",
        type=future,
        metavar=_("WHEN"),
        help=_("2h, 3d, or a date; without it, until they write again"),
    )
    assign = verbs.add_parser("assign", help=_("give it to somebody"))
    assign.add_argument("who", metavar=_("WHO"))
    note = verbs.add_parser("note", help=_("write a note for the team"))
    note.add_argument("text", metavar=_("TEXT"))
    for name, text in (("tag", _("put tags on it")), ("untag", _("take tags off it"))):
        tag = verbs.add_parser(name, help=text)
        tag.add_argument("tags", type=words, metavar=_("TAGS"))
    priority = verbs.add_parser("priority", help=_("set its rank by hand, or give it back"))
    priority.add_argument(
        "rank", choices=["1", "2", "3", "4", "5", "auto"], help=_("1 comes first")
    )

    add_join_arguments(
        verbs.add_parser("merge", help=_("make one conversation of it and others")),
        verbs.add_parser("split", help=_("take out of it what was merged in")),
    )
    add_reply_arguments(verbs.add_parser("reply", help=_("answer them from here")))

    for one in verbs.choices.values():
        add_common(one)


def _plain_verbs() -> tuple[tuple[str, str], ...]:
    return (
        ("answered", _("it was answered elsewhere; it then waits on them")),
        ("resolve", _("close it for good")),
        ("ignore", _("it needs no answer")),
        ("take", _("make it yours")),
        ("release", _("give it back to nobody")),
        ("reopen", _("put it back to work")),
        ("escalate", _("raise it as a risk")),
        ("promote", _("put it into the queue")),
    )


def run(arguments: argparse.Namespace) -> int:
    """Show or triage."""
    known = settings(arguments)
    if arguments.verb == "show":
        return run_to_end(_show(known, arguments.ids), 1)
    if arguments.verb == "reply":
        return reply(known, arguments.ids, arguments)
    if arguments.verb in JOINING:
        return run_to_end(join(known, arguments.verb, arguments.ids, arguments.others), 1)
    rank = getattr(arguments, "rank", "auto")
    return run_to_end(
        act(
            known,
            "conversation",
            arguments.verb,
            arguments.ids,
            until=getattr(arguments, "until", None),
            to=_member(known, getattr(arguments, "who", "")),
            text=getattr(arguments, "text", ""),
            tags=getattr(arguments, "tags", ()),
            priority=None if rank == "auto" else int(rank),
        ),
        1,
    )


def _member(known: Settings, who: str) -> str:
    if who == "me":
        return known.member
    members = known.config.members
    if who and members and who not in (*members, known.member):
        raise CommandError(
            Sentence(
                "There is nobody called {who} in the team: {members}.",
                {"who": who, "members": ", ".join(members)},
            ),
            WRONG_USE,
        )
    return who


async def _show(known: Settings, ids: tuple[int, ...]) -> int:
    records = []
    async with reading(known) as store:
        rows = await reads.conversations(store, ids)
        for one in ids:
            if one not in rows:
                raise CommandError(
                    Sentence("There is no conversation number {number}.", {"number": one})
                )
            messages = await reads.thread(store, one)
            notes = await reads.notes(store, "conversation", one)
            replies = await not_heard(store, one, messages)
            if known.output.for_people:
                _tell(known, rows[one], messages, notes)
                _tell_replies(known, replies)
            records.append(whole_record(rows[one], messages, notes, replies))
    if not known.output.for_people:
        if len(records) == 1:
            known.output.record(records[0])
        else:
            known.output.records(records)
    return DONE


def _tell_replies(known: Settings, replies: list[OutboxRow]) -> None:
    for row in replies:
        state = _(WORDS.get(row.state, row.state))
        known.output.line("")
        known.output.line(
            _("reply {number} of {author}, {when} ({state})").format(
                number=row.id,
                author=row.author,
                when=full_moment(row.sent_at or row.created_at),
                state=state,
            )
        )
        for part in row.text.splitlines():
            known.output.line(f"  {part}")


def _tell(
    known: Settings, row: ConversationRow, messages: list[MentionRow], notes: list[Note]
) -> None:
    line = known.output.line
    now = utc_now()
    head = [f"#{row.id}", row.network, word(row.state), row.assignee, " ".join(row.tags)]
    if row.due_at is not None:
        head.append(until(row.due_at, now) if row.due_at >= now else _("overdue"))
    line(" · ".join(part for part in head if part))
    for reason in row.reasons:
        line(f"  {say(reason)}")
    if row.url:
        line(f"  {row.url}" if row.url.isprintable() else "")
    for message in messages:
        who = message.author or message.author_name
        line("")
        whence = ""
        if message.conversation_id not in (None, row.id):
            whence = "  · " + _("from number {number}, {network}").format(
                number=message.conversation_id, network=message.network
            )
        how = f"({word(message.part)}, {mood(message)})"
        line(f"{full_moment(message.sort_at)}  {who}  {how}{whence}")
        text = _("deleted at the source") if message.deleted_at else message.text
        for part in text.splitlines():
            line(f"  {part}")
    for note in notes:
        line("")
        line(_("note of {author}, {when}").format(author=note.author, when=full_moment(note.at)))
        for part in note.text.splitlines():
            line(f"  {part}")
