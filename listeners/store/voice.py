"""What shares of voice, rising words and hours are made of: sums, people, and what was said.

Sums come from the rollups, to the minute while minutes are kept. Everything else walks the index
of a brand's mentions by time, a stretch or a page at a time, so that no reader is held for long.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from listeners.model import HOUR, Label, Micros
from listeners.rows import Bucket
from listeners.store.codec import LABELS, dumps, storable, to_strings
from listeners.store.connection import Row
from listeners.store.database import Store
from listeners.voice.hours import Slot

_COUNTED = """
       total(total) AS total, total(negative) AS negative, total(neutral) AS neutral,
       total(positive) AS positive, total(unscored) AS unscored,
       total(compound_sum) AS compound_sum
"""
_SUMS = """
SELECT b.name AS brand, r.network, {counted} FROM {table} r JOIN brand b ON b.id = r.brand_id
WHERE r.brand_id IN (SELECT id FROM brand WHERE name IN (SELECT value FROM json_each(?)))
  AND r.start >= ? AND r.start < ? GROUP BY r.brand_id, r.network
"""
_BY_MINUTE = _SUMS.format(counted=_COUNTED, table="rollup_minute")
_BY_HOUR = _SUMS.format(counted=_COUNTED, table="rollup_hour")
_SLOTS = """
SELECT start / ? * ? AS start, total(total) AS total, total(negative) AS negative
FROM {table} WHERE brand_id = (SELECT id FROM brand WHERE name = ?) AND start >= ? AND start < ?
GROUP BY start / ?
"""
_FIRST = """
SELECT start FROM rollup_hour WHERE brand_id = (SELECT id FROM brand WHERE name = ?)
AND start >= ? AND total > 0 ORDER BY start LIMIT 1
"""
_OUTSIDE = """m.part != 'ours' AND m.deleted_at IS NULL AND m.repost = 0 AND m.private = 0"""

_SPOKE = f"""
SELECT DISTINCT m.account_id AS id
FROM mention m JOIN brand b ON b.id = m.brand_id
WHERE b.name = ? AND m.sort_at >= ? AND m.sort_at < ? AND {_OUTSIDE}
"""

_PEOPLE = """
SELECT coalesce(a.person_id, -a.id) AS person, a.followers
FROM json_each(?) w JOIN account a ON a.id = w.value LEFT JOIN person p ON p.id = a.person_id
WHERE a.ours = 0 AND coalesce(nullif(p.role, ''), a.role) != 'staff'
"""

_SAID = f"""
SELECT m.id, m.sort_at, m.label, m.tags, coalesce(a.person_id, -a.id) AS author,
       CASE WHEN m.risk = '[]' THEN m.title ELSE '' END AS title,
       shown(m.title, m.text, m.risk) AS text
FROM mention m JOIN brand b ON b.id = m.brand_id JOIN account a ON a.id = m.account_id
WHERE b.name = ? AND m.sort_at >= ? AND (m.sort_at, m.id) < (?, ?) AND {_OUTSIDE} AND a.ours = 0
ORDER BY m.sort_at DESC, m.id DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class Said:
    """The words of one mention, its secrets masked. ``author`` is the same for all of a person."""

    id: int
    sort_at: Micros
    author: int
    label: Label
    title: str
    text: str
    tags: tuple[str, ...]


async def heard(
    store: Store, brands: Iterable[str], since: Micros, until: Micros
) -> dict[str, dict[str, Bucket]]:
    """Return the sums of [since, until) by brand and network, from the rollups.

    Both ends are full minutes; those for which no minutes are kept any more are full hours.
    """
    names = dumps([storable(name) for name in brands])
    from_hour = -(-since // HOUR) * HOUR
    to_hour = max(from_hour, until // HOUR * HOUR)
    parts = [(_BY_HOUR, from_hour, to_hour)]
    if since < from_hour:
        parts.append((_BY_MINUTE, since, min(from_hour, until)))
    if to_hour < until:
        parts.append((_BY_MINUTE, to_hour, until))
    found: dict[str, dict[str, Bucket]] = {}
    for sql, start, end in parts:
        for row in await store.fetch(sql, (names, start, end)):
            networks = found.setdefault(row["brand"], {})
            before = networks.get(row["network"])
            networks[row["network"]] = _bucket(row, since, before)
    return found


def _bucket(row: Row, start: Micros, before: Bucket | None) -> Bucket:
    base = before or Bucket(start, 0, 0, 0, 0, 0, 0.0)
    return Bucket(
        start,
        base.total + int(row["total"]),
        base.negative + int(row["negative"]),
        base.neutral + int(row["neutral"]),
        base.positive + int(row["positive"]),
        base.unscored + int(row["unscored"]),
        base.compound_sum + row["compound_sum"],
    )


async def slots(store: Store, brand: str, since: Micros, until: Micros, width: int) -> list[Slot]:
    """Return the counts of a brand in [since, until) by stretches of ``width``, an hour or less.

    Those narrower than an hour come from the minutes, which are kept for four weeks.
    """
    table = "rollup_hour" if width >= HOUR else "rollup_minute"
    rows = await store.fetch(
        _SLOTS.format(table=table), (width, width, storable(brand), since, until, width)
    )
    return [Slot(Micros(row["start"]), int(row["total"]), int(row["negative"])) for row in rows]


async def first_heard(store: Store, brand: str, since: Micros) -> Micros | None:
    """Return the hour since then in which a brand was heard first, ``None`` if it was not."""
    rows = await store.fetch(_FIRST, (storable(brand), since))
    return Micros(rows[0]["start"]) if rows else None


async def spoke(store: Store, brand: str, since: Micros, until: Micros) -> set[int]:
    """Return the accounts that spoke of a brand in [since, until), by their number."""
    rows = await store.fetch(_SPOKE, (storable(brand), since, until))
    return {row["id"] for row in rows}


async def people_of(store: Store, accounts: Sequence[int]) -> list[tuple[int, int | None]]:
    """Return the person of each account, and its followers where they are known.

    Our own accounts and staff are left out; a person has one number for all of theirs.
    """
    rows = await store.fetch(_PEOPLE, (dumps(list(accounts)),))
    return [(row["person"], row["followers"]) for row in rows]


async def said(
    store: Store, brand: str, since: Micros, before: tuple[int, int], limit: int
) -> list[Said]:
    """Return up to ``limit`` of a brand's mentions since a time, the newest first.

    ``before`` is the time and number of the last one had, or a time and 0: then only what is older
    is returned. Ours, deleted ones, reposts and private messages are left out.
    """
    rows = await store.fetch(_SAID, (storable(brand), since, *before, limit))
    return [
        Said(
            id=row["id"],
            sort_at=Micros(row["sort_at"]),
            author=row["author"],
            label=LABELS[row["label"]],
            title=row["title"],
            text=row["text"],
            tags=tuple(to_strings(row["tags"])),
        )
        for row in rows
    ]
