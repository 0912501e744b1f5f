"""``hubbub cadence``: posts a week as meant and as they really were, and the targets for them."""

from __future__ import annotations

import argparse

from listeners.actions.planning import set_cadence
from listeners.clock import utc_now
from listeners.networks.titles import network_title
from listeners.planning.cadence import ChannelCadence
from listeners.store.cadence import WEEKS, cadence_now
from tui.cadence_words import a_week, verdicts, weeks_before
from tui.commands import DONE
from tui.commands.acting import tell
from tui.commands.brands import brand_meant
from tui.commands.common import Settings, reading, settings_of_brand, writing
from tui.commands.output import Column, Record
from tui.commands.records import when
from tui.i18n import _, msgid, number, zone
from tui.terminal.ending import run_to_end


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the channel and its target; without them every channel is listed."""
    parser.add_argument("channel", nargs="?", metavar=_("NETWORK"), help=_("a channel"))
    parser.add_argument(
        "a_week", nargs="?", type=float, metavar="N", help=_("posts a week; 0: no target")
    )
    parser.add_argument("--brand", default="", metavar=_("NAME"), help=_("of this brand"))
    parser.add_argument(
        "--weeks", type=_weeks, default=WEEKS, metavar="N", help=_("weeks to count, 5 by default")
    )


def _weeks(text: str) -> int:
    weeks = int(text)
    if not 1 <= weeks <= 53:
        raise argparse.ArgumentTypeError("1–53")
    return weeks


def run(arguments: argparse.Namespace) -> int:
    """Show the cadence, or set a target."""
    known = settings_of_brand(arguments)
    if arguments.a_week is not None:
        return run_to_end(_set(known, arguments), 1)
    return run_to_end(_show(known, arguments), 1)


async def _set(known: Settings, arguments: argparse.Namespace) -> int:
    brand = brand_meant(known, arguments.brand)
    async with writing(known) as store:
        outcome = await set_cadence(
            store,
            known.config,
            known.member,
            brand,
            arguments.channel,
            arguments.a_week,
            utc_now(),
        )
    return tell(known, outcome)


async def _show(known: Settings, arguments: argparse.Namespace) -> int:
    async with reading(known) as store:
        found = await cadence_now(store, arguments.brand, utc_now(), arguments.weeks, zone=zone())
    wanted = (arguments.channel or "").casefold()
    found = [one for one in found if not wanted or one.channel == wanted]
    known.output.rows(
        found,
        _columns(),
        _record,
        empty=msgid("No account of ours was heard, and no channel has a target."),
    )
    return DONE


def _columns() -> tuple[Column[ChannelCadence], ...]:
    return (
        Column(msgid("Channel"), lambda one: network_title(one.channel)),
        Column(
            msgid("Target"),
            lambda one: "—" if one.target is None else a_week(one.target),
            right=True,
        ),
        Column(msgid("This week"), lambda one: number(one.this_week), right=True),
        Column(msgid("By now"), lambda one: number(one.expected, 1), right=True),
        Column(msgid("Planned"), lambda one: number(one.coming), right=True),
        Column(msgid("Weeks before"), weeks_before),
        Column(msgid("So"), lambda one: " · ".join(said.text for said in verdicts(one))),
    )


def _record(one: ChannelCadence) -> Record:
    return {
        "channel": one.channel,
        "target": one.target,
        "this_week": one.this_week,
        "expected_by_now": round(one.expected, 2),
        "behind": one.behind,
        "over": one.over,
        "planned_this_week": one.coming,
        "still_to_plan": one.short,
        "weeks": list(one.posted),
        "last_at": when(one.last_at),
        "silent_seconds": None if one.silent is None else one.silent // 1_000_000,
        "usual_gap_seconds": None if one.usual is None else one.usual // 1_000_000,
    }
