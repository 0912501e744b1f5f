"""Plays the story in accelerated time: its first part at once, the rest as one watches.

The month before it is told meanwhile, a day at a time, the newest first: its posts take the same
way as all others and are heard some hours late, so that they ring nothing and surge nowhere.

The clock of the story ends at the present, so that the figures on screen read as they would on a
real day; after the last post it simply goes on as the real clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import count
from typing import TYPE_CHECKING

from listeners.actions import perform
from listeners.clock import Clock, utc_now
from listeners.config import Config, SourceConfig
from listeners.demo.month import Day, tell_month
from listeners.demo.story import ANA, LENGTH, LEO, Told, story_config, tell
from listeners.demo.team import know_people, plan_ahead
from listeners.housekeeping import Housekeeping
from listeners.model import HOUR, MINUTE, SECOND, Batch, Micros, SourceState
from listeners.pipeline import Pipeline
from listeners.store import Store, reads
from listeners.store.connection import Connection
from listeners.store.filters import QueueFilter
from listeners.store.sources import NewSource, register_sources, set_source_state
from listeners.supervisor import spawn

if TYPE_CHECKING:
    from listeners.demo.voice import DemoVoice
    from listeners.http import Fetcher

TOLD_AT_ONCE = int(37.5 * HOUR)
"""How much of the story has happened when the dashboard opens: all but the crisis."""
CHAPTER = 30 * MINUTE
"""How often, in the story's time, the detectors look."""
LOOKS_AT_ONCE = HOUR
"""The same while the first part is told."""
TEAM = (ANA, LEO)
ANSWERED_FROM = 44 * HOUR
"""From when the team answers again, one by one, after the crisis; till then it is overrun."""
GOT_TO = 60 * MINUTE
LEFT_LYING = 5 * HOUR
"""How long, in the story's time, a conversation waits for the team: most, and the odd one."""
HEARD_LATE = 7 * HOUR
"""How long after its end a day of the month is heard: too late to be news to a detector."""
BREATH = 0.02
"""Real seconds between two days of the month, for whoever presses a key."""
SEND_SECONDS = 1.5
"""How long a made-up network thinks: long enough to see that a reply is under way."""
HEARD_AFTER = 4.0
"""Real seconds until a reply sent from here is heard back, as a listener would."""


