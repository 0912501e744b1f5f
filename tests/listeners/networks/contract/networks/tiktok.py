"""TikTok: the comments on one video of ours, by the API for approved businesses."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, ClassVar

import pytest

from listeners.secret import Secret
from tests.fake.http_server import Request
from tests.fake.tiktok import ACCOUNT, TOKEN, Comment, FakeTikTok
from tests.listeners.networks.contract.scenario import WebScenario, words


class Scenario(WebScenario[FakeTikTok]):
    network = "tiktok"
    impossible: ClassVar = {
        "edit": "comments on TikTok cannot be changed",
        "delete": "the API lists what is there, in pages: what is gone may only be further down",
    }

    def make(self) -> FakeTikTok:
        server = FakeTikTok()
        server.size = 4
        self.film = server.video("A boat")
        return server

    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        await super().open(stack, patch, folder)
        patch.setenv("TIKTOK_TOKEN", TOKEN)

    def settings(self) -> dict[str, Any]:
        return {"token": Secret("env:TIKTOK_TOKEN"), "options": {"business_id": ACCOUNT}}

    def write(self, text: str) -> Comment:
        return self.server.comment(text, self.film)

    def outrun(self) -> None:
        self.server.size = 1
        for number in range(3, 20):
            self.write(words(number))

    def is_page(self, request: Request) -> bool:
        return request.path.endswith("/comment/list/")

    def records(self, body: Any) -> list[Any]:
        found: list[Any] = body["data"]["comments"]
        return found
