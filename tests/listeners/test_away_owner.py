"""What reopens while its owner is away is nobody's: from a post that comes in to the store."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from listeners.actions import perform
from listeners.actions.absence import come_back, go_away
from listeners.config import BrandConfig, Config, SourceConfig
from listeners.model import HOUR, MINUTE, Author, Batch, ConversationState, Micros, Post
from listeners.pipeline import Pipeline
from listeners.store import Store, open_store, reads
from listeners.store.connection import Connection
from listeners.store.filters import QueueFilter
from listeners.store.sources import NewSource, register_sources

NOW = Micros(1_790_000_000 * 1_000_000)
SOURCE = SourceConfig(network="mastodon", what="#lune")
CONFIG = Config(
    brands=(BrandConfig(name="Lune", names=("Lune",)),), sources=(SOURCE,), members=("Ana", "Léo")
)
ZOE = Author(key="zoe@social.example", handle="zoe@social.example", name="Zoé")
FIRST = Post(
    network="mastodon",
    native_id="1001",
    author=ZOE,
    text="Is Lune open on Sunday?",
    created_at=Micros(NOW - HOUR),
    lang="en",
)
SECOND = replace(
    FIRST, native_id="1002", parent_id="1001", text="And Lune on Monday?", created_at=NOW
)


async def take(store: Store, post: Post, at: Micros) -> None:
    pipeline = Pipeline(store, CONFIG, lambda: at)
    await pipeline.open()

    async def source(connection: Connection) -> int:
        new = [NewSource(SOURCE.key, SOURCE.network, "lune")]
        return (await register_sources(connection, new, at))[SOURCE.key]

    number = await store.write(source)
    await pipeline.take(SOURCE, number, Batch(posts=(post,), fetched=1))


@pytest.mark.parametrize(
    ("verb", "gone", "owner"),
    [
        ("answered", "", "Léo"),
        ("answered", "Léo", ""),
        ("answered", "Ana", "Léo"),
        ("snooze", "Léo", ""),
        ("resolve", "Léo", ""),
        ("answered", "back", "Léo"),
        ("tag", "Léo", "Léo"),
    ],
)
async def test_a_reopened_one_keeps_its_owner_unless_they_are_away(
    tmp_path: Path, verb: str, gone: str, owner: str
) -> None:
    async with open_store(tmp_path / "hubbub.db") as store:
        await take(store, FIRST, Micros(NOW - 30 * MINUTE))
        [id_] = await reads.queue_ids(store, QueueFilter())
        before = Micros(NOW - 20 * MINUTE)
        await perform(store, "Léo", "take", "conversation", [id_], before)
        await perform(store, "Léo", verb, "conversation", [id_], before, tags="x")
        if gone:
            who = "Léo" if gone == "back" else gone
            await go_away(store, CONFIG, "Ana", who, before)
        if gone == "back":
            await come_back(store, CONFIG, "Ana", "Léo", before)
        await take(store, SECOND, NOW)
        row = (await reads.conversations(store, [id_]))[id_]
        assert row.messages == 2
        assert row.state is ConversationState.OPEN
        assert row.assignee == owner
