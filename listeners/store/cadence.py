"""How many posts a week each channel is meant to carry, and what our own accounts posted."""

from __future__ import annotations

from datetime import timedelta, tzinfo

from listeners.model import Micros
from listeners.planning.cadence import ChannelCadence, cadences, week_bounds
from listeners.planning.calendar import WEEK, day_of, day_start, week_start
from listeners.store.codec import storable
from listeners.store.connection import Connection
from listeners.store.database import Store
from listeners.store.planned import own_posts, planned
from listeners.store.sources import register_brands

WEEKS = 5
"""This week and the four before it."""
_USUAL_WEEKS = 9
"""Weeks by which the usual gap of a channel is known."""


async def targets(store: Store, brand: str) -> dict[str, float]:
    """Return the posts a week that each channel is meant to carry; of all brands, their sum."""
    rows = await store.fetch(
        """SELECT c.channel, sum(c.a_week) AS a_week FROM cadence c JOIN brand b
             ON b.id = c.brand_id WHERE c.removed = 0 AND (? = '' OR b.name = ?)
           GROUP BY c.channel ORDER BY c.channel""",
        (brand, brand),
    )
    return {row["channel"]: row["a_week"] for row in rows}


async def cadence_now(
    store: Store,
    brand: str,
    now: Micros,
    weeks: int = WEEKS,
    *,
    zone: tzinfo | None = None,
) -> list[ChannelCadence]:
    """Return how each channel does against its target, this week and in the ``weeks`` before it.

    ``weeks`` counts this one. Weeks begin on Monday in ``zone``, ``None`` for the machine's.
    """
    monday = week_start(day_of(now, zone))
    since = day_start(monday - timedelta(days=WEEK * (max(weeks, _USUAL_WEEKS) - 1)), zone)
    posts: dict[str, list[Micros]] = {}
    for post in await own_posts(store, brand, since, now):
        posts.setdefault(post.network, []).append(post.at)
    _begun, week_ends = week_bounds(monday, zone)
    coming: dict[str, int] = {}
    for one in await planned(store, brand, now, week_ends, zone=zone):
        if one.kind == "post" and one.channel and not one.done and one.state != "idea":
            coming[one.channel] = coming.get(one.channel, 0) + 1
    return cadences(await targets(store, brand), posts, coming, now, weeks, zone)


async def load_target(connection: Connection, brand: str, channel: str) -> tuple[int, float, bool]:
    """Return a channel's row, its posts a week and whether it is removed, inside a write.

    A channel that never had a target is given a removed row, so that it can be set and taken back
    like any other.
    """
    brand_id = (await register_brands(connection, [brand]))[storable(brand)]
    await connection.fetch(
        """INSERT INTO cadence (brand_id, channel, a_week, removed) VALUES (?, ?, 0, 1)
           ON CONFLICT (brand_id, channel) DO NOTHING""",
        (brand_id, storable(channel)),
    )
    (row,) = await connection.fetch(
        "SELECT * FROM cadence WHERE brand_id = ? AND channel = ?", (brand_id, storable(channel))
    )
    return row["id"], row["a_week"], bool(row["removed"])


async def save_target(connection: Connection, number: int, a_week: float, removed: bool) -> None:
    """Write a channel's posts a week."""
    await connection.fetch(
        "UPDATE cadence SET a_week = ?, removed = ? WHERE id = ?", (a_week, removed, number)
    )
