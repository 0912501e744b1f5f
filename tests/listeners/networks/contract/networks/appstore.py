"""The App Store: the newest reviews of a country, page after page."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, ClassVar

from tests.fake.appstore import APP, FakeAppStore, Review
from tests.fake.http_server import Reply, Request
from tests.listeners.networks.contract.scenario import Change, WebScenario, words


class Scenario(WebScenario[FakeAppStore]):
    network = "appstore"
    impossible: ClassVar = {
        "delete": "the store shows the newest reviews only: what is gone may only have grown old",
    }

    def make(self) -> FakeAppStore:
        server = FakeAppStore()
        server.size = 4
        return server

    def settings(self) -> dict[str, Any]:
        return {"what": f"{APP}: us"}

    def write(self, text: str) -> Review:
        return self.server.review(text, stars=2)

    def edit(self, made: Review, text: str) -> None:
        self.server.change(made, text, 1)

    def outrun(self) -> None:
        self.server.size = 1
        for number in range(3, 15):
            self.write(words(number))

    def is_page(self, request: Request) -> bool:
        return "/customerreviews/" in request.path

    def records(self, body: Any) -> list[Any]:
        found = body["feed"].get("entry", [])
        return found if isinstance(found, list) else [found]

    def changed(self, request: Request, reply: Reply, change: Change) -> Reply:
        body = json.loads(reply.body)
        found = self.records(body)
        change(found)
        body["feed"].pop("entry", None)
        if found:
            body["feed"]["entry"] = found
        return replace(reply, body=json.dumps(body).encode())
