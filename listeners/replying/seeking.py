"""Looking for replies of which it is not known whether they are there. Nothing here ever sends."""

from __future__ import annotations

import logging
from dataclasses import replace

from listeners.clock import Clock
from listeners.model import MINUTE, SECOND, Micros
from listeners.networks.replying import Answered, Reply, Replying, Sent
from listeners.replying import outcome, writes
from listeners.replying.finding import post_answered
from listeners.replying.instance import is_gone
from listeners.replying.speakers import Speakers, within
from listeners.store import Store
from listeners.store import outbox as rows
from listeners.store.outbox import UNKNOWN, OutboxRow

LOOK_SECONDS = 20.0
"""How long one look may take."""
FORGOTTEN = 2 * MINUTE
"""A send that began so long ago is no longer under way: it is bounded by less."""
QUIET = 30 * SECOND
"""A server may still be at work on what a process asked that died: it gets this long."""
LONGEST_WAIT = 3600 * SECOND
"""An uncertain reply is looked for at least this often."""

_log = logging.getLogger(__name__)


class Seeker:
    """Looks for the replies of dead processes and, at growing intervals, for uncertain ones."""

    def __init__(self, store: Store, speakers: Speakers, clock: Clock) -> None:
        self._store = store
        self._speakers = speakers
        self._clock = clock
        self._waits: dict[int, tuple[Micros, int]] = {}

    async def round(self) -> list[OutboxRow]:
        """Look for each that is due and return those that are settled now, as they are.

        Raises:
            StoreError: the store cannot be read or written.
        """
        settled: list[OutboxRow] = []
        for row in await rows.unsettled(self._store):
            if self._due(row) and await self._look(row):
                after = await rows.reply(self._store, row.id)
                if after is not None:
                    settled.append(after)
        return settled

    def _due(self, row: OutboxRow) -> bool:
        now = self._clock()
        if now < self._waits.get(row.id, (Micros(0), 0))[0]:
            return False
        begun = row.tried_at or row.created_at
        # A time to come is of a clock that was set back since.
        return row.state == UNKNOWN or is_gone(row.instance) or abs(now - begun) > FORGOTTEN

    async def _look(self, row: OutboxRow) -> bool:
        """Look for one reply and write down what is found; return whether it is settled."""
        now = self._clock()
        try:
            speaker = await self._speakers.of_reply(row)
            if speaker is None:
                raise LookupError(f"no source {row.source!r} that can answer")
            to = await post_answered(self._store, row)
            there = await look_for(self._store, speaker.listener, row, to)
        except Exception as error:
            _log.warning("reply %d could not be looked for", row.id, exc_info=error)
            self._wait_longer(row, now)
            if row.state != UNKNOWN:
                await self._store.write(
                    lambda c: writes.uncertain(c, row.id), urgent=True, durable=True
                )
            return False
        begun = row.tried_at or row.created_at
        if there is not None:
            found = there
            await self._store.write(
                lambda c: writes.sent(c, row.id, found, begun, now), urgent=True, durable=True
            )
            return True
        if 0 <= now - begun < QUIET:
            return False
        await self._store.write(
            lambda c: writes.not_sent(c, row.id, outcome.NOT_THERE, now),
            urgent=True,
            durable=True,
        )
        return True

    def _wait_longer(self, row: OutboxRow, now: Micros) -> None:
        tries = self._waits.get(row.id, (now, 0))[1]
        wait = min(LONGEST_WAIT, MINUTE * 2**tries)
        self._waits[row.id] = (Micros(now + wait), min(tries + 1, 10))


def reply_of(row: OutboxRow, to: Answered) -> Reply:
    """Return a reply as the network is asked for it: the same at every attempt."""
    return Reply(key=row.key, text=row.text, to=to, lang=row.lang, written_at=row.created_at)


async def look_for(store: Store, listener: Replying, row: OutboxRow, to: Answered) -> Sent | None:
    """Look once, and not for long, whether a reply is there.

    Raises:
        SourceError: that cannot be told now.
        TimeoutError: the network takes too long to say.
        StoreError: the store cannot be read.
    """
    asked = replace(reply_of(row, to), others=await rows.known_around(store, row))
    return await within(LOOK_SECONDS, listener.find_reply(asked))
