"""Undo and redo, at any depth: a person's own steps, taken back from the log.

What a step is and how each kind of subject is taken back is in ``turning``. A reply that was sent
is a step too, which no undo reaches: it has left the machine. ``undo`` then offers the reply
instead of taking anything back, ``past_replies`` goes on to what was done before it, and
``take_back_reply`` restores the conversation once the reply was deleted at its source.
"""

from __future__ import annotations

from listeners.actions.outcome import Outcome, Undoable
from listeners.actions.turning import Turning
from listeners.actions.words import done_again
from listeners.model import Micros, Sentence
from listeners.store import Store, subjects, undoing
from listeners.store.connection import Connection

REPLY = "reply"
"""The verb of a step that left the machine; its event holds ``outbox_id`` in ``after``."""


async def undo(
    store: Store,
    actor: str,
    now: Micros,
    *,
    step: int = 0,
    of: str = "",
    past_replies: bool = False,
) -> Outcome:
    """Take back the newest step of ``actor`` that is not taken back yet, or that of ``step``.

    ``of`` is whose ``step`` it is, where it is somebody else's or the program's: the log names
    ``actor`` as who took it back. A sent reply is not taken back: the outcome has done nothing
    and names its outbox row in ``offer``. ``past_replies`` leaves replies as they are and takes
    back what was done before.

    Raises:
        StoreError: nothing was stored.
    """

    async def work(connection: Connection) -> Outcome:
        number = step or await undoing.last_step(connection, actor, past_replies=past_replies)
        events = [
            event
            for event in await undoing.events_of_step(connection, of or actor, number)
            if not event.undone
        ]
        if not events:
            nothing = (
                Sentence("This is taken back already, or cannot be.")
                if step
                else Sentence("There is nothing to undo.")
            )
            return Outcome(0, nothing, (nothing,))
        for event in events:
            outbox = event.after.get("outbox_id")
            if event.verb == REPLY and isinstance(outbox, int):
                sent = Sentence("A sent reply cannot be undone; it can be deleted where it stands.")
                return Outcome(0, sent, (sent,), offer=outbox)
        return await Turning(connection, actor, now, back=True).turn(events)

    return await store.write(work, urgent=True)


async def redo(store: Store, actor: str, now: Micros, *, step: int = 0, of: str = "") -> Outcome:
    """Do again what ``actor`` took back last; a new action of theirs leaves nothing to redo.

    With ``step`` (of ``of``, where it is not theirs), do that one again, whatever was done since.

    Raises:
        StoreError: nothing was stored.
    """

    async def work(connection: Connection) -> Outcome:
        whose, number = of or actor, step
        if not step:
            whose, number = await undoing.step_to_redo(connection, actor)
        events = [
            event
            for event in await undoing.events_of_step(connection, whose, number)
            if event.undone and event.verb != REPLY
        ]
        if not events:
            nothing = Sentence("There is nothing to do again.")
            return Outcome(0, nothing, (nothing,))
        turning = Turning(connection, actor, now, back=False)
        return await turning.turn(list(reversed(events)))

    return await store.write(work, urgent=True)


async def reply_taken_back(
    connection: Connection, actor: str, outbox_id: int, now: Micros
) -> Outcome:
    """Restore the conversation of a reply that was deleted at its source, inside a write.

    ``actor`` is who deleted it, which need not be who sent it. What has changed since stays.
    """
    events = await undoing.events_of_reply(connection, outbox_id)
    if not events:
        nothing = Sentence("This is taken back already, or cannot be.")
        return Outcome(0, nothing, (nothing,))
    outcome = await Turning(connection, actor, now, back=True).turn(events)
    await subjects.mark_undone(connection, [event.id for event in events])
    return outcome


async def take_back_reply(store: Store, actor: str, outbox_id: int, now: Micros) -> Outcome:
    """Restore the conversation of a reply that was deleted at its source, in a write of its own.

    Raises:
        StoreError: nothing was stored.
    """
    return await store.write(
        lambda connection: reply_taken_back(connection, actor, outbox_id, now), urgent=True
    )


async def undo_list(store: Store, actor: str, limit: int = 20) -> list[Undoable]:
    """Return the steps ``undo`` would take back, the next one first; replies are among them."""
    found = await undoing.steps_of(store, actor, limit)
    return [Undoable(step, done_again(events), tuple(events)) for step, events in found]
