"""``hubbub alert ID …``: show or triage alerts."""

from __future__ import annotations

import argparse

from listeners.actions import DISMISS_REASONS, merge_alerts, mute_noise, split_alert
from listeners.clock import utc_now
from listeners.model import Sentence
from listeners.rows import AlertRow, MentionRow, Note
from listeners.store import reads
from tui.commands import DONE
from tui.commands.acting import act, tell
from tui.commands.common import (
    CommandError,
    Settings,
    future,
    numbers,
    reading,
    settings,
    writing,
)
from tui.commands.mentions import mood
from tui.commands.parser import add_common
from tui.commands.records import alert_record, mention_record, note_record
from tui.i18n import _, full_moment, say
from tui.terminal.ending import run_to_end
from tui.words import word


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the ids and the verbs."""
    parser.add_argument(
        "ids", type=numbers, metavar="ID", help=_("its number; several with commas between")
    )
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), title=_("verbs"), required=True)
    verbs.add_parser("show", help=_("show it, with its explanation, evidence and notes"))
    verbs.add_parser("ack", help=_("you own it; reminders stop"))
    verbs.add_parser("release", help=_("give it back to nobody"))
    snooze = verbs.add_parser("snooze", help=_("silence it until a time, or until it grows worse"))
    snooze.add_argument(
        "--until",
        type=future,
        metavar=_("WHEN"),
        help=_("2h, 3d, or a date; without it, until it grows worse"),
    )
    escalate = verbs.add_parser("escalate", help=_("raise its severity by one step"))
    escalate.add_argument("--to", default="", metavar=_("WHO"), help=_("and give it to somebody"))
    verbs.add_parser("resolve", help=_("close it; refused while its cause still holds"))
    dismiss = verbs.add_parser("dismiss", help=_("it was a false alarm"))
    dismiss.add_argument(
        "--reason",
        default="other",
        metavar=_("REASON"),
        help=_("why: {reasons}, or in your words").format(reasons=", ".join(DISMISS_REASONS)),
    )
    verbs.add_parser("reopen", help=_("put it back to work"))
    assign = verbs.add_parser("assign", help=_("give it to somebody"))
    assign.add_argument("to", metavar=_("WHO"))
    note = verbs.add_parser("note", help=_("write a note for the team"))
    note.add_argument("text", metavar=_("TEXT"))

    merge = verbs.add_parser("merge", help=_("make one alert of it and others"))
    merge.add_argument("others", type=numbers, metavar="ID", help=_("what goes into it"))
    split = verbs.add_parser("split", help=_("take out what was merged into it; it fires again"))
    split.add_argument(
        "others",
        type=numbers,
        nargs="?",
        default=(),
        metavar="ID",
        help=_("what comes out of it; without it, all that was merged in"),
    )
    noise = verbs.add_parser("noise", help=_("mute a word for its rule alone"))
    noise.add_argument("word", metavar=_("WORD"), help=_("the word that raises false alarms"))

    for one in verbs.choices.values():
        add_common(one)


def run(arguments: argparse.Namespace) -> int:
    """Show or triage."""
    known = settings(arguments)
    if arguments.verb == "show":
        return run_to_end(_show(known, arguments.ids), 1)
    if arguments.verb in ("merge", "split", "noise"):
        return run_to_end(_join(known, arguments), 1)
    to = getattr(arguments, "to", "")
    return run_to_end(
        act(
            known,
            "alert",
            arguments.verb,
            arguments.ids,
            until=getattr(arguments, "until", None),
            to=known.member if to == "me" else to,
            text=getattr(arguments, "text", ""),
            reason=getattr(arguments, "reason", ""),
        ),
        1,
    )


async def _join(known: Settings, arguments: argparse.Namespace) -> int:
    if len(arguments.ids) != 1:
        raise CommandError(Sentence("Name one alert, then what goes into it or comes out."), 2)
    (kept,), config, now = arguments.ids, known.config, utc_now()
    async with writing(known) as store:
        if arguments.verb == "merge":
            outcome = await merge_alerts(
                store, known.member, (kept, *arguments.others), now, kept=kept, config=config
            )
        elif arguments.verb == "split":
            outcome = await split_alert(
                store, known.member, kept, now, only=arguments.others, config=config
            )
        else:
            outcome = await mute_noise(
                store, config, known.member, kept, "rule word", arguments.word, now
            )
    return tell(known, outcome)


async def _show(known: Settings, ids: tuple[int, ...]) -> int:
    records = []
    async with reading(known) as store:
        rows = await reads.alerts(store, ids)
        for one in ids:
            if one not in rows:
                raise CommandError(Sentence("There is no alert number {number}.", {"number": one}))
            found = await reads.mentions(store, rows[one].evidence)
            evidence = sorted(found.values(), key=lambda mention: mention.sort_at)
            notes = await reads.notes(store, "alert", one)
            if known.output.for_people:
                _tell(known, rows[one], evidence, notes)
            records.append(
                {
                    **alert_record(rows[one]),
                    "mentions": [mention_record(mention) for mention in evidence],
                    "our_notes": [note_record(note) for note in notes],
                }
            )
    if not known.output.for_people:
        if len(records) == 1:
            known.output.record(records[0])
        else:
            known.output.records(records)
    return DONE


def _tell(known: Settings, row: AlertRow, evidence: list[MentionRow], notes: list[Note]) -> None:
    line = known.output.line
    head = (f"#{row.id}", word(row.severity), word(row.alert_class), word(row.state), row.owner)
    line(" · ".join(part for part in head if part))
    line(f"  {say(row.title)}")
    for sentence in row.explanation:
        line(f"  {say(sentence)}")
    if row.dismissed_reason:
        line("  " + _("dismissed: {reason}").format(reason=row.dismissed_reason))
    for mention in evidence:
        line("")
        line(f"{full_moment(mention.sort_at)}  {mention.author}  ({mood(mention)})")
        for part in mention.text.splitlines():
            line(f"  {part}")
    for note in notes:
        line("")
        line(_("note of {author}, {when}").format(author=note.author, when=full_moment(note.at)))
        for part in note.text.splitlines():
            line(f"  {part}")
