"""What the pipeline judges with besides the word lists: a brand's words, and learnt layers."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from listeners.config import BrandConfig
from listeners.model import Score
from listeners.sentiment import NOTHING_TAUGHT, Learnt, score
from listeners.store import Store
from listeners.store.models import lessons_stamp, switched_on
from listeners.store.taught import taught_by_brand
from listeners.teaching.weights import UnknownModelError, unpacked

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lessons:
    """Taught words by brand, learnt layers by language. ``stamp`` tells one state from another."""

    words: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    layers: Mapping[str, Learnt] = field(default_factory=dict)
    stamp: str = ""

    def taught(self, brand: str) -> Mapping[str, float]:
        """Return the words of a brand."""
        return self.words.get(brand, NOTHING_TAUGHT)


async def lessons(store: Store, known: Lessons | None = None) -> Lessons:
    """Return what is taught and learnt now; ``known`` itself where nothing has changed.

    One small query where nothing has.
    """
    stamp = await lessons_stamp(store)
    if known is not None and known.stamp == stamp:
        return known
    layers: dict[str, Learnt] = {}
    for model, weights in await switched_on(store):
        try:
            layers[model.lang] = unpacked(weights, model.lang, model.id, model.corrections)
        except UnknownModelError:
            # The word lists judge then, as they did before anything was learnt.
            _log.warning("the model learnt for %s cannot be read", model.lang, exc_info=True)
    return Lessons(await taught_by_brand(store), layers, stamp)


def model_behind(scorer: str | None) -> int:
    """Return the number of the model that a mention's ``scorer`` names, 0 for a word list."""
    kind, _, rest = (scorer or "").partition("-")
    number = rest.rpartition("-")[2]
    return int(number) if kind == "learnt" and number.isdigit() else 0


def judged(
    brand: BrandConfig,
    known: Lessons,
    text: str,
    *,
    lang: str | None,
    usual: str | None,
) -> Score:
    """Judge a text for a brand with all that is taught and learnt."""
    return score(
        text,
        lang=lang,
        mask=mask_of(brand),
        languages=brand.languages,
        usual=usual,
        layered=not brand.plain_sentiment,
        taught=known.taught(brand.name),
        learnt=known.layers,
    )


def mask_of(brand: BrandConfig) -> tuple[str, ...]:
    """Return the names that never weigh."""
    names = [brand.name, *brand.names, *(one for many in brand.handles.values() for one in many)]
    return tuple(dict.fromkeys(name for name in names if name))
