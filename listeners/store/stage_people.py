"""People by their stage: who is stuck, who moved lately, who was placed by hand; what they said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from listeners.model import DAY, Label, Micros, Part, SafeText
from listeners.stages.facts import StageRules
from listeners.stages.next_steps import Situation
from listeners.store.codec import LABELS, micros, storable
from listeners.store.connection import Row
from listeners.store.database import Store
from listeners.store.reads.brands import brand_ids
from listeners.store.stage_history import OVERHEARD
from listeners.store.staging import rulebook

Which = Literal["next steps", "moved", "by hand"]
"""Who is listed: worth a next step, at a further stage than the first, or set by hand."""

LISTED = 500
"""People listed at most, those heard or moved last."""
RECENT = 365 * DAY
"""Whoever was not heard for so long is no longer waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """Somebody by their stage; ``situation`` is what the rules of next steps look at."""

    person_id: int
    name: SafeText
    handle: SafeText
    network: str
    brand: str
    situation: Situation
    by_hand: bool
    last_at: Micros
    mentions: int
    role: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """Something somebody said of the brand."""

    mention_id: int
    at: Micros
    network: str
    label: Label
    text: SafeText


_WHO = """
SELECT one.*, b.name AS brand, a.network, coalesce(nullif(a.handle, ''), a.key) AS handle,
       coalesce(nullif(p.name, ''), nullif(a.name, ''), nullif(a.handle, ''), a.key) AS name,
       coalesce(nullif(p.role, ''), (SELECT max(k.role) FROM account k WHERE k.person_id = p.id),
                '') AS role
FROM ({chosen}) one JOIN brand b ON b.id = one.brand_id JOIN person p ON p.id = one.person_id
JOIN account a ON a.id = (SELECT x.id FROM account x WHERE x.person_id = one.person_id
                          ORDER BY coalesce(x.followers, 0) DESC, x.id LIMIT 1)
"""
_UNMUTED = """
  AND NOT EXISTS (SELECT 1 FROM account o JOIN mute q
                  ON q.kind = 'account' AND q.value = o.network || ':' || o.key
                  WHERE o.person_id = s.person_id AND q.removed = 0
                    AND (q.until_at IS NULL OR q.until_at > ?))
"""
_CAMPAIGN = """
  AND s.person_id IN (SELECT a.person_id FROM campaign_mention k
                      JOIN mention m ON m.id = k.mention_id JOIN account a ON a.id = m.account_id
                      WHERE k.campaign_id = ? AND m.deleted_at IS NULL)
"""
_CHOSEN: Mapping[str, str] = {
    "next steps": """SELECT s.* FROM standing s
        WHERE s.brand_id = ? AND s.worth = 1 AND s.last_at > ?
          AND (s.stage != 'convince' OR s.since <= ?) {more}
        ORDER BY s.last_at DESC LIMIT ?""",
    "moved": """SELECT * FROM (SELECT s.* FROM standing s
            WHERE s.brand_id = ? AND s.stage = 'convince' {more} ORDER BY s.since DESC LIMIT ?)
        UNION ALL SELECT * FROM (SELECT s.* FROM standing s
            WHERE s.brand_id = ? AND s.stage = 'convert' {more} ORDER BY s.since DESC LIMIT ?)""",
    "by hand": """SELECT s.* FROM standing s WHERE s.brand_id = ? AND s.by_hand = 1 {more}
        ORDER BY s.since DESC LIMIT ?""",
}


async def stuck(
    store: Store, brand: str, now: Micros, *, campaign: int | None = None, limit: int = LISTED
) -> list[Stuck]:
    """Return who may be worth a next step, those heard last first; the rules say which step.

    Whoever is muted is left out, and whoever was not heard for a year.
    """
    book = await store.read(rulebook)
    more, of_campaign = _narrowed(campaign)
    found: list[Stuck] = []
    for brand_id in await brand_ids(store, brand):
        rules = book.brands[brand_id].rules if brand_id in book.brands else StageRules()
        fixed = (brand_id, now - RECENT, now - rules.step_days * DAY)
        chosen = _CHOSEN["next steps"].format(more=_UNMUTED + more)
        rows = await store.fetch(_WHO.format(chosen=chosen), (*fixed, now, *of_campaign, limit))
        found += [_stuck(row) for row in rows]
    return sorted(found, key=lambda one: (-one.last_at, one.person_id))[:limit]


