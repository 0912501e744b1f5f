"""Whom to give it to: the team with role, load and presence, those who are away last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from listeners.model import Micros
from listeners.team import Role, role_of
from listeners.text import fold
from tui.i18n import _
from tui.screens.pickers import Picker, name_choices, narrowed
from tui.team_words import away_words, role_word
from tui.widgets.choices import Choice

if TYPE_CHECKING:
    from tui.colleagues import Member
    from tui.desk import Desk
    from tui.screens.triage import Subjects, TriageScreen


class MemberPicker(Picker):
    """The names at once, for whoever types one; what is known of each as soon as it is read."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        members, me = desk.config.members, desk.actor
        writing = [one for one in members if role_of(desk.config, one) is not Role.OBSERVER]
        super().__init__(
            _("To whom?"), partial(name_choices, members=writing, me=me), hint=_("a name")
        )

    def on_mount(self) -> None:
        """Show the names, and read about them."""
        super().on_mount()
        self.hub_work(self._read())

    async def _read(self) -> None:
        members = await self._desk.colleagues.members(self._desk.session.brand, me=self._desk.actor)
        choices = member_choices(members, self._desk.actor, self._desk.clock())
        self._choices_for = partial(known_choices, choices=choices)
        self._narrow()


def ask_whom(screen: TriageScreen[Any], give: Callable[[Subjects, Choice], None]) -> None:
    """Ask whom to give the rows to that are selected now."""
    subjects = screen.subjects()
    if subjects is None:
        screen.refuse(_("Nothing is selected."))
        return

    def chosen(choice: Choice | None) -> None:
        if choice is not None:
            give(subjects, choice)

    screen.app.push_screen(MemberPicker(screen.desk), chosen)


def member_choices(members: Sequence[Member], me: str, now: Micros) -> list[Choice]:
    """Return who can be given something, each with what tells whether to; nobody comes last."""
    made = []
    for one in sorted(members, key=lambda one: one.away is not None):
        if one.role is Role.OBSERVER or not one.name:
            continue
        parts = [role_word(one.role)] if one.of_the_team else []
        if one.name == me:
            parts.append(_("you"))
        parts.append(_("{count} open").format(count=one.open))
        if one.away is not None:
            parts.append(away_words(one.away, now))
        elif one.here and one.name != me:
            parts.append(_("here"))
        made.append(Choice(one.name, one.name, " · ".join(parts)))
    return [*made, Choice("", _("nobody"), _("gives it back"))]


def known_choices(text: str, choices: Sequence[Choice]) -> list[Choice]:
    """Return the members whose name holds what was typed; another name is taken as it is."""
    found = narrowed(choices, text)
    words = text.strip()
    if words and all(fold(str(one.value)) != fold(words) for one in choices):
        found.append(Choice(words, words))
    return found
