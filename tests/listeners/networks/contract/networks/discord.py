"""A Discord bot: the messages of its channels, a hundred a page."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, ClassVar, cast

import pytest

from listeners.config import SourceConfig
from listeners.networks.discord import listener as discord
from listeners.secret import Secret
from tests.fake.discord import TOKEN, FakeDiscord, Record
from tests.fake.http_server import Request
from tests.listeners.networks.contract.scenario import FROM_ANYWHERE, WebScenario


class Scenario(WebScenario[FakeDiscord]):
    network = "discord"
    impossible: ClassVar = {"cursor too old": FROM_ANYWHERE}
    pages = 46

    def make(self) -> FakeDiscord:
        return FakeDiscord()

    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        await super().open(stack, patch, folder)
        patch.setattr(discord, "PER_PAGE", 20)
        patch.setenv("BOT_TOKEN", TOKEN)

    def source(self) -> SourceConfig:
        token = Secret("env:BOT_TOKEN")
        return SourceConfig(network="discord", base_url=self.server.base, token=token)

    def write(self, text: str) -> Record:
        return self.server.say(text)

    def edit(self, made: Record, text: str) -> None:
        self.server.edit(made, text)

    def delete(self, made: Record) -> None:
        self.server.messages.remove(made)

    def is_page(self, request: Request) -> bool:
        return request.path.endswith("/messages")

    def records(self, body: Any) -> list[Any]:
        return cast("list[Any]", body)
