"""Reading the past as steps of a person: stopping it, letting it go on, asking for more of it."""

from __future__ import annotations

from collections.abc import Sequence

from listeners.actions.outcome import Outcome
from listeners.config import Config
from listeners.model import Micros, Sentence
from listeners.store import Store, subjects
from listeners.store import backfills as kept
from listeners.store.backfills import OPEN, BackfillState, Turned
from listeners.store.connection import Connection
from listeners.store.subjects import NewEvent
from listeners.team import may_write


async def stop_history(
    store: Store, config: Config, actor: str, now: Micros, source: str = ""
) -> Outcome:
    """Stop reading the past of a source, by its key or network; empty: of all.

    Raises:
        StoreError: nothing was stored.
    """
    return await _turned(store, config, actor, "stop", BackfillState.STOPPED, OPEN, now, source)


async def go_on_with_history(
    store: Store, config: Config, actor: str, now: Micros, source: str = ""
) -> Outcome:
    """Let what was stopped, or given up, go on from the place it had come to.

    Raises:
        StoreError: nothing was stored.
    """
    over = (BackfillState.STOPPED, BackfillState.FAILED)
    return await _turned(store, config, actor, "go on", BackfillState.WAITING, over, now, source)


async def ask_for_history(
    store: Store, config: Config, actor: str, now: Micros, since: Micros, source: str = ""
) -> Outcome:
    """Read the past further back, as far as the network has it.

    Raises:
        StoreError: nothing was stored.
    """
    return await _turned(
        store, config, actor, "ask", BackfillState.WAITING, (), now, source, since=since
    )


_SAID = {
    "stop": (
        Sentence("Stopped. What was read stays, and it can go on from there."),
        Sentence("No past is being read there."),
    ),
    "go on": (
        Sentence("It goes on from the place it had come to, behind the listening."),
        Sentence("Nothing there was stopped or given up."),
    ),
    "ask": (
        Sentence("It is read further back, behind the listening, as far as the network has it."),
        Sentence("It was read as far back as that already, or no past can be read there."),
    ),
}


async def _turned(
    store: Store,
    config: Config,
    actor: str,
    verb: str,
    state: BackfillState,
    out_of: tuple[BackfillState, ...],
    now: Micros,
    source: str,
    *,
    since: Micros | None = None,
) -> Outcome:
    refused = may_write(config, actor)
    if refused is not None:
        return Outcome(0, refused, (refused,))
    said, nothing = _SAID[verb]

    async def work(connection: Connection) -> Outcome:
        turned = await kept.turn(connection, state, out_of, now, source=source, since=since)
        if not turned:
            return Outcome(0, nothing, (nothing,))
        step = await subjects.next_step(connection, actor)
        await subjects.add_events(connection, _lines(turned, actor, verb, state, now, step, since))
        return Outcome(len(turned), said, (), step)

    return await store.write(work, urgent=True)


def _lines(
    turned: Sequence[Turned],
    actor: str,
    verb: str,
    state: BackfillState,
    now: Micros,
    step: int,
    since: Micros | None,
) -> list[NewEvent]:
    ended = None if state in OPEN else now
    return [
        NewEvent(
            at=now,
            actor=actor,
            verb=verb,
            subject_kind="history",
            subject_id=one.id,
            before={"state": one.before.value, "since_at": one.since, "ended_at": one.ended_at},
            after={
                "state": state.value,
                "since_at": one.since if since is None else min(one.since, since),
                "ended_at": ended,
            },
            step=step,
        )
        for one in turned
    ]
