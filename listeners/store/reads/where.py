"""Where mentions stand besides their own place, and the reactions at all places together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from listeners.model import Engagement, Micros, SafeText
from listeners.rows import PlaceRow
from listeners.store.codec import dumps
from listeners.store.database import Store


async def places_of(store: Store, mention_ids: Iterable[int]) -> Mapping[int, tuple[PlaceRow, ...]]:
    """Return where else these mentions stand, or stood, in the order they were heard there."""
    rows = await store.fetch(
        """SELECT p.mention_id, p.network, p.native_id, p.url, p.seen_at, p.likes, p.shares,
                  p.replies, p.state, s.key AS source, s.label, a.handle, a.name,
                  p.network = m.network AND p.key = m.key AS same
           FROM json_each(?) w JOIN place p ON p.mention_id = w.value
           JOIN mention m ON m.id = p.mention_id JOIN source s ON s.id = p.source_id
           LEFT JOIN account a ON a.id = p.account_id
           WHERE p.state IN ('here', 'gone')""",
        (dumps(list(mention_ids)),),
    )
    found: dict[int, list[PlaceRow]] = defaultdict(list)
    for row in rows:
        found[row["mention_id"]].append(
            PlaceRow(
                network=row["network"],
                source=row["source"],
                label=SafeText(row["label"]),
                native_id=row["native_id"],
                url=row["url"],
                author=SafeText(row["handle"] or row["name"] or ""),
                seen_at=Micros(row["seen_at"]),
                gone=row["state"] == "gone",
                same=bool(row["same"]),
                engagement=Engagement(
                    likes=row["likes"], shares=row["shares"], replies=row["replies"]
                ),
            )
        )
    return {
        id_: tuple(sorted(places, key=lambda one: (one.seen_at, one.network, one.native_id)))
        for id_, places in found.items()
    }


def together(own: Engagement, places: Iterable[PlaceRow]) -> Engagement:
    """Return the reactions at all places: the sum, since each place has readers of its own.

    The same post read twice (an article in two feeds) counts once, with the larger count.
    """
    likes, shares, replies = own.likes, own.shares, own.replies
    for one in places:
        there = one.engagement
        join = _larger if one.same else _sum
        likes = join(likes, there.likes)
        shares = join(shares, there.shares)
        replies = join(replies, there.replies)
    return Engagement(likes=likes, shares=shares, replies=replies)


def _sum(one: int | None, other: int | None) -> int | None:
    return one if other is None else other if one is None else one + other


def _larger(one: int | None, other: int | None) -> int | None:
    return one if other is None else other if one is None else max(one, other)
