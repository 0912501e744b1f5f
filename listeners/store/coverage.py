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

_PEOPLE = f"""
SELECT w.network, count(*) AS people, sum(w.followers) AS reach,
       count(*) FILTER (WHERE NOT EXISTS (
           SELECT 1 FROM account a JOIN mention m ON m.account_id = a.id
           WHERE a.person_id = w.person_id AND m.sort_at < ?2 AND {_SPOKEN}
             AND m.brand_id IN (SELECT value FROM json_each(?1)))) AS new_people
FROM (SELECT m.network, a.person_id, sum(DISTINCT a.followers) AS followers
      FROM mention m JOIN account a ON a.id = m.account_id LEFT JOIN person p ON p.id = a.person_id
      WHERE m.brand_id IN (SELECT value FROM json_each(?1)) AND m.sort_at >= ?2 AND m.sort_at < ?3
        AND {_SPOKEN} AND a.ours = 0 AND coalesce(nullif(p.role, ''), a.role) != 'staff'
      GROUP BY m.network, a.person_id) w
GROUP BY w.network
"""

_ASKED = """
SELECT c.network, count(*) AS asked,
       count(*) FILTER (WHERE c.first_response_at IS NOT NULL OR c.answered_by_hand = 1)
           AS answered
FROM conversation c
WHERE c.brand_id IN (SELECT value FROM json_each(?)) AND c.opened_at >= ? AND c.opened_at < ?
  AND c.in_queue = 1 AND c.merged_into IS NULL AND c.state != 'ignored'
GROUP BY c.network
"""

_LINKS = f"""
SELECT m.network, m.links FROM mention m
WHERE m.brand_id IN (SELECT value FROM json_each(?)) AND m.sort_at >= ? AND m.sort_at < ?
  AND {_SPOKEN} AND m.links != '[]'
ORDER BY m.sort_at DESC LIMIT ?
"""
MOST_LINKS = 20_000
"""Mentions whose links are read, the newest first."""

_BROUGHT = f"""
SELECT s.key, count(m.id) AS heard,
       count(m.id) FILTER (WHERE c.state = 'ignored') AS noise
FROM source s LEFT JOIN mention m ON m.source_id = s.id AND m.sort_at >= ?2 AND m.sort_at < ?3
    AND m.brand_id IN (SELECT value FROM json_each(?1)) AND {_SPOKEN} AND m.history = 0
  LEFT JOIN conversation c ON c.id = m.conversation_id
GROUP BY s.id
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
    for sql in (_HEARD, _PEOPLE, _ASKED):
        for row in await store.fetch(sql, (ids, since, until)):
            more = {name: row[name] for name in row.keys() if name != "network"}  # noqa: SIM118
            found[row["network"]] = replace(found.get(row["network"], Heard()), **more)
    return found


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
    ids = dumps(await brand_ids(store, brand))
    found: dict[str, int] = {}
    for row in await store.fetch(_LINKS, (ids, since, until, MOST_LINKS)):
        hosts = {host_and_path(link)[0] for link in to_strings(row["links"])}
        networks = {network_of(host) for host in hosts} - {"", row["network"]}
        for network in networks:
            found[network] = found.get(network, 0) + 1
    return found


async def brought(
    store: Store, brand: str, since: Micros, until: Micros
) -> dict[str, tuple[int, int]]:
    """Return what each source brought of a brand in [since, until), and how much was ignored."""
    ids = dumps(await brand_ids(store, brand))
    return {
        row["key"]: (row["heard"], row["noise"])
        for row in await store.fetch(_BROUGHT, (ids, since, until))
    }
