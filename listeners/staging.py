"""Finding stages while hubbub listens: slice by slice, whoever has something new."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial

from listeners.clock import Clock
from listeners.config import BrandConfig, Config
from listeners.keeping import shortest_days
from listeners.model import Micros
from listeners.stages.brand import stage_brands, to_text
from listeners.stages.next_steps import NextStep, next_step
from listeners.store import Store
from listeners.store.connection import Connection
from listeners.store.settings import setting
from listeners.store.stage_news import Marks, News, begin, keep_marks, known_marks, news
from listeners.store.stage_people import Stuck
from listeners.store.staging import RULES, Looked, keep, look

AT_ONCE = 50
"""Persons in one transaction: a few milliseconds."""
PAUSE_SECONDS = 0.01


async def find_stages(
    store: Store,
    config: Config,
    clock: Clock,
    *,
    slices: int | None = None,
    pause: float = PAUSE_SECONDS,
) -> int:
    """Bring the stages up to date, and return how many persons were read.

    ``slices`` bounds how much is done, ``None`` goes on to the end. Where nothing is new, this
    reads a few numbers and writes nothing.
    """
    rules = to_text(stage_brands(config), shortest_days(config))
    await _begin(store, rules)
    read = done = 0
    more = True
    while more and (slices is None or done < slices):
        before, found = await store.read(_news)
        more = found.more
        groups = [found.persons[at : at + AT_ONCE] for at in range(0, len(found.persons), AT_ONCE)]
        for group in groups:
            looked = await store.read(partial(look, persons=group))
            await store.write(partial(_keep, looked=looked, clock=clock))
            await asyncio.sleep(pause)
        if found.marks != before:
            await store.write(partial(keep_marks, marks=found.marks))
        read += len(found.persons)
        done += 1
    return read


def steps_due(rows: Iterable[Stuck], config: Config, now: Micros) -> list[tuple[Stuck, NextStep]]:
    """Return those of whom a next step is due now, each with it, in the words of their brand."""
    due = []
    for row in rows:
        brand = config.brand(row.brand) or BrandConfig(name=row.brand)
        step = next_step(row.situation, brand.stages, brand.audience, now)
        if step is not None:
            due.append((row, step))
    return due


async def _begin(store: Store, rules: str) -> None:
    if await setting(store, RULES) != rules:
        await store.write(partial(begin, rules=rules))


async def _news(connection: Connection) -> tuple[Marks, News]:
    marks = await known_marks(connection)
    if marks is None:
        raise RuntimeError("stages are read before their rules are written down")
    return marks, await news(connection, marks)


async def _keep(connection: Connection, looked: Looked, clock: Clock) -> None:
    await keep(connection, looked, clock())
