"""The list of people: who was heard, in the order asked for, a page at a time.

The newest mention first is a walk along the stream: of each person the newest mention is the one
that counts, and those behind it are passed over. So listening pays nothing for the list. A role, a
tag, a stage or words find their few first, and these are sorted. Words are looked for in all names
and handles.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Final, NamedTuple

from listeners.people.rows import ROLES, PeopleFilter, PersonRow
from listeners.store.codec import dumps, storable
from listeners.store.database import Store
from listeners.store.reads.brands import brand_ids, merged
from listeners.store.reads.person_rows import HEARD, people
from listeners.text import fold

_FOUND: Final = 2_000
"""People that words may find: more than anybody reads."""
_COMMON: Final = 20_000
"""People at a stage from which the order is walked instead of sorting them all."""

_IS_LISTED: Final = """p.removed = 0 AND p.merged_into IS NULL
    AND NOT EXISTS (SELECT 1 FROM account k WHERE k.person_id = p.id AND k.ours = 1)"""
_WAS_HEARD: Final = """EXISTS (SELECT 1 FROM account k JOIN mention n ON n.account_id = k.id
    WHERE k.person_id = p.id AND n.deleted_at IS NULL)"""
_WALK: Final = f"""
SELECT m.id AS id, m.sort_at AS at, a.person_id AS person FROM mention m
CROSS JOIN account a ON a.id = m.account_id CROSS JOIN person p ON p.id = a.person_id
WHERE m.brand_id = ? AND m.deleted_at IS NULL AND {_IS_LISTED} {{where}}
  AND NOT EXISTS (SELECT 1 FROM account k CROSS JOIN mention n ON n.account_id = k.id
      WHERE k.person_id = a.person_id AND n.sort_at >= m.sort_at AND n.deleted_at IS NULL
        AND (n.sort_at > m.sort_at OR n.id > m.id) {{newer}})
