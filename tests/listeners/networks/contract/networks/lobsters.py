"""Lobsters: the newest stories, page after page."""

from __future__ import annotations

from typing import Any, cast

from listeners.networks.lobsters.listener import MOST_PAGES
from tests.fake.http_server import Request
from tests.fake.lobsters import FakeLobsters, Item
from tests.listeners.networks.contract.scenario import WebScenario, words


class Scenario(WebScenario[FakeLobsters]):
    network = "lobsters"

    def make(self) -> FakeLobsters:
        server = FakeLobsters()
        server.size = 4
        return server

    def settings(self) -> dict[str, Any]:
        return {"what": "newest"}

    def write(self, text: str) -> Item:
        return self.server.story("A boat", text=f"<p>{text}</p>")

    def edit(self, made: Item, text: str) -> None:
        made.text = f"<p>{text}</p>"

    def delete(self, made: Item) -> None:
        made.gone = "deleted"

    def outrun(self) -> None:
        self.server.size, self.server.step = 1, 7200
        for number in range(3, 3 + MOST_PAGES + 2):
            self.write(words(number))

    def is_page(self, request: Request) -> bool:
        return request.path.startswith("/newest")

    def records(self, body: Any) -> list[Any]:
        return cast("list[Any]", body)
