"""Taking in a press list from the screen: which file, and what was left out of it and why."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from listeners import actions
from listeners.people.press import MOST_BYTES, PressList, read_press_list
from tui.i18n import _, number, say
from tui.screens.asking import Answer, Ask
from tui.screens.people_picking import path_choices
from tui.screens.pickers import Picker
from tui.widgets.choices import Choice

if TYPE_CHECKING:
    from tui.screens.people import PeopleScreen

_TOLD = 12
"""Lines about a list that are shown at once."""


def ask_press_list(screen: PeopleScreen) -> None:
    """Ask for the file, and take in the people in it."""
    if screen.desk.refusal:
        screen.refuse(screen.desk.refusal)
        return

    def chosen(choice: Choice | None) -> None:
        if choice is not None:
            screen.later(partial(_take_in, screen, str(choice.value)))

    hint = _("a CSV file: name, outlet, email, mastodon, …")
    screen.app.push_screen(Picker(_("Press list"), path_choices, hint=hint), chosen)


async def _take_in(screen: PeopleScreen, path: str) -> None:
    try:
        told = await asyncio.to_thread(press_list_of, path)
    except OSError as error:
        said = _("{file} cannot be read: {fault}.")
        screen.refuse(said.format(file=path, fault=error.strerror or ""))
        return
    desk = screen.desk
    outcome = await actions.import_press(desk.store, desk.config, desk.actor, told, desk.clock())
    if not outcome.done:
        screen.refuse(say(outcome.sentence))
        return
    screen.tell(say(outcome.sentence), undo=True)
    screen.was_done()
    if outcome.refused:
        lines = [str(say(one)) for one in (outcome.sentence, *outcome.refused[:_TOLD])]
        if len(outcome.refused) > _TOLD:
            rest = number(len(outcome.refused) - _TOLD)
            lines.append(_("and {count} more").format(count=rest))
        screen.app.push_screen(Ask(_("Press list"), lines, [Answer("ok", _("Good"), "enter")]))
    screen.look_again()


def press_list_of(path: str) -> PressList:
    """Read a press list from a file, as far as it is not too large.

    Raises:
        OSError: it cannot be read.
    """
    file = Path(path).expanduser()
    with file.open("rb") as opened:
        return read_press_list(opened.read(MOST_BYTES + 1), file.name)
