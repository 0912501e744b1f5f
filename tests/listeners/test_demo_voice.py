"""The demonstration's made-up networks: a reply is sent, another refused, and one is heard back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from listeners.demo import BRAND, Player, story_config
from listeners.demo.story import ME
from listeners.model import HOUR, ConversationState, Part
from listeners.replying import Outbox
from listeners.replying.voices import voices
from listeners.rows import ConversationRow
from listeners.store import Store, open_store, reads
from listeners.store.filters import QueueFilter
from listeners.store.outbox import REFUSED, SENT
from listeners.supervisor import spawn

SO_FAR = int(1.4 * HOUR)
"""Inès has asked on Bluesky, and the story's own team has not answered yet."""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "home" / "hubbub.db") as opened:
        yield opened


@pytest.fixture
async def player(store: Store) -> AsyncIterator[Player]:
    made = Player(store, seconds=3600, at_once=SO_FAR, send_seconds=0.0, heard_after=0.0)
    await made.prepare()
    made.clock.run()
    echo = spawn("echo", made.hear_replies())
    yield made
    echo.cancel()
    await asyncio.gather(echo, return_exceptions=True)


async def waiting(store: Store, network: str) -> ConversationRow:
    """Return the conversation of the story that waits on this network."""
    rows = await reads.conversations(store, await reads.queue_ids(store, QueueFilter()))
    return next(row for row in rows.values() if row.network == network)


async def test_a_reply_is_sent_and_heard_back_once(store: Store, player: Player) -> None:
    row = await waiting(store, "bluesky")
    async with Outbox(store, player.config, player.clock, listener=player.voice) as outbox:
        way = await outbox.way(row.id)
        assert way.api
        assert way.limit is not None
        assert way.limit.maximum == 300
        said = await outbox.send(row.id, "Oui, panier du haut.", actor=ME)
        assert said.state == SENT
        async with asyncio.timeout(30):
            while len(await reads.thread(store, row.id)) < row.messages + 1:
                await asyncio.sleep(0.01)
        heard = (await reads.conversations(store, [row.id]))[row.id]
        last = (await reads.thread(store, row.id))[-1]
        assert (heard.state, last.part) == (ConversationState.WAITING, Part.OURS)
        assert last.text == "Oui, panier du haut."
        assert await store.fetch("SELECT id FROM alert WHERE rule LIKE 'hijack%'") == []

        assert (await outbox.delete(said.outbox_id, actor=ME)).done == 1
        async with asyncio.timeout(30):
            while all(one.deleted_at is None for one in await reads.thread(store, row.id)):
                await asyncio.sleep(0.01)


async def test_now_and_then_one_is_refused_and_may_be_sent_again(
    store: Store, player: Player
) -> None:
    row = await waiting(store, "bluesky")
    async with Outbox(store, player.config, player.clock, listener=player.voice) as outbox:
        states = []
        for number in range(5):
            said = await outbox.send(row.id, f"Réponse {number}", actor=ME, confirmed=True)
            states.append(said.state)
            if said.state == REFUSED:
                assert "Bluesky" in said.sentence.template.format(**said.sentence.values)
                again = await outbox.send(
                    row.id, "", actor=ME, again=said.outbox_id, confirmed=True
                )
                assert again.state == SENT
    assert states == [SENT, REFUSED, SENT, SENT, REFUSED]


def test_a_network_that_takes_no_replies_in_reality_takes_none_here() -> None:
    config = story_config()
    speaking = {
        one.network for one in config.sources if voices(config, one.network, BRAND, one.key)
    }
    assert speaking == {"bluesky", "instagram", "mastodon", "reddit", "x", "youtube"}
