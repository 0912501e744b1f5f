"""Stack Exchange: a search of one site, page after page, and the questions found, whole."""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import Any, ClassVar, cast

from tests.fake.http_server import Reply, Request
from tests.fake.stackexchange import Entry, FakeStackExchange
from tests.listeners.networks.contract.scenario import FROM_ANYWHERE, Change, WebScenario


class Scenario(WebScenario[FakeStackExchange]):
    network = "stackexchange"
    impossible: ClassVar = {"cursor too old": FROM_ANYWHERE}

    def make(self) -> FakeStackExchange:
        server = FakeStackExchange()
        server.most, server.step, server.quota = 4, 200, 100_000
        return server

    def settings(self) -> dict[str, Any]:
        return {"what": "stackoverflow: kerlann"}

    def write(self, text: str) -> Entry:
        return self.server.question(text, f"<p>{text}</p>")

    def edit(self, made: Entry, text: str) -> None:
        made.title = text
        self.server.edit(made, f"<p>{text}</p>")

    def delete(self, made: Entry) -> None:
        self.server.remove(made)

    def is_page(self, request: Request) -> bool:
        return request.path == "/search/excerpts"

    def records(self, body: Any) -> list[Any]:
        return cast("list[Any]", body["items"])

    def changed(self, request: Request, reply: Reply, change: Change) -> Reply:
        plain = replace(reply, body=gzip.decompress(reply.body))
        plain = super().changed(request, plain, change)
        return replace(plain, body=gzip.compress(plain.body))
