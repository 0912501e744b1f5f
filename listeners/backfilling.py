"""Reading the past: what each network still has of a brand, behind the live listening.

When a brand, its query or a source is new, every source whose listener is ``Historical`` reads
back, page by page with pauses, while the source itself is well. What it brings is history: it is
counted on its day, and is never work, never a surge, never an alert. A page and the place after it
are one transaction, so that a crash replays one page; the same query is never read twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import cast

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http.uses import watch
from listeners.model import DAY, HOUR, MINUTE, SECOND, Batch, Micros, Post, Sentence, SourceState
from listeners.networks.contract import Historical, SourceError
from listeners.pipeline import Counts, Pipeline
from listeners.store import Store
from listeners.store import backfills as kept
from listeners.store.backfills import BackfillRow, BackfillState
from listeners.store.connection import Connection
from listeners.supervisor import Service

PAUSE = 3.0
"""Seconds between two pages: live listening comes first, and nobody is hammered."""
IDLE = 15.0
"""Seconds between two looks for something to read."""
LIVE_MARGIN = 10 * MINUTE
"""What was written this shortly before is left to the listening, which makes work of it."""
MOST_FAILURES = 8
"""Failures in a row after which a reading is given up until somebody lets it go on."""

USUAL_DEPTH = 30 * DAY
_DEPTHS: Mapping[str, int] = {
    "hackernews": 90 * DAY,
    "github": 90 * DAY,
    "stackexchange": 90 * DAY,
    "feeds": 365 * DAY,
}
"""How far back a network is read by itself: further where little is said and asking is cheap."""

_SPAN = re.compile(r"(\d{1,5})\s*(h|d|j|w|m|y)")
_UNITS = {"h": HOUR, "d": DAY, "j": DAY, "w": 7 * DAY, "m": 30 * DAY, "y": 365 * DAY}
_FOR_GOOD = frozenset(
    {
        SourceState.NEEDS_TOKEN,
        SourceState.BLOCKED,
        SourceState.FORMAT_CHANGED,
        SourceState.GONE,
        SourceState.OFF,
    }
)


def depth(source: SourceConfig) -> int | None:
    """Return how far back a source is read, in microseconds; ``None`` where it is not.

    The option ``history`` says ``"none"``, or a span: ``"48h"``, ``"90d"``, ``"6m"``, ``"2y"``.
    What cannot be read as a span is the network's usual depth.
    """
    wanted = source.options.get("history", "")
    if wanted is False or str(wanted).strip().casefold() in ("none", "off", "no", "0"):
        return None
    found = _SPAN.fullmatch(str(wanted).strip().casefold())
    if found is None:
        return _DEPTHS.get(source.network, USUAL_DEPTH)
    return int(found[1]) * _UNITS[found[2]]


def looked_for(source: SourceConfig, brand: BrandConfig) -> str:
    """Return what a brand is looked for by: while it stays the same, its past is read once."""
    handles = sorted(brand.handles.get(source.network, ()))
    said = [brand.query, brand.exclude, sorted(brand.names), sorted(brand.websites), handles]
    return json.dumps(said, ensure_ascii=False)


def of_the_past(batch: Batch, row: BackfillRow) -> tuple[Batch, Micros | None]:
    """Return a page as history, and when its oldest post was written.

    What is newer than the reading is left to the listening, what is older than wanted is dropped.
    """
    dates = [post.created_at for post in batch.posts if post.created_at is not None]
    posts = tuple(replace(post, history=True) for post in batch.posts if _is_within(post, row))
    oldest = min(dates, default=None)
    reached = None if oldest is None else max(oldest, row.since)
    return replace(batch, posts=posts, gap=None, cursor=None, lag=0.0), reached


def _is_within(post: Post, row: BackfillRow) -> bool:
    return post.created_at is None or row.since <= post.created_at < row.before


class HistoryReader:
    """Reads the past of one source: of all its brands, one after the other."""

    def __init__(
        self,
        source: SourceConfig,
        source_id: int,
        brands: Sequence[BrandConfig],
        listener: Historical,
        pipeline: Pipeline,
        store: Store,
        clock: Clock,
        *,
        live: Callable[[], bool],
        uses: set[str] | None = None,
        pause: float = PAUSE,
        idle: float = IDLE,
    ) -> None:
        """``listener`` is one of its own; ``live`` says whether the listening is well and current.

        What reading lives on is added to ``uses``. ``pause`` and ``idle`` are in seconds.
        """
        self._source = source
        self._id = source_id
        self._brands = {brand.name: brand for brand in brands}
        self._listener = listener
        self._pipeline = pipeline
        self._store = store
        self._clock = clock
        self._live = live
        self._uses = set() if uses is None else uses
        self._pause = pause
        self._idle = idle
        self._failures = 0
        self._reading: BackfillRow | None = None
        self.service = Service(f"history of {source.key}", self._run, self._failed)

    async def plan(self) -> None:
        """Have the past of every brand read that was not read for its present query."""
        now = self._clock()
        back = depth(self._source)
        since = None if back is None else Micros(max(0, now - back))
        before = Micros(now - LIVE_MARGIN)

        async def work(connection: Connection) -> None:
            for name, brand in self._brands.items():
                query = looked_for(self._source, brand)
                brand_id = self._pipeline.brand_id(name)
                await kept.plan(connection, self._id, brand_id, query, since, before)

        await self._store.write(work)

    async def read(self) -> bool:
        """Read what is to be read next, to its end or until it is stopped; ``False``: nothing is.

        Raises:
            SourceError: the network said no, or could not be understood.
        """
        row = await kept.next_backfill(self._store, self._id)
        brand = self._brands.get(row.brand) if row else None
        if row is None or brand is None:
            return False
        self._reading = row
        pages = self._listener.history(brand, row.since, row.place)
        async with aclosing(cast("AsyncGenerator[Batch]", pages)) as batches:
            async for batch in batches:
                await self._take(row, batch)
                self._failures = 0
                await self.service.rest(self._pause)
                while not self._live():
                    await self.service.rest(self._idle)
                if not await kept.is_wanted(self._store, row.id):
                    return True
        await self._settle(row, BackfillState.DONE)
        return True

    async def _take(self, row: BackfillRow, batch: Batch) -> None:
        page, reached = of_the_past(batch, row)

        async def then(connection: Connection, counts: Counts, last: bool) -> None:
            place = batch.cursor if last else None
            at = reached if last else None
            await kept.advance(connection, row.id, place, at, counts.fetched, counts.new)

        await self._pipeline.take(self._source, self._id, page, then=then)

    async def _run(self) -> None:
        watch(self._uses)
        while True:
            if not self._live() or not await self.read():
                await self.service.rest(self._idle)

    async def _failed(self, error: Exception, delay: float) -> float:
        """Keep the place and try again later; what will not get better by waiting is given up."""
        self._failures += 1
        row = self._reading
        told = isinstance(error, SourceError)
        sentence = (
            error.sentence
            if isinstance(error, SourceError)
            else Sentence(
                "The past could not be read because of a fault of hubbub's own. What was read is "
                "stored; the log has the details."
            )
        )
        until = error.until if isinstance(error, SourceError) else None
        limited = isinstance(error, SourceError) and error.state is SourceState.RATE_LIMITED
        for_good = isinstance(error, SourceError) and error.state in _FOR_GOOD
        lost = not limited and self._failures >= (MOST_FAILURES if told else 3)
        if row is not None:
            state = BackfillState.FAILED if for_good or lost else BackfillState.RUNNING
            await self._settle(row, state, sentence)
        if for_good or lost:
            self._failures = 0
            return self._pause
        if until is not None:
            return max(1.0, (until - self._clock()) / SECOND)
        return delay

    async def _settle(
        self, row: BackfillRow, state: BackfillState, detail: Sentence | None = None
    ) -> None:
        now = self._clock()
        await self._store.write(lambda c: kept.settle(c, row.id, state, now, detail))
