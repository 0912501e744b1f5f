"""X: what a search finds, ten a page; every post is paid for."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, cast

import pytest

from listeners.networks.x import listener as x
from listeners.secret import Secret
from tests.fake.http_server import Request
from tests.fake.x import BEARER, FakeX, Record
from tests.listeners.networks.contract.scenario import WebScenario, words


class Scenario(WebScenario[FakeX]):
    network = "x"
    pages = 25
    shares_budget = False

    def make(self) -> FakeX:
        return FakeX()

    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        await super().open(stack, patch, folder)
        patch.setenv("X_BEARER", BEARER)
        patch.setattr(x, "PER_PAGE", 10)

    def settings(self) -> dict[str, Any]:
        options = {"budget_day": 1000, "budget_month": 1000, "back": 7}
        return {"token": Secret("env:X_BEARER"), "options": options}

    def write(self, text: str) -> Record:
        return self.server.post(text)

    def edit(self, made: Record, text: str) -> None:
        self.server.edit(made, text)

    def delete(self, made: Record) -> None:
        del self.server.posts[made["id"]]

    def outrun(self) -> None:
        self.server.now += 9 * 86400
        self.write(words(3))

    def is_page(self, request: Request) -> bool:
        return request.path == "/2/tweets/search/recent"

    def records(self, body: Any) -> list[Any]:
        return cast("list[Any]", body.setdefault("data", []))
