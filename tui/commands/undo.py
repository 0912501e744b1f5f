"""``hubbub undo``: take back the last action, as far back as one likes."""

from __future__ import annotations

import argparse

from listeners.actions import Undoable, undo, undo_list
from listeners.clock import utc_now
from tui.commands import DONE
from tui.commands.acting import tell
from tui.commands.common import Settings, reading, settings, writing
from tui.commands.output import Column
from tui.commands.records import event_record
from tui.i18n import _, full_moment, msgid, say
from tui.terminal.ending import run_to_end


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the list."""
    parser.add_argument(
        "--list",
        dest="listed",
        action="store_true",
        help=_("only show what would be taken back, the next one first"),
    )
    parser.add_argument(
        "--step",
        type=int,
        default=0,
        metavar="N",
        help=_("take back this step of the log, whatever was done since"),
    )
    parser.add_argument(
        "--of",
        default="",
        metavar=_("WHO"),
        help=_("whose step it is, where it is not yours; hubbub: what happened by itself"),
    )
    parser.add_argument(
        "--past-replies",
        action="store_true",
        help=_("leave replies that were sent as they are, and take back what was done before"),
    )
    parser.add_argument("--limit", type=int, default=20, metavar="N", help=_("at most so many"))


def run(arguments: argparse.Namespace) -> int:
    """Take back, or list."""
    known = settings(arguments)
    if arguments.listed:
        return run_to_end(_list(known, arguments.limit), 1)
    return run_to_end(_undo(known, arguments), 1)


async def _undo(known: Settings, arguments: argparse.Namespace) -> int:
    async with writing(known) as store:
        outcome = await undo(
            store,
            known.member,
            utc_now(),
            step=arguments.step,
            of=arguments.of,
            past_replies=arguments.past_replies,
        )
    code = tell(known, outcome)
    if outcome.offer and known.output.for_people:
        known.output.line(
            _(
                "hubbub outbox {number} delete deletes it; hubbub undo --past-replies takes back "
                "what was done before."
            ).format(number=outcome.offer)
        )
    return code


async def _list(known: Settings, limit: int) -> int:
    async with reading(known) as store:
        steps = await undo_list(store, known.member, limit)
    known.output.rows(steps, _columns(), _record, empty=msgid("There is nothing to undo."))
    return DONE


def _columns() -> tuple[Column[Undoable], ...]:
    return (
        Column(msgid("When"), lambda step: full_moment(step.events[0].at)),
        Column(msgid("What"), lambda step: say(step.sentence)),
    )


def _record(step: Undoable) -> dict[str, object]:
    return {
        "step": step.step,
        "sentence": say(step.sentence),
        "events": [event_record(event) for event in step.events],
    }
