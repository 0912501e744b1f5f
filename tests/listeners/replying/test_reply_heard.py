"""A reply sent from here comes back through a listener: as ours, and counted once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from listeners.config import Config, SourceConfig
from listeners.model import SECOND, Author, ConversationState, Micros, Part
from listeners.replying import Outbox
from listeners.secret import Secret
from listeners.store import open_store, reads
from tests.listeners.replying.voice import Voice
from tests.listeners.test_pipeline import CONFIG, SOURCE, Desk, post, reply

OTHER_US = Author(key="service@social.example", handle="service@social.example")
"""The account the source's token belongs to; the brand's handles do not name it."""


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_store(tmp_path / "hubbub.db") as store:
        desk = Desk(store)
        await desk.open()
        yield desk


@pytest.mark.parametrize("author", [OTHER_US, Author(key="lune@social.example")])
async def test_our_reply_comes_back_as_ours(desk: Desk, author: Author) -> None:
    voice = Voice()
    source = SourceConfig(network="mastodon", what=SOURCE.what, token=Secret("env:HUBBUB_T"))
    config = Config(brands=CONFIG.brands, sources=(source,))
    await desk.take(post(1, "Is Lune open on Sunday?"))
    [asked] = await desk.conversations("open")
    async with Outbox(
        desk.store, config, lambda: desk.now, listener=lambda source, fetch: voice
    ) as outbox:
        assert (await outbox.send(asked.id, "Are you near?", actor="Ana")).done == 1
    sent = (await reads.conversations(desk.store, [asked.id]))[asked.id]
    back = reply(2, 1, "Are you near? Projet Aube", author, created_at=desk.now)
    desk.now = Micros(desk.now + SECOND)
    await desk.take(replace(back, native_id="id-key-1"))
    heard = (await reads.conversations(desk.store, [asked.id]))[asked.id]
    assert (heard.state, heard.messages) == (ConversationState.WAITING, sent.messages + 1)
    assert [one.part for one in await reads.thread(desk.store, asked.id)] == [
        Part.OUTSIDE,
        Part.OURS,
    ]
    assert await desk.conversations("open") == []
    [raw] = await desk.store.fetch("SELECT first_response_at AS at FROM conversation")
    assert raw["at"] == desk.now - SECOND
    assert await desk.store.fetch("SELECT id FROM alert") == []
