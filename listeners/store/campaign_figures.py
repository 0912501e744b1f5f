"""What is counted for a campaign: the brand in three stretches, and the campaign's own mentions.

Counted from the mentions themselves and not from the rollups: days begin at the hours of a time
zone, people are counted once, and every figure must lead to its rows. Deleted mentions never
count, and neither do our own posts; reposts count as volume, but nobody speaks in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from listeners.campaigns.attribution import reach_of
from listeners.campaigns.campaign import Campaign
from listeners.campaigns.figures import (
    CampaignFigures,
    Counts,
    Period,
    Span,
    counted_part,
    spans_of,
)
from listeners.model import MINUTE, Micros
from listeners.rows import Bucket
from listeners.store.codec import dumps, storable
from listeners.store.connection import Connection, Row
from listeners.store.database import Store

QUARTER = 15 * MINUTE
"""The width of the counts over time: every time zone's midnight lies between two of them."""

_EMPTY = Counts(bucket=Bucket(Micros(0), 0, 0, 0, 0, 0, 0.0))


@dataclass(frozen=True, slots=True)
class _Scope:
    """The mentions that are counted: of a brand, or of one campaign of it."""

    brand_id: int
    campaign: int
    own: bool
    span: Span

    @property
    def source(self) -> str:
        """Where they are read from, the mention as ``m``."""
        if self.own:
            return """campaign_mention x
                CROSS JOIN mention m ON m.id = x.mention_id AND x.campaign_id = ?2"""
        return "mention m INDEXED BY mention_stream"

    @property
    def values(self) -> tuple[int, int, Micros, Micros]:
        """The values of the parameters ``?1`` to ``?4``: brand, campaign, from and to."""
        return self.brand_id, self.campaign, self.span.from_at, self.span.to_at


async def figures(store: Store, campaign: Campaign, now: Micros) -> CampaignFigures:
    """Return what a campaign brought up to now.

    Raises:
        StoreError: the store cannot be read.
    """

    async def work(connection: Connection) -> CampaignFigures:
        (found,) = await connection.fetch(
            """SELECT b.id, (SELECT min(sort_at) FROM mention WHERE brand_id = b.id) AS first
               FROM brand b WHERE b.name = ?""",
            (storable(campaign.brand),),
        )
        heard_from = None if found["first"] is None else Micros(found["first"])

        async def period(span: Span, *, own: bool) -> Period:
            counted = counted_part(span, heard_from, now)
            if counted is None:
                return Period(span=span, counted=None, counts=_EMPTY)
            counts = await _counts(connection, _Scope(found["id"], campaign.id, own, counted))
            return Period(span=span, counted=counted, counts=counts)

        spans = spans_of(campaign)
        during = await period(spans["during"], own=False)
        own = await period(Span(*reach_of(campaign)), own=True)
        return CampaignFigures(
            campaign=campaign,
            before=await period(spans["before"], own=False),
            during=during,
            after=await period(spans["after"], own=False),
            own=replace(own, over=during.days),
            heard_from=heard_from,
        )

    return await store.read(work)


_BY_ACCOUNT = """
SELECT m.account_id, m.conversation_id, count(*) AS total,
       count(*) FILTER (WHERE m.label = 0) AS negative,
       count(*) FILTER (WHERE m.label = 1) AS neutral,
       count(*) FILTER (WHERE m.label = 2) AS positive,
       count(*) FILTER (WHERE m.label = 3) AS unscored,
       total(m.compound) AS compound_sum, min(m.repost) = 0 AS spoke,
       min(iif(m.asks = 1, m.sort_at, NULL)) AS asked_at
FROM {source}
WHERE m.brand_id = ?1 AND m.sort_at >= ?3 AND m.sort_at < ?4
  AND m.deleted_at IS NULL AND m.part != 'ours'
GROUP BY m.account_id, m.conversation_id
"""

_OWN = """
SELECT count(*) FILTER (WHERE m.part != 'ours') AS mentions,
       count(*) FILTER (WHERE m.part = 'ours') AS posts
FROM campaign_mention x CROSS JOIN mention m ON m.id = x.mention_id
WHERE x.campaign_id = ?2 AND m.brand_id = ?1 AND m.deleted_at IS NULL
  AND m.sort_at >= ?3 AND m.sort_at < ?4
"""

_WHO = """
WITH who AS (
    SELECT a.person_id AS person, sum(a.followers) AS followers
    FROM json_each(?5) w JOIN account a ON a.id = w.value JOIN person p ON p.id = a.person_id
    WHERE a.ours = 0 AND coalesce(nullif(p.role, ''), a.role) != 'staff' GROUP BY a.person_id)
"""

