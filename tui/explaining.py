"""Which words made a sentiment, asked of the scorer beside the keys.

The scorer's lexicons take a moment to load, so they are loaded by the first question, in a thread
of our own, never before the first paint.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from listeners.config import Config
from listeners.model import MentionRow
from tui.widgets.thread_lines import Weight

_KEPT = 256
_thread = ThreadPoolExecutor(1, thread_name_prefix="hubbub-words")


def masks(config: Config) -> tuple[str, ...]:
    """Return the names that are no words: "Joy Cola" says nothing about joy."""
    return tuple(
        dict.fromkeys(
            name
            for brand in config.brands
            for name in (brand.name, *brand.names, *sum(brand.handles.values(), ()))
        )
    )


@lru_cache(maxsize=_KEPT)
def _words(text: str, lang: str | None, mask: tuple[str, ...]) -> tuple[Weight, ...]:
    from listeners.sentiment import explain

    explained = explain(text, lang=lang, mask=mask)
    return tuple(Weight(one.text, one.weight) for one in explained.words if one.weight)


async def weights(mention: MentionRow, mask: Sequence[str]) -> tuple[Weight, ...]:
    """Return the words that made a mention's sentiment, the heaviest first."""
    if mention.compound is None:
        return ()
    loop = asyncio.get_running_loop()
    text = f"{mention.title}. {mention.text}" if mention.title else mention.text
    return await loop.run_in_executor(_thread, _words, text, mention.lang, tuple(mask))
