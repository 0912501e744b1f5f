"""``hubbub rules budget``: what detectors fire at, how often they would have, what it costs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from listeners.clock import utc_now
from listeners.config import BrandConfig
from listeners.config.false_alarms import Choice
from listeners.model import Sentence
from listeners.replay.budgeting import JUMP, Offer, offers, past_of
from listeners.risk.budget import DETECTORS
from tui.alarm_words import basis_words, choice_words, detector_name, limit_words, noticed_words
from tui.commands import DONE
from tui.commands.common import CommandError, Settings, reading
from tui.commands.output import Column, Record, table
from tui.i18n import _, msgid, number


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the brand."""
    parser.add_argument("--brand", default="", metavar=_("NAME"), help=_("only of this brand"))


def brands_asked(known: Settings, name: str) -> Sequence[BrandConfig]:
    """Return the brand of this name, or all of them for none.

    Raises:
        CommandError: there is no such brand.
    """
    if not name:
        return known.config.brands
    found = known.config.brand(name)
    if found is None:
        raise CommandError(Sentence("There is no brand {brand}.", {"brand": name}))
    return (found,)


async def budget(known: Settings, arguments: argparse.Namespace) -> int:
    """Replay the last four weeks of each brand and say what every choice comes to."""
    records = []
    async with reading(known) as store:
        for brand in brands_asked(known, arguments.brand):
            past = await past_of(store, brand, utc_now())
            found = offers(brand, past)
            if known.output.for_people:
                _tell(known, brand, found)
            else:
                records.append(_record(brand, found))
    if not known.output.for_people:
        known.output.records(records)
    return DONE


def _tell(known: Settings, brand: BrandConfig, found: Sequence[Offer]) -> None:
    line = known.output.line
    own = next(one for one in found if one.own)
    line(f"{brand.name}: {choice_words(brand.alarms.whole)}")
    rows = [(one, own.limits[one]) for one in DETECTORS]
    line("\n".join(table(rows, (
        Column(msgid("Rule"), lambda row: detector_name(row[0])),
        Column(msgid("Fires at"), lambda row: limit_words(*row)),
        Column(msgid("From"), lambda row: basis_words(row[1])),
        Column(msgid("Would have fired"), lambda row: number(own.cost.fired[row[0]]), right=True),
    ))))  # fmt: skip
    line("")
    line(
        _("What a choice would have come to in {days} days, and a jump to {times} times:").format(
            days=number(round(own.cost.days)), times=number(JUMP)
        )
    )
    line("\n".join(table(found, (
        Column(msgid("False alarms"), lambda one: choice_words(one.choice)),
        Column(msgid("Fired"), lambda one: number(sum(one.cost.fired.values())), right=True),
        Column(msgid("Jump"), lambda one: noticed_words(one.cost.jump)),
        Column(msgid("In force"), lambda one: _("yes") if one.own else ""),
    ))))  # fmt: skip
    line("")


def _record(brand: BrandConfig, found: Sequence[Offer]) -> Record:
    own = next(one for one in found if one.own)
    return {
        "brand": brand.name,
        "false_alarms": _plain(brand.alarms.whole),
        "days": round(own.cost.days, 1),
        "limits": {
            one: None
            if (limit := own.limits[one]) is None
            else {
                "score": round(limit.score, 3),
                "a_month": limit.a_month,
                "preset": limit.preset,
                "replayed_days": round(limit.days, 1),
                "would_have_fired": own.cost.fired[one],
            }
            for one in DETECTORS
        },
        "offers": [
            {
                "false_alarms": _plain(one.choice),
                "fired": sum(one.cost.fired.values()),
                "jump": JUMP,
                "noticed": round(one.cost.jump.share, 3),
                "minutes": one.cost.jump.minutes,
                "in_force": one.own,
            }
            for one in found
        ],
    }


def _plain(choice: Choice) -> str | float:
    return choice.preset if choice.a_month is None else choice.a_month
