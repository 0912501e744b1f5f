"""Google reviews: the reviews of a place, page after page, what changed last first."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from listeners.secret import Secret
from tests.fake.google_reviews import PLACE, TOKEN, FakeGoogleReviews, Review
from tests.fake.http_server import Request
from tests.listeners.networks.contract.scenario import WebScenario, words


class Scenario(WebScenario[FakeGoogleReviews]):
    network = "googlereviews"

    def make(self) -> FakeGoogleReviews:
        server = FakeGoogleReviews()
        server.size = 4
        return server

    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        await super().open(stack, patch, folder)
        patch.setenv("GOOGLE_TOKEN", TOKEN)

    def settings(self) -> dict[str, Any]:
        return {"what": PLACE, "token": Secret("env:GOOGLE_TOKEN")}

    def write(self, text: str) -> Review:
        return self.server.review(text)

    def edit(self, made: Review, text: str) -> None:
        self.server.change(made, text)

    def delete(self, made: Review) -> None:
        self.server.reviews.remove(made)

    def outrun(self) -> None:
        self.server.size = 1
        for number in range(3, 30):
            self.write(words(number))

    def is_page(self, request: Request) -> bool:
        return request.path.endswith("/reviews")

    def records(self, body: Any) -> list[Any]:
        found: list[Any] = body.setdefault("reviews", [])
        return found
