"""``hubbub stages``: the funnel, who is stuck, how somebody came where they are, and by hand."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import cast

from listeners.actions.stages import return_to_rules, set_stage
from listeners.clock import to_datetime, to_iso, utc_now
from listeners.model import Micros, Sentence
from listeners.planning.calendar import week_of
from listeners.stages.facts import STAGES, Stage
from listeners.stages.next_steps import NextStep
from listeners.staging import steps_due
from listeners.store import Store
from listeners.store.campaigns import campaigns
from listeners.store.stage_people import Stuck, persons_called
from listeners.store.stages import (
    Flow,
    Funnel,
    MoveRow,
    funnel,
    incomplete,
    moves_of,
    stuck,
)
from listeners.text import fold
from tui.commands import DONE, WRONG_USE
from tui.commands.acting import tell
from tui.commands.brands import brand_meant
from tui.commands.common import CommandError, Settings, reading, settings, writing
from tui.commands.output import Column, Record, complain
from tui.commands.parser import add_common
from tui.commands.records import when
from tui.i18n import _, full_moment, msgid, number, say, share_words, zone
from tui.stage_words import GLYPHS, move_words, stage_word, week_day
from tui.terminal.ending import run_to_end

RULES = "rules"
"""What gives a stage back to the rules, in place of a stage."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the funnel's choices, and the verbs."""
    _brand(parser, default="")
    parser.add_argument(
        "--campaign", default="", metavar=_("CAMPAIGN"), help=_("only people whom it reached")
    )
    parser.add_argument(
        "--weeks", type=_weeks, default=8, metavar="N", help=_("how many weeks of moves")
    )
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), title=_("verbs"))
    waiting = verbs.add_parser("stuck", help=_("who is worth a next step, which one and why"))
    waiting.add_argument(
        "--campaign",
        default=argparse.SUPPRESS,
        metavar=_("CAMPAIGN"),
        help=_("only people whom it reached"),
    )
    show = verbs.add_parser("show", help=_("how somebody came where they are"))
    change = verbs.add_parser("set", help=_("set a stage by hand; “rules” gives it back"))
    for one in (show, change):
        one.add_argument("person", metavar=_("PERSON"), help=_("a number, a handle or a name"))
    change.add_argument("stage", choices=(*STAGES, RULES), metavar=_("STAGE"),
                        help=", ".join((*STAGES, RULES)))  # fmt: skip
    for one in (waiting, show, change):
        _brand(one, default=argparse.SUPPRESS)
        add_common(one)


