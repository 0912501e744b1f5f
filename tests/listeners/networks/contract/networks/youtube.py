"""YouTube: the comments on a channel's videos, a hundred a page."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, cast

import pytest

from listeners.config import BrandConfig
from listeners.networks.youtube import comments as youtube_comments
from listeners.networks.youtube import listener as youtube
from listeners.secret import Secret
from tests.fake.http_server import Request
from tests.fake.youtube import KEY, FakeYouTube, Record
from tests.listeners.networks.contract.scenario import WebScenario, words


class Scenario(WebScenario[FakeYouTube]):
    network = "youtube"
    pages = 46
    brand = BrandConfig(name="Kerlann", names=("Kerlann",), handles={"youtube": ("@kerlann",)})

    def make(self) -> FakeYouTube:
        server = FakeYouTube()
        self.film = server.video("A boat")
        return server

    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        await super().open(stack, patch, folder)
        for module in (youtube, youtube_comments):
            patch.setattr(module, "PER_PAGE", 20)
        patch.setenv("YOUTUBE_KEY", KEY)
        patch.setattr(youtube_comments, "MOST_PAGES", 3)

    def settings(self) -> dict[str, Any]:
        return {
            "what": "@kerlann",
            "token": Secret("env:YOUTUBE_KEY"),
            "options": {"site_url": self.server.url},
        }

    def write(self, text: str) -> Record:
        return self.server.comment(text, self.film)

    def edit(self, made: Record, text: str) -> None:
        self.server.edit(made, text)

    def delete(self, made: Record) -> None:
        self.server.delete(made)

    def outrun(self) -> None:
        for number in range(3, 93):
            self.write(words(number))

    def is_page(self, request: Request) -> bool:
        return request.path.endswith("/commentThreads")

    def records(self, body: Any) -> list[Any]:
        return cast("list[Any]", body["items"])
