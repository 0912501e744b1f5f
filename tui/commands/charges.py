"""``hubbub charges``: who is in charge of what; handing out, taking back, handing all over."""

from __future__ import annotations

import argparse
from typing import cast

from listeners.actions.charges import hand_out, hand_over, take_back
from listeners.charges import KINDS, Charge, ChargeKind
from listeners.clock import utc_now
from listeners.store import Store
from listeners.store.campaigns import campaign_named
from listeners.store.charges import charges
from tui.commands import DONE
from tui.commands.acting import tell
from tui.commands.common import Settings, numbers, reading, settings, writing
from tui.commands.output import Column, Record
from tui.commands.parser import add_common
from tui.commands.team import known_member
from tui.duty_words import CHARGES, charge_words
from tui.i18n import _, msgid
from tui.terminal.ending import run_to_end


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs; without one the roles are listed."""
    parser.add_argument("--brand", default="", metavar=_("NAME"), help=_("only of this brand"))
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), title=_("verbs"))
    listed = verbs.add_parser("list", help=_("who is in charge of what"))
    give = verbs.add_parser("give", help=_("put a member in charge of something"))
    give.add_argument("who", metavar=_("WHO"), help=_("a member"))
    give.add_argument("kind", choices=KINDS, help=_("what kind of role"))
    give.add_argument(
        "what",
        nargs="?",
        default="",
        metavar=_("WHAT"),
        help=_("the network of a channel, a campaign's name or number, or what else"),
    )
    take = verbs.add_parser("take", help=_("take roles back; undo hands them out again"))
    take.add_argument("numbers", type=numbers, metavar="ID", help=_("numbers, with commas"))
    over = verbs.add_parser(
        "handover", help=_("all that a member has to do: roles, coming shifts, planned entries")
    )
    over.add_argument("who", metavar=_("WHO"), help=_("a member"))
    over.add_argument("to", metavar=_("TO"), help=_("the member who takes over"))
    for one in verbs.choices.values():
        add_common(one)
    for one in (listed, give):
        one.add_argument(
            "--brand", default=argparse.SUPPRESS, metavar=_("NAME"), help=_("only for this brand")
        )


def run(arguments: argparse.Namespace) -> int:
    """List the roles, or hand them out."""
    known = settings(arguments)
    if arguments.verb in (None, "list"):
        return run_to_end(_list(known, arguments.brand), 1)
    return run_to_end(_do(known, arguments), 1)


async def _do(known: Settings, arguments: argparse.Namespace) -> int:
    now, config, member = utc_now(), known.config, known.member
    async with writing(known) as store:
        match arguments.verb:
            case "give":
                charge = Charge(
                    kind=cast(ChargeKind, arguments.kind),
                    what=await _what(store, arguments),
                    member=known_member(known, arguments.who),
                    brand=arguments.brand,
                )
                outcome = await hand_out(store, config, member, charge, now)
            case "take":
                outcome = await take_back(store, config, member, arguments.numbers, now)
            case _:
                # Whoever left may be no member any more; whoever takes over must be one.
                leaving = known.member if arguments.who == "me" else arguments.who
                to = known_member(known, arguments.to)
                outcome = await hand_over(store, config, member, leaving, to, now)
    return tell(known, outcome)


async def _what(store: Store, arguments: argparse.Namespace) -> str:
    what = str(arguments.what)
    if arguments.kind != "campaign" or what.isdecimal():
        return what.casefold() if arguments.kind == "channel" else what
    found = await campaign_named(store, arguments.brand, what)
    return what if found is None else str(found.id)


async def _list(known: Settings, brand: str) -> int:
    async with reading(known) as store:
        found = [one for one in await charges(store) if not brand or one.brand in ("", brand)]
    known.output.rows(found, _columns(), record, empty=msgid("No role is handed out yet."))
    return DONE


def _columns() -> tuple[Column[Charge], ...]:
    return (
        Column(msgid("ID"), lambda row: str(row.id), right=True),
        Column(msgid("Who"), lambda row: row.member),
        Column(msgid("Role"), lambda row: _(CHARGES[row.kind])),
        Column(msgid("What"), charge_words),
        Column(msgid("Brand"), lambda row: row.brand or _("all brands")),
    )


def record(row: Charge) -> Record:
    """Return a role handed out."""
    return {
        "id": row.id,
        "member": row.member,
        "kind": row.kind,
        "what": row.what,
        "title": row.title,
        "brand": row.brand,
    }
