"""``hubbub mentions``: what was heard, newest first."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator

from listeners.clock import utc_now
from listeners.model import Label
from listeners.rows import MentionRow
from listeners.store import Store, reads
from listeners.store.filters import StreamFilter
from tui.commands import DONE
from tui.commands.common import Settings, past, reading, searched, settings, words
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
    wanted = StreamFilter(
        brand=arguments.brand,
        networks=arguments.network,
        labels=tuple(Label(label) for label in arguments.label),
        langs=arguments.lang,
        query=searched(arguments.query),
        since=arguments.since,
    )
    limit = arguments.limit
    if limit is None:
        limit = SHOWN if known.output.for_people else 0
    async with reading(known) as store:
        if known.output.form in ("table", "json", "csv"):
            rows = [row async for row in newest(store, wanted, limit)]
            known.output.rows(
                rows, columns(), mention_record, empty=msgid("Nothing was heard yet.")
            )
        else:
            async for row in newest(store, wanted, limit):
                known.output.records([mention_record(row)])
    return DONE


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
