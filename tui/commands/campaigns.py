"""``hubbub campaigns``: what each campaign is, what it brought, and which mentions are its own."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import date
from typing import cast

from listeners.actions.campaigns import (
    keep_campaign,
    put_into_campaign,
    remove_campaign,
    take_out_of_campaign,
)
from listeners.attributing import attribute
from listeners.campaigns.campaign import AIMS, Aim, Campaign, CampaignError
from listeners.clock import utc_now
from listeners.model import Micros
from listeners.query import QuerySyntaxError
from listeners.store import Store
from listeners.store.maintenance import windows
from tui.campaign_days import bounds, day_meant, days_of
from tui.commands import WRONG_USE
from tui.commands.acting import tell
from tui.commands.brands import brand_meant
from tui.commands.campaigns_shown import named, show_list, show_mentions, show_one, show_two
from tui.commands.common import (
    CommandError,
    Settings,
    amount,
    must_write,
    numbers,
    settings_of_brand,
    words,
    writing,
)
from tui.commands.parser import add_common
from tui.formats import zone
from tui.i18n import _
from tui.terminal.ending import run_to_end


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs; without one the campaigns are listed."""
    parser.add_argument("--brand", default="", metavar=_("NAME"), help=_("only of this brand"))
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), title=_("verbs"))
    show = verbs.add_parser("show", help=_("what it brought: before, during and after it"))
    show.add_argument("name", metavar=_("CAMPAIGN"), help=_("its name or number"))
    add = verbs.add_parser("add", help=_("plan a new campaign"))
    add.add_argument("name", metavar=_("NAME"), help=_("what it is called"))
    _wishes(add, new=True)
    change = verbs.add_parser("change", help=_("change what is said, leave the rest"))
    change.add_argument("name", metavar=_("CAMPAIGN"), help=_("its name or number"))
    change.add_argument("--name", dest="rename", metavar=_("NAME"), help=_("another name"))
    _wishes(change, new=False)
    remove = verbs.add_parser("remove", help=_("take a campaign away; its mentions stay"))
    remove.add_argument("name", metavar=_("CAMPAIGN"))
    compare = verbs.add_parser("compare", help=_("two campaigns side by side, figures a day"))
    compare.add_argument("name", metavar=_("CAMPAIGN"))
    compare.add_argument("other", metavar=_("CAMPAIGN"))
    listed = verbs.add_parser("mentions", help=_("which mentions are its own, and why"))
    listed.add_argument("name", metavar=_("CAMPAIGN"))
    listed.add_argument("--limit", type=amount, default=50, metavar="N", help=_("50 by default"))
    for verb, text in (
        ("add-mention", _("say that mentions are its own, whatever its terms say")),
        ("remove-mention", _("say that mentions are not its own, whatever its terms say")),
    ):
        by_hand = verbs.add_parser(verb, help=text)
        by_hand.add_argument("name", metavar=_("CAMPAIGN"))
        by_hand.add_argument("ids", type=numbers, metavar="ID", help=_("12, or 12,13,14"))
    for one in verbs.choices.values():
        # Left out after the verb, what was said before it holds.
        one.add_argument(
            "--brand",
            default=argparse.SUPPRESS,
            metavar=_("NAME"),
            help=_("of this brand, where several have one of this name"),
        )
        add_common(one)


def _wishes(parser: argparse.ArgumentParser, *, new: bool) -> None:
    parser.add_argument(
        "--aim", choices=AIMS, default="inform" if new else None, help=_("what it is to do")
    )
    parser.add_argument("--audience", metavar=_("WORDS"), help=_("whom it is for"))
    for name, text in (
        ("from", _("its first day: 2026-12-01, today, 10d")),
        ("to", _("its last day, which is part of it")),
    ):
        parser.add_argument(
            f"--{name}", dest=f"{name}_day", required=new, type=_day, metavar=_("DAY"), help=text
        )
    parser.add_argument(
        "--terms", metavar=_("QUERY"), help=_("a mention is its own if it matches, as in a search")
    )
    parser.add_argument(
        "--tag",
        type=words,
        metavar=_("LIST"),
        help=_("or if it has one of these hashtags, or its conversation one of these tags"),
    )
    parser.add_argument(
        "--channel", type=words, metavar=_("LIST"), help=_("only on these networks")
    )
    quiet = parser.add_mutually_exclusive_group()
    quiet.add_argument(
        "--quiet",
        action="store_const",
        const=True,
        default=None,
        help=_("surges do not ring while it runs"),
    )
    if not new:
        quiet.add_argument(
            "--loud", dest="quiet", action="store_const", const=False, help=_("surges ring again")
        )


