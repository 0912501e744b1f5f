"""Undo and redo, at any depth: a person's own steps, taken back from the log.

A step is taken back whole, or as far as nobody else has changed its subjects since; what stays
is said, with the name of whoever changed it, and is no longer in the way of the next undo.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from listeners.actions.changes import (
    Change,
    conflicts,
    difference,
    taken_back,
    undone_already,
)
from listeners.actions.outcome import Outcome, Undoable
from listeners.actions.perform import newer_alert
from listeners.actions.words import done
from listeners.actions.words import taken_back as said_back
from listeners.model import EventRow, Micros, Sentence
from listeners.store import Store, subjects, undoing
from listeners.store.connection import Connection
from listeners.store.subjects import NewEvent

PROGRAM = "hubbub"
"""The actor of what happens without a person."""

_Mute = Callable[[Connection, int], Awaitable[None]]


async def undo(store: Store, actor: str, now: Micros) -> Outcome:
    """Take back the newest step of ``actor`` that is not taken back yet.

    Raises:
        StoreError: nothing was stored.
    """

    async def work(connection: Connection) -> Outcome:
        events = await subjects.steps_to_undo(connection, actor)
        events = [event for event in events if not event.undone]
        if not events:
            nothing = Sentence("There is nothing to undo.")
            return Outcome(0, nothing, (nothing,))
        turning = _Turning(connection, actor, now, back=True)
        return await turning.turn(events)

    return await store.write(work, urgent=True)


async def redo(store: Store, actor: str, now: Micros) -> Outcome:
    """Do again what ``actor`` took back last; a new action of theirs leaves nothing to redo.

    Raises:
        StoreError: nothing was stored.
    """

    async def work(connection: Connection) -> Outcome:
        events = await subjects.steps_to_redo(connection, actor)
        events = [event for event in events if event.undone]
        if not events:
            nothing = Sentence("There is nothing to do again.")
            return Outcome(0, nothing, (nothing,))
        turning = _Turning(connection, actor, now, back=False)
        return await turning.turn(list(reversed(events)))

    return await store.write(work, urgent=True)


async def undo_list(store: Store, actor: str, limit: int = 20) -> list[Undoable]:
    """Return the steps ``undo`` would take back, the next one first."""
    return [
        Undoable(
            step,
            done(events[0].subject_kind, events[0].verb, len(events), **_named(events[0])),
            tuple(events),
        )
        for step, events in await undoing.steps_of(store, actor, limit)
    ]


@dataclass(slots=True)
class _Turning:
    """One step while it is taken back (or done again)."""

    connection: Connection
    actor: str
    now: Micros
    back: bool
    turned: list[EventRow] = field(default_factory=list)
    stayed: list[EventRow] = field(default_factory=list)
    refused: list[Sentence] = field(default_factory=list)
    logged: list[NewEvent] = field(default_factory=list)

    async def turn(self, events: Sequence[EventRow]) -> Outcome:
        for event in events:
            refused = await self._turn(event)
            if refused is None:
                self.turned.append(event)
            else:
                self.refused.append(refused)
                self.stayed.append(event)
        await subjects.mark_undone(
            self.connection, [event.id for event in self.turned], undone=self.back
        )
        await undoing.set_aside(self.connection, [event.id for event in self.stayed])
        await subjects.add_events(self.connection, self.logged)
        first, count = events[0], len(self.turned)
        if not count:
            return Outcome(0, self.refused[0], tuple(self.refused))
        sentence = (
            said_back(first.subject_kind, first.verb, count)
            if self.back
            else done(first.subject_kind, first.verb, count, **_named(first))
        )
        return Outcome(count, sentence, tuple(self.refused))

    async def _turn(self, event: EventRow) -> Sentence | None:
        recorded = Change(event.before, event.after)
        change = recorded if self.back else recorded.inverse
        if event.subject_kind == "conversation":
            refused = await self._conversation(event, change)
        elif event.subject_kind == "alert":
            refused = await self._alert(event, change)
        else:
            refused = None
        if refused is None:
            await self._beside(event)
        return refused

    async def _conversation(self, event: EventRow, change: Change) -> Sentence | None:
        loaded = await subjects.load_conversations(self.connection, [event.subject_id])
        subject = loaded.get(event.subject_id)
        if subject is None:
            return Sentence("It is no longer there.")
        clash = conflicts(subject, change) or undone_already(subject, change)
        if clash:
            return await self._who(event, clash)
        after = taken_back(subject, change)
        if after != subject:
            await subjects.save_conversations(self.connection, [after])
        self._log(event, difference(subject, after))
        return None

    async def _alert(self, event: EventRow, change: Change) -> Sentence | None:
        loaded = await subjects.load_alerts(self.connection, [event.subject_id])
        subject = loaded.get(event.subject_id)
        if subject is None:
            return Sentence("It is no longer there.")
        clash = conflicts(subject, change) or undone_already(subject, change)
        if clash:
            return await self._who(event, clash)
        after = taken_back(subject, change)
        newer = newer_alert(after, await subjects.live_alerts(self.connection))
        if newer is not None:
            return newer
        if after != subject:
            await subjects.save_alerts(self.connection, [after])
        self._log(event, difference(subject, after))
        return None

    async def _beside(self, event: EventRow) -> None:
        """Take back (or bring back) the note or mute that came with the event."""
        note, mute = event.after.get("note_id"), event.after.get("mute_id")
        if isinstance(note, int):
            put = subjects.remove_note if self.back else subjects.restore_note
            await put(self.connection, note)
        if isinstance(mute, int):
            await _mutes(self.back)(self.connection, mute)
        unmuted = event.after.get("unmuted_ids")
        if isinstance(unmuted, list):
            for number in unmuted:
                await _mutes(not self.back)(self.connection, int(number))

    async def _who(self, event: EventRow, clash: Sequence[str]) -> Sentence:
        """Return the refusal, naming whoever changed one of these fields since."""
        since = await undoing.changes_since(
            self.connection,
            "alert" if event.subject_kind == "alert" else "conversation",
            event.subject_id,
            event.id,
        )
        for later in since:
            if not set(clash) & {*later.before, *later.after}:
                continue
            if later.actor not in (PROGRAM, self.actor):
                return Sentence(
                    "Left as it is: {name} has changed it since.", {"name": later.actor}
                )
        return Sentence("Left as it is: something new has happened there since.")

    def _log(self, event: EventRow, change: Change) -> None:
        self.logged.append(
            NewEvent(
                at=self.now,
                actor=self.actor,
                verb="undo" if self.back else "redo",
                subject_kind="alert" if event.subject_kind == "alert" else "conversation",
                subject_id=event.subject_id,
                before=change.before,
                after=change.after,
            )
        )


def _mutes(remove: bool) -> _Mute:
    return subjects.remove_mute if remove else subjects.restore_mute


def _named(event: EventRow) -> dict[str, str]:
    """Return what the sentence about a logged event may name."""
    tags = _texts(event.after.get("tags")) ^ _texts(event.before.get("tags"))
    to = event.after.get("assignee") or event.after.get("owner") or ""
    return {"name": str(to), "words": ", ".join(sorted(tags))}


def _texts(value: object) -> set[str]:
    return {str(item) for item in value} if isinstance(value, list) else set()
