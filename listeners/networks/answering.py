"""The half of a listener that answers, the same in every network: it hands on to its voice.

What each network does differently stands in its voice: ``mastodon_reply`` and its neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from listeners.model import Micros, Sentence
from listeners.networks.replying import Answered, Reply, ReplyLimit, Sent


class Voice(Protocol):
    """Answers as one account of one network. All that asks the network may raise ``SourceError``;
    ``replying.Replying`` says what each is for and what it must keep."""

    def may_reply(self) -> Sentence | None:
        """Return why nothing can be sent from here, ``None`` where it can."""
        ...

    async def limit(self) -> ReplyLimit:
        """Return how long a reply may be."""
        ...

    def opening(self, to: Answered, ours: Sequence[str]) -> str:
        """Return the @-names a reply must begin with."""
        ...

    def new_key(self, now: Micros) -> str:
        """Return a new key for a reply."""
        ...

    async def send(self, reply: Reply) -> Sent:
        """Send it."""
        ...

    async def find(self, reply: Reply) -> Sent | None:
        """Look whether this very reply is there."""
        ...

    async def delete(self, native_id: str) -> None:
        """Delete a reply of ours."""
        ...


class Answering:
    """Makes a listener that has a ``voice`` a ``Replying`` one."""

    voice: Voice

    def may_reply(self) -> Sentence | None:
        """See ``Replying.may_reply``."""
        return self.voice.may_reply()

    async def reply_limit(self) -> ReplyLimit:
        """See ``Replying.reply_limit``."""
        return await self.voice.limit()

    def opening(self, to: Answered, ours: Sequence[str]) -> str:
        """See ``Replying.opening``."""
        return self.voice.opening(to, ours)

    def new_reply_key(self, now: Micros) -> str:
        """See ``Replying.new_reply_key``."""
        return self.voice.new_key(now)

    async def send_reply(self, reply: Reply) -> Sent:
        """See ``Replying.send_reply``."""
        return await self.voice.send(reply)

    async def find_reply(self, reply: Reply) -> Sent | None:
        """See ``Replying.find_reply``."""
        return await self.voice.find(reply)

    async def delete_reply(self, native_id: str) -> None:
        """See ``Replying.delete_reply``."""
        await self.voice.delete(native_id)
