"""What our own accounts did before and were meant to do: what a new post is held against."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from listeners.model import DAY, HOUR, Micros
from listeners.planning.matching import NEAR as AROUND
from listeners.risk.hijack import DAY_HOURS, Habits, Plan, Slot
from listeners.store.codec import dumps, storable, to_strings
from listeners.store.connection import Connection, Row

REMEMBERED = 28 * DAY
HALF_DAY = 12 * HOUR
_SLOTS = 50
"""Planned posts looked at around one of ours."""
_MOST = 500
"""Posts of an account looked back at: habits do not need more, and a post waits for it."""


async def habits(connection: Connection, account_id: int, now: Micros) -> Habits:
    """Return the habits of one account of ours, from its newest posts of four weeks."""
    rows = await connection.fetch(
        """SELECT sort_at, links FROM mention WHERE account_id = ? AND sort_at BETWEEN ? AND ?
             AND part = 'ours' ORDER BY sort_at DESC LIMIT ?""",
        (account_id, now - REMEMBERED, now, _MOST),
    )
    return Habits(
        posts=len(rows),
        hosts=frozenset(host for row in rows for host in hosts_of(to_strings(row["links"]))),
        hours=frozenset(row["sort_at"] // HOUR % DAY_HOURS for row in rows),
    )


async def plan_around(
    connection: Connection, brand: str, network: str, at: Micros, mention_id: int
) -> Plan:
    """Return what is planned for a channel around a post of ours, which is ``mention_id``.

    Only what was agreed to counts: an idea or a draft permits nothing. A channel is planned where
    anything of it was meant for the last four weeks or is to come.
    """
    rows = await connection.fetch(
        """SELECT p.text, p.at, p.end_at, p.all_day, p.mention_id IS NOT NULL OR EXISTS (
               SELECT 1 FROM account a JOIN mention m ON m.account_id = a.id
               WHERE a.ours = 1 AND m.network = p.channel AND m.brand_id = p.brand_id
                 AND m.part = 'ours' AND m.parent_id IS NULL AND m.repost = 0 AND m.id != ?
                 AND m.deleted_at IS NULL AND m.sort_at BETWEEN p.at - ? AND p.at + ?) AS taken
           FROM planned p JOIN brand b ON b.id = p.brand_id
           WHERE b.name = ? AND p.channel = ? AND p.kind = 'post' AND p.removed = 0
             AND p.state IN ('approved', 'scheduled', 'done')
             AND p.at BETWEEN ? AND ? ORDER BY p.at, p.id LIMIT ?""",
        (mention_id, AROUND, AROUND, brand, network, at - 2 * DAY, at + 2 * DAY, _SLOTS),
    )
    kept = await connection.fetch(
        """SELECT 1 FROM planned p JOIN brand b ON b.id = p.brand_id
           WHERE b.name = ? AND p.channel = ? AND p.kind = 'post' AND p.removed = 0
             AND p.state IN ('approved', 'scheduled', 'done') AND p.at >= ? LIMIT 1""",
        (brand, network, at - REMEMBERED),
    )
    return Plan(tuple(_slot(row) for row in rows), bool(kept))


def _slot(row: Row) -> Slot:
    # A date is stored as midnight UTC and is meant for that day of whatever zone.
    early, late = (HALF_DAY, DAY + HALF_DAY) if row["all_day"] else (0, 0)
    ends = row["end_at"] - DAY if row["all_day"] and row["end_at"] else row["at"]
    return Slot(
        row["text"], Micros(row["at"] - early), Micros(ends + late), taken=bool(row["taken"])
    )


async def own_names(
    connection: Connection, keys: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], tuple[str, str]]:
    """Return (handle, display name) of the accounts among ``keys`` that are known as ours."""
    asked = list(keys)
    if not asked:
        return {}
    rows = await connection.fetch(
        """SELECT a.network, a.key, a.handle, a.name FROM json_each(?) w
           JOIN account a ON a.network = json_extract(w.value, '$[0]')
             AND a.key = json_extract(w.value, '$[1]') WHERE a.ours = 1""",
        (dumps([[network, storable(key)] for network, key in asked]),),
    )
    return {(row["network"], row["key"]): (row["handle"], row["name"]) for row in rows}


async def sent_from_here(
    connection: Connection, posts: Iterable[tuple[str, str]]
) -> frozenset[tuple[str, str]]:
    """Return those of (network, native id) that were sent from here."""
    rows = await connection.fetch(
        """SELECT o.network, o.native_id FROM json_each(?) w
           JOIN outbox o ON o.network = json_extract(w.value, '$[0]')
             AND o.native_id = json_extract(w.value, '$[1]')""",
        (dumps([[network, storable(native)] for network, native in posts]),),
    )
    return frozenset((row["network"], row["native_id"]) for row in rows)


def hosts_of(links: Iterable[str]) -> tuple[str, ...]:
    """Return the hosts of web addresses, each once, in lower case; odd addresses have none."""
    found: dict[str, None] = {}
    for link in links:
        try:
            host = urlsplit(link).hostname
        except ValueError:
            continue
        if host:
            found[host.removeprefix("www.")] = None
    return tuple(found)
