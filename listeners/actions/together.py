"""Several verbs done one after the other as one step of a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from listeners.actions.outcome import Outcome
from listeners.actions.perform import perform
from listeners.actions.verbs import Kind
from listeners.config import Config
from listeners.conversations.conversation import Conversation
from listeners.model import Micros
from listeners.store import Store
from listeners.store.connection import Connection
from listeners.store.steps import join_steps


class Doing(NamedTuple):
    """One verb of several, and what it is asked with (the arguments of ``perform``)."""

    verb: str
    arguments: Mapping[str, Any]


async def perform_all(
    store: Store,
    actor: str,
    verbs: Sequence[Doing],
    kind: Kind,
    ids: Sequence[int],
    now: Micros,
    *,
    config: Config | None = None,
    seen: Mapping[int, int] | None = None,
    rank: Callable[[Conversation], Conversation] | None = None,
) -> list[Outcome]:
    """Do verbs in turn to all of ``ids``; one undo takes back all of them.

    A verb that is refused does not hold up the next one. Returns an outcome for each verb; those
    that did something carry the one step they share. After a crash in between, what was done is
    done, as steps of their own.

    Raises:
        UnknownVerbError: one of them cannot be done to this kind of subject.
        StoreError: a verb could not be stored; those before it are.
    """
    outcomes = [
        await perform(
            store,
            actor,
            one.verb,
            kind,
            ids,
            now,
            config=config,
            seen=seen,
            rank=rank,
            **one.arguments,
        )
        for one in verbs
    ]
    steps = [one.step for one in outcomes if one.done and one.step]
    if len(steps) < 2:
        return outcomes

    async def work(connection: Connection) -> int:
        return await join_steps(connection, actor, steps)

    shared = await store.write(work, urgent=True)
    return [
        Outcome(one.done, one.sentence, one.refused, shared) if one.done else one
        for one in outcomes
    ]
