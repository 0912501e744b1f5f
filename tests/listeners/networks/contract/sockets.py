"""Networks that are heard over WebSockets: how their servers refuse, and send what they should not.

A refusal is an answer to the handshake. A body without end is one message too long to be read; data
under a wrong content type are binary frames where text is due.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from websockets.asyncio.server import ServerConnection

from listeners.socket import MAX_SIZE
from tests.fake.http_server import Reply
from tests.fake.socket_server import Refuse
from tests.listeners.networks.contract.scenario import Change, Scenario


class Faults:
    """What goes wrong on a server now, and how often that was met."""

    def __init__(self) -> None:
        self.refusal: Refuse | None = None
        self.good = 0
        self.change: Change | None = None
        self.is_huge = False
        self.is_binary = False
        self.asked = 0
        self.met = 0

    def refuse(self) -> Refuse | None:
        """Return the refusal of a connection, if it is to be refused."""
        self.asked += 1
        if self.refusal is None:
            return None
        if self.good > 0:
            self.good -= 1
            return None
        self.met += 1
        return self.refusal

    def changed(self, records: list[Any]) -> list[Any]:
        """Return records as they are told."""
        if self.change is not None:
            self.met += 1
            self.change(records)
        return records


class Wire:
    """A connection that may say what it should not."""

    def __init__(self, connection: ServerConnection, faults: Faults) -> None:
        self._connection = connection
        self._faults = faults

    def __aiter__(self) -> AsyncIterator[str | bytes]:
        return self._connection.__aiter__()

    async def send(self, text: str) -> None:
        """Send a message."""
        if self._faults.is_huge:
            self._faults.met += 1
            await self._connection.send("x" * (MAX_SIZE + 1))
        if self._faults.is_binary:
            self._faults.met += 1
            await self._connection.send(text.encode())
            return
        await self._connection.send(text)


class SocketScenario(Scenario):
    """A network heard over a WebSocket."""

    shares_budget = False

    def __init__(self) -> None:
        self.faults = Faults()

    def refuse(self, reply: Reply | None, after: int = 0) -> None:
        faults = self.faults
        faults.met, faults.good, faults.refusal = 0, after, None
        faults.is_huge = reply is not None and reply.raw is not None
        if reply is not None and reply.raw is None:
            faults.refusal = Refuse(reply.status, reply.headers, reply.body)

    def change(self, change: Change | None) -> None:
        self.faults.change, self.faults.met = change, 0

    def mislabel(self) -> None:
        self.faults.is_binary, self.faults.met = True, 0

    @property
    def asked(self) -> int:
        return self.faults.asked

    @property
    def met(self) -> int:
        return self.faults.met
