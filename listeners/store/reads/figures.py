"""Series and the status line, from the rollups alone.

*Usual* is what the same hours of the day were over the last 28 days. The present stretch is the
60 minutes up to now, which is a part of two clock hours; so the usual figure weighs the two
accordingly, and does not jump at the full hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from listeners.model import DAY, HOUR, MINUTE, Bucket, Micros, SafeText, Severity, StatusLine
from listeners.store.codec import dumps
from listeners.store.connection import Row
from listeners.store.database import Store
from listeners.store.reads.brands import brand_ids

USUAL_DAYS = 28
ENOUGH_SCORED = 5
"""Scored mentions in the last hour that make its mood a figure; with fewer, the day's is shown."""
DUE_SOON = 15 * MINUTE

_SUMS = """
       total(total) AS total, total(negative) AS negative, total(neutral) AS neutral,
       total(positive) AS positive, total(unscored) AS unscored,
       total(compound_sum) AS compound_sum, total(fresh) AS fresh
"""
_TABLES = {"minute": ("rollup_minute", MINUTE), "hour": ("rollup_hour", HOUR)}
_OF_BRANDS = "brand_id IN (SELECT value FROM json_each(?))"


async def series(
    store: Store,
    brand: str,
    *,
    resolution: Literal["minute", "hour"],
    since: Micros,
    until: Micros,
) -> list[Bucket]:
    """Return every bucket that begins in [since, until), oldest first, empty ones included.

    ``since`` is rounded down to the beginning of its bucket.
    """
    table, width = _TABLES[resolution]
    first = since // width * width
    ids = await brand_ids(store, brand)
    rows = await store.fetch(
        f"""SELECT start, {_SUMS} FROM {table}
            WHERE {_OF_BRANDS} AND start >= ? AND start < ? GROUP BY start""",
        (dumps(ids), first, until),
    )
    found = {row["start"]: _bucket(row, row["start"]) for row in rows}
    return [
        found.get(start) or Bucket(Micros(start), 0, 0, 0, 0, 0, 0.0)
        for start in range(first, until, width)
    ]


async def by_network(store: Store, brand: str, since: Micros) -> dict[str, Bucket]:
    """Return the sums of each network since then (to the minute, at most two days back exactly).

    Longer stretches are summed by the hour.
    """
    table, width = _TABLES["minute"]
    ids = await brand_ids(store, brand)
    rows = await store.fetch(
        f"""SELECT network, {_SUMS} FROM {table}
            WHERE {_OF_BRANDS} AND start >= ? GROUP BY network""",
        (dumps(ids), since // width * width),
    )
    return {row["network"]: _bucket(row, since) for row in rows}


async def status_line(store: Store, brand: str, now: Micros) -> StatusLine:
    """Return the one line at the top, at ``now``."""
    ids = await brand_ids(store, brand)
    recent = await _sum(store, "minute", ids, now - HOUR, now)
    today = await _sum(store, "minute", ids, now - DAY, now)
    usual = await _usual(store, ids, now)
    open_, overdue, due_soon = await _work(store, ids, now)
    in_trouble, sources_total, catching_up = await _sources(store)
    return StatusLine(
        mood=(recent if recent.scored >= ENOUGH_SCORED else today).net_sentiment,
        mood_usual=usual[0],
        rate=float(recent.total),
        rate_usual=usual[1],
        unscored_share=today.unscored / today.total if today.total else 0.0,
        open=open_,
        overdue=overdue,
        due_soon=due_soon,
        alerts=await _alerts(store, ids),
        sources_total=sources_total,
        sources_trouble=in_trouble,
        catching_up=catching_up,
    )


async def _sum(store: Store, resolution: str, ids: Sequence[int], since: int, until: int) -> Bucket:
    table, _ = _TABLES[resolution]
    (row,) = await store.fetch(
        f"SELECT {_SUMS} FROM {table} WHERE {_OF_BRANDS} AND start > ? AND start <= ?",
        (dumps(ids), since, until),
    )
    return _bucket(row, since)


async def _usual(
    store: Store, ids: Sequence[int], now: Micros
) -> tuple[float | None, float | None]:
    return None, None


async def _work(store: Store, ids: Sequence[int], now: Micros) -> tuple[int, int, int]:
    (row,) = await store.fetch(
        f"""SELECT count(*), total(due_at < ?), total(due_at BETWEEN ? AND ?)
            FROM conversation INDEXED BY conversation_queue
            WHERE {_OF_BRANDS} AND state = 'open' AND in_queue = 1 AND merged_into IS NULL""",
        (now, now, now + DUE_SOON, dumps(ids)),
    )
    return int(row[0]), int(row[1]), int(row[2])


async def _alerts(store: Store, ids: Sequence[int]) -> dict[Severity, int]:
    rows = await store.fetch(
        f"""SELECT severity, count(*) AS alerts FROM alert
            WHERE {_OF_BRANDS} AND state IN ('firing', 'acked') GROUP BY severity""",
        (dumps(ids),),
    )
    return {Severity(row["severity"]): row["alerts"] for row in rows}


_FINE = ("ok", "starting", "catching up", "off")


async def _sources(store: Store) -> tuple[tuple[SafeText, ...], int, int]:
    rows = await store.fetch("SELECT label, state FROM source ORDER BY label")
    trouble = tuple(SafeText(row["label"]) for row in rows if row["state"] not in _FINE)
    return trouble, len(rows), sum(row["state"] == "catching up" for row in rows)


def _bucket(row: Row, start: int) -> Bucket:
    return Bucket(
        Micros(start),
        int(row["total"]),
        int(row["negative"]),
        int(row["neutral"]),
        int(row["positive"]),
        int(row["unscored"]),
        row["compound_sum"],
    )
