"""Giving a member several things at once, of whatever kind: one step, taken back together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from listeners.actions.charges import hand_out
from listeners.actions.duty import change_duty, no_member
from listeners.actions.outcome import Outcome
from listeners.actions.perform import perform
from listeners.actions.planning import assign_planned
from listeners.actions.ranking import ranking
from listeners.actions.words import done
from listeners.charges import Charge
from listeners.config import Config
from listeners.model import Micros, Sentence
from listeners.store import Store
from listeners.store.connection import Connection
from listeners.store.steps import join_steps


async def give(
    store: Store,
    config: Config,
    actor: str,
    to: str,
    now: Micros,
    *,
    conversations: Sequence[int] = (),
    planned: Sequence[int] = (),
    shifts: Sequence[int] = (),
    roles: Sequence[Charge] = (),
) -> Outcome:
    """Give a member conversations, planned entries, shifts and roles (by what they are about).

    What is refused does not hold up the others. After a crash in between, what was given is given,
    as steps of their own.

    Raises:
        StoreError: something could not be stored; what came before it is.
    """
    refused = no_member(config, to)
    if refused is not None:
        return Outcome(0, refused, (refused,))
    outcomes: list[Outcome] = []
    if conversations:
        outcomes.append(
            await perform(
                store,
                actor,
                "assign",
                "conversation",
                conversations,
                now,
                config=config,
                rank=ranking(config),
                to=to,
            )
        )
    if planned:
        outcomes.append(await assign_planned(store, config, actor, planned, to, now))
    for number in shifts:
        outcomes.append(await change_duty(store, config, actor, number, now, member=to))
    for role in roles:
        outcomes.append(await hand_out(store, config, actor, replace(role, member=to), now))
    return await together(store, actor, outcomes, to)


async def together(store: Store, actor: str, outcomes: Sequence[Outcome], to: str) -> Outcome:
    """Return what several outcomes come to; what they did becomes one step."""
    if len(outcomes) == 1:
        return outcomes[0]
    count = sum(one.done for one in outcomes)
    refused = tuple(why for one in outcomes for why in one.refused)
    if not count:
        why = refused[0] if refused else Sentence("Nothing is selected.")
        return Outcome(0, why, refused)
    steps = [one.step for one in outcomes if one.done and one.step]

    async def work(connection: Connection) -> int:
        return await join_steps(connection, actor, steps)

    step = steps[0] if len(steps) == 1 else await store.write(work, urgent=True)
    return Outcome(count, done("conversation", "assign", count, name=to), refused, step)
