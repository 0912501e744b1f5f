"""Taking in a press list: one step, whatever its length, that one undo takes back.

A person is known again by a mail address or a handle, and a row that has neither by name and
outlet; who was heard under one of the handles is the person of that row. What the list says is
written over what was known; what it does not say stays. So the same list taken in twice changes
nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
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
from listeners.store.many_persons import (
    Asked,
    Held,
    add_persons,
    describe_persons,
    held_of,
    persons_meant,
)
from listeners.store.people import apart_from, put_rows
from listeners.team import may_write

_Columns = Mapping[str, object] | Row
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

    # What needs no store is worked out before the write: nobody else writes meanwhile.
    graves = [graves_of(entry) for entry in wanted.entries]
    rows = [(entry, _asked(entry)) for entry in wanted.entries]

    async def work(connection: Connection) -> Outcome:
        step = PersonStep(connection, actor, "take in", now)
        step.refused.extend(wanted.refused)
        forgotten = await buried(connection, set().union(*graves))
        taken: list[tuple[Entry, Asked]] = []
        for row, own_graves in zip(rows, graves, strict=True):
            if forgotten & own_graves:
                step.refused.append(_asked_to_be_forgotten(row[0]))
            else:
                taken.append(row)
        taking = _Taking(step, role)
        await taking.take(taken)
        if not step.events:
            same = Sentence("Everything in this list is known already: nothing was changed.")
            return Outcome(0, same, (*step.refused, same))
        return await step.logged(taking.taken)

    return await store.write(work, urgent=True)


def _asked_to_be_forgotten(entry: Entry) -> Sentence:
    return Sentence(
        "Line {line} was left out: this person asked to be forgotten.", {"line": entry.line}
    )


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


@dataclass(frozen=True, slots=True)
class _News:
    """What a row says of a known person that was not known: columns, and rows to add."""

    number: int
    before: Mapping[str, str]
    values: Mapping[str, str]
    tags: list[list[object]]
    contacts: list[list[object]]

    def __bool__(self) -> bool:
        return bool(self.values or self.tags or self.contacts)


@dataclass(slots=True)
class _Taking:
    """One list while it is taken in.

    Rows that have nothing to do with each other are written together; only those that share
    somebody, or that join several persons, are taken one after the other.
    """

    step: PersonStep
    role: str
    taken: int = 0

    async def take(self, rows: Sequence[tuple[Entry, Asked]]) -> None:
        """Write the rows of the list."""
        found = await persons_meant(self.step.connection, [asked for _, asked in rows])
        keys = [_keys(row[0], meant) for row, meant in zip(rows, found, strict=True)]
        times = Counter(key for some in keys for key in some)
        new: list[Entry] = []
        known: dict[int, tuple[Entry, _Columns]] = {}
        in_turn: list[tuple[Entry, Asked]] = []
        for row, meant, own_keys in zip(rows, found, keys, strict=True):
            if len(meant) > 1 or any(times[key] > 1 for key in own_keys):
                in_turn.append(row)
            elif meant:
                known[meant[0]["id"]] = (row[0], meant[0])
            else:
                new.append(row[0])
        await self._new(new)
        await self._known(known)
        for row in in_turn:
            await self._in_turn(*row)

    async def _in_turn(self, entry: Entry, asked: Asked) -> None:
        """Write one row after those before it, which may have brought or joined whom it means."""
        before, taken = len(self.step.events), self.taken
        (found,) = await persons_meant(self.step.connection, [asked])
        if not found:
            await self._new([entry])
        else:
            number = found[0]["id"]
            strangers = await apart_from(self.step.connection, number)
            others = [one for one in found[1:] if one["id"] not in strangers]
            await self._known({number: (entry, await join(self.step, found[0], others))})
        self.taken = taken + (len(self.step.events) > before)

    async def _new(self, entries: Sequence[Entry]) -> None:
        connection = self.step.connection
        told: dict[int, dict[str, str]] = {}
        tags: list[list[object]] = []
        contacts: list[list[object]] = []
        for person, entry in zip(await add_persons(connection, len(entries)), entries, strict=True):
            told[person] = {
                "name": str(entry.name),
                "role": entry.role or self.role,
                "outlet": str(entry.outlet),
                "beat": str(entry.beat),
            }
            own_tags: list[list[object]] = [[person, str(tag)] for tag in entry.tags]
            own: list[list[object]] = [
                [person, one.kind, one.network, one.value] for one in entry.contacts
            ]
            self.step.changed(
                person,
                {"removed": 1, **dict.fromkeys(told[person], ""), "tag_rows": [],
                 "contact_rows": []},
                {"removed": 0, **told[person], "tag_rows": own_tags, "contact_rows": own},
            )  # fmt: skip
            tags += own_tags
            contacts += own
        await self._write(told, tags, contacts)
        self.taken += len(entries)

    async def _known(self, meant: Mapping[int, tuple[Entry, _Columns]]) -> None:
        held = await held_of(self.step.connection, list(meant))
        news = [
            one
            for number, (entry, columns) in meant.items()
            if (one := self._news(entry, held[number], columns))
        ]
        for one in news:
            self.step.changed(
                one.number,
                {**one.before, "tag_rows": [], "contact_rows": []},
                {**one.values, "tag_rows": one.tags, "contact_rows": one.contacts},
            )
        await self._write(
            {one.number: one.values for one in news},
            [row for one in news for row in one.tags],
            [row for one in news for row in one.contacts],
        )
        self.taken += len(news)

    def _news(self, entry: Entry, held: Held, person: _Columns) -> _News:
        number = held.row["id"]
        told = {
            "name": str(entry.name),
            "role": entry.role or str(person["role"]) or ("" if any(held.roles) else self.role),
            "outlet": str(entry.outlet or person["outlet"]),
            "beat": str(entry.beat or person["beat"]),
        }
        new = {name: value for name, value in told.items() if person[name] != value}
        tags: list[list[object]] = [
            [number, str(tag)] for tag in entry.tags if [number, str(tag)] not in held.tags
        ]
        before = {name: str(person[name]) for name in new}
        return _News(number, before, new, tags, self._contacts(entry, held))

    def _contacts(self, entry: Entry, held: Held) -> list[list[object]]:
        """Return the contacts that are new, but for a handle that may not stand beside others."""
        new: list[list[object]] = []
        for one in entry.contacts:
            row: list[object] = [held.row["id"], one.kind, one.network, one.value]
            if row in held.contacts:
                continue
            why = refused(held.networks, [one.network]) if one.kind == "handle" else None
            if why is not None:
                self.step.refused.append(why)
                continue
            new.append(row)
        return new

    async def _write(
        self,
        told: Mapping[int, Mapping[str, str]],
        tags: list[list[object]],
        contacts: list[list[object]],
    ) -> None:
        await describe_persons(self.step.connection, told)
        await put_rows(self.step.connection, "tag_rows", tags, [])
        await put_rows(self.step.connection, "contact_rows", contacts, [])


def _is_telling(one: Contact) -> bool:
    return one.kind in ("handle", "mail")


def _asked(entry: Entry) -> Asked:
    return Asked(
        entry.contacts,
        [
            (one.network, one.value, pages_of(one.network, one.value))
            for one in entry.contacts
            if one.kind == "handle"
        ],
        # By nothing but the row itself: it is the same list, taken in again.
        None if any(map(_is_telling, entry.contacts)) else (entry.name, entry.outlet),
    )


def _keys(entry: Entry, found: Sequence[Row]) -> set[tuple[str | int, ...]]:
    """Return by what two rows of a list would have to do with each other."""
    return {
        *((one.kind, one.network, one.value) for one in entry.contacts if _is_telling(one)),
        *((one["id"],) for one in found),
        *((entry.name, outlet) for outlet in {entry.outlet, *(one["outlet"] for one in found)}),
    }
