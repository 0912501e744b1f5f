"""Maintenance windows on screen: what runs or comes, ending one, adding one that begins now."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from listeners.model import Micros
from listeners.risk.maintenance import Window
from tui.i18n import _, moment
from tui.screens.pickers import Picker, narrowed
from tui.untils import until_of
from tui.widgets.choices import Choice
from tui.widgets.paint import one_line

if TYPE_CHECKING:
    from tui.screens.base import HubScreen


def ask_maintenance(screen: HubScreen[Any]) -> None:
    """Show the windows, and ask for a new one or which one ends."""
    screen.later(partial(_ask, screen))


async def _ask(screen: HubScreen[Any]) -> None:
    from listeners.store.maintenance import windows

    desk = screen.desk
    if desk.refusal:
        screen.refuse(desk.refusal)
        return
    now = desk.clock()
    found = await windows(desk.store, now)

    def chosen(choice: Choice | None) -> None:
        if choice is not None:
            screen.later(partial(_done, screen, choice.value))

    brand = desk.session.brand
    screen.app.push_screen(
        Picker(
            _("Maintenance windows"),
            partial(window_choices, found, now, brand),
            hint=_("until when, and why: 3h launch of the app"),
        ),
        chosen,
    )


async def _done(screen: HubScreen[Any], value: object) -> None:
    from listeners import actions

    desk = screen.desk
    if isinstance(value, Window):
        outcome = await actions.add_maintenance(
            desk.store, desk.config, desk.actor, value, desk.clock()
        )
    elif isinstance(value, int):
        outcome = await actions.end_maintenance(
            desk.store, desk.config, desk.actor, value, desk.clock()
        )
    else:
        return
    said = getattr(screen, "_said", None)
    if said is not None:
        said(outcome, undo=True)


def window_choices(windows: Sequence[Window], now: Micros, brand: str, text: str) -> list[Choice]:
    """Return what may be ended, or what is typed as a new window beginning now."""
    words = text.split()
    for place in range(min(2, len(words)), 0, -1):
        until = until_of(" ".join(words[:place]), now)
        if until is not None:
            reason = " ".join(words[place:])
            window = Window(brand=brand, from_at=now, to_at=until, reason=reason)
            return [Choice(window, _("add: {what}").format(what=window_words(window, now)))]
    listed = [
        Choice(one.id, _("end: {what}").format(what=window_words(one, now))) for one in windows
    ]
    return narrowed(listed, text)


def window_words(window: Window, now: Micros) -> str:
    """Return what a window is for and how long it lasts."""
    whose = one_line(window.brand) or _("all brands")
    times = (
        _("until {when}").format(when=moment(window.to_at, now))
        if window.from_at <= now
        else _("{begins} to {ends}").format(
            begins=moment(window.from_at, now), ends=moment(window.to_at, now)
        )
    )
    return " · ".join(part for part in (whose, times, one_line(window.reason)) if part)
