"""Forgetting one person: all their accounts, all they said, and their name in what others wrote.

The order makes it safe to be cut off anywhere. First the tombstones, so that nothing comes back;
then the person is noted as being forgotten, so that whoever opens the store next can finish; then
names and quotations are taken out of what stays, while it is still known what they were; then all
that is theirs goes; last the full-text index is merged and the log emptied, so that the file holds
no byte of it. Counts lose what the person said; nothing else of anybody is touched.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass

from listeners.model import Micros
from listeners.people.links import lowered, named
from listeners.people.masking import Masking, Traces
from listeners.store.codec import dumps
from listeners.store.connection import Connection, Row
from listeners.store.database import Store
from listeners.store.graves import Grave, contact_grave, stone, tombstones
from listeners.store.ingest import known_of_ids
from listeners.store.masks import count_named, mask_everything
from listeners.store.mention_rows import uncounted
from listeners.store.retention import CHUNK, PAUSE_SECONDS, delete_mentions, merge_all
from listeners.store.rollups import bump_rollups
from listeners.store.settings import put_setting, setting

_UNDER_WAY = "forgetting"
"""Whom somebody began to forget, as numbers; ``[]`` while only the index is still to be merged."""

_THESE = """
WITH RECURSIVE these(id) AS (
    SELECT value FROM json_each(?)
    UNION SELECT p.merged_into FROM these JOIN person p ON p.id = these.id
        WHERE p.merged_into IS NOT NULL
    UNION SELECT p.id FROM person p JOIN these ON p.merged_into = these.id)
