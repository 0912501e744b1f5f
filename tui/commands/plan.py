"""``hubbub plan``: what is planned; adding, changing, approving; calendar files in and out."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from listeners.actions.planning import (
    add_planned,
    assign_planned,
    change_planned,
    remove_planned,
    set_state,
)
from listeners.clock import utc_now
from listeners.model import DAY, Micros, Sentence
from listeners.planning.calendar import day_of, day_start, month_weeks, week_days
from listeners.planning.entry import KINDS, STATES, Planned, State
from listeners.store import Store
from listeners.store.planned import by_numbers, late, planned
from tui.commands import DONE, WRONG_USE
from tui.commands.acting import tell
from tui.commands.brands import brand_meant
from tui.commands.common import (
    CommandError,
    Settings,
    numbers,
    reading,
    row_number,
    settings_of_brand,
    span,
    writing,
)
from tui.commands.parser import add_common
from tui.commands.plan_files import export_plan, import_plan
from tui.commands.plan_records import (
    campaign_number,
    given_moment,
    plan_columns,
    plan_record,
)
from tui.i18n import _, msgid, zone
from tui.terminal.ending import run_to_end

_AHEAD = 90
"""Days of the agenda."""
_STATES: dict[str, State] = {"approve": "approved", "schedule": "scheduled", "done": "done"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the stretches, and the verbs; without one the plan is listed."""
    stretch = parser.add_mutually_exclusive_group()
    for name, text in (
        ("week", _("this week, from Monday")),
        ("month", _("this month")),
        ("agenda", _("what is late, and the 90 days to come (as it is without these)")),
    ):
        stretch.add_argument(
            f"--{name}", dest="stretch", action="store_const", const=name, help=text
        )
    parser.add_argument("--brand", default="", metavar=_("NAME"), help=_("only of this brand"))
    parser.add_argument("--mine", action="store_true", help=_("only what is yours"))
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), title=_("verbs"))
    add = verbs.add_parser("add", help=_("plan a post or an action"))
    add.add_argument("title", metavar=_("TITLE"), help=_("in a few words"))
    change = verbs.add_parser("change", help=_("change what is given"))
    change.add_argument("number", type=row_number, metavar="ID", help=_("its number"))
    change.add_argument("--title", metavar=_("TITLE"), help=_("in a few words"))
    for one in (add, change):
        _add_fields(one)
    for verb, text in (
        ("approve", _("approve; where the team has leads, they do")),
        ("schedule", _("it is with the network, or ready to go out")),
        ("done", _("done by hand; a post that is heard is done by itself")),
        ("remove", _("take it out of the plan; undo brings it back")),
    ):
        verbs.add_parser(verb, help=text).add_argument(
            "numbers", type=numbers, metavar="ID", help=_("numbers, with commas")
        )
    assign = verbs.add_parser("assign", help=_("give it to a member"))
    assign.add_argument("numbers", type=numbers, metavar="ID", help=_("numbers, with commas"))
    assign.add_argument("to", metavar=_("NAME"), help=_("a member; an empty name is nobody"))
    taken = verbs.add_parser("import", help=_("take in a calendar file (ICS), as one step"))
    taken.add_argument("file", metavar=_("FILE"), help=_("a file, or - for the standard input"))
    written = verbs.add_parser("export", help=_("write a calendar file (ICS)"))
    written.add_argument("file", metavar=_("FILE"), help=_("a file, or - for the standard output"))
    for one in verbs.choices.values():
        add_common(one)
        one.add_argument(
            "--brand", default=argparse.SUPPRESS, metavar=_("NAME"), help=_("of this brand")
        )


def _add_fields(parser: argparse.ArgumentParser) -> None:
    when = _("fri 14:00, tomorrow 9h, 1/12, 2026-12-01 14:00; a day alone is all of it")
    parser.add_argument("--at", metavar=_("WHEN"), help=when)
    parser.add_argument("--until", metavar=_("WHEN"), help=_("when it ends; none: without an end"))
    parser.add_argument("--kind", choices=KINDS, help=_("a post, or anything else to do"))
    parser.add_argument("--channel", metavar=_("NETWORK"), help=_("where it is posted"))
    parser.add_argument("--text", metavar=_("TEXT"), help=_("the words of a post"))
    parser.add_argument("--state", choices=STATES, help=_("how far it is"))
    parser.add_argument("--owner", metavar=_("NAME"), help=_("who has it"))
    parser.add_argument("--campaign", metavar=_("NAME"), help=_("of which campaign; none: of none"))
    parser.add_argument(
        "--remind", metavar=_("SPAN"), help=_("how long before its time: 15m, 1d; none: not")
    )