_PEOPLE = f"""
{_WHO} SELECT count(*) AS people, sum(followers) AS followers,
    count(*) FILTER (WHERE followers IS NULL) AS unknown,
    count(*) FILTER (WHERE NOT EXISTS (
        SELECT 1 FROM account b
        CROSS JOIN mention k INDEXED BY mention_account ON k.account_id = b.id
        WHERE b.person_id = who.person AND k.sort_at < ?3
          AND k.brand_id = ?1 AND k.deleted_at IS NULL AND k.repost = 0)) AS new
FROM who
"""

_TALKS = """
WITH talk AS (
    SELECT coalesce(c.merged_into, c.id) AS id, min(w.value) AS asked_at
    FROM json_each(?) w JOIN conversation c ON c.id = CAST(w.key AS INTEGER) GROUP BY 1)
SELECT count(*) AS talks, count(*) FILTER (WHERE asked) AS asked,
       count(*) FILTER (WHERE asked AND done) AS answered FROM (
    SELECT t.asked_at IS NOT NULL AND c.state != 'ignored' AS asked,
           c.first_response_at IS NOT NULL
           AND (c.waiting_since IS NULL OR c.waiting_since > t.asked_at) AS done
    FROM talk t JOIN conversation c ON c.id = t.id)
"""

_STAGES = """
{who} SELECT s.stage, count(*) AS moves FROM stage_move s
WHERE s.brand_id = ?1 AND s.at >= ?3 AND s.at < ?4 AND s.removed = 0
  {among} GROUP BY s.stage
"""


async def _counts(connection: Connection, scope: _Scope) -> Counts:
    fetch, values = connection.fetch, scope.values
    heard = await fetch(_BY_ACCOUNT.format(source=scope.source), values)
    (own,) = await fetch(_OWN, values)
    spoke = dumps(sorted({row["account_id"] for row in heard if row["spoke"]}))
    (people,) = await fetch(_PEOPLE, (*values, spoke))
    (talks,) = await fetch(_TALKS, (dumps(_asked(heard)),))
    among = "AND s.person_id IN (SELECT person FROM who)" if scope.own else ""
    stages = await fetch(_STAGES.format(who=_WHO, among=among), (*values, spoke))
    return Counts(
        bucket=_bucket(heard, scope.span.from_at),
        campaign=own["mentions"],
        posts=own["posts"],
        people=people["people"],
        new_people=people["new"],
        followers=people["followers"],
        unknown_reach=people["unknown"],
        conversations=talks["talks"],
        asked=talks["asked"],
        answered=talks["answered"],
        stages={row["stage"]: row["moves"] for row in stages},
    )


def _asked(heard: Iterable[Row]) -> dict[int, int | None]:
    """Return the conversations that were spoken in, each with when it first asked in this time."""
    found: dict[int, int | None] = {}
    for row in heard:
        talk, at = row["conversation_id"], row["asked_at"]
        if talk is not None:
            known = found.get(talk)
            found[talk] = at if known is None else known if at is None else min(at, known)
    return found


def _bucket(heard: Sequence[Row], start: Micros) -> Bucket:
    def total(name: str) -> int:
        return sum(row[name] for row in heard)

    return Bucket(
        start,
        total("total"),
        total("negative"),
        total("neutral"),
        total("positive"),
        total("unscored"),
        sum(row["compound_sum"] for row in heard),
    )


async def by_quarter(store: Store, campaign: Campaign, span: Span) -> dict[Micros, tuple[int, int]]:
    """Return (mentions of the brand, of the campaign) by quarters of an hour, without empty ones.

    Only mentions by others count.
    """
    rows = await store.fetch(
        """SELECT m.sort_at / ?1 AS place, count(*) AS all_, count(x.mention_id) AS own
           FROM mention m INDEXED BY mention_stream
           LEFT JOIN campaign_mention x ON x.mention_id = m.id AND x.campaign_id = ?2
           WHERE m.brand_id = (SELECT id FROM brand WHERE name = ?3)
             AND m.sort_at >= ?4 AND m.sort_at < ?5
             AND m.deleted_at IS NULL AND m.part != 'ours' GROUP BY place""",
        (QUARTER, campaign.id, storable(campaign.brand), span.from_at, span.to_at),
    )
    return {Micros(row["place"] * QUARTER): (row["all_"], row["own"]) for row in rows}


async def top_mentions(store: Store, campaign: Campaign, limit: int) -> list[int]:
    """Return the mentions of a campaign that most people liked, shared or answered."""
    rows = await store.fetch(
        """SELECT m.id FROM campaign_mention x JOIN mention m ON m.id = x.mention_id
           WHERE x.campaign_id = ? AND m.deleted_at IS NULL AND m.part != 'ours' AND m.repost = 0
           ORDER BY coalesce(m.likes, 0) + coalesce(m.shares, 0) + coalesce(m.replies, 0) DESC,
                    m.sort_at DESC, m.id DESC LIMIT ?""",
        (campaign.id, limit),
    )
    return [row["id"] for row in rows]
