"""Every action a person can do, in one registry: key lines, help, palette and README come from it.

One verb has one key in every panel; what it is called there may differ (``e`` answers a
conversation and resolves an alert). A key is written as it is typed (``?``, ``G``) or by its name
(``space``, ``ctrl+p``). Labels and help texts are msgids, translated where they are shown.
No Textual here: the headless help and the documentation read this package too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tui.actions.adding import ADD
from tui.actions.kinds import Action, Group, Panel, Wording
from tui.actions.looking import LOOK
from tui.actions.mood import MOOD, WHY
from tui.actions.moving import MARK, MOVE
from tui.actions.past import PAST
from tui.actions.places import HUBBUB, PANELS
from tui.actions.relations import RELATIONS
from tui.actions.teaching import TAUGHT, TEACH
from tui.actions.triage import TRIAGE

__all__ = [
    "ACTIONS",
    "BY_ID",
    "Action",
    "Group",
    "Panel",
    "Wording",
    "actions_in",
    "footer_actions",
    "meant",
]

ACTIONS: tuple[Action, ...] = (
    *TRIAGE, *MOOD, *TEACH, *MOVE, *MARK, *WHY, *LOOK, *PANELS, *RELATIONS, *HUBBUB, *TAUGHT,
    *PAST, *ADD,
)  # fmt: skip
"""The registry, in the order of the help screen."""

BY_ID: Mapping[str, Action] = {action.id: action for action in ACTIONS}

KeysOf = Callable[[Action], Sequence[str]]


def actions_in(panel: Panel | None) -> tuple[Action, ...]:
    """Return the actions that mean something in a panel, in the order of the help screen."""
    return tuple(action for action in ACTIONS if action.applies_in(panel))


def meant(action: Action, panel: Panel | None, keys_of: KeysOf) -> Action:
    """Return what the key of an action means in a panel: another action may share it there."""
    if action.applies_in(panel):
        return action
    keys = set(keys_of(action))
    shared = (one for one in actions_in(panel) if keys.intersection(keys_of(one)))
    return next(shared, action)


def footer_actions(panel: Panel | None) -> tuple[Action, ...]:
    """Return the actions of the key line of a panel, the most useful first."""
    shown = (
        action
        for action in actions_in(panel)
        if action.footer and (not action.footer_in or panel in action.footer_in)
    )
    return tuple(sorted(shown, key=lambda action: action.footer))