"""
_ROLE: Final = """coalesce(nullif(p.role, ''), (SELECT max(k.role) FROM account k
    WHERE k.person_id = p.id), '')"""
_RANK: Final = (
    f"CASE {_ROLE} " + " ".join(f"WHEN '{role}' THEN {-n}" for n, role in enumerate(ROLES)) + " END"
)
_KEYS: Final = {
    "last": "last_at", "mentions": "mentions", "reach": "coalesce(p.reach, -1)", "role": _RANK,
}  # fmt: skip


class _Place(NamedTuple):
    """Where the last person of the page above stands."""

    person: int
    mention: int | None
    last: int
    key: int | None
    reach: int


async def people_ids(
    store: Store, wanted: PeopleFilter, *, limit: int, before: int | None = None
) -> array[int]:
    """Return one page of people; ``before`` is the last person of the page above.

    Our own accounts are left out, and whoever was merged into somebody else. People who were
    entered and not heard yet come after all others, for every brand.
    """
    brands = await brand_ids(store, wanted.brand)
    if not brands:
        return array("q")
    place = await _place(store, wanted, before)
    few, parameters = await _few(store, wanted, brands)
    if few:
        return await _sorted(store, wanted, few, parameters, limit, place)
    if wanted.sort == "reach":
        return await _by_reach(store, wanted, brands, limit, place)
    return await _by_time(store, wanted, brands, limit, place)


async def _place(store: Store, wanted: PeopleFilter, before: int | None) -> _Place | None:
    if before is None:
        return None
    newest = await store.fetch(
        """SELECT m.id, m.sort_at FROM account k JOIN mention m ON m.account_id = k.id
           JOIN brand b ON b.id = m.brand_id
           WHERE k.person_id = ?1 AND m.deleted_at IS NULL AND ?2 IN ('', b.name)
           ORDER BY m.sort_at DESC, m.id DESC LIMIT 1""",
        (before, wanted.brand),
    )
    rows = await store.fetch(
        f"""SELECT p.id, coalesce(p.reach, -1) AS reach, {_KEYS[wanted.sort]} AS key
            FROM (SELECT p.*, {HEARD} FROM person p WHERE p.id = ?2) p""",
        (wanted.brand, before),
    )
    if not rows:
        return None
    mention, last = (newest[0]["id"], newest[0]["sort_at"]) if newest else (None, 0)
    return _Place(before, mention, last, rows[0]["key"], rows[0]["reach"])


# --- the few that a filter leaves ---------------------------------------------------------------


async def _few(
    store: Store, wanted: PeopleFilter, brands: Sequence[int]
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
        parameters.append(storable(wanted.tag))
    if wanted.text.strip():
        parts.append("SELECT value FROM json_each(?)")
        parameters.append(dumps(await _called(store, wanted.text)))
    known = dumps(list(brands))
    if wanted.stage and (parts or not await _is_common(store, wanted.stage, known)):
        parts.append(_AT_STAGE)
        parameters += [known, wanted.stage]
    if wanted.sort == "mentions" and not parts and await _are_counted(store, known):
        # Counted by the histories that stages are read from; who is new comes when these are.
        parts.append(f"""SELECT person_id FROM (SELECT person_id, sum(mentions) AS n FROM standing
            WHERE brand_id IN (SELECT value FROM json_each(?)) GROUP BY person_id
            ORDER BY n DESC LIMIT {_FOUND})""")
        parameters.append(known)
    return " INTERSECT ".join(parts), parameters


_AT_STAGE: Final = """SELECT person_id FROM standing
    WHERE brand_id IN (SELECT value FROM json_each(?)) AND stage = ?"""


async def _is_common(store: Store, stage: str, brands: str) -> bool:
    (row,) = await store.fetch(
        f"SELECT count(*) AS n FROM ({_AT_STAGE} LIMIT {_COMMON})", (brands, stage)
    )
    return bool(row["n"] == _COMMON)


async def _are_counted(store: Store, brands: str) -> bool:
    return bool(
        await store.fetch(
            """SELECT 1 FROM standing WHERE brand_id IN (SELECT value FROM json_each(?)) LIMIT 1""",
            (brands,),
        )
    )


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
    few: str,
    parameters: Sequence[str | int | None],
    limit: int,
    place: _Place | None,
) -> array[int]:
    first = _KEYS[wanted.sort]
    below = f"AND ({first}, last_at, p.id) < (?, ?, ?)" if place is not None else ""
    rows = await store.fetch(
        f"""WITH few(id) AS MATERIALIZED ({few}),
            known AS MATERIALIZED (SELECT p.*, {HEARD.replace("?1", "?")} FROM few
                JOIN person p ON p.id = few.id WHERE {_IS_LISTED})
            SELECT p.id FROM known p
            WHERE (last_at > 0 OR (p.name != '' AND NOT {_WAS_HEARD})) {below}
            ORDER BY {first} DESC, last_at DESC, p.id DESC LIMIT ?""",
        (
            *parameters,
            *[wanted.brand] * HEARD.count("?1"),
            *((place.key, place.last, place.person) if place is not None else ()),
            limit,
        ),
    )
    return array("q", [row["id"] for row in rows])


# --- walks --------------------------------------------------------------------------------------


def _staged(wanted: PeopleFilter, brands: Sequence[int]) -> tuple[str, list[str]]:
    if not wanted.stage:
        return "", []
    return (
        """AND EXISTS (SELECT 1 FROM standing s WHERE s.person_id = p.id AND s.stage = ?
        AND s.brand_id IN (SELECT value FROM json_each(?)))""",
        [
            wanted.stage,
            dumps(list(brands)),
        ],
    )


async def _by_reach(
    store: Store, wanted: PeopleFilter, brands: Sequence[int], limit: int, place: _Place | None
) -> array[int]:
    staged, more = _staged(wanted, brands)
    below = "AND (coalesce(p.reach, -1), p.id) < (?, ?)" if place is not None else ""
    rows = await store.fetch(
        f"""SELECT p.id FROM person p INDEXED BY person_reach
            WHERE {_IS_LISTED} {staged} {below} AND (
                EXISTS (SELECT 1 FROM account k JOIN mention n ON n.account_id = k.id
                    WHERE k.person_id = p.id AND n.deleted_at IS NULL
                      AND n.brand_id IN (SELECT value FROM json_each(?)))
                OR (p.name != '' AND NOT {_WAS_HEARD}))
            ORDER BY coalesce(p.reach, -1) DESC, p.id DESC LIMIT ?""",
        (
            *more,
            *((place.reach, place.person) if place is not None else ()),
            dumps(list(brands)),
            limit,
        ),
    )
    return array("q", [row["id"] for row in rows])


async def _by_time(
    store: Store, wanted: PeopleFilter, brands: Sequence[int], limit: int, place: _Place | None
) -> array[int]:
    staged, more = _staged(wanted, brands)
    ids: array[int] = array("q")
    if place is None or place.mention is not None:
        where, parameters = staged, list[object](more)
        if place is not None:
            where += " AND (m.sort_at, m.id) < (?, ?)"
            parameters += [place.last, place.mention]
        newer = "AND n.brand_id = m.brand_id" if wanted.brand else ""
        sql, values = merged(_WALK.format(where=where, newer=newer), brands, parameters)
        rows = await store.fetch(
            f"{sql} ORDER BY at DESC, id DESC LIMIT ?",
            (*values, limit),
        )
        ids.extend(row["person"] for row in rows)
        place = None
    if len(ids) < limit:
        below = "AND p.id < ?" if place is not None else ""
        rows = await store.fetch(
            f"""SELECT p.id FROM person p WHERE p.name != '' {below} AND {_IS_LISTED} {staged}
                AND NOT {_WAS_HEARD} ORDER BY p.id DESC LIMIT ?""",
            (*((place.person,) if place is not None else ()), *more, limit - len(ids)),
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
