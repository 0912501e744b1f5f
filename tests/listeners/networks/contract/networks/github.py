"""GitHub: the issues of a repository in the order they changed, a hundred a page."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, ClassVar, cast

import pytest

from listeners.networks.github import listener as github
from listeners.networks.github import places as github_places
from listeners.networks.github import reader as github_reader
from tests.fake.github import FakeGitHub, Record
from tests.fake.http_server import Request
from tests.listeners.networks.contract.scenario import FROM_ANYWHERE, WebScenario


class Scenario(WebScenario[FakeGitHub]):
    network = "github"
    impossible: ClassVar = {"cursor too old": FROM_ANYWHERE}
    pages = 46

    def make(self) -> FakeGitHub:
        return FakeGitHub()

    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        await super().open(stack, patch, folder)
        for module in (github, github_places, github_reader):
            patch.setattr(module, "PER_PAGE", 20)

    def settings(self) -> dict[str, Any]:
        return {"what": "kerlann/boat"}

    def write(self, text: str) -> Record:
        return self.server.issue("kerlann/boat", "A boat", text)

    def edit(self, made: Record, text: str) -> None:
        self.server.edit(made, text)

    def delete(self, made: Record) -> None:
        self.server.delete(made)

    def is_page(self, request: Request) -> bool:
        return request.path == "/repos/kerlann/boat/issues"

    def records(self, body: Any) -> list[Any]:
        return cast("list[Any]", body)
