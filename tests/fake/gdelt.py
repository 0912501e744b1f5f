"""A small GDELT on loopback: articles in windows of time, and its refusals in plain text.

async with FakeGdelt() as server:
    server.article("Kerlann builds a boat")
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from tests.fake.http_server import FakeServer, Reply, Request, body_reply, json_reply
from tests.fake.listening import START

PATH = "/api/v2/doc/doc"
TOO_COMMON = b"One or more of your keywords were too short, too long or too common: (of)\n"
HURRIED = b"Please limit requests to one every 5 seconds or contact somebody for larger queries."


@dataclass
class Article:
    """One article as GDELT saw it."""

    url: str
    title: str
    text: str
    at: int
    language: str = "English"

    @property
    def record(self) -> dict[str, object]:
        """It as the article list shows it."""
        return {
            "url": self.url,
            "url_mobile": "",
            "title": self.title,
            "seendate": datetime.fromtimestamp(self.at, UTC).strftime("%Y%m%dT%H%M%SZ"),
            "socialimage": "",
            "domain": self.url.split("/")[2],
            "language": self.language,
            "sourcecountry": "France",
        }


class FakeGdelt(FakeServer):
    """The server; every new article is seen ``step`` seconds after the one before."""

    def __init__(self) -> None:
        super().__init__()
        self.articles: list[Article] = []
        self.now = START
        self.step = 900
        self.most = 250

    def article(
        self, title: str, text: str = "about Kerlann", *, url: str = "", language: str = "English"
    ) -> Article:
        """Publish."""
        self.now += self.step
        address = url or f"https://paper.example/{len(self.articles)}"
        made = Article(address, title, text, self.now, language)
        self.articles.append(made)
        return made

    def _reply(self, request: Request) -> Reply:
        if request.path in self._scripts:
            return super()._reply(request)
        assert request.path == PATH, request.path
        assert (request.one("mode"), request.one("format")) == ("artlist", "json")
        low, high = _second(request.one("startdatetime")), _second(request.one("enddatetime"))
        words = [part.strip('"() ').lower() for part in request.one("query").split(" OR ")]
        found = [
            article
            for article in self.articles
            if low <= article.at <= high
            and any(word in f"{article.title} {article.text}".lower() for word in words)
        ]
        found.sort(key=lambda one: one.at, reverse=request.one("sort") == "datedesc")
        if not found:
            return body_reply(b"{}\n", "application/json")
        return json_reply({"articles": [one.record for one in found[: self.most]]})


def _second(stamp: str) -> int:
    return int(datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC).timestamp())