async def placed(
    store: Store,
    brand: str,
    which: Literal["moved", "by hand"],
    *,
    campaign: int | None = None,
    limit: int = LISTED,
) -> list[Stuck]:
    """Return who came beyond the first stage, or was set by hand: those who moved last first."""
    more, of_campaign = _narrowed(campaign)
    found: list[Stuck] = []
    for brand_id in await brand_ids(store, brand):
        arm = (brand_id, *of_campaign, limit)
        rows = await store.fetch(
            _WHO.format(chosen=_CHOSEN[which].format(more=more)),
            arm + arm if which == "moved" else arm,
        )
        found += [_stuck(row) for row in rows]
    return sorted(found, key=lambda one: (-one.situation.since, one.person_id))[:limit]


async def last_words(store: Store, person_id: int, brand: str, limit: int = 3) -> list[Words]:
    """Return what somebody said of a brand last, the newest first; reposts are no words."""
    rows = await store.fetch(
        """SELECT m.id, m.sort_at, m.network, m.label,
                  iif(m.text = '', m.title, substr(m.text, 1, 1000)) AS text
           FROM account a JOIN mention m ON m.account_id = a.id
           JOIN brand b ON b.id = m.brand_id AND b.name = ?
           WHERE a.person_id = ? AND m.deleted_at IS NULL AND m.repost = 0 AND m.part != ?
             AND NOT (m.part = ? AND m.reasons = ?)
           ORDER BY m.sort_at DESC LIMIT ?""",
        (brand, person_id, Part.OURS.value, Part.THIRD_PARTY.value, OVERHEARD, limit),
    )
    return [
        Words(
            row["id"],
            Micros(row["sort_at"]),
            row["network"],
            LABELS[row["label"]],
            SafeText(row["text"]),
        )
        for row in rows
    ]


def _narrowed(campaign: int | None) -> tuple[str, tuple[int, ...]]:
    return ("", ()) if campaign is None else (_CAMPAIGN, (campaign,))


def _stuck(row: Row) -> Stuck:
    situation = Situation(
        stage=row["stage"],
        since=Micros(row["since"]),
        positives=row["positives"],
        negatives=row["negatives"],
        reach=row["reach"],
        answered_at=micros(row["answered_at"]),
        asked_at=micros(row["asked_at"]),
        role=row["role"],
    )
    return Stuck(
        person_id=row["person_id"],
        name=SafeText(row["name"]),
        handle=SafeText(row["handle"]),
        network=row["network"],
        brand=row["brand"],
        situation=situation,
        by_hand=bool(row["by_hand"]),
        last_at=Micros(row["last_at"]),
        mentions=row["mentions"],
        role=row["role"],
    )


async def persons_called(store: Store, text: str) -> list[tuple[int, SafeText]]:
    """Return whom a number, a handle, a name or ``network:handle`` means, each with their name.

    Our own accounts are nobody.
    """
    wanted = storable(text.strip()).lower()
    bare = wanted.lstrip("@")
    network, colon, rest = wanted.partition(":")
    pair = (network, rest.lstrip("@")) if colon else ("", "")
    rows = await store.fetch(
        """SELECT p.id, coalesce(nullif(p.name, ''), nullif(a.name, ''), nullif(a.handle, ''),
                  a.key) AS name
           FROM account a JOIN person p ON p.id = a.person_id
           WHERE a.ours = 0 AND (CAST(p.id AS TEXT) = ?1 OR lower(p.name) = ?1
                 OR lower(a.name) = ?1 OR lower(ltrim(a.handle, '@')) = ?2 OR lower(a.key) = ?1
                 OR (a.network = ?3 AND ?4 IN (lower(ltrim(a.handle, '@')), lower(a.key))))
           GROUP BY p.id ORDER BY p.id LIMIT 20""",
        (wanted, bare, *pair),
    )
    numbered = [row for row in rows if str(row["id"]) == wanted]
    return [(row["id"], SafeText(row["name"])) for row in numbered or rows]
