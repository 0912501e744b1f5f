"""``hubbub forget``: erase a person's mentions for good."""

from __future__ import annotations

import argparse

from listeners.clock import utc_now
from listeners.model import Sentence
from listeners.rows import MentionRow
from listeners.store import Store
from listeners.store.filters import StreamFilter
from listeners.store.retention import forget_account
from listeners.text import fold
from tui.commands import DONE, FAILED, WRONG_USE
from tui.commands.common import CommandError, Settings, searched, settings, writing
from tui.commands.mentions import newest
from tui.i18n import _
from tui.terminal.ending import run_to_end

Account = tuple[str, str]
"""A network, and the network's lasting key of an author."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the person."""
    parser.add_argument(
        "person",
        metavar=_("PERSON"),
        help=_("a handle, or network:handle where several networks have it"),
    )
    parser.add_argument(
        "--yes", action="store_true", help=_("really erase; without it, only say what would go")
    )


def run(arguments: argparse.Namespace) -> int:
    """Erase, or say what would be erased."""
    return run_to_end(_forget(arguments.person, arguments.yes, settings(arguments)), 1)


async def _forget(person: str, sure: bool, known: Settings) -> int:
    network, colon, handle = person.partition(":")
    if not colon:
        network, handle = "", person
    handle = handle.strip().removeprefix("@")
    if not handle:
        raise CommandError(Sentence("Say whom: a handle, or network:handle."), WRONG_USE)
    async with writing(known) as store:
        found = await _accounts(store, network, handle)
        if not found:
            known.output.said(
                Sentence("Nobody called {person} was heard.", {"person": person}), mentions=0
            )
            return FAILED
        if not sure:
            return _say_what_would_go(known, person, found)
        mentions = 0
        for account in found:
            mentions += await forget_account(store, *account, utc_now())
    known.output.said(
        Sentence(
            "{person} is forgotten. Mentions erased for good: {mentions}; they will not come back. "
            "Backups and exports still hold them.",
            {"person": person, "mentions": mentions},
        ),
        mentions=mentions,
    )
    return DONE


async def _accounts(store: Store, network: str, handle: str) -> dict[Account, list[MentionRow]]:
    quoted = handle.replace('"', "")
    wanted = StreamFilter(
        networks=(network,) if network else (), query=searched(f'from:"{quoted}"')
    )
    found: dict[Account, list[MentionRow]] = {}
    async for row in newest(store, wanted, 0):
        # A query also finds the words of a display name; only the handle or key itself will do.
        if fold(handle) in (fold(row.author.removeprefix("@")), fold(row.author_key)):
            found.setdefault((row.network, row.author_key), []).append(row)
    return found


def _say_what_would_go(known: Settings, person: str, found: dict[Account, list[MentionRow]]) -> int:
    networks = ", ".join(
        sorted(f"{network} ({len(rows)})" for (network, _key), rows in found.items())
    )
    known.output.said(
        Sentence(
            "Mentions of {person} that would be erased for good: {mentions}, on {networks}. "
            "Nothing was erased yet; repeat with --yes to do it.",
            {
                "mentions": sum(len(rows) for rows in found.values()),
                "person": person,
                "networks": networks,
            },
        ),
        mentions=sum(len(rows) for rows in found.values()),
        erased=False,
    )
    return DONE
