"""``hubbub redo``: do again what was taken back last."""

from __future__ import annotations

import argparse

from listeners.actions import redo
from listeners.clock import utc_now
from tui.commands.acting import tell
from tui.commands.common import Settings, settings, writing
from tui.terminal.ending import run_to_end


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the common options alone."""


def run(arguments: argparse.Namespace) -> int:
    """Do it again."""
    return run_to_end(_redo(settings(arguments)), 1)


async def _redo(known: Settings) -> int:
    async with writing(known) as store:
        outcome = await redo(store, known.member, utc_now())
    return tell(known, outcome)