def _brand(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument("--brand", default=default, metavar=_("NAME"), help=_("only of this brand"))


def _weeks(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 520:
        raise argparse.ArgumentTypeError(_("a number of weeks, 1 to 520"))
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Show the funnel, or do what the verb says."""
    known = settings(arguments)
    if arguments.brand and known.config.brand(arguments.brand) is None:
        raise CommandError(
            Sentence("There is no brand {brand}.", {"brand": arguments.brand}), WRONG_USE
        )
    work = {None: _show, "stuck": _stuck, "show": _moves, "set": _set}[arguments.verb]
    return run_to_end(work(known, arguments), 1)


# --- the funnel -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    stage: Stage
    funnel: Funnel
    weeks: tuple[Micros, ...]


async def _show(known: Settings, arguments: argparse.Namespace) -> int:
    now = utc_now()
    weeks = tuple(week_of(now, zone(), -back) for back in range(arguments.weeks - 1, -1, -1))
    async with reading(known) as store:
        campaign = await _campaign(store, arguments)
        found = await funnel(
            store, arguments.brand, weeks[0], Micros(now + 1), campaign=campaign, zone=zone()
        )
        growing = await incomplete(store)
    known.output.rows([_Row(stage, found, weeks) for stage in STAGES], _columns(weeks), _record)
    if growing and known.output.for_people:
        complain(Sentence("The histories of people are still being read: the figures grow."))
    return DONE


async def _campaign(store: Store, arguments: argparse.Namespace) -> int | None:
    name = arguments.campaign
    if not name:
        return None
    known = await campaigns(store, arguments.brand)
    found = [one.id for one in known if name.removeprefix("#") == str(one.id)]
    found = found or [one.id for one in known if fold(one.name) == fold(name)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise CommandError(
            Sentence("There is no campaign called {name}.", {"name": name}), WRONG_USE
        )
    raise CommandError(
        Sentence("Several campaigns are called {name}; say its number.", {"name": name}), WRONG_USE
    )


def _columns(weeks: tuple[Micros, ...]) -> tuple[Column[_Row], ...]:
    def came(week: Micros) -> Column[_Row]:
        return Column(
            week_day(week), lambda row: number(row.funnel.entered(row.stage, week)), right=True
        )

    return (
        Column(msgid("Stage"), lambda row: f"{GLYPHS[row.stage]} {stage_word(row.stage)}"),
        Column(msgid("People now"), lambda row: number(row.funnel.now[row.stage]), right=True),
        Column(msgid("Came further"), lambda row: share_words(row.funnel.share(row.stage)),
               right=True),
        *(came(week) for week in weeks),
    )  # fmt: skip


def _record(row: _Row) -> Record:
    return {
        "stage": row.stage,
        "people": row.funnel.now[row.stage],
        "came_further": row.funnel.share(row.stage),
        "weeks": [
            {
                "week": to_datetime(week).astimezone(zone()).date().isoformat(),
                "came": row.funnel.entered(row.stage, week),
                "from": {flow.was or "new": flow.n for flow in _flows(row, week)},
            }
            for week in row.weeks
        ],
    }


def _flows(row: _Row, week: Micros) -> list[Flow]:
    return [
        flow for flow in row.funnel.flows if flow.week_start == week and flow.stage == row.stage
    ]


# --- people -----------------------------------------------------------------------------------


_Waiting = tuple[Stuck, NextStep]


async def _stuck(known: Settings, arguments: argparse.Namespace) -> int:
    now = utc_now()
    async with reading(known) as store:
        campaign = await _campaign(store, arguments)
        rows = await stuck(store, arguments.brand, now, campaign=campaign)
    found = steps_due(rows, known.config, now)
    known.output.rows(
        found, _stuck_columns(), _stuck_record, empty=msgid("Nobody waits for a next step.")
    )
    return DONE


def _stuck_columns() -> tuple[Column[_Waiting], ...]:
    return (
        Column(msgid("ID"), lambda one: str(one[0].person_id), right=True),
        Column(msgid("Name"), lambda one: one[0].name),
        Column(msgid("Network"), lambda one: one[0].network),
        Column(msgid("Stage"), lambda one: stage_word(one[0].situation.stage)),
        Column(msgid("Next step"), lambda one: say(one[1].step)),
        Column(msgid("Why"), lambda one: say(one[1].reason)),
    )


def _stuck_record(one: _Waiting) -> Record:
    row, situation = one[0], one[0].situation
    return {
        "person": row.person_id,
        "name": row.name,
        "handle": row.handle,
        "network": row.network,
        "role": row.role,
        "brand": row.brand,
        "stage": situation.stage,
        "since": to_iso(situation.since),
        "last_at": to_iso(row.last_at),
        "mentions": row.mentions,
        "positives": situation.positives,
        "negatives": situation.negatives,
        "reach": situation.reach,
        "by_hand": row.by_hand,
        "kind": one[1].kind,
        "reason": say(one[1].reason),
        "step": say(one[1].step),
    }


async def _moves(known: Settings, arguments: argparse.Namespace) -> int:
    async with reading(known) as store:
        person, _name = await _person(store, arguments.person)
        rows = await moves_of(store, person, arguments.brand)
    known.output.rows(rows, _move_columns(), _move_record, empty=msgid("They have no stage yet."))
    return DONE


def _move_columns() -> tuple[Column[MoveRow], ...]:
    return (
        Column(msgid("When"), lambda row: full_moment(row.at)),
        Column(msgid("Brand"), lambda row: row.brand),
        Column(msgid("Stage"), lambda row: move_words(row.was, row.stage)),
        Column(msgid("Why"), lambda row: say(row.reason)),
        Column(msgid("Mention"), lambda row: str(row.mention_id or ""), right=True),
    )


def _move_record(row: MoveRow) -> Record:
    return {
        "at": when(row.at),
        "brand": row.brand,
        "stage": row.stage,
        "was": row.was,
        "reason": say(row.reason),
        "mention": row.mention_id,
        "author": row.author,
    }


async def _set(known: Settings, arguments: argparse.Namespace) -> int:
    brand, now = brand_meant(known, arguments.brand), utc_now()
    async with writing(known) as store:
        person, _name = await _person(store, arguments.person)
        if arguments.stage == RULES:
            outcome = await return_to_rules(store, known.config, known.member, [person], brand, now)
        else:
            outcome = await set_stage(
                store, known.config, known.member, [person], brand, cast(Stage, arguments.stage),
                now,
            )  # fmt: skip
    return tell(known, outcome)


async def _person(store: Store, text: str) -> tuple[int, str]:
    found = await persons_called(store, text)
    if len(found) == 1:
        return found[0]
    if not found:
        raise CommandError(
            Sentence("Nobody called {name} has been heard.", {"name": text}), WRONG_USE
        )
    listed = ", ".join(f"{person} ({name})" for person, name in found)
    raise CommandError(
        Sentence("Several are called so; say the number: {people}.", {"people": listed}), WRONG_USE
    )
