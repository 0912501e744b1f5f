"""Trying an edited configuration on what is stored: what would match, ask, be queued and fire?

The posts of the last weeks go once more through the pipeline itself, into a store that is thrown
away, as they are judged now and as they would be; detectors then look at what was counted there.
What no rule let in at the time is not stored, and so a wider query shows only what another brand
or rule had brought.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from listeners.config import Config, SourceConfig
from listeners.model import MINUTE, Batch, Micros, Post, Sentence
from listeners.pipeline import AT_ONCE, Pipeline
from listeners.replay.budgeting import cost_of, limits_for, past_of
from listeners.risk.budget import Detector
from listeners.store import Store, open_store
from listeners.store.connection import Connection
from listeners.store.heard_posts import (
    Heard,
    Told,
    copy_what_judges,
    count_since,
    heard_since,
    told_by,
)
from listeners.store.sources import NewSource, register_sources

PAGE = 500
SAMPLE = 20
TOGETHER = 15 * MINUTE
"""Posts of one source that were seen within this time go through the pipeline as one batch."""
_KEYS = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Side:
    """What one configuration comes to: mentions, those that ask, conversations queued, alerts.

    ``alerts`` are by rule; ``detected`` the episodes of each brand's detectors; ``ruled`` the
    conversations each of the team's rules changed.
    """

    mentions: int = 0
    asks: int = 0
    queued: int = 0
    alerts: Mapping[str, int] = field(default_factory=dict)
    detected: Mapping[Detector, int] = field(default_factory=dict)
    ruled: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How far it has come, and what came of it.

    ``share`` of the ``looked`` posts is through, 1 when ``done``. ``did`` is what really happened,
    ``now`` the present configuration on the same posts, ``edited`` the other one. The samples are
    numbers of mentions (the newest first, 20 at most) that would match or ask under one alone;
    ``counts`` says how many they are in all, and how many are judged ``otherwise`` now than they
    were. ``new_alerts`` and ``lost_alerts`` are titles.
    """

    looked: int = 0
    share: float = 0.0
    did: Side = Side()
    now: Side = Side()
    edited: Side = Side()
    matched_more: tuple[int, ...] = ()
    matched_less: tuple[int, ...] = ()
    asks_more: tuple[int, ...] = ()
    asks_less: tuple[int, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    new_alerts: tuple[Sentence, ...] = ()
    lost_alerts: tuple[Sentence, ...] = ()
    done: bool = False


class _Stage:
    """One configuration at work on a store of its own."""

    def __init__(self, store: Store, config: Config, brand: str) -> None:
        self.store = store
        self.config = config
        self._brand = brand
        self._now = Micros(0)
        self._pipeline = Pipeline(store, config, lambda: self._now)
        self._sources: dict[str, int] = {}

    async def open(self, real: Store, at: Micros) -> None:
        """Make brands known, and copy what the team decided."""
        self._now = at
        await self._pipeline.open()
        await copy_what_judges(real, self.store)

    async def take(self, source: SourceConfig, posts: Sequence[Post], at: Micros) -> None:
        """Let the pipeline take posts as at a moment."""
        self._now = at
        if source.key not in self._sources:

            async def work(connection: Connection) -> dict[str, int]:
                new = [NewSource(source.key, source.network, source.what)]
                return await register_sources(connection, new, at)

            self._sources = await self.store.write(work)
        batch = Batch(posts=tuple(posts), fetched=len(posts))
        await self._pipeline.take(source, self._sources[source.key], batch)

    async def told(self, since: Micros) -> Told:
        """Return what came of it."""
        return await told_by(self.store, since, self._brand)

    async def detected(self, now: Micros) -> dict[Detector, int]:
        """Return how often each detector would have fired, all brands together."""
        fired: dict[Detector, int] = {}
        for brand in self.config.brands:
            if brand.name == self._brand or not self._brand:
                past = await past_of(self.store, brand, now)
                for detector, count in cost_of(past, limits_for(brand, past)).fired.items():
                    fired[detector] = fired.get(detector, 0) + count
        return fired


async def rehearse(
    store: Store,
    present: Config,
    edited: Config,
    since: Micros,
    now: Micros,
    brand: str = "",
) -> AsyncGenerator[Rehearsal, None]:
    """Judge what was heard since a time by both configurations, and say how far it has come.

    The last answer is the whole. Close it to stop early; nothing in ``store`` is changed.

    Raises:
        QuerySyntaxError: a brand's query cannot be read.
        StoreError: a store cannot be read or written.
    """
    found = Rehearsal(looked=await count_since(store, since, brand))
    yield found
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="hubbub-"))
        stages = []
        for number, config in enumerate((present, edited)):
            scratch = await stack.enter_async_context(open_store(Path(folder) / f"{number}.db"))
            stage = _Stage(scratch, config, brand)
            await stage.open(store, since)
            stages.append(stage)
        sources = {one.key: one for one in (*present.sources, *edited.sources)}
        seen: dict[tuple[str, str], int] = {}
        through, after = 0, 0
        while page := await heard_since(store, since, after, PAGE, brand):
            after = page[-1].mention
            for together in batches(page):
                first = together[0]
                source = sources.get(first.source) or _source_of(first)
                posts = [_post(one, present) for one in together if _new(one, seen)]
                for stage in stages if posts else ():
                    await stage.take(source, posts, together[-1].seen_at)
                through += len(together)
                found = replace(found, share=min(0.99, through / max(1, found.looked)))
                yield found
        yield await _compared(store, stages, found, since, now, brand)


