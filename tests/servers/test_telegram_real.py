"""The Telegram listener against a Bot API server of another maker; run by ``make servers``.

``HUBBUB_TELEGRAM_URL`` is a telegram-test-api. It gives each update once whatever place is named,
does not wait when asked to, and does not know ``reply_parameters``.
"""

from __future__ import annotations

import os
import time

import httpx
import pytest

from listeners.clock import utc_now
from listeners.config import SourceConfig
from listeners.http import Fetcher
from listeners.networks.replying import Answered, Reply
from listeners.networks.telegram.listener import TelegramListener
from listeners.secret import Secret

URL = os.environ.get("HUBBUB_TELEGRAM_URL", "")

pytestmark = [
    pytest.mark.servers,
    pytest.mark.timeout(60),
    pytest.mark.skipif(not URL, reason="no telegram-test-api: set HUBBUB_TELEGRAM_URL"),
]


async def test_hearing_resuming_and_answering(monkeypatch: pytest.MonkeyPatch) -> None:
    token = f"{time.time_ns() % 10**9}:abc"
    monkeypatch.setenv("BOT_TOKEN", token)
    chat = {"id": -100, "type": "supergroup", "title": "Clients"}
    who = {"id": 7, "first_name": "Élodie", "username": "elodie", "is_bot": False}
    async with httpx.AsyncClient(base_url=URL) as client, Fetcher() as fetch:

        async def say(text: str) -> None:
            body = {"botToken": token, "text": text, "chat": chat, "from": who, "date": 1795383000}
            (await client.post("/sendMessage", json=body)).raise_for_status()

        source = SourceConfig(network="telegram", base_url=URL, token=Secret("env:BOT_TOKEN"))

        def listener() -> TelegramListener:
            return TelegramListener(source, [], fetch, utc_now)

        await say("hubbub en panne ?")
        batches = [batch async for batch in listener().poll(None)]
        [first] = [post for batch in batches for post in batch.posts]
        assert (first.text, first.author.handle) == ("hubbub en panne ?", "elodie")
        await say("et maintenant ?")
        cursor = batches[-1].cursor
        later = [batch async for batch in listener().poll(cursor)]
        [second] = [post for batch in later for post in batch.posts]
        assert second.text == "et maintenant ?"
        assert [b async for b in listener().poll(later[-1].cursor) if b.posts] == []
        to = Answered(native_id=second.native_id)
        reply = Reply(key="k", text="on regarde", to=to, written_at=utc_now())
        sent = await listener().send_reply(reply)
        assert sent.native_id.startswith("-100/")
