"""``hubbub mentions``: what was heard, newest first."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator

from listeners.clock import utc_now
from listeners.model import Label, Part, Sentence
from listeners.rows import MentionRow
from listeners.store import Store, reads
from listeners.store.campaigns import campaign_named
from listeners.store.filters import StreamFilter
from tui.commands import DONE, WRONG_USE
from tui.commands.common import CommandError, Settings, past, reading, searched, settings, words
from tui.commands.output import Column
from tui.commands.records import mention_record
from tui.i18n import _, moment, msgid, signed
from tui.terminal.ending import run_to_end
from tui.words import word

PAGE = 500
SHOWN = 50
"""Rows of a table unless ``--limit`` says otherwise; programs get everything."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the filters."""
    parser.add_argument(
        "--since", type=past, metavar=_("WHEN"), help=_("only since then: 24h, 7d, 2026-11-22")
    )
    parser.add_argument(
        "--until", type=past, metavar=_("WHEN"), help=_("only before then: 24h, 7d, 2026-11-22")
    )
    parser.add_argument("--query", default="", metavar="Q", help=_("only what this query finds"))
    parser.add_argument("--brand", default="", metavar=_("NAME"), help=_("only of this brand"))
    parser.add_argument(
        "--network", type=words, default=(), metavar=_("NAMES"), help=_("only from these networks")
    )
    parser.add_argument(
        "--label",
        choices=[label.value for label in Label],
        action="append",
        default=[],
        help=_("only with this sentiment; may be given several times"),
    )
    parser.add_argument("--lang", type=words, default=(), help=_("only in these languages"))
    parser.add_argument("--others", action="store_true", help=_("without what we said ourselves"))
    parser.add_argument("--no-reposts", action="store_true", help=_("without reposts"))
    parser.add_argument(
        "--campaign", default="", metavar=_("CAMPAIGN"), help=_("only what is this campaign's")
    )
    parser.add_argument(
        "--person", default="", metavar=_("WHO"), help=_("only of this person, all accounts")
    )
    parser.add_argument(
        "--limit",
        type=int,
        metavar="N",
        help=_("at most so many, 0 for all; a table shows {shown} by default").format(shown=SHOWN),
    )


def run(arguments: argparse.Namespace) -> int:
    """List mentions."""
    known = settings(arguments)
    return run_to_end(_list(arguments, known))


async def _list(arguments: argparse.Namespace, known: Settings) -> int:
    query = searched(arguments.query)
    limit = arguments.limit
    if limit is None:
        limit = SHOWN if known.output.for_people else 0
    async with reading(known) as store:
        wanted = StreamFilter(
            brand=arguments.brand,
            networks=arguments.network,
            labels=tuple(Label(label) for label in arguments.label),
            langs=arguments.lang,
            query=query,
            since=arguments.since,
            until=arguments.until,
            parts=(Part.OUTSIDE, Part.THIRD_PARTY) if arguments.others else (),
            campaign=await _campaign(store, arguments),
            person=await _person(store, arguments.person),
            reposts=not arguments.no_reposts,
        )
        if known.output.form in ("table", "json", "csv"):
            rows = [row async for row in newest(store, wanted, limit)]
            known.output.rows(
                rows, columns(), mention_record, empty=msgid("Nothing was heard yet.")
            )
        else:
            async for row in newest(store, wanted, limit):
                known.output.records([mention_record(row)])
    return DONE


async def _campaign(store: Store, arguments: argparse.Namespace) -> int | None:
    if not arguments.campaign:
        return None
    found = await campaign_named(store, arguments.brand, arguments.campaign)
    if found is None:
        said = Sentence("There is no campaign “{name}”.", {"name": arguments.campaign})
        raise CommandError(said, WRONG_USE)
    return found.id


async def _person(store: Store, who: str) -> int | None:
    from tui.commands.people import whom

    return (await whom(store, who)).id if who else None


async def newest(store: Store, wanted: StreamFilter, limit: int) -> AsyncIterator[MentionRow]:
    """Yield the mentions of a filter, newest first, page by page; ``limit`` 0 is all of them."""
    before, left = None, limit
    while True:
        page = min(PAGE, left) if limit else PAGE
        ids = await reads.mention_ids(store, wanted, limit=page, before=before)
        rows = await reads.mentions(store, ids)
        for one in ids:
            if one in rows:
                yield rows[one]
        left -= len(ids)
        if len(ids) < page or (limit and left <= 0):
            return
        before = ids[-1]


def columns() -> tuple[Column[MentionRow], ...]:
    """Return the table of mentions."""
    now = utc_now()
    return (
        Column(msgid("ID"), lambda row: str(row.id), right=True),
        Column(msgid("When"), lambda row: moment(row.sort_at, now)),
        Column(msgid("Network"), lambda row: row.network),
        Column(msgid("Sentiment"), mood, right=True),
        Column(msgid("Author"), lambda row: row.author or row.author_name or row.author_key),
        Column(msgid("Text"), lambda row: f"{row.title} {row.text}".strip()),
    )


def mood(row: MentionRow) -> str:
    """Return a mention's sentiment as a word and a signed number."""
    if row.compound is None:
        return word(row.label)
    return f"{word(row.label)} {signed(row.compound)}"
