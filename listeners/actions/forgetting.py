"""Forgetting a person: who may, and what they are told. It cannot be undone, so it is no step."""

from __future__ import annotations

from dataclasses import dataclass

from listeners.config import Config
from listeners.model import Micros, Sentence
from listeners.people.masking import Masking
from listeners.store import Store, forgetting
from listeners.store.connection import Connection
from listeners.store.forgetting import Held
from listeners.store.people import own_persons
from listeners.team import Role, may_write, role_of


@dataclass(frozen=True, slots=True)
class Forgetting:
    """What came of it. ``masking`` finds the person outside of the store; ``None``: refused."""

    sentence: Sentence
    mentions: int = 0
    masked: int = 0
    masking: Masking | None = None


def names_kept(config: Config) -> frozenset[str]:
    """Return names that never mean a person who is forgotten: of the team, and of our brands."""
    return frozenset(
        name
        for name in (
            config.member,
            *config.members,
            *(
                name
                for brand in config.brands
                for name in (
                    brand.name,
                    *brand.names,
                    *brand.competitors,
                    *(handle for handles in brand.handles.values() for handle in handles),
                )
            ),
        )
        if name
    )


async def may_forget(store: Store, config: Config, actor: str, person: int) -> Sentence | None:
    """Return why a member may not forget a person, ``None`` if they may.

    Where the team names leads, only they may: it cannot be taken back.
    """
    if (why := may_write(config, actor)) is not None:
        return why
    if config.leads and role_of(config, actor) is not Role.LEAD:
        return Sentence(
            "Forgetting cannot be undone, so only those who lead the team may: {names}.",
            {"names": ", ".join(config.leads)},
        )

    async def ours(connection: Connection) -> bool:
        return bool(await own_persons(connection, [person]))

    if await store.read(ours):
        return Sentence("These are our own accounts, not a person we talk to.")
    return None


async def look_before(store: Store, config: Config, person: int) -> Held:
    """Return what forgetting a person would erase."""
    return await forgetting.held_of(store, person, names_kept(config))


async def forget(
    store: Store, config: Config, actor: str, person: int, name: str, now: Micros
) -> Forgetting:
    """Erase a person for good; ``name`` is what they were called, for the sentence.

    Raises:
        StoreError: the store cannot be written; asking again finishes what was begun.
    """
    why = await may_forget(store, config, actor, person)
    if why is not None:
        return Forgetting(why)
    done = await forgetting.forget_person(store, person, now, names_kept(config))
    counts: dict[str, str | int | float] = {
        "person": name,
        "mentions": done.mentions,
        "named": done.masked,
    }
    sentence = Sentence(
        "{person} is forgotten. Mentions erased for good: {mentions}; they will not come back. "
        "Posts of others in which the name was blanked: {named}. "
        "Backups and exports still hold them.",
        counts,
    )
    if not done.clean:
        sentence = Sentence(
            "{person} is forgotten. Mentions erased for good: {mentions}; they will not come back. "
            "Posts of others in which the name was blanked: {named}. "
            "Another hubbub has the store open: its log beside the store holds them until that one "
            "ends. Backups and exports still hold them.",
            counts,
        )
    return Forgetting(sentence, done.mentions, done.masked, done.masking)
