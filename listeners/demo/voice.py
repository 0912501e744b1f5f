"""The made-up networks take replies too: what is sent goes nowhere, and is heard back.

Only the networks of the story that take replies in reality have a voice, under their own rules of
length and names, so that sending, sent and refused look here as they will on the first real day.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence

from listeners.clock import Clock
from listeners.demo.story import MASTODON_SERVER, own_account
from listeners.model import Batch, Deletion, Micros, Post, Sentence
from listeners.networks import replying_words
from listeners.networks.bluesky.reply import LIMIT as BLUESKY_LIMIT
from listeners.networks.contract import Capability
from listeners.networks.instagram.reply import LIMIT as INSTAGRAM_LIMIT
from listeners.networks.mastodon.opening import opening
from listeners.networks.reddit.reply import LIMIT as REDDIT_LIMIT
from listeners.networks.replying import Answered, Reply, ReplyLimit, ReplyRefusedError, Sent
from listeners.networks.x.reply import LIMIT as X_LIMIT
from listeners.networks.youtube.reply import LIMIT as YOUTUBE_LIMIT

REFUSED_ONE_IN = 4
FIRST_REFUSED = 2
"""The first reply goes through, so that one sees that; then comes an example of a refusal."""

_LIMITS = {
    "bluesky": BLUESKY_LIMIT,
    "mastodon": ReplyLimit(maximum=500, unit="graphemes", link_length=23, remote_mentions=True),
    "instagram": INSTAGRAM_LIMIT,
    "reddit": REDDIT_LIMIT,
    "x": X_LIMIT,
    "youtube": YOUTUBE_LIMIT,
}
_REFUSALS = {
    "bluesky": replying_words.asked_to_wait("Bluesky"),
    "mastodon": replying_words.said_no(
        MASTODON_SERVER,
        503,
        "There was a temporary problem serving your request, please try again",
    ),
    "instagram": replying_words.asked_to_wait("Instagram"),
    "reddit": replying_words.asked_to_wait("Reddit"),
    "x": replying_words.asked_to_wait("X"),
    "youtube": replying_words.asked_to_wait("YouTube"),
}


class DemoVoice:
    """A source of the demonstration that can answer. It has the methods of a real listener's.

    ``hear`` is told what the network would push back to us: the reply as a post, or its deletion.
    ``numbers`` counts what is sent in one demonstration, ``seconds`` is how long a network thinks.
    """

    def __init__(
        self,
        network: str,
        clock: Clock,
        hear: Callable[[Batch], None],
        numbers: Iterator[int],
        seconds: float,
    ) -> None:
        self.capability = Capability(
            network=network, title=network, reply=network in _LIMITS, delete_reply=True
        )
        self._network = network
        self._clock = clock
        self._hear = hear
        self._numbers = numbers
        self._seconds = seconds
        self._taken: dict[str, Sent] = {}

    async def poll(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield nothing new: the story is told by the player."""
        yield Batch()

    def stream(self, cursor: str | None) -> AsyncIterator[Batch] | None:
        """Return ``None``: nothing is pushed."""
        return None

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return nothing: the story tells its threads whole."""
        return Batch()

    def may_reply(self) -> Sentence | None:
        """Return ``None``: a made-up network asks for no token."""
        return None

    async def reply_limit(self) -> ReplyLimit:
        """Return how long a reply may be on the network this one stands for."""
        return _LIMITS[self._network]

    def opening(self, to: Answered, ours: Sequence[str]) -> str:
        """Return the names a reply begins with on the network this one stands for."""
        if self._network != "mastodon":
            return ""
        return opening(to, ours, f"https://{MASTODON_SERVER}")

    def new_reply_key(self, now: Micros) -> str:
        """Return a new key."""
        return str(uuid.uuid4())

    async def send_reply(self, reply: Reply) -> Sent:
        """Take a reply after a moment, and let the story hear it.

        Raises:
            ReplyRefusedError: this one is the example of a refusal.
        """
        if reply.key in self._taken:
            return self._taken[reply.key]
        await asyncio.sleep(self._seconds)
        if next(self._numbers) % REFUSED_ONE_IN == FIRST_REFUSED:
            raise ReplyRefusedError(_REFUSALS[self._network])
        native_id = f"demo-reply-{reply.key}"
        sent = Sent(native_id=native_id, url=f"https://{self._network}.example/{native_id}")
        self._taken[reply.key] = sent
        self._hear(Batch(posts=(self._as_heard(reply, sent),), fetched=1))
        return sent

    async def find_reply(self, reply: Reply) -> Sent | None:
        """Return a reply that was taken."""
        return self._taken.get(reply.key)

    async def delete_reply(self, native_id: str) -> None:
        """Forget a reply, and let the story hear that it is gone."""
        self._taken = {
            key: sent for key, sent in self._taken.items() if sent.native_id != native_id
        }
        self._hear(Batch(deletions=(Deletion(self._network, native_id),), fetched=1))

    def _as_heard(self, reply: Reply, sent: Sent) -> Post:
        return Post(
            network=self._network,
            native_id=sent.native_id,
            author=own_account(self._network),
            text=reply.text,
            url=sent.url,
            created_at=self._clock(),
            lang=reply.lang or None,
            parent_id=reply.to.native_id,
            root_id=reply.to.root_id or reply.to.native_id,
            parent_author_key=reply.to.author_key,
            wanted=True,
        )
