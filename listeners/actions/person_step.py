"""One step on people while it is done: its lines in the log, what was refused, what to say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from listeners.actions.outcome import Outcome
from listeners.actions.words import done
from listeners.model import Micros, Sentence
from listeners.store import subjects
from listeners.store.connection import Connection, Row
from listeners.store.people import heads_of, load_persons, own_persons
from listeners.store.stage_following import follow
from listeners.store.subjects import NewEvent, SubjectKind

OURS = Sentence("These are our own accounts, not a person we talk to.")


@dataclass(slots=True)
class PersonStep:
    """Collects what a step does; ``logged`` writes its lines."""

    connection: Connection
    actor: str
    verb: str
    now: Micros
    events: list[NewEvent] = field(default_factory=list)
    refused: list[Sentence] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)

    async def persons(self, ids: Iterable[int]) -> dict[int, Row]:
        """Return the persons of these numbers, or those they have become; others are refused."""
        asked = list(dict.fromkeys(ids))
        heads = await heads_of(self.connection, asked)
        for one in asked:
            if one not in heads:
                self.refused.append(
                    Sentence("There is no person number {number}.", {"number": one})
                )
        ours = await own_persons(self.connection, heads.values())
        if ours:
            self.refused.append(OURS)
        found = await load_persons(self.connection, heads.values())
        order = dict.fromkeys(heads[one] for one in asked if one in heads)
        return {one: found[one] for one in order if one in found and one not in ours}

    def changed(
        self,
        subject: int,
        before: Mapping[str, object],
        after: Mapping[str, object],
        *,
        kind: SubjectKind = "person",
    ) -> None:
        """Add a line to the log of the step."""
        if kind == "person":
            self.touched.add(subject)
        self.events.append(
            NewEvent(
                at=self.now,
                actor=self.actor,
                verb=self.verb,
                subject_kind=kind,
                subject_id=subject,
                before=before,
                after=after,
            )
        )

    async def logged(self, count: int | None = None, /, **named: str | int) -> Outcome:
        """Write the lines, and return what came of the step."""
        if not self.events:
            why = self.refused[0] if self.refused else Sentence("There was nothing to do.")
            return Outcome(0, why, tuple(self.refused))
        step = await subjects.next_step(self.connection, self.actor)
        await subjects.add_events(
            self.connection, [replace(event, step=step) for event in self.events]
        )
        await follow(self.connection, self.events, self.now)
        number = len(self.touched) if count is None else count
        sentence = done("person", self.verb, number, **named)
        return Outcome(number, sentence, tuple(self.refused), step)