def batches(page: Iterable[Heard]) -> list[list[Heard]]:
    """Put together what one source brought within a quarter of an hour, 50 posts at most."""
    found: list[list[Heard]] = []
    for one in page:
        last = found[-1] if found else []
        if (
            last
            and last[0].source == one.source
            and 0 <= one.seen_at - last[0].seen_at <= TOGETHER
            and len(last) < AT_ONCE
        ):
            last.append(one)
        else:
            found.append([one])
    return found


def _new(one: Heard, seen: dict[tuple[str, str], int]) -> bool:
    """Whether this post is taken for the first time: one of two brands is stored twice."""
    key = (one.post.network, one.post.native_id)
    return seen.setdefault(key, one.mention) == one.mention


def _post(one: Heard, config: Config) -> Post:
    brand = config.brand(one.brand)
    own = brand.handles.get(one.post.network, ()) if brand and one.names_us else ()
    return replace(one.post, mentions=(*one.post.mentions, *own[:1])) if own else one.post


def _source_of(one: Heard) -> SourceConfig:
    """Return a source that left the configuration, by its key."""
    what, _, server = one.source.removeprefix(f"{one.post.network}:").rpartition("@http")
    if not server or not what:
        return SourceConfig(
            network=one.post.network, what=one.source.removeprefix(f"{one.post.network}:")
        )
    return SourceConfig(network=one.post.network, what=what, base_url=f"http{server}")


async def _compared(
    store: Store,
    stages: Sequence[_Stage],
    found: Rehearsal,
    since: Micros,
    now: Micros,
    brand: str,
) -> Rehearsal:
    did = await told_by(store, since, brand)
    before, after = [await stage.told(since) for stage in stages]
    detected = [await stage.detected(now) for stage in stages]
    numbers = await _numbers(store, since, brand)
    more, less = after.matched - before.matched, before.matched - after.matched
    asks_more = (after.asks - before.asks) - more
    asks_less = (before.asks - after.asks) - less
    await asyncio.sleep(0)
    return replace(
        found,
        share=1.0,
        did=_side(did, {}),
        now=_side(before, detected[0]),
        edited=_side(after, detected[1]),
        matched_more=_sample(more, numbers),
        matched_less=_sample(less, numbers),
        asks_more=_sample(asks_more, numbers),
        asks_less=_sample(asks_less, numbers),
        counts={
            "matched_more": len(more),
            "matched_less": len(less),
            "asks_more": len(asks_more),
            "asks_less": len(asks_less),
            "otherwise": len((did.matched ^ before.matched) | (did.asks ^ before.asks)),
        },
        new_alerts=_titles(after, before),
        lost_alerts=_titles(before, after),
        done=True,
    )


def _side(told: Told, detected: Mapping[Detector, int]) -> Side:
    alerts: dict[str, int] = {}
    for rule, _title in told.alerts.values():
        alerts[rule] = alerts.get(rule, 0) + 1
    return Side(len(told.matched), len(told.asks), told.queued, alerts, detected, told.ruled)


def _titles(one: Told, other: Told) -> tuple[Sentence, ...]:
    return tuple(one.alerts[name][1] for name in one.alerts if name not in other.alerts)[:SAMPLE]


async def _numbers(store: Store, since: Micros, brand: str) -> dict[_KEYS, int]:
    numbers: dict[_KEYS, int] = {}
    after = 0
    while page := await heard_since(store, since, after, PAGE, brand):
        after = page[-1].mention
        for one in page:
            numbers[one.post.network, one.post.native_id, one.brand] = one.mention
    return numbers


def _sample(keys: Iterable[_KEYS], numbers: Mapping[_KEYS, int]) -> tuple[int, ...]:
    by_post = {(network, native): number for (network, native, _), number in numbers.items()}
    found = {numbers.get(key) or by_post.get(key[:2], 0) for key in keys}
    return tuple(sorted(found - {0}, reverse=True)[:SAMPLE])
