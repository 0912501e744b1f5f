"""What coverage is made of: what was heard on each network, who asked there, and what links there.

Everything walks the index of a brand's mentions by time, or of its conversations.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from listeners.coverage.linking import network_of
from listeners.model import Micros
from listeners.query.subject import host_and_path
from listeners.store.codec import dumps, storable, to_strings
from listeners.store.database import Store
from listeners.store.reads.brands import brand_ids

_SPOKEN = "m.part != 'ours' AND m.repost = 0 AND m.deleted_at IS NULL"

_HEARD = f"""
SELECT m.network, count(*) AS mentions, count(*) FILTER (WHERE m.label = 2) AS positive,
       count(*) FILTER (WHERE m.label = 0) AS negative,
       count(*) FILTER (WHERE m.label != 3) AS scored
FROM mention m
WHERE m.brand_id IN (SELECT value FROM json_each(?)) AND m.sort_at >= ? AND m.sort_at < ?
  AND {_SPOKEN}
GROUP BY m.network
"""

_SPOKE = f"""
SELECT DISTINCT m.network, m.account_id FROM mention m
WHERE m.brand_id IN (SELECT value FROM json_each(?)) AND m.sort_at >= ? AND m.sort_at < ?
  AND {_SPOKEN}
"""

# A person's followers on a network are those of every account they spoke with there, each once.
_PEOPLE = f"""
WITH who AS (
    SELECT json_extract(w.value, '$[0]') AS network, a.person_id, sum(a.followers) AS followers
    FROM json_each(?1) w JOIN account a ON a.id = json_extract(w.value, '$[1]')
      LEFT JOIN person p ON p.id = a.person_id
    WHERE a.ours = 0 AND coalesce(nullif(p.role, ''), a.role) != 'staff'
    GROUP BY 1, a.person_id)
SELECT w.network, count(*) AS people, sum(w.followers) AS reach,
       count(*) FILTER (WHERE NOT EXISTS (
           SELECT 1 FROM account a CROSS JOIN mention m INDEXED BY mention_account
               ON m.account_id = a.id
           WHERE a.person_id = w.person_id AND m.sort_at < ?3 AND {_SPOKEN}
             AND m.brand_id IN (SELECT value FROM json_each(?2)))) AS new_people
FROM who w GROUP BY w.network
"""

_WHO_ASKED = """
FROM conversation c
WHERE c.brand_id IN (SELECT value FROM json_each(?)) AND c.opened_at >= ? AND c.opened_at < ?
  AND c.in_queue = 1 AND c.merged_into IS NULL AND c.state != 'ignored'
"""
_ASKED = f"""
SELECT c.network, count(*) AS asked,
       count(*) FILTER (WHERE c.first_response_at IS NOT NULL OR c.answered_by_hand = 1)
           AS answered
{_WHO_ASKED} GROUP BY c.network
"""

_LINKS = f"""
SELECT m.id, m.sort_at, m.network, m.links FROM mention m
WHERE m.brand_id = ? AND m.sort_at >= ? AND (m.sort_at, m.id) < (?, ?)
  AND {_SPOKEN} AND m.links != '[]'
ORDER BY m.sort_at DESC, m.id DESC LIMIT ?
"""
MOST_LINKS = 20_000
"""Mentions of a brand whose links are read, the newest first."""
_PAGE = 500
"""So many at a time: what draws the screen has its turn between two pages."""

_BROUGHT = f"""
SELECT m.source_id, count(*) AS heard, count(*) FILTER (WHERE c.state = 'ignored') AS noise
FROM mention m LEFT JOIN conversation c ON c.id = m.conversation_id
WHERE m.brand_id IN (SELECT value FROM json_each(?)) AND m.sort_at >= ? AND m.sort_at < ?
  AND {_SPOKEN} AND m.history = 0
GROUP BY m.source_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was heard on a network. ``reach`` is ``None`` where no followers are known."""

    mentions: int = 0
    positive: int = 0
    negative: int = 0
    scored: int = 0
    people: int = 0
    new_people: int = 0
    reach: int | None = None
    asked: int = 0
    answered: int = 0

    @property
    def net(self) -> float | None:
        """Net sentiment in [-1, 1], ``None`` without a scored mention."""
        return (self.positive - self.negative) / self.scored if self.scored else None


async def heard_on(store: Store, brand: str, since: Micros, until: Micros) -> dict[str, Heard]:
    """Return what was heard of a brand in [since, until) by network; empty: of all brands."""
    ids = dumps(await brand_ids(store, brand))
    found: dict[str, Heard] = {}
    spoke = await store.fetch(_SPOKE, (ids, since, until))
    who = dumps([[row["network"], row["account_id"]] for row in spoke])
    for sql, values in (
        (_HEARD, (ids, since, until)),
        (_PEOPLE, (who, ids, since)),
        (_ASKED, (ids, since, until)),
    ):
        for row in await store.fetch(sql, values):
            more = {name: row[name] for name in row.keys() if name != "network"}  # noqa: SIM118
            found[row["network"]] = replace(found.get(row["network"], Heard()), **more)
    return found


async def who_asked(store: Store, brand: str, since: Micros, until: Micros) -> frozenset[int]:
    """Return the conversations that ``Heard.asked`` counts, of all networks."""
    ids = dumps(await brand_ids(store, brand))
    rows = await store.fetch(f"SELECT c.id {_WHO_ASKED}", (ids, since, until))
    return frozenset(row["id"] for row in rows)


async def mentions_of(
    store: Store, brands: Iterable[str], since: Micros, until: Micros
) -> dict[str, int]:
    """Return how often brands were mentioned on each network in [since, until)."""
    names = [storable(name) for name in brands]
    rows = await store.fetch(
        "SELECT id FROM brand WHERE name IN (SELECT value FROM json_each(?))", (dumps(names),)
    )
    ids = dumps([row["id"] for row in rows])
    return {
        row["network"]: row["mentions"] for row in await store.fetch(_HEARD, (ids, since, until))
    }


async def linked_to(store: Store, brand: str, since: Micros, until: Micros) -> dict[str, int]:
    """Return how many mentions link to each network that they were not heard on."""
    found: dict[str, int] = {}
    for brand_id in await brand_ids(store, brand):
        before, left = (until, 0), MOST_LINKS
        while left > 0:
            rows = await store.fetch(_LINKS, (brand_id, since, *before, min(_PAGE, left)))
            for row in rows:
                networks = {_leads_to(link) for link in to_strings(row["links"])}
                for network in networks - {"", row["network"]}:
                    found[network] = found.get(network, 0) + 1
            left = left - len(rows) if len(rows) == _PAGE else 0
            before = (rows[-1]["sort_at"], rows[-1]["id"]) if rows else before
    return found


def _leads_to(link: str) -> str:
    return network_of(host_and_path(link)[0])


async def brought(
    store: Store, brand: str, since: Micros, until: Micros
) -> dict[str, tuple[int, int]]:
    """Return what each source brought of a brand in [since, until), and how much was ignored."""
    ids = dumps(await brand_ids(store, brand))
    keys = {row["id"]: row["key"] for row in await store.fetch("SELECT id, key FROM source")}
    return {
        keys[row["source_id"]]: (row["heard"], row["noise"])
        for row in await store.fetch(_BROUGHT, (ids, since, until))
    }
