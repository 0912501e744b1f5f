"""A store that hears posts, with a clock a test sets: what goes in, and what state comes out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from listeners.actions import Outcome, perform, undo
from listeners.actions.ranking import ranking
from listeners.config import BrandConfig, Config, SourceConfig
from listeners.conversations.conversation import Conversation
from listeners.housekeeping import Housekeeping
from listeners.model import HOUR, MINUTE, Author, Batch, Deletion, Micros, Post
from listeners.pipeline import Pipeline
from listeners.rows import MentionRow
from listeners.store import Store, open_store, reads, subjects
from listeners.store.connection import Connection
from listeners.store.filters import StreamFilter
from listeners.store.sources import NewSource, register_sources

NOW = Micros(1_790_000_000 * 1_000_000)
SOURCE = SourceConfig(network="mastodon", what="#lune")
OTHER = SourceConfig(network="bluesky", what="lune")
CONFIG = Config(
    brands=(
        BrandConfig(
            name="Lune",
            names=("Lune",),
            handles={"mastodon": ("@lune@social.example",), "bluesky": ("lune.example",)},
            vips=("@max@social.example",),
        ),
        BrandConfig(name="Soleil", names=("Soleil",)),
    ),
    sources=(SOURCE, OTHER),
    member="Ana",
)
US = Author(key="lune@social.example", handle="lune@social.example", name="Lune")
ROBOT = replace(US, automated=True)
ZOE = Author(key="zoe@social.example", handle="zoe@social.example", name="Zoé", followers=40)
IDA = Author(key="ida@social.example", handle="ida@social.example", name="Ida")
STAR = replace(IDA, followers=50_000)


class Threads:
    """A store, a pipeline, the chores, and a clock."""

    def __init__(self, store: Store, config: Config = CONFIG) -> None:
        self.now = NOW
        self.store = store
        self.config = config
        self.pipeline = Pipeline(store, config, lambda: self.now)
        self.chores = Housekeeping(store, config, lambda: self.now)
        self.sources: dict[str, int] = {}

    async def open(self) -> None:
        await self.pipeline.open()
        new = [NewSource(one.key, one.network, one.what) for one in (SOURCE, OTHER)]

        async def work(connection: Connection) -> dict[str, int]:
            return await register_sources(connection, new, self.now)

        self.sources = await self.store.write(work)

    def post(self, name: str, text: str, author: Author = ZOE, **more: Any) -> Post:
        """Return a post of this moment; ``to`` names the post it answers."""
        to = more.pop("to", None)
        usual = Post(
            network="mastodon",
            native_id=address(name),
            author=author,
            text=text,
            created_at=self.now,
            lang="en",
            parent_id=address(to) if to else None,
        )
        return replace(usual, **more)

    async def hear(self, *posts: Post, **more: Any) -> None:
        """Take posts as one batch of their network's source."""
        source = OTHER if posts and posts[0].network == "bluesky" else SOURCE
        batch = replace(Batch(posts=posts, fetched=len(posts)), **more)
        await self.pipeline.take(source, self.sources[source.key], batch)

    async def say(self, name: str, text: str, author: Author = ZOE, **more: Any) -> None:
        """Hear one post of this moment."""
        await self.hear(self.post(name, text, author, **more))

    async def delete(self, name: str) -> None:
        """Hear that a post is gone."""
        await self.hear(deletions=(Deletion("mastodon", address(name)),))

    def wait(self, micros: int) -> None:
        """Let time pass."""
        self.now = Micros(self.now + micros)

    async def do(self, verb: str, *ids: int, **asked: Any) -> Outcome:
        """Do a verb as Ana."""
        return await perform(
            self.store,
            "Ana",
            verb,
            "conversation",
            ids or (1,),
            self.now,
            rank=ranking(self.config),
            **asked,
        )

    async def undo(self, **asked: Any) -> Outcome:
        """Take Ana's last step back."""
        return await undo(self.store, "Ana", self.now, **asked)

    async def all(self) -> dict[int, Conversation]:
        """Return every conversation by its number."""

        async def work(connection: Connection) -> dict[int, Conversation]:
            rows = await connection.fetch("SELECT id FROM conversation ORDER BY id")
            return await subjects.load_conversations(connection, [row["id"] for row in rows])

        return await self.store.read(work)

    async def one(self, number: int = 1) -> Conversation:
        """Return one conversation."""
        return (await self.all())[number]

    async def mentions(self) -> list[MentionRow]:
        """Return everything heard, oldest first."""
        ids = await reads.mention_ids(self.store, StreamFilter(), limit=1000)
        rows = await reads.mentions(self.store, ids)
        return sorted(rows.values(), key=lambda row: row.id)


def address(name: str) -> str:
    """Return the native id of a post by the name a test gives it."""
    return f"https://social.example/posts/{name}"


@asynccontextmanager
async def threads(folder: Path, config: Config = CONFIG) -> AsyncIterator[Threads]:
    """Open a store in a folder, and what hears and acts on it."""
    async with open_store(folder / "home" / "hubbub.db") as store:
        opened = Threads(store, config)
        await opened.open()
        yield opened


__all__ = ["HOUR", "IDA", "MINUTE", "NOW", "ROBOT", "STAR", "US", "ZOE", "Threads", "threads"]
