"""One source at work: its rounds, its place, its state, its threads.

A round is: poll from the stored cursor up to the present, then stream if the network can push,
else rest until the next poll. Each batch is stored together with its cursor before the next is
asked for, so a crash replays at most one batch.
"""

from __future__ import annotations

import logging
import random
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import cast

from listeners.clock import Clock
from listeners.config import SourceConfig
from listeners.http import HttpError
from listeners.known import KnownPosts
from listeners.model import HOUR, MINUTE, SECOND, Batch, Micros, Sentence, SourceState
from listeners.networks.contract import Listener, Remembering, SourceError
from listeners.pace import after_failures, after_refusals
from listeners.pipeline import Counts, Pipeline
from listeners.secret import SecretError
from listeners.store import Store, agenda
from listeners.store.connection import Connection
from listeners.store.places import threads_elsewhere
from listeners.store.sources import set_source_state
from listeners.supervisor import Service
from listeners.timing import Timing

THREADS_SECONDS = 60.0
THREADS_AT_ONCE = 5
THREAD_AGE = HOUR
"""How often threads of open conversations are asked for, how many at once, how old they may be."""
CATCHING_UP_SECONDS = 120.0
"""A source further behind than this is shown as catching up."""
BAD_SHARE = 0.2
"""Above this share of unreadable records a page means that the network changed its format."""
FEWEST_BAD = 3

