"""What every network file offers: one contract, so that the engine needs to know no network.

A listener turns a cursor into batches. It stores nothing: the engine commits each batch together
with its cursor, and only then asks for the next one, so a crash replays at most one batch and the
store folds what comes twice.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from listeners.config import BrandConfig
from listeners.model import Batch, Micros, Sentence, SourceState


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """What a network really lets us do; the source screen shows this table."""

    network: str
    title: str
    search: bool = False
    stream: bool = False
    thread: bool = False
    own_posts: bool = False
    reply: bool = False
    """Its listener is ``replying.Replying``: a source with a token sends answers itself."""
    delete_reply: bool = False
    edits: bool = False
    deletions: bool = False
    reach: bool = False
    history: bool = False
    gapless: bool = False
    needs_token: bool = False
    works_without_key: bool = False
    by_hand: bool = False
    """People make the records, so a bad one is theirs and no change of format."""
    many_hands: bool = False
    """Every record is of somebody else's making, so bad ones are no change of format either."""
    bridge: bool = False
    """It goes round its network's own ways, and is shown so for as long as it is well."""
    interval: float = 900.0
    """Seconds between two polls by default; the floor is ``min_interval``."""
    min_interval: float = 60.0
    needs: Sentence | None = None
    """What must be configured before it can start, besides a key: an address, a number."""
    steps: tuple[Sentence, ...] = ()
    """How to get its key, one step a sentence, in the words of the network's own pages."""
    limits: tuple[Sentence, ...] = ()
    """What cannot be had there, and why: what a person should know before she relies on it."""
    keep_hours: float | None = None
    """How long its terms let others' words be kept, in hours, ``None``: as long as one likes."""


class SourceError(Exception):
    """A source cannot go on now. ``sentence`` is for the person; details belong in the log.

    ``until`` is when it may be tried again (UTC microseconds), ``None`` for the supervisor's
    own back-off. ``unsent`` says that what was asked certainly never left this machine.
    """

    def __init__(
        self,
        state: SourceState,
        sentence: Sentence,
        *,
        until: Micros | None = None,
        unsent: bool = False,
    ) -> None:
        super().__init__(sentence.template.format(**sentence.values))
        self.state = state
        self.sentence = sentence
        self.until = until
        self.unsent = unsent


class Listener(Protocol):
    """One configured source. ``poll`` ends when the present is reached; ``stream`` never does."""

    capability: Capability

    def poll(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield batches from ``cursor`` up to the present, oldest first, then end.

        Raises:
            SourceError: the source said no, or could not be reached or understood.
        """
        ...

    def stream(self, cursor: str | None) -> AsyncIterator[Batch] | None:
        """Yield batches as they happen, or ``None`` where this source cannot push.

        Every yield is stored before the next is asked for. Raises ``SourceError`` as ``poll``.
        """
        ...

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return the posts around these ones (ancestors, replies), empty where unsupported."""
        ...


@runtime_checkable
class Remembering(Protocol):
    """A listener that hears a whole network and asks what we have before it lets news through.

    ``known`` says whether the store may have a post (by native id), a thread (by its root) or
    anything of an author (by key). The engine sets it before the first round.
    """

    known: Callable[[str], bool] | None


@runtime_checkable
class Historical(Protocol):
    """A listener that can read a network's past beside its present."""

    def history(self, brand: BrandConfig, since: Micros, place: str | None) -> AsyncIterator[Batch]:
        """Yield what the network still has about a brand, newest first, back to ``since``.

        ``cursor`` of a batch is the place of this reading: asked again with it as ``place``, the
        reading goes on below. It never moves the listening itself, and whoever asks marks the
        posts as history. It ends where the network has no more.

        Raises:
            SourceError: as ``poll``.
        """
        ...
