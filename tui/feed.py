"""Watching the store: one message when it changed, at most four a second, however much happens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual.message import Message

from listeners.store import Store

PERIOD = 0.25
"""Seconds between two messages: the screen redraws at most four times a second."""
PATIENCE = 5.0
"""Seconds without a change after which the passing of time itself is worth a look."""


class Changed(Message, bubble=False):
    """The store changed, or enough time passed that ages and due times read differently."""

    def can_replace(self, message: Message) -> bool:
        """One pending look at the store is enough."""
        return isinstance(message, Changed)


class Feed:
    """Follows the store for one application until it is cancelled."""

    def __init__(self, store: Store, post: Callable[[Message], bool]) -> None:
        self._watch = store.watch()
        self._post = post

    async def run(self) -> None:
        """Post a message whenever there is something new to show."""
        while True:
            await self._watch.wait(PATIENCE)
            self._post(Changed())
            # What changes during this breath is part of the next message.
            await asyncio.sleep(PERIOD)
