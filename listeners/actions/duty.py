"""The on-duty rota as steps of a person: putting on it, changing, swapping, taking off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from listeners.actions.outcome import Outcome
from listeners.actions.words import done
from listeners.config import Config
from listeners.duty import MOST_WEEKS, Shift, why_not
from listeners.model import Micros, Sentence
from listeners.store import Store, subjects
from listeners.store.connection import Connection
from listeners.store.duty import NOTE, add_shift, load_shift, remove_shift, save_shift
from listeners.store.subjects import NewEvent
from listeners.team import may_write
from listeners.text import clean_line

_COLUMNS = ("brand", "member", "from_at", "to_at", "note")


async def add_duty(
    store: Store, config: Config, actor: str, wanted: Sequence[Shift], now: Micros
) -> Outcome:
    """Put shifts on the rota, all of them or none, as one step.

    Raises:
        StoreError: nothing was stored.
    """
    refused = may_write(config, actor) or _no_shifts(config, wanted, now)
    if refused is not None:
        return Outcome(0, refused, (refused,))

    async def work(connection: Connection) -> Outcome:
        step = await subjects.next_step(connection, actor)
        for shift in wanted:
            kept = await add_shift(connection, replace(shift, author=actor))
            after = {"removed": 0, **_fields(kept)}
            await _log(connection, actor, "add", kept, {"removed": 1}, after, now, step)
        names = ", ".join(dict.fromkeys(shift.member for shift in wanted))
        return Outcome(len(wanted), done("duty", "add", len(wanted), name=names), (), step)

    return await store.write(work, urgent=True)


async def change_duty(
    store: Store,
    config: Config,
    actor: str,
    number: int,
    now: Micros,
    *,
    brand: str | None = None,
    member: str | None = None,
    from_at: Micros | None = None,
    to_at: Micros | None = None,
    note: str | None = None,
    seen: Shift | None = None,
) -> Outcome:
    """Change what is given of a shift that is not over.

    ``seen`` is the shift as the person saw it: where somebody else changed the same meanwhile,
    nothing is kept.

    Raises:
        StoreError: nothing was stored.
    """
    refused = may_write(config, actor)
    if refused is not None:
        return Outcome(0, refused, (refused,))

    async def work(connection: Connection) -> Outcome:
        before = await load_shift(connection, number)
        if before is None:
            return _nothing(_no_shift(number))
        after = replace(
            before,
            brand=before.brand if brand is None else brand,
            member=before.member if member is None else member,
            from_at=before.from_at if from_at is None else from_at,
            to_at=before.to_at if to_at is None else to_at,
            note=before.note if note is None else str(clean_line(note, NOTE)),
        )
        refused = _no_shifts(config, [after], now)
        if refused is not None:
            return _nothing(refused)
        if seen is not None and _overtaken(seen, before, after):
            return _nothing(Sentence("Left as it is: somebody has changed the same meanwhile."))
        if after == before:
            return _nothing(Sentence("It is so already."))
        await save_shift(connection, after)
        step = await subjects.next_step(connection, actor)
        await _changed(connection, actor, "change", before, after, now, step)
        return Outcome(1, done("duty", "change", 1), (), step)

    return await store.write(work, urgent=True)


async def swap_duty(
    store: Store, config: Config, actor: str, first: int, second: int, now: Micros
) -> Outcome:
    """Let the members of two shifts that are not over take each other's.

    Raises:
        StoreError: nothing was stored.
    """
    refused = may_write(config, actor)
    if refused is not None:
        return Outcome(0, refused, (refused,))

    async def work(connection: Connection) -> Outcome:
        one, other = await load_shift(connection, first), await load_shift(connection, second)
        if one is None or other is None:
            return _nothing(_no_shift(first if one is None else second))
        if one.member == other.member:
            return _nothing(Sentence("Both shifts are {name}’s.", {"name": one.member}))
        refused = why_not(one, now) or why_not(other, now)
        if refused is not None:
            return _nothing(refused)
        step = await subjects.next_step(connection, actor)
        for before, member in ((one, other.member), (other, one.member)):
            after = replace(before, member=member)
            await save_shift(connection, after)
            await _changed(connection, actor, "swap", before, after, now, step)
        return Outcome(2, done("duty", "swap", 2), (), step)

    return await store.write(work, urgent=True)


async def remove_duty(
    store: Store, config: Config, actor: str, numbers: Sequence[int], now: Micros
) -> Outcome:
    """Take shifts off the rota, as one step; those that are not on it are refused.

    Raises:
        StoreError: nothing was stored.
    """
    refused = may_write(config, actor)
    if refused is not None:
        return Outcome(0, refused, (refused,))

    async def work(connection: Connection) -> Outcome:
        missing: list[Sentence] = []
        step, count = await subjects.next_step(connection, actor), 0
        for number in dict.fromkeys(numbers):
            shift = await load_shift(connection, number)
            if shift is None:
                missing.append(_no_shift(number))
                continue
            await remove_shift(connection, number)
            before = {"removed": 0, **_fields(shift)}
            await _log(connection, actor, "remove", shift, before, {"removed": 1}, now, step)
            count += 1
        if not count:
            return _nothing(*(missing or [Sentence("Nothing is selected.")]))
        return Outcome(count, done("duty", "remove", count), tuple(missing), step)

    return await store.write(work, urgent=True)


def no_member(config: Config, member: str) -> Sentence | None:
    """Return why somebody cannot be given anything, ``None`` if they can."""
    if not member:
        return Sentence("Say who.")
    if config.members and member not in config.members:
        return Sentence(
            "There is nobody called {who} in the team: {members}.",
            {"who": member, "members": ", ".join(config.members)},
        )
    return None


def _no_shifts(config: Config, wanted: Sequence[Shift], now: Micros) -> Sentence | None:
    if not wanted:
        return Sentence("Say when.")
    if len(wanted) > MOST_WEEKS:
        return Sentence("A rota is laid out for a year at most.")
    for shift in wanted:
        refused = no_member(config, shift.member) or why_not(shift, now)
        if refused is None and shift.brand and config.brand(shift.brand) is None:
            refused = Sentence("There is no brand {brand}.", {"brand": shift.brand})
        if refused is not None:
            return refused
    return None


def _no_shift(number: int) -> Sentence:
    return Sentence("There is no shift number {number} on the rota.", {"number": number})


def _nothing(*why: Sentence) -> Outcome:
    return Outcome(0, why[0], why)


def _overtaken(seen: Shift, there: Shift, wanted: Shift) -> bool:
    """Whether what is to be changed is not as it was seen any more."""
    was, now, left = _fields(seen), _fields(there), _fields(wanted)
    return any(left[name] != now[name] != was[name] for name in _COLUMNS)


def _fields(shift: Shift) -> dict[str, object]:
    return {name: getattr(shift, name) for name in _COLUMNS}


async def _changed(
    connection: Connection,
    actor: str,
    verb: str,
    before: Shift,
    after: Shift,
    now: Micros,
    step: int,
) -> None:
    was, is_ = _fields(before), _fields(after)
    moved = [name for name in _COLUMNS if was[name] != is_[name]]
    await _log(
        connection,
        actor,
        verb,
        after,
        {name: was[name] for name in moved},
        {name: is_[name] for name in moved},
        now,
        step,
    )


async def _log(
    connection: Connection,
    actor: str,
    verb: str,
    shift: Shift,
    before: dict[str, object],
    after: dict[str, object],
    now: Micros,
    step: int,
) -> None:
    event = NewEvent(
        at=now,
        actor=actor,
        verb=verb,
        subject_kind="duty",
        subject_id=shift.id,
        before=before,
        after=after,
        step=step,
    )
    await subjects.add_events(connection, [event])
