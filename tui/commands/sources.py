"""``hubbub sources``: where hubbub listens, how each place does, and what networks let it do."""

from __future__ import annotations

import argparse
import shutil
import textwrap
from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType

from listeners.clock import utc_now
from listeners.config import SourceConfig
from listeners.model import Micros, SafeText, Sentence, SourceState
from listeners.networks.contract import Capability
from listeners.networks.registry import capabilities
from listeners.rows import SourceRow
from listeners.store import reads
from listeners.store.reads.uses import SourceUse
from listeners.text import clean_line
from tui.commands import DONE, WRONG_USE
from tui.commands.common import CommandError, Settings, reading, settings
from tui.commands.output import Column, Output, Record
from tui.commands.records import source_record, when
from tui.i18n import _, ago, msgid, say, until
from tui.sources import (
    ABILITIES,
    WANT_A_KEY,
    abilities,
    access,
    gap_text,
    numbers_legend,
    short_title,
)
from tui.spend_words import spend_record
from tui.terminal.ending import run_to_end
from tui.uses import use_texts
from tui.words import word

NONE_USED: Mapping[int, SourceUse] = MappingProxyType({})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what else may be asked."""
    parser.add_argument(
        "--networks",
        nargs="*",
        default=None,
        metavar=_("NETWORK"),
        help=_("what every network lets hubbub do; with names, how to get a key there as well"),
    )


def run(arguments: argparse.Namespace) -> int:
    """List sources, or networks."""
    if arguments.networks is not None:
        return list_networks(Output(getattr(arguments, "output", "table")), arguments.networks)
    return run_to_end(_list(settings(arguments)))


async def _list(known: Settings) -> int:
    rows: list[SourceRow] = []
    uses: Mapping[int, SourceUse] = {}
    if known.store.exists():
        async with reading(known) as store:
            rows = await reads.sources(store)
            uses = await reads.source_uses(store, utc_now())
    heard = {row.key for row in rows}
    rows += [never_heard(source) for source in known.config.sources if source.key not in heard]
    known.output.rows(
        rows,
        columns(uses)[:-1],
        lambda row: {**source_record(row), **use_record(uses.get(row.id, SourceUse()))},
        empty=msgid("No source is configured. “hubbub init” writes a first configuration."),
    )
    if known.output.for_people:
        for line in _below(rows, uses):
            known.output.line(line)
    return DONE


def _below(rows: Sequence[SourceRow], uses: Mapping[int, SourceUse]) -> list[str]:
    """Return what to know of each source, below the table: there is no room for it in a column."""
    now, lines = utc_now(), []
    for row in rows:
        said = _what_to_know(row, uses.get(row.id), now)
        if said:
            name = clean_line(row.label or row.key)
            lines += ["", name, *_folded(said, "  ")]
    locked = [row.network for row in rows if row.state in WANT_A_KEY]
    if locked:
        asked = _("“hubbub sources --networks {network}” says step by step how to get a key.")
        lines += ["", *_folded(asked.format(network=" ".join(dict.fromkeys(locked))), "")]
    return lines


def never_heard(source: SourceConfig) -> SourceRow:
    """Return the row of a source that is configured and was never listened to."""
    return SourceRow(
        id=0,
        key=source.key,
        network=source.network,
        label=SafeText(clean_line(source.key)),
        state=SourceState.STARTING,
        detail=None,
        state_since=utc_now(),
        until=None,
        last_ok_at=None,
        next_at=None,
        lag=0.0,
        cursor=None,
        fetched=0,
        new=0,
        updated=0,
        deleted=0,
        bad=0,
        open_gap=None,
        gapless=False,
    )


def use_record(use: SourceUse) -> Record:
    """Return what a source lives on, for a program."""
    return {
        "pace": use.pace,
        "budgets": [
            {
                "host": one.host,
                "remaining": one.remaining,
                "allowed": one.allowed,
                "reset_at": when(one.reset_at),
                "blocked_until": when(one.blocked_until),
            }
            for one in use.hosts
        ],
        "allowances": [
            {
                "name": one.name,
                "taken": one.taken,
                "allowed": one.allowed,
                "until": when(one.until),
            }
            for one in use.quotas
        ],
        "turns": [
            {"host": one.host, "seconds": one.seconds, "free_at": when(one.free_at)}
            for one in use.turns
        ],
        "spend": spend_record(use.spend),
    }


def columns(uses: Mapping[int, SourceUse] = NONE_USED) -> tuple[Column[SourceRow], ...]:
    """Return the table of sources; ``uses`` is what each lives on, by its number."""
    now = utc_now()
    return (
        Column(msgid("Source"), lambda row: row.label or row.key),
        Column(msgid("State"), lambda row: word(row.state)),
        Column(msgid("Last"), lambda row: ago(row.last_ok_at, now) if row.last_ok_at else "—"),
        Column(msgid("Next"), lambda row: until(row.next_at, now) if row.next_at else "—"),
        Column(msgid("Fetched"), lambda row: str(row.fetched), right=True),
        Column(msgid("New"), lambda row: str(row.new), right=True),
        Column(msgid("Bad"), lambda row: str(row.bad), right=True),
        Column(msgid("What to know"), lambda row: _what_to_know(row, uses.get(row.id), now)),
    )


def _what_to_know(row: SourceRow, use: SourceUse | None, now: Micros) -> str:
    parts = [say(row.detail) if row.detail else "", gap_text(row.open_gap)]
    parts += use_texts(use, now) if use is not None else []
    return " · ".join(part for part in parts if part)


# --- networks -----------------------------------------------------------------------------------


def list_networks(output: Output, names: Sequence[str]) -> int:
    """Write what networks let hubbub do: all of them in a table, or some in every detail.

    Raises:
        CommandError: there is no such network.
    """
    offered = capabilities()
    if names:
        chosen = [_offered(name, offered) for name in names]
        if output.for_people:
            for at, one in enumerate(chosen):
                output.line("\n".join(([""] if at else []) + _about(one)))
        else:
            output.records([network_record(one) for one in chosen])
        return DONE
    table: list[Column[Capability]] = [Column(msgid("Network"), short_title)]
    for at, (name, _word) in enumerate(ABILITIES, 1):
        table.append(Column(str(at), partial(_mark, name), right=True))
    table.append(Column(msgid("Key"), access))
    output.rows(offered, table, network_record)
    if output.for_people:
        asked = _("“hubbub sources --networks {network}” says step by step how to get a key.")
        output.line("\n".join(["", *_folded(numbers_legend(), "")]))
        output.line("\n".join(["", *_folded(asked.format(network=offered[0].network), "")]))
    return DONE


def network_record(capability: Capability) -> Record:
    """Return what a network lets hubbub do, for a program."""
    return {
        "network": capability.network,
        "title": capability.title,
        "access": access(capability),
        "needs_token": capability.needs_token,
        "works_without_key": capability.works_without_key,
        **{name: bool(getattr(capability, name)) for name, _word in ABILITIES},
        "interval": capability.interval,
        "min_interval": capability.min_interval,
        "needs": say(capability.needs) if capability.needs is not None else "",
        "steps": [say(step) for step in capability.steps],
        "limits": [say(limit) for limit in capability.limits],
    }


def _offered(name: str, offered: Sequence[Capability]) -> Capability:
    found = next((one for one in offered if one.network == name.casefold()), None)
    if found is None:
        networks = ", ".join(one.network for one in offered)
        sentence = Sentence(
            "hubbub knows no network {network}. It knows: {networks}.",
            {"network": clean_line(name, 80), "networks": networks},
        )
        raise CommandError(sentence, WRONG_USE)
    return found


def _mark(name: str, capability: Capability) -> str:
    return "✓" if getattr(capability, name) else "·"


def _about(capability: Capability) -> list[str]:
    """Return all there is to know of a network, in lines a person reads."""
    has = [word for word, able in abilities(capability) if able]
    lacks = [word for word, able in abilities(capability) if not able]
    lines = [f"{short_title(capability)} ({capability.network}): {access(capability)}"]
    for mark, words in (("✓", has), ("·", lacks)):
        lines += _folded(", ".join(words), f"  {mark} ")
    if capability.needs is not None:
        needs = _("needs")
        lines += _folded(say(capability.needs), f"  {needs}: ")
    for title, said in (
        (_("What to know"), [("- ", one) for one in capability.limits]),
        (_("How to get a key"), [(f"{at}. ", one) for at, one in enumerate(capability.steps, 1)]),
    ):
        lines += [title] if said else []
        for mark, one in said:
            lines += _folded(say(one), f"  {mark}")
    return lines


def _folded(text: str, mark: str) -> list[str]:
    """Return a text wrapped for the terminal, under itself behind its mark."""
    width = min(100, shutil.get_terminal_size().columns)
    if not text:
        return []
    return textwrap.wrap(
        text, width, initial_indent=mark, subsequent_indent=" " * len(mark), break_on_hyphens=False
    )
