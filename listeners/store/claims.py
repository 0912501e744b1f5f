"""Accounts heard for the first time whose handle a press list knows: theirs at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from listeners.model import Micros, Sentence
from listeners.people.links import Named, lowered, named
from listeners.people.merging import refused
from listeners.store.codec import dumps, storable
from listeners.store.connection import Connection
from listeners.store.people import apart_from, change_person, move_accounts, own_networks
from listeners.store.subjects import NewEvent, add_events, next_step

PROGRAM = "hubbub"
CLAIMED = Sentence("An account of theirs was heard that the list of people knew by its handle.")

NewAccount = tuple[int, str, str, str]
"""An account's number, network, handle and address."""


async def claim(connection: Connection, accounts: Iterable[NewAccount], now: Micros) -> None:
    """Give accounts to whoever is known by their handles; logged as done by hubbub.

    Called inside the write in which they were first heard.
    """
    asked = [[id_, network, storable(name)] for id_, network, handle, url in accounts
             for name in _names(network, handle, url)]  # fmt: skip
    rows = await connection.fetch(
        """SELECT DISTINCT json_extract(w.value, '$[0]') AS account,
                  json_extract(w.value, '$[1]') AS network, c.person_id AS person,
                  a.person_id AS was
           FROM json_each(?) w JOIN contact c ON c.kind = 'handle'
               AND c.network = json_extract(w.value, '$[1]')
               AND c.value = json_extract(w.value, '$[2]')
           JOIN person p ON p.id = c.person_id AND p.removed = 0 AND p.merged_into IS NULL
           JOIN account a ON a.id = json_extract(w.value, '$[0]') AND a.ours = 0
           WHERE a.person_id != c.person_id ORDER BY c.person_id""",
        (dumps(asked),),
    )
    given: set[int] = set()
    for row in rows:
        if row["account"] in given:
            continue
        person, was, account = row["person"], row["was"], row["account"]
        networks = await own_networks(connection, person)
        alone = await connection.fetch(
            "SELECT 1 FROM account WHERE person_id = ? AND id != ?", (was, account)
        )
        if refused(networks, [row["network"]]) or was in await apart_from(connection, person):
            continue
        given.add(account)
        await move_accounts(connection, {account: person})
        emptied: dict[str, object] = {}
        if not alone:
            emptied = {"merged_into": person}
            await change_person(connection, was, {"merged_into": person})
        step = await next_step(connection, PROGRAM)
        await add_events(connection, [_event(was, person, account, emptied, now, step)])


def _event(
    was: int, person: int, account: int, emptied: dict[str, object], now: Micros, step: int
) -> NewEvent:
    return NewEvent(
        at=now,
        actor=PROGRAM,
        verb=CLAIMED.template,
        subject_kind="person",
        subject_id=was,
        before={"owners": {account: was}, **dict.fromkeys(emptied)},
        after={"owners": {account: person}, **emptied},
        step=step,
    )


def _names(network: str, handle: str, url: str) -> Sequence[str]:
    """Return by what a list may know an account: its handle, and the one its page tells."""
    told = named(url) if network == "mastodon" else Named("", "")
    names = [lowered(handle), told.handle if told.network == network else ""]
    return [name for name in dict.fromkeys(names) if name]
