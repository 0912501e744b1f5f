"""A network that lets us answer, as a script: what it takes, refuses, loses and hides."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from listeners.config import BrandConfig, Config, SourceConfig
from listeners.conversations.conversation import Conversation
from listeners.model import Batch, Micros, Reason, Sentence, SourceState
from listeners.networks.contract import Capability, SourceError
from listeners.networks.replying import Answered, Reply, ReplyLimit, ReplyRefusedError, Sent
from listeners.secret import Secret
from listeners.store import Store
from listeners.store.subjects import load_conversations, save_conversations
from tests.listeners.store.builders import BRAND, World

ASKS = Reason("A3", Sentence("It is a question."))
TROUBLE = SourceError(SourceState.FAILING, Sentence("It broke off."))
OFFLINE = SourceError(SourceState.FAILING, Sentence("No way there."), unsent=True)
BUSY = SourceError(SourceState.RATE_LIMITED, Sentence("Wait."), unsent=True)

SOURCE = SourceConfig(network="mastodon", what="acme", token=Secret("env:HUBBUB_T"))
CONFIG = Config(
    brands=(BrandConfig(name=BRAND, handles={"mastodon": ("us@x.example",)}),),
    sources=(SOURCE,),
    observers=("Olga",),
)


class Voice:
    """The network. ``there`` is what stands at it, by key: the truth of every test.

    ``takes`` says whether a send arrives, ``fails`` what it then raises; ``looks`` are the answers
    of the next looks (``None``: the truth), ``hold`` stops a send until it is set, ``together``
    a deletion until as many have come.
    """

    capability = Capability(network="mastodon", title="Mastodon", reply=True, delete_reply=True)

    def __init__(self) -> None:
        self.there: dict[str, Reply] = {}
        self.sends: list[Reply] = []
        self.looked: list[Reply] = []
        self.deleted: list[str] = []
        self.takes = True
        self.fails: Exception | None = None
        self.looks: list[Exception | None] = []
        self.hold: asyncio.Event | None = None
        self.together: asyncio.Barrier | None = None
        self.refuses: Sentence | None = None
        self.limits: ReplyLimit | SourceError = ReplyLimit(maximum=20, unit="graphemes")
        self.number = 0

    def poll(self, cursor: str | None) -> AsyncIterator[Batch]:
        raise NotImplementedError

    def stream(self, cursor: str | None) -> AsyncIterator[Batch] | None:
        return None

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        return Batch()

    def may_reply(self) -> Sentence | None:
        return self.refuses

    async def reply_limit(self) -> ReplyLimit:
        if isinstance(self.limits, SourceError):
            raise self.limits
        return self.limits

    def opening(self, to: Answered, ours: Sequence[str]) -> str:
        return f"@{to.author_handle} " if to.author_handle not in ours else ""

    def new_reply_key(self, now: Micros) -> str:
        self.number += 1
        return f"key-{self.number}"

    async def send_reply(self, reply: Reply) -> Sent:
        self.sends.append(reply)
        if self.takes:
            self.there[reply.key] = reply
        if self.hold is not None:
            await self.hold.wait()
        if self.fails is not None:
            raise self.fails
        return self._sent(reply)

    async def find_reply(self, reply: Reply) -> Sent | None:
        self.looked.append(reply)
        told = self.looks.pop(0) if self.looks else None
        if told is not None:
            raise told
        return self._sent(reply) if reply.key in self.there else None

    async def delete_reply(self, native_id: str) -> None:
        if isinstance(self.fails, (ReplyRefusedError, SourceError)):
            raise self.fails
        if self.together is not None:
            await self.together.wait()
        self.deleted.append(native_id)

    def _sent(self, reply: Reply) -> Sent:
        return Sent(native_id=f"id-{reply.key}", url=f"https://x.example/{reply.key}")


async def asked(world: World, text: str = "Does it work?", **changes: object) -> Conversation:
    """An open conversation with one message of ana's that asks."""
    conversation = await world.converse(str(changes.pop("root", "root")))
    mention = world.mention(text, conversation_id=conversation.id, asks=True, need=ASKS, **changes)
    [number] = await world.add([mention])
    found = replace(conversation, last_outside_id=number)
    [saved] = await world.store.write(lambda c: save_conversations(c, [found]))
    return saved


async def now_is(store: Store, number: int) -> Conversation:
    """The conversation as it is now."""
    return (await store.write(lambda c: load_conversations(c, [number])))[number]
