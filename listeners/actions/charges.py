"""Roles as steps of a person: handing out, taking back, handing over all that somebody has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from listeners.actions.changes import Change
from listeners.actions.duty import no_member
from listeners.actions.outcome import Outcome
from listeners.actions.words import done
from listeners.charges import ALONE, KINDS, Charge
from listeners.config import Config
from listeners.model import Micros, Sentence
from listeners.networks.registry import NETWORKS
from listeners.rows import EventRow
from listeners.store import Store, subjects, undoing
from listeners.store.charges import (
    add_charge,
    charges_in,
    give_charge,
    give_planned,
    has_campaign,
    planned_of,
    remove_charge,
)
from listeners.store.connection import Connection
from listeners.store.duty import save_shift, shifts_of_member
from listeners.store.subjects import NewEvent
from listeners.team import may_write
from listeners.text import clean_line


async def hand_out(
    store: Store, config: Config, actor: str, charge: Charge, now: Micros
) -> Outcome:
    """Put a member in charge of something.

    Raises:
        StoreError: nothing was stored.
    """
    wanted = replace(charge, what=str(clean_line(charge.what, 100)), author=actor)
    refused = may_write(config, actor) or _refused(config, wanted)
    if refused is not None:
        return Outcome(0, refused, (refused,))

    async def work(connection: Connection) -> Outcome:
        if wanted.kind == "campaign" and not await has_campaign(connection, int(wanted.what)):
            return _nothing(
                Sentence("There is no campaign number {number}.", {"number": wanted.what})
            )
        for known in await charges_in(connection):
            if known.role == wanted.role and known.member == wanted.member:
                return _nothing(Sentence("It is so already."))
        kept = await add_charge(connection, wanted)
        step = await subjects.next_step(connection, actor)
        after = {"removed": 0, **_fields(kept)}
        await _log(
            connection, actor, "hand out", "charge", kept.id, {"removed": 1}, after, now, step
        )
        return Outcome(1, done("charge", "hand out", 1, name=kept.member), (), step)

    return await store.write(work, urgent=True)


async def take_back(
    store: Store, config: Config, actor: str, numbers: Sequence[int], now: Micros
) -> Outcome:
    """Take roles back, as one step; those nobody has are refused.

    Raises:
        StoreError: nothing was stored.
    """
    refused = may_write(config, actor)
    if refused is not None:
        return Outcome(0, refused, (refused,))

    async def work(connection: Connection) -> Outcome:
        known = {one.id: one for one in await charges_in(connection)}
        wanted = list(dict.fromkeys(numbers))
        missing = tuple(
            Sentence("There is no role number {number}.", {"number": number})
            for number in wanted
            if number not in known
        )
        found = [known[number] for number in wanted if number in known]
        if not found:
            return _nothing(*(missing or (Sentence("Nothing is selected."),)))
        step = await subjects.next_step(connection, actor)
        for one in found:
            await _taken(connection, actor, "take back", one, now, step)
        return Outcome(len(found), done("charge", "take back", len(found)), missing, step)

    return await store.write(work, urgent=True)


async def hand_over(
    store: Store, config: Config, actor: str, member: str, to: str, now: Micros
) -> Outcome:
    """Give another member all that one has to do: roles, coming shifts, planned entries.

    Conversations are not among it: who has those changes with every answer, and the queue hands
    them over.

    Raises:
        StoreError: nothing was stored.
    """
    refused = may_write(config, actor) or no_member(config, to)
    if refused is None and member == to:
        refused = Sentence("Name two members.")
    if refused is not None:
        return Outcome(0, refused, (refused,))

    async def work(connection: Connection) -> Outcome:
        step, count = await subjects.next_step(connection, actor), 0
        charges = await charges_in(connection)
        theirs = {one.role for one in charges if one.member == to}
        for one in charges:
            if one.member != member:
                continue
            if one.role in theirs:
                await _taken(connection, actor, "hand over", one, now, step)
            else:
                await give_charge(connection, one.id, to)
                await _given(connection, actor, "charge", one.id, "member", member, to, now, step)
            count += 1
        for shift in await shifts_of_member(connection, member, now):
            await save_shift(connection, replace(shift, member=to))
            await _given(connection, actor, "duty", shift.id, "member", member, to, now, step)
            count += 1
        for entry in await planned_of(connection, member):
            await give_planned(connection, entry, to)
            await _given(connection, actor, "planned", entry, "owner", member, to, now, step)
            count += 1
        if not count:
            return _nothing(Sentence("{name} has nothing to hand over.", {"name": member}))
        return Outcome(count, done("charge", "hand over", count, name=to), (), step)

    return await store.write(work, urgent=True)


async def turn_charge(connection: Connection, event: EventRow, change: Change) -> tuple[str, ...]:
    """Take back what was done to a role, unless whoever would get it has it by now.

    Returns the fields that have moved on since; then nothing was written.
    """
    known = await charges_in(connection)
    number, was = event.subject_id, change.before
    mine = next((_fields(one) for one in known if one.id == number), {})
    wanted = {**mine, **{name: was[name] for name in _NAMES if name in was}}
    others = [_fields(one) for one in known if one.id != number]
    if was.get("removed") != 1 and wanted in others:
        return ("member",)
    return await undoing.turn_row(connection, "charge", number, change.before, change.after)


def _refused(config: Config, charge: Charge) -> Sentence | None:
    if charge.brand and config.brand(charge.brand) is None:
        return Sentence("There is no brand {brand}.", {"brand": charge.brand})
    if charge.kind not in KINDS:
        return Sentence("A role is one of: {words}.", {"words": ", ".join(KINDS)})
    if charge.kind == "channel" and charge.what not in NETWORKS:
        return Sentence(
            "hubbub knows no network {network}; it knows {networks}",
            {"network": charge.what, "networks": ", ".join(NETWORKS)},
        )
    if charge.kind == "campaign" and not charge.what.isdecimal():
        return Sentence("There is no campaign number {number}.", {"number": charge.what})
    if not charge.what and charge.kind not in ALONE:
        return Sentence("Say what it is about.")
    return no_member(config, charge.member)


def _nothing(*why: Sentence) -> Outcome:
    return Outcome(0, why[0], why)


_NAMES = ("brand", "kind", "what", "member")


def _fields(charge: Charge) -> dict[str, object]:
    return {
        "brand": charge.brand,
        "kind": charge.kind,
        "what": charge.what,
        "member": charge.member,
    }


async def _taken(
    connection: Connection, actor: str, verb: str, charge: Charge, now: Micros, step: int
) -> None:
    await remove_charge(connection, charge.id)
    before = {"removed": 0, **_fields(charge)}
    await _log(connection, actor, verb, "charge", charge.id, before, {"removed": 1}, now, step)


async def _given(
    connection: Connection,
    actor: str,
    kind: Literal["charge", "duty", "planned"],
    number: int,
    column: str,
    member: str,
    to: str,
    now: Micros,
    step: int,
) -> None:
    before, after = {column: member}, {column: to}
    await _log(connection, actor, "hand over", kind, number, before, after, now, step)


async def _log(
    connection: Connection,
    actor: str,
    verb: str,
    kind: Literal["charge", "duty", "planned"],
    number: int,
    before: Mapping[str, object],
    after: Mapping[str, object],
    now: Micros,
    step: int,
) -> None:
    event = NewEvent(
        at=now,
        actor=actor,
        verb=verb,
        subject_kind=kind,
        subject_id=number,
        before=before,
        after=after,
        step=step,
    )
    await subjects.add_events(connection, [event])
