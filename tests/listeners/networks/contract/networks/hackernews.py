"""Hacker News: Algolia's search, a hundred hits a page; deletions are told by Firebase."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, cast

import pytest

from listeners.networks.hackernews import listener as hackernews
from listeners.networks.hackernews import search as hackernews_search
from tests.fake.hackernews import FakeHackerNews, Item
from tests.fake.http_server import Request
from tests.listeners.networks.contract.scenario import WebScenario, words


class Scenario(WebScenario[FakeHackerNews]):
    network = "hackernews"
    pages = 46

    def make(self) -> FakeHackerNews:
        return FakeHackerNews()

    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        await super().open(stack, patch, folder)
        for module in (hackernews, hackernews_search):
            patch.setattr(module, "PER_PAGE", 20)

    def settings(self) -> dict[str, Any]:
        return {"what": "search:kerlann", "options": {"firebase_url": self.server.url}}

    def write(self, text: str) -> Item:
        return self.server.story(text)

    def edit(self, made: Item, text: str) -> None:
        made.title = text

    def delete(self, made: Item) -> None:
        made.deleted, made.indexed = True, False

    def outrun(self) -> None:
        # More of one second than an answer shows.
        self.server.most, self.server.step = 20, 0
        for number in range(3, 63):
            self.write(words(number))

    def is_page(self, request: Request) -> bool:
        return request.path == "/api/v1/search_by_date"

    def records(self, body: Any) -> list[Any]:
        return cast("list[Any]", body["hits"])
