"""Stages that follow at once what is done to people: joined, taken apart, given a role or a tag."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from listeners.model import Micros
from listeners.store.connection import Connection
from listeners.store.staging import restage
from listeners.store.subjects import NewEvent

_TELLING = frozenset({"role", "tag_rows", "owners", "merged_into", "removed"})
"""Fields of a step on a person that a stage may hang on."""


def persons_named(fields: Mapping[str, object]) -> set[int]:
    """Return the persons that an event about one names besides: in whom they went, whose it was."""
    owners = fields.get("owners")
    numbers = [*owners.values()] if isinstance(owners, Mapping) else []
    return {one for one in (*numbers, fields.get("merged_into")) if isinstance(one, int)}


async def follow(connection: Connection, events: Iterable[NewEvent], now: Micros) -> None:
    """Find anew the stages of whom these lines of the log concern, in the write that adds them.

    Called once the lines are written, and marked where they were taken back: when somebody became
    a customer is read from them.
    """
    persons: set[int] = set()
    for event in events:
        if event.subject_kind == "person" and _TELLING & {*event.before, *event.after}:
            persons.add(event.subject_id)
            persons |= persons_named(event.before) | persons_named(event.after)
    if persons:
        await restage(connection, persons, now)
