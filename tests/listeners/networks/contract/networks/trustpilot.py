"""Trustpilot: the reviews of a business, page after page, the newest first."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from listeners.secret import Secret
from tests.fake.http_server import Request
from tests.fake.trustpilot import KEY, UNIT, FakeTrustpilot, Review
from tests.listeners.networks.contract.scenario import WebScenario, words


class Scenario(WebScenario[FakeTrustpilot]):
    network = "trustpilot"

    def make(self) -> FakeTrustpilot:
        server = FakeTrustpilot()
        server.size = 4
        return server

    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        await super().open(stack, patch, folder)
        patch.setenv("TRUSTPILOT_KEY", KEY)

    def settings(self) -> dict[str, Any]:
        return {"what": UNIT, "token": Secret("env:TRUSTPILOT_KEY")}

    def write(self, text: str) -> Review:
        return self.server.review(text)

    def edit(self, made: Review, text: str) -> None:
        self.server.now += 60
        made.text, made.edited = text, self.server.now

    def delete(self, made: Review) -> None:
        self.server.reviews.remove(made)

    def outrun(self) -> None:
        self.server.size = 1
        for number in range(3, 30):
            self.write(words(number))

    def is_page(self, request: Request) -> bool:
        return request.path.endswith("/reviews")

    def records(self, body: Any) -> list[Any]:
        found: list[Any] = body["reviews"]
        return found
