"""What a person does to the team's rules: each change is a step in the log that undo takes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from listeners.actions.outcome import Outcome
from listeners.actions.words import done
from listeners.model import Micros, Sentence
from listeners.rules.codec import rule_of, to_record
from listeners.rules.rule import Rule
from listeners.store import Store, subjects
from listeners.store import rules as kept
from listeners.store.connection import Connection
from listeners.store.subjects import NewEvent

_Changes = Mapping[int, tuple[Mapping[str, object], Mapping[str, object]]]
"""Columns before and after, by the number of the rule."""

GONE = Sentence("This rule is no longer there.")


async def keep_rule(store: Store, actor: str, rule: Rule, now: Micros) -> tuple[Outcome, Rule]:
    """Keep a new rule as the last one, or what was changed of one that is there.

    Returns what came of it, and the rule with its number and place.

    Raises:
        RuleError: the rule cannot be kept.
        StoreError: nothing was stored.
    """
    rule = rule_of(to_record(rule))

    async def work(connection: Connection) -> tuple[Outcome, Rule]:
        if not rule.id:
            added = await kept.insert_rule(connection, rule, actor, now)
            after = kept.columns_of(added)
            changes: _Changes = {added.id: ({"removed": 1}, {"removed": 0, "name": after["name"]})}
            return await _log(connection, actor, "add", changes, now), added
        before = await _one(connection, rule.id)
        if before is None:
            return Outcome(0, GONE, (GONE,)), rule
        placed = replace(rule, position=before.position)
        return await _changed(connection, actor, "change", {before: placed}, now), placed

    return await store.write(work, urgent=True)


async def switch_rule(store: Store, actor: str, rule_id: int, on: bool, now: Micros) -> Outcome:
    """Let a rule work, or rest.

    Raises:
        StoreError: nothing was stored.
    """

    async def work(connection: Connection) -> Outcome:
        before = await _one(connection, rule_id)
        if before is None:
            return Outcome(0, GONE, (GONE,))
        after = replace(before, enabled=on)
        verb = "enable" if on else "disable"
        return await _changed(connection, actor, verb, {before: after}, now)

    return await store.write(work, urgent=True)


async def move_rule(store: Store, actor: str, rule_id: int, by: int, now: Micros) -> Outcome:
    """Move a rule up (negative) or down among the others, as far as there are places.

    Raises:
        StoreError: nothing was stored.
    """

    async def work(connection: Connection) -> Outcome:
        rules = await kept.load_rules(connection)
        place = next((at for at, one in enumerate(rules) if one.id == rule_id), None)
        if place is None:
            return Outcome(0, GONE, (GONE,))
        order = list(rules)
        order.insert(max(0, min(len(rules) - 1, place + by)), order.pop(place))
        moved = {
            one: replace(one, position=position)
            for position, one in enumerate(order, 1)
            if one.position != position
        }
        return await _changed(connection, actor, "move", moved, now)

    return await store.write(work, urgent=True)


async def remove_rule(store: Store, actor: str, rule_id: int, now: Micros) -> Outcome:
    """Take a rule away. What it did stays.

    Raises:
        StoreError: nothing was stored.
    """

    async def work(connection: Connection) -> Outcome:
        before = await _one(connection, rule_id)
        if before is None:
            return Outcome(0, GONE, (GONE,))
        await kept.update_rule(connection, rule_id, {"removed": 1}, actor, now)
        names = {"name": before.name}
        changes: _Changes = {rule_id: ({"removed": 0, **names}, {"removed": 1, **names})}
        return await _log(connection, actor, "remove", changes, now)

    return await store.write(work, urgent=True)


async def _one(connection: Connection, rule_id: int) -> Rule | None:
    rules = await kept.load_rules(connection)
    return next((one for one in rules if one.id == rule_id), None)


async def _changed(
    connection: Connection, actor: str, verb: str, rules: Mapping[Rule, Rule], now: Micros
) -> Outcome:
    changes: dict[int, tuple[Mapping[str, object], Mapping[str, object]]] = {}
    for before, after in rules.items():
        was, left = kept.columns_of(before), kept.columns_of(after)
        moved = [name for name in left if was[name] != left[name]]
        if moved:
            changes[before.id] = (
                {name: was[name] for name in moved},
                {name: left[name] for name in moved},
            )
            await kept.update_rule(connection, before.id, changes[before.id][1], actor, now)
    if not changes:
        nothing = Sentence("The rule is as you want it already.")
        return Outcome(0, nothing, (nothing,))
    return await _log(connection, actor, verb, changes, now)


async def _log(
    connection: Connection, actor: str, verb: str, changes: _Changes, now: Micros
) -> Outcome:
    step = await subjects.next_step(connection, actor)
    await subjects.add_events(
        connection,
        [
            NewEvent(
                at=now,
                actor=actor,
                verb=verb,
                subject_kind="rule",
                subject_id=rule_id,
                before=before,
                after=after,
                step=step,
            )
            for rule_id, (before, after) in changes.items()
        ],
    )
    return Outcome(len(changes), done("rule", verb, 1), step=step)
