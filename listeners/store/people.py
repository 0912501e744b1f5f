"""Persons in their tables: what is written of them inside a write, and how it is taken back.

A person is a row of ``person``; accounts belong to one. Merging moves accounts and leaves the
emptied row behind, with ``merged_into``: what names it finds the person it has become.

What a step changes is logged as the columns of the person it is about, before and after, and as
sets of rows before and after (``tag_rows``, ``contact_rows``, ``apart_rows``, each row with the
person in it) and as ``owners``: whose each account is. So one function takes back any step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from listeners.store.codec import dumps, storable
from listeners.store.connection import Connection, Row
from listeners.store.database import Store
from listeners.store.reads.people import people_ids, persons_of
from listeners.store.reads.person_rows import people

__all__ = [
    "COLUMNS",
    "add_person",
    "apart_from",
    "change_person",
    "heads_of",
    "load_persons",
    "own_networks",
    "owners_of",
    "people",
    "people_ids",
    "person_of_account",
    "persons_of",
    "put_rows",
    "rows_of",
    "turn_person",
]

COLUMNS: Final = ("name", "role", "outlet", "beat", "merged_into", "removed")
"""The columns of a person that a step may change."""

_ROWS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "tag_rows": ("person_tag", ("person_id", "tag")),
    "contact_rows": ("contact", ("person_id", "kind", "network", "value")),
    "apart_rows": ("apart", ("lower_id", "higher_id")),
}


async def person_of_account(store: Store, network: str, key: str) -> int | None:
    """Return the person an account belongs to, ``None`` for an account never heard."""
    rows = await store.fetch(
        "SELECT person_id FROM account WHERE network = ? AND key = ?", (network, storable(key))
    )
    return rows[0]["person_id"] if rows else None


async def heads_of(connection: Connection, ids: Iterable[int]) -> dict[int, int]:
    """Return what each person has become: itself, or the one it was merged into."""
    rows = await connection.fetch(
        """WITH RECURSIVE up(id, head) AS (
               SELECT value, value FROM json_each(?)
               UNION SELECT up.id, p.merged_into FROM up JOIN person p ON p.id = up.head
               WHERE p.merged_into IS NOT NULL)
           SELECT up.id, up.head FROM up JOIN person p ON p.id = up.head
           WHERE p.merged_into IS NULL AND p.removed = 0""",
        (dumps(list(ids)),),
    )
    return {row["id"]: row["head"] for row in rows}


async def load_persons(connection: Connection, ids: Iterable[int]) -> dict[int, Row]:
    """Return the rows of these persons by id."""
    rows = await connection.fetch(
        "SELECT * FROM person WHERE id IN (SELECT value FROM json_each(?))", (dumps(list(ids)),)
    )
    return {row["id"]: row for row in rows}


async def add_person(connection: Connection, name: str = "") -> int:
    """Keep a new person and return the number."""
    (row,) = await connection.fetch(
        "INSERT INTO person (name) VALUES (?) RETURNING id", (storable(name),)
    )
    return int(row["id"])


async def change_person(connection: Connection, person: int, values: Mapping[str, object]) -> None:
    """Write some of ``COLUMNS`` of a person: texts, numbers or nothing."""
    names = [name for name in COLUMNS if name in values]
    if names:
        await connection.fetch(
            f"""UPDATE person SET {", ".join(f"{name} = ?" for name in names)},
                    version = version + 1 WHERE id = ?""",
            (*(_stored(values[name]) for name in names), person),
        )


def _stored(value: object) -> str | int | None:
    if isinstance(value, str):
        return storable(value)
    return value if isinstance(value, int) else None


async def rows_of(
    connection: Connection, person: int
) -> tuple[list[list[object]], list[list[object]]]:
    """Return the rows of tags and of contacts of a person, as steps log them."""
    tags = await connection.fetch(
        "SELECT person_id, tag FROM person_tag WHERE person_id = ? ORDER BY tag", (person,)
    )
    contacts = await connection.fetch(
        """SELECT person_id, kind, network, value FROM contact WHERE person_id = ?
           ORDER BY kind, network, value""",
        (person,),
    )
    return [list(row) for row in tags], [list(row) for row in contacts]


async def put_rows(
    connection: Connection, kind: str, add: Iterable[Sequence[Any]], remove: Iterable[Sequence[Any]]
) -> None:
    """Add and remove rows of one of the sets of a step."""
    table, columns = _ROWS[kind]
    where = " AND ".join(f"{name} = ?" for name in columns)
    gone = f"DELETE FROM {table} WHERE {where}"
    if kind == "apart_rows":
        # A refusal that was taken back keeps its row: the log names it.
        gone = f"UPDATE apart SET removed = 1 WHERE {where}"
    await connection.many(gone, [tuple(row) for row in remove])
    marks = ", ".join("?" for _ in columns)
    new = f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({marks})"
    if kind == "apart_rows":
        new = f"""INSERT INTO apart (lower_id, higher_id) VALUES ({marks})
                  ON CONFLICT (lower_id, higher_id) DO UPDATE SET removed = 0"""
    await connection.many(new, [tuple(row) for row in add])


async def owners_of(connection: Connection, accounts: Iterable[int]) -> dict[int, int]:
    """Return whose each of these accounts is."""
    rows = await connection.fetch(
        """SELECT id, person_id FROM account WHERE id IN (SELECT value FROM json_each(?))""",
        (dumps(list(accounts)),),
    )
    return {row["id"]: row["person_id"] for row in rows}


async def own_accounts(connection: Connection, person: int) -> list[Row]:
    """Return the accounts of a person, the first heard first."""
    return await connection.fetch(
        """SELECT id, network, key, handle, url, role, ours FROM account WHERE person_id = ?
           ORDER BY id""",
        (person,),
    )


async def own_networks(connection: Connection, person: int) -> frozenset[str]:
    """Return the networks a person is on, by account or by a handle of a press list."""
    rows = await connection.fetch(
        """SELECT network FROM account WHERE person_id = ?1
           UNION SELECT network FROM contact WHERE person_id = ?1 AND kind = 'handle'""",
        (person,),
    )
    return frozenset(row["network"] for row in rows)


async def own_persons(connection: Connection, ids: Iterable[int]) -> frozenset[int]:
    """Return those of these persons who are we: an account of theirs is ours."""
    rows = await connection.fetch(
        """SELECT DISTINCT person_id FROM account WHERE ours = 1
           AND person_id IN (SELECT value FROM json_each(?))""",
        (dumps(list(ids)),),
    )
    return frozenset(row["person_id"] for row in rows)


async def move_accounts(connection: Connection, owners: Mapping[int, int]) -> None:
    """Give accounts to persons."""
    await connection.many(
        "UPDATE account SET person_id = ? WHERE id = ?",
        [(person, account) for account, person in owners.items()],
    )


PAGE: Final = (
    "lower(rtrim(replace(replace(replace({}, 'https://', ''), 'http://', ''), 'www.', ''), '/'))"
)
"""An address in short form, word for word as the index ``account_page`` has it."""


async def apart_from(connection: Connection, person: int) -> frozenset[int]:
    """Return of whom somebody said that they are not this person."""
    rows = await connection.fetch(
        """SELECT higher_id AS id FROM apart WHERE lower_id = ?1 AND removed = 0
           UNION SELECT lower_id FROM apart WHERE higher_id = ?1 AND removed = 0""",
        (person,),
    )
    return frozenset(row["id"] for row in rows)


async def waiting_talks(connection: Connection, person: int) -> list[int]:
    """Return the open conversations that wait on us in which this person asked something."""
    rows = await connection.fetch(
        """SELECT DISTINCT coalesce(c.merged_into, c.id) AS id FROM account a
           JOIN mention m ON m.account_id = a.id AND m.asks = 1 AND m.deleted_at IS NULL
           JOIN conversation c ON c.id = m.conversation_id
           LEFT JOIN conversation k ON k.id = c.merged_into
           WHERE a.person_id = ? AND coalesce(k.state, c.state) IN ('open', 'snoozed')
             AND iif(k.id IS NULL, c.waiting_since, k.waiting_since) <= m.sort_at""",
        (person,),
    )
    return [row["id"] for row in rows]


# --- taking back ---------------------------------------------------------------------------------


async def turn_person(
    connection: Connection, person: int, was: Mapping[str, object], left: Mapping[str, object]
) -> tuple[str, ...]:
    """Put a person back from what a step ``left`` to what ``was``.

    Returns the fields that somebody else has changed since, or all of them if they are back
    already: then nothing was written.
    """
    names = [name for name in COLUMNS if name in was and name in left]
    rows = {name: _row_changes(was, left, name) for name in _ROWS}
    had, have = _owners(was.get("owners")), _owners(left.get("owners"))
    if not names and not had and not any(add or gone for add, gone in rows.values()):
        return ()
    found = (await load_persons(connection, [person])).get(person)
    if found is None:
        return ("id",)
    now = await owners_of(connection, had)
    moved = [name for name in names if found[name] not in (left[name], was[name])]
    if any(now[one] not in (have.get(one), had[one]) for one in now):
        moved.append("owners")
    if was.get("removed") == 1 and await _has_others(connection, person, had):
        moved.append("owners")
    if moved:
        return tuple(moved)
    same = all(found[name] == was[name] for name in names)
    if same and all(now[one] == had[one] for one in now) and not await _differs(connection, rows):
        return (*names, "owners")
    await move_accounts(connection, {one: had[one] for one in now})
    await change_person(connection, person, {name: was[name] for name in names})
    for kind, (add, gone) in rows.items():
        await put_rows(connection, kind, add, gone)
    return ()


_Rows = list[tuple[object, ...]]


def _row_changes(
    was: Mapping[str, object], left: Mapping[str, object], name: str
) -> tuple[_Rows, _Rows]:
    """Return the rows to add and those to remove."""
    before, after = _as_rows(was.get(name)), _as_rows(left.get(name))
    return [row for row in before if row not in after], [row for row in after if row not in before]


def _as_rows(value: object) -> _Rows:
    rows = value if isinstance(value, list) else []
    return [tuple(row) for row in rows if isinstance(row, list)]


def _owners(value: object) -> dict[int, int]:
    pairs = value if isinstance(value, Mapping) else {}
    return {int(account): int(person) for account, person in pairs.items()}


async def _has_others(connection: Connection, person: int, moving: Iterable[int]) -> bool:
    """Whether accounts came to a person that a step does not know of."""
    known = set(moving)
    return any(row["id"] not in known for row in await own_accounts(connection, person))


async def _differs(connection: Connection, rows: Mapping[str, tuple[_Rows, _Rows]]) -> bool:
    for kind, (add, gone) in rows.items():
        table, columns = _ROWS[kind]
        live = " AND removed = 0" if kind == "apart_rows" else ""
        where = " AND ".join(f"{name} = ?" for name in columns)
        for row, wanted in (*((row, True) for row in add), *((row, False) for row in gone)):
            found = await connection.fetch(
                f"SELECT 1 FROM {table} WHERE {where}{live}",
                row,
            )
            if bool(found) != wanted:
                return True
    return False
