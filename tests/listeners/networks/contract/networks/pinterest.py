"""Pinterest: the pins of our account, all of them at every round."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, ClassVar

import pytest

from listeners.secret import Secret
from tests.fake.http_server import Request
from tests.fake.pinterest import TOKEN, FakePinterest, Pin
from tests.listeners.networks.contract.scenario import FROM_ANYWHERE, WebScenario


class Scenario(WebScenario[FakePinterest]):
    network = "pinterest"
    impossible: ClassVar = {
        "delete": "the pins are our own: whoever deletes one knows",
        "cursor too old": FROM_ANYWHERE,
    }

    def make(self) -> FakePinterest:
        server = FakePinterest()
        server.size = 4
        return server

    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        await super().open(stack, patch, folder)
        patch.setenv("PINTEREST_TOKEN", TOKEN)

    def settings(self) -> dict[str, Any]:
        return {"token": Secret("env:PINTEREST_TOKEN")}

    def write(self, text: str) -> Pin:
        return self.server.pin(text, 0)

    def edit(self, made: Pin, text: str) -> None:
        made.text = text

    def is_page(self, request: Request) -> bool:
        return request.path == "/pins"

    def records(self, body: Any) -> list[Any]:
        found: list[Any] = body["items"]
        return found
