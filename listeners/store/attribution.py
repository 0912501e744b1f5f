"""What attribution reads of mentions and writes of campaigns, a slice at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from listeners.campaigns.attribution import Candidate, Link, below, reach_of
from listeners.campaigns.campaign import Campaign
from listeners.model import Micros
from listeners.query import Subject
from listeners.query.words import folded_label
from listeners.store.codec import dumps, to_strings
from listeners.store.connection import Connection

Pair = tuple[int, int]
"""A campaign and a mention, by their numbers."""

Stand = Literal["hand", "out", "rules"]
"""Who decided on a pair: a member put it in, a member took it out, or the rules."""

SCANNED = 2_000
"""Mentions behind up to which the table is walked by number; further, a campaign's days are."""


async def newest_mention(connection: Connection) -> int:
    """Return the highest number of a mention, 0 where there is none."""
    (row,) = await connection.fetch("SELECT coalesce(max(id), 0) AS newest FROM mention")
    return int(row["newest"])


async def next_ids(
    connection: Connection, brand_id: int, campaign: Campaign, newest: int, limit: int
) -> list[int]:
    """Return the next mentions of its days that a campaign was not held against, by number."""
    from_at, to_at = reach_of(campaign)
    far = newest - campaign.attributed_to > SCANNED
    rows = await connection.fetch(
        f"""SELECT id FROM mention {"INDEXED BY mention_stream" if far else "NOT INDEXED"}
            WHERE id > ? AND id <= ? AND brand_id = ? AND sort_at >= ? AND sort_at < ?
            ORDER BY id LIMIT ?""",
        (campaign.attributed_to, newest, brand_id, from_at, to_at, limit),
    )
    return [row["id"] for row in rows]


async def noticed(connection: Connection, limit: int) -> tuple[list[int], int]:
    """Return mentions to be judged again, and up to which line of the list that is."""
    rows = await connection.fetch(
        "SELECT id, mention_id FROM campaign_again ORDER BY id LIMIT ?", (limit,)
    )
    return list(dict.fromkeys(row["mention_id"] for row in rows)), rows[-1]["id"] if rows else 0


async def settle_noticed(connection: Connection, up_to: int) -> None:
    """Strike out the lines that were judged."""
    await connection.fetch("DELETE FROM campaign_again WHERE id <= ?", (up_to,))


_CANDIDATES = """
SELECT m.id, m.brand_id, m.sort_at, m.part, m.network, m.title, m.text, m.lang, m.links, m.tags,
       s.key AS source, a.handle, a.name, m.conversation_id AS place,
       coalesce(c.merged_into, c.id) AS head,
       (SELECT json_group_array(t.tag) FROM conversation_tag t
        WHERE t.conversation_id IN (c.id, c.merged_into)) AS conversation_tags
FROM json_each(?) w JOIN mention m ON m.id = w.value
JOIN source s ON s.id = m.source_id JOIN account a ON a.id = m.account_id
LEFT JOIN conversation c ON c.id = m.conversation_id
WHERE m.deleted_at IS NULL AND m.withheld_at IS NULL
"""


async def candidates(connection: Connection, ids: Sequence[int]) -> list[Candidate]:
    """Return mentions as attribution sees them; what is deleted or withheld is left out."""
    these = dumps(list(ids))
    rows = await connection.fetch(_CANDIDATES, (these,))
    planned = await _planned(connection, these)
    under = await _below(connection, {row["head"] for row in rows if row["head"] is not None})
    return [
        Candidate(
            id=row["id"],
            brand_id=row["brand_id"],
            at=Micros(row["sort_at"]),
            ours=row["part"] == "ours",
            subject=Subject(
                text=row["text"],
                title=row["title"],
                author_handle=row["handle"],
                author_name=row["name"],
                lang=row["lang"],
                links=to_strings(row["links"]),
                tags=to_strings(row["tags"]),
                network=row["network"],
                source=row["source"],
            ),
            tags=frozenset(folded_label(tag) for tag in to_strings(row["conversation_tags"])),
            planned=planned.get(row["id"], frozenset()),
            below=under.get(row["id"], frozenset()),
        )
        for row in rows
    ]


async def not_withheld(connection: Connection, ids: Sequence[int]) -> list[int]:
    """Return those of these mentions whose words were not withheld: they stay where they are."""
    rows = await connection.fetch(
        """SELECT m.id FROM json_each(?) w JOIN mention m ON m.id = w.value
           WHERE m.withheld_at IS NULL""",
        (dumps(list(ids)),),
    )
    return [row["id"] for row in rows]


async def _planned(connection: Connection, these: str) -> dict[int, frozenset[int]]:
    rows = await connection.fetch(
        """SELECT mention_id, campaign_id FROM planned
           WHERE mention_id IN (SELECT value FROM json_each(?)) AND mention_id IS NOT NULL
             AND campaign_id IS NOT NULL AND removed = 0""",
        (these,),
    )
    return _gathered((row["mention_id"], row["campaign_id"]) for row in rows)


