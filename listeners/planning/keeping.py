"""What time and our own posts do to the plan: reminders ring once, and what was posted is done.

Both only do what is due and may be asked for at any moment; nothing is written where nothing is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import tzinfo

from listeners.model import Micros
from listeners.planning.entry import Planned, is_to_ring
from listeners.planning.matching import OwnPost, fulfilled
from listeners.store import Store, subjects
from listeners.store import planned as kept
from listeners.store.connection import Connection
from listeners.store.subjects import NewEvent
from listeners.team import PROGRAM


async def keep_plan(store: Store, now: Micros, *, zone: tzinfo | None = None) -> None:
    """Do what is due: mark what was posted, ring what is to be remembered.

    Raises:
        StoreError: nothing more was stored.
    """
    await mark_posted(store, now)
    await ring(store, now, zone=zone)


async def mark_posted(store: Store, now: Micros) -> int:
    """Mark planned posts that one of our accounts was heard posting; return how many.

    Each is a step of hubbub's that a person can take back, and then it stays so.
    """
    hoped = await kept.hoped_for(store, now)
    if hoped is None:
        return 0
    found = fulfilled(hoped.entries, hoped.posts, now, hoped.taken, hoped.refused)
    if not found:
        return 0

    async def work(connection: Connection) -> int:
        entries = await kept.load_planned(connection, found)
        still = {number: one for number, one in entries.items() if not one.done}
        step = await subjects.next_step(connection, PROGRAM)
        for place, one in enumerate(still.values()):
            await _posted(connection, one, found, step + place, now)
        return len(still)

    return await store.write(work)


async def _posted(
    connection: Connection, one: Planned, found: Mapping[int, OwnPost], step: int, now: Micros
) -> None:
    post = found[one.id]
    after = replace(one, state="done", done_at=post.at, mention_id=post.id)
    was, left = kept.columns_of(one), kept.columns_of(after)
    changed = [name for name in left if was[name] != left[name]]
    await kept.update_planned(connection, one.id, {name: left[name] for name in changed}, now)
    event = NewEvent(
        at=now,
        actor=PROGRAM,
        verb="posted",
        subject_kind="planned",
        subject_id=one.id,
        before={name: was[name] for name in changed},
        after={name: left[name] for name in changed},
        step=step,
    )
    await subjects.add_events(connection, [event])


async def ring(store: Store, now: Micros, *, zone: tzinfo | None = None) -> int:
    """Let the reminders that are due ring, each once; return how many did."""
    if not await kept.to_ring(store, now, zone=zone):
        return 0

    async def work(connection: Connection) -> int:
        due = await kept.to_ring_in(connection, now)
        numbers = [one.id for one in due if is_to_ring(one, now, zone)]
        await kept.rung(connection, numbers, now)
        return len(numbers)

    return await store.write(work)