class StoryClock:
    """The story's clock: jumps through what is told at once, then runs fast, then is real.

    ``began_at`` is the first instant of the story. ``seconds`` is how long the rest takes to
    play; ``at_once`` how much of the story is told at the start, in microseconds of its time.
    """

    def __init__(self, seconds: float, at_once: int = TOLD_AT_ONCE, real: Clock = utc_now) -> None:
        self._real = real
        self._started = real()
        self._length = max(int(seconds * SECOND), 1)
        self._at_once = at_once
        self._held: Micros | None = None
        self.began_at = Micros(self._started + self._length - LENGTH)
        self.hold(0)

    def __call__(self) -> Micros:
        """Return the story's present in UTC microseconds."""
        if self._held is not None:
            return self._held
        passed = self._real() - self._started
        if passed >= self._length:
            return self._real()
        rest = LENGTH - self._at_once
        return Micros(self.began_at + self._at_once + passed * rest // self._length)

    def hold(self, at: int) -> None:
        """Stand still at ``at`` microseconds of the story."""
        self._held = Micros(self.began_at + at)

    def run(self) -> None:
        """Begin to run from where the part told at once ends."""
        shift = self._real() - self._started
        self.began_at = Micros(self.began_at + shift)
        self._started = Micros(self._started + shift)
        self._held = None

    def seconds_until(self, at: int) -> float:
        """Return the real seconds until ``at`` microseconds of the story."""
        share = (at - self._at_once) / (LENGTH - self._at_once)
        due = self._started + share * self._length
        return max(0.0, (due - self._real()) / SECOND)


class Player:
    """Plays the story into a store. It has the engine's ``run`` and ``wake``."""

    def __init__(
        self,
        store: Store,
        *,
        seconds: float,
        at_once: int = TOLD_AT_ONCE,
        config: Config | None = None,
        send_seconds: float = SEND_SECONDS,
        heard_after: float = HEARD_AFTER,
        month: bool = True,
    ) -> None:
        """``seconds`` is how long the rest takes; the two after ``config`` are real time.

        ``month`` says whether the month before the story is told too, beside its rest.
        """
        self.config = config or story_config()
        self.clock = StoryClock(seconds, at_once)
        self._store = store
        self._at_once = at_once
        self._pipeline = Pipeline(store, self.config, self.clock)
        self._month = month
        self._heard_at = Micros(0)
        self._past = Pipeline(store, self.config, lambda: self._heard_at)
        self._house = Housekeeping(store, self.config, self.clock)
        self._sources: dict[str, int] = {}
        self._taking = asyncio.Lock()
        self._looking = asyncio.Lock()
        self._resting = asyncio.Event()
        self._resting.set()
        self._replies = count(1)
        self._send_seconds = send_seconds
        self._heard_after = heard_after
        self._pushed: asyncio.Queue[tuple[float, str, Batch]] = asyncio.Queue()

    def voice(self, source: SourceConfig, fetch: Fetcher) -> DemoVoice:
        """Return what takes the replies to one network of the story; nothing leaves the machine."""
        # Loaded for the first reply: the first paint waits for no network's code.
        from listeners.demo.voice import DemoVoice

        network = source.network

        def hear(batch: Batch) -> None:
            due = asyncio.get_running_loop().time() + self._heard_after
            self._pushed.put_nowait((due, network, batch))

        return DemoVoice(network, self.clock, hear, self._replies, self._send_seconds)

    async def prepare(self) -> None:
        """Tell the first part of the story; returns when the dashboard has something to show."""
        await self._pipeline.open()
        self._sources = await self._register()
        if self._month:
            await self._past.open()
            await plan_ahead(self._store, self.config, self.clock.began_at)
        told = tell(self.clock.began_at)
        first = [item for item in told if item.at < self._at_once]
        at = 0
        while at < self._at_once:
            at = min(at + LOOKS_AT_ONCE, self._at_once)
            self.clock.hold(at)
            chapter = [item for item in first if at - LOOKS_AT_ONCE <= item.at < at]
            await self._take(chapter)
            await self._team_works()
            await self._look()

    async def play(self) -> None:
        """Play the rest, then look once more; returns when story and month are told."""
        self.clock.run()
        month = spawn("month of the demonstration", self.tell_month())
        try:
            await self._play()
            self._resting.set()
            await month
            await self._look()
            await self._follow()
        finally:
            month.cancel()
            await asyncio.gather(month, return_exceptions=True)

    async def tell_month(self) -> None:
        """Tell the month before the story, and find what follows from it."""
        if not self._month:
            return
        for day in reversed(tell_month(self.clock.began_at)):
            await self._resting.wait()
            # A day that is half told has questions in it that look forgotten.
            async with self._looking:
                self._heard_at = min(Micros(day.until + HEARD_LATE), self.clock())
                await self._hear_day(day)
            await asyncio.sleep(BREATH)
        await know_people(self._store, self.config, self.clock())
        await self._follow()

    async def _hear_day(self, day: Day) -> None:
        for source in self.config.sources:
            posts = tuple(post for post in day.posts if post.network == source.network)
            if posts:
                batch = Batch(posts=posts, fetched=len(posts))
                await self._past.take(source, self._sources[source.key], batch)
        rows = await reads.conversations(
            self._store, await reads.queue_ids(self._store, QueueFilter())
        )
        before = min(day.until, self.clock.began_at)
        for row in rows.values():
            since = row.waiting_since
            if since is None or since >= before:
                continue
            # Most within the two hours that were promised, a few not.
            at = Micros(since + (20 + row.id * 37 % 125) * MINUTE)
            verb = "ignore" if row.tier == 5 else "answered"
            actor = TEAM[row.id % len(TEAM)]
            await perform(self._store, actor, verb, "conversation", [row.id], at)

    async def _play(self) -> None:
        rest = [item for item in tell(self.clock.began_at) if item.at >= self._at_once]
        next_look = self._at_once + CHAPTER
        for item in rest:
            while next_look <= item.at:
                await self._wait_for(next_look)
                if next_look >= ANSWERED_FROM:
                    await self._team_works()
                await self._look()
                next_look += CHAPTER
            await self._wait_for(item.at)
            await self._take([item])
        await self._wait_for(LENGTH)
        await self._look()

    async def run(self) -> None:
        """Play the rest, and from then on only do what time asks for, until cancelled."""
        echo = spawn("replies of the demonstration", self.hear_replies())
        try:
            await self.play()
            while True:
                await asyncio.sleep(15)
                await self._look()
                await self._follow()
        finally:
            echo.cancel()
            await asyncio.gather(echo, return_exceptions=True)

    async def hear_replies(self) -> None:
        """Hear what was sent from here as a listener would, a moment later, until cancelled."""
        while True:
            due, network, batch = await self._pushed.get()
            await asyncio.sleep(due - asyncio.get_running_loop().time())
            await self._take_batch(network, batch)

    def wake(self, key: str | None = None) -> int:
        """Answer the refresh key: a story cannot be hurried."""
        return 0

    async def _team_works(self) -> None:
        """Let Ana and Léo clear the queue as a team does, all but what they have not got to."""
        now = self.clock()
        rows = await reads.conversations(
            self._store, await reads.queue_ids(self._store, QueueFilter())
        )
        done: dict[tuple[str, str], list[int]] = {}
        for row in rows.values():
            waited = now - (row.waiting_since or now)
            overrun = now >= self.clock.began_at + ANSWERED_FROM
            usual = 3 * GOT_TO if overrun else GOT_TO
            patience = LEFT_LYING if row.id % 11 == 0 else usual
            if waited >= patience:
                actor = TEAM[row.id % len(TEAM)]
                verb = "ignore" if row.tier == 5 else "answered"
                done.setdefault((actor, verb), []).append(row.id)
        for (actor, verb), ids in done.items():
            await perform(self._store, actor, verb, "conversation", ids, now)

    async def _register(self) -> dict[str, int]:
        async def work(connection: Connection) -> dict[str, int]:
            new = [NewSource(s.key, s.network, s.network) for s in self.config.sources]
            return await register_sources(connection, new, self.clock())

        return await self._store.write(work)

    async def _look(self) -> None:
        """Say that every source is heard, and do what time asks for."""

        async def work(connection: Connection) -> None:
            for source in self.config.sources:
                number = self._sources[source.key]
                await set_source_state(connection, number, SourceState.OK, self.clock())

        async with self._looking:
            await self._store.write(work)
            await self._house.due_times()
            await self._house.conversations()
            await self._house.detectors()
            await self._house.plan()

    async def _wait_for(self, at: int) -> None:
        """Wait until the story has come so far; only meanwhile the month goes on."""
        seconds = self.clock.seconds_until(at)
        if seconds > 0:
            self._resting.set()
            await asyncio.sleep(seconds)
            self._resting.clear()

    async def _follow(self) -> None:
        """Find what follows for campaigns and people: no look and no post waits for it."""
        await self._house.campaigns()
        await self._house.stages()

    async def _take(self, told: Sequence[Told]) -> None:
        for source in self.config.sources:
            posts = tuple(item.post for item in told if item.post.network == source.network)
            if posts:
                await self._take_batch(source.network, Batch(posts=posts, fetched=len(posts)))

    async def _take_batch(self, network: str, batch: Batch) -> None:
        source = next(one for one in self.config.sources if one.network == network)
        # The story and the replies to it come from two tasks; the pipeline takes one at a time.
        async with self._taking:
            await self._pipeline.take(source, self._sources[source.key], batch)
