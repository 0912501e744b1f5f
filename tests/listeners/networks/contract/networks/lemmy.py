"""Lemmy 0.19: the posts of a community, fifty a page."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, cast

import pytest

from listeners.networks.lemmy import places as lemmy_places
from tests.fake.http_server import Request
from tests.fake.lemmy import FakeLemmy, Record
from tests.listeners.networks.contract.scenario import WebScenario, words


class Scenario(WebScenario[FakeLemmy]):
    network = "lemmy"
    pages = 12

    def make(self) -> FakeLemmy:
        return FakeLemmy(3)

    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        await super().open(stack, patch, folder)
        patch.setattr(lemmy_places, "PAGE", 4)

    def settings(self) -> dict[str, Any]:
        return {"what": "c/boats"}

    def write(self, text: str) -> Record:
        return self.server.post("A boat", text=text)

    def edit(self, made: Record, text: str) -> None:
        made.update(text=text, edited=self.server.now)

    def delete(self, made: Record) -> None:
        made["deleted"] = True

    def outrun(self) -> None:
        for number in range(3, 3 + 4 * 42):
            self.write(words(number))

    def is_page(self, request: Request) -> bool:
        return request.path == "/api/v3/post/list"

    def records(self, body: Any) -> list[Any]:
        return cast("list[Any]", body["posts"])
