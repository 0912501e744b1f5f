"""Away and back: while a member is away, what reopens of theirs is nobody's."""

from __future__ import annotations

from listeners.actions.outcome import Outcome
from listeners.actions.words import done
from listeners.config import Config
from listeners.model import Micros, Sentence
from listeners.store import Store, subjects
from listeners.store.absence import Away, away_in, end_away, over, put_away
from listeners.store.connection import Connection
from listeners.store.subjects import NewEvent
from listeners.team import PROGRAM, may_write
from listeners.text import clean_line


async def go_away(
    store: Store,
    config: Config,
    actor: str,
    member: str,
    now: Micros,
    *,
    until: Micros | None = None,
) -> Outcome:
    """Mark a member as away, until a time or until somebody says that it is over.

    Whoever may write may say it of anybody: who falls ill does not do it themselves.

    Raises:
        StoreError: nothing was stored.
    """
    name = str(clean_line(member, 80))
    refused = _refused(config, actor, name)
    if refused is None and until is not None and until <= now:
        refused = Sentence("That time has passed; choose a later one.")
    if refused is not None:
        return Outcome(0, refused, (refused,))

    async def work(connection: Connection) -> Outcome:
        before = (await away_in(connection, now)).get(name)
        if before is not None and before.until == until:
            already = Sentence("{name} is away already.", {"name": name})
            return Outcome(0, already, (already,))
        after = Away(name, now if before is None else before.since, until)
        await put_away(connection, after)
        return await _logged(connection, actor, "away", name, before, after, now)

    return await store.write(work, urgent=True)


async def come_back(store: Store, config: Config, actor: str, member: str, now: Micros) -> Outcome:
    """End a member's absence.

    Raises:
        StoreError: nothing was stored.
    """
    name = str(clean_line(member, 80))
    refused = _refused(config, actor, name)
    if refused is not None:
        return Outcome(0, refused, (refused,))

    async def work(connection: Connection) -> Outcome:
        before = (await away_in(connection, now)).get(name)
        if before is None:
            already = Sentence("{name} is not away.", {"name": name})
            return Outcome(0, already, (already,))
        await end_away(connection, name)
        return await _logged(connection, actor, "back", name, before, None, now)

    return await store.write(work, urgent=True)


async def end_absences(connection: Connection, now: Micros) -> None:
    """End the absences whose time has come, as a part of a larger write."""
    ended = await over(connection, now)
    for one in ended:
        await end_away(connection, one.member)
    await subjects.add_events(
        connection, [_event(PROGRAM, "back", one.member, one, None, now) for one in ended]
    )


def _refused(config: Config, actor: str, member: str) -> Sentence | None:
    if member and config.members and member not in config.members:
        return Sentence(
            "There is nobody called {who} in the team: {members}.",
            {"who": member, "members": ", ".join(config.members)},
        )
    return may_write(config, actor) or (None if member else Sentence("Say who."))


async def _logged(
    connection: Connection,
    actor: str,
    verb: str,
    member: str,
    before: Away | None,
    after: Away | None,
    now: Micros,
) -> Outcome:
    step = await subjects.next_step(connection, actor)
    await subjects.add_events(connection, [_event(actor, verb, member, before, after, now, step)])
    return Outcome(1, done("member", verb, 1, name=member), (), step)


def _event(
    actor: str,
    verb: str,
    member: str,
    before: Away | None,
    after: Away | None,
    now: Micros,
    step: int = 0,
) -> NewEvent:
    nothing = {"member": member, "since": None, "until_at": None}
    return NewEvent(
        at=now,
        actor=actor,
        verb=verb,
        subject_kind="member",
        subject_id=0,
        before=nothing if before is None else before.fields,
        after=nothing if after is None else after.fields,
        step=step,
    )
