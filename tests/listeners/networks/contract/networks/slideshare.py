"""SlideShare: the old API's search, for who still has a key."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from listeners.secret import Secret
from tests.fake.http_server import Reply, Request
from tests.fake.slideshare import KEY, SECRET, Deck, FakeSlideShare
from tests.listeners.networks.contract.scenario import Change, WebScenario, words

_DECK = re.compile(r"<Slideshow>.*?</Slideshow>")


class Scenario(WebScenario[FakeSlideShare]):
    network = "slideshare"
    impossible: ClassVar = {
        "delete": "a search shows what it finds: what is gone may only be further down",
    }

    def make(self) -> FakeSlideShare:
        server = FakeSlideShare()
        server.size = 50
        return server

    pages = 120

    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        await super().open(stack, patch, folder)
        patch.setenv("DECK_KEY", KEY)
        patch.setenv("DECK_SECRET", SECRET)

    def settings(self) -> dict[str, Any]:
        return {"token": Secret("env:DECK_KEY"), "options": {"secret": "env:DECK_SECRET"}}

    def write(self, text: str) -> Deck:
        return self.server.deck("Boats", text)

    def edit(self, made: Deck, text: str) -> None:
        made.text = text

    def outrun(self) -> None:
        for number in range(3, 1100):
            self.write(words(number))

    def is_page(self, request: Request) -> bool:
        return request.path == "/api/2/search_slideshows"

    def records(self, body: Any) -> list[Any]:
        raise NotImplementedError

    def broken(self, record: Any) -> Any:
        return f"<Slideshow><Odd>{record.replace('<', ' ')}</Odd></Slideshow>"

    def changed(self, request: Request, reply: Reply, change: Change) -> Reply:
        text = reply.body.decode()
        found = _DECK.findall(text)
        change(found)
        head = text[: text.index("<Slideshows>")]
        body = f"{head}<Slideshows>{''.join(found)}</Slideshows>"
        return replace(reply, body=body.encode(), headers={"content-type": "text/xml"})
