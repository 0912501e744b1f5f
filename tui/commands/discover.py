"""``hubbub discover``: what an address, a name or a handle leads to; adding it, taking it out."""

from __future__ import annotations

import argparse
import shutil
import textwrap
from collections.abc import Sequence
from contextlib import AsyncExitStack, aclosing

from listeners.config import default_config_path
from listeners.config.adding import remove_sources
from listeners.discovery import Discovery, Proposal, Verdict
from listeners.discovery.looking import fetching
from listeners.model import Sentence
from listeners.networks.titles import network_title
from listeners.store import open_store
from tui.adding import MARKS, WORDS, added, lines_of, told, wants
from tui.commands import DONE, FAILED, WRONG_USE
from tui.commands.common import CommandError, Settings, must_write, numbers, settings
from tui.commands.output import Record
from tui.i18n import _, say
from tui.terminal.ending import run_to_end

_ALL = (0,)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is looked for, and what is done with it."""
    parser.add_argument(
        "what",
        nargs="?",
        default="",
        metavar=_("ADDRESS"),
        help=_("a web address, a name or a handle: example.org, @name@server, r/name, a feed"),
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--add",
        nargs="?",
        type=numbers,
        const=_ALL,
        metavar=_("NUMBERS"),
        help=_("write into the configuration what answered, or the proposals of these numbers"),
    )
    what.add_argument(
        "--remove", default="", metavar=_("SOURCE"), help=_("take this source out of it again")
    )


def run(arguments: argparse.Namespace) -> int:
    """Look, and perhaps add; or remove."""
    known = settings(arguments)
    if arguments.remove:
        return _remove(known, arguments.remove)
    if not arguments.what.strip():
        raise CommandError(
            Sentence("Say what to look for: hubbub discover example.org."), WRONG_USE
        )
    if arguments.add:
        must_write(known)
    return run_to_end(_look(known, arguments))


def _remove(known: Settings, key: str) -> int:
    must_write(known)
    if all(source.key != key for source in known.config.sources):
        raise CommandError(
            Sentence("There is no source {key} in the configuration.", {"key": key}), WRONG_USE
        )
    remove_sources(known.config.path or default_config_path(), [key])
    said = Sentence(
        "Taken out of the configuration: {key}. What was heard there stays; a hubbub that runs "
        "stops asking it when it is started anew.",
        {"key": key},
    )
    known.output.said(said, removed=[key])
    return DONE


async def _look(known: Settings, arguments: argparse.Namespace) -> int:
    people = known.output.for_people
    found = await _found(known, arguments.what)
    if arguments.add:
        return _add(known, found, arguments.add)
    if not people:
        known.output.records([_record(at, one) for at, one in enumerate(found, 1)])
    elif not found:
        known.output.line(_("Nothing was found there."))
    elif any(one.addable for one in found):
        known.output.line(_("Nothing was changed: --add writes what answered, --add 1,2 these."))
    return DONE if found else FAILED


async def _found(known: Settings, what: str) -> list[Proposal]:
    """Return everything that is found; a person sees it as it comes."""
    found: list[Proposal] = []
    keys = [source.key for source in known.config.sources]
    async with AsyncExitStack() as stack:
        # With a store, what hosts allow is shared with the sources that are listened to.
        store = None
        if known.store.exists():
            store = await stack.enter_async_context(open_store(known.store))
        fetch = await stack.enter_async_context(fetching(store))
        looking = Discovery(fetch, known=keys).look(what)
        async for one in await stack.enter_async_context(aclosing(looking)):
            found.append(one)
            if known.output.for_people:
                _show(known, len(found), one)
    return found


def _show(known: Settings, number: int, one: Proposal) -> None:
    hears, said = told(one)
    word = _(WORDS[one.verdict])
    head = f"{MARKS[one.verdict]} {network_title(one.network)} · {hears}  [{word}]"
    width = max(40, shutil.get_terminal_size().columns)
    known.output.line(textwrap.fill(head, width, initial_indent=f"{number:>3} ",
                                    subsequent_indent=" " * 6))  # fmt: skip
    for text in (said, *wants(one)):
        known.output.line(textwrap.fill(text, width, initial_indent=" " * 6,
                                        subsequent_indent=" " * 6))  # fmt: skip
    # What is to be copied into a file is never wrapped.
    for text in lines_of(one):
        known.output.line(f"        {text}")


def _add(known: Settings, found: Sequence[Proposal], chosen: Sequence[int]) -> int:
    if tuple(chosen) == _ALL:
        wanted = [one for one in found if one.verdict is Verdict.ANSWERED]
    else:
        wanted = [one for at, one in enumerate(found, 1) if at in chosen]
    wanted = [one for one in wanted if one.addable]
    if not wanted:
        raise CommandError(Sentence("None of it can be added. Nothing was changed."))
    path = known.config.path or default_config_path()
    _config, keys = added(path, wanted)
    said = Sentence(
        "Written into {path}: {keys}. A hubbub that runs hears it when it is started anew; "
        "“hubbub discover --remove SOURCE” takes one out again.",
        {"path": str(path), "keys": ", ".join(keys)},
    )
    known.output.said(said, added=keys)
    return DONE


def _record(number: int, one: Proposal) -> Record:
    return {
        "number": number,
        "network": one.network,
        "hears": say(one.hears),
        "verdict": one.verdict.value,
        "said": say(one.said),
        "needs": [say(need) for need in one.needs],
        "source": dict(one.source) or None,
        "key": one.key or None,
        "lines": one.lines or None,
        "addable": one.addable,
    }
