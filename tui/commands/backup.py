"""``hubbub backup``: copy the store safely, also while it is in use."""

from __future__ import annotations

import argparse
from pathlib import Path

from listeners.model import Sentence
from listeners.store.backup import backup
from tui.commands import DONE
from tui.commands.common import Settings, reading, settings
from tui.i18n import _
from tui.terminal.ending import run_to_end


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the target."""
    parser.add_argument("file", metavar=_("FILE"), help=_("where the copy goes"))


def run(arguments: argparse.Namespace) -> int:
    """Write the copy."""
    return run_to_end(_copy(Path(arguments.file).expanduser(), settings(arguments)), 1)


async def _copy(target: Path, known: Settings) -> int:
    async with reading(known) as store:
        size = await backup(store, target)
    known.output.said(
        Sentence(
            "The store is copied to {path} ({size:.1f} MB). To go back to it, put it in the "
            "store's place while no hubbub runs.",
            {"path": str(target), "size": size / 1e6},
        ),
        path=str(target),
        bytes=size,
    )
    return DONE
