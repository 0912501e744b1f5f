"""How the reactions to posts grow, kept in the write that counts them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from listeners.model import DAY, Engagement, Label, Micros, SafeText
from listeners.risk.spreading import Growth, begins_anew, reactions
from listeners.store.codec import LABELS, dumps
from listeners.store.connection import Connection

USUAL_POSTS = 200
"""Posts of a brand, the newest, from which the usual number of reactions is taken."""


@dataclass(frozen=True, slots=True)
class Grown:
    """A post whose counts came again: how they grew, and what the alert says of it."""

    mention: int
    brand: str
    network: str
    author: SafeText
    label: Label
    growth: Growth


_POSTS = """
SELECT m.id, m.brand_id, b.name AS brand, m.network, m.label, m.seen_at, m.base_at, m.base_total,
       m.likes, m.shares, m.replies, coalesce(nullif(a.handle, ''), a.name) AS author
FROM json_each(?) w JOIN mention m ON m.id = w.value JOIN brand b ON b.id = m.brand_id
JOIN account a ON a.id = m.account_id
WHERE m.part != 'ours' AND m.deleted_at IS NULL AND m.history = 0
"""


async def grown(
    connection: Connection, counted: Iterable[tuple[int, Engagement]], now: Micros
) -> list[Grown]:
    """Return how posts grew whose counts came again; call it before the new counts are stored.

    It also keeps from when on each is measured.
    """
    fresh = {id_: total for id_, one in counted if (total := reactions(one)) is not None}
    if not fresh:
        return []
    rows = await connection.fetch(_POSTS, (dumps(list(fresh)),))
    usual: dict[int, float] = {}
    found: list[Grown] = []
    bases: list[tuple[Micros, int, int]] = []
    for row in rows:
        before = reactions(
            Engagement(likes=row["likes"], shares=row["shares"], replies=row["replies"])
        )
        since, base = row["base_at"], row["base_total"]
        if since is None or base is None:
            since, base = row["seen_at"], before or 0
            bases.append((since, base, row["id"]))
        total = fresh[row["id"]]
        if row["brand_id"] not in usual:
            usual[row["brand_id"]] = await _usual(connection, row["brand_id"], now)
        growth = Growth(
            since=Micros(since), now=now, before=base, total=total, usual=usual[row["brand_id"]]
        )
        if begins_anew(Micros(since), now):
            bases.append((now, total, row["id"]))
        label = LABELS[row["label"]]
        author = SafeText(row["author"])
        found.append(Grown(row["id"], row["brand"], row["network"], author, label, growth))
    await connection.many("UPDATE mention SET base_at = ?, base_total = ? WHERE id = ?", bases)
    return found


async def _usual(connection: Connection, brand_id: int, now: Micros) -> float:
    """Return the mean reactions of the brand's newest posts."""
    (row,) = await connection.fetch(
        """SELECT avg(n) AS usual FROM (
               SELECT coalesce(likes, 0) + coalesce(shares, 0) + coalesce(replies, 0) AS n
               FROM mention WHERE brand_id = ? AND sort_at < ? AND sort_at > ?
                 AND deleted_at IS NULL ORDER BY sort_at DESC LIMIT ?)""",
        (brand_id, now, now - 28 * DAY, USUAL_POSTS),
    )
    return float(row["usual"] or 0.0)
