"""Making one person of several, taking an account out again, and saying that two are not one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from listeners.actions.outcome import Outcome
from listeners.actions.person_step import PersonStep
from listeners.config import Config
from listeners.model import Micros, Sentence
from listeners.people.links import lowered, named
from listeners.people.merging import refused
from listeners.store import Store
from listeners.store.connection import Connection, Row
from listeners.store.people import (
    add_person,
    apart_from,
    change_person,
    move_accounts,
    own_accounts,
    own_networks,
    owners_of,
    put_rows,
    rows_of,
)
from listeners.team import may_write

_FILLED = ("name", "role", "outlet", "beat")


async def merge_persons(
    store: Store, config: Config, actor: str, ids: Sequence[int], now: Micros
) -> Outcome:
    """Make the first of these persons of all of them: accounts, tags and contacts become theirs.

    What the first one lacks (a name, a role) is taken from the others; notes stay readable.
    Never across a network that forbids it.

    Raises:
        StoreError: nothing was stored.
    """
    why = may_write(config, actor)
    if why is not None:
        return Outcome(0, why, (why,))

    async def work(connection: Connection) -> Outcome:
        step = PersonStep(connection, actor, "merge", now)
        persons = list((await step.persons(ids)).values())
        if len(persons) < 2:
            if not step.refused:
                step.refused.append(Sentence("Mark two persons or more to make one of them."))
            return await step.logged()
        kept, others = persons[0], persons[1:]
        await join(step, kept, others)
        count = sum("merged_into" in event.after for event in step.events)
        return await step.logged(count, number=kept["id"])

    return await store.write(work, urgent=True)


async def join(step: PersonStep, kept: Row, others: Sequence[Row]) -> Mapping[str, object]:
    """Merge ``others`` into ``kept`` inside a step; who may not be merged is refused.

    Returns the columns of ``kept`` as they are now.
    """
    connection = step.connection
    now = {name: kept[name] for name in _FILLED}
    networks = await own_networks(connection, kept["id"])
    for other in others:
        theirs = await own_networks(connection, other["id"])
        why = refused(networks, theirs)
        if why is not None:
            step.refused.append(why)
            continue
        networks |= theirs
        now = {name: now[name] or other[name] for name in _FILLED}
        await _move(step, kept["id"], other["id"])
    filled = {name: value for name, value in now.items() if value != kept[name]}
    if filled:
        await change_person(connection, kept["id"], filled)
        step.changed(kept["id"], {name: kept[name] for name in filled}, filled)
    return now


async def _move(step: PersonStep, kept: int, other: int) -> None:
    connection = step.connection
    accounts = [one["id"] for one in await own_accounts(connection, other)]
    before: dict[str, object] = {"merged_into": None, "owners": dict.fromkeys(accounts, other)}
    after: dict[str, object] = {"merged_into": kept, "owners": dict.fromkeys(accounts, kept)}
    for kind, had, theirs in zip(
        ("tag_rows", "contact_rows"),
        await rows_of(connection, kept),
        await rows_of(connection, other),
        strict=True,
    ):
        moved = [[kept, *row[1:]] for row in theirs]
        new = [row for row in moved if row not in had]
        await put_rows(connection, kind, new, theirs)
        before[kind], after[kind] = theirs, new
    # Whoever was not the one is not the other either; that these two were not is overruled.
    strangers = await apart_from(connection, other)
    known = await apart_from(connection, kept)
    new = [_pair(kept, one) for one in strangers if one != kept and one not in known]
    gone = [_pair(kept, other)] if other in known else []
    await put_rows(connection, "apart_rows", new, gone)
    before["apart_rows"], after["apart_rows"] = gone, new
    await move_accounts(connection, dict.fromkeys(accounts, kept))
    await change_person(connection, other, {"merged_into": kept})
    step.changed(other, before, after)


def _pair(one: int, other: int) -> list[object]:
    return [min(one, other), max(one, other)]


async def split_account(
    store: Store, config: Config, actor: str, account: int, now: Micros
) -> Outcome:
    """Take an account out of its person: it is somebody of their own, and not suggested again.

    Raises:
        StoreError: nothing was stored.
    """
    why = may_write(config, actor)
    if why is not None:
        return Outcome(0, why, (why,))

    async def work(connection: Connection) -> Outcome:
        step = PersonStep(connection, actor, "split", now)
        old = (await owners_of(connection, [account])).get(account, 0)
        accounts = {one["id"]: one for one in await own_accounts(connection, old)}
        if len(accounts) < 2:
            alone = Sentence("This person has one account alone: there is nothing to take out.")
            step.refused.append(alone)
            return await step.logged()
        person = await add_person(connection)
        _tags, contacts = await rows_of(connection, old)
        leaving = [row for row in contacts if _names(accounts[account], row)]
        coming = [[person, *row[1:]] for row in leaving]
        await put_rows(connection, "contact_rows", coming, leaving)
        apart = [_pair(old, person)]
        await put_rows(connection, "apart_rows", apart, [])
        await move_accounts(connection, {account: person})
        step.changed(
            person,
            {"removed": 1, "owners": {account: old}, "contact_rows": leaving, "apart_rows": []},
            {
                "removed": 0,
                "owners": {account: person},
                "contact_rows": coming,
                "apart_rows": apart,
                "taken_from": old,
            },
        )
        return await step.logged(number=person)

    return await store.write(work, urgent=True)


def _names(account: Row, contact: list[object]) -> bool:
    """Whether a contact is the handle of this account."""
    _person, kind, network, value = contact
    names = {lowered(account["handle"]), named(account["url"]).handle}
    return kind == "handle" and network == account["network"] and value in names


async def not_the_same(
    store: Store, config: Config, actor: str, one: int, other: int, now: Micros
) -> Outcome:
    """Say that two persons are not one, so that they are not suggested again.

    Raises:
        StoreError: nothing was stored.
    """
    why = may_write(config, actor)
    if why is not None:
        return Outcome(0, why, (why,))

    async def work(connection: Connection) -> Outcome:
        step = PersonStep(connection, actor, "apart", now)
        persons = list(await step.persons([one, other]))
        if len(persons) == 2 and persons[1] not in await apart_from(connection, persons[0]):
            pair = _pair(*persons)
            await put_rows(connection, "apart_rows", [pair], [])
            step.changed(persons[0], {"apart_rows": []}, {"apart_rows": [pair]})
        return await step.logged()

    return await store.write(work, urgent=True)
