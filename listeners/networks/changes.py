"""Reading places whose pages begin with what changed last, where a record may make several posts.

A review and our answer to it stand in one record, and an edit brings both to the top again. Pages
are asked for downwards, to somewhat below the change known last, and handed on upwards, each with
the place up to which it was then read.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, replace

from listeners.clock import Clock
from listeners.model import DAY, BadRecord, Batch, Deletion, Gap, Micros, Post, Sentence
from listeners.networks.decoding import UnreadableError, bad_record
from listeners.networks.harvest import HandedOn
from listeners.networks.recent import Recent
from listeners.networks.searching import write_marks

_MOST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One record: the posts in it, and when it last changed.

    ``whole`` says that what may stand below its first post stands here: a review and its answer.
    """

    posts: tuple[Post, ...]
    at: Micros
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page as a network gives it. ``after`` asks for the one below, ``None`` at the end."""

    changes: tuple[Change, ...] = ()
    bad: tuple[BadRecord, ...] = ()
    fetched: int = 0
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far down a place is read; ``missing`` says what is lost when there was more."""

    missing: Sentence
    first: int = 2
    most: int = 20
    overlap: int = DAY


Ask = Callable[[str | None], Awaitable[Page]]


def page_of(records: Iterable[object], read: Callable[[object], Change], after: str | None) -> Page:
    """Return a page of these records; those that cannot be read are dead letters."""
    changes: list[Change] = []
    bad: list[BadRecord] = []
    for record in records:
        try:
            changes.append(read(record))
        except UnreadableError as fault:
            bad.append(bad_record(record, fault))
    return Page(
        changes=tuple(changes), bad=tuple(bad), fetched=len(changes) + len(bad), after=after
    )


class Changes:
    """Turns pages into batches, and remembers what was handed on."""

    def __init__(self, network: str, clock: Clock, reach: Reach) -> None:
        self.handed = HandedOn(clock)
        self._below: Recent[str, str] = Recent(_MOST_REMEMBERED)
        self._network = network
        self._clock = clock
        self._reach = reach

    async def batches(
        self, key: str, ask: Ask, marks: MutableMapping[str, int]
    ) -> AsyncGenerator[Batch, None]:
        """Yield what is new or changed in the place ``key``; ``marks`` become each cursor.

        Raises:
            SourceError: as ``ask``.
        """
        known = marks.get(key)
        pages, gap = await self._pages(ask, known)
        for page in reversed(pages):
            before = marks.get(key)
            newest = max((change.at for change in page.changes), default=0)
            # A clock that runs ahead there must not make us pass by what comes meanwhile.
            marks[key] = max(before or 0, min(newest, self._clock()))
            batch = replace(
                self._batch(page, known), gap=gap, cursor=write_marks(marks), fetched=page.fetched
            )
            gap = None
            moved = marks[key] != before
            if moved or batch.posts or batch.deletions or batch.bad or batch.gap:
                yield batch
                # Only here is the batch known to be stored.
                self.stored(batch)

    def stored(self, batch: Batch) -> None:
        """Remember a batch: call it when the next one is asked for."""
        self.handed.stored(batch)
        for post in batch.posts:
            if post.parent_id:
                self._below.put(post.parent_id, post.native_id)

    def gone(self, change: Change) -> tuple[Deletion, ...]:
        """Return what was handed on below a whole record, and stands there no more."""
        there = {post.native_id for post in change.posts}
        below = self._below.get(change.posts[0].native_id) if change.posts else None
        if not change.whole or below is None or below in there or below not in self.handed:
            return ()
        return (Deletion(self._network, below),)

    def _batch(self, page: Page, known: int | None) -> Batch:
        until = None if known is None else known - self._reach.overlap
        posts: dict[str, Post] = {}
        gone: dict[str, Deletion] = {}
        for change in sorted(page.changes, key=lambda one: one.at):
            # What lies below all that was read is old news that only now comes to light.
            first = until is None or change.at < until
            for post in self.handed.news(change.posts, first=first):
                posts[post.native_id] = post
            for one in self.gone(change):
                gone[one.native_id] = one
        return Batch(
            posts=tuple(posts.values()),
            deletions=tuple(gone.values()),
            bad=self.handed.letters(page.bad),
        )

    async def _pages(self, ask: Ask, known: int | None) -> tuple[list[Page], Gap | None]:
        until = None if known is None else known - self._reach.overlap
        pages: list[Page] = []
        after: str | None = None
        for _ in range(self._reach.first if until is None else self._reach.most):
            page = await ask(after)
            pages.append(page)
            oldest = min((change.at for change in page.changes), default=None)
            if page.after is None or page.after == after:
                return pages, None
            if until is not None and oldest is not None and oldest < until:
                return pages, None
            after = page.after
        if known is None:
            return pages, None
        lowest = min((change.at for page in pages for change in page.changes), default=None)
        if lowest is not None and lowest <= known:
            return pages, None
        end = None if lowest is None else Micros(lowest)
        return pages, Gap(Micros(known), end, self._reach.missing)
