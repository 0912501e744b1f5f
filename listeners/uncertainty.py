"""How far a net sentiment may be off by chance alone: a band, and what it does not cover.

Net sentiment is the difference of two shares of one sample, positive less negative, so the two
shares depend on each other. The interval is that of Agresti and Min ("Simple improved confidence
intervals for comparing matched proportions", Statistics in Medicine 24, 2005, 729-740): Wald's for
a difference of two multinomial shares, after adding half a mention to each of four cells (positive,
negative and two that are neither), two mentions in all::

    n' = n + 2     p = (positive + 1/2) / n'     q = (negative + 1/2) / n'
    (p - q)  +-  1.96 * sqrt((p + q - (p - q)^2) / n')

It stays honest for few mentions, where Wald's own collapses. It says how much another hour with
the same public could differ; it knows nothing of verdicts that are wrong (``docs/sentiment.md``).
"""

from __future__ import annotations

import math
from typing import NamedTuple

from listeners.rows import Bucket

Z = 1.96
"""Standard errors to each side: 95 in 100 such bands hold the value they are about."""


class Band(NamedTuple):
    """From where to where a net sentiment in [-1, 1] may be, and how far that is from it."""

    low: float
    high: float
    spread: float
    """The larger distance from the net sentiment to an end: what stands behind the ± sign."""


def net_band(bucket: Bucket | None) -> Band | None:
    """Return the band of a bucket's net sentiment, ``None`` where nothing is scored."""
    net = bucket.net_sentiment if bucket is not None else None
    if bucket is None or net is None:
        return None
    count = bucket.scored + 2
    good, bad = (bucket.positive + 0.5) / count, (bucket.negative + 0.5) / count
    middle = good - bad
    half = Z * math.sqrt(max(0.0, good + bad - middle * middle) / count)
    low, high = max(-1.0, middle - half), min(1.0, middle + half)
    return Band(low, high, max(high - net, net - low))


def negative_at_least(bucket: Bucket | None) -> float | None:
    """Return which share of all mentions is negative for sure enough to be called so.

    It is a share of everything heard, unscored mentions too, and a third to a half of what people
    call negative is not seen: so it is the least it can be, not what it is.
    """
    return bucket.negative / bucket.total if bucket is not None and bucket.total else None
