"""One call that sends a reply, and finding out what came of it where the network did not say."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from listeners.clock import Clock
from listeners.model import SECOND, Sentence
from listeners.networks.contract import SourceError
from listeners.networks.replying import Answered, Replying, ReplyRefusedError, Sent
from listeners.replying import outcome, writes
from listeners.replying.outcome import Sending
from listeners.replying.seeking import look_for, reply_of
from listeners.replying.speakers import within
from listeners.store import Store
from listeners.store.connection import Connection

SEND_SECONDS = 45.0
"""How long a send may take; with the looks around it, less than ``seeking.FORGOTTEN``."""
PATIENCE = 15 * SECOND
"""How long a host that had trouble may have to be left alone, for the reply to be looked for
after that at once: longer than the first pause of ``http.manners``."""
LOOK_AGAIN = 3.0
"""Seconds until a reply that was not found is looked for a second time."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """A reply that is written down, on its way through one listener."""

    store: Store
    clock: Clock
    listener: Replying
    begun: writes.Begun
    look_again: float = LOOK_AGAIN

    async def run(self, to: Answered) -> Sending:
        """Send it, and write down what came of it.

        Raises:
            StoreError: that could not be written down; the reply is found by a later look.
        """
        try:
            there = await self._earlier(to)
            if there is None:
                reply = reply_of(self.begun.row, to)
                there = await within(SEND_SECONDS, self.listener.send_reply(reply))
        except ReplyRefusedError as error:
            return await self._not_sent(error.sentence)
        except Exception as error:
            _log.warning("reply %d met an error", self.begun.row.id, exc_info=error)
            return await self._after(error, to)
        return await self._sent(there)

    async def _earlier(self, to: Answered) -> Sent | None:
        """Look whether an earlier try of the same reply arrived after all."""
        if not self.begun.again:
            return None
        return await look_for(self.store, self.listener, self.begun.row, to)

    async def _after(self, error: Exception, to: Answered) -> Sending:
        """Look for a reply whose sending failed in a way that leaves open whether it is there."""
        row = self.begun.row
        if isinstance(error, SourceError) and error.unsent:
            return await self._not_sent(outcome.never_left(row.network, error, self.clock()))
        for wait in (0.0, self.look_again):
            await asyncio.sleep(wait)
            try:
                there = await self._look(to)
            except Exception as cannot:
                _log.warning("reply %d could not be looked for", row.id, exc_info=cannot)
                return await self._write(lambda c: writes.uncertain(c, row.id))
            if there is not None:
                return await self._sent(there)
        return await self._not_sent(outcome.NOT_THERE)

    async def _look(self, to: Answered) -> Sent | None:
        """Look for it; a host that is to be left alone for a moment is asked after that."""
        try:
            return await look_for(self.store, self.listener, self.begun.row, to)
        except SourceError as error:
            left = -1 if error.until is None else error.until - self.clock()
            if not (error.unsent and 0 <= left <= PATIENCE):
                raise
        await asyncio.sleep(left / SECOND)
        return await look_for(self.store, self.listener, self.begun.row, to)

    async def _sent(self, there: Sent) -> Sending:
        now, id_ = self.clock(), self.begun.row.id
        return await self._write(lambda c: writes.sent(c, id_, there, now, now))

    async def _not_sent(self, why: Sentence) -> Sending:
        now, id_ = self.clock(), self.begun.row.id
        return await self._write(lambda c: writes.not_sent(c, id_, why, now))

    async def _write(self, work: Callable[[Connection], Awaitable[Sending]]) -> Sending:
        return await self.store.write(work, urgent=True, durable=True)
