"""What the keys of the planning do to entries; where and how they are shown is in ``planning``."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import date, datetime, time
from functools import partial
from typing import Any, TypeVar

from listeners.actions.outcome import Outcome
from listeners.actions.planning import (
    add_planned,
    assign_planned,
    brand_names,
    change_planned,
    move_planned,
    remove_planned,
    set_cadence,
    set_state,
)
from listeners.planning.cadence import ChannelCadence
from listeners.planning.calendar import at_wall
from listeners.planning.entry import Planned, State, next_state, previous_state
from listeners.store import reads
from tui.cadence_words import a_week
from tui.i18n import _, say, zone
from tui.screens.own_keys import OwnKeysScreen
from tui.screens.plan_form import PlanForm, PlanOffered
from tui.screens.rule_form import Typed
from tui.screens.triage import refusals
from tui.widgets.choices import Choice
from tui.widgets.paint import network_name

Result = TypeVar("Result")
Work = Callable[[], Coroutine[Any, Any, Outcome]]

_HOUR = 60
_USUAL = time(10)
"""The hour a new entry has until another is given."""


class PlanVerbs(OwnKeysScreen[Result]):
    """Adding, changing, moving, approving, giving and removing what is planned."""

    # --- what the screen says of itself ------------------------------------------------------

    def chosen_day(self) -> date:
        """Return the day under the cursor."""
        raise NotImplementedError

    def targets(self) -> list[Planned]:
        """Return the entries that are marked, else the one under the cursor."""
        raise NotImplementedError

    def chosen_channel(self) -> ChannelCadence | None:
        """Return the channel under the cursor, where channels are listed."""
        raise NotImplementedError

    def campaign_names(self, brand: str) -> dict[int, str]:
        """Return the campaigns of a brand by number."""
        raise NotImplementedError

    def moved(self, days: int) -> None:
        """Go with what was moved by some days."""

    # --- doing -------------------------------------------------------------------------------

    def _do(self, work: Work) -> None:
        if self.desk.refusal:
            self.refuse(self.desk.refusal)
        else:
            self.later(partial(self._done, work))

    async def _done(self, work: Work) -> None:
        self.said(await work())

    def said(self, outcome: Outcome) -> None:
        """Say what came of something, and show the plan as it is now."""
        if outcome.done:
            text = "  ·  ".join([say(outcome.sentence), *refusals(outcome)])
            self.tell(text, undo=True)
        else:
            self.refuse(say(outcome.sentence))
        self.look_again()

    def _on_targets(self, verb: Callable[..., Coroutine[Any, Any, Outcome]], *args: Any) -> None:
        desk, chosen = self.desk, [one.id for one in self.targets()]
        if not chosen:
            self.refuse(_("Nothing is selected."))
            return
        self._do(lambda: verb(desk.store, desk.config, desk.actor, chosen, *args, desk.clock()))

    # --- adding and changing -----------------------------------------------------------------

    def do_plan_add(self) -> None:
        """Add an entry on the day under the cursor; among channels, a target for one."""
        if self.desk.refusal:
            self.refuse(self.desk.refusal)
            return
        brands = brand_names(self.desk.config)
        wished = self.desk.session.brand
        if not brands:
            self.refuse(_("There is no brand to plan for yet."))
            return
        at = at_wall(datetime.combine(self.chosen_day(), _USUAL), zone())
        one = Planned(brand=wished if wished in brands else brands[0], at=at)
        self.later(partial(self._open_form, one))

    def change(self) -> None:
        """Change the entry under the cursor."""
        chosen = self.targets()
        if not chosen:
            self.refuse(_("Nothing is selected."))
        elif self.desk.refusal:
            self.refuse(self.desk.refusal)
        else:
            self.later(partial(self._open_form, chosen[0]))

    async def _open_form(self, one: Planned) -> None:
        desk = self.desk
        places = await reads.sources(desk.store)
        channels = dict.fromkeys(
            [
                *(network for brand in desk.config.brands for network in brand.handles),
                *(place.network for place in places),
                *([one.channel] if one.channel else []),
            ]
        )
        offered = PlanOffered(
            brands=brand_names(desk.config),
            channels=tuple(channels),
            members=tuple(dict.fromkeys((*desk.config.members, desk.actor))),
            campaigns=self.campaign_names(one.brand),
        )

        async def keep(made: Planned) -> Outcome:
            now = desk.clock()
            if made.id:
                return await change_planned(desk.store, desk.config, desk.actor, one, made, now)
            outcome, _number = await add_planned(desk.store, desk.config, desk.actor, made, now)
            return outcome

        def kept(outcome: Outcome | None) -> None:
            if outcome is not None:
                self.said(outcome)

        self.app.push_screen(PlanForm(desk, one, offered, keep), kept)

    # --- time --------------------------------------------------------------------------------

    def _move_by(self, **by: int) -> None:
        desk, chosen = self.desk, [one.id for one in self.targets()]
        if not chosen:
            self.refuse(_("Nothing is selected."))
            return

        async def move() -> Outcome:
            outcome = await move_planned(
                desk.store, desk.config, desk.actor, chosen, desk.clock(), zone=zone(), **by
            )
            if outcome.done:
                self.moved(by.get("days", 0))
            return outcome

        self._do(move)

    def do_plan_earlier(self) -> None:
        """Move it to the day before."""
        self._move_by(days=-1)

    def do_plan_later(self) -> None:
        """Move it to the next day."""
        self._move_by(days=1)

    def do_plan_hour_earlier(self) -> None:
        """Move it an hour earlier."""
        self._move_by(minutes=-_HOUR)

    def do_plan_hour_later(self) -> None:
        """Move it an hour later."""
        self._move_by(minutes=_HOUR)

    # --- state and owner ---------------------------------------------------------------------

    def _step(self, step: Callable[[State], State]) -> None:
        chosen = self.targets()
        if not chosen:
            self.refuse(_("Nothing is selected."))
            return
        # Several go together to where the first of them goes.
        state = step(chosen[0].state)
        if state == chosen[0].state:
            self.refuse(_("There is no state beyond this one."))
            return
        self._on_targets(set_state, state)

    def do_plan_next(self) -> None:
        """Bring it to the next state."""
        self._step(next_state)

    def do_plan_previous(self) -> None:
        """Bring it back to the state before."""
        self._step(previous_state)

    def do_done(self) -> None:
        """Mark it as done."""
        self._on_targets(set_state, "done")

    def do_take(self) -> None:
        """Take it; what is one's own already goes back to nobody."""
        chosen, me = self.targets(), self.desk.actor
        mine = bool(chosen) and all(one.owner == me for one in chosen)
        self._on_targets(assign_planned, "" if mine else me)

    def do_assign(self) -> None:
        """Ask whom to give it to."""
        if self.desk.refusal:
            self.refuse(self.desk.refusal)
            return
        if not self.targets():
            self.refuse(_("Nothing is selected."))
            return
        from tui.screens.assigning import MemberPicker

        def chosen(choice: Choice | None) -> None:
            if choice is not None:
                self._on_targets(assign_planned, str(choice.value))

        self.app.push_screen(MemberPicker(self.desk), chosen)

    def do_dismiss(self) -> None:
        """Take it out of the plan; of a channel, its target."""
        channel = self.chosen_channel()
        if channel is not None:
            self._set_cadence(channel.channel, 0.0)
        else:
            self._on_targets(remove_planned)

    # --- cadence -----------------------------------------------------------------------------

    def ask_target(self, channel: str, target: float | None) -> None:
        """Ask how many posts a week a channel is meant to carry."""
        title = _("{channel}: posts a week").format(channel=network_name(channel))
        typed = Typed(title, a_week(target) if target else "", _("a number; 0: no target"))

        def given(text: str | None) -> None:
            if text is None:
                return
            try:
                wanted = float(text.strip().replace(",", "."))
            except ValueError:
                self.refuse(_("“{text}” is no number.").format(text=text))
                return
            self._set_cadence(channel, wanted)

        self.app.push_screen(typed, given)

    def _set_cadence(self, channel: str, wanted: float) -> None:
        desk, brands = self.desk, brand_names(self.desk.config)
        brand = desk.session.brand or (brands[0] if len(brands) == 1 else "")
        if not brand:
            key = desk.key_of("brand")
            self.refuse(_("Of which brand? {key} chooses one.").format(key=key))
            return
        self._do(
            lambda: set_cadence(
                desk.store, desk.config, desk.actor, brand, channel, wanted, desk.clock()
            )
        )
