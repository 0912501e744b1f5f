"""What is said once about sentiment: an older scorer's verdicts, a model that is better.

The process that looks after the store finds it and leaves it there; the first screen that looks
says it.
"""

from __future__ import annotations

from listeners.config import Config
from listeners.model import Sentence
from listeners.store import Store
from listeners.store.news import leave_news
from listeners.store.settings import remember, setting
from listeners.teaching.learning import standing
from listeners.teaching.rescoring import stale_said_once

_OFFERED = "sentiment.offered"


async def find_news(store: Store, config: Config) -> None:
    """Leave what is new to be said; what was said before is not said again.

    Raises:
        StoreError: the store cannot be read or written.
    """
    offered = [
        one.newest
        for one in await standing(store)
        if one.newest is not None and one.newest.state == "offered"
    ]
    told = set((await setting(store, _OFFERED)).split(","))
    fresh = [model for model in offered if str(model.id) not in told]
    if fresh:
        await remember(store, _OFFERED, ",".join(str(model.id) for model in offered))
        said = Sentence(
            "hubbub learnt from {count} corrections and reads moods better than the word lists. "
            "“Taught and learnt” shows the figures and switches it on.",
            {"count": sum(model.corrections for model in fresh)},
        )
        await leave_news(store, said)
        return
    for one in await stale_said_once(store, config):
        said = Sentence(
            "{count} stored verdicts of {brand} are of an older scorer or other settings. “Taught "
            "and learnt” scores them anew.",
            {"count": one.count, "brand": one.brand},
        )
        await leave_news(store, said)
