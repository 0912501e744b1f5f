"""Maintenance windows as steps of a person: adding one, and ending it before its time."""

from __future__ import annotations

from dataclasses import replace

from listeners.actions.outcome import Outcome
from listeners.actions.words import done
from listeners.config import Config
from listeners.model import DAY, Micros, Sentence
from listeners.risk.maintenance import Window
from listeners.store import Store, subjects
from listeners.store.connection import Connection
from listeners.store.maintenance import add_window, load_window, move_end
from listeners.store.subjects import NewEvent
from listeners.team import may_write
from listeners.text import clean_line

LONGEST = 31 * DAY
"""How long a window may be: one forgotten must not silence a brand for ever."""


async def add_maintenance(
    store: Store, config: Config, actor: str, window: Window, now: Micros
) -> Outcome:
    """Keep a window in which a brand's alerts are recorded and do not ring.

    Raises:
        StoreError: nothing was stored.
    """
    refused = may_write(config, actor) or _refused(config, window, now)
    if refused is not None:
        return Outcome(0, refused, (refused,))
    wanted = replace(window, reason=str(clean_line(window.reason, 200)), author=actor)

    async def work(connection: Connection) -> Outcome:
        kept = await add_window(connection, wanted)
        after: dict[str, object] = {"removed": 0, "reason": kept.reason, "brand": kept.brand}
        return await _logged(connection, actor, "add", kept.id, {"removed": 1}, after, now)

    return await store.write(work, urgent=True)


async def end_maintenance(
    store: Store, config: Config, actor: str, number: int, now: Micros
) -> Outcome:
    """End a window now; one that has not begun never does. What goes on then fires.

    Raises:
        StoreError: nothing was stored.
    """
    refused = may_write(config, actor)
    if refused is not None:
        return Outcome(0, refused, (refused,))

    async def work(connection: Connection) -> Outcome:
        window = await load_window(connection, number)
        if window is None or window.to_at <= now:
            over = Sentence("There is no maintenance window number {number}.", {"number": number})
            return Outcome(0, over, (over,))
        await move_end(connection, number, now)
        return await _logged(
            connection, actor, "end", number, {"to_at": window.to_at}, {"to_at": now}, now
        )

    return await store.write(work, urgent=True)


def _refused(config: Config, window: Window, now: Micros) -> Sentence | None:
    if window.brand and config.brand(window.brand) is None:
        return Sentence("There is no brand {brand}.", {"brand": window.brand})
    if window.to_at <= window.from_at:
        return Sentence("It must end after it begins.")
    if window.to_at <= now:
        return Sentence("That time has passed; choose a later one.")
    if window.to_at - window.from_at > LONGEST:
        return Sentence("A maintenance window lasts a month at most.")
    return None


async def _logged(
    connection: Connection,
    actor: str,
    verb: str,
    number: int,
    before: dict[str, object],
    after: dict[str, object],
    now: Micros,
) -> Outcome:
    step = await subjects.next_step(connection, actor)
    event = NewEvent(
        at=now,
        actor=actor,
        verb=verb,
        subject_kind="maintenance",
        subject_id=number,
        before=before,
        after=after,
        step=step,
    )
    await subjects.add_events(connection, [event])
    return Outcome(1, done("maintenance", verb, 1, number=number), (), step)
