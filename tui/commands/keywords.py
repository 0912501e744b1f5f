"""``hubbub keywords``: what each of a brand's words brings, what is noise, what to leave out."""

from __future__ import annotations

import argparse

from listeners.clock import utc_now
from listeners.config import BrandConfig
from listeners.keywords import Exclusion, Health, Term, keyword_health
from listeners.model import DAY
from listeners.store import Store
from tui.commands import DONE
from tui.commands.common import Settings, past, reading, settings
from tui.commands.output import Column, Record, table
from tui.commands.rules_budget import brands_asked
from tui.i18n import _, msgid, ngettext, number, say
from tui.keyword_words import exclusion_words, term_figures, term_name
from tui.terminal.ending import run_to_end


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the brand and how far back to look."""
    parser.add_argument("--brand", default="", metavar=_("NAME"), help=_("only of this brand"))
    parser.add_argument(
        "--since", type=past, default="28d", metavar=_("WHEN"), help=_("how far back to look")
    )


def run(arguments: argparse.Namespace) -> int:
    """Show the health of the words."""
    return run_to_end(_show(settings(arguments), arguments), 1)


async def _show(known: Settings, arguments: argparse.Namespace) -> int:
    found: list[Health] = []
    async with reading(known) as store:
        for brand in brands_asked(known, arguments.brand):
            found.append(await _health(store, brand, arguments))
    if not known.output.for_people:
        known.output.records([_record(one) for one in found])
        return DONE
    days = max(1, round((utc_now() - arguments.since) / DAY))
    for one in found:
        _tell(known, one, days)
    return DONE


async def _health(store: Store, brand: BrandConfig, arguments: argparse.Namespace) -> Health:
    found = Health(brand.name)
    async for step in keyword_health(store, brand, arguments.since):
        found = step
    return found


def _tell(known: Settings, found: Health, days: int) -> None:
    line = known.output.line
    said = ngettext("{brand}: {count} mention", "{brand}: {count} mentions", found.looked)
    line(said.format(brand=found.brand, count=number(found.looked)))
    if found.terms:
        columns: list[Column[Term]] = [
            Column(msgid("Heard because of"), term_name),
            Column(msgid("Brought"), lambda one: term_figures(one)[0], right=True),
            Column(msgid("Dismissed"), lambda one: term_figures(one)[1], right=True),
            Column(msgid("Never acted on"), lambda one: term_figures(one)[2], right=True),
            Column(msgid("Answered"), lambda one: term_figures(one)[3], right=True),
        ]
        line("\n".join(table(found.terms, columns)))
    for one in found.exclusions:
        line(exclusion_words(one))
        line(f"    {one.line}")
    if found.looked and not found.exclusions:
        line(_("Nothing stands out in what was dismissed."))
    line("")


def _record(found: Health) -> Record:
    return {
        "brand": found.brand,
        "mentions": found.looked,
        "terms": [_term(one) for one in found.terms],
        "exclusions": [_exclusion(one) for one in found.exclusions],
    }


def _term(one: Term) -> Record:
    return {
        "why": say(one.why),
        "brought": one.brought,
        "outcomes": dict(one.outcomes),
        "dismissed_share": round(one.noise, 4),
        "never_acted_on_share": round(one.useless - one.noise, 4),
    }


def _exclusion(one: Exclusion) -> Record:
    return {
        "kind": one.kind,
        "value": one.value,
        "left_out": one.left_out,
        "of": one.of,
        "answered": one.answered,
        "useful": one.useful,
        "line": one.line,
    }
