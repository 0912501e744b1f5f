"""What a stretch of Jetstream gives: events in, batches out."""

from __future__ import annotations

import msgspec

from listeners.model import (
    SECOND,
    AccountGone,
    BadRecord,
    Batch,
    Deletion,
    Gap,
    Micros,
    Post,
    Sentence,
)
from listeners.networks.bluesky.cursor import Cursor
from listeners.networks.bluesky.event import Event, read_event
from listeners.networks.bluesky.record import NETWORK, POST, UnreadableError
from listeners.networks.bluesky.sieve import Sieve

_LONGEST_KEPT = 20_000


class Harvest:
    """Collects what one connection brings until it is handed over as a batch."""

    def __init__(self, sieve: Sieve, place: Cursor, host: str) -> None:
        """``place`` is where the stream begins; a number of another server's is let go."""
        self._sieve = sieve
        self._start = place
        self._host = host
        self._newest = place.time_us
        self._seq = place.seq if place.host == host else None
        self.first: Event | None = None
        """The first event that has a time."""
        self.notices: list[str] = []
        self.failed = ""
        """The name of the error the server ended with."""
        self._clear()

    def _clear(self) -> None:
        self._posts: dict[str, Post] = {}
        self._deletions: dict[str, Deletion] = {}
        self._gone: dict[str, AccountGone] = {}
        self._bad: list[BadRecord] = []
        self._gap: Gap | None = None
        self._fetched = 0

    @property
    def place(self) -> Cursor:
        """How far the stream has come."""
        return msgspec.structs.replace(
            self._start, time_us=self._newest, seq=self._seq, host=self._host
        )

    @property
    def newest(self) -> Micros | None:
        """The newest time seen, that of the place it began at included."""
        return Micros(self._newest) if self._newest else None

    @property
    def count(self) -> int:
        """How many things wait to be handed over."""
        found = len(self._posts) + len(self._deletions) + len(self._gone) + len(self._bad)
        return found + (self._gap is not None)

    @property
    def heard(self) -> int:
        """How many messages came since the last batch."""
        return self._fetched

    def miss(self, gap: Gap) -> None:
        """Note a gap, to be handed over with the next batch."""
        self._gap = gap

    def notified(self, newest: str) -> None:
        """Note the newest notification in the place."""
        self._start = self._start.notified_until(newest)

    def take(self, message: bytes) -> None:
        """Take one message of the stream; an unreadable one is set aside."""
        try:
            event = read_event(message)
        except UnreadableError as error:
            self._set_aside(message, error.sentence)
            return
        if event.kind == "notice":
            self.notices.append(event.name)
            return
        if event.kind == "error":
            self.failed = event.name
            return
        self._fetched += 1
        if self.first is None:
            self.first = event
        if event.kind == "post":
            try:
                self._take_post(event)
            except UnreadableError as error:
                self._fetched -= 1
                self._set_aside(event.raw, error.sentence)
        elif event.kind == "delete":
            self._take_deletion(f"at://{event.did}/{POST}/{event.rkey}")
        elif event.kind == "gone" and self._sieve.gone(event.did):
            self._gone[event.did] = AccountGone(NETWORK, event.did)
        self._go_on(event)

    def batch(self, now: Micros, posts: tuple[Post, ...] | None = None) -> Batch:
        """Hand over what waits, with the place; ``posts`` replaces the posts (enriched ones)."""
        newest = self.newest
        batch = Batch(
            posts=self.posts() if posts is None else posts,
            deletions=tuple(self._deletions.values()),
            accounts_gone=tuple(self._gone.values()),
            bad=tuple(self._bad),
            gap=self._gap,
            cursor=str(self.place) if newest is not None else None,
            fetched=self._fetched,
            lag=max((now - newest) / SECOND, 0.0) if newest is not None else 0.0,
        )
        self._clear()
        return batch

    def posts(self) -> tuple[Post, ...]:
        """Return the posts that wait."""
        return tuple(self._posts.values())

    def _take_post(self, event: Event) -> None:
        assert event.at is not None
        post = self._sieve.post(event.did, event.rkey, event.raw, event.at, edited=event.edited)
        if post is not None:
            self._posts[post.native_id] = post

    def _take_deletion(self, uri: str) -> None:
        if self._sieve.gone(uri):
            self._posts.pop(uri, None)
            self._deletions[uri] = Deletion(NETWORK, uri)

    def _go_on(self, event: Event) -> None:
        """Keep the greatest time and number seen: neighbours come slightly out of order."""
        if event.at is not None and event.at > self._newest:
            self._newest = event.at
        if event.seq is not None and (self._seq is None or event.seq > self._seq):
            self._seq = event.seq

    def _set_aside(self, record: bytes, reason: Sentence) -> None:
        self._fetched += 1
        self._bad.append(BadRecord(record[:_LONGEST_KEPT].decode("utf-8", "replace"), reason))
