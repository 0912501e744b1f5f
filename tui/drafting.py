"""What is being written, kept in the store: at every keystroke, yet not more often than needed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

PERIOD = 0.3
"""Seconds between two writes while she types."""


class Written(NamedTuple):
    """What stands in the box."""

    text: str = ""
    lang: str = ""


class DraftKeeper:
    """Keeps what was typed last; whoever waits for ``keep`` knows that it is stored.

    ``write`` stores one state. It is called for one state at a time, and never again once the
    keeper is closed: a reply that was sent must not come back as a draft.
    """

    def __init__(self, write: Callable[[Written], Awaitable[None]], stored: Written) -> None:
        self._write = write
        self._wanted = self._stored = stored
        self._one_at_a_time = asyncio.Lock()
        self._closed = False

    @property
    def due(self) -> bool:
        """Whether something typed is not stored yet."""
        return not self._closed and self._wanted != self._stored

    def typed(self, written: Written) -> None:
        """Take note of what stands in the box now."""
        self._wanted = written

    async def keep(self) -> None:
        """Store what was typed last.

        Raises:
            StoreError: it is not stored; it stays due.
        """
        async with self._one_at_a_time:
            while self.due:
                wanted = self._wanted
                await self._write(wanted)
                self._stored = wanted

    async def close(self) -> None:
        """Let a write under way end, and write nothing after it."""
        self._closed = True
        async with self._one_at_a_time:
            pass
