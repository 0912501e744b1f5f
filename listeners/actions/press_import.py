"""Taking in a press list: one step, whatever its length, that one undo takes back.

A person is known again by a mail address or a handle, and a row that has neither by name and
outlet; who was heard under one of the handles is the person of that row. What the list says is
written over what was known; what it does not say stays. So the same list taken in twice changes
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from listeners.actions.outcome import Outcome
from listeners.actions.people_joining import join
from listeners.actions.person_step import PersonStep
from listeners.config import Config
from listeners.model import Micros, Sentence
from listeners.people.links import pages_of
from listeners.people.merging import refused
from listeners.people.press import Entry, PressList
from listeners.people.rows import Contact
from listeners.store import Store
from listeners.store.connection import Connection, Row
from listeners.store.graves import Grave, buried, contact_grave
from listeners.store.people import (
    accounts_called,
    add_person,
    apart_from,
    change_person,
    heads_of,
    load_persons,
    own_accounts,
    own_networks,
    own_persons,
    persons_entered,
    persons_with,
    put_rows,
    rows_of,
)
from listeners.team import may_write

NEW_ROLE: Final = "journalist"
"""The role of who has none, where the list does not name one: it is a press list."""


async def import_press(
    store: Store,
    config: Config,
    actor: str,
    wanted: PressList,
    now: Micros,
    *,
    role: str = NEW_ROLE,
) -> Outcome:
    """Take in the people of a list; ``role`` is for those without one, in the list and here.

    The refusals hold what the list's reader left out, and why.

    Raises:
        StoreError: nothing was stored.
    """
    why = may_write(config, actor)
    if why is not None:
        return Outcome(0, why, (why,))
    if not wanted.entries:
        nobody = wanted.refused[0] if wanted.refused else Sentence("There is nobody in the list.")
        return Outcome(0, nobody, wanted.refused or (nobody,))

    async def work(connection: Connection) -> Outcome:
        step = PersonStep(connection, actor, "take in", now)
        step.refused.extend(wanted.refused)
        graves = {grave for entry in wanted.entries for grave in graves_of(entry)}
        taking = _Taking(step, role, await buried(connection, graves))
        for entry in wanted.entries:
            await taking.take(entry)
        if not step.events:
            same = Sentence("Everything in this list is known already: nothing was changed.")
            return Outcome(0, same, (*step.refused, same))
        return await step.logged(taking.taken)

    return await store.write(work, urgent=True)


def graves_of(entry: Entry) -> set[Grave]:
    """Return by what a row would know somebody again who asked to be forgotten."""
    return {
        *(
            contact_grave(one.kind, one.network, one.value)
            for one in entry.contacts
            if one.kind in ("handle", "mail")
        ),
        contact_grave("name", entry.outlet, entry.name),
    }


@dataclass(slots=True)
class _Taking:
    """One list while it is taken in."""

    step: PersonStep
    role: str
    forgotten: set[Grave]
    taken: int = 0

    async def take(self, entry: Entry) -> None:
        """Write one row of the list."""
        if self.forgotten & graves_of(entry):
            self.step.refused.append(
                Sentence(
                    "Line {line} was left out: this person asked to be forgotten.",
                    {"line": entry.line},
                )
            )
            return
        before = len(self.step.events)
        found = await self._found(entry)
        if not found:
            await self._new(entry)
        else:
            await self._known(entry, found)
        self.taken += len(self.step.events) > before

    async def _found(self, entry: Entry) -> list[Row]:
        """Return whom a row may mean: by contact first, then by account."""
        connection = self.step.connection
        ids = await persons_with(connection, entry.contacts)
        ids += [row["person_id"] for row in await self._accounts(entry.contacts)]
        if not any(one.kind in ("handle", "mail") for one in entry.contacts):
            # By nothing but the row itself: it is the same list, taken in again.
            ids += (await persons_entered(connection, entry.name, entry.outlet))[:1]
        heads = await heads_of(connection, ids)
        order = list(dict.fromkeys(heads[one] for one in ids if one in heads))
        ours = await own_persons(connection, order)
        rows = await load_persons(connection, order)
        return [rows[one] for one in order if one in rows and one not in ours]

    async def _accounts(self, contacts: Sequence[Contact]) -> list[Row]:
        handles = [
            (one.network, one.value, pages_of(one.network, one.value))
            for one in contacts
            if one.kind == "handle"
        ]
        rows = await accounts_called(self.step.connection, handles) if handles else []
        return [row for row in rows if not row["ours"]]

    async def _new(self, entry: Entry) -> None:
        connection = self.step.connection
        person = await add_person(connection, entry.name)
        values = {
            "name": str(entry.name),
            "role": entry.role or self.role,
            "outlet": str(entry.outlet),
            "beat": str(entry.beat),
        }
        await change_person(connection, person, values)
        tags = [[person, str(tag)] for tag in entry.tags]
        contacts = [[person, one.kind, one.network, one.value] for one in entry.contacts]
        await put_rows(connection, "tag_rows", tags, [])
        await put_rows(connection, "contact_rows", contacts, [])
        self.step.changed(
            person,
            {"removed": 1, **dict.fromkeys(values, ""), "tag_rows": [], "contact_rows": []},
            {"removed": 0, **values, "tag_rows": tags, "contact_rows": contacts},
        )

    async def _known(self, entry: Entry, found: list[Row]) -> None:
        step = self.step
        number = found[0]["id"]
        strangers = await apart_from(step.connection, number)
        others = [one for one in found[1:] if one["id"] not in strangers]
        person = await join(step, found[0], others)
        accounts = await own_accounts(step.connection, number)
        listed = any(one["role"] for one in accounts)
        told = {
            "name": str(entry.name),
            "role": entry.role or str(person["role"]) or ("" if listed else self.role),
            "outlet": str(entry.outlet or person["outlet"]),
            "beat": str(entry.beat or person["beat"]),
        }
        new = {name: value for name, value in told.items() if person[name] != value}
        tags, contacts = await rows_of(step.connection, number)
        more_tags = [[number, str(tag)] for tag in entry.tags if [number, str(tag)] not in tags]
        more = await self._contacts(entry, number, contacts)
        if not new and not more_tags and not more:
            return
        await change_person(step.connection, number, new)
        await put_rows(step.connection, "tag_rows", more_tags, [])
        await put_rows(step.connection, "contact_rows", more, [])
        step.changed(
            number,
            {**{name: person[name] for name in new}, "tag_rows": [], "contact_rows": []},
            {**new, "tag_rows": more_tags, "contact_rows": more},
        )

    async def _contacts(
        self, entry: Entry, person: int, known: list[list[object]]
    ) -> list[list[object]]:
        """Return the contacts that are new, but for a handle that may not stand beside others."""
        networks = await own_networks(self.step.connection, person)
        new: list[list[object]] = []
        for one in entry.contacts:
            row: list[object] = [person, one.kind, one.network, one.value]
            if row in known:
                continue
            why = refused(networks, [one.network]) if one.kind == "handle" else None
            if why is not None:
                self.step.refused.append(why)
                continue
            new.append(row)
        return new
