"""A Telegram bot: updates, which Telegram forgets when the next ones are asked for."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, ClassVar, cast

import pytest

from listeners.networks.telegram import listener as telegram
from listeners.networks.telegram import server as telegram_server
from listeners.secret import Secret
from tests.fake.http_server import Request
from tests.fake.telegram import TOKEN, FakeTelegram, Record
from tests.listeners.networks.contract.scenario import WebScenario


class Scenario(WebScenario[FakeTelegram]):
    network = "telegram"
    impossible: ClassVar = {
        "delete": "Telegram does not tell bots what was deleted",
    }

    def make(self) -> FakeTelegram:
        return FakeTelegram()

    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        await super().open(stack, patch, folder)
        patch.setenv("BOT_TOKEN", TOKEN)
        for module in (telegram, telegram_server):
            patch.setattr(module, "PER_PAGE", 4)

    def settings(self) -> dict[str, Any]:
        return {"token": Secret("env:BOT_TOKEN")}

    def write(self, text: str) -> Record:
        return self.server.say(text, chat=self.server.group)

    def edit(self, made: Record, text: str) -> None:
        self.server.edit(made, text)

    def outrun(self) -> None:
        self.server.now += 2 * 86_400

    def is_page(self, request: Request) -> bool:
        return request.path.endswith("/getUpdates")

    def records(self, body: Any) -> list[Any]:
        return cast("list[Any]", body["result"])
