"""Bringing stored verdicts up to date: what would change, doing it in slices, going on later.

What a person corrected is never touched, and no conversation is put to work or taken from it: only
verdicts and counts change. A rescoring that was interrupted goes on where it was, in whatever
process looks after the store next.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from listeners.actions.outcome import Outcome
from listeners.actions.words import done
from listeners.clock import Clock
from listeners.config import BrandConfig, Config
from listeners.judge import whole_text
from listeners.model import SECOND, Label, Micros, Score, Sentence
from listeners.sentiment import SCORER_VERSION
from listeners.store import Store, subjects
from listeners.store import rescoring as kept
from listeners.store.connection import Connection
from listeners.store.rescoring import Rescoring, Stored, Wanted
from listeners.store.settings import remember, setting
from listeners.store.subjects import NewEvent
from listeners.teaching.lessons import Lessons, judged, lessons
from listeners.team import may_write

SLICE = 100
"""Mentions in one slice: some 10 ms of judging beside the loop, and one short transaction."""
PAUSE_SECONDS = 0.02
LEFT_ALONE = 20 * SECOND
"""A rescoring that has not moved for so long has nobody at it."""

Told = Callable[[Rescoring], None]
"""Called after each slice."""


@dataclass(slots=True)
class Tally:
    """What scoring anew would do: how many are read, and how many labels turn into which."""

    read: int = 0
    changed: int = 0
    moves: Counter[tuple[Label, Label]] = field(default_factory=Counter)

    def take(self, stored: Stored, score: Score) -> None:
        """Count one."""
        self.read += 1
        if stored.differs(score):
            self.changed += 1
        if stored.label is not score.label:
            self.moves[stored.label, score.label] += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """A brand whose stored verdicts another scorer gave, and why that is said."""

    brand: str
    count: int
    sentence: Sentence


async def begin_rescoring(
    store: Store, config: Config, actor: str, wanted: Wanted, now: Micros
) -> tuple[Outcome, int]:
    """Write down that stored mentions are to be scored anew; return what came of it, its number.

    Raises:
        StoreError: nothing was stored.
    """
    refused = may_write(config, actor)
    if refused is None and config.brand(wanted.brand) is None:
        refused = Sentence("There is no brand {brand}.", {"brand": wanted.brand})
    if refused is not None:
        return Outcome(0, refused, (refused,)), 0

    async def work(connection: Connection) -> tuple[Outcome, int]:
        number = await kept.begin(connection, wanted, actor, now)
        after = {"brand": wanted.brand, "word": wanted.word, "lang": wanted.lang}
        event = NewEvent(
            at=now,
            actor=actor,
            verb="rescore",
            subject_kind="rescoring",
            subject_id=number,
            after={**after, "since": wanted.since},
        )
        await subjects.add_events(connection, [event])
        return Outcome(1, done("rescoring", "rescore", 1, brand=wanted.brand)), number

    return await store.write(work, urgent=True)


async def go_on(
    store: Store,
    config: Config,
    number: int,
    clock: Clock,
    *,
    told: Told | None = None,
    pause: float = PAUSE_SECONDS,
    size: int = SLICE,
) -> Rescoring | None:
    """Score slice after slice until all is done or somebody stops it; return how it stands.

    Raises:
        StoreError: a slice was not stored; those before it were.
    """
    known = Lessons()
    while True:
        job = await kept.rescoring(store, number)
        if job is None or job.state != "running":
            return job
        brand = config.brand(job.wanted.brand)
        if brand is None:
            await stop_rescoring(store, number)
            continue
        known = await lessons(store, known)
        found = await kept.next_slice(store, job.wanted, job.place, size)
        verdicts = await asyncio.to_thread(_verdicts, brand, known, found)
        await _write(store, job, verdicts, clock())
        if not found and not (job.wanted.word or job.wanted.lang):
            await remember(store, _mark_key(brand.name), _mark(brand))
        if told is not None:
            told(await kept.rescoring(store, number) or job)
        await asyncio.sleep(pause)


async def stop_rescoring(store: Store, number: int) -> None:
    """Let a rescoring rest where it is; what was written stays right."""

    async def work(connection: Connection) -> None:
        await kept.stop(connection, number)

    await store.write(work, urgent=True)


async def finish_left_alone(store: Store, config: Config, clock: Clock) -> int:
    """Go on with what was interrupted and nobody is at; return how many were finished."""
    finished = 0
    for job in await kept.unfinished(store):
        if abs(clock() - job.moved_at) >= LEFT_ALONE:
            await go_on(store, config, job.id, clock)
            finished += 1
    return finished


async def rehearsed(
    store: Store, config: Config, wanted: Wanted, told: Callable[[Tally], None] | None = None
) -> Tally:
    """Say what scoring anew would change; nothing is written."""
    tally = Tally()
    brand = config.brand(wanted.brand)
    if brand is None:
        return tally
    known = await lessons(store)
    place = (Micros(2**62), 2**62)
    while found := await kept.next_slice(store, wanted, place, SLICE):
        verdicts = await asyncio.to_thread(_verdicts, brand, known, found)
        for stored, score in verdicts:
            tally.take(stored, score)
        place = (found[-1].at, found[-1].id)
        if told is not None:
            told(tally)
    return tally


async def stale(store: Store, config: Config) -> list[Stale]:
    """Return the brands whose stored verdicts are of another scorer or other settings."""
    found: list[Stale] = []
    for brand in config.brands:
        mark, now = await setting(store, _mark_key(brand.name)), _mark(brand)
        if mark == now:
            continue
        older = await kept.older_than(store, brand.name, SCORER_VERSION)
        if mark and not older:
            older = await kept.count_wanted(store, Wanted(brand=brand.name, since=Micros(0)))
            why = Sentence(
                "The sentiment settings of {brand} have changed since {count} stored mentions "
                "were scored.",
                {"brand": brand.name, "count": older},
            )
        else:
            why = Sentence(
                "Verdicts of {brand} by an older scorer: {count}.",
                {"brand": brand.name, "count": older},
            )
        if older:
            found.append(Stale(brand=brand.name, count=older, sentence=why))
        elif not store.read_only:
            await remember(store, _mark_key(brand.name), now)
    return found


async def stale_said_once(store: Store, config: Config) -> list[Stale]:
    """Return what ``stale`` does the first time, and nothing again until it changes."""
    fresh: list[Stale] = []
    for one in await stale(store, config):
        brand = config.brand(one.brand)
        key = f"sentiment.said:{one.brand}"
        if brand is not None and await setting(store, key) != _mark(brand):
            await remember(store, key, _mark(brand))
            fresh.append(one)
    return fresh


async def _write(
    store: Store, job: Rescoring, verdicts: Sequence[tuple[Stored, Score]], now: Micros
) -> None:
    async def work(connection: Connection) -> bool:
        return await kept.write_slice(connection, job, verdicts, now)

    await store.write(work)


def _verdicts(
    brand: BrandConfig, known: Lessons, found: Sequence[Stored]
) -> list[tuple[Stored, Score]]:
    return [(one, rescored(brand, known, one)) for one in found]


def rescored(brand: BrandConfig, known: Lessons, one: Stored) -> Score:
    """Judge a stored mention by what is taught and learnt now.

    The network's word for its language is kept as such, any other is found anew.
    """
    score = judged(
        brand,
        known,
        whole_text(one.title, one.text),
        lang=one.lang if one.lang_by in ("", "tag") else None,
        usual=one.lang,
    )
    return replace(score, said_by=one.lang_by) if score.said_by == "tag" else score


def _mark_key(brand: str) -> str:
    return f"sentiment.mark:{brand}"


def _mark(brand: BrandConfig) -> str:
    """What stored verdicts of a brand were made with, apart from what is taught and learnt."""
    settings: Mapping[str, object] = {
        "version": SCORER_VERSION,
        "plain": brand.plain_sentiment,
        "languages": ",".join(sorted(brand.languages)),
    }
    return " ".join(f"{name}={value}" for name, value in settings.items())