async def _below(connection: Connection, heads: Iterable[int]) -> dict[int, frozenset[int]]:
    """Return under which campaigns' posts the messages of these conversations were written."""
    family = """WITH family(id) AS MATERIALIZED (
        SELECT value FROM json_each(?1)
        UNION SELECT c.id FROM json_each(?1) w JOIN conversation c ON c.merged_into = w.value)"""
    these = dumps(list(heads))
    tops = await connection.fetch(
        f"""{family} SELECT m.id, m.conversation_id, x.campaign_id
            FROM family f JOIN mention m ON m.conversation_id = f.id AND m.part = 'ours'
            JOIN campaign_mention x ON x.mention_id = m.id WHERE m.deleted_at IS NULL""",
        (these,),
    )
    if not tops:
        return {}
    rows = await connection.fetch(
        f"""{family} SELECT m.id, m.network, m.native_id, m.parent_id, m.root_id
            FROM family f JOIN mention m ON m.conversation_id = f.id""",
        (these,),
    )
    links = [Link(*row) for row in rows]
    return below(links, _gathered((row["id"], row["campaign_id"]) for row in tops))


def _gathered(pairs: Iterable[tuple[int, int]]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for mention, campaign in pairs:
        found.setdefault(mention, set()).add(campaign)
    return {mention: frozenset(campaigns) for mention, campaigns in found.items()}


# --- what stands ----------------------------------------------------------------------------------


async def standing(connection: Connection, ids: Sequence[int]) -> dict[Pair, str]:
    """Return the reasons for which mentions are campaigns' now; ``out`` for those taken out."""
    rows = await connection.fetch(
        """SELECT x.campaign_id, x.mention_id, x.why FROM json_each(?1) w
           JOIN campaign_mention x ON x.mention_id = w.value
           UNION ALL SELECT o.campaign_id, o.mention_id, 'out' FROM json_each(?1) w
           JOIN campaign_without o ON o.mention_id = w.value""",
        (dumps(list(ids)),),
    )
    return {(row["campaign_id"], row["mention_id"]): row["why"] for row in rows}


async def keep(
    connection: Connection, wanted: Mapping[Pair, str], unwanted: Iterable[Pair]
) -> None:
    """Write down which mentions are campaigns' and why, and which are no longer.

    Where a post of ours comes or goes, what was written below it is to be judged again.
    """
    gone = list(unwanted)
    await connection.many(
        "DELETE FROM campaign_mention WHERE campaign_id = ? AND mention_id = ?", gone
    )
    await connection.many(
        """INSERT INTO campaign_mention (campaign_id, mention_id, why) VALUES (?, ?, ?)
           ON CONFLICT (campaign_id, mention_id) DO UPDATE SET why = excluded.why""",
        [(campaign, mention, why) for (campaign, mention), why in wanted.items()],
    )
    touched = {mention for _campaign, mention in [*wanted, *gone]}
    await connection.fetch(
        """INSERT INTO campaign_again (mention_id)
           SELECT k.id FROM json_each(?) w JOIN mention m ON m.id = w.value AND m.part = 'ours'
           JOIN conversation c ON c.id = m.conversation_id
           JOIN conversation f ON f.id = coalesce(c.merged_into, c.id)
                OR f.merged_into = coalesce(c.merged_into, c.id)
           JOIN mention k ON k.conversation_id = f.id AND k.part != 'ours'""",
        (dumps(sorted(touched)),),
    )


async def advance(connection: Connection, campaign: Campaign, attributed_to: int) -> bool:
    """Note how far a campaign was held against what is stored.

    Returns whether it still asks for the same: if not, nothing was written.
    """
    rows = await connection.fetch(
        """UPDATE campaign SET attributed_to = ?
           WHERE id = ? AND version = ? AND attributed_to = ? AND removed = 0 RETURNING id""",
        (attributed_to, campaign.id, campaign.version, campaign.attributed_to),
    )
    return bool(rows)


# --- by hand --------------------------------------------------------------------------------------


async def stand_of(connection: Connection, pair: Pair) -> Stand:
    """Return who decided on a pair."""
    held = (await standing(connection, [pair[1]])).get(pair)
    return "hand" if held == "hand" else "out" if held == "out" else "rules"


async def set_stand(connection: Connection, pair: Pair, stand: Stand) -> None:
    """Put a mention into a campaign or out of it by hand; ``rules`` leaves it to be judged."""
    await connection.fetch(
        "DELETE FROM campaign_without WHERE campaign_id = ? AND mention_id = ?", pair
    )
    if stand == "hand":
        await keep(connection, {pair: "hand"}, ())
        return
    await keep(connection, {}, [pair])
    if stand == "out":
        await connection.fetch(
            "INSERT INTO campaign_without (campaign_id, mention_id) VALUES (?, ?)", pair
        )


async def brands_of(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    """Return the brands of mentions that are there and not deleted."""
    rows = await connection.fetch(
        """SELECT m.id, m.brand_id FROM json_each(?) w JOIN mention m ON m.id = w.value
           WHERE m.deleted_at IS NULL""",
        (dumps(list(ids)),),
    )
    return {row["id"]: row["brand_id"] for row in rows}
