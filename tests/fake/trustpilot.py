"""A small Trustpilot on loopback: one business, its reviews and answers, a key and a secret.

async with FakeTrustpilot() as server:
    made = server.review("Slow", stars=2)
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.fake.http_server import FakeServer, Reply, Request, json_reply, status_reply
from tests.fake.listening import START

KEY, SECRET, BEARER = "pilot-key", "pilot-secret", "pilot-bearer"
UNIT = "4bdd5f8f00006400050c8f5a"
SITE = "kerlann.example"
TOKEN_PATH = "/v1/oauth/oauth-business-users-for-applications/accesstoken"


@dataclass
class Review:
    """One review; its time is given without a zone."""

    id: str
    text: str
    stars: int
    at: int
    edited: int | None = None
    answer: str = ""
    title: str = "Hm"

    @property
    def record(self) -> dict[str, Any]:
        """It as the API shows it."""
        return {
            "id": self.id,
            "stars": self.stars,
            "title": self.title,
            "text": self.text,
            "language": "en",
            "createdAt": _time(self.at),
            "updatedAt": None if self.edited is None else _time(self.edited) + "Z",
            "numberOfLikes": 3,
            "companyReply": {"text": self.answer, "createdAt": _time(self.at + 60)}
            if self.answer
            else None,
            "consumer": {"id": f"c{self.id}", "displayName": "Ana"},
        }


def _time(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


class FakeTrustpilot(FakeServer):
    """The server; ``size`` reviews a page, whatever is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.reviews: list[Review] = []
        self.now = START
        self.size = 100

    def review(self, text: str, *, stars: int = 2, title: str = "Hm") -> Review:
        """Write a review."""
        self.now += 60
        made = Review(f"{len(self.reviews):024x}", text, stars, self.now, title=title)
        self.reviews.append(made)
        return made

    def _reply(self, request: Request) -> Reply:
        if request.path in self._scripts:
            return super()._reply(request)
        if request.path == TOKEN_PATH:
            basic = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
            if request.headers.get("authorization") != f"Basic {basic}":
                return json_reply({"message": "no"}, 401)
            return json_reply({"access_token": BEARER, "expires_in": "359999"})
        if request.path.startswith("/v1/private/"):
            return self._private(request)
        if request.headers.get("apikey") != KEY:
            return json_reply({"message": "Unknown apikey"}, 401)
        if request.path == "/v1/business-units/find":
            if request.one("name") != SITE:
                return json_reply({"message": "Not found"}, 404)
            return json_reply({"id": UNIT, "name": {"identifying": SITE}})
        if request.path == f"/v1/business-units/{UNIT}/reviews":
            number = int(request.one("page"))
            shown = sorted(self.reviews, key=lambda one: -one.at)
            page = shown[(number - 1) * self.size : number * self.size]
            return json_reply({"links": [], "reviews": [one.record for one in page]})
        found = self._found(request.path.rpartition("/")[2])
        return status_reply(404) if found is None else json_reply(found.record)

    def _private(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"Bearer {BEARER}":
            return status_reply(401)
        found = self._found(request.path.split("/")[4])
        if found is None:
            return json_reply({"message": "Not found"}, 404)
        body: Any = request.json() if request.method == "POST" else {}
        found.answer = body.get("message", "")
        return status_reply(201 if found.answer else 204)

    def _found(self, number: str) -> Review | None:
        return next((one for one in self.reviews if one.id == number), None)
