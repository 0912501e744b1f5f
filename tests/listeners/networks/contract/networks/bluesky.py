"""Bluesky: the stream of everybody's posts, from a cursor on."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, cast

import pytest
from websockets.asyncio.server import ServerConnection

from listeners.config import SourceConfig
from listeners.model import HOUR, SECOND, Micros
from listeners.networks.bluesky import listener as bluesky
from tests.fake.jetstream import Event, FakeJetstream, commit, delete, post, record
from tests.fake.socket_server import Met, Refuse
from tests.listeners.networks.contract.scenario import words
from tests.listeners.networks.contract.sockets import Faults, SocketScenario, Wire

ANNA = "did:plc:anna"
NOW = Micros(1_790_000_000 * SECOND)


class Stream(FakeJetstream):
    """A Jetstream that may refuse."""

    def __init__(self, faults: Faults) -> None:
        super().__init__()
        self._faults = faults

    def refuse(self, met: Met) -> Refuse | None:
        return self._faults.refuse() or super().refuse(met)

    async def serve(self, connection: ServerConnection, met: Met) -> None:
        await super().serve(cast(ServerConnection, Wire(connection, self._faults)), met)


class Scenario(SocketScenario):
    network = "bluesky"
    pages = 60

    def __init__(self) -> None:
        super().__init__()
        self.stream = Stream(self.faults)
        self.now = NOW
        self._said: list[Event] = []

    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        await stack.enter_async_context(self.stream)
        patch.setattr(bluesky, "QUIET", 0.15)
        patch.setattr(bluesky, "_FLUSH", 0.02)
        patch.setattr(bluesky, "_STEP", 0.1)
        patch.setattr(bluesky, "AT_ONCE", 16)

    def source(self) -> SourceConfig:
        return SourceConfig(network="bluesky", base_url=self.stream.url)

    def clock(self) -> Micros:
        return self.now

    def write(self, text: str) -> Event:
        self.now = Micros(self.now + SECOND)
        made = post(ANNA, f"k{len(self._said)}", text, self.now)
        self._said.append(made)
        return made

    def edit(self, made: Event, text: str) -> None:
        self.now = Micros(self.now + SECOND)
        said: dict[str, Any] = {"record": record(text, self.now), "cid": "bafynew"}
        self._said.append(commit(ANNA, self.now, "update", made["commit"]["rkey"], **said))

    def delete(self, made: Event) -> None:
        self.now = Micros(self.now + SECOND)
        self._said.append(delete(ANNA, made["commit"]["rkey"], self.now))

    def outrun(self) -> None:
        self.now = Micros(self.now + 100 * HOUR)
        self.stream.floor = self.now
        self.write(words(3))

    def settle(self) -> None:
        self.stream.events = self.faults.changed(list(self._said))

    async def announce(self) -> None:
        await super().announce()
        await self.stream.say()

    def begin_at(self, now: Micros) -> None:
        self.now = now

    def broken(self, record: Event) -> Event:
        return {**record, "commit": {**record["commit"], "record": {"text": [json.dumps(record)]}}}
