"""Forums: a phpBB by its address, heard by the feed it is found to have."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from listeners.clock import from_iso
from listeners.config import SourceConfig
from listeners.model import MINUTE, Micros
from tests.fake import forums
from tests.fake.http_server import FakeServer, Reply, Request, body_reply
from tests.listeners.networks.contract.scenario import Change, WebScenario, words

FEED = "/app.php/feed"
SHOWN = 60


@dataclass
class Said:
    """A post of the forum."""

    number: int
    text: str


class Scenario(WebScenario[FakeServer]):
    network = "forum"
    pages = 55
    impossible: ClassVar = {
        "delete": "a feed shows its newest posts only: what is gone may only have grown old",
    }

    def make(self) -> FakeServer:
        self.posts: list[Said] = []
        self.now = from_iso("2026-11-22T11:00:00Z")
        server = FakeServer()
        server.on("/", body_reply(forums.page("phpbb"), "text/html"))
        server.on(FEED, self._feed)
        return server

    def clock(self) -> Micros:
        return self.now

    def source(self) -> SourceConfig:
        return SourceConfig(network="forum", what=f"{self.server.url}/")

    def write(self, text: str) -> Said:
        self.now = Micros(self.now + MINUTE)
        made = Said(len(self.posts), text)
        self.posts.append(made)
        return made

    def edit(self, made: Said, text: str) -> None:
        made.text = text

    def outrun(self) -> None:
        for number in range(3, 3 + SHOWN + 2):
            self.write(words(number))

    def is_page(self, request: Request) -> bool:
        return request.path == FEED

    def records(self, body: Any) -> list[Any]:
        raise NotImplementedError

    def broken(self, record: str) -> str:
        return "<entry></entry>"

    def changed(self, request: Request, reply: Reply, change: Change) -> Reply:
        shown: list[Any] = self._shown()
        change(shown)
        return replace(reply, body=forums.atom(*shown))

    def _feed(self, request: Request) -> Reply:
        return body_reply(forums.atom(*self._shown()), "application/atom+xml")

    def _shown(self) -> list[str]:
        newest = self.posts[::-1][:SHOWN]
        return [forums.phpbb(one.number, one.number, "Boats", one.text) for one in newest]
