"""A small App Store on loopback: customer reviews by country, fifty a page, ten pages.

async with FakeAppStore() as server:
    server.review("Great", stars=5, country="fr")
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from tests.fake.http_server import FakeServer, Reply, Request, body_reply, json_reply
from tests.fake.listening import START

APP = "497799835"


@dataclass
class Review:
    """One review; ``at`` is when it was last changed."""

    id: int
    country: str
    title: str
    text: str
    stars: int
    at: int
    account: int

    @property
    def record(self) -> dict[str, object]:
        """It as the feed shows it."""
        return {
            "author": {
                "uri": {
                    "label": f"https://itunes.apple.com/{self.country}/reviews/id{self.account}"
                },
                "name": {"label": f"user{self.account}"},
                "label": "",
            },
            "updated": {"label": datetime.fromtimestamp(self.at, UTC).isoformat()},
            "im:version": {"label": "1.2"},
            "im:rating": {"label": str(self.stars)},
            "id": {"label": str(self.id)},
            "title": {"label": self.title},
            "content": {"label": self.text, "attributes": {"type": "text"}},
            "link": {"attributes": {"rel": "related", "href": "https://itunes.apple.com/x"}},
            "im:voteSum": {"label": "3"},
            "im:contentType": {"attributes": {"term": "Application"}},
            "im:voteCount": {"label": "4"},
        }


def page_path(country: str = "us", number: int = 1) -> str:
    """Return where a page of a country stands."""
    return f"/{country}/rss/customerreviews/page={number}/id={APP}/sortby=mostrecent/json"


class FakeAppStore(FakeServer):
    """The server; ``size`` reviews a page."""

    def __init__(self) -> None:
        super().__init__()
        self.reviews: list[Review] = []
        self.now = START
        self.size = 50
        self.dated = True

    def review(self, text: str, *, stars: int = 5, country: str = "us", title: str = "T") -> Review:
        """Write a review."""
        self.now += 60
        number = 9_000_000_000 + len(self.reviews)
        made = Review(number, country, title, text, stars, self.now, 100 + len(self.reviews))
        self.reviews.append(made)
        return made

    def change(self, review: Review, text: str, stars: int) -> None:
        """Change a review: it comes to the top again."""
        self.now += 60
        review.text, review.stars, review.at = text, stars, self.now

    def _reply(self, request: Request) -> Reply:
        if request.path in self._scripts:
            return super()._reply(request)
        parts = request.path.strip("/").split("/")
        country, number = parts[0], int(parts[3].partition("=")[2])
        if number > 10:
            return body_reply(b"CustomerReviews RSS page depth is limited to 10")
        ours = [one for one in self.reviews if one.country == country]
        ours.sort(key=lambda one: -one.at)
        shown = [one.record for one in ours[(number - 1) * self.size : number * self.size]]
        if not self.dated:
            for record in shown:
                del record["updated"]
        feed: dict[str, object] = {"author": {"name": {"label": "iTunes Store"}}}
        if shown:
            feed["entry"] = shown[0] if len(shown) == 1 else shown
        return json_reply({"feed": feed})
