"""What a person does to the plan: each key press is one step in the log that undo takes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo

from listeners.actions.outcome import Outcome
from listeners.actions.words import done
from listeners.config import Config
from listeners.model import Micros, Sentence
from listeners.planning.cadence import MOST_A_WEEK
from listeners.planning.days import moved
from listeners.planning.entry import (
    CHANNEL,
    Planned,
    State,
    in_state,
    may_approve,
    tidied,
    wants_approval_again,
    why_not,
)
from listeners.store import Store, subjects
from listeners.store import planned as kept
from listeners.store.cadence import load_target, save_target
from listeners.store.connection import Connection
from listeners.store.subjects import NewEvent, SubjectKind
from listeners.team import may_write
from listeners.text import clean_line

Columns = Mapping[str, object]
Changes = Mapping[int, tuple[Columns, Columns]]
"""Columns before and after, by the number of the entry."""

GONE = Sentence("This is no longer in the plan.")
SAME = Sentence("It is so already.")
STATE_VERBS: Mapping[State, str] = {
    "idea": "to idea",
    "draft": "to draft",
    "approved": "approve",
    "scheduled": "schedule",
    "done": "done",
}


async def add_planned(
    store: Store, config: Config, actor: str, one: Planned, now: Micros
) -> tuple[Outcome, int]:
    """Put a new entry into the plan; return what came of it and its number, 0 if it was refused.

    Raises:
        StoreError: nothing was stored.
    """
    one = tidied(replace(one, id=0, uid=""))
    if one.done:
        one = replace(one, done_at=one.done_at or now)
    refused = (
        may_write(config, actor)
        or why_not(one, brand_names(config))
        or may_approve(config, actor, "idea", one.state)
    )
    if refused is not None:
        return _nothing(refused), 0

    async def work(connection: Connection) -> tuple[Outcome, int]:
        number = await kept.insert_planned(connection, one, actor, now)
        step = await subjects.next_step(connection, actor)
        after = {"removed": 0, "title": one.title, "at": one.at, "channel": one.channel}
        await log(connection, actor, "add", {number: ({"removed": 1}, after)}, now, step)
        return Outcome(1, done("planned", "add", 1), (), step), number

    return await store.write(work, urgent=True)


async def change_planned(
    store: Store, config: Config, actor: str, seen: Planned, wanted: Planned, now: Micros
) -> Outcome:
    """Keep what a person changed of an entry they saw as ``seen``.

    What somebody else changed meanwhile stays; where both changed the same, nothing is kept.

    Raises:
        StoreError: nothing was stored.
    """
    wanted = tidied(wanted)
    refused = (
        may_write(config, actor)
        or why_not(wanted, brand_names(config))
        or may_approve(config, actor, seen.state, wanted.state)
    )
    if refused is not None:
        return _nothing(refused)
    again = wants_approval_again(config, actor, seen, wanted)
    if again:
        wanted = replace(wanted, state="draft")
    was, left = kept.columns_of(seen), kept.columns_of(wanted)
    meant = {name: left[name] for name in left if left[name] != was[name]}

    async def work(connection: Connection) -> Outcome:
        current = (await kept.load_planned(connection, [seen.id])).get(seen.id)
        if current is None:
            return _nothing(GONE)
        there = kept.columns_of(current)
        if any(there[name] not in (was[name], meant[name]) for name in meant):
            return _nothing(Sentence("Left as it is: somebody has changed the same meanwhile."))
        if "state" in meant:
            meant.update(_of_state(current, wanted.state, now))
        outcome = await _write(connection, actor, "change", {current: meant}, now)
        if again and outcome.done:
            said = Sentence("Changed, and a draft again: a lead approves the new words.")
            return replace(outcome, sentence=said)
        return outcome

    return await store.write(work, urgent=True)


async def move_planned(
    store: Store,
    config: Config,
    actor: str,
    numbers: Sequence[int],
    now: Micros,
    *,
    days: int = 0,
    minutes: int = 0,
    zone: tzinfo | None = None,
) -> Outcome:
    """Move entries by days (the time of day stays) or by minutes, as one step.

    Raises:
        StoreError: nothing was stored.
    """

    def change(one: Planned) -> Planned:
        return moved(one, zone, days=days, minutes=minutes)

    return await _each(store, config, actor, numbers, "move", change, now)


async def set_state(
    store: Store, config: Config, actor: str, numbers: Sequence[int], state: State, now: Micros
) -> Outcome:
    """Bring entries into a state, as one step; what may not be approved is refused.

    Raises:
        StoreError: nothing was stored.
    """
    verb = STATE_VERBS[state]
    return await _each(
        store, config, actor, numbers, verb, lambda one: in_state(one, state, now), now
    )


async def assign_planned(
    store: Store, config: Config, actor: str, numbers: Sequence[int], to: str, now: Micros
) -> Outcome:
    """Give entries to a member, to oneself, or back to nobody, as one step.

    Raises:
        StoreError: nothing was stored.
    """
    owner = tidied(Planned(owner=to)).owner
    verb = "release" if not owner else "take" if owner == actor else "assign"
    return await _each(
        store, config, actor, numbers, verb, lambda one: replace(one, owner=owner), now, name=owner
    )


async def remove_planned(
    store: Store, config: Config, actor: str, numbers: Sequence[int], now: Micros
) -> Outcome:
    """Take entries out of the plan, as one step.

    Raises:
        StoreError: nothing was stored.
    """
    refused = may_write(config, actor)
    if refused is not None:
        return _nothing(refused)

    async def work(connection: Connection) -> Outcome:
        entries = await kept.load_planned(connection, numbers)
        if not entries:
            return _nothing(GONE)
        for number in entries:
            await kept.update_planned(connection, number, {"removed": 1}, now)
        changes = {
            number: ({"removed": 0, "title": one.title}, {"removed": 1, "title": one.title})
            for number, one in entries.items()
        }
        step = await subjects.next_step(connection, actor)
        await log(connection, actor, "remove", changes, now, step)
        return Outcome(len(entries), done("planned", "remove", len(entries)), (), step)

    return await store.write(work, urgent=True)


async def set_cadence(
    store: Store, config: Config, actor: str, brand: str, channel: str, a_week: float, now: Micros
) -> Outcome:
    """Say how many posts a week a channel is meant to carry; 0 takes the target away.

    Raises:
        StoreError: nothing was stored.
    """
    channel = str(clean_line(channel, CHANNEL)).strip().casefold()
    refused = may_write(config, actor)
    if refused is None and brand not in brand_names(config):
        refused = Sentence("There is no brand {brand}.", {"brand": brand})
    if refused is None and not channel:
        refused = Sentence("Say which channel.")
    if refused is None and not 0 <= a_week <= MOST_A_WEEK:
        refused = Sentence("A channel carries 0 to {most} posts a week.", {"most": 1000})
    if refused is not None:
        return _nothing(refused)

    async def work(connection: Connection) -> Outcome:
        number, before, removed = await load_target(connection, brand, channel)
        gone = not a_week
        if (removed and gone) or (not removed and before == a_week):
            return _nothing(SAME)
        wanted = before if gone else a_week
        await save_target(connection, number, wanted, gone)
        verb = "remove" if gone else "set"
        step = await subjects.next_step(connection, actor)
        was = {"a_week": before, "removed": int(removed), "channel": channel}
        left = {"a_week": wanted, "removed": int(gone), "channel": channel}
        await log(connection, actor, verb, {number: (was, left)}, now, step, kind="cadence")
        return Outcome(1, done("cadence", verb, 1), (), step)

    return await store.write(work, urgent=True)


def brand_names(config: Config) -> tuple[str, ...]:
    """Return the brands that are planned for: ours."""
    return tuple(brand.name for brand in config.brands if not brand.competitor)


async def _each(
    store: Store,
    config: Config,
    actor: str,
    numbers: Sequence[int],
    verb: str,
    change: Callable[[Planned], Planned],
    now: Micros,
    **named: str,
) -> Outcome:
    """Change entries alike; those that cannot be are refused and leave the others alone."""
    refused = may_write(config, actor)
    if refused is not None:
        return _nothing(refused)

    async def work(connection: Connection) -> Outcome:
        entries = await kept.load_planned(connection, numbers)
        wanted: dict[Planned, Columns] = {}
        said: list[Sentence] = []
        for one in entries.values():
            after = change(one)
            why = may_approve(config, actor, one.state, after.state)
            why = why or (why_not(after, [one.brand]) if after != one else None)
            if why is not None:
                said.append(why)
                continue
            wanted[one] = kept.columns_of(after)
        if not wanted:
            return _nothing(*(said or (GONE,)))
        outcome = await _write(connection, actor, verb, wanted, now, **named)
        return replace(outcome, refused=(*outcome.refused, *said))

    return await store.write(work, urgent=True)


async def _write(
    connection: Connection,
    actor: str,
    verb: str,
    wanted: Mapping[Planned, Columns],
    now: Micros,
    **named: str,
) -> Outcome:
    changes: dict[int, tuple[Columns, Columns]] = {}
    for one, columns in wanted.items():
        was = kept.columns_of(one)
        names = [name for name in columns if columns[name] != was[name]]
        if names:
            left = {name: columns[name] for name in names}
            await kept.update_planned(connection, one.id, left, now)
            changes[one.id] = ({name: was[name] for name in names}, left)
    if not changes:
        return _nothing(SAME)
    step = await subjects.next_step(connection, actor)
    await log(connection, actor, verb, changes, now, step)
    return Outcome(len(changes), done("planned", verb, len(changes), **named), (), step)


async def log(
    connection: Connection,
    actor: str,
    verb: str,
    changes: Changes,
    now: Micros,
    step: int,
    *,
    kind: SubjectKind = "planned",
) -> None:
    """Write what was changed into the log, inside the same write."""
    await subjects.add_events(
        connection,
        [
            NewEvent(
                at=now,
                actor=actor,
                verb=verb,
                subject_kind=kind,
                subject_id=number,
                before=before,
                after=after,
                step=step,
            )
            for number, (before, after) in changes.items()
        ],
    )


def _of_state(one: Planned, state: State, now: Micros) -> Columns:
    """Return what goes with a change of state: when it was done, and by which post."""
    columns = kept.columns_of(in_state(one, state, now))
    return {name: columns[name] for name in ("state", "done_at", "mention_id")}


def _nothing(*why: Sentence) -> Outcome:
    return Outcome(0, why[0], why)
