"""A Facebook Page: the comments below its newest post, newest first."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from listeners.networks.graph import reading as graph_reading
from listeners.secret import Secret
from tests.fake.facebook import FakeFacebook
from tests.fake.graph import KEY, Record
from tests.fake.http_server import Request
from tests.listeners.networks.contract.scenario import WebScenario, words


class Scenario(WebScenario[FakeFacebook]):
    network = "facebook"
    pages = 180

    def make(self) -> FakeFacebook:
        server = FakeFacebook()
        self.post = server.post("We sail again")
        return server

    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        await super().open(stack, patch, folder)
        patch.setenv("FACEBOOK_KEY", KEY)
        self._patch = patch

    def settings(self) -> dict[str, Any]:
        return {"token": Secret("env:FACEBOOK_KEY")}

    def write(self, text: str) -> Record:
        return self.server.comment(text, self.post)

    def edit(self, made: Record, text: str) -> None:
        made["message"] = text

    def delete(self, made: Record) -> None:
        self.server.delete(made)

    def outrun(self) -> None:
        self._patch.setattr(graph_reading, "MOST_PAGES", 2)
        for number in range(3, 160):
            self.write(words(number))

    def is_page(self, request: Request) -> bool:
        return "/feed" in request.path and ".limit(25)" in request.one("fields")

    def records(self, body: Any) -> list[Any]:
        found: list[Any] = body["data"][0]["comments"]["data"]
        return found
