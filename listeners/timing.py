"""When one source is asked next, and what of it is remembered: its pace, and what it lives on."""

from __future__ import annotations

from collections.abc import Callable

from listeners import pace
from listeners.clock import Clock
from listeners.config import SourceConfig
from listeners.http.uses import watch
from listeners.model import SECOND, Micros
from listeners.networks.contract import Listener
from listeners.store import Store, uses
from listeners.store.connection import Connection


class Timing:
    """The rhythm of one source. ``chance`` in [0, 1) spreads its rounds."""

    def __init__(
        self,
        source: SourceConfig,
        source_id: int,
        listener: Listener,
        store: Store,
        clock: Clock,
        chance: Callable[[], float],
    ) -> None:
        self._source = source
        self._id = source_id
        self._listener = listener
        self._store = store
        self._clock = clock
        self._chance = chance
        self._pace: pace.Pace | None = None
        self._rests = False
        self._keys: set[str] = set()
        self._kept_keys: frozenset[str] | None = None

    @property
    def rhythm(self) -> pace.Rhythm:
        """How often the source may be asked now."""
        capability = self._listener.capability
        return pace.rhythm_of(
            self._source.interval,
            getattr(self._listener, "next_interval", None),
            capability.interval,
            capability.min_interval,
            by_hand=capability.by_hand,
        )

    @property
    def uses(self) -> set[str]:
        """What the source lives on; whoever asks for it elsewhere may add to this."""
        return self._keys

    def watch(self) -> None:
        """Collect what this task lives on from now on."""
        watch(self._keys)

    async def resume(self) -> float:
        """Take up the pace of before a restart; return the seconds to wait before the first round.

        Whoever restarts hubbub again and again asks no more often than who leaves it running.
        """
        if self._pace is not None:
            return 0.0
        kept, asked_at = await uses.kept_rhythm(self._store, self._id)
        self._pace = pace.first_pace(kept, self.rhythm)
        if self._listener.capability.by_hand:
            return 0.0
        wait = pace.polite_start(asked_at, self.rhythm, self._clock())
        if wait > 0:
            next_at = self._after(wait)

            async def work(connection: Connection) -> None:
                await uses.keep_next(connection, self._id, next_at)

            await self._store.write(work)
        return wait

    async def begin(self) -> None:
        """Remember that a round begins; whether it ends well or not."""
        if self._listener.capability.by_hand:
            return
        now = self._clock()

        async def work(connection: Connection) -> None:
            await uses.keep_asked(connection, self._id, now)

        await self._store.write(work)

    def ended(self, *, heard: bool) -> tuple[float, Micros]:
        """Return the seconds to rest after a round that brought news or none, and until when."""
        self._rests = True
        rhythm = self.rhythm
        before = self._pace or pace.first_pace(None, rhythm)
        self._pace = pace.after_round(before, rhythm, heard=heard)
        seconds = pace.rest_of(self._pace, rhythm, self._chance)
        return seconds, self._after(seconds)

    async def keep(self, connection: Connection) -> None:
        """Remember the pace, and what the source lives on where that changed."""
        if self._pace is not None and self._rests:
            await uses.keep_pace(connection, self._id, self._pace.seconds)
        keys = frozenset(self._keys)
        if keys != self._kept_keys:
            await uses.keep_uses(connection, self._id, keys)
            self._kept_keys = keys

    def _after(self, seconds: float) -> Micros:
        return Micros(self._clock() + int(seconds * SECOND))
