"""Scores anew or learns until it is killed: ``kill_teaching_child.py STORE rescoring|learning``.

It says ``ready`` once the store is open, and ends by itself when there is nothing left to do.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from listeners.config import BrandConfig, Config
from listeners.model import Micros
from listeners.store import open_store
from listeners.store.rescoring import unfinished
from listeners.teaching.learning import learn
from listeners.teaching.rescoring import go_on
from tests.listeners.store.builders import BRAND, NOW

CONFIG = Config(brands=(BrandConfig(name=BRAND),), members=("Ana",))
SLICE = 10


def _clock() -> Micros:
    return NOW


async def _main(path: Path, what: str) -> None:
    async with open_store(path) as store:
        print("ready", flush=True)
        if what == "learning":
            await learn(store, CONFIG, NOW)
            return
        for job in await unfinished(store):
            await go_on(store, CONFIG, job.id, _clock, pause=0, size=SLICE)


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), sys.argv[2]))
