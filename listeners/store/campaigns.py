"""Campaigns in their table: reading, keeping, and how many mentions each has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import cast

from listeners.campaigns.campaign import Aim, Campaign
from listeners.model import Micros
from listeners.store.campaign_figures import by_quarter, figures, top_mentions
from listeners.store.codec import dumps, storable, to_strings
from listeners.store.connection import Connection, Row
from listeners.store.database import Store
from listeners.text import fold

__all__ = [
    "Volume",
    "brand_and_name",
    "brand_is_known",
    "by_quarter",
    "campaign",
    "campaign_ids_of",
    "campaign_mention_ids",
    "campaign_named",
    "campaigns",
    "columns_of",
    "figures",
    "insert_campaign",
    "load_campaign",
    "load_campaigns",
    "progress",
    "state_mark",
    "top_mentions",
    "update_campaign",
    "volumes",
]

_CAMPAIGNS = """
SELECT c.*, b.name AS brand FROM campaign c JOIN brand b ON b.id = c.brand_id
WHERE c.removed = 0
"""


async def campaigns(store: Store, brand: str) -> list[Campaign]:
    """Return the campaigns of a brand, or of all for an empty name, the latest first."""
    rows = await store.fetch(
        f"{_CAMPAIGNS} AND ? IN ('', b.name) ORDER BY c.from_at DESC, c.id DESC", (storable(brand),)
    )
    return [campaign_of(row) for row in rows]


async def campaign(store: Store, number: int) -> Campaign | None:
    """Return a campaign by its number, ``None`` where it is not (any more)."""
    rows = await store.fetch(f"{_CAMPAIGNS} AND c.id = ?", (number,))
    return campaign_of(rows[0]) if rows else None


async def campaign_named(store: Store, brand: str, name: str) -> Campaign | None:
    """Return the campaign of this name, accents and case aside; an empty brand looks in all.

    Of several brands' campaigns of one name the latest is returned.
    """
    wanted = fold(name.strip())
    found = await campaigns(store, brand)
    return next((one for one in found if fold(one.name) == wanted), None)


async def brand_is_known(connection: Connection, brand: str) -> bool:
    """Return whether a brand of this name is stored; a campaign is always of one."""
    sql = "SELECT 1 FROM brand WHERE name = ? AND name != ''"
    return bool(await connection.fetch(sql, (storable(brand),)))


async def load_campaigns(connection: Connection) -> list[tuple[int, Campaign]]:
    """Return every campaign that was not removed with the number of its brand, inside a write."""
    rows = await connection.fetch(f"{_CAMPAIGNS} ORDER BY c.id")
    return [(row["brand_id"], campaign_of(row)) for row in rows]


async def load_campaign(connection: Connection, number: int) -> Campaign | None:
    """Return one campaign that was not removed, inside a write."""
    rows = await connection.fetch(f"{_CAMPAIGNS} AND c.id = ?", (number,))
    return campaign_of(rows[0]) if rows else None


async def brand_and_name(connection: Connection, number: int) -> tuple[int, str] | None:
    """Return the number of a campaign's brand and its name, one that was removed too."""
    rows = await connection.fetch("SELECT brand_id, name FROM campaign WHERE id = ?", (number,))
    return (rows[0]["brand_id"], rows[0]["name"]) if rows else None


def campaign_of(row: Row) -> Campaign:
    """Return the campaign a row of its table, joined to its brand, holds."""
    return Campaign(
        id=row["id"],
        version=row["version"],
        brand=row["brand"],
        name=row["name"],
        aim=cast("Aim", row["aim"]),
        audience=row["audience"],
        channels=to_strings(row["channels"]),
        terms=row["terms"],
        tags=to_strings(row["tags"]),
        from_at=Micros(row["from_at"]),
        to_at=Micros(row["to_at"]),
        maintenance_id=row["maintenance_id"],
        author=row["author"],
        attributed_to=row["attributed_to"],
    )


def columns_of(one: Campaign) -> dict[str, object]:
    """Return the columns of a campaign that a person decides, as the log keeps them."""
    return {
        "name": storable(one.name),
        "aim": one.aim,
        "audience": storable(one.audience),
        "channels": dumps([storable(channel) for channel in one.channels]),
        "terms": storable(one.terms),
        "tags": dumps([storable(tag) for tag in one.tags]),
        "from_at": one.from_at,
        "to_at": one.to_at,
        "maintenance_id": one.maintenance_id,
    }


