"""What a network offers where it lets us answer: one small contract beside that of listening.

A reply is sent at most once. Its key is made and stored before the network is called, and every
network uses it as it can: as the record's own key, as an idempotency header, as a transaction id,
or, where it has nothing of the kind, by looking for the reply before sending it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from listeners.model import Micros, Sentence

Unit = Literal["graphemes", "utf16", "weighted", "characters", "bytes"]
"""``weighted`` is X's: letters count 1; East Asian signs, emoji and some marks count 2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyLimit:
    """How long a reply may be, as the network counts.

    ``maximum`` is in ``unit``; ``link_length`` is what every link counts as, whatever its length
    (``None``: as written). ``max_bytes`` bounds the UTF-8 besides. ``remote_mentions`` says that
    only the local half of ``@name@host`` counts (Mastodon).
    """

    maximum: int
    unit: Unit = "characters"
    link_length: int | None = None
    max_bytes: int | None = None
    remote_mentions: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The post a reply answers, as the store knows it."""

    native_id: str
    root_id: str = ""
    author_key: str = ""
    author_handle: str = ""
    mentions: tuple[str, ...] = ()
    """Handles the post addresses besides."""
    private: bool = False
    url: str = ""
    raw: bytes | None = None
    """The network's own record, where it was kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A reply about to be sent. ``key`` is the same for every attempt.

    ``others`` are the ids of other replies of ours: where a network knows no keys, the same words
    under one of them are not this reply.
    """

    key: str
    text: str
    to: Answered
    lang: str = ""
    written_at: Micros
    others: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A reply that is there: the network's id and address of it.

    ``note`` is what the person should know besides: it waits for a moderator there.
    """

    native_id: str
    url: str = ""
    note: Sentence | None = None


class ReplyRefusedError(Exception):
    """The network said no, and nothing is there. ``sentence`` gives its reason in its own terms.

    Any other error while sending leaves open whether the reply is there: it is then looked for.
    """

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.template.format(**sentence.values))
        self.sentence = sentence


@runtime_checkable
class Replying(Protocol):
    """A listener whose source can answer too. All of it may raise ``SourceError``."""

    def may_reply(self) -> Sentence | None:
        """Return why this source cannot send (no token, …), ``None`` where it can; no network."""
        ...

    async def reply_limit(self) -> ReplyLimit:
        """Return how long a reply may be; asked of the server where it says so, and kept."""
        ...

    def opening(self, to: Answered, ours: Sequence[str]) -> str:
        """Return the @-names a reply must begin with there, with a space at the end, or nothing.

        ``ours`` are our own handles, which are never named.
        """
        ...

    def new_reply_key(self, now: Micros) -> str:
        """Return a new key for a reply, in the form the network wants."""
        ...

    async def send_reply(self, reply: Reply) -> Sent:
        """Send it. The same key never makes a second one where the network can see to it.

        Raises:
            ReplyRefusedError: it is not there, and why.
            SourceError: it may be there or not; one that is ``unsent`` says that it is not, so
                once the network may have it, nothing else is asked for before returning.
        """
        ...

    async def find_reply(self, reply: Reply) -> Sent | None:
        """Look whether this very reply is there; ``None`` only if it certainly is not.

        Raises:
            SourceError: that cannot be told now.
        """
        ...

    async def delete_reply(self, native_id: str) -> None:
        """Delete a reply of ours at the source; one that is gone already counts as deleted.

        Raises:
            ReplyRefusedError: the network does not allow it.
        """
        ...


@runtime_checkable
class Particular(Protocol):
    """A ``Replying`` listener that may answer some posts only, or at a price. Asks no network."""

    def may_answer(self, to: Answered) -> Sentence | None:
        """Return why this very post cannot be answered from here, ``None`` where it can."""
        ...

    def with_link(self) -> Sentence | None:
        """Return what to know before a reply that holds a link is sent, ``None`` for nothing."""
        ...
