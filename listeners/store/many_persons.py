"""Many persons at once, as a press list asks for and brings them: one statement for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from listeners.people.rows import Contact
from listeners.store.codec import dumps, storable
from listeners.store.connection import Connection, Row
from listeners.store.people import PAGE, heads_of, load_persons, own_persons


@dataclass(frozen=True, slots=True)
class Asked:
    """By what one row of a list may know somebody.

    ``handles`` are (network, handle in small letters, short pages); ``entered`` is a name with its
    outlet, where nothing better is there.
    """

    contacts: Sequence[Contact]
    handles: Sequence[tuple[str, str, Sequence[str]]]
    entered: tuple[str, str] | None


@dataclass(slots=True)
class Held:
    """What is stored of a person: networks and roles of accounts, rows as steps log them."""

    row: Row
    networks: set[str] = field(default_factory=set)
    roles: set[str] = field(default_factory=set)
    tags: list[list[object]] = field(default_factory=list)
    contacts: list[list[object]] = field(default_factory=list)


async def persons_meant(connection: Connection, asked: Sequence[Asked]) -> list[list[Row]]:
    """Return whom each row may mean: by contact first, then by account, then by name.

    Who was merged is whom they became; our own accounts are nobody. Phones are shared by many.
    """
    ids: list[list[int]] = [[] for _ in asked]
    for found in (_with_contacts, _with_accounts, _entered):
        for row in await found(connection, asked):
            ids[row["place"]].append(row["id"])
    every = {one for some in ids for one in some}
    heads = await heads_of(connection, every)
    ours = await own_persons(connection, heads.values())
    rows = await load_persons(connection, heads.values())
    return [
        [
            rows[one]
            for one in dict.fromkeys(heads[number] for number in some if number in heads)
            if one in rows and one not in ours
        ]
        for some in ids
    ]


async def _with_contacts(connection: Connection, asked: Sequence[Asked]) -> list[Row]:
    telling = [
        [place, one.kind, one.network, storable(one.value)]
        for place, row in enumerate(asked)
        for one in row.contacts
        if one.kind in ("handle", "mail")
    ]
    return await connection.fetch(
        """SELECT DISTINCT json_extract(w.value, '$[0]') AS place, c.person_id AS id
           FROM json_each(?) w CROSS JOIN contact c
             ON c.kind = json_extract(w.value, '$[1]')
            AND c.network = json_extract(w.value, '$[2]')
            AND c.value = json_extract(w.value, '$[3]')
           ORDER BY 1, 2""",
        (dumps(telling),),
    )


async def _with_accounts(connection: Connection, asked: Sequence[Asked]) -> list[Row]:
    telling = [
        [place, network, storable(handle), list(pages)]
        for place, row in enumerate(asked)
        for network, handle, pages in row.handles
    ]
    return await connection.fetch(
        f"""SELECT json_extract(w.value, '$[0]') AS place, a.person_id AS id, a.id AS account
            FROM json_each(?1) w CROSS JOIN account a
               ON a.network = json_extract(w.value, '$[1]')
              AND lower(a.handle) = json_extract(w.value, '$[2]') AND a.ours = 0
            UNION
            SELECT json_extract(w.value, '$[0]'), a.person_id, a.id FROM json_each(?1) w
            JOIN json_each(w.value, '$[3]') p CROSS JOIN account a INDEXED BY account_page
               ON {PAGE.format("a.url")} = p.value AND a.url != ''
              AND +a.network = json_extract(w.value, '$[1]') AND a.ours = 0
            ORDER BY 1, 3""",
        (dumps(telling),),
    )


async def _entered(connection: Connection, asked: Sequence[Asked]) -> list[Row]:
    telling = [
        [place, *map(storable, row.entered)]
        for place, row in enumerate(asked)
        if row.entered is not None
    ]
    return await connection.fetch(
        """SELECT json_extract(w.value, '$[0]') AS place, min(p.id) AS id
           FROM json_each(?) w CROSS JOIN person p ON p.name = json_extract(w.value, '$[1]')
            AND p.name != '' AND p.outlet = json_extract(w.value, '$[2]')
            AND p.removed = 0 AND p.merged_into IS NULL
           GROUP BY 1""",
        (dumps(telling),),
    )


async def held_of(connection: Connection, persons: Sequence[int]) -> dict[int, Held]:
    """Return what is stored of these persons."""
    these = (dumps(list(persons)),)
    among = "WHERE person_id IN (SELECT value FROM json_each(?))"
    held = {number: Held(row) for number, row in (await load_persons(connection, persons)).items()}
    for row in await connection.fetch(
        f"SELECT person_id, network, role FROM account {among}", these
    ):
        held[row["person_id"]].networks.add(row["network"])
        held[row["person_id"]].roles.add(row["role"])
    for row in await connection.fetch(f"SELECT person_id, tag FROM person_tag {among}", these):
        held[row["person_id"]].tags.append(list(row))
    for row in await connection.fetch(
        f"SELECT person_id, kind, network, value FROM contact {among}", these
    ):
        held[row["person_id"]].contacts.append(list(row))
        if row["kind"] == "handle":
            held[row["person_id"]].networks.add(row["network"])
    return held


async def add_persons(connection: Connection, count: int) -> range:
    """Keep as many new persons, of whom nothing is known yet, and return their numbers."""
    (row,) = await connection.fetch("SELECT coalesce(max(id), 0) + 1 AS next FROM person")
    numbers = range(row["next"], row["next"] + count)
    await connection.many("INSERT INTO person (id) VALUES (?)", [(one,) for one in numbers])
    return numbers


async def describe_persons(connection: Connection, values: Mapping[int, Mapping[str, str]]) -> None:
    """Write names, roles, outlets and beats of persons, those that are given."""
    alike: defaultdict[tuple[str, ...], list[tuple[str | int, ...]]] = defaultdict(list)
    for person, told in values.items():
        if told:
            texts = [storable(text) for text in told.values()]
            alike[tuple(told)].append((*texts, person))
    for names, rows in alike.items():
        await connection.many(
            f"""UPDATE person SET {", ".join(f"{name} = ?" for name in names)},
                    version = version + 1 WHERE id = ?""",
            rows,
        )
