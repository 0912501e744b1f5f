"""What our own accounts did before: the habits a new post of theirs is held against."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from listeners.model import DAY, HOUR, Micros
from listeners.risk.hijack import DAY_HOURS, Habits
from listeners.store.codec import dumps, storable, to_strings
from listeners.store.connection import Connection

REMEMBERED = 28 * DAY
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
