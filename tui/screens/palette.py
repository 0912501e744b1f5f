"""The palette: every action by its name, in the language spoken, without knowing its key."""

from __future__ import annotations

from collections.abc import Sequence

from listeners.text import fold
from tui.actions import ACTIONS, Action, Group
from tui.i18n import _
from tui.macros import run_own
from tui.screens.base import HubScreen
from tui.screens.help import KeysOf, group_name
from tui.screens.pickers import Picker, narrowed
from tui.widgets.choices import Choice
from tui.widgets.key_line import key_name


def palette_choices(
    text: str, actions: Sequence[Action], keys_of: KeysOf, labels: Sequence[str]
) -> list[Choice]:
    """Return the actions whose words hold everything typed, the best first.

    A label that begins with what was typed comes before one that holds it, and that before a
    help sentence that does. Nothing typed shows all, by group.
    """
    listed = [
        (action, label, _hint(action, keys_of))
        for action, label in zip(actions, labels, strict=True)
    ]
    words = fold(text).split()
    if not words:
        grouped: list[Choice] = []
        for group in Group:
            members = [one for one in listed if one[0].group is group]
            if members:
                grouped.append(Choice(None, group_name(group), heading=True))
                grouped += [Choice(action.id, label, hint) for action, label, hint in members]
        return grouped
    found = []
    for action, label, hint in listed:
        where = fold(f"{label} {action.id} {_(action.help)}")
        if all(word in where for word in words):
            name = fold(label)
            rank = 0 if name.startswith(words[0]) else 1 if words[0] in name else 2
            found.append((rank, Choice(action.id, label, hint)))
    if not found:
        return [Choice(None, _("No action here has these words."), heading=True)]
    return [choice for _rank, choice in sorted(found, key=lambda one: one[0])]


def _hint(action: Action, keys_of: KeysOf) -> str:
    return " ".join(key_name(key) for key in keys_of(action)[:2])


def open_palette(screen: HubScreen[object]) -> None:
    """Show the palette over a screen, and run on that screen what is chosen."""
    actions = [
        action
        for action in ACTIONS
        if action.palette
        and action.applies_in(screen.panel)
        and hasattr(screen, "do_" + action.id.replace(".", "_"))
    ]
    labels = [_(action.label_in(screen.panel)) for action in actions]

    own = [
        Choice((key,), f"{key_name(key)}  {does}", _("your own"))
        for key, does in screen.desk.own.listed
    ]

    def choices(text: str) -> list[Choice]:
        found = palette_choices(text, actions, screen.desk.keys_of, labels)
        if not text.strip():
            return [*found, *own]
        mine = narrowed(own, text)
        return [*mine, *(one for one in found if not (mine and one.heading))]

    def chosen(choice: Choice | None) -> None:
        if choice is None:
            return
        if isinstance(choice.value, tuple):
            run_own(screen, choice.value[0])
        else:
            screen.action_hub(str(choice.value))

    screen.app.push_screen(
        Picker(_("Commands"), choices, hint=_("Type what you want to do")), chosen
    )
