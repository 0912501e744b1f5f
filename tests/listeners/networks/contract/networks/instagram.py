"""An Instagram account: the comments below a picture, newest first."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from listeners.networks.graph import reading as graph_reading
from listeners.secret import Secret
from tests.fake.graph import KEY, Record
from tests.fake.http_server import Request
from tests.fake.instagram import FakeInstagram
from tests.listeners.networks.contract.scenario import WebScenario, words


class Scenario(WebScenario[FakeInstagram]):
    network = "instagram"
    pages = 180

    def make(self) -> FakeInstagram:
        server = FakeInstagram()
        server.size = 50
        self.picture = server.publish("At sea")
        return server

    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        await super().open(stack, patch, folder)
        patch.setenv("INSTAGRAM_KEY", KEY)
        self._patch = patch

    def settings(self) -> dict[str, Any]:
        return {"token": Secret("env:INSTAGRAM_KEY")}

    def write(self, text: str) -> Record:
        return self.server.comment(text, self.picture)

    def edit(self, made: Record, text: str) -> None:
        made["text"] = text

    def delete(self, made: Record) -> None:
        self.server.delete(made)

    def outrun(self) -> None:
        self._patch.setattr(graph_reading, "MOST_PAGES", 2)
        for number in range(3, 160):
            self.write(words(number))

    def is_page(self, request: Request) -> bool:
        return "/media" in request.path and "comments.limit" in request.one("fields")

    def records(self, body: Any) -> list[Any]:
        found: list[Any] = body["data"][0].get("comments", {"data": []})["data"]
        return found
