"""Matrix: what is said in a room, by sync and page by page below it."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from listeners.secret import Secret
from tests.fake.http_server import Reply, Request
from tests.fake.matrix import SYNC, FakeMatrix, Record
from tests.listeners.networks.contract.scenario import Change, WebScenario, words


class Scenario(WebScenario[FakeMatrix]):
    network = "matrix"
    pages = 120

    def make(self) -> FakeMatrix:
        server = FakeMatrix()
        self.room = server.room("#help:hs.example")
        server.sync_limit, server.page_size = 4, 10
        return server

    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        await super().open(stack, patch, folder)
        patch.setenv("MATRIX_TOKEN", self.server.token)

    def settings(self) -> dict[str, Any]:
        return {"token": Secret("env:MATRIX_TOKEN")}

    def write(self, text: str) -> Record:
        return self.server.say(self.room, text)

    def edit(self, made: Record, text: str) -> None:
        self.server.edit(self.room, made, text)

    def delete(self, made: Record) -> None:
        self.server.redact(self.room, made)

    def outrun(self) -> None:
        self.server.page_size = 1
        for number in range(3, 63):
            self.write(words(number))

    def is_page(self, request: Request) -> bool:
        return request.path == SYNC or request.path.endswith("/messages")

    def records(self, body: Any) -> list[Any]:
        if "chunk" in body:
            found: list[Any] = body["chunk"]
            return found
        joined = body["rooms"]["join"].get(self.room)
        return joined["timeline"]["events"] if joined else []

    def broken(self, record: Any) -> Any:
        return {**record, "event_id": 5, "sender": None}

    def changed(self, request: Request, reply: Reply, change: Change) -> Reply:
        changed = super().changed(request, reply, change)
        body = json.loads(changed.body)
        if request.path != SYNC or self.records(body) or not request.one("since"):
            return changed
        # Who shows nothing does not count it as shown.
        body["next_batch"] = request.one("since")
        return replace(changed, body=json.dumps(body).encode())
