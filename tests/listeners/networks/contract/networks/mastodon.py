"""Mastodon: the timeline of a tag."""

from __future__ import annotations

from typing import Any, cast

from tests.fake.http_server import Request
from tests.fake.mastodon import FakeMastodon, Record
from tests.listeners.networks.contract.scenario import WebScenario, words


class Scenario(WebScenario[FakeMastodon]):
    network = "mastodon"

    def make(self) -> FakeMastodon:
        server = FakeMastodon()
        server.page_size = 4
        return server

    def settings(self) -> dict[str, Any]:
        return {"what": "#kerlann"}

    def write(self, text: str) -> Record:
        return self.server.post(f"{text} #kerlann")

    def edit(self, made: Record, text: str) -> None:
        self.server.edit(made, f"{text} #kerlann")

    def delete(self, made: Record) -> None:
        self.server.delete(made)

    def outrun(self) -> None:
        self.server.heeds_min_id = False
        for number in range(3, 3 + 120):
            self.write(words(number))

    def is_page(self, request: Request) -> bool:
        return request.path == self.server.tag("kerlann")

    def records(self, body: Any) -> list[Any]:
        return cast("list[Any]", body)
