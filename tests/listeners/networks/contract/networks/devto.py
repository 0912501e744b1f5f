"""DEV: the newest articles, page after page."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, cast

import pytest

from listeners.networks.devto import listener as devto
from tests.fake.devto import FakeDev, Item
from tests.fake.http_server import Request
from tests.listeners.networks.contract.scenario import WebScenario, words


class Scenario(WebScenario[FakeDev]):
    network = "devto"

    def make(self) -> FakeDev:
        server = FakeDev()
        server.size, server.step = 4, 1800
        return server

    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        await super().open(stack, patch, folder)
        patch.setattr(devto, "SHORTEST_PAGE", 4)

    def write(self, text: str) -> Item:
        return self.server.article(text, f"<p>{text}</p>")

    def edit(self, made: Item, text: str) -> None:
        made.title, made.text = text, f"<p>{text}</p>"

    def delete(self, made: Item) -> None:
        made.gone = True

    def outrun(self) -> None:
        for number in range(3, 3 + 4 * devto.MOST_PAGES + 4):
            self.write(words(number))

    def is_page(self, request: Request) -> bool:
        return request.path == "/api/articles/latest"

    def records(self, body: Any) -> list[Any]:
        return cast("list[Any]", body)
