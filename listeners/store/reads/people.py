"""The list of people: who was heard, in the order asked for, a page at a time.

Without a narrowing filter an index is walked in order (``person_heard``); a role, a tag, a stage
or words find their few first, and these are sorted. Words are looked for in all names and handles.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Final

from listeners.people.rows import ROLES, PeopleFilter, PersonRow
from listeners.store.codec import dumps
from listeners.store.connection import Row
from listeners.store.database import Store
from listeners.store.reads.person_rows import brand_number, people
from listeners.text import fold

_FOUND: Final = 2_000
"""People that words may find: more than anybody reads."""
_COMMON_STAGES: Final = ("connect",)
"""Stages of so many that the order is walked instead of sorting them all."""

_IS_LISTED = """p.removed = 0 AND p.merged_into IS NULL
    AND NOT EXISTS (SELECT 1 FROM account k WHERE k.person_id = p.id AND k.ours = 1)"""
_ENTERED = "(p.name != '' OR p.role != '')"
_ROLE = """coalesce(nullif(p.role, ''), (SELECT max(k.role) FROM account k
    WHERE k.person_id = p.id), '')"""
_RANK = "CASE {role} " + " ".join(f"WHEN '{r}' THEN {-n}" for n, r in enumerate(ROLES)) + " END"


async def people_ids(
    store: Store, wanted: PeopleFilter, *, limit: int, before: int | None = None
) -> array[int]:
    """Return one page of people; ``before`` is the last person of the page above.

    Our own accounts are left out, and whoever was merged into somebody else. People of a press
    list who were not heard yet come after all others, for every brand.
    """
    brand = await brand_number(store, wanted.brand)
    if brand is None:
        return array("q")
    place = await _place(store, brand, before)
    few, parameters = await _few(store, wanted, brand)
    if few:
        return await _sorted(store, wanted, brand, few, parameters, limit, place)
    return await _walked(store, wanted, brand, limit, place)


async def _place(store: Store, brand: int, before: int | None) -> Row | None:
    """Return by what the last person of the page above was sorted."""
    if before is None:
        return None
    rows = await store.fetch(
        f"""SELECT p.id, coalesce(h.last_at, 0) AS last, coalesce(h.mentions, 0) AS mentions,
                   coalesce(p.reach, -1) AS reach, {_RANK.format(role=_ROLE)} AS role
            FROM person p LEFT JOIN person_heard h ON h.brand_id = ? AND h.person_id = p.id
            WHERE p.id = ?""",
        (brand, before),
    )
    return rows[0] if rows else None


async def _few(
    store: Store, wanted: PeopleFilter, brand: int
) -> tuple[str, list[str | int | None]]:
    """Return the SQL of the people a filter leaves, empty where it leaves most of them."""
    parts: list[str] = []
    parameters: list[str | int | None] = []
    if wanted.role or wanted.sort == "role":
        same = "= ?" if wanted.role else "!= ''"
        parts.append(f"""SELECT id FROM (
            SELECT id FROM person WHERE role != '' AND role {same}
            UNION SELECT a.person_id FROM account a JOIN person p ON p.id = a.person_id
            WHERE a.role != '' AND p.role = '' AND a.role {same})""")
        parameters += [wanted.role] * 2 if wanted.role else []
    if wanted.tag:
        parts.append("SELECT person_id FROM person_tag WHERE tag = ?")
        parameters.append(wanted.tag)
    if wanted.stage and (parts or wanted.text or wanted.stage not in _COMMON_STAGES):
        parts.append(
            "SELECT person_id FROM standing WHERE stage = ? AND brand_id IN (SELECT id FROM brand)"
            if not brand
            else "SELECT person_id FROM standing WHERE stage = ? AND brand_id = ?"
        )
        parameters += [wanted.stage] if not brand else [wanted.stage, brand]
    if wanted.text.strip():
        parts.append("SELECT value FROM json_each(?)")
        parameters.append(dumps(await _called(store, wanted.text)))
    return " INTERSECT ".join(parts), parameters


async def _called(store: Store, text: str) -> list[int]:
    """Return whose names, handles or outlets hold every word of ``text``, accents aside."""
    words = fold(text).replace("@", " ").split()[:5]
    if not words:
        return []
    # An accent may stand on any vowel, on c and on n: the store looks for the rest.
    likes = [f"%{''.join(_loose(char) for char in word)}%" for word in words]
    by_account = " AND ".join("(a.handle || ' ' || a.name) LIKE ? ESCAPE '\\'" for _ in words)
    by_person = " AND ".join(
        "(p.name || ' ' || p.outlet || ' ' || p.beat) LIKE ? ESCAPE '\\'" for _ in words
    )
    rows = await store.fetch(
        f"""SELECT a.person_id AS id, a.handle || ' ' || a.name AS said FROM account a
            WHERE {by_account}
            UNION ALL SELECT p.id, p.name || ' ' || p.outlet || ' ' || p.beat FROM person p
            WHERE p.name != '' AND {by_person} LIMIT ?""",
        (*likes, *likes, 5 * _FOUND),
    )
    found = [row["id"] for row in rows if all(word in fold(row["said"]) for word in words)]
    return list(dict.fromkeys(found))[:_FOUND]


def _loose(char: str) -> str:
    if char in "aeiouycn" or not char.isascii():
        return "_"
    return f"\\{char}" if char in "%_\\" else char


async def _sorted(
    store: Store,
    wanted: PeopleFilter,
    brand: int,
    few: str,
    parameters: Sequence[str | int | None],
    limit: int,
    place: Row | None,
) -> array[int]:
    first = {
        "last": "coalesce(h.last_at, 0)",
        "mentions": "coalesce(h.mentions, 0)",
        "reach": "coalesce(p.reach, -1)",
        "role": _RANK.format(role=_ROLE),
    }[wanted.sort]
    key = f"({first}, coalesce(h.last_at, 0), p.id)"
    below = f"AND {key} < (?, ?, ?)" if place is not None else ""
    rows = await store.fetch(
        f"""WITH few(id) AS MATERIALIZED ({few})
            SELECT p.id FROM few JOIN person p ON p.id = few.id
            LEFT JOIN person_heard h ON h.brand_id = ? AND h.person_id = p.id
            WHERE {_IS_LISTED} {below}
              AND (h.last_at > 0 OR (NOT EXISTS (SELECT 1 FROM person_heard e
                   WHERE e.brand_id = 0 AND e.person_id = p.id AND e.last_at > 0) AND {_ENTERED}))
            ORDER BY {first} DESC, coalesce(h.last_at, 0) DESC, p.id DESC LIMIT ?""",
        (
            *parameters,
            brand,
            *((place[wanted.sort], place["last"], place["id"]) if place is not None else ()),
            limit,
        ),
    )
    return array("q", [row["id"] for row in rows])


async def _walked(
    store: Store, wanted: PeopleFilter, brand: int, limit: int, place: Row | None
) -> array[int]:
    staged, more = "", list[str | int | None]()
    if wanted.stage:
        staged = """AND EXISTS (SELECT 1 FROM standing s WHERE s.person_id = p.id
            AND s.stage = ? AND (? = 0 OR s.brand_id = ?))"""
        more = [wanted.stage, brand, brand]
    if wanted.sort == "reach":
        below = "AND (coalesce(p.reach, -1), p.id) < (?, ?)" if place is not None else ""
        rows = await store.fetch(
            f"""SELECT p.id FROM person p INDEXED BY person_reach
                WHERE {_IS_LISTED} {staged} {below}
                  AND EXISTS (SELECT 1 FROM person_heard h WHERE h.person_id = p.id AND (
                      (h.brand_id = ? AND h.last_at > 0)
                      OR (h.brand_id = 0 AND h.last_at = 0 AND {_ENTERED})))
                ORDER BY coalesce(p.reach, -1) DESC, p.id DESC LIMIT ?""",
            (*more, *((place["reach"], place["id"]) if place is not None else ()), brand, limit),
        )
        return array("q", [row["id"] for row in rows])
    column, index = {
        "mentions": ("mentions", "person_heard_most"),
    }.get(wanted.sort, ("last_at", "person_heard_last"))
    ids: array[int] = array("q")
    if place is None or place["last"] > 0:
        below = f"AND (h.{column}, h.person_id) < (?, ?)" if place is not None else ""
        sorted_by = "last" if column == "last_at" else "mentions"
        rows = await store.fetch(
            f"""SELECT p.id FROM person_heard h INDEXED BY {index}
                JOIN person p ON p.id = h.person_id
                WHERE h.brand_id = ? {below} AND h.last_at > 0 AND {_IS_LISTED} {staged}
                ORDER BY h.{column} DESC, h.person_id DESC LIMIT ?""",
            (brand, *((place[sorted_by], place["id"]) if place is not None else ()), *more, limit),
        )
        ids.extend(row["id"] for row in rows)
        place = None
    if len(ids) < limit:
        below = "AND h.person_id < ?" if place is not None else ""
        rows = await store.fetch(
            f"""SELECT p.id FROM person_heard h INDEXED BY person_heard_last
                JOIN person p ON p.id = h.person_id
                WHERE h.brand_id = 0 AND h.last_at = 0 {below} AND {_ENTERED} AND {_IS_LISTED}
                  {staged}
                ORDER BY h.person_id DESC LIMIT ?""",
            (*((place["id"],) if place is not None else ()), *more, limit - len(ids)),
        )
        ids.extend(row["id"] for row in rows)
    return ids


async def persons_of(
    store: Store, brand: str = "", *, limit: int = 500, wanted: PeopleFilter | None = None
) -> list[PersonRow]:
    """Return the people of a brand, newest mention first unless a filter says otherwise."""
    asked = wanted or PeopleFilter(brand=brand)
    ids = await people_ids(store, asked, limit=limit)
    found = await people(store, ids, asked.brand)
    return [found[one] for one in ids if one in found]


async def tags_of_people(store: Store, limit: int = 100) -> list[str]:
    """Return the tags people have, for offering them again."""
    rows = await store.fetch("SELECT DISTINCT tag FROM person_tag ORDER BY tag LIMIT ?", (limit,))
    return [row["tag"] for row in rows]
