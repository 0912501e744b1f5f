"""``hubbub`` alone: the dashboard, which listens too unless another process does.

The first time, with no brand configured, a welcome screen comes before it.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import replace

from listeners.config import Config, default_config_path, load_config
from listeners.query import QuerySyntaxError, query_for_brand
from listeners.store import open_store
from tui import log
from tui.commands import DONE, WRONG_USE
from tui.commands.common import CommandError, Settings, settings
from tui.commands.listening import Listening, beside
from tui.terminal.ending import run_screen, run_to_end, signalled
from tui.terminal.tty import why_no_screen


def run(arguments: argparse.Namespace) -> int:
    """Show the dashboard, after the welcome screen where nothing is configured yet."""
    refusal = why_no_screen()
    if refusal is not None:
        raise CommandError(refusal, WRONG_USE)
    prepare_environment()
    known = settings(arguments)
    for brand in known.config.brands:
        try:
            query_for_brand(brand)
        except QuerySyntaxError as error:
            raise CommandError(error.sentence, WRONG_USE, brand.query) from error
    return run_to_end(_show(known))


def prepare_environment() -> None:
    """Set what Textual reads once, when it is first imported."""
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    # An empty NO_COLOR means colour (no-color.org); Textual takes it for a wish.
    if os.environ.get("NO_COLOR") == "":
        del os.environ["NO_COLOR"]


async def _show(known: Settings) -> int:
    website = ""
    while not known.config.brands:
        from tui.screens.welcome import Demonstration, WelcomeApp

        welcome = WelcomeApp(known.config.path or default_config_path())
        code = await run_screen(welcome)
        answer = welcome.return_value
        if code or signalled() or answer is None:
            return code
        if isinstance(answer, Demonstration):
            from tui.commands.demo import show

            # Whoever leaves the demonstration comes back to the question.
            code = await show(known)
            if code or signalled():
                return code
        else:
            known = replace(known, config=load_config(answer.path))
            website = next((one for brand in known.config.brands for one in brand.websites), "")
    return await _dashboard(known, replace(known.config, member=known.member), website)


async def _dashboard(known: Settings, config: Config, website: str) -> int:
    from tui.app import Hubbub

    log.start_log()
    async with open_store(known.store) as store:
        listening = Listening(store, config)
        app = Hubbub(store, config, listening)
        app.desk.website = website
        async with beside("listening", listening.run()):
            code = await run_screen(app)
    return code or DONE