def _day(text: str) -> date:
    day = day_meant(text, utc_now(), zone())
    if day is None:
        raise argparse.ArgumentTypeError(f"{text!r} (2026-12-24, today, tomorrow, 10d, 2w)")
    return day


def run(arguments: argparse.Namespace) -> int:
    """List, show, compare or change campaigns."""
    known = settings_of_brand(arguments)
    match arguments.verb:
        case None:
            return run_to_end(show_list(known, arguments.brand), 1)
        case "show":
            return run_to_end(show_one(known, arguments.name, arguments.brand), 1)
        case "compare":
            two = show_two(known, arguments.name, arguments.other, arguments.brand)
            return run_to_end(two, 1)
        case "mentions":
            listed = show_mentions(known, arguments.name, arguments.brand, arguments.limit)
            return run_to_end(listed, 1)
        case _:
            must_write(known)
            return run_to_end(_change(known, arguments), 1)


# --- changing -------------------------------------------------------------------------------------


async def _change(known: Settings, arguments: argparse.Namespace) -> int:
    now = utc_now()
    async with writing(known) as store:
        if arguments.verb == "add":
            wanted = _added(known, arguments)
            return await _keep(known, store, wanted, bool(arguments.quiet), now)
        one = await named(store, arguments.name, arguments.brand)
        if arguments.verb == "change":
            quiet = arguments.quiet
            if quiet is None:
                running = await windows(store, now)
                quiet = any(window.id == one.maintenance_id for window in running)
            return await _keep(known, store, _changed(one, arguments), quiet, now)
        if arguments.verb == "remove":
            outcome = await remove_campaign(store, known.config, known.member, one.id, now)
        else:
            do = put_into_campaign if arguments.verb == "add-mention" else take_out_of_campaign
            outcome = await do(store, known.config, known.member, one.id, arguments.ids, now)
            await attribute(store)
    return tell(known, outcome)


async def _keep(known: Settings, store: Store, wanted: Campaign, quiet: bool, now: Micros) -> int:
    try:
        outcome, _made = await keep_campaign(
            store, known.config, known.member, wanted, now, quiet=quiet
        )
    except CampaignError as error:
        raise CommandError(error.sentence, WRONG_USE) from error
    except QuerySyntaxError as error:
        above = error.pointed(wanted.terms)
        raise CommandError(error.sentence, WRONG_USE, above=above) from error
    await attribute(store)
    return tell(known, outcome)


def _added(known: Settings, arguments: argparse.Namespace) -> Campaign:
    from_at, to_at = bounds(arguments.from_day, arguments.to_day, zone())
    blank = Campaign(brand=brand_meant(known, arguments.brand), from_at=from_at, to_at=to_at)
    return replace(_with_words(blank, arguments), name=arguments.name)


def _changed(one: Campaign, arguments: argparse.Namespace) -> Campaign:
    first, last = days_of(one, zone())
    from_at, to_at = bounds(arguments.from_day or first, arguments.to_day or last, zone())
    made = replace(_with_words(one, arguments), from_at=from_at, to_at=to_at)
    return replace(made, name=arguments.rename) if arguments.rename is not None else made


def _with_words(one: Campaign, arguments: argparse.Namespace) -> Campaign:
    return replace(
        one,
        aim=cast("Aim", arguments.aim or one.aim),
        audience=one.audience if arguments.audience is None else arguments.audience,
        terms=one.terms if arguments.terms is None else arguments.terms,
        tags=one.tags if arguments.tag is None else arguments.tag,
        channels=one.channels if arguments.channel is None else arguments.channel,
    )
