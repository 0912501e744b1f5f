"""One step of a person while it is taken back, or done again.

A step is turned whole, or as far as nobody else has changed its subjects since; what stays is
said, with the name of whoever changed it, and is no longer in the way of the next undo.

Conversations and alerts are compared field by field (``changes``). Every other kind of subject has
a function in ``TURNS``: whoever logs events of a new ``subject_kind`` adds it to
``store.subjects.SubjectKind`` and its function here, and the sentences of its verbs to ``words``.
A kind that is one row of one table needs no function of its own: its table and columns in
``store.undoing.ROWS`` do, with the columns that changed as the event's ``before`` and ``after``
(``removed`` 1 before and 0 after is how adding is logged).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from listeners.actions.campaigns import turn_campaign
from listeners.actions.changes import (
    Change,
    conflicts,
    difference,
    taken_back,
    undone_already,
)
from listeners.actions.charges import turn_charge
from listeners.actions.joining import turn_again
from listeners.actions.mood import MOODS, turn_mood
from listeners.actions.outcome import Outcome
from listeners.actions.perform import newer_alert
from listeners.actions.words import done_again, step_back
from listeners.conversations.conversation import Conversation
from listeners.model import Micros, Sentence
from listeners.risk.alert import Alert
from listeners.rows import EventRow
from listeners.store import rescoring, subjects, taught, undoing
from listeners.store.connection import Connection
from listeners.store.people import turn_person
from listeners.store.stage_following import follow
from listeners.store.stage_hands import turn_stage
from listeners.store.subjects import NewEvent, SubjectKind

PROGRAM = "hubbub"
"""The actor of what happens without a person."""

Turn = Callable[[Connection, EventRow, Change], Awaitable[tuple[str, ...]]]
"""Takes ``change`` back (an event's own, or its inverse to do it again) inside the write.

Returns the fields that have moved on since: then nothing was changed, and the person is told.
"""

_Mute = Callable[[Connection, int], Awaitable[None]]

GONE = Sentence("It is no longer there.")


async def _row(connection: Connection, event: EventRow, change: Change) -> tuple[str, ...]:
    return await undoing.turn_row(
        connection, event.subject_kind, event.subject_id, change.before, change.after
    )


async def _away(connection: Connection, event: EventRow, change: Change) -> tuple[str, ...]:
    return await undoing.turn_away(connection, change.before, change.after)


async def _mention(connection: Connection, event: EventRow, change: Change) -> tuple[str, ...]:
    return await turn_mood(connection, event, change) if event.verb in MOODS else ()


async def _word(connection: Connection, event: EventRow, change: Change) -> tuple[str, ...]:
    """Turn a taught word; what was scored anew for it is scored once more."""
    clash = await _row(connection, event, change)
    word = None if clash else await taught.word_by_id(connection, event.subject_id)
    if word is not None:
        since = await rescoring.rescored_for(connection, word.brand, word.word)
        if since is not None:
            wanted = rescoring.Wanted(brand=word.brand, since=since, word=word.word)
            await rescoring.begin(connection, wanted, event.actor, event.at)
    return clash


async def _model(connection: Connection, event: EventRow, change: Change) -> tuple[str, ...]:
    """Switch a learnt model back; what was scored anew by it is scored once more."""
    clash = await _row(connection, event, change)
    for wanted in () if clash else await rescoring.rescored_in(connection, event.subject_id):
        await rescoring.begin(connection, wanted, event.actor, event.at)
    return clash


async def _stage(connection: Connection, event: EventRow, change: Change) -> tuple[str, ...]:
    return await turn_stage(connection, event.subject_id, change.before, change.after, event.at)


async def _person(connection: Connection, event: EventRow, change: Change) -> tuple[str, ...]:
    return await turn_person(connection, event.subject_id, change.before, change.after)


TURNS: Mapping[str, Turn] = {
    "mention": _mention,
    "rule": _row,
    "template": _row,
    "outbox": _row,
    "maintenance": _row,
    "word": _word,
    "model": _model,
    "history": _row,
    "campaign": turn_campaign,
    "planned": _row,
    "cadence": _row,
    "duty": _row,
    "charge": turn_charge,
    "stage": _stage,
    "member": _away,
    "person": _person,
}
"""How what happened to a subject is taken back, by the ``subject_kind`` of its event."""


@dataclass(slots=True)
class Turning:
    """One step while it is taken back (or done again), inside one write."""

    connection: Connection
    actor: str
    now: Micros
    back: bool
    turned: list[EventRow] = field(default_factory=list)
    stayed: list[EventRow] = field(default_factory=list)
    refused: list[Sentence] = field(default_factory=list)
    logged: list[NewEvent] = field(default_factory=list)
    talks: dict[int, Conversation] = field(default_factory=dict)
    alarms: dict[int, Alert] = field(default_factory=dict)
    live: dict[str, Alert] = field(default_factory=dict)

    async def turn(self, events: Sequence[EventRow]) -> Outcome:
        """Turn the events of one step, in this order, and say what came of it."""
        await self._load(events)
        joining = events[0].verb in ("merge", "split")
        if joining and events[0].subject_kind == "conversation" and self._moved_on(events):
            return await self._joined_again(events)
        talks, alarms = dict(self.talks), dict(self.alarms)
        for event in events:
            refused = await self._turn(event)
            if refused is None:
                self.turned.append(event)
            else:
                self.refused.append(refused)
                self.stayed.append(event)
        await subjects.save_conversations(
            self.connection, [one for id_, one in self.talks.items() if one != talks[id_]]
        )
        await subjects.save_alerts(
            self.connection, [one for id_, one in self.alarms.items() if one != alarms[id_]]
        )
        await subjects.mark_undone(
            self.connection, [event.id for event in self.turned], undone=self.back
        )
        await undoing.set_aside(self.connection, [event.id for event in self.stayed])
        await subjects.add_events(self.connection, self.logged)
        await follow(self.connection, self.logged, self.now)
        if not self.turned:
            return Outcome(0, self.refused[0], tuple(self.refused))
        said = step_back(self.turned) if self.back else done_again(self.turned)
        count = len({(event.subject_kind, event.subject_id) for event in self.turned})
        return Outcome(count, said, tuple(self.refused), self.turned[0].step)

    def _moved_on(self, events: Sequence[EventRow]) -> bool:
        """Whether a merge or split cannot be restored exactly: something new happened there."""
        for event in events:
            recorded = Change(event.before, event.after)
            change = recorded if self.back else recorded.inverse
            subject = self.talks.get(event.subject_id)
            if subject is None or conflicts(subject, change):
                return True
        return False

    async def _joined_again(self, events: Sequence[EventRow]) -> Outcome:
        verb = events[0].verb
        inverse = verb if self.back else {"merge": "split", "split": "merge"}[verb]
        changed: dict[int, int | None] = {}
        for event in events:
            into = event.after.get("merged_into") or event.before.get("merged_into")
            if isinstance(into, int):
                changed[event.subject_id] = into
        if not await turn_again(self.connection, inverse, changed, self.now):
            await undoing.set_aside(self.connection, [event.id for event in events])
            refused = await self._who(events[0], ("merged_into",))
            return Outcome(0, refused, (refused,))
        await subjects.mark_undone(
            self.connection, [event.id for event in events], undone=self.back
        )
        for event in events:
            self._log(event, Change(event.before, event.after).inverse)
        await subjects.add_events(self.connection, self.logged)
        said = step_back(events) if self.back else done_again(events)
        return Outcome(len(changed), said, (), events[0].step)

    async def _load(self, events: Sequence[EventRow]) -> None:
        wanted: dict[str, list[int]] = {}
        for event in events:
            wanted.setdefault(event.subject_kind, []).append(event.subject_id)
        if talks := wanted.get("conversation"):
            self.talks = await subjects.load_conversations(self.connection, talks)
        if alarms := wanted.get("alert"):
            self.alarms = await subjects.load_alerts(self.connection, alarms)
            self.live = await subjects.live_alerts(self.connection)

    async def _turn(self, event: EventRow) -> Sentence | None:
        recorded = Change(event.before, event.after)
        change = recorded if self.back else recorded.inverse
        if event.subject_kind == "conversation":
            refused = await self._conversation(event, change)
        elif event.subject_kind == "alert":
            refused = await self._alert(event, change)
        else:
            refused = await self._other(event, change)
        if refused is None:
            await self._beside(event)
        return refused

    async def _conversation(self, event: EventRow, change: Change) -> Sentence | None:
        subject = self.talks.get(event.subject_id)
        if subject is None:
            return GONE
        clash = conflicts(subject, change) or undone_already(subject, change)
        if clash:
            return await self._who(event, clash)
        after = self.talks[subject.id] = taken_back(subject, change)
        self._log(event, difference(subject, after))
        return None

    async def _alert(self, event: EventRow, change: Change) -> Sentence | None:
        subject = self.alarms.get(event.subject_id)
        if subject is None:
            return GONE
        clash = conflicts(subject, change) or undone_already(subject, change)
        if clash:
            return await self._who(event, clash)
        after = taken_back(subject, change)
        newer = newer_alert(after, self.live)
        if newer is not None:
            return newer
        self.alarms[subject.id] = after
        if after.live:
            self.live[after.fingerprint] = after
        elif (other := self.live.get(after.fingerprint)) is not None and other.id == after.id:
            del self.live[after.fingerprint]
        self._log(event, difference(subject, after))
        return None

    async def _other(self, event: EventRow, change: Change) -> Sentence | None:
        turn = TURNS.get(event.subject_kind)
        if turn is None:
            return Sentence("This cannot be taken back.")
        clash = await turn(self.connection, event, change)
        if clash:
            return await self._who(event, clash)
        self._log(event, change.inverse)
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
            self.connection, event.subject_kind, event.subject_id, event.id
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
        kind = cast(SubjectKind, event.subject_kind)
        self.logged.append(
            NewEvent(
                at=self.now,
                actor=self.actor,
                verb="undo" if self.back else "redo",
                subject_kind=kind,
                subject_id=event.subject_id,
                before=change.before,
                after={
                    **change.after,
                    "turned": event.step,
                    "whose": str(event.actor),
                    "of": event.verb,
                },
            )
        )


def _mutes(remove: bool) -> _Mute:
    return subjects.remove_mute if remove else subjects.restore_mute
