"""The counts detectors look at: what is usual, what is now, and the whole stretch for a replay.

All from the rollups, but for the last day's mentions, whose authors and cross-posts are told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from listeners.model import DAY, HOUR, MINUTE, Micros
from listeners.risk.budget import DETECTORS, Detector
from listeners.store.codec import dumps, storable
from listeners.store.connection import Connection

BIN = 5 * MINUTE
"""The bins detectors count by."""
LOOKED_BACK = 28 * DAY
"""How far back what is usual is learnt from."""
LONGEST_LEFT_OUT = DAY
"""How much of an episode is no example of the usual; what lasts longer has become usual."""


@dataclass(frozen=True, slots=True)
class Usual:
    """One brand's past, as far as a check may learn from it.

    ``hours`` are fresh mentions of the full hours up to ``hours_end``, oldest first, ``None`` in
    an episode that was real; ``bins`` fresh negative mentions by five minutes up to ``bins_end``.
    """

    hours: tuple[int | None, ...]
    hours_end: Micros
    bins: tuple[int, ...]
    bins_end: Micros


@dataclass(frozen=True, slots=True)
class Present:
    """One brand's last hours.

    ``recent`` holds (mentions, authors) of the last 1, 6 and 24 hours, ``bins`` goes on where the
    past's end; ``day`` and ``week`` are (negative, scored) of the last day and the week before it.
    """

    recent: Mapping[int, tuple[int, int]]
    bins: tuple[int, ...]
    day: tuple[int, int]
    week: tuple[int, int]


async def usual_counts(connection: Connection, brand: str, now: Micros) -> Usual:
    """Return the past of a brand, up to the last full hour."""
    brand_id = await _id(connection, brand)
    hour = Micros(now // HOUR * HOUR)
    end = Micros(hour - HOUR)
    since = Micros(end - LOOKED_BACK)
    hours = await _by(connection, "hour", "fresh", brand_id, since, end, HOUR)
    if not hours:
        return Usual((), end, (), hour)
    first = min(hours)
    bins = await _by(connection, "minute", "fresh_negative", brand_id, first, hour, BIN)
    real = await episodes_of(connection, brand, since)
    left_out = hours_of((span for spans in real.values() for span in spans), first, end)
    return Usual(
        tuple(
            None if start in left_out else hours.get(start, 0) for start in range(first, end, HOUR)
        ),
        end,
        tuple(bins.get(start, 0) for start in range(first, hour, BIN)),
        hour,
    )


async def present_counts(
    connection: Connection, brand: str, now: Micros, bins_from: Micros
) -> Present:
    """Return the last hours of a brand; its bins begin at ``bins_from``."""
    brand_id = await _id(connection, brand)
    bins = await _by(connection, "minute", "fresh_negative", brand_id, bins_from, now, BIN)
    return Present(
        {
            hours: await _recent(connection, brand_id, now - hours * HOUR, now)
            for hours in (1, 6, 24)
        },
        tuple(bins.get(start, 0) for start in range(bins_from, now, BIN)),
        await _heard_today(connection, brand_id, now),
        await _shares(connection, brand_id, now - 8 * DAY, now - DAY),
    )


@dataclass(frozen=True, slots=True)
class Stretch:
    """One brand's counts for a replay: fresh mentions by five minutes from ``start``, a full hour.

    ``before`` are fresh mentions of the hours before it. ``hour_negative`` and ``hour_scored``
    count all mentions by hour from ``start``. ``real`` are the episodes, by detector, that nobody
    called false, as (from, to).
    """

    start: Micros
    fresh: tuple[int, ...]
    negative: tuple[int, ...]
    before: tuple[int, ...]
    hour_negative: tuple[int, ...]
    hour_scored: tuple[int, ...]
    real: Mapping[Detector, tuple[tuple[Micros, Micros], ...]]


async def stretch_of(connection: Connection, brand: str, since: Micros, until: Micros) -> Stretch:
    """Return a brand's counts from a time on, or from when it was first heard of, if that is later.

    Counts by minute are kept for four weeks: ``since`` is moved up to them.
    """
    brand_id = await _id(connection, brand)
    end = Micros(until // HOUR * HOUR)
    since = Micros(max(since, end - LOOKED_BACK) // HOUR * HOUR)
    earliest = Micros(since - LOOKED_BACK)
    hours = await _by(connection, "hour", "fresh", brand_id, earliest, end, HOUR)
    first = min(hours, default=end)
    start = max(since, first)
    bins = {
        column: await _by(connection, "minute", column, brand_id, start, end, BIN)
        for column in ("fresh", "fresh_negative")
    }
    shares = {
        column: await _by(connection, "hour", column, brand_id, start, end, HOUR)
        for column in ("negative", "negative + neutral + positive")
    }
    negative, scored = (
        tuple(counts.get(at, 0) for at in range(start, end, HOUR)) for counts in shares.values()
    )
    fresh, bad = (
        tuple(counts.get(at, 0) for at in range(start, end, BIN)) for counts in bins.values()
    )
    return Stretch(
        start=Micros(start),
        fresh=fresh,
        negative=bad,
        before=tuple(hours.get(at, 0) for at in range(first, start, HOUR)),
        hour_negative=negative,
        hour_scored=scored,
        real=await episodes_of(connection, brand, earliest),
    )


async def episodes_of(
    connection: Connection, brand: str, since: Micros
) -> dict[Detector, tuple[tuple[Micros, Micros], ...]]:
    """Return when detectors fired and nobody called it a false alarm, as (from, to)."""
    rows = await connection.fetch(
        """SELECT a.rule, a.fingerprint, a.first_at, a.last_at FROM alert a
           JOIN brand b ON b.id = a.brand_id
           WHERE b.name = ? AND a.state != 'dismissed' AND a.last_at >= ?
             AND a.rule IN (SELECT value FROM json_each(?))""",
        (storable(brand), since, dumps(list(DETECTORS))),
    )
    found: dict[Detector, tuple[tuple[Micros, Micros], ...]] = dict.fromkeys(DETECTORS, ())
    for row in rows:
        long = row["fingerprint"].endswith("6 h")
        name: Detector = "surge 6 h" if long else row["rule"]
        begins = row["first_at"] - (6 if long else 1) * HOUR
        found[name] += ((Micros(begins), Micros(row["last_at"])),)
    return found


def hours_of(spans: Iterable[tuple[Micros, Micros]], first: int, end: int) -> set[int]:
    """Return the beginnings of the hours that episodes lie in, the first day of each."""
    return {
        at
        for begins, ends in spans
        for at in range(
            max(first, begins // HOUR * HOUR), min(end, ends, begins + LONGEST_LEFT_OUT), HOUR
        )
    }


async def _id(connection: Connection, brand: str) -> int:
    (row,) = await connection.fetch("SELECT id FROM brand WHERE name = ?", (storable(brand),))
    return int(row["id"])


async def _by(
    connection: Connection,
    resolution: str,
    column: str,
    brand_id: int,
    since: int,
    until: int,
    width: int,
) -> dict[int, int]:
    rows = await connection.fetch(
        f"""SELECT start / ? AS place, sum({column}) AS n FROM rollup_{resolution}
            WHERE brand_id = ? AND start >= ? AND start < ? GROUP BY place HAVING n > 0""",
        (width, brand_id, since, until),
    )
    return {row["place"] * width: row["n"] for row in rows}


async def _shares(connection: Connection, brand_id: int, since: int, until: int) -> tuple[int, int]:
    (row,) = await connection.fetch(
        """SELECT total(negative) AS negative, total(negative + neutral + positive) AS scored
           FROM rollup_hour WHERE brand_id = ? AND start >= ? AND start < ?""",
        (brand_id, since // HOUR * HOUR, until),
    )
    return int(row["negative"]), int(row["scored"])


async def _heard_today(connection: Connection, brand_id: int, now: Micros) -> tuple[int, int]:
    """Return the last day's share without what was read from the past: that is no change."""
    negative, scored = await _shares(connection, brand_id, now - DAY, now)
    (past,) = await connection.fetch(
        """SELECT count(*) FILTER (WHERE label = 0) AS negative,
                  count(*) FILTER (WHERE label != 3) AS scored FROM mention
           WHERE brand_id = ? AND sort_at >= ? AND sort_at < ? AND history = 1
             AND part != 'ours' AND deleted_at IS NULL""",
        (brand_id, (now - DAY) // HOUR * HOUR, now),
    )
    return max(0, negative - past["negative"]), max(0, scored - past["scored"])


async def _recent(connection: Connection, brand_id: int, since: int, until: int) -> tuple[int, int]:
    """Return how many fresh mentions there were, a cross-post counted once, and their authors."""
    (row,) = await connection.fetch(
        """SELECT count(DISTINCT iif(fold = '', id, fold)) AS n,
                  count(DISTINCT account_id) AS authors FROM mention
           WHERE brand_id = ? AND sort_at > ? AND sort_at <= ? AND part != 'ours'
             AND history = 0 AND repost = 0 AND deleted_at IS NULL""",
        (brand_id, since, until),
    )
    return row["n"], row["authors"]
