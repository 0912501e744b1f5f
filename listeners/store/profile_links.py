"""Addresses that profiles show, kept when they change; and the proofs that follow from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from listeners.model import DAY, Author, Micros
from listeners.networks.titles import network_title
from listeners.people.likeness import (
    FEWEST_SAME_WORDS,
    Likeness,
    Link,
    SameWords,
    Who,
    likenesses,
)
from listeners.people.links import named, page, profile_links
from listeners.store.codec import dumps, storable
from listeners.store.connection import Connection
from listeners.store.database import Store
from listeners.store.people import PAGE

_MOST: Final = 20_000
"""Links that are looked at for proofs, the newest accounts first."""
_BACK: Final = 90 * DAY


async def keep_links(connection: Connection, authors: Mapping[int, Author]) -> None:
    """Store the addresses of profiles, by account, where they differ from those known.

    A post that brings none says nothing: not every payload holds the profile.
    """
    told = {
        id_: {url: url in verified for url in profile_links(author.links)}
        for id_, author in authors.items()
        if author.links
        for verified in [set(map(page, author.verified))]
    }
    if not told:
        return
    known: dict[int, dict[str, bool]] = {id_: {} for id_ in told}
    for row in await connection.fetch(
        """SELECT l.account_id, l.url, l.verified FROM json_each(?) w
           JOIN profile_link l ON l.account_id = w.value""",
        (dumps(list(told)),),
    ):
        known[row["account_id"]][row["url"]] = bool(row["verified"])
    changed = {id_: links for id_, links in told.items() if links and links != known[id_]}
    await connection.many(
        "DELETE FROM profile_link WHERE account_id = ?", [(id_,) for id_ in changed]
    )
    await connection.many(
        """INSERT OR IGNORE INTO profile_link (account_id, url, verified, network, handle)
           VALUES (?, ?, ?, ?, ?)""",
        [
            (id_, storable(url), verified, *map(storable, named(url)))
            for id_, links in changed.items()
            for url, verified in links.items()
        ],
    )


async def links_of(store: Store, accounts: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Return the addresses each account's profile shows, in short form."""
    found: dict[int, list[str]] = {}
    for row in await store.fetch(
        """SELECT l.account_id, l.url FROM json_each(?) w
           JOIN profile_link l ON l.account_id = w.value""",
        (dumps(list(accounts)),),
    ):
        found.setdefault(row["account_id"], []).append(row["url"])
    return {account: tuple(sorted(urls)) for account, urls in found.items()}


# The indexes are on expressions, which have no affinity: neither may what they are compared with.
_LINKS: Final = f"""
WITH told AS MATERIALIZED (SELECT * FROM profile_link ORDER BY account_id DESC LIMIT {_MOST})
SELECT l.account_id, l.url, l.verified, a.id AS other, 0 AS domain FROM told l CROSS JOIN account a
    ON {PAGE.format("a.url")} = +l.url AND a.url != ''
WHERE a.id != l.account_id
UNION
SELECT l.account_id, l.url, l.verified, a.id, 0 FROM told l CROSS JOIN account a
    ON a.network = l.network AND lower(a.handle) = +l.handle
WHERE l.network != '' AND l.handle != '' AND a.id != l.account_id
UNION
SELECT l.account_id, l.url, l.verified, a.id, 1 FROM told l CROSS JOIN account a
    ON a.network = 'bluesky' AND lower(a.handle) = +l.handle
WHERE l.network = '' AND l.handle != '' AND a.id != l.account_id
"""
_WORDS: Final = f"""
SELECT m.account_id, p.account_id AS other, count(*) AS times FROM place p
JOIN mention m ON m.id = p.mention_id
WHERE p.account_id IS NOT NULL AND p.account_id != m.account_id AND p.network != m.network
  AND p.seen_at > ? AND abs(p.at - m.sort_at) <= {DAY} AND p.fold = m.fold AND m.fold != ''
  AND m.network NOT IN ('feeds', 'gdelt', 'news') AND p.network NOT IN ('feeds', 'gdelt', 'news')
GROUP BY m.account_id, p.account_id HAVING count(*) >= {FEWEST_SAME_WORDS}
"""


async def maybe_one(store: Store, now: Micros) -> list[Likeness]:
    """Return the persons who may be one, each pair with its strongest proof.

    Never who was said not to be one, nor our own accounts, nor staff.
    """
    links = [
        Link(row["account_id"], row["other"], row["url"], bool(row["verified"]),
             bool(row["domain"]))
        for row in await store.fetch(_LINKS)
    ]  # fmt: skip
    words = [
        SameWords(row["account_id"], row["other"], row["times"])
        for row in await store.fetch(_WORDS, (now - _BACK,))
    ]
    pairs = [(one.account, one.other) for one in links]
    pairs += [(one.account, one.other) for one in words]
    ids = {account for pair in pairs for account in pair}
    apart = await store.fetch("SELECT lower_id, higher_id FROM apart WHERE removed = 0")
    return likenesses(links, words, await _whose(store, ids), [(row[0], row[1]) for row in apart])


async def _whose(store: Store, accounts: Iterable[int]) -> dict[int, Who]:
    rows = await store.fetch(
        """SELECT a.id, a.person_id, a.network, a.key, a.handle,
                  (SELECT group_concat(network) FROM (
                      SELECT k.network FROM account k WHERE k.person_id = a.person_id
                      UNION SELECT c.network FROM contact c
                      WHERE c.person_id = a.person_id AND c.kind = 'handle')) AS networks
           FROM json_each(?) w JOIN account a ON a.id = w.value JOIN person p
               ON p.id = a.person_id
           WHERE p.role != 'staff' AND NOT EXISTS (
               SELECT 1 FROM account k WHERE k.person_id = a.person_id AND k.ours = 1)""",
        (dumps(list(accounts)),),
    )
    return {
        row["id"]: Who(
            row["person_id"],
            f"{row['handle'] or row['key']} ({network_title(row['network'])})",
            tuple(str(row["networks"]).split(",")),
        )
        for row in rows
    }
