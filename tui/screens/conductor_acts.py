"""What a conductor does: puts on duty, swaps, hands out, takes back, approves; all undoable."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from functools import partial

from listeners.actions import Outcome
from listeners.actions.charges import hand_over, take_back
from listeners.actions.conducting import give
from listeners.actions.duty import add_duty, change_duty, remove_duty, swap_duty
from listeners.actions.planning import set_state
from listeners.charges import Charge
from listeners.conducting import Channel, Conducting, Holding, Late, Running
from listeners.duty import Gap, Shift
from listeners.model import Micros
from listeners.planning.entry import State
from tui.desk import Desk
from tui.i18n import _, say
from tui.screens.duty_asking import ask_member, ask_role, ask_shifts, ask_swap, ask_taken_back
from tui.screens.own_keys import OwnKeysScreen
from tui.widgets.conductor_rows import Thing


class ConductorActs(OwnKeysScreen[None]):
    """The verbs of the conductor's page; the page says what they are about."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.found = Conducting()

    def thing(self) -> Thing | None:
        """Return what is under the cursor, ``None`` for a title."""
        raise NotImplementedError

    def things(self) -> list[Thing]:
        """Return what is marked, or what is under the cursor."""
        raise NotImplementedError

    def unmark(self) -> None:
        """Drop the marks once something was done to what they marked."""
        raise NotImplementedError

    # --- duty --------------------------------------------------------------------------------

    def do_conductor_duty(self) -> None:
        """Put a member on duty: the one under the cursor, or whoever is named."""
        if not self._may():
            return
        thing = self.thing()
        if isinstance(thing, Gap):
            self.fill(thing)
        elif isinstance(thing, Holding) and thing.name:
            self._ask_when(thing.name)
        else:
            ask_member(self, self._ask_when)

    def _ask_when(self, name: str) -> None:
        ask_shifts(
            self,
            (name,),
            self._put_on_duty,
            brand=self.desk.session.brand,
            title=_("When is {name} on duty?").format(name=name),
        )

    def _put_on_duty(self, shifts: Sequence[Shift]) -> None:
        desk = self.desk
        self._act(add_duty(desk.store, desk.config, desk.actor, shifts, desk.clock()))

    def fill(self, gap: Gap) -> None:
        """Put somebody on duty for the time in which nobody is."""
        if not self._may():
            return

        def put(name: str) -> None:
            from_at = Micros(max(gap.from_at, self.desk.clock()))
            self._put_on_duty(
                [Shift(member=name, brand=gap.brand, from_at=from_at, to_at=gap.to_at)]
            )

        ask_member(self, put)

    def retime(self, shift: Shift) -> None:
        """Ask for other times of a shift."""
        if not self._may():
            return

        def move(shifts: Sequence[Shift]) -> None:
            desk, first = self.desk, shifts[0]
            self._act(
                change_duty(
                    desk.store,
                    desk.config,
                    desk.actor,
                    shift.id,
                    desk.clock(),
                    from_at=first.from_at,
                    to_at=first.to_at,
                    seen=shift,
                )
            )

        title = _("{name}’s shift: from when to when?").format(name=shift.member)
        ask_shifts(self, (shift.member,), move, brand=shift.brand, title=title)

    def do_conductor_swap(self) -> None:
        """Swap the shift under the cursor with one of somebody else."""
        thing = self.thing()
        if not self._may():
            return
        if not isinstance(thing, Shift):
            self.refuse(_("Go to a shift first."))
            return

        def swap(other: int) -> None:
            desk = self.desk
            self._act(swap_duty(desk.store, desk.config, desk.actor, thing.id, other, desk.clock()))

        ask_swap(self, thing, self.found.turns, swap)

    # --- handing out -------------------------------------------------------------------------

    def do_assign(self) -> None:
        """Hand out a role to the member under the cursor, or give what is there to somebody."""
        if not self._may():
            return
        thing = self.thing()
        if isinstance(thing, Holding):
            self._hand_out(thing)
        elif self._givable():
            ask_member(self, self._give)
        else:
            self.refuse(_("Nothing is selected."))

    def do_take(self) -> None:
        """Make what is under the cursor, or marked, one's own."""
        if not self._may():
            return
        if self._givable():
            self._give(self.desk.actor)
        else:
            self.refuse(_("Nothing is selected."))

    def _hand_out(self, member: Holding) -> None:
        if not member.name:
            self.refuse(_("Nobody is selected."))
            return
        found = self.found
        channels = dict.fromkeys(
            [
                *(one.cadence.channel for one in found.channels),
                *(network for brand in self.desk.config.brands for network in brand.handles),
            ]
        )

        def hand(role: Charge) -> None:
            self._give(member.name, roles=(role,))

        campaigns = [(one.campaign.id, one.campaign.name) for one in found.campaigns]
        ask_role(self, member.name, list(channels), campaigns, hand)

    def _givable(self) -> bool:
        return any(not isinstance(one, Holding | Gap) for one in self.things())

    def _give(self, name: str, *, roles: Sequence[Charge] = ()) -> None:
        desk, things = self.desk, () if roles else self.things()
        late = [one for one in things if isinstance(one, Late)]
        self._act(
            give(
                desk.store,
                desk.config,
                desk.actor,
                name,
                desk.clock(),
                conversations=[one.id for one in late if one.kind == "conversation"],
                planned=[one.id for one in late if one.kind != "conversation"],
                shifts=[one.id for one in things if isinstance(one, Shift)],
                roles=roles or [role for one in things if (role := _role(one)) is not None],
            )
        )

    def do_done(self) -> None:
        """Say that what was planned is done; approve a draft."""
        late = [
            one for one in self.things() if isinstance(one, Late) and one.kind != "conversation"
        ]
        if not self._may():
            return
        if not late:
            self.refuse(_("Go to something planned, or to a draft that waits."))
            return
        desk, kind = self.desk, late[0].kind
        ids = [one.id for one in late if one.kind == kind]
        state: State = "approved" if kind == "draft" else "done"
        self._act(set_state(desk.store, desk.config, desk.actor, ids, state, desk.clock()))

    def do_dismiss(self) -> None:
        """Take shifts off the rota, or a role back."""
        if not self._may():
            return
        desk, things = self.desk, self.things()
        shifts = [one.id for one in things if isinstance(one, Shift)]
        if shifts:
            self._act(remove_duty(desk.store, desk.config, desk.actor, shifts, desk.clock()))
            return
        roles = [role for one in things for role in self._roles_of(one)]
        if not roles:
            self.refuse(_("Go to a shift, or to whoever has a role."))
            return

        def back(number: int) -> None:
            self._act(take_back(desk.store, desk.config, desk.actor, [number], desk.clock()))

        ask_taken_back(self, roles, back)

    def _roles_of(self, thing: Thing) -> tuple[Charge, ...]:
        if isinstance(thing, Holding):
            return thing.charges
        wanted = _role(thing)
        if wanted is None:
            return ()
        return tuple(
            one
            for one in self.found.charges
            if (one.kind, one.what) == (wanted.kind, wanted.what)
            and one.brand in ("", wanted.brand)
        )

    def do_conductor_over(self) -> None:
        """Hand over all that the member under the cursor has to do."""
        thing = self.thing()
        if not self._may():
            return
        if not isinstance(thing, Holding) or not thing.name:
            self.refuse(_("Nobody is selected."))
            return

        def over(to: str) -> None:
            desk = self.desk
            self._act(hand_over(desk.store, desk.config, desk.actor, thing.name, to, desk.clock()))

        ask_member(self, over)

    # --- acting ------------------------------------------------------------------------------

    def _may(self) -> bool:
        refusal = self.desk.refusal
        if refusal:
            self.refuse(refusal)
        return not refusal

    def _act(self, work: Coroutine[object, object, Outcome]) -> None:
        self.later(partial(self._done, work))

    async def _done(self, work: Coroutine[object, object, Outcome]) -> None:
        outcome = await work
        if outcome.done:
            self.unmark()
            self.tell(say(outcome.sentence), undo=True)
        else:
            self.refuse(say(outcome.sentence))
        self.look_again()


def _role(thing: Thing) -> Charge | None:
    """Return what whoever is in charge of a channel or a campaign is in charge of."""
    if isinstance(thing, Channel):
        return Charge(kind="channel", what=thing.cadence.channel, brand=thing.brand, member="")
    if isinstance(thing, Running):
        return Charge(
            kind="campaign", what=str(thing.campaign.id), brand=thing.campaign.brand, member=""
        )
    return None
