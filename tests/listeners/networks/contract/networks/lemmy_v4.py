"""Lemmy 1.0: the same, by the other API."""

from __future__ import annotations

from typing import Any, cast

from tests.fake.http_server import Request
from tests.fake.lemmy import FakeLemmy
from tests.listeners.networks.contract.networks import lemmy


class Scenario(lemmy.Scenario):
    is_variant = True

    def make(self) -> FakeLemmy:
        return FakeLemmy(4)

    def is_page(self, request: Request) -> bool:
        return request.path == "/api/v4/post/list"

    def records(self, body: Any) -> list[Any]:
        return cast("list[Any]", body["items"])
