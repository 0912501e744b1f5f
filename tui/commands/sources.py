"""``hubbub sources``: where hubbub listens, and how each place is doing."""

from __future__ import annotations

import argparse

from listeners.clock import utc_now
from listeners.config import SourceConfig
from listeners.model import SafeText, SourceRow, SourceState
from listeners.store import reads
from listeners.text import clean_line
from tui.commands import DONE
from tui.commands.common import Settings, reading, settings
from tui.commands.output import Column
from tui.commands.records import source_record
from tui.i18n import ago, msgid, say, until
from tui.sources import gap_text
from tui.terminal.ending import run_to_end
from tui.words import word


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the common options alone."""


def run(arguments: argparse.Namespace) -> int:
    """List sources."""
    return run_to_end(_list(settings(arguments)))


async def _list(known: Settings) -> int:
    rows: list[SourceRow] = []
    if known.store.exists():
        async with reading(known) as store:
            rows = await reads.sources(store)
    heard = {row.key for row in rows}
    rows += [never_heard(source) for source in known.config.sources if source.key not in heard]
    known.output.rows(
        rows,
        columns(),
        source_record,
        empty=msgid("No source is configured. “hubbub init” writes a first configuration."),
    )
    return DONE


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


def columns() -> tuple[Column[SourceRow], ...]:
    """Return the table of sources."""
    now = utc_now()
    return (
        Column(msgid("Source"), lambda row: row.label or row.key),
        Column(msgid("State"), lambda row: word(row.state)),
        Column(msgid("Last"), lambda row: ago(row.last_ok_at, now) if row.last_ok_at else "—"),
        Column(msgid("Next"), lambda row: until(row.next_at, now) if row.next_at else "—"),
        Column(msgid("Fetched"), lambda row: str(row.fetched), right=True),
        Column(msgid("New"), lambda row: str(row.new), right=True),
        Column(msgid("Bad"), lambda row: str(row.bad), right=True),
        Column(msgid("What to know"), _what_to_know),
    )


def _what_to_know(row: SourceRow) -> str:
    parts = [say(row.detail) if row.detail else "", gap_text(row.open_gap)]
    return " · ".join(part for part in parts if part)
