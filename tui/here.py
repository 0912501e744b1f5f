"""Telling the team that this person is here, and on what: a beat every five seconds.

All processes beat in the same moment of the clock: ten people cost every screen one look in five
seconds, and not ten; and what died is gone with the third beat that it misses.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
import uuid
from typing import TYPE_CHECKING

from listeners.clock import Clock
from listeners.model import Micros
from listeners.store import Store, StoreError
from listeners.store.presence import Beat, beat, leave
from listeners.team import BEAT_SECONDS
from tui.session import Session

if TYPE_CHECKING:
    from tui.desk import Desk

_log = logging.getLogger(__name__)


class Here:
    """The presence of one member in one process."""

    def __init__(self, store: Store, member: str, clock: Clock, session: Session) -> None:
        self._store = store
        self._member = member
        self._clock = clock
        self._session = session
        self._instance = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex}"
        self._conversation: int | None = None
        self._doing = ""
        self._since = clock()
        self._changed = asyncio.Event()

    def on(self, conversation: int | None, doing: str = "reading") -> None:
        """Say what this person is on now, ``None`` for nothing in particular; shown at once."""
        doing = doing if conversation is not None else ""
        if (conversation, doing) != (self._conversation, self._doing):
            self._conversation, self._doing, self._since = conversation, doing, self._clock()
            self._changed.set()

    async def run(self) -> None:
        """Beat until cancelled; a store that cannot be written is tried again at the next beat."""
        while True:
            self._changed.clear()
            await self._beat()
            try:
                async with asyncio.timeout(BEAT_SECONDS - time.time() % BEAT_SECONDS):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def leave(self) -> None:
        """Say that this person has gone; where that fails, the missing beats say it."""
        try:
            await leave(self._store, self._instance)
        except StoreError as error:
            _log.info("others see only after a while that %s has gone: %s", self._member, error)

    async def _beat(self) -> None:
        now = self._clock()
        sign = Beat(
            instance=self._instance,
            member=self._member,
            conversation=self._conversation,
            doing=self._doing,
            since=self._since,
            active_at=Micros(self._session.last_key or self._since),
            at=now,
        )
        try:
            await beat(self._store, sign)
        except StoreError as error:
            _log.info("others do not see that %s is here: %s", self._member, error)


def here_of(desk: Desk) -> Here | None:
    """Return what tells the team of this person; ``None`` where there is no team to tell."""
    config = desk.config
    if not config.members or not config.member or desk.store.read_only:
        return None
    return Here(desk.store, config.member, desk.clock, desk.session)
