"""``hubbub duty``: who is on duty when; putting on the rota, changing, swapping, taking off."""

from __future__ import annotations

import argparse

from listeners.actions.duty import add_duty, change_duty, remove_duty, swap_duty
from listeners.clock import utc_now
from listeners.conducting import turns
from listeners.duty import Gap, Shift, next_shift
from listeners.model import DAY, Micros, Sentence
from listeners.store import Store
from listeners.store.duty import any_duty, rota_now, shifts
from tui.commands import DONE, WRONG_USE
from tui.commands.acting import tell
from tui.commands.common import (
    CommandError,
    Settings,
    numbers,
    reading,
    row_number,
    settings,
    settings_of_brand,
    words,
    writing,
)
from tui.commands.output import Column, Record
from tui.commands.parser import add_common
from tui.commands.records import when
from tui.commands.team import known_member
from tui.duty_times import shifts_meant
from tui.duty_words import who_words
from tui.i18n import _, full_moment, msgid
from tui.terminal.ending import run_to_end

_USUAL_DAYS = 28
_WHEN = msgid("such as: mon 18:00 - fri 9:00; now - 22:00; 2026-12-24 18:00 9:00")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs; without one the rota is listed."""
    parser.add_argument("--brand", default="", metavar=_("NAME"), help=_("only of this brand"))
    parser.add_argument(
        "--days", type=int, default=_USUAL_DAYS, metavar="N", help=_("how far ahead, 28 by default")
    )
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), title=_("verbs"))
    listed = verbs.add_parser("list", help=_("the shifts to come, and the gaps between them"))
    now = verbs.add_parser("now", help=_("who is on duty now, and who is next"))
    add = verbs.add_parser("add", help=_("put members on duty; several take turns by the week"))
    add.add_argument("who", metavar=_("WHO"), help=_("a member, or several with commas"))
    add.add_argument("when", nargs="+", metavar=_("WHEN"), help=_(_WHEN))
    add.add_argument("--weeks", type=int, default=0, metavar="N", help=_("for so many weeks"))
    change = verbs.add_parser("change", help=_("another member, time, brand or note"))
    change.add_argument("number", type=row_number, metavar="ID")
    change.add_argument("--who", default=None, metavar=_("WHO"), help=_("a member"))
    change.add_argument("--when", nargs="+", default=None, metavar=_("WHEN"), help=_(_WHEN))
    swap = verbs.add_parser("swap", help=_("let the members of two shifts take each other's"))
    swap.add_argument("number", type=row_number, metavar="ID")
    swap.add_argument("other", type=row_number, metavar="ID")
    remove = verbs.add_parser("remove", help=_("take shifts off the rota; undo brings them back"))
    remove.add_argument("numbers", type=numbers, metavar="ID", help=_("numbers, with commas"))
    for one in verbs.choices.values():
        add_common(one)
    for one in (add, change):
        one.add_argument("--note", default=None, metavar=_("TEXT"), help=_("a few words on it"))
    for one in (listed, now, add, change):
        one.add_argument(
            "--brand", default=argparse.SUPPRESS, metavar=_("NAME"), help=_("only for this brand")
        )
    listed.add_argument(
        "--days",
        type=int,
        default=argparse.SUPPRESS,
        metavar="N",
        help=_("how far ahead, 28 by default"),
    )


def run(arguments: argparse.Namespace) -> int:
    """List the rota, say who is on duty, or change it."""
    shown = arguments.verb in (None, "list", "now")
    known = settings_of_brand(arguments) if shown else settings(arguments)
    if arguments.verb == "now":
        return run_to_end(_now(known, arguments.brand), 1)
    if arguments.verb in (None, "list"):
        return run_to_end(_list(known, arguments.brand, arguments.days), 1)
    return run_to_end(_do(known, arguments), 1)


async def _do(known: Settings, arguments: argparse.Namespace) -> int:
    now, config, member = utc_now(), known.config, known.member
    async with writing(known) as store:
        match arguments.verb:
            case "add":
                who = tuple(known_member(known, one) for one in words(arguments.who))
                wanted = meant(arguments.when, who, arguments, weeks=arguments.weeks)
                outcome = await add_duty(store, config, member, wanted, now)
            case "swap":
                outcome = await swap_duty(
                    store, config, member, arguments.number, arguments.other, now
                )
            case "remove":
                outcome = await remove_duty(store, config, member, arguments.numbers, now)
            case _:
                times = meant(arguments.when, ("?",), arguments) if arguments.when else []
                outcome = await change_duty(
                    store,
                    config,
                    member,
                    arguments.number,
                    now,
                    brand=arguments.brand or None,
                    member=known_member(known, arguments.who) if arguments.who else None,
                    from_at=times[0].from_at if times else None,
                    to_at=times[0].to_at if times else None,
                    note=arguments.note,
                )
    return tell(known, outcome)


def meant(
    when_: list[str], who: tuple[str, ...], arguments: argparse.Namespace, *, weeks: int = 0
) -> list[Shift]:
    """Return the shifts that were typed.

    Raises:
        CommandError: the time cannot be read.
    """
    text = " ".join(when_)
    found = shifts_meant(
        text,
        who,
        utc_now(),
        brand=arguments.brand,
        note=arguments.note or "",
        weeks=weeks,
    )
    if found is None:
        raise CommandError(
            Sentence(
                "{text} is no time of a shift; write one such as: mon 18:00 - fri 9:00, "
                "now - 22:00, or 2026-12-24 18:00 9:00.",
                {"text": text},
            ),
            WRONG_USE,
        )
    return found


async def _list(known: Settings, brand: str, days: int) -> int:
    now = utc_now()
    until = Micros(now + max(1, min(days, 366)) * DAY)
    async with reading(known) as store:
        found = [
            one for one in await shifts(store, now, until) if not brand or one.brand in ("", brand)
        ]
        kept = await any_duty(store)
    listed = turns(found, _brands(known, brand), now, until) if kept else []
    known.output.rows(listed, _columns(now), record, empty=msgid("Nobody is on the rota yet."))
    return DONE


def _brands(known: Settings, brand: str) -> tuple[str, ...]:
    ours = tuple(one.name for one in known.config.brands if not one.competitor)
    return (brand,) if brand else ours


async def _now(known: Settings, brand: str) -> int:
    now = utc_now()
    async with reading(known) as store:
        rows = [await _standing(store, one, now) for one in _brands(known, brand) or ("",)]
    known.output.rows(
        rows,
        (
            Column(msgid("Brand"), lambda row: str(row["brand"]) or _("all brands")),
            Column(msgid("On duty now"), lambda row: _names(row["on_duty"]) or _("nobody")),
            Column(msgid("Until"), lambda row: _moment(row["_until"])),
            Column(msgid("Next"), lambda row: str(row["next"] or "")),
            Column(msgid("From"), lambda row: _moment(row["_next_at"])),
        ),
        lambda row: {name: value for name, value in row.items() if not name.startswith("_")},
    )
    return DONE


async def _standing(store: Store, brand: str, now: Micros) -> dict[str, object]:
    """Return who is on duty for a brand and who is next, as a record."""
    rota = await store.read(lambda connection: rota_now(connection, now))
    coming = [one for one in await shifts(store, now, Micros(now + 60 * DAY)) if one.covers(brand)]
    there = rota.on_duty(brand, now)
    until = max(
        (one.to_at for one in coming if one.member in there and one.runs(now)), default=None
    )
    following = min(
        (
            one
            for member in {one.member for one in coming}
            if (one := next_shift(coming, member, now)) is not None
        ),
        key=lambda one: (one.from_at, one.id),
        default=None,
    )
    return {
        "brand": brand,
        "on_duty": list(there),
        "until": when(until),
        "next": following.member if following else None,
        "next_at": when(following.from_at) if following else None,
        "_until": until,
        "_next_at": following.from_at if following else None,
    }


def _names(value: object) -> str:
    return ", ".join(value) if isinstance(value, list) else ""


def _moment(value: object) -> str:
    return full_moment(Micros(value)) if isinstance(value, int) else ""


def _columns(now: Micros) -> tuple[Column[Shift | Gap], ...]:
    def state(turn: Shift | Gap) -> str:
        if isinstance(turn, Gap):
            return _("gap")
        return _("now") if turn.runs(now) else ""

    return (
        Column(msgid("ID"), lambda row: str(row.id) if isinstance(row, Shift) else "", right=True),
        Column(msgid("From"), lambda row: full_moment(row.from_at)),
        Column(msgid("To"), lambda row: full_moment(row.to_at)),
        Column(msgid("Who"), who_words),
        Column(msgid("Brand"), lambda row: row.brand or _("all brands")),
        Column(msgid("Now"), state),
        Column(msgid("Note"), lambda row: row.note if isinstance(row, Shift) else ""),
    )


def record(turn: Shift | Gap) -> Record:
    """Return a shift, or a gap, whose member is null."""
    shift = turn if isinstance(turn, Shift) else None
    return {
        "id": shift.id if shift else None,
        "member": shift.member if shift else None,
        "brand": turn.brand,
        "from": when(turn.from_at),
        "to": when(turn.to_at),
        "gap": shift is None,
        "note": shift.note if shift else "",
        "author": shift.author if shift else "",
    }