async def insert_campaign(
    connection: Connection, one: Campaign, author: str, now: Micros
) -> Campaign:
    """Keep a new campaign of a brand that is known, and return it with its number."""
    columns = columns_of(one)
    (row,) = await connection.fetch(
        f"""INSERT INTO campaign (brand_id, author, changed_at, {", ".join(columns)})
            SELECT id, ?, ?, {", ".join("?" * len(columns))} FROM brand WHERE name = ?
            RETURNING id, version""",
        (storable(author), now, *columns.values(), storable(one.brand)),
    )
    return replace(one, id=row["id"], version=row["version"], author=author, attributed_to=0)


async def update_campaign(
    connection: Connection, number: int, columns: Mapping[str, object], author: str, now: Micros
) -> None:
    """Write some of the columns of ``columns_of``, or ``removed``, of one campaign."""
    names = [name for name in columns if name in _OWN]
    assigned = "".join(f"{name} = ?, " for name in names)
    await connection.fetch(
        f"""UPDATE campaign SET {assigned}author = ?, changed_at = ?, version = version + 1
            WHERE id = ?""",
        (*(columns[name] for name in names), storable(author), now, number),
    )


_OWN = frozenset(
    {
        "name", "aim", "audience", "channels", "terms", "tags", "from_at", "to_at",
        "maintenance_id", "removed",
    }
)  # fmt: skip


# --- its mentions ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Volume:
    """How much is a campaign's: mentions of others, and posts of ours."""

    mentions: int = 0
    posts: int = 0


async def volumes(store: Store, ids: Iterable[int]) -> dict[int, Volume]:
    """Return how much each campaign has; deleted mentions do not count."""
    rows = await store.fetch(
        """SELECT x.campaign_id AS id, count(*) FILTER (WHERE m.part != 'ours') AS mentions,
                  count(*) FILTER (WHERE m.part = 'ours') AS posts
           FROM json_each(?) w JOIN campaign_mention x ON x.campaign_id = w.value
           JOIN mention m ON m.id = x.mention_id
           WHERE m.deleted_at IS NULL GROUP BY x.campaign_id""",
        (dumps(list(ids)),),
    )
    return {row["id"]: Volume(row["mentions"], row["posts"]) for row in rows}


async def campaign_mention_ids(
    store: Store, number: int, limit: int = 2_000
) -> list[tuple[int, str]]:
    """Return the mentions of a campaign, our own posts too, the newest first, each with why."""
    rows = await store.fetch(
        """SELECT m.id, x.why FROM campaign_mention x JOIN mention m ON m.id = x.mention_id
           WHERE x.campaign_id = ? AND m.deleted_at IS NULL
           ORDER BY m.sort_at DESC, m.id DESC LIMIT ?""",
        (number, limit),
    )
    return [(row["id"], row["why"]) for row in rows]


async def campaign_ids_of(store: Store, mention: int) -> dict[int, str]:
    """Return the campaigns a mention belongs to, each with the reason why."""
    rows = await store.fetch(
        """SELECT x.campaign_id, x.why FROM campaign_mention x
           JOIN campaign c ON c.id = x.campaign_id WHERE x.mention_id = ? AND c.removed = 0""",
        (mention,),
    )
    return {row["campaign_id"]: row["why"] for row in rows}


async def state_mark(store: Store) -> tuple[int, ...]:
    """Return what changes whenever campaigns, their mentions or what a person did changed."""
    (row,) = await store.fetch(
        """SELECT (SELECT coalesce(max(id), 0) FROM event) AS events, count(*) AS known,
                  coalesce(sum(version), 0) AS versions,
                  coalesce(sum(attributed_to), 0) AS looked FROM campaign"""
    )
    return row["events"], row["known"], row["versions"], row["looked"]


async def progress(store: Store, number: int) -> float:
    """Return the share of what is stored that a campaign was held against, in [0, 1]."""
    (row,) = await store.fetch(
        """SELECT (SELECT attributed_to FROM campaign WHERE id = ?) AS done,
                  (SELECT max(id) FROM mention) AS newest""",
        (number,),
    )
    if not row["newest"] or row["done"] is None:
        return 1.0
    return min(1.0, float(row["done"]) / float(row["newest"]))
