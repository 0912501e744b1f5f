"""``hubbub redo``: do again what was taken back last."""

from __future__ import annotations

import argparse

from listeners.actions import redo
from listeners.clock import utc_now
from tui.commands.acting import tell
from tui.commands.common import Settings, settings, writing
from tui.i18n import _
from tui.terminal.ending import run_to_end


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add which step, where it is not the last one taken back."""
    parser.add_argument(
        "--step", type=int, default=0, metavar="N", help=_("do this step of the log again")
    )
    parser.add_argument(
        "--of", default="", metavar=_("WHO"), help=_("whose step it is, where it is not yours")
    )


def run(arguments: argparse.Namespace) -> int:
    """Do it again."""
    return run_to_end(_redo(settings(arguments), arguments), 1)


async def _redo(known: Settings, arguments: argparse.Namespace) -> int:
    async with writing(known) as store:
        outcome = await redo(store, known.member, utc_now(), step=arguments.step, of=arguments.of)
    return tell(known, outcome)
