"""Authors as the networks show them: one row an account, written only when something changed."""

from __future__ import annotations

from collections.abc import Iterable

from listeners.model import HOUR, Micros
from listeners.store.claims import claim
from listeners.store.codec import dumps, storable, whole
from listeners.store.connection import Connection, Row
from listeners.store.profile_links import keep_links
from listeners.store.records import SeenAccount

SEEN_STEP = HOUR
"""``last_seen_at`` moves in steps of this, so that a busy author is not written at every post."""

_ACCOUNT = """
INSERT INTO account (network, key, handle, name, url, followers, automated, ours, role,
                     first_seen_at, last_seen_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (network, key) DO UPDATE SET
    handle = iif(excluded.handle = '', handle, excluded.handle),
    name = iif(excluded.name = '', name, excluded.name),
    url = iif(excluded.url = '', url, excluded.url),
    followers = coalesce(excluded.followers, followers),
    automated = excluded.automated,
    ours = max(ours, excluded.ours),
    role = iif(excluded.role = '', role, excluded.role),
    last_seen_at = max(last_seen_at, excluded.last_seen_at)
"""


_FIND = """
SELECT w.key AS place, a.id, a.handle, a.name, a.url, a.followers, a.automated, a.ours, a.role,
       a.last_seen_at
FROM json_each(?) w JOIN account a ON a.network = json_extract(w.value, '$[0]')
    AND a.key = json_extract(w.value, '$[1]')
"""


async def upsert_accounts(
    connection: Connection, seen: Iterable[SeenAccount], now: Micros
) -> dict[tuple[str, str], int]:
    """Store authors as last seen and return their ids by (network, author key).

    What a post leaves out (a name, a count) keeps its last known value; ``ours`` and a role, once
    set, stay.
    """
    latest = {(one.network, one.author.key): one for one in seen}
    known = await _find(connection, list(latest))
    news = {
        key: one
        for key, one in latest.items()
        if key not in known or _differs(known[key], one, now)
    }
    if news:
        await connection.many(_ACCOUNT, [_row(one, now) for one in news.values()])
    missing = [key for key in latest if key not in known]
    renamed = [key for key in news if key in known and _renamed(known[key], latest[key])]
    if missing:
        known |= await _find(connection, missing)
    if missing or renamed:
        heard = {key: latest[key].author for key in (*missing, *renamed)}
        told = [(known[key]["id"], key[0], one.handle, one.url) for key, one in heard.items()]
        await claim(connection, told, now)
    ids = {key: known[key]["id"] for key in latest}
    await keep_links(connection, {ids[key]: one.author for key, one in latest.items()})
    return ids


async def _find(connection: Connection, keys: list[tuple[str, str]]) -> dict[tuple[str, str], Row]:
    if not keys:
        return {}
    rows = await connection.fetch(_FIND, (dumps([[net, storable(key)] for net, key in keys]),))
    return {keys[row["place"]]: row for row in rows}


def _differs(row: Row, one: SeenAccount, now: Micros) -> bool:
    """Whether this sighting tells anything that the row does not hold."""
    author = one.author
    told = (
        (author.handle, row["handle"]),
        (author.name, row["name"]),
        (author.url, row["url"]),
        (one.role, row["role"]),
    )
    return (
        any(new and storable(new) != old for new, old in told)
        or (author.followers is not None and whole(author.followers) != row["followers"])
        or author.automated != bool(row["automated"])
        or (one.ours and not row["ours"])
        or now - row["last_seen_at"] >= SEEN_STEP
    )


def _renamed(row: Row, one: SeenAccount) -> bool:
    return bool(one.author.handle) and storable(one.author.handle) != row["handle"]


def _row(one: SeenAccount, now: Micros) -> tuple[object, ...]:
    return (
        one.network,
        storable(one.author.key),
        storable(one.author.handle),
        storable(one.author.name),
        storable(one.author.url),
        whole(one.author.followers),
        one.author.automated,
        one.ours,
        one.role,
        now,
        now,
    )