SELECT p.id, p.name, p.outlet FROM person p WHERE p.id IN (SELECT id FROM these)
"""


@dataclass(frozen=True, slots=True)
class Held:
    """What would go: how many mentions by network, and how many posts of others name the person."""

    networks: tuple[tuple[str, int], ...]
    named: int

    @property
    def mentions(self) -> int:
        """Return how many mentions there are."""
        return sum(count for _network, count in self.networks)


@dataclass(frozen=True, slots=True)
class ForgottenPerson:
    """What was done: mentions erased, posts of others in which the name was blanked.

    ``clean`` says that the log beside the store is empty too; else another process still reads.
    ``masking`` finds the person in what lies outside of the store.
    """

    mentions: int
    masked: int
    clean: bool
    masking: Masking


@dataclass(frozen=True, slots=True)
class Whole:
    """All the rows a person is made of, and by what they are recognised."""

    persons: tuple[int, ...]
    accounts: tuple[Row, ...]
    traces: Traces
    graves: frozenset[Grave]

    @property
    def ids(self) -> tuple[int, ...]:
        """Return the numbers of the accounts."""
        return tuple(row["id"] for row in self.accounts)


async def held_of(store: Store, person: int, kept: Iterable[str]) -> Held:
    """Return what forgetting a person would erase; ``kept`` as for ``forget_person``."""
    found = await find_person(store, person, kept)
    rows = await store.fetch(
        """SELECT network, count(*) AS count FROM mention
           WHERE account_id IN (SELECT value FROM json_each(?))
           GROUP BY network ORDER BY network""",
        (dumps(found.ids),),
    )
    named_ = await count_named(store, Masking(found.traces), found.ids)
    return Held(tuple((row["network"], row["count"]) for row in rows), named_)


async def forget_person(
    store: Store,
    person: int,
    now: Micros,
    kept: Iterable[str] = (),
    *,
    pause: float = PAUSE_SECONDS,
) -> ForgottenPerson:
    """Erase a person for good, with everybody who was merged into them.

    ``kept`` are names that mean somebody else wherever they stand: of the team and the brands.
    Salted hashes stay behind, so that no listener, import or press list brings the person back.
    Backups and exports are not touched.

    Raises:
        StoreError: the store cannot be written; what was begun is finished by the next attempt.
    """
    found = await find_person(store, person, kept)
    masking = Masking(found.traces)

    async def begin(connection: Connection) -> str:
        await tombstones(connection, found.graves, now)
        under_way = await _under_way(connection)
        await put_setting(connection, _UNDER_WAY, dumps(sorted({*under_way, person})))
        _network, _kind, hashed = await stone(connection, ("", "account", f"person {person}"))
        return f"gone-{hashed[:12]}"

    instead = await store.write(begin, urgent=True)
    masked = await mask_everything(store, masking, found.ids, instead, pause=pause)
    mentions = 0
    while chunk := await store.write(lambda c: _delete_chunk(c, found)):
        mentions += chunk
        await asyncio.sleep(pause)
    await store.write(lambda c: _delete_person(c, found, masking))
    clean = await _leave_no_byte(store, pause)
    return ForgottenPerson(mentions, masked, clean, masking)


async def finish_forgetting(
    store: Store, now: Micros, kept: Iterable[str] = (), *, pause: float = PAUSE_SECONDS
) -> bool:
    """Finish what was cut off; ``True`` if there was something to finish."""
    noted = await setting(store, _UNDER_WAY)
    if not noted:
        return False
    for person in json.loads(noted):
        if await store.fetch("SELECT 1 FROM person WHERE id = ?", (person,)):
            await forget_person(store, person, now, kept, pause=pause)
    await _leave_no_byte(store, pause)
    return True


async def _under_way(connection: Connection) -> list[int]:
    rows = await connection.fetch("SELECT value FROM setting WHERE key = ?", (_UNDER_WAY,))
    return list(json.loads(rows[0]["value"])) if rows and rows[0]["value"] else []


# --- who it is -----------------------------------------------------------------------------------


async def find_person(store: Store, person: int, kept: Iterable[str]) -> Whole:
    """Return all rows a person is made of, with everybody merged into them."""
    persons = await store.fetch(_THESE, (dumps([person]),))
    these = dumps([row["id"] for row in persons])
    accounts = await store.fetch(
        """SELECT id, network, key, handle, name, url FROM account WHERE ours = 0
           AND person_id IN (SELECT value FROM json_each(?))""",
        (these,),
    )
    contacts = await store.fetch(
        """SELECT kind, network, value FROM contact
           WHERE person_id IN (SELECT value FROM json_each(?))""",
        (these,),
    )
    mine = dumps([row["id"] for row in accounts])
    links = await store.fetch(
        """SELECT url FROM profile_link WHERE handle != ''
           AND account_id IN (SELECT value FROM json_each(?))""",
        (mine,),
    )
    said = await store.fetch(
        """SELECT title, text, raw_text, url FROM mention
           WHERE account_id IN (SELECT value FROM json_each(?))
           UNION ALL SELECT '', e.text, '', '' FROM edit e JOIN mention m ON m.id = e.mention_id
           WHERE m.account_id IN (SELECT value FROM json_each(?))""",
        (mine, mine),
    )
    elsewhere = await store.fetch(
        "SELECT url FROM place WHERE account_id IN (SELECT value FROM json_each(?))", (mine,)
    )
    return Whole(
        tuple(row["id"] for row in persons),
        tuple(accounts),
        Traces(
            handles=_some(
                *(row["handle"] for row in accounts),
                *(row["value"] for row in contacts if row["kind"] == "handle"),
            ),
            names=_some(*(row["name"] for row in (*accounts, *persons))),
            keys=_some(*(row["key"] for row in accounts)),
            addresses=_some(
                *(row["url"] for row in (*accounts, *links)),
                *(row["value"] for row in contacts if row["kind"] != "handle"),
            ),
            posts=_some(*(row["url"] for row in (*said, *elsewhere))),
            words=_some(*(row[name] for row in said for name in ("title", "text", "raw_text"))),
            kept=frozenset(kept),
        ),
        frozenset(_graves(accounts, contacts, persons)),
    )


def _some(*texts: str | None) -> frozenset[str]:
    return frozenset(text for text in texts if text)


def _graves(
    accounts: Iterable[Row], contacts: Iterable[Row], persons: Iterable[Row]
) -> Iterable[Grave]:
    for row in accounts:
        yield row["network"], "account", row["key"]
        told = named(row["url"])
        for network, handle in ((row["network"], lowered(row["handle"])), tuple(told)):
            if network and handle:
                yield contact_grave("handle", network, handle)
    for row in contacts:
        if row["kind"] in ("handle", "mail"):
            yield contact_grave(row["kind"], row["network"], row["value"])
    for row in persons:
        if row["name"]:
            yield contact_grave("name", row["outlet"], row["name"])


# --- what goes -----------------------------------------------------------------------------------


async def _delete_chunk(connection: Connection, person: Whole) -> int:
    rows = await connection.fetch(
        f"""SELECT id FROM mention WHERE account_id IN (SELECT value FROM json_each(?))
            LIMIT {CHUNK}""",
        (dumps(person.ids),),
    )
    ids = [row["id"] for row in rows]
    known = await known_of_ids(connection, ids)
    await bump_rollups(connection, [uncounted(one) for one in known if one.deleted_at is None])
    these = dumps(ids)
    # What a post alone raised is told in its words.
    await connection.fetch(
        """UPDATE alert SET explanation = '[]' WHERE id IN (
               SELECT a.alert_id FROM alert_mention a
               WHERE a.mention_id IN (SELECT value FROM json_each(?)))
           AND NOT EXISTS (SELECT 1 FROM alert_mention o WHERE o.alert_id = alert.id
               AND o.mention_id NOT IN (SELECT value FROM json_each(?)))""",
        (these, these),
    )
    await connection.fetch(
        """UPDATE conversation SET title = '', url = '' WHERE id IN (
               SELECT conversation_id FROM mention WHERE id IN (SELECT value FROM json_each(?)))
           AND EXISTS (SELECT 1 FROM mention m WHERE m.conversation_id = conversation.id
               AND m.id IN (SELECT value FROM json_each(?))
               AND (m.title = conversation.title OR m.url = conversation.url))""",
        (these, these),
    )
    await connection.fetch(
        """UPDATE event SET before = '{}', after = '{}' WHERE subject_kind = 'mention'
           AND subject_id IN (SELECT value FROM json_each(?))""",
        (these,),
    )
    await delete_mentions(connection, ids)
    return len(ids)


async def _delete_person(connection: Connection, person: Whole, masking: Masking) -> None:
    accounts, persons = dumps(person.ids), dumps(person.persons)
    for sql in (
        "DELETE FROM place WHERE account_id IN ({0})",
        "UPDATE conversation SET opener_id = NULL, title = '', url = '' WHERE opener_id IN ({0})",
        "DELETE FROM account WHERE id IN ({0})",
        """DELETE FROM note_mention WHERE note_id IN (
               SELECT id FROM note WHERE subject_kind = 'person' AND subject_id IN ({1}))""",
        "DELETE FROM note WHERE subject_kind = 'person' AND subject_id IN ({1})",
        """UPDATE event SET before = '{{}}', after = '{{}}'
           WHERE subject_kind = 'person' AND subject_id IN ({1})""",
        # The highest number stays taken: the log may name it, and nobody else may get it.
        """INSERT INTO person (id, removed)
           SELECT top + 1, 1 FROM (SELECT max(id) AS top FROM person) WHERE top IN ({1})""",
        "UPDATE person SET merged_into = NULL WHERE merged_into IN ({1})",
        "DELETE FROM person WHERE id IN ({1})",
    ):
        which = persons if "{1}" in sql else accounts
        these = "SELECT value FROM json_each(?)"
        holes = sql.count("{0}") + sql.count("{1}")
        await connection.fetch(sql.format(these, these), (which,) * holes)
    await connection.many(
        "DELETE FROM mute WHERE kind = 'account' AND value = ?",
        [(f"{row['network']}:{row['key']}",) for row in person.accounts],
    )
    letters = await connection.fetch("SELECT id, reason, record FROM dead_letter")
    naming = [
        row["id"] for row in letters if masking.names(row["record"]) or masking.names(row["reason"])
    ]
    stones = await connection.fetch("SELECT network, key FROM tombstone WHERE kind = 'post'")
    await connection.fetch(
        "DELETE FROM dead_letter WHERE id IN (SELECT value FROM json_each(?))", (dumps(naming),)
    )
    await connection.many(
        "DELETE FROM tombstone WHERE kind = 'post' AND network = ? AND key = ?",
        [(row["network"], row["key"]) for row in stones if masking.in_public(row["key"])],
    )


async def _leave_no_byte(store: Store, pause: float) -> bool:
    """Merge the full-text index until it holds nothing deleted, and empty the log."""
    await merge_all(store, pause)
    await store.write(lambda c: put_setting(c, _UNDER_WAY, ""))
    return await store.empty_log()
