"""What a screen adds to what it reads, of the others in the team: who is on it, who is away.

A store of one person is asked nothing of this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from listeners import team
from listeners.clock import Clock
from listeners.config import Config
from listeners.model import Micros
from listeners.rows import AlertRow, ConversationRow
from listeners.store import Store, presence
from listeners.store import team as team_figures
from listeners.store.absence import Away, away
from listeners.store.named import count_naming, see_notes
from listeners.store.presence import Beat
from listeners.team import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member, what they have and where they are; the one without a name is nobody's pile.

    ``here`` are the beats that are fresh; ``last_at`` is when they last did something.
    """

    name: str
    role: Role
    of_the_team: bool
    away: Away | None = None
    here: tuple[Beat, ...] = ()
    last_at: Micros | None = None
    open: int = 0
    overdue: int = 0
    due_soon: int = 0
    waiting_since: Micros | None = None
    answered: int = 0


class Colleagues:
    """The others of the team, as one store knows them."""

    def __init__(self, store: Store, config: Config, clock: Clock) -> None:
        self._store = store
        self._config = config
        self._clock = clock

    @property
    def any(self) -> bool:
        """Whether there is a team at all."""
        return bool(self._config.members)

    async def away(self, now: Micros) -> Mapping[str, Away]:
        """Return who is away, by name."""
        return await away(self._store, now) if self.any else {}

    async def notes(self) -> int:
        """Return how many notes name this person and wait to be seen."""
        return await count_naming(self._store, self._config.member) if self.any else 0

    async def members(
        self, brand: str, *, me: str = "", today: Micros | None = None
    ) -> list[Member]:
        """Return the team in its order, leads first, then whoever else has something; then nobody.

        ``today`` is when the day began of which the answers are counted.
        """
        store, config, now = self._store, self._config, self._clock()
        gone = await away(store, now)
        loads = {one.member: one for one in await team_figures.loads(store, brand, now)}
        beats = [one for one in await presence.beats(store) if team.alive(one.at, now)]
        answered = await team_figures.answered_since(store, now if today is None else today)
        by_role = sorted(config.members, key=lambda name: list(Role).index(self.role(name)))
        others = sorted(name for name in {*loads, *answered} if name not in ("", team.PROGRAM))
        names = list(dict.fromkeys([*by_role, *([me] if me else []), *others, ""]))
        last = await team_figures.last_step_at(store, names)
        return [
            Member(
                name=name,
                role=self.role(name),
                of_the_team=name in config.members,
                away=gone.get(name),
                here=tuple(one for one in beats if one.member == name),
                last_at=last.get(name),
                open=load.open,
                overdue=load.overdue,
                due_soon=load.due_soon,
                waiting_since=load.waiting_since,
                answered=answered.get(name, 0),
            )
            for name in names
            for load in (loads.get(name) or team_figures.Load(name, 0, 0, 0, None),)
        ]

    def role(self, member: str) -> Role:
        """Return a member's role."""
        return team.role_of(self._config, member)

    async def see(self, kind: str, subject: int) -> None:
        """Keep that this person has seen what was noted for them on a subject."""
        if self.any:
            await see_notes(self._store, self._config.member, kind, subject, self._clock())

    async def on_conversations(
        self, rows: Mapping[int, ConversationRow], now: Micros
    ) -> dict[int, ConversationRow]:
        """Return rows with who is on them now, this person left out, and whose owner is away."""
        gone = await self.away(now)
        return {
            id_: replace(
                row,
                presence=team.here(row.presence, now, but=self._config.member),
                away=row.assignee in gone,
            )
            if row.presence or row.assignee in gone
            else row
            for id_, row in rows.items()
        }

    async def on_alerts(self, rows: Mapping[int, AlertRow], now: Micros) -> dict[int, AlertRow]:
        """Return alerts with whose owner is away."""
        gone = await self.away(now)
        return {
            id_: replace(row, away=True) if row.owner in gone else row for id_, row in rows.items()
        }
