"""The note for the team: its words, and the names of the team behind an ``@``."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from listeners.text import fold
from tui.i18n import _
from tui.screens.pickers import Picker, note_choices
from tui.widgets.choices import Choice

if TYPE_CHECKING:
    from tui.screens.triage import Subjects, TriageScreen

_BEGUN = re.compile(r"(?<![\w@.])@(\w*)$")


class Name(NamedTuple):
    """A member who would be named if this is chosen; ``text`` is the note with the name in it."""

    text: str


class NotePicker(Picker):
    """The field of a note; choosing a name completes it instead of keeping the note."""

    def _choose(self, choice: Choice) -> None:
        if not isinstance(choice.value, Name):
            super()._choose(choice)
            return
        self.field.value = choice.value.text
        self.field.cursor_position = len(choice.value.text)
        self._narrow()


def ask_note(screen: TriageScreen[Any], keep: Callable[[Subjects, Choice], None]) -> None:
    """Ask for the words of a note on the rows that are selected now."""
    subjects = screen.subjects()
    if subjects is None:
        screen.refuse(_("Nothing is selected."))
        return

    def chosen(choice: Choice | None) -> None:
        if choice is not None:
            keep(subjects, choice)

    choices = partial(named_choices, members=screen.desk.config.members)
    screen.app.push_screen(
        NotePicker(_("Note for the team"), choices, hint=_("stays in hubbub, never leaves it")),
        chosen,
    )


def named_choices(text: str, members: Sequence[str]) -> list[Choice]:
    """Return the members whose names begin with what stands behind the last ``@``, then the note.

    A name that is written out already is not offered again.
    """
    found = _BEGUN.search(text)
    begun = fold(found[1]) if found else ""
    names = [
        Choice(Name(f"{text[: found.start()]}@{name} "), f"@{name}")
        for name in members
        if found and fold(name).startswith(begun) and fold(name) != begun
    ]
    return [*names, *note_choices(text)]
