"""To the screens of people, campaigns and planning, from every other screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from textual.screen import Screen

if TYPE_CHECKING:
    from tui.desk import Desk

Result = TypeVar("Result")


class Going(Screen[Result]):
    """The places of ``tui.actions.relations``; what leads there is loaded when asked for."""

    desk: Desk
