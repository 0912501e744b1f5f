"""Series and the status line, from the rollups alone.

*Usual* is what the same hours of the day were over the last 28 days. The present stretch is the
60 minutes up to now, which is a part of two clock hours; so the usual figure weighs the two
accordingly, and does not jump at the full hour.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from listeners.model import DAY, HOUR, MINUTE, AlertState, Micros, SafeText, Severity
from listeners.risk.ringing import held_under
from listeners.rows import Bucket, StatusLine
from listeners.store.codec import dumps
from listeners.store.connection import Row
from listeners.store.database import Store
from listeners.store.reads.alerts import live
from listeners.store.reads.brands import brand_ids, merged

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
# Up to the first full hour by the minute, from there by the hour: a day is 84 buckets at most.
_SINCE = f"""
(SELECT * FROM rollup_minute WHERE {_OF_BRANDS} AND start >= ? AND start < ?
 UNION ALL SELECT * FROM rollup_hour WHERE {_OF_BRANDS} AND start >= ?)
"""


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
    arm = f"""SELECT start, {_SUMS} FROM {table}
              WHERE brand_id = ? AND start >= ? AND start < ? GROUP BY start"""
    found: dict[int, Bucket] = {}
    if ids:
        for row in await store.fetch(*merged(arm, ids, (first, until))):
            found[row["start"]] = _plus(found.get(row["start"]), _bucket(row, row["start"]))
    return [
        found.get(start) or Bucket(Micros(start), 0, 0, 0, 0, 0, 0.0)
        for start in range(first, until, width)
    ]


async def by_network(store: Store, brand: str, since: Micros) -> dict[str, Bucket]:
    """Return the sums of each network since then, to the minute."""
    ids = await brand_ids(store, brand)
    rows = await store.fetch(
        f"SELECT network, {_SUMS} FROM {_SINCE} GROUP BY network", _since(ids, since)
    )
    return {row["network"]: _bucket(row, since) for row in rows}


async def status_line(store: Store, brand: str, now: Micros) -> StatusLine:
    """Return the one line at the top, at ``now``.

    The mood is that of the last hour where at least five mentions in it have a score, else that
    of the last day; the usual mood is that of the same hours, or of all hours, over 28 days. The
    rate leaves out history and reposts. ``alerts`` counts firing and acknowledged ones.
    """
    ids = await brand_ids(store, brand)
    hour, fresh = await _stretch(store, ids, now - HOUR + MINUTE)
    day, _ = await _stretch(store, ids, now - DAY + MINUTE)
    days = await _days_of_history(store, ids, now)
    usual_rate, usual_mood = await _usual(store, ids, now, days)
    if hour.scored < ENOUGH_SCORED:
        usual_mood = await _usual_mood_of_days(store, ids, now, days)
    stretch = hour if hour.scored >= ENOUGH_SCORED else day
    open_, overdue, due_soon = await _work(store, ids, now)
    trouble, sources_total, catching_up = await _sources(store)
    return StatusLine(
        mood=stretch.net_sentiment,
        mood_usual=usual_mood,
        rate=float(fresh),
        rate_usual=usual_rate,
        unscored_share=stretch.unscored / stretch.total if stretch.total else 0.0,
        stretch=stretch if stretch.total else None,
        open=open_,
        overdue=overdue,
        due_soon=due_soon,
        alerts=await _alerts(store, ids),
        sources_total=sources_total,
        sources_trouble=trouble,
        catching_up=catching_up,
    )


def _since(ids: Sequence[int], since: int) -> tuple[object, ...]:
    """Return the parameters of ``_SINCE``."""
    minute = since // MINUTE * MINUTE
    full_hour = -(-minute // HOUR) * HOUR
    brands = dumps(list(ids))
    return brands, minute, full_hour, brands, full_hour


async def _stretch(store: Store, ids: Sequence[int], since: int) -> tuple[Bucket, int]:
    """Return the sums since then, and how many of the mentions are fresh."""
    (row,) = await store.fetch(f"SELECT {_SUMS} FROM {_SINCE}", _since(ids, since))
    return _bucket(row, since), int(row["fresh"])


async def _days_of_history(store: Store, ids: Sequence[int], now: Micros) -> int:
    """Return for how many whole days we have listened, 28 at most.

    Only fresh mentions prove that: history that was fetched later is older than our listening.
    """
    hour = now // HOUR * HOUR
    firsts = [
        await store.fetch(
            """SELECT start FROM rollup_hour WHERE brand_id = ? AND start >= ? AND fresh > 0
               ORDER BY start LIMIT 1""",
            (id_, hour - HOUR - USUAL_DAYS * DAY),
        )
        for id_ in ids
    ]
    first = min((rows[0]["start"] for rows in firsts if rows), default=hour)
    return min(USUAL_DAYS, (hour - int(first)) // DAY)


async def _usual(
    store: Store, ids: Sequence[int], now: Micros, days: int
) -> tuple[float | None, float | None]:
    """Return the usual rate an hour and mood at this time of day; ``None`` where not known."""
    if not days:
        return None, None
    hour = now // HOUR * HOUR
    passed = (now - hour) / HOUR
    weights = {
        start - day * DAY: weight
        for start, weight in ((hour, passed), (hour - HOUR, 1 - passed))
        for day in range(1, days + 1)
    }
    rows = await store.fetch(
        f"""SELECT start, {_SUMS} FROM rollup_hour
            WHERE {_OF_BRANDS} AND start IN (SELECT value FROM json_each(?)) GROUP BY start""",
        (dumps(list(ids)), dumps(list(weights))),
    )
    weighed = [(weights[row["start"]], row) for row in rows]
    rate = sum(weight * row["fresh"] for weight, row in weighed) / days
    scored = sum(weight * _bucket(row, 0).scored for weight, row in weighed)
    balance = sum(weight * (row["positive"] - row["negative"]) for weight, row in weighed)
    return rate, balance / scored if scored else None


async def _usual_mood_of_days(
    store: Store, ids: Sequence[int], now: Micros, days: int
) -> float | None:
    """Return the mood over the whole days before the last one."""
    if not days:
        return None
    hour = now // HOUR * HOUR
    (row,) = await store.fetch(
        f"SELECT {_SUMS} FROM rollup_hour WHERE {_OF_BRANDS} AND start >= ? AND start < ?",
        (dumps(list(ids)), hour - (days + 1) * DAY, hour - DAY),
    )
    return _bucket(row, 0).net_sentiment


async def _work(store: Store, ids: Sequence[int], now: Micros) -> tuple[int, int, int]:
    (row,) = await store.fetch(
        f"""SELECT count(*), total(due_at < ?), total(due_at BETWEEN ? AND ?)
            FROM conversation INDEXED BY conversation_queue
            WHERE {_OF_BRANDS} AND state = 'open' AND in_queue = 1 AND merged_into IS NULL""",
        (now, now, now + DUE_SOON, dumps(ids)),
    )
    return int(row[0]), int(row[1]), int(row[2])


async def _alerts(store: Store, ids: Sequence[int]) -> dict[Severity, int]:
    """Count what somebody must look at; what a graver one holds counts with that one alone."""
    found = await live(store)
    held = held_under(found)
    wanted = {str(id_) if id_ else "" for id_ in ids}
    return dict(
        Counter(
            one.severity
            for one in found
            if one.id not in held
            and not one.suppressed
            and one.brand in wanted
            and one.state is not AlertState.SNOOZED
        )
    )


_FINE = ("ok", "starting", "catching up", "unofficial bridge", "off")


async def _sources(store: Store) -> tuple[tuple[SafeText, ...], int, int]:
    rows = await store.fetch("SELECT label, state FROM source ORDER BY label")
    trouble = tuple(SafeText(row["label"]) for row in rows if row["state"] not in _FINE)
    listening = [row for row in rows if row["state"] != "off"]
    return trouble, len(listening), sum(row["state"] == "catching up" for row in rows)


def _plus(one: Bucket | None, other: Bucket) -> Bucket:
    """Return the sum of two brands' buckets."""
    if one is None:
        return other
    return Bucket(
        one.start,
        one.total + other.total,
        one.negative + other.negative,
        one.neutral + other.neutral,
        one.positive + other.positive,
        one.unscored + other.unscored,
        one.compound_sum + other.compound_sum,
    )


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
