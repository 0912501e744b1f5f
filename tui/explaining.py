"""Which words made a sentiment, asked of the scorer beside the keys.

The scorer's lexicons take a moment to load, so they are loaded by the first question, in a thread
of our own, never before the first paint. A mention is judged as it was when it was heard: with
its brand's names masked, in the language it was found to be in, with our layer or without.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from listeners.config import BrandConfig, Config
from listeners.rows import MentionRow
from tui.sentiment_words import STARS

if TYPE_CHECKING:
    from listeners.sentiment import Explanation, Learnt, Mark
    from tui.widgets.thread_lines import Weight

_KEPT = 256
_thread = ThreadPoolExecutor(1, thread_name_prefix="hubbub-words")
_weighed: dict[tuple[object, ...], tuple[Weight, ...]] = {}
NOTHING: Mapping[str, float] = {}
NOTHING_LEARNT: Mapping[str, Learnt] = {}


class Told(NamedTuple):
    """What made a verdict, and where in the title and in the text its words stand."""

    explanation: Explanation
    title: tuple[Mark, ...] = ()
    text: tuple[Mark, ...] = ()


def masks(brand: BrandConfig | None) -> tuple[str, ...]:
    """Return the names that are no words: "Joy Cola" says nothing about joy."""
    if brand is None:
        return ()
    handles = (handle for own in brand.handles.values() for handle in own)
    return tuple(dict.fromkeys(name for name in (brand.name, *brand.names, *handles) if name))


def _told(
    title: str,
    text: str,
    lang: str | None,
    mask: tuple[str, ...],
    layered: bool,
    taught: Mapping[str, float],
    learnt: Mapping[str, Learnt],
) -> Told:
    from listeners.sentiment import explain, marks

    whole = f"{title}\n{text}" if title and title not in text else text
    found = explain(whole, lang=lang, mask=mask, layered=layered, taught=taught, learnt=learnt)
    placed = marks(whole, found.read, mask)
    begin = len(whole) - len(text)
    in_text = [one.moved(-begin) for one in placed if one.start >= begin]
    return Told(found, tuple(one for one in placed if one.end < begin), tuple(in_text))


async def told(
    mention: MentionRow,
    config: Config,
    *,
    taught: Mapping[str, float] = NOTHING,
    learnt: Mapping[str, Learnt] = NOTHING_LEARNT,
) -> Told | None:
    """Return what makes a mention's verdict, ``None`` where no scorer judges it.

    ``taught`` are the words of its brand, ``learnt`` the layers learnt, by language.
    """
    if mention.lang is None and mention.scorer is None:
        return None
    brand = config.brand(mention.brand)
    layered = brand is None or not brand.plain_sentiment
    work = partial(
        _told,
        mention.title,
        mention.text,
        mention.lang,
        masks(brand),
        layered,
        taught,
        learnt,
    )
    return await asyncio.get_running_loop().run_in_executor(_thread, work)


async def offered_words(
    text: str, brand: BrandConfig, taught: Mapping[str, float] = NOTHING
) -> Sequence[str]:
    """Return the words of a text that can be taught, those that made its verdict first."""

    def look() -> Sequence[str]:
        from listeners.teaching import offering

        heavy = offering.heavy_words(text, brand, taught)
        return offering.offered_words(text, brand, heavy)

    return await asyncio.get_running_loop().run_in_executor(_thread, look)


async def qualities(config: Config) -> tuple[tuple[str, str], ...]:
    """Return the languages of the brands that are scored, each with how good its verdicts are."""
    spoken = tuple(dict.fromkeys(lang for brand in config.brands for lang in brand.languages))

    def look() -> tuple[tuple[str, str], ...]:
        from listeners.sentiment import quality_of

        return tuple((lang, quality) for lang in spoken if (quality := quality_of(lang)))

    return await asyncio.get_running_loop().run_in_executor(_thread, look)


async def weights(
    mention: MentionRow,
    config: Config,
    *,
    taught: Mapping[str, float] = NOTHING,
    learnt: Mapping[str, Learnt] = NOTHING_LEARNT,
) -> Sequence[Weight]:
    """Return the words that made a mention's sentiment, the heaviest first."""
    if mention.compound is None or mention.scorer == STARS:
        return ()
    key = (mention.title, mention.text, mention.lang, mention.brand, tuple(sorted(taught.items())))
    if not learnt and key in _weighed:
        return _weighed[key]
    from tui.widgets.thread_lines import Weight

    found = await told(mention, config, taught=taught, learnt=learnt)
    words = found.explanation.words if found is not None else ()
    made = tuple(Weight(one.text, one.weight) for one in words if one.weight)
    if not learnt:
        if len(_weighed) >= _KEPT:
            _weighed.clear()
        _weighed[key] = made
    return made
