"""What rules cost where posts come in: the pipeline with none, with thirty, and with those caught.

Run it by ``python -m pytest -m bench -s tests/bench/bench_rules.py``. Ratios of sides measured in
turn, round by round; one batch is fifty posts.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pytest

from listeners.actions.rules import keep_rule
from listeners.config import BrandConfig, Config, SourceConfig
from listeners.model import HOUR, Author, Batch, Micros, Post
from listeners.pipeline import Pipeline
from listeners.rules import Conditions, Effects, Rule
from listeners.store import Store, open_store
from listeners.store.connection import Connection
from listeners.store.sources import NewSource, register_sources

NOW = Micros(1_790_000_000 * 1_000_000)
SOURCE = SourceConfig(network="mastodon", what="#lune")
CONFIG = Config(brands=(BrandConfig(name="Lune"),), sources=(SOURCE,))
ROUNDS = 12
SIZE = 50
RULES = 30
_WORDS = ["lune", "where", "is", "my", "parcel", "please", "help", "today", "again", "nothing"]


class Side:
    """A store with a pipeline, and the rules it has."""

    def __init__(self, store: Store, name: str) -> None:
        self.store = store
        self.name = name
        self.pipeline = Pipeline(store, CONFIG, lambda: NOW)
        self.source_id = 0
        self.number = 0
        self.times: list[float] = []

    async def open(self, rules: list[Rule]) -> None:
        await self.pipeline.open()

        async def work(connection: Connection) -> int:
            new = [NewSource(SOURCE.key, SOURCE.network, "lune")]
            return (await register_sources(connection, new, NOW))[SOURCE.key]

        self.source_id = await self.store.write(work)
        for rule in rules:
            await keep_rule(self.store, "Ana", rule, NOW)

    async def take(self) -> None:
        posts = tuple(self._post() for _ in range(SIZE))
        began = time.perf_counter()
        await self.pipeline.take(SOURCE, self.source_id, Batch(posts=posts, fetched=SIZE))
        self.times.append(time.perf_counter() - began)

    def _post(self) -> Post:
        self.number += 1
        luck = random.Random(self.number)
        words = " ".join(luck.choice(_WORDS) for _ in range(25))
        return Post(
            network="mastodon",
            native_id=f"https://social.example/posts/{self.number}",
            author=Author(key=f"a{self.number % 40}", handle=f"a{self.number % 40}"),
            text=f"Lune {words} {self.number}?",
            created_at=Micros(NOW - HOUR + self.number),
            lang="en",
        )


def rare(number: int) -> Rule:
    """A rule by words that hardly ever come."""
    query = f'"rareword{number} thing" OR otherword{number}'
    return Rule(name=f"R{number}", conditions=Conditions(query=query), effects=Effects(tags=("x",)))


@pytest.mark.bench
@pytest.mark.timeout(300)
def test_rules_beside_none() -> None:
    asyncio.run(_measure())


async def _measure() -> None:
    missed = [rare(number) for number in range(RULES)]
    caught = replace(rare(0), conditions=Conditions(query="parcel"))
    with tempfile.TemporaryDirectory() as folder:
        async with (
            open_store(Path(folder) / "none.db") as first,
            open_store(Path(folder) / "missed.db") as second,
            open_store(Path(folder) / "caught.db") as third,
        ):
            sides = [
                Side(first, "no rule"),
                Side(second, f"{RULES} rules that catch nothing"),
                Side(third, f"{RULES} rules, nearly every post caught by one"),
            ]
            for side, rules in zip(sides, ([], missed, [*missed[1:], caught]), strict=True):
                await side.open(list(rules))
                await side.take()
            for _ in range(ROUNDS):
                for side in sides:
                    await side.take()
    base = sides[0].times[1:]
    for side in sides:
        ratio = statistics.median(
            mine / usual for mine, usual in zip(side.times[1:], base, strict=True)
        )
        each = statistics.median(side.times[1:]) / SIZE * 1e6
        print(f"{side.name:<46} {ratio:5.2f} x  ({each:.0f} µs a post)")
    usual, with_rules = (statistics.median(side.times[1:]) for side in sides[:2])
    assert with_rules / usual < 1.25
