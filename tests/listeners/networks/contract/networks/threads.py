"""A Threads profile: the replies below a post, newest first, a hundred a page."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from listeners.networks.graph import reading as graph_reading
from listeners.secret import Secret
from tests.fake.graph import KEY, Record
from tests.fake.http_server import Request
from tests.fake.threads import FakeThreads
from tests.listeners.networks.contract.scenario import WebScenario, words


class Scenario(WebScenario[FakeThreads]):
    network = "threads"
    pages = 250

    def make(self) -> FakeThreads:
        server = FakeThreads()
        server.reviewed = True
        self.post = server.post("At sea")
        return server

    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        await super().open(stack, patch, folder)
        patch.setenv("THREADS_KEY", KEY)
        self._patch = patch

    def settings(self) -> dict[str, Any]:
        return {"token": Secret("env:THREADS_KEY")}

    def write(self, text: str) -> Record:
        return self.server.post(text, "ana", self.post)

    def edit(self, made: Record, text: str) -> None:
        made["text"] = text

    def delete(self, made: Record) -> None:
        self.server.posts.remove(made)

    def outrun(self) -> None:
        # The search, which passes by as much, would tell of it besides.
        self.server.reviewed = False
        self._patch.setattr(graph_reading, "MOST_PAGES", 2)
        for number in range(3, 250):
            self.write(words(number))

    def is_page(self, request: Request) -> bool:
        return request.path.endswith("/conversation")

    def records(self, body: Any) -> list[Any]:
        found: list[Any] = body["data"]
        return found
