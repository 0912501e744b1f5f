"""``hubbub demo``: two days of a made-up brand, through the real pipeline, into a store of its own.

Nothing of the user's is read or written: the store is temporary and gone at the end, unless a new
file is named with ``--store``.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from listeners.demo.play import Player
from listeners.model import SECOND, Sentence
from listeners.store import Store, open_store
from tui import log
from tui.commands import DONE, WRONG_USE
from tui.commands.common import CommandError, Settings, settings, span
from tui.commands.listening import beside
from tui.commands.stats import totals
from tui.i18n import _
from tui.terminal.ending import run_to_end
from tui.terminal.tty import why_no_screen

if TYPE_CHECKING:
    from tui.app import Hubbub

HEADLESS_SECONDS = 20.0
SCREEN_SECONDS = 90.0
"""How long the crisis takes to build and be answered while one watches."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add how to play."""
    parser.add_argument(
        "--headless", action="store_true", help=_("without a screen; end with the counts as JSON")
    )
    parser.add_argument(
        "--for",
        dest="span",
        type=span,
        metavar=_("TIME"),
        help=_("how long the story takes to tell: 20s, 2m"),
    )


def run(arguments: argparse.Namespace) -> int:
    """Play."""
    known = settings(arguments)
    kept = known.store if getattr(arguments, "store", "") else None
    if kept is not None and kept.exists():
        raise CommandError(
            Sentence(
                "{path} exists already. The demonstration writes into a new file only.",
                {"path": str(kept)},
            ),
            WRONG_USE,
        )
    if arguments.headless:
        seconds = HEADLESS_SECONDS if arguments.span is None else arguments.span / SECOND
        return run_to_end(_headless(known, seconds, kept))
    refusal = why_no_screen()
    if refusal is not None:
        raise CommandError(refusal, WRONG_USE)
    seconds = SCREEN_SECONDS if arguments.span is None else arguments.span / SECOND
    return run_to_end(show(known, seconds, kept))


async def _headless(known: Settings, seconds: float, kept: Path | None) -> int:
    async with _stage(kept) as store:
        await _play(store, seconds)
        counts = await totals(store)
    known.output.form = "jsonl" if known.output.for_people else known.output.form
    known.output.record({**counts, "demo": True})
    return DONE


@asynccontextmanager
async def _stage(kept: Path | None) -> AsyncIterator[Store]:
    """Open the store the story is told into: a new file that stays, or one that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="hubbub-demo-") as folder:
        async with open_store(kept or Path(folder) / "demo.db") as store:
            yield store


async def _play(store: Store, seconds: float) -> None:
    player = Player(store, seconds=seconds)
    await player.prepare()
    await player.play()


async def show(known: Settings, seconds: float = SCREEN_SECONDS, kept: Path | None = None) -> int:
    """Play the demonstration on the dashboard, until it is left."""
    from tui.app import Hubbub
    from tui.terminal.ending import run_screen

    log.start_log()
    async with _stage(kept) as store:
        player = Player(store, seconds=seconds)
        told = player.config
        config = replace(
            told,
            language=known.config.language,
            theme=known.config.theme,
            emoji=known.config.emoji,
            keys=known.config.keys,
            member=told.member or known.member,
        )
        app = Hubbub(store, config, player, clock=player.clock, demo=True)
        app.desk.voice = player.voice
        # The first part of the story is told while the dashboard stands: it fills as one looks.
        async with beside("demonstration", tell(player, app)):
            return await run_screen(app)


async def tell(player: Player, app: Hubbub) -> None:
    """Tell the story until it is cancelled; a fault in it is said on the screen, and raised."""
    try:
        await player.prepare()
        await player.run()
    except Exception as error:
        # A story that broke off looks like a calm day.
        app.call_later(app.say_fault, error)
        raise
