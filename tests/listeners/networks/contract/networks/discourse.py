"""Discourse: the newest posts of a forum, fifty a page."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, cast

import pytest

from listeners.networks.discourse import reader as discourse_reader
from tests.fake.discourse import FakeDiscourse, Record
from tests.fake.http_server import Request
from tests.listeners.networks.contract.scenario import WebScenario, words


class Scenario(WebScenario[FakeDiscourse]):
    network = "discourse"
    pages = 120

    def make(self) -> FakeDiscourse:
        return FakeDiscourse()

    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        await super().open(stack, patch, folder)
        patch.setattr(discourse_reader, "MOST_PAGES", 3)

    def settings(self) -> dict[str, Any]:
        return {"options": {"ours": True}}

    def write(self, text: str) -> Record:
        return self.server.post(text)

    def edit(self, made: Record, text: str) -> None:
        self.server.edit(made, text)

    def delete(self, made: Record) -> None:
        self.server.delete(made)

    def outrun(self) -> None:
        for number in range(3, 3 + 200):
            self.write(words(number))

    def is_page(self, request: Request) -> bool:
        return request.path == "/posts.json"

    def records(self, body: Any) -> list[Any]:
        return cast("list[Any]", body["latest_posts"])
