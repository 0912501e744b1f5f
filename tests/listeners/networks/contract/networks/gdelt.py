"""GDELT: the titles of articles, in windows of time."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, cast

import pytest

from listeners.networks.gdelt import listener as gdelt
from tests.fake.gdelt import PATH, Article, FakeGdelt
from tests.fake.http_server import Reply, Request
from tests.listeners.networks.contract.scenario import Change, WebScenario


class Scenario(WebScenario[FakeGdelt]):
    network = "gdelt"
    pages = 24
    impossible: ClassVar = {
        "edit": "GDELT shows an article as it was first seen, and never again",
        "delete": "GDELT does not tell what a paper took away",
    }

    def make(self) -> FakeGdelt:
        server = FakeGdelt()
        server.most = 8
        return server

    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        await super().open(stack, patch, folder)
        patch.setattr(gdelt, "MOST", 8)

    def write(self, text: str) -> Article:
        return self.server.article(text)

    def outrun(self) -> None:
        self.server.now += 120 * 86_400
        self.write("Kerlann again")

    def is_page(self, request: Request) -> bool:
        return request.path == PATH

    def records(self, body: Any) -> list[Any]:
        return cast("list[Any]", body["articles"])

    def changed(self, request: Request, reply: Reply, change: Change) -> Reply:
        body = {"articles": [], **json.loads(reply.body)}
        change(body["articles"])
        return replace(reply, body=json.dumps(body if body["articles"] else {}).encode())
