"""Away and back, by one entry of the palette."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from listeners.actions.absence import come_back, go_away
from listeners.model import HOUR, Micros
from tui.i18n import _, moment, say
from tui.screens.pickers import Picker, narrowed
from tui.untils import MORNING, at_clock, next_weekday, until_of
from tui.widgets.choices import Choice

if TYPE_CHECKING:
    from listeners.actions import Outcome
    from tui.screens.base import HubScreen


async def toggle_away(screen: HubScreen[Any], member: str = "") -> None:
    """Bring a member back who is away; else ask until when they leave. Empty: who sits here."""
    desk, now = screen.desk, screen.desk.clock()
    if not desk.config.members:
        screen.refuse(_("There is no team yet: [team] in the configuration names its members."))
        return
    who = member or desk.actor
    if who in await desk.colleagues.away(now):
        _said(screen, await come_back(desk.store, desk.config, desk.actor, who, now))
        return

    async def leave(until: Micros | None) -> None:
        _said(
            screen,
            await go_away(desk.store, desk.config, desk.actor, who, desk.clock(), until=until),
        )

    def chosen(choice: Choice | None) -> None:
        if choice is not None:
            until = Micros(choice.value) if isinstance(choice.value, int) else None
            screen.later(partial(leave, until))

    title = _("{name} is away until when?").format(name=who)
    screen.app.push_screen(
        Picker(title, partial(away_choices, now=now), hint=_("2h, tomorrow, mon")), chosen
    )


def away_choices(text: str, now: Micros) -> list[Choice]:
    """Return until when somebody may be away; what was typed comes first."""
    typed = until_of(text, now)
    if typed is not None:
        return [Choice(typed, _("until {when}").format(when=moment(typed, now)))]
    times = [
        (_("until tomorrow"), at_clock(now, MORNING, None, 1)),
        (_("until Monday"), next_weekday(now, 0, None)),
        (_("for a week"), at_clock(now, MORNING, None, 7)),
        (_("for two weeks"), at_clock(now, MORNING, None, 14)),
    ]
    listed = [Choice(at, label, moment(at, now)) for label, at in times if at > now + HOUR]
    return narrowed([Choice(None, _("until I say that it is over")), *listed], text)


def _said(screen: HubScreen[Any], outcome: Outcome) -> None:
    if outcome.done:
        screen.tell(say(outcome.sentence), undo=True)
    else:
        screen.refuse(say(outcome.sentence))
    screen.look_again()
