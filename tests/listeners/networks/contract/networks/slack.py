"""A Slack app: the newest page of each channel, two hundred messages long."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, cast

import pytest

from listeners.config import SourceConfig
from listeners.networks.slack import listener as slack
from listeners.secret import Secret
from tests.fake.http_server import Request
from tests.fake.slack import TOKEN, FakeSlack, Record
from tests.listeners.networks.contract.scenario import WebScenario


class Scenario(WebScenario[FakeSlack]):
    network = "slack"
    pages = 60

    def make(self) -> FakeSlack:
        return FakeSlack()

    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        await super().open(stack, patch, folder)
        patch.setenv("SLACK_TOKEN", TOKEN)
        self._patch = patch

    def source(self) -> SourceConfig:
        token = Secret("env:SLACK_TOKEN")
        return SourceConfig(network="slack", base_url=self.server.base, token=token)

    def write(self, text: str) -> Record:
        return self.server.say(text)

    def edit(self, made: Record, text: str) -> None:
        self.server.edit(made, text)

    def delete(self, made: Record) -> None:
        self.server.delete(made)

    def outrun(self) -> None:
        self._patch.setattr(slack, "MOST_PAGES", 1)
        self.server.step = 1
        for number in range(201):
            self.server.say(f"something else {number}")

    def is_page(self, request: Request) -> bool:
        return request.path.endswith("conversations.history")

    def records(self, body: Any) -> list[Any]:
        return cast("list[Any]", body["messages"])
