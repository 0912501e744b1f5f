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
from listeners.networks.searching import write_marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One record: the posts in it, what of it is gone, and when it last changed."""

    posts: tuple[Post, ...]
    at: Micros
    gone: tuple[str, ...] = ()


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
                self.handed.stored(batch)

    def _batch(self, page: Page, known: int | None) -> Batch:
        until = None if known is None else known - self._reach.overlap
        posts: dict[str, Post] = {}
        gone: dict[str, Deletion] = {}
        for change in sorted(page.changes, key=lambda one: one.at):
            # What lies below all that was read is old news that only now comes to light.
            first = until is None or change.at < until
            for post in self.handed.news(change.posts, first=first):
                posts[post.native_id] = post
            for native_id in change.gone:
                if native_id in self.handed:
                    gone[native_id] = Deletion(self._network, native_id)
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
