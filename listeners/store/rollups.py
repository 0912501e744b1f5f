"""Counts by minute and hour, kept in the transaction of the mentions they count.

No figure on screen is ever aggregated from mentions. A mention counts in the minute and hour of
its ``sort_at``, for its brand and network, as long as it is not deleted and is not our own voice.
It is also *fresh*, which is what detectors look at, unless it is history, a repost, or was seen
more than six hours after it was written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from listeners.model import HOUR, MINUTE, Label, Micros, Part
from listeners.store.codec import label_number
from listeners.store.connection import Connection

FRESH_WITHIN = 6 * HOUR

_TABLES = (("rollup_minute", MINUTE), ("rollup_hour", HOUR))
_SQL = """
INSERT INTO {table} (brand_id, start, network, negative, neutral, positive, unscored, total,
                     compound_sum, fresh, fresh_negative)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (brand_id, start, network) DO UPDATE SET
    negative = negative + excluded.negative,
    neutral = neutral + excluded.neutral,
    positive = positive + excluded.positive,
    unscored = unscored + excluded.unscored,
    total = total + excluded.total,
    compound_sum = compound_sum + excluded.compound_sum,
    fresh = fresh + excluded.fresh,
    fresh_negative = fresh_negative + excluded.fresh_negative
"""


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
    kept = [one for one in counted if one.part is not Part.OURS]
    for table, width in _TABLES:
        rows = _sums(kept, width)
        if rows:
            await connection.many(_SQL.format(table=table), rows)


def _sums(counted: Iterable[Counted], width: int) -> list[tuple[int | str | float, ...]]:
    """Return one row a bucket: labels by number, total, sum of compounds, fresh, fresh negative."""
    whole: dict[tuple[int, int, str], list[int]] = defaultdict(lambda: [0] * 7)
    compound: dict[tuple[int, int, str], float] = defaultdict(float)
    for one in counted:
        bucket = (one.brand_id, one.sort_at // width * width, one.network)
        sums = whole[bucket]
        sums[label_number(one.label)] += one.sign
        sums[4] += one.sign
        if one.fresh:
            sums[5] += one.sign
            sums[6] += one.sign * (one.label is Label.NEGATIVE)
        if one.compound is not None:
            compound[bucket] += one.sign * one.compound
    return [
        (*bucket, *sums[:5], compound[bucket], *sums[5:])
        for bucket, sums in whole.items()
        if any(sums) or compound[bucket]
    ]
