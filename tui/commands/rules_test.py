"""``hubbub rules test``: edited rules on the stored stream, before anything is saved."""

from __future__ import annotations

import argparse
import sys
from operator import itemgetter
from pathlib import Path

from listeners.clock import utc_now
from listeners.config import Config, load_config
from listeners.config.editing import EDITABLE, edited
from listeners.config.extending import ExtensionError
from listeners.model import Sentence
from listeners.query import QuerySyntaxError
from listeners.replay.rehearsal import Rehearsal, rehearse
from listeners.store import Store, reads
from tui.commands import DONE, WRONG_USE
from tui.commands.common import CommandError, Settings, past, reading
from tui.commands.output import Column, table
from tui.commands.records import mention_record
from tui.i18n import _, full_moment, percent
from tui.rehearsal_words import (
    HEADINGS,
    alert_differences,
    caution,
    differences,
    rows,
    side_record,
)

_SHOWN = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is changed, and how far back it is tried."""
    parser.add_argument(
        "--since", type=past, default="28d", metavar=_("WHEN"), help=_("how far back to look")
    )
    parser.add_argument("--brand", default="", metavar=_("NAME"), help=_("only of this brand"))
    changed = parser.add_mutually_exclusive_group()
    changed.add_argument(
        "--edit",
        action="append",
        default=[],
        metavar=_("KEY=VALUE"),
        help=_("a setting of the brand to try: {keys}").format(keys=", ".join(EDITABLE)),
    )
    changed.add_argument(
        "--with", dest="other", metavar=_("FILE"), help=_("a whole configuration to try")
    )


async def test(known: Settings, arguments: argparse.Namespace) -> int:
    """Replay what is stored under the edited rules and say what would differ."""
    changed = _edited(known, arguments)
    async with reading(known) as store:
        found = await _tried(known, store, changed, arguments)
        ids = [id_ for _said, sample in differences(found) for id_ in sample]
        stored = await reads.mentions(store, ids)
    if known.output.for_people:
        line = known.output.line
        columns = [
            Column(title, itemgetter(place), right=place > 0)
            for place, title in enumerate(HEADINGS)
        ]
        line("\n".join(table(rows(found), columns)))
        for said, sample in differences(found):
            line(said)
            for id_ in sample[:_SHOWN]:
                if id_ in stored:
                    row = stored[id_]
                    who = row.author or row.author_name
                    text = " ".join(row.text.split())
                    line(f"  {full_moment(row.sort_at)}  {who}: {text}"[:160])
        for said in alert_differences(found):
            line(said)
        line(caution(found))
        return DONE
    known.output.record(
        {
            "looked": found.looked,
            "did": side_record(found.did),
            "now": side_record(found.now),
            "edited": side_record(found.edited),
            "differences": dict(found.counts),
            "sample": [mention_record(stored[id_]) for id_ in dict.fromkeys(ids) if id_ in stored],
            "alerts": alert_differences(found),
        }
    )
    return DONE


def _edited(known: Settings, arguments: argparse.Namespace) -> Config:
    if arguments.other:
        return load_config(Path(arguments.other).expanduser())
    if not arguments.edit:
        raise CommandError(
            Sentence("Say what to try: --edit KEY=VALUE, or --with a configuration."), WRONG_USE
        )
    try:
        return edited(known.config, arguments.brand, arguments.edit)
    except ExtensionError as error:
        raise CommandError(error.sentence, WRONG_USE) from error


async def _tried(
    known: Settings, store: Store, changed: Config, arguments: argparse.Namespace
) -> Rehearsal:
    found = Rehearsal()
    shows = known.output.for_people and sys.stderr.isatty()
    try:
        async for step in rehearse(
            store, known.config, changed, arguments.since, utc_now(), arguments.brand
        ):
            found = step
            if shows:
                sys.stderr.write(f"\r{percent(found.share)} ")
    except QuerySyntaxError as error:
        raise CommandError(error.sentence, WRONG_USE) from error
    finally:
        if shows:
            sys.stderr.write("\r")
    return found
