"""The hand-over sheet: what a colleague must know who takes over now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from listeners.duty import Shift
from listeners.model import DAY, ConversationState, Micros, SourceState
from listeners.planning.entry import Planned, is_late
from listeners.rows import AlertRow, ConversationRow, EventRow, SourceRow
from listeners.store import Store, reads
from listeners.store.absence import Away, away
from listeners.store.duty import shifts
from listeners.store.filters import AlertFilter, QueueFilter
from listeners.store.outbox import UNKNOWN, OutboxRow, outbox
from listeners.store.planned import late, planned
from listeners.store.stages import Stuck, stuck
from listeners.store.team import (
    LeftDraft,
    LeftNote,
    done_since,
    drafts_left,
    notes_since,
)
from listeners.team import named_in

CLOSING = frozenset({"answered", "reply", "resolve", "ignore", "snooze"})
"""The verbs after which a conversation needs nothing more for now."""
OLDEST = 5
"""Conversations named as those that wait longest."""
AHEAD = 3 * DAY
"""How far the plan and the rota are looked at."""
STEPS = 5
"""People named as worth a next step."""
_WELL = frozenset(
    {
        SourceState.STARTING,
        SourceState.OK,
        SourceState.CATCHING_UP,
        SourceState.UNOFFICIAL_BRIDGE,
        SourceState.OFF,
    }
)


@dataclass(frozen=True, slots=True)
class Holding:
    """What a member has open, the one to answer first on top; no name: what nobody has."""

    member: str
    rows: tuple[ConversationRow, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """The last thing that closed a conversation, or put it away, since then."""

    event: EventRow
    row: ConversationRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """Everything on the sheet. ``member`` is whose part it is, empty for the whole team.

    ``late`` should be done, ``planned`` is to be done and ``duty`` to be had within ``AHEAD``.
    ``steps`` are a few people worth a next step.
    """

    at: Micros
    since: Micros
    brand: str
    member: str
    open: tuple[Holding, ...]
    oldest: tuple[ConversationRow, ...]
    done: tuple[Done, ...]
    asleep: tuple[ConversationRow, ...]
    alerts: tuple[AlertRow, ...]
    sources: tuple[SourceRow, ...]
    notes: tuple[LeftNote, ...]
    drafts: tuple[LeftDraft, ...]
    uncertain: tuple[OutboxRow, ...]
    away: tuple[Away, ...]
    late: tuple[Planned, ...] = ()
    planned: tuple[Planned, ...] = ()
    duty: tuple[Shift, ...] = ()
    steps: tuple[Stuck, ...] = ()


async def handover(
    store: Store,
    members: Sequence[str],
    *,
    since: Micros,
    now: Micros,
    brand: str = "",
    member: str = "",
    zone: tzinfo | None = None,
) -> Handover:
    """Return the sheet.

    With ``member`` it is that member's part: what they have, did and left, and what nobody has.
    """
    ids = list(await reads.queue_ids(store, QueueFilter(brand=brand)))
    waiting = await reads.conversations(store, ids)
    rows = [
        waiting[one] for one in ids if one in waiting and of(waiting[one].assignee, member, True)
    ]
    asleep = await _in_state(store, brand, ConversationState.SNOOZED)
    done = newest_closing(await done_since(store, since))
    done = [event for event in done if of(event.actor, member)]
    known = await reads.conversations(store, [event.subject_id for event in done])
    alerts = await reads.alerts(store, await reads.alert_ids(store, AlertFilter(brand=brand)))
    shown = {row.id for row in (*rows, *asleep)}
    return Handover(
        at=now,
        since=since,
        brand=brand,
        member=member,
        open=holdings(rows, members),
        oldest=waits_longest(rows),
        done=tuple(
            Done(event, known.get(event.subject_id))
            for event in done
            if not brand or _brand(known.get(event.subject_id)) == brand
        ),
        asleep=tuple(row for row in asleep if of(row.assignee, member)),
        alerts=tuple(row for row in alerts.values() if of(row.owner, member, True)),
        sources=tuple(row for row in await reads.sources(store) if troubled(row)),
        notes=tuple(
            note
            for note in await notes_since(store, since)
            if not member
            or of(note.author, member)
            or named_in(note.text, [member])
            or (note.kind == "conversation" and note.subject in shown)
        ),
        drafts=tuple(one for one in await drafts_left(store) if of(one.author, member)),
        uncertain=tuple(
            one for one in await outbox(store, states=(UNKNOWN,)) if of(one.author, member)
        ),
        away=tuple((await away(store, now)).values()),
        late=tuple(
            one for one in await late(store, brand, now, zone=zone) if of(one.owner, member, True)
        ),
        planned=tuple(
            one
            for one in await planned(store, brand, now, Micros(now + AHEAD), zone=zone)
            if not one.done and not is_late(one, now, zone) and of(one.owner, member, True)
        ),
        duty=tuple(
            one
            for one in await shifts(store, now, Micros(now + AHEAD))
            if (not brand or one.covers(brand)) and of(one.member, member)
        ),
        steps=tuple(await stuck(store, brand, now, limit=STEPS)),
    )


async def _in_state(
    store: Store, brand: str, state: ConversationState
) -> tuple[ConversationRow, ...]:
    ids = await reads.queue_ids(store, QueueFilter(brand=brand, states=(state,)))
    rows = (await reads.conversations(store, ids)).values()
    return tuple(sorted(rows, key=lambda row: (row.snoozed_until is None, row.snoozed_until or 0)))


def _brand(row: ConversationRow | None) -> str:
    return row.brand if row is not None else ""


def of(owner: str, member: str, nobody: bool = False) -> bool:
    """Say whether something is part of a member's sheet; ``nobody``: what is nobody's is too."""
    return not member or owner == member or (nobody and not owner)


def holdings(rows: Iterable[ConversationRow], members: Sequence[str]) -> tuple[Holding, ...]:
    """Return what each has open, the team in its order, then others by name, nobody last."""
    held: dict[str, list[ConversationRow]] = {}
    for row in rows:
        held.setdefault(row.assignee, []).append(row)
    order = [*members, *sorted(name for name in held if name and name not in members), ""]
    return tuple(Holding(name, tuple(held[name])) for name in order if name in held)


def waits_longest(rows: Iterable[ConversationRow]) -> tuple[ConversationRow, ...]:
    """Return those that wait longest, the longest first."""
    waiting = [row for row in rows if row.waiting_since is not None]
    return tuple(sorted(waiting, key=lambda row: (row.waiting_since or 0, row.id))[:OLDEST])


def newest_closing(events: Iterable[EventRow]) -> list[EventRow]:
    """Return the last closing event of each conversation, in the order of time."""
    last: dict[int, EventRow] = {}
    for event in events:
        if event.verb in CLOSING:
            last.pop(event.subject_id, None)
            last[event.subject_id] = event
    return list(last.values())


def troubled(row: SourceRow) -> bool:
    """Say whether a source needs somebody, or has missed something."""
    return row.state not in _WELL or row.open_gap is not None
