"""The process that listens finds out what became of replies, without being asked."""

from __future__ import annotations

import asyncio

import pytest

from listeners.engine import Engine
from listeners.model import MINUTE, ConversationState
from listeners.replying import Outbox
from listeners.replying.speakers import Speakers
from listeners.store.outbox import NewReply, add_reply
from listeners.store.outbox import outbox as replies
from tests.listeners.replying.conftest import Watch
from tests.listeners.replying.voice import CONFIG, SOURCE, Voice, asked, now_is
from tests.listeners.store.builders import World


async def left(world: World, clock: Watch) -> int:
    """A conversation whose reply arrived, sent by a process that said no more."""
    conversation = await asked(world)
    new = NewReply(
        conversation=conversation.id,
        source=SOURCE.key,
        network="mastodon",
        in_reply_to="100001",
        text="hello",
        key="key-1",
        state="sending",
        author="Ana",
        instance="elsewhere:1:1",
    )
    await world.store.write(lambda c: add_reply(c, new, clock()))
    clock.on(5 * MINUTE)
    return conversation.id


async def test_the_service_looks_again_and_again(
    world: World, clock: Watch, outbox: Outbox, voice: Voice
) -> None:
    service = outbox.service()
    running = asyncio.ensure_future(service.supervise())
    try:
        one = await left(world, clock)
        voice.there["key-1"] = None  # type: ignore[assignment]
        async with asyncio.timeout(30):
            while (await replies(world.store))[0].state != "sent":
                service.wake()
                await asyncio.sleep(0.01)
    finally:
        running.cancel()
    assert (await now_is(world.store, one)).state is ConversationState.WAITING
    assert voice.sends == []


async def test_the_engine_does_it_in_its_round(
    world: World, clock: Watch, voice: Voice, monkeypatch: pytest.MonkeyPatch
) -> None:
    await left(world, clock)
    voice.there["key-1"] = None  # type: ignore[assignment]
    made = Speakers.__init__

    def with_voice(self: Speakers, store: object, config: object, *rest: object) -> None:
        made(self, store, config, clock, lambda source, fetch: voice)  # type: ignore[arg-type]

    monkeypatch.setattr(Speakers, "__init__", with_voice)
    await Engine(world.store, CONFIG, clock).once()
    assert [row.state for row in await replies(world.store)] == ["sent"]
