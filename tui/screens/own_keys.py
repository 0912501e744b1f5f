"""Screens whose keys are their own: where letters are letters, or mean something else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType

from listeners import actions
from tui.actions import ACTIONS, BY_ID, Action, Group, Panel
from tui.i18n import _
from tui.screens.base import bindings
from tui.screens.moving import MovingScreen
from tui.sending import tell_in_front

Result = TypeVar("Result")

_SHARED = (
    "help", "quit.now", "theme", "panel.next", "panel.previous", "list.down", "list.up",
    "list.page_down", "list.page_up", "list.first", "list.last",
)  # fmt: skip


def own(id: str, keys: str, label: str, footer: int) -> Action:  # noqa: A002 - as in Action
    """Return an action of one screen; ``keys`` are separated by commas, ``label`` is a msgid."""
    return Action(
        id=id,
        keys=tuple(keys.split(",")),
        label=label,
        help=label,
        group=Group.TRIAGE,
        footer=footer,
    )


def own_bindings(listed: Iterable[Action], shared: Iterable[str] = ()) -> list[BindingType]:
    """Return the bindings of a screen's own actions and of those it shares with every other.

    An action that every screen knows has the keys a person chose for it. Those that only this
    screen gives it are bound apart: a choice made for all screens would take them away.
    """
    own_actions = [_as_everywhere(action) for action in listed]
    return [
        *bindings([action for action, _more in own_actions]),
        *(
            Binding(",".join(more), f"hub('{action.id}')", action.label, False)
            for action, more in own_actions
            if more
        ),
        *bindings(BY_ID[one] for one in (*_SHARED, *shared)),
    ]


def _as_everywhere(action: Action) -> tuple[Action, tuple[str, ...]]:
    """Return an action with the keys it has everywhere, and those only this screen gives it."""
    if action.id not in BY_ID:
        return action, ()
    usual = BY_ID[action.id].keys
    more = tuple(key for key in action.keys if key not in usual)
    return replace(action, keys=tuple(key for key in action.keys if key in usual)), more


class OwnKeysScreen(MovingScreen[Result], inherit_bindings=False):
    """A screen on which only its own actions and the common movements have keys."""

    OWN: ClassVar[tuple[Action, ...]] = ()
    """The actions of this screen, in the order of the line of keys."""

    @property
    def panel(self) -> Panel | None:
        """No panel of the dashboard."""
        return None

    def action_hub(self, action_id: str) -> None:
        """Run one of this screen's own actions, or one of those that hold everywhere."""
        if any(action.id == action_id for action in self.OWN):
            self.desk.session.acted(self.desk.clock())
            getattr(self, "do_" + action_id.replace(".", "_"))()
        else:
            super().action_hub(action_id)

    def show_keys(self) -> None:
        """Show the keys of this screen."""
        self.keys.show_keys([(action, _(action.label)) for action in self.OWN])

    def do_help(self) -> None:
        """Show the keys of this screen, and no others: they mean nothing here."""
        from tui.screens.help import HelpScreen

        bound = {binding.action for binding in type(self).BINDINGS if isinstance(binding, Binding)}
        here = {action.id for action in self.OWN}
        shared = [
            action for action in ACTIONS if f"hub('{action.id}')" in bound and action.id not in here
        ]
        self.app.push_screen(HelpScreen(self.desk, None, self.OWN, shared))

    def do_panel_next(self) -> None:
        """Go to the next pane."""
        self.focus_next()

    def do_panel_previous(self) -> None:
        """Go to the pane before."""
        self.focus_previous()

    def do_undo(self) -> None:
        """Take back the last action."""
        self.later(self._undo)

    def do_redo(self) -> None:
        """Do again what was taken back."""
        self.later(self._redo)

    async def _undo(self) -> None:
        from tui.screens.answering import offer_to_delete

        outcome = await actions.undo(self.desk.store, self.desk.actor, self.desk.clock())
        if outcome.offer:
            await offer_to_delete(self, outcome.offer)
        else:
            tell_in_front(self.hub, outcome)

    async def _redo(self) -> None:
        outcome = await actions.redo(self.desk.store, self.desk.actor, self.desk.clock())
        tell_in_front(self.hub, outcome, undo=True)