def run(arguments: argparse.Namespace) -> int:
    """List the plan, or change it."""
    known = settings_of_brand(arguments)
    match arguments.verb:
        case None:
            return run_to_end(_list(known, arguments), 1)
        case "export":
            target = None if arguments.file == "-" else Path(arguments.file).expanduser()
            return run_to_end(export_plan(known, target, arguments.brand), 1)
        case "import":
            return run_to_end(import_plan(known, arguments.file, arguments.brand), 1)
        case "add":
            return run_to_end(_add(known, arguments), 1)
        case "change":
            return run_to_end(_change(known, arguments), 1)
    return run_to_end(_do(known, arguments), 1)


async def _list(known: Settings, arguments: argparse.Namespace) -> int:
    now = utc_now()
    today = day_of(now, zone())
    first, last = today, today + timedelta(days=_AHEAD)
    if arguments.stretch == "week":
        first, last = week_days(today)[0], week_days(today)[-1]
    elif arguments.stretch == "month":
        days = [day for week in month_weeks(today) for day in week if day.month == today.month]
        first, last = days[0], days[-1]
    brand = arguments.brand
    async with reading(known) as store:
        found = await planned(
            store,
            brand,
            day_start(first, zone()),
            day_start(last + timedelta(days=1), zone()),
            zone=zone(),
        )
        if arguments.stretch in (None, "agenda"):
            listed = {one.id for one in found}
            before = await late(store, brand, now, zone=zone())
            found = [*(one for one in before if one.id not in listed), *found]
    if arguments.mine:
        found = [one for one in found if one.owner == known.member]
    known.output.rows(
        found,
        plan_columns(now, zone()),
        lambda one: plan_record(one, now, zone()),
        empty=msgid("Nothing is planned."),
    )
    return DONE


async def _add(known: Settings, arguments: argparse.Namespace) -> int:
    now = utc_now()
    if arguments.at is None:
        raise CommandError(Sentence("Say when, with --at."), WRONG_USE)
    one = Planned(
        brand=brand_meant(known, arguments.brand),
        title=arguments.title,
        kind="post" if arguments.channel else "action",
    )
    async with writing(known) as store:
        wanted = await _wanted(store, one, arguments, now)
        outcome, number = await add_planned(store, known.config, known.member, wanted, now)
    if outcome.done and not known.output.for_people:
        known.output.record({"id": number, "done": 1, "step": outcome.step})
        return DONE
    return tell(known, outcome)


async def _change(known: Settings, arguments: argparse.Namespace) -> int:
    now = utc_now()
    async with writing(known) as store:
        seen = (await by_numbers(store, [arguments.number])).get(arguments.number)
        if seen is None:
            raise CommandError(
                Sentence("There is no planned entry {number}.", {"number": arguments.number})
            )
        titled = seen if arguments.title is None else replace(seen, title=arguments.title)
        wanted = await _wanted(store, titled, arguments, now)
        outcome = await change_planned(store, known.config, known.member, seen, wanted, now)
    return tell(known, outcome)


async def _wanted(
    store: Store, one: Planned, arguments: argparse.Namespace, now: Micros
) -> Planned:
    """Return an entry with everything that was given."""
    if arguments.at is not None:
        at, all_day = given_moment(arguments.at, one, now)
        length = None if one.end_at is None or all_day != one.all_day else one.end_at - one.at
        end = None if length is None else Micros(at + length)
        one = replace(one, at=at, all_day=all_day, end_at=end)
    if arguments.until == "none":
        one = replace(one, end_at=None)
    elif arguments.until is not None:
        end, all_day = given_moment(arguments.until, one, now)
        if all_day != one.all_day:
            raise CommandError(
                Sentence("Give its end as its beginning: a time, or a day."), WRONG_USE
            )
        one = replace(one, end_at=Micros(end + DAY) if all_day else end)
    if arguments.remind is not None:
        one = replace(one, remind=_seconds(arguments.remind))
    if arguments.campaign is not None:
        one = replace(one, campaign=await campaign_number(store, one.brand, arguments.campaign))
    for name in ("kind", "channel", "text", "state", "owner"):
        value = getattr(arguments, name)
        if value is not None:
            one = replace(one, **{name: value})
    return one


def _seconds(text: str) -> int | None:
    if text == "none":
        return None
    try:
        return span(text) // 1_000_000
    except argparse.ArgumentTypeError as error:
        raise CommandError(
            Sentence("“{text}” is no length of time; write 15m, 2h or 1d.", {"text": text}),
            WRONG_USE,
        ) from error


async def _do(known: Settings, arguments: argparse.Namespace) -> int:
    now = utc_now()
    chosen = arguments.numbers
    async with writing(known) as store:
        if arguments.verb == "remove":
            outcome = await remove_planned(store, known.config, known.member, chosen, now)
        elif arguments.verb == "assign":
            outcome = await assign_planned(
                store, known.config, known.member, chosen, arguments.to, now
            )
        else:
            state = _STATES[arguments.verb]
            outcome = await set_state(store, known.config, known.member, chosen, state, now)
    return tell(known, outcome)
