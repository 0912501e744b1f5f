"""Feeds: RSS, Atom, RDF and JSON Feed, conditionally fetched; Google Alerts and comment feeds too.

A feed shows its newest entries and no more. So the cursor remembers which entries were seen, a
page without any of them is a gap, and an entry whose content changed is an edit.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import replace
from typing import Final

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher, HttpError
from listeners.model import BadRecord, Batch, Gap, Micros, Post, Sentence
from listeners.networks.contract import Capability, SourceError
from listeners.networks.feeds import schedule as feeds_schedule
from listeners.networks.feeds.address import is_bridge
from listeners.networks.feeds.comments import poll_comments, with_comment_feeds
from listeners.networks.feeds.cursor import FeedCursor, dump_cursor, is_legible, load_cursor
from listeners.networks.feeds.html import host_of, shown
from listeners.networks.feeds.past import past_of
from listeners.networks.feeds.posts import NETWORK, Page
from listeners.networks.feeds.reader import FeedReader, Got, fresh_items, posts_of
from listeners.networks.searching import lost_place

SURE_MOVES: Final = 3
"""Permanent redirections to one address after which it is asked directly."""
SURE_EMPTY: Final = 3
"""Well-formed answers without entries after which a feed that had some is believed to be empty."""
MOST_PAGES: Final = 5
"""Pages of older entries that are read to close a gap."""
_BATCH: Final = 250

_log = logging.getLogger(__name__)


class FeedsListener:
    """One feed. ``what`` is its address; ``comments = true`` also follows its articles' comments.
    ``bridge = true`` says that it goes round a network's own ways, as RSS-Bridge and RSSHub do.

    ``next_interval`` is how long the feed asks to be left alone, in seconds, after a poll.
    """

    capability = Capability(
        network=NETWORK,
        title="Feeds: RSS, Atom, JSON Feed",
        edits=True,
        history=True,
        works_without_key=True,
        interval=feeds_schedule.USUAL,
        min_interval=feeds_schedule.SHORTEST,
        needs=Sentence('The address of the feed, such as what = "https://blog.example/feed".'),
        limits=(
            Sentence(
                "A feed holds its newest entries only: what came and went between two looks is a "
                "gap. Podcasts are heard by their show notes, YouTube channels by the texts of "
                "their videos."
            ),
            Sentence(
                "Google allows its News feeds for personal use only: they are off until you "
                "accept that. A Google Alert is made by hand at google.com/alerts, delivered to "
                "an RSS feed."
            ),
        ),
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self.next_interval: float | None = None
        self._clock = clock
        self._reader = FeedReader(source, brands, fetch, clock)
        self._address = self._reader.address
        if source.options.get("bridge") is True or is_bridge(self._address.name):
            self.capability = replace(self.capability, bridge=True)
        self._wants_comments = source.options.get("comments") is True
        self._empty = 0

    async def poll(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield what is new or changed since ``cursor``, oldest first.

        Raises:
            SourceError: the feed said no, could not be reached, or is none.
        """
        self._address.check()
        known = load_cursor(cursor)
        if not is_legible(cursor):
            yield Batch(gap=lost_place(self._clock()))
        try:
            got = await self._get_feed(known)
            page, after = got.page, got.cursor
            self.next_interval = feeds_schedule.interval(
                [after.every], after.skip_hours, self._clock(), at_home=self._address.is_home()
            )
            if page is not None:
                self._refuse_sudden_silence(page, known)
                pages, gap = await self._with_older_pages(page, known)
                fresh = posts_of(fresh_items(pages, known), known)
                after = after.remember((each.key, each.content) for p in pages for each in p.items)
                if self._wants_comments:
                    after = with_comment_feeds(after, pages)
                offered = sum(each.offered for each in pages)
                bad = tuple(record for each in pages for record in each.feed.bad)
                for batch in _batches(fresh, bad, gap, offered, after):
                    yield batch
            else:
                yield Batch(cursor=dump_cursor(after))
            if self._wants_comments:
                async for batch in poll_comments(self._reader, after, self._clock):
                    yield batch
        except HttpError as error:
            raise self._reader.in_peace(error) from error

    def history(
        self, brand: BrandConfig, since: Micros, place: str | None
    ) -> AsyncGenerator[Batch, None]:
        """Yield older entries where the feed pages (RFC 5005, WordPress); most show none.

        Raises:
            SourceError: the feed said no, could not be reached, or is none.
        """
        self._address.check()
        return past_of(self._reader, since, place)

    def stream(self, cursor: str | None) -> AsyncIterator[Batch] | None:
        """Return ``None``: a feed cannot push to a program behind a router."""
        return None

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return an empty batch: comments come with ``comments = true``."""
        return Batch()

    async def _get_feed(self, known: FeedCursor) -> Got:
        original = self._address.url
        url = known.moved if known.moves >= SURE_MOVES else original
        try:
            answer = await self._reader.ask(url, known)
        except HttpError as error:
            if url == original or error.status not in (404, 410):
                raise
            # It moved back: the old address is asked again, and believed.
            url = original
            answer = await self._reader.ask(original, known)
        moved, moves = known.moved, known.moves
        if url == original:
            there = answer.moved_to if self._address.may_move_to(answer.moved_to) else ""
            moves = moves + 1 if there and there == moved else int(bool(there))
            moved = there
        after = replace(known, moved=moved, moves=moves)
        return await self._reader.read(answer, after, self._address.name)

    def _refuse_sudden_silence(self, page: Page, known: FeedCursor) -> None:
        """Refuse a page without entries from a feed that had some, until it stays that way."""
        if page.offered or not known.shown:
            self._empty = 0
            return
        self._empty += 1
        if self._empty < SURE_EMPTY or page.feed.cut:
            raise self._reader.refusal(
                Sentence(
                    "{address} shows no entries at all, and had {count} before: something is "
                    "wrong there. Nothing was lost; hubbub looks again.",
                    {"address": shown(self._address.url), "count": known.shown},
                )
            )

    async def _with_older_pages(
        self, page: Page, known: FeedCursor
    ) -> tuple[list[Page], Gap | None]:
        """Return the page, with older ones (RFC 5005) as far back as we know, and the gap left."""
        pages: list[Page] = []
        asked: set[str] = set()
        older: Page | None = page
        while older is not None and older.items and len(pages) < MOST_PAGES:
            pages.append(older)
            if not known.known or any(item.key in known.known for item in older.items):
                return pages, None
            older = await self._older(older.feed.next_page, asked)
        return pages or [page], self._gap(pages, known) if pages else None

    async def _older(self, name: str, asked: set[str]) -> Page | None:
        url = self._address.at_home(name)
        if not name or name in asked or host_of(url) != host_of(self._address.url):
            return None
        asked.add(name)
        try:
            answer = await self._reader.ask(url, FeedCursor())
            return (await self._reader.read(answer, FeedCursor(), name)).page
        except SourceError as error:
            _log.warning("older entries of %s cannot be read", shown(url), exc_info=error)
            return None

    def _gap(self, pages: Sequence[Page], known: FeedCursor) -> Gap:
        dates = [item.post.created_at for page in pages for item in page.items]
        oldest = min((date for date in dates if date is not None), default=None)
        now = self._clock()
        ends = oldest if oldest and known.seen_at and known.seen_at < oldest < now else now
        return Gap(
            known.seen_at,
            ends,
            Sentence(
                "The feed shows only its newest {count} entries, and none of them was known: "
                "older ones may have been missed.",
                {"count": sum(page.offered for page in pages)},
            ),
        )


def _batches(
    fresh: Sequence[Post],
    bad: tuple[BadRecord, ...],
    gap: Gap | None,
    offered: int,
    after: FeedCursor,
) -> list[Batch]:
    """Return the posts in batches; the last moves the cursor: a crash before it loses nothing."""
    slices = [fresh[at : at + _BATCH] for at in range(0, len(fresh), _BATCH)] or [[]]
    batches = [Batch(posts=tuple(part)) for part in slices]
    batches[0] = replace(batches[0], bad=bad, gap=gap, fetched=offered)
    batches[-1] = replace(batches[-1], cursor=dump_cursor(after))
    return batches
