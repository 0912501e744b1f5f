"""``hubbub report``: a week, a month or a campaign, as Markdown or as one HTML page."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from listeners.clock import utc_now
from listeners.model import Micros, Sentence
from listeners.reports.period import Report, report
from listeners.reports.stretches import Stretch, StretchError, campaign_days, month, week
from listeners.store import Store
from listeners.store.campaigns import campaign_named
from tui.commands import DONE, WRONG_USE
from tui.commands.brands import brand_meant
from tui.commands.common import CommandError, Settings, reading, settings
from tui.commands.export import whole_file
from tui.commands.output import Record
from tui.commands.plan_records import plan_record
from tui.commands.records import when
from tui.commands.report_records import missed_record, moved_record, report_record, spoke_record
from tui.formats import zone
from tui.i18n import _, use_language
from tui.language import LANGUAGES
from tui.reporting.writing import form_of, written
from tui.terminal.ending import run_to_end

FORMS = ("md", "html")


Rows = Callable[[Report], Sequence[Record]]
PARTS: dict[str, Rows] = {
    "people": lambda one: [spoke_record(row) for row in one.spoke],
    "new-people": lambda one: [spoke_record(row) for row in one.new_people],
    "moves": lambda one: [moved_record(row) for row in one.moves],
    "planned": lambda one: [plan_record(row, one.made_at, zone()) for row in one.planned],
    "done": lambda one: [plan_record(row, one.made_at, zone()) for row in one.done],
    "late": lambda one: [plan_record(row, one.made_at, zone()) for row in one.late],
    "gaps": lambda one: [missed_record(row) for row in one.missed],
}
"""Rows a report counts that no other command lists."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the stretch, the brand, the language, the form and the file."""
    stretch = parser.add_mutually_exclusive_group()
    stretch.add_argument(
        "--week",
        nargs="?",
        const="",
        default=None,
        metavar="2026-W47",
        help=_("a week; without a name the last whole one, as without any of these"),
    )
    stretch.add_argument(
        "--month",
        nargs="?",
        const="",
        default=None,
        metavar="2026-11",
        help=_("a month; without a name the last whole one"),
    )
    stretch.add_argument(
        "--campaign", default="", metavar=_("CAMPAIGN"), help=_("the days of a campaign")
    )
    parser.add_argument("--brand", default="", metavar=_("NAME"), help=_("of this brand"))
    parser.add_argument("--lang", choices=LANGUAGES, default="", help=_("in this language"))
    parser.add_argument(
        "--format",
        choices=FORMS,
        default="",
        help=_("Markdown or one HTML page; by the name of the file, else Markdown"),
    )
    parser.add_argument(
        "--out",
        metavar=_("FILE"),
        default="-",
        help=_("the file to write, private to you; - for the output, as by default"),
    )
    parser.add_argument(
        "--rows", choices=tuple(PARTS), default="", help=_("only the rows behind a figure")
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the report."""
    target = None if arguments.out == "-" else Path(arguments.out).expanduser()
    return run_to_end(_write(arguments, target, settings(arguments)), 1)


async def _write(arguments: argparse.Namespace, target: Path | None, known: Settings) -> int:
    if arguments.lang:
        use_language(arguments.lang)
    brand, now = brand_meant(known, arguments.brand), utc_now()
    async with reading(known) as store:
        stretch = await _stretch(arguments, store, brand, now)
        found = await report(store, known.config, brand, stretch, now, zone=zone())
    if arguments.rows:
        known.output.records(PARTS[arguments.rows](found))
        return DONE
    if target is None and not known.output.for_people:
        known.output.record(report_record(found))
        return DONE
    form = arguments.format or form_of(target)
    text = written(found, form)
    if target is None:
        known.output.line(text.rstrip("\n"))
        return DONE
    with whole_file(target) as file:
        file.write(text)
    known.output.said(
        Sentence("The report is written to {path}.", {"path": str(target)}),
        path=str(target),
        format=form,
        since=when(found.stretch.since),
        until=when(found.until),
    )
    return DONE


async def _stretch(arguments: argparse.Namespace, store: Store, brand: str, now: Micros) -> Stretch:
    try:
        if arguments.campaign:
            found = await campaign_named(store, brand, arguments.campaign)
            if found is None:
                said = Sentence("There is no campaign “{name}”.", {"name": arguments.campaign})
                raise CommandError(said, WRONG_USE)
            return campaign_days(found, now, zone())
        if arguments.month is not None:
            return month(arguments.month, now, zone())
        return week(arguments.week or "", now, zone())
    except StretchError as error:
        raise CommandError(error.sentence, WRONG_USE) from error
