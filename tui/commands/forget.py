"""``hubbub forget``: erase a person for good, or write down all that is held about them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from listeners.actions.forgetting import forget, look_before, may_forget, names_kept
from listeners.clock import to_iso, utc_now
from listeners.model import Sentence
from listeners.people.rows import PersonRow
from listeners.store import Store
from listeners.store.forgetting import Held, finish_forgetting
from listeners.store.reads.person_data import everything_of
from listeners.team import may_write
from tui.commands import DONE, WRONG_USE
from tui.commands.common import CommandError, Settings, reading, settings, writing
from tui.commands.export import whole_file
from tui.commands.people import whom
from tui.i18n import _
from tui.log_forgetting import forget_in_log
from tui.people_words import person_name
from tui.terminal.ending import run_to_end


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the person, and what is done."""
    parser.add_argument(
        "person",
        metavar=_("PERSON"),
        help=_("a number, a name, a handle, or network:handle where several networks have it"),
    )
    parser.add_argument(
        "--yes", action="store_true", help=_("really erase; without it, only say what would go")
    )
    parser.add_argument(
        "--export",
        metavar=_("FILE"),
        help=_("erase nothing: write all that is held about them to a file, private to you"),
    )


def run(arguments: argparse.Namespace) -> int:
    """Erase, or say what would be erased."""
    known, person = settings(arguments), arguments.person
    if not person.rpartition(":")[2].strip().removeprefix("@"):
        raise CommandError(Sentence("Say whom: a handle, or network:handle."), WRONG_USE)
    if arguments.export:
        if arguments.yes:
            raise CommandError(
                Sentence("Export first, look at the file, then forget: one at a time."), WRONG_USE
            )
        return run_to_end(_export(known, person, Path(arguments.export).expanduser()), 1)
    refused = may_write(known.config, known.member)
    if refused is not None:
        raise CommandError(refused)
    return run_to_end(_forget(known, person) if arguments.yes else _look(known, person), 1)


async def _look(known: Settings, who: str) -> int:
    async with reading(known) as store:
        person = await whom(store, who)
        await _allowed(store, known, person)
        held = await look_before(store, known.config, person.id)
    known.output.said(
        _would_go(person, held),
        mentions=held.mentions,
        named=held.named,
        accounts=[f"{one.network}:{one.called}" for one in person.accounts],
        erased=False,
    )
    return DONE


async def _export(known: Settings, who: str, target: Path) -> int:
    async with reading(known) as store:
        person = await whom(store, who)
        data = await everything_of(store, person.id)
    told = {"exported_at": to_iso(utc_now()), "about": person_name(person), **data}
    with whole_file(target) as file:
        json.dump(told, file, ensure_ascii=False, indent=2)
        file.write("\n")
    known.output.said(
        Sentence(
            "All that is held about {person} is in {path}. Only you may read that file; it is "
            "theirs to have, and to be deleted when they have it.",
            {"person": person_name(person), "path": str(target)},
        ),
        path=str(target),
    )
    return DONE


async def _forget(known: Settings, who: str) -> int:
    async with writing(known) as store:
        # What was cut off is finished, whoever is asked for now.
        await finish_forgetting(store, utc_now(), names_kept(known.config))
        person = await whom(store, who)
        await _allowed(store, known, person)
        name = person_name(person)
        done = await forget(store, known.config, known.member, person.id, name, utc_now())
    if done.masking is not None:
        forget_in_log(done.masking)
    known.output.said(done.sentence, mentions=done.mentions, named=done.masked, erased=True)
    return DONE


async def _allowed(store: Store, known: Settings, person: PersonRow) -> None:
    why = await may_forget(store, known.config, known.member, person.id)
    if why is not None:
        raise CommandError(why)


def _would_go(person: PersonRow, held: Held) -> Sentence:
    networks = ", ".join(f"{network} ({count})" for network, count in held.networks)
    accounts = ", ".join(f"{one.network}:{one.called}" for one in person.accounts)
    return Sentence(
        "Mentions of {person} that would be erased for good: {mentions} ({networks}). "
        "Accounts: {accounts}. Posts of others in which the name would be blanked: {named}. "
        "Nothing was erased yet; repeat with --yes to do it.",
        {
            "mentions": held.mentions,
            "person": person_name(person),
            "networks": networks or "–",
            "accounts": accounts or "–",
            "named": held.named,
        },
    )
