"""``hubbub conv ID reply TEXT``: answer from the command line, asked about once."""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING

from listeners.model import Sentence
from listeners.store.outbox import UNKNOWN
from listeners.text import clean, clean_line
from tui import log
from tui.commands import DONE, FAILED, WRONG_USE
from tui.commands.common import CommandError, Settings, writing
from tui.commands.output import complain
from tui.i18n import _, say
from tui.terminal.ending import run_to_end

if TYPE_CHECKING:
    from listeners.replying import Sending, Way


def add_reply_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the text and what goes with it."""
    parser.add_argument("text", metavar=_("TEXT"), help=_("the reply; - reads it from the input"))
    parser.add_argument(
        "--mention",
        type=int,
        metavar="N",
        help=_("answer this message of it; else the newest that waits"),
    )
    parser.add_argument("--lang", default="", metavar=_("LANGUAGE"), help=_("its language: fr, en"))
    parser.add_argument("--yes", action="store_true", help=_("send without asking once more"))
    parser.add_argument(
        "--anyway", action="store_true", help=_("send although somebody else has answered")
    )


def reply(known: Settings, ids: tuple[int, ...], arguments: argparse.Namespace) -> int:
    """Send one reply.

    Raises:
        CommandError: several conversations were named, or nobody is there to be asked.
    """
    if len(ids) != 1:
        raise CommandError(Sentence("A reply goes to one conversation at a time."), WRONG_USE)
    # What goes wrong on the way belongs into the log, not between two sentences.
    log.start_log()
    piped = arguments.text == "-"
    if not arguments.yes and (piped or not sys.stdin.isatty()):
        raise CommandError(
            Sentence("Nobody is here to be asked. Add --yes to send without being asked."),
            WRONG_USE,
        )
    text = sys.stdin.buffer.read().decode("utf-8", "replace") if piped else arguments.text
    return run_to_end(_reply(known, ids[0], text, arguments), 1)


async def _reply(
    known: Settings, conversation: int, text: str, arguments: argparse.Namespace
) -> int:
    # Late: showing or triaging a conversation needs no network.
    from listeners.replying import Outbox

    async with writing(known) as store, Outbox(store, known.config) as outbox:
        way = await outbox.way(conversation, arguments.mention)
        if not way.api:
            return _by_hand(known, way)
        words = opened(text, way)
        if not arguments.yes and not _agreed(way, words):
            complain(Sentence("Nothing was sent."))
            return FAILED
        confirmed = arguments.anyway
        while True:
            outcome = await outbox.send(
                conversation,
                words,
                actor=known.member,
                # What came in while the question stood is not what was shown.
                mention=way.mention,
                lang=arguments.lang,
                confirmed=confirmed,
            )
            if not outcome.confirm or arguments.yes or not _still(outcome):
                return _tell(known, outcome)
            confirmed = True


def opened(text: str, way: Way) -> str:
    """Return the reply with the @-names the network wants in front, unless they stand in it."""
    there = all(_named(name, text) for name in way.opening.split())
    return text if there else f"{way.opening}{text.lstrip()}"


def _named(name: str, text: str) -> bool:
    """Whether a text says this name, and not a longer one that begins or ends with it."""
    return re.search(rf"(?<![\w@.-]){re.escape(name)}(?!\w|[.@-]\w)", text, re.I) is not None


def _by_hand(known: Settings, way: Way) -> int:
    """Say why it cannot be sent from here, and where it can be answered."""
    why = way.why or Sentence("There is no message left here that could be answered.")
    if known.output.for_people:
        complain(why)
        if way.address.isprintable() and way.address:
            known.output.line(way.address)
    else:
        known.output.record({"sentence": say(why), "sent": False, "address": way.address})
    return FAILED


def _agreed(way: Way, words: str) -> bool:
    from listeners.replying import as_sent
    from listeners.replying.length import count

    whom = "" if way.to is None else clean_line(way.to.author_handle or way.to.author_key)
    lines = [_("To {name} with {source}:").format(name=whom, source=clean_line(way.source)), ""]
    lines += [f"  {line}" for line in as_sent(words).splitlines()]
    if way.limit is not None:
        size = _("{count} of {maximum}").format(
            count=count(as_sent(words), way.limit), maximum=way.limit.maximum
        )
        lines += ["", size]
    return _yes("\n".join(lines), _("Send it? [y/N] "))


def _still(outcome: Sending) -> bool:
    return _yes(say(outcome.sentence), _("Send it all the same? [y/N] "))


def _yes(above: str, question: str) -> bool:
    # The error output: what is written to a file or a program stays one record.
    sys.stderr.write(f"{clean(above)}\n\n{question}")
    sys.stderr.flush()
    answer = sys.stdin.readline().strip().casefold()
    return answer in {"y", "yes", *_("y yes").split()}


def _tell(known: Settings, outcome: Sending) -> int:
    if outcome.done or not known.output.for_people:
        known.output.said(
            outcome.sentence,
            sent=outcome.done > 0,
            outbox=outcome.outbox_id,
            state=outcome.state,
            confirm=outcome.confirm,
            step=outcome.step,
        )
    else:
        complain(outcome.sentence)
        if outcome.confirm:
            complain(Sentence("Add --anyway to send it all the same."))
        if outcome.state == UNKNOWN:
            complain(
                Sentence(
                    "“hubbub outbox --check” looks at once; “hubbub outbox {number} sent” or "
                    "“unsent” says what you found.",
                    {"number": outcome.outbox_id},
                )
            )
    return DONE if outcome.done else FAILED
