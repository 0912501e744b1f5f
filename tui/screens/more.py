"""The chooser of the screens that have no key of their own: a letter each."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.widgets import Input

from tui.actions import BY_ID
from tui.actions.relations import LETTERS
from tui.i18n import _
from tui.screens.pickers import Picker, narrowed
from tui.widgets.choices import Choice


class MoreScreen(Picker):
    """Opens a screen by its letter, or by the arrows and enter."""

    def __init__(self) -> None:
        super().__init__(_("More screens"), screen_choices, hint=_("a letter"))

    @on(Input.Changed)
    def _typed(self) -> None:
        action = LETTERS.get(self.field.value)
        if action is not None:
            self._choose(Choice(action, ""))


def screen_choices(text: str) -> Sequence[Choice]:
    """Return the screens with their letters; more than a letter finds them by their words."""
    listed = [
        Choice(action, f"{letter}  {_(BY_ID[action].label)}", _(BY_ID[action].help))
        for letter, action in LETTERS.items()
    ]
    return narrowed(listed, text if len(text) > 1 else "")
