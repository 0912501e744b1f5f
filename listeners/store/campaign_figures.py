"""What is counted for a campaign: the brand in three stretches, and the campaign's own mentions.

Counted from the mentions themselves and not from the rollups: days begin at the hours of a time
zone, people are counted once, and every figure must lead to its rows. Deleted mentions never
count, and neither do our own posts; reposts count as volume, but nobody speaks in them.
"""

from __future__ import annotations

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
from listeners.model import MINUTE, Label, Micros
from listeners.rows import Bucket
from listeners.store.codec import label_number, storable
from listeners.store.connection import Connection
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
    def sql(self) -> str:
        """A table ``heard`` of them, by others."""
        source = (
            "campaign_mention x JOIN mention m ON m.id = x.mention_id AND x.campaign_id = ?2"
            if self.own
            else "mention m INDEXED BY mention_stream"
        )
        return f"""WITH heard AS (
            SELECT m.id, m.account_id, m.conversation_id, m.sort_at, m.label, m.compound,
                   m.asks, m.repost
            FROM {source}
            WHERE m.brand_id = ?1 AND m.sort_at >= ?3 AND m.sort_at < ?4
              AND m.deleted_at IS NULL AND m.part != 'ours')"""

    @property
    def people(self) -> str:
        """The scope, and a table ``who`` of the people who wrote in it."""
        return f"""{self.sql}, spoke AS (SELECT DISTINCT account_id FROM heard WHERE repost = 0),
            who AS (
                SELECT a.person_id AS person, sum(a.followers) AS followers
                FROM spoke JOIN account a ON a.id = spoke.account_id
                JOIN person p ON p.id = a.person_id
                WHERE a.ours = 0 AND coalesce(nullif(p.role, ''), a.role) != 'staff'
                GROUP BY a.person_id)"""

    @property
    def values(self) -> tuple[int, int, Micros, Micros]:
        """The values of its parameters ``?1`` to ``?4``: brand, campaign, from and to."""
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


async def _counts(connection: Connection, scope: _Scope) -> Counts:
    fetch, values = connection.fetch, scope.values
    labels = {label.value: label_number(label) for label in Label}
    (volume,) = await fetch(
        f"""{scope.sql} SELECT count(*) AS total,
                count(*) FILTER (WHERE label = {labels["negative"]}) AS negative,
                count(*) FILTER (WHERE label = {labels["neutral"]}) AS neutral,
                count(*) FILTER (WHERE label = {labels["positive"]}) AS positive,
                count(*) FILTER (WHERE label = {labels["unscored"]}) AS unscored,
                total(compound) AS compound_sum FROM heard""",
        values,
    )
    (own,) = await fetch(
        """SELECT count(*) FILTER (WHERE m.part != 'ours') AS mentions,
                  count(*) FILTER (WHERE m.part = 'ours') AS posts
           FROM campaign_mention x JOIN mention m ON m.id = x.mention_id
           WHERE x.campaign_id = ?2 AND m.brand_id = ?1 AND m.deleted_at IS NULL
             AND m.sort_at >= ?3 AND m.sort_at < ?4""",
        values,
    )
    (people,) = await fetch(
        f"""{scope.people} SELECT count(*) AS people, sum(followers) AS followers,
                count(*) FILTER (WHERE followers IS NULL) AS unknown,
                count(*) FILTER (WHERE NOT EXISTS (
                    SELECT 1 FROM account b JOIN mention k ON k.account_id = b.id
                    WHERE b.person_id = who.person AND k.sort_at < ?3
                      AND k.brand_id = ?1 AND k.deleted_at IS NULL AND k.repost = 0)) AS new
            FROM who""",
        values,
    )
    (talks,) = await fetch(
        f"""{scope.sql}, talk AS (
                SELECT coalesce(c.merged_into, c.id) AS id,
                       min(iif(h.asks = 1, h.sort_at, NULL)) AS asked_at
                FROM heard h JOIN conversation c ON c.id = h.conversation_id GROUP BY 1)
            SELECT count(*) AS talks, count(*) FILTER (WHERE asked) AS asked,
                   count(*) FILTER (WHERE asked AND done) AS answered FROM (
                SELECT t.asked_at IS NOT NULL AND c.state != 'ignored' AS asked,
                       c.first_response_at IS NOT NULL
                       AND (c.waiting_since IS NULL OR c.waiting_since > t.asked_at) AS done
                FROM talk t JOIN conversation c ON c.id = t.id)""",
        values,
    )
    among = "AND s.person_id IN (SELECT person FROM who)" if scope.own else ""
    stages = await fetch(
        f"""{scope.people} SELECT s.stage, count(*) AS moves FROM stage_move s
            WHERE s.brand_id = ?1 AND s.at >= ?3 AND s.at < ?4 AND s.removed = 0
              {among} GROUP BY s.stage""",
        values,
    )
    bucket = Bucket(
        scope.span.from_at,
        volume["total"],
        volume["negative"],
        volume["neutral"],
        volume["positive"],
        volume["unscored"],
        volume["compound_sum"],
    )
    return Counts(
        bucket=bucket,
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
