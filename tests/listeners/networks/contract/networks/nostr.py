"""Nostr: one relay, asked page by page for a tag."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import ClassVar, cast

import pytest
from websockets.asyncio.server import ServerConnection

from listeners.config import SourceConfig
from listeners.model import SECOND, Micros
from listeners.networks.nostr import listener as nostr
from listeners.networks.nostr import relay as nostr_relay
from tests.fake.nostr import NOW, Event, FakeRelay, Writer
from tests.fake.socket_server import Met, Refuse
from tests.listeners.networks.contract.scenario import words
from tests.listeners.networks.contract.sockets import Faults, SocketScenario, Wire

ANA = Writer(3)


class Relay(FakeRelay):
    """A relay that may refuse, and change what it gives."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(most=20)
        self._faults = faults

    def refuse(self, met: Met) -> Refuse | None:
        return super().refuse(met) or self._faults.refuse()

    async def serve(self, connection: ServerConnection, met: Met) -> None:
        await super().serve(cast(ServerConnection, Wire(connection, self._faults)), met)

    def _stored(self, filters: Iterable[Event]) -> list[Event]:
        found = super()._stored(filters)
        return self._faults.changed(found) if any("#t" in one for one in filters) else found


class Scenario(SocketScenario):
    network = "nostr"
    believes = False
    impossible: ClassVar = {
        "edit": "a note is signed with its words: nobody can change it",
    }

    def __init__(self) -> None:
        super().__init__()
        self.relay = Relay(self.faults)
        self.now = NOW

    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        await stack.enter_async_context(self.relay)
        patch.setattr(nostr, "_PER_BATCH", 4)
        patch.setattr(nostr_relay, "MOST_PAGES", 3)

    def source(self) -> SourceConfig:
        options = {"relays": [self.relay.url], "allow_private": True}
        return SourceConfig(network="nostr", what="#kerlann", options=options)

    def clock(self) -> Micros:
        return Micros(self.now * SECOND)

    def write(self, text: str) -> Event:
        self.now += 30
        made = ANA.note(f"{text} #kerlann", at=self.now)
        self.relay.events.append(made)
        return made

    def delete(self, made: Event) -> None:
        self.now += 30
        self.relay.events.remove(made)
        self.relay.events.append(ANA.delete(made, at=self.now))

    def outrun(self) -> None:
        self.now += 3600
        for number in range(3, 83):
            self.write(words(number))

    async def announce(self) -> None:
        await self.relay.say()

    def begin_at(self, now: Micros) -> None:
        self.now = now // SECOND

    def broken(self, record: Event) -> Event:
        return {**record, "created_at": json.dumps(record)}