_AFTER: dict[SourceState, float] = {
    SourceState.RATE_LIMITED: 60.0,
    SourceState.NEEDS_TOKEN: 900.0,
    SourceState.TOKEN_EXPIRED: 900.0,
    SourceState.NEEDS_APPROVAL: 3600.0,
    SourceState.OUT_OF_CREDITS: 3600.0,
    SourceState.IMPORT_ONLY: 86400.0,
    SourceState.NOT_AVAILABLE: 86400.0,
    SourceState.BLOCKED: 3600.0,
    SourceState.FORMAT_CHANGED: 900.0,
    SourceState.GONE: 86400.0,
    SourceState.OFF: 86400.0,
}
"""Seconds until a source that was refused tries again by itself."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """What one source did in one round, for ``hubbub listen --once``."""

    source: str
    network: str
    fetched: int
    new: int
    updated: int
    deleted: int
    bad: int
    gap: bool
    state: SourceState
    detail: Sentence | None
    cursor: str | None


class SourceRunner:
    """One source at work: its listener, its cursor, its state in the store."""

    def __init__(
        self,
        source: SourceConfig,
        source_id: int,
        cursor: str | None,
        listener: Listener,
        pipeline: Pipeline,
        store: Store,
        clock: Clock,
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Keep what is needed; ``chance`` in [0, 1) spreads the rounds."""
        self.source = source
        self.counts = Counts()
        self._id = source_id
        self._cursor = cursor
        self._listener = listener
        self._pipeline = pipeline
        self._store = store
        self._clock = clock
        self._timing = Timing(source, source_id, listener, store, clock, chance)
        self._state: SourceState | None = None
        bridge = listener.capability.bridge
        self._well = SourceState.UNOFFICIAL_BRIDGE if bridge else SourceState.OK
        self._failures = 0
        self._said_at = Micros(0)
        self._reached_present = False
        self._known = KnownPosts()
        self.service = Service(f"source {source.key}", self._run, self._failed)
        self._threads = Service(
            f"threads of {source.key}", self._read_threads_for_ever, self._threads_failed
        )

    async def once(self) -> SourceReport:
        """Poll up to the present, store all of it, and say what was done. Never raises."""
        detail: Sentence | None = None
        self._timing.watch()
        try:
            await self._poll()
            if self._listener.capability.thread:
                await self.read_threads()
        except Exception as error:
            state, detail, _ = self._judged(error)
            _log.warning("%s failed", self.source.key, exc_info=error)
            await self._say(state, detail=detail)
        await self._store.write(self._timing.keep)
        return SourceReport(
            source=self.source.key,
            network=self.source.network,
            fetched=self.counts.fetched,
            new=self.counts.new,
            updated=self.counts.updated,
            deleted=self.counts.deleted,
            bad=self.counts.bad,
            gap=self.counts.gaps > 0,
            state=self._state or self._well,
            detail=detail,
            cursor=self._cursor,
        )

    @property
    def number(self) -> int:
        """The source's number in the store."""
        return self._id

    @property
    def uses(self) -> set[str]:
        """The budgets, allowances and turns it lives on; reading its past adds its own."""
        return self._timing.uses

    @property
    def is_current(self) -> bool:
        """Whether it is well and has read up to the present: its past may be read beside it."""
        return self._reached_present and self._state is self._well

    def services(self) -> list[Service]:
        """Return what is to be supervised: the source, and the reading of its threads."""
        if not self._listener.capability.thread:
            return [self.service]
        return [self.service, self._threads]

    async def read_threads(self) -> int:
        """Ask the network for the threads of open conversations; return how many were read.

        That is how an answer of ours is seen that no stream carried, and what others said before.
        """
        now = self._clock()

        async def choose(connection: Connection) -> tuple[dict[int, str], list[str]]:
            stale = Micros(now - THREAD_AGE)
            own = await agenda.threads_to_read(connection, self._id, stale, THREADS_AT_ONCE)
            told = await threads_elsewhere(connection, self._id, stale, now, THREADS_AT_ONCE)
            return own, told

        chosen, elsewhere = await self._store.write(choose)
        wanted = list(dict.fromkeys([*chosen.values(), *elsewhere]))
        if not wanted:
            return 0

        async def done(connection: Connection) -> None:
            await agenda.threads_read(connection, chosen, now)

        # Marked first: a thread the network cannot give must not keep the others waiting.
        await self._store.write(done)
        batch = await self._listener.thread(wanted)
        await self._pipeline.take(self.source, self._id, replace(batch, cursor=None))
        return len(wanted)

    async def _read_threads_for_ever(self) -> None:
        self._timing.watch()
        while True:
            await self._threads.rest(THREADS_SECONDS)
            await self.read_threads()

    async def _threads_failed(self, error: Exception, delay: float) -> float:
        _, _, until = _verdict(error, self.source.network)
        return delay if until is None else max(1.0, (until - self._clock()) / SECOND)

    async def remember(self) -> None:
        """Tell a listener of a whole network what is stored, so that it lets little through."""
        if isinstance(self._listener, Remembering):
            await self._known.load(self._store, self.source.network)
            self._listener.known = self._known

    async def _run(self) -> None:
        self._timing.watch()
        if (wait := await self._timing.resume()) > 0:
            await self.service.rest(wait)
        while True:
            before = self.counts.new
            await self._timing.begin()
            await self._poll()
            stream = self._listener.stream(self._cursor)
            if stream is not None:
                await self._take_all(stream)
                return
            await self.service.rest(await self._announce_next(self.counts.new > before))

    async def _poll(self) -> None:
        await self._take_all(self._listener.poll(self._cursor))
        self._reached_present = True
        self._failures = 0
        await self._say(self._well)

    async def _take_all(self, batches: AsyncIterator[Batch]) -> None:
        # An async generator left open keeps its socket: it is closed however this ends.
        async with aclosing(cast("AsyncGenerator[Batch]", batches)) as open_batches:
            async for batch in open_batches:
                await self._take(batch)

    async def _take(self, batch: Batch) -> None:
        self._known.hear(batch.posts)
        drifted = self._drifted(batch)
        stored = await self._pipeline.take(
            self.source,
            self._id,
            replace(batch, cursor=None) if drifted else batch,
        )
        self.counts = self.counts.plus(stored)
        if batch.cursor is not None and not drifted:
            self._cursor = batch.cursor
        if drifted:
            raise SourceError(
                SourceState.FORMAT_CHANGED,
                Sentence(
                    "{bad} of {all} records could not be read: the network seems to have changed "
                    "its format. What could be read is stored, the rest is kept aside, and the "
                    "place is kept. A newer hubbub may be needed.",
                    {"bad": len(batch.bad), "all": batch.fetched},
                ),
            )
        behind = batch.lag > CATCHING_UP_SECONDS
        await self._say(SourceState.CATCHING_UP if behind else self._well)

    def _drifted(self, batch: Batch) -> bool:
        capability = self._listener.capability
        if capability.by_hand or capability.many_hands or len(batch.bad) < FEWEST_BAD:
            return False
        return len(batch.bad) > BAD_SHARE * max(batch.fetched, len(batch.bad))

    async def _say(
        self,
        state: SourceState,
        *,
        detail: Sentence | None = None,
        until: Micros | None = None,
    ) -> None:
        """Write the state down when it changed; a healthy source only every minute."""
        steady = state is self._state and state in (self._well, SourceState.CATCHING_UP)
        lately = self._clock() - self._said_at < MINUTE
        self._state = state
        if not (steady and lately):
            await self._write_state(detail=detail, until=until)

    async def _write_state(
        self,
        *,
        detail: Sentence | None = None,
        until: Micros | None = None,
        next_at: Micros | None = None,
    ) -> None:
        self._said_at = self._clock()

        async def work(connection: Connection) -> None:
            await set_source_state(
                connection,
                self._id,
                self._state or self._well,
                self._clock(),
                detail=detail,
                until=until,
                next_at=next_at,
                failures=self._failures,
            )
            await self._timing.keep(connection)

        await self._store.write(work)

    async def _announce_next(self, heard: bool) -> float:
        seconds, next_at = self._timing.ended(heard=heard)
        await self._write_state(next_at=next_at)
        return seconds

    def _judged(self, error: Exception) -> tuple[SourceState, Sentence, Micros | None]:
        """Return the verdict on an error, with what is known of this source."""
        state, sentence, until = _verdict(error, self.source.network)
        worked_before = self.source.token is not None and self._cursor is not None
        unreadable = isinstance(error.__cause__, SecretError)
        if state is SourceState.NEEDS_TOKEN and worked_before and not unreadable:
            # A place is kept only where the network took the key once: it takes it no more.
            state = SourceState.TOKEN_EXPIRED
        return state, sentence, until

    async def _failed(self, error: Exception, delay: float) -> float:
        state, detail, until = self._judged(error)
        if until is not None:
            delay = max(1.0, (until - self._clock()) / SECOND)
        else:
            delay = _AFTER.get(state, delay)
        self._failures += 1
        if until is None:
            rhythm = self._timing.rhythm
            again = after_refusals if _is_refusal(error) else after_failures
            delay = max(delay, again(self._failures, rhythm))
        next_at = Micros(self._clock() + int(delay * SECOND))
        self._state = state
        await self._write_state(detail=detail, until=until, next_at=next_at)
        return delay


def _is_refusal(error: Exception) -> bool:
    """Whether a server answered that the question is wrong: asking it often changes nothing."""
    if isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        return _is_refusal(error.exceptions[0])
    return isinstance(error, HttpError) and 400 <= error.status < 500


def _verdict(error: Exception, network: str) -> tuple[SourceState, Sentence, Micros | None]:
    """Return the state, the sentence for the person, and when to try again if the error says."""
    if isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        return _verdict(error.exceptions[0], network)
    if isinstance(error, SourceError):
        return error.state, error.sentence, error.until
    return (
        SourceState.FAILING,
        Sentence(
            "The {network} listener met a fault of its own. Nothing stored is lost, other sources "
            "go on, and it tries again by itself; the log has the details.",
            {"network": network},
        ),
        None,
    )
