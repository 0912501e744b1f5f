"""LinkedIn: what members comment below our page's posts, by its notifications."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from listeners.model import DAY, SECOND
from listeners.secret import Secret
from tests.fake.http_server import Request
from tests.fake.linkedin import FRONT, PAGE, TOKEN, Comment, FakeLinkedIn
from tests.listeners.networks.contract.scenario import WebScenario, words


class Scenario(WebScenario[FakeLinkedIn]):
    network = "linkedin"
    pages = 12

    def make(self) -> FakeLinkedIn:
        return FakeLinkedIn()

    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        await super().open(stack, patch, folder)
        patch.setenv("LINKEDIN_TOKEN", TOKEN)

    def settings(self) -> dict[str, Any]:
        return {"what": PAGE, "token": Secret("env:LINKEDIN_TOKEN")}

    def write(self, text: str) -> Comment:
        return self.server.comment(text)

    def edit(self, made: Comment, text: str) -> None:
        self.server.edit(made, text)

    def delete(self, made: Comment) -> None:
        self.server.delete(made)

    def outrun(self) -> None:
        self.server.now += 70 * DAY // SECOND
        self.write(words(3))

    def is_page(self, request: Request) -> bool:
        return request.path == FRONT

    def records(self, body: Any) -> list[Any]:
        found: list[Any] = body["elements"]
        return found
