"""Counts by minute and hour, kept in the transaction of the mentions they count.

No figure on screen is ever aggregated from mentions. A mention counts in the minute and hour of
its ``sort_at``, for its brand and network, as long as it is not deleted and is not our own voice.
It is also *fresh*, which is what detectors look at, unless it is history, a repost, or was seen
more than six hours after it was written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from listeners.model import HOUR, MINUTE, Label, Micros, Part
from listeners.store.codec import label_number
from listeners.store.connection import Connection

FRESH_WITHIN = 6 * HOUR

_SQL = """
INSERT INTO {table} (brand_id, start, network, negative, neutral, positive, unscored, total,
                     fresh, fresh_negative, compound_sum)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (brand_id, start, network) DO UPDATE SET
    negative = negative + excluded.negative,
    neutral = neutral + excluded.neutral,
    positive = positive + excluded.positive,
    unscored = unscored + excluded.unscored,
    total = total + excluded.total,
    fresh = fresh + excluded.fresh,
    fresh_negative = fresh_negative + excluded.fresh_negative,
    compound_sum = compound_sum + excluded.compound_sum
"""
_MINUTE = _SQL.format(table="rollup_minute")
_HOUR = _SQL.format(table="rollup_hour")


@dataclass(frozen=True, slots=True)
class Counted:
    """One mention put into the counts (``sign`` 1) or taken out of them (-1)."""

    brand_id: int
    network: str
    sort_at: Micros
    seen_at: Micros
    label: Label
    compound: float | None
    part: Part
    history: bool
    repost: bool
    sign: int = 1

    @property
    def fresh(self) -> bool:
        """Whether detectors count it."""
        late = self.seen_at - self.sort_at > FRESH_WITHIN
        return not (self.history or self.repost or late)


async def bump_rollups(connection: Connection, counted: Iterable[Counted]) -> None:
    """Add mentions to the counts, and take others out, in one statement a table."""
    minutes: dict[_Bucket, _Sums] = {}
    for one in counted:
        if one.part is not Part.OURS:
            start = one.sort_at - one.sort_at % MINUTE
            minutes.setdefault((one.brand_id, start, one.network), _Sums()).add(one)
    hours: dict[_Bucket, _Sums] = {}
    for (brand_id, start, network), sums in minutes.items():
        hours.setdefault((brand_id, start - start % HOUR, network), _Sums()).merge(sums)
    for sql, buckets in ((_MINUTE, minutes), (_HOUR, hours)):
        if buckets:
            rows = [(*bucket, *sums.counts, sums.compound) for bucket, sums in buckets.items()]
            await connection.many(sql, rows)


_Bucket = tuple[int, int, str]
"""Brand id, start, network."""


class _Sums:
    """What one bucket gains: labels by number, total, fresh, fresh and negative; compounds."""

    __slots__ = ("compound", "counts")

    def __init__(self) -> None:
        self.counts = [0] * 7
        self.compound = 0.0

    def add(self, one: Counted) -> None:
        sign = one.sign
        self.counts[label_number(one.label)] += sign
        self.counts[4] += sign
        if one.fresh:
            self.counts[5] += sign
            if one.label is Label.NEGATIVE:
                self.counts[6] += sign
        if one.compound is not None:
            self.compound += sign * one.compound

    def merge(self, other: _Sums) -> None:
        self.counts = [
            mine + theirs for mine, theirs in zip(self.counts, other.counts, strict=True)
        ]
        self.compound += other.compound
