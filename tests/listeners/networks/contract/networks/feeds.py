"""Feeds: an RSS feed that shows its newest entries, with older pages as WordPress has them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from email.utils import format_datetime
from typing import Any, ClassVar

from listeners.clock import from_iso, to_datetime
from listeners.config import SourceConfig
from listeners.model import MINUTE, Micros
from tests.fake.feeds import Article, rss
from tests.fake.http_server import FakeServer, Reply, Request, body_reply
from tests.listeners.networks.contract.scenario import Change, WebScenario, words

SHOWN = 20


@dataclass
class Entry:
    """An entry that may change."""

    number: int
    text: str
    at: Micros

    def article(self) -> Article:
        """It as the feed shows it."""
        date = format_datetime(to_datetime(self.at), usegmt=True)
        link = f"https://harbour.example/n{self.number}"
        return Article(id=f"e{self.number}", title="Boats", text=self.text, link=link, date=date)


class Scenario(WebScenario[FakeServer]):
    network = "feeds"
    pages = 60
    impossible: ClassVar = {
        "delete": "a feed shows its newest entries only: what is gone may only have grown old",
    }

    def make(self) -> FakeServer:
        self.entries: list[Entry] = []
        self.now = from_iso("2026-11-22T10:00:00Z")
        server = FakeServer()
        server.on("/feed", self._feed)
        return server

    def clock(self) -> Micros:
        return self.now

    def source(self) -> SourceConfig:
        return SourceConfig(network="feeds", what=f"{self.server.url}/feed")

    def write(self, text: str) -> Entry:
        self.now = Micros(self.now + MINUTE)
        made = Entry(len(self.entries), text, self.now)
        self.entries.append(made)
        return made

    def edit(self, made: Entry, text: str) -> None:
        made.text = text

    def outrun(self) -> None:
        for number in range(3, 3 + 6 * SHOWN):
            self.write(words(number))

    def is_page(self, request: Request) -> bool:
        return request.path == "/feed"

    def records(self, body: Any) -> list[Any]:
        raise NotImplementedError

    def broken(self, record: Article) -> Article:
        return Article(id="", title="", text="", link="", date=record.date)

    def changed(self, request: Request, reply: Reply, change: Change) -> Reply:
        shown: list[Any] = self._shown(request)
        change(shown)
        return replace(reply, body=self._written(request, shown))

    def _feed(self, request: Request) -> Reply:
        body = self._written(request, self._shown(request))
        return body_reply(body, "application/rss+xml")

    def _shown(self, request: Request) -> list[Article]:
        first = (int(request.one("paged", "1")) - 1) * SHOWN
        return [entry.article() for entry in self.entries[::-1][first : first + SHOWN]]

    def _written(self, request: Request, shown: list[Article]) -> bytes:
        below = int(request.one("paged", "1")) + 1
        more = f'<atom:link rel="next" href="{self.server.url}/feed?paged={below}"/>'
        return rss(shown, channel=more)
