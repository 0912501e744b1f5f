"""What becomes of a stored message when it is heard again: edited, or seen by many more.

A message is judged anew by what it says now. One that asks after all puts its conversation to
work; one that asked goes on asking, since whoever read the first words may be waiting still. A
review that is rewritten above our answer asks anew: that is how its author answers us.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from listeners.alerting import PROGRAM
from listeners.conversations.conversation import Conversation
from listeners.conversations.events import AsksNow
from listeners.conversations.needs_reply import Need, rising
from listeners.conversations.state import apply
from listeners.judge import Judged
from listeners.model import Label, Micros, Part, Sentence
from listeners.placing import Known, Placer
from listeners.store import subjects, thread_facts
from listeners.store.connection import Connection
from listeners.store.records import KnownMention


@dataclass(frozen=True, slots=True, kw_only=True)
class Retold:
    """A stored message, what it says now, and whether that asks for a reply."""

    known: KnownMention
    judged: Judged
    need: Need
    at: Micros
    rewritten: bool = False
    """A review whose words changed after our answer: the answer fits them no more."""

    @property
    def asks(self) -> bool:
        """Whether it asks; what asked once goes on asking."""
        return self.need.asks or self.known.asks

    @property
    def asks_anew(self) -> bool:
        """Whether it asks, and did not before or was answered as it stood before."""
        return self.need.asks and (self.rewritten or not self.known.asks)


def louder(known: KnownMention, one: Judged) -> bool:
    """Whether a negative message that asked for nothing is now seen by many more."""
    return (
        not known.asks
        and known.part is Part.OUTSIDE
        and _felt(known, one).score.label is Label.NEGATIVE
        and rising(known.engagement, one.post.engagement)
    )


async def retell(
    connection: Connection,
    placer: Placer,
    edits: Sequence[tuple[KnownMention, Judged]],
    known: Known,
    now: Micros,
) -> list[Retold]:
    """Judge messages anew, and put to work the conversations of those that ask after all.

    Called inside the batch's write, after what is new was stored.
    """
    if not edits:
        return []
    places = {one.conversation_id for one, _ in edits if one.conversation_id}
    heads = await thread_facts.heads(connection, places)
    threads = await subjects.load_conversations(connection, heads.values())
    ours = await thread_facts.last_ours(connection, threads)
    changed: dict[int, tuple[Conversation, list[tuple[Retold, Sentence]]]] = {}
    told: list[Retold] = []
    for stored, judged in edits:
        head = heads.get(stored.conversation_id or 0, 0)
        thread = threads.get(head)
        one = _judged(placer, stored, judged, thread, ours.get(head), known, now)
        told.append(one)
        if thread is None or not one.asks_anew:
            continue
        event = AsksNow(at=one.at, tier=placer.tier_of(judged), reason=one.need.reason)
        step = apply(thread, event, now, placer.rules_of(known))
        role = placer.role_of(judged.brand, judged.post, known)
        threads[head] = placer.ranked(step.conversation, thread, judged, one.need, role)
        note = step.note or Sentence("What they wrote asks for a reply now.")
        changed.setdefault(head, (thread, []))[1].append((one, note))
    await subjects.save_conversations(connection, [threads[head] for head in changed])
    await subjects.add_events(
        connection,
        [
            _event(head, before, threads[head], one, note, now)
            for head, (before, notes) in changed.items()
            for one, note in notes[:1]
        ],
    )
    return told


def _judged(
    placer: Placer,
    stored: KnownMention,
    judged: Judged,
    thread: Conversation | None,
    ours: Micros | None,
    known: Known,
    now: Micros,
) -> Retold:
    at = stored.sort_at
    if ours is not None and ours > at and judged.text != stored.text:
        # We answered the first words; it is the new ones that nobody has answered.
        at = min(now, max(at, judged.post.edited_at or now))
    need = placer.need_now(
        _felt(stored, judged),
        thread,
        stored.part,
        at=at,
        age=max(0, stored.seen_at - stored.sort_at),
        history=stored.history,
        last_ours=ours,
        rising=louder(stored, judged),
        known=known,
        now=now,
    )
    rewritten = judged.post.rating is not None and ours is not None and at > ours > stored.sort_at
    return Retold(known=stored, judged=judged, need=need, at=at, rewritten=rewritten)


def _felt(stored: KnownMention, judged: Judged) -> Judged:
    """Return a message under the verdict that a person gave it, where somebody did."""
    if not stored.corrected_by:
        return judged
    verdict = replace(judged.score, label=stored.label, compound=stored.compound)
    return replace(judged, score=verdict)


def _event(
    head: int, before: Conversation, after: Conversation, one: Retold, note: Sentence, now: Micros
) -> subjects.NewEvent:
    return subjects.NewEvent(
        at=now,
        actor=PROGRAM,
        verb=note.template,
        subject_kind="conversation",
        subject_id=head,
        before={"state": before.state.value, "waiting_since": before.waiting_since},
        after={
            "state": after.state.value,
            "waiting_since": after.waiting_since,
            "written_at": one.at,
        },
    )
