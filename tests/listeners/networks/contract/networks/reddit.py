"""Reddit by an app: what is new in a subreddit, a hundred a page."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, cast

import pytest

from tests.fake.http_server import Request
from tests.fake.reddit import APP, SECRET, FakeReddit, Record
from tests.listeners.networks.contract.scenario import WebScenario, words


class Scenario(WebScenario[FakeReddit]):
    network = "reddit"
    pages = 230

    def make(self) -> FakeReddit:
        return FakeReddit()

    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        await super().open(stack, patch, folder)
        patch.setenv("REDDIT_SECRET", SECRET)

    def settings(self) -> dict[str, Any]:
        options = {"client_id": APP, "client_secret": "env:REDDIT_SECRET"}
        return {"what": "r/boats", "options": options}

    def write(self, text: str) -> Record:
        return self.server.submit("A boat", text=text)

    def edit(self, made: Record, text: str) -> None:
        html = f'<div class="md"><p>{text}</p></div>'
        made.update(selftext=text, selftext_html=html, edited=float(self.server.now))

    def delete(self, made: Record) -> None:
        self.server.delete(made)

    def outrun(self) -> None:
        self.server.most = 100
        for number in range(3, 123):
            self.write(words(number))

    def is_page(self, request: Request) -> bool:
        return request.path == "/r/boats/new"

    def records(self, body: Any) -> list[Any]:
        return cast("list[Any]", body["data"]["children"])

    def broken(self, record: Any) -> Any:
        return {**record, "data": {"broken": json.dumps(record)}}
