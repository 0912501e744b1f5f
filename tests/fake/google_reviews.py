"""A small Google Business Profile on loopback: reviews of one place, by their last change.

async with FakeGoogleReviews() as server:
    made = server.review("Great", stars=5)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.fake.http_server import FakeServer, Reply, Request, json_reply, status_reply
from tests.fake.listening import START

TOKEN = "google-token"
PLACE = "accounts/1/locations/55"
WORDS = ("", "ONE", "TWO", "THREE", "FOUR", "FIVE")


@dataclass
class Review:
    """One review; ``at`` is when it was written, ``changed`` when it last changed."""

    id: str
    text: str
    stars: int
    at: int
    changed: int
    answer: str = ""
    name: str = "Pat"
    answered: int = 0

    @property
    def path(self) -> str:
        """Its name."""
        return f"{PLACE}/reviews/{self.id}"

    @property
    def record(self) -> dict[str, Any]:
        """It as the API shows it."""
        shown: dict[str, Any] = {
            "name": self.path,
            "reviewId": self.id,
            "reviewer": {"displayName": self.name} if self.name else {"isAnonymous": True},
            "starRating": WORDS[self.stars],
            "createTime": _time(self.at),
            "updateTime": _time(self.changed),
        }
        if self.text:
            shown["comment"] = self.text
        if self.answer:
            shown["reviewReply"] = {
                "comment": self.answer,
                "updateTime": _time(self.answered or self.changed + 60),
            }
        return shown


def _time(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S.123456789Z")


class FakeGoogleReviews(FakeServer):
    """The server; ``size`` reviews a page."""

    def __init__(self) -> None:
        super().__init__()
        self.reviews: list[Review] = []
        self.now = START
        self.size = 50
        self.token = TOKEN

    def review(self, text: str, *, stars: int = 2, name: str = "Pat") -> Review:
        """Write a review."""
        self.now += 60
        number = f"r{len(self.reviews)}"
        made = Review(number, text, stars, self.now, self.now, name=name)
        self.reviews.append(made)
        return made

    def change(self, review: Review, text: str) -> None:
        """Change a review: it comes to the top again."""
        self.now += 60
        review.text, review.changed = text, self.now

    def _reply(self, request: Request) -> Reply:
        if request.path in self._scripts:
            return super()._reply(request)
        return self.answer(request)

    def answer(self, request: Request) -> Reply:
        """Answer as Google does."""
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return status_reply(401)
        if request.path == f"/{PLACE}/reviews":
            return self._page(request)
        name = request.path.removeprefix("/").removesuffix("/reply")
        found = next((one for one in self.reviews if one.path == name), None)
        if found is None:
            return json_reply({"error": {"code": 404, "message": "Not found."}}, 404)
        if request.method == "PUT":
            body: Any = request.json()
            self.now += 60
            found.answer, found.answered = body["comment"], self.now
            return json_reply({"comment": found.answer})
        if request.method == "DELETE":
            found.answer = ""
            return json_reply({})
        return json_reply(found.record)

    def _page(self, request: Request) -> Reply:
        start = int(request.one("pageToken", "0"))
        shown = sorted(self.reviews, key=lambda one: -one.changed)
        page: dict[str, Any] = {"totalReviewCount": len(shown)}
        if found := [one.record for one in shown[start : start + self.size]]:
            page["reviews"] = found
        if start + self.size < len(shown):
            page["nextPageToken"] = str(start + self.size)
        return json_reply(page)
