"""Feeds: RSS, Atom, RDF and JSON Feed, conditionally fetched; Google Alerts and comment feeds too.

A feed shows its newest entries and no more. So the cursor remembers which entries were seen, a
page without any of them is a gap, and an entry whose content changed is an edit.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Answer, Fetcher, HttpError
from listeners.model import SECOND, BadRecord, Batch, Gap, Micros, Post, Sentence, SourceState
from listeners.networks import feeds_schedule
from listeners.networks.contract import Capability, SourceError
from listeners.networks.feeds_address import FeedAddress
from listeners.networks.feeds_cursor import FeedCursor, dump_cursor, load_cursor
from listeners.networks.feeds_entry import NotAFeedError
from listeners.networks.feeds_html import host_of, shown
from listeners.networks.feeds_posts import NETWORK, Item, Origin, Page, read_page

CAP: Final = 5 * 2**20
"""Bytes of one feed on the wire."""
SURE_MOVES: Final = 3
"""Permanent redirections to one address after which it is asked directly."""
SURE_EMPTY: Final = 3
"""Well-formed answers without entries after which a feed that had some is believed to be empty."""
MOST_PAGES: Final = 5
MOST_COMMENT_FEEDS: Final = 10
"""Comment feeds read in one round."""
_KNOWN_COMMENTS: Final = 100
_GIVEN_UP: Final = 3
_BATCH: Final = 250
_READING_SECONDS: Final = 60.0
_ACCEPT: Final = {
    "accept": "application/feed+json, application/atom+xml, application/rss+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
}

# Reading a feed takes up to seconds, and the default threads may hang in slow name servers.
_READERS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="feed-reader")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Got:
    """What one address answered: a page, or none if nothing changed; and the cursor after it."""

    cursor: FeedCursor
    page: Page | None


class FeedsListener:
    """One feed. ``what`` is its address; ``comments = true`` also follows its articles' comments.

    ``next_interval`` is how long the feed asks to be left alone, in seconds, after a poll.
    """

    capability = Capability(
        network=NETWORK,
        title="Feeds: RSS, Atom, JSON Feed",
        edits=True,
        works_without_key=True,
        interval=feeds_schedule.USUAL,
        min_interval=feeds_schedule.SHORTEST,
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self.next_interval: float | None = None
        self._source = source
        self._fetch = fetch
        self._clock = clock
        self._address = FeedAddress(source)
        self._sites = frozenset(
            host_of(site if "://" in site else f"https://{site}")
            for brand in brands
            for site in brand.websites
        )
        self._empty = 0

    async def poll(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield what is new or changed since ``cursor``, oldest first.

        Raises:
            SourceError: the feed said no, could not be reached, or is none.
        """
        self._address.check()
        known = load_cursor(cursor)
        try:
            got = await self._get_feed(known)
            page, after = got.page, got.cursor
            self.next_interval = feeds_schedule.interval(
                [after.every], after.skip_hours, self._clock(), at_home=self._address.is_home()
            )
            if page is not None:
                self._refuse_sudden_silence(page, known)
                pages, gap = await self._with_older_pages(page, known)
                fresh = _fresh(pages, known)
                after = after.remember((each.key, each.content) for p in pages for each in p.items)
                after = self._with_comment_feeds(after, pages)
                offered = sum(each.offered for each in pages)
                bad = tuple(record for each in pages for record in each.feed.bad)
                for batch in _batches(_posts(fresh, known), bad, gap, offered, after):
                    yield batch
            else:
                yield Batch(cursor=dump_cursor(after))
            async for batch in self._poll_comments(after):
                yield batch
        except HttpError as error:
            raise self._in_peace(error) from error

    def stream(self, cursor: str | None) -> AsyncIterator[Batch] | None:
        """Return ``None``: a feed cannot push to a program behind a router."""
        return None

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return an empty batch: comments come with ``comments = true``."""
        return Batch()

    # --- one address -------------------------------------------------------------------------

    async def _get_feed(self, known: FeedCursor) -> _Got:
        original = self._address.url
        url = known.moved if known.moves >= SURE_MOVES else original
        try:
            answer = await self._ask(url, known)
        except HttpError as error:
            if url == original or error.status not in (404, 410):
                raise
            # It moved back: the old address is asked again, and believed.
            url = original
            answer = await self._ask(original, known)
        moved, moves = known.moved, known.moves
        if url == original:
            there = answer.moved_to if self._address.may_move_to(answer.moved_to) else ""
            moves = moves + 1 if there and there == moved else int(bool(there))
            moved = there
        origin = self._origin(self._address.name, answer)
        return await self._read(answer, replace(known, moved=moved, moves=moves), origin)

    def _origin(self, name: str, answer: Answer, article: str = "") -> Origin:
        return Origin(
            what=self._address.name,
            url=self._address.public(name, answer.url),
            sites=self._sites,
            article=article,
        )

    async def _ask(self, url: str, known: FeedCursor) -> Answer:
        asked = dict(_ACCEPT)
        if known.etag:
            asked["if-none-match"] = known.etag
        if known.modified:
            asked["if-modified-since"] = known.modified
        return await self._fetch.get(
            url,
            headers=asked,
            secret_headers=await self._address.credentials(self._fetch, url),
            cap=CAP,
            allow_private=self._address.is_home(url),
        )

    async def _read(self, answer: Answer, known: FeedCursor, origin: Origin) -> _Got:
        """Return the page of an answer and the cursor's headers after it."""
        now = self._clock()
        every = feeds_schedule.asked_by_server(answer.headers, now)
        if answer.status == 304:
            return _Got(replace(known, seen_at=now, every=every or known.every), None)
        kind = answer.headers.get("content-type", "")
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_READING_SECONDS):
                page = await loop.run_in_executor(_READERS, read_page, answer.body, kind, origin)
        except TimeoutError as error:
            raise self._refusal(
                Sentence(
                    "The feed of {address} takes too long to read: it is damaged or hostile. "
                    "Nothing was stored from it.",
                    {"address": shown(origin.url)},
                )
            ) from error
        except NotAFeedError as error:
            raise self._refusal(_about_page(error, origin.url, known)) from error
        feed = page.feed
        # A cut feed must be fetched again: its validators would answer "not modified" to that.
        final = not feed.cut and not feeds_schedule.may_change_unseen(answer.headers)
        after = replace(
            known,
            etag=_validator(answer, "etag") if final else "",
            modified=_validator(answer, "last-modified") if final else "",
            seen_at=now,
            shown=page.offered,
            every=max((each for each in (every, feed.period) if each), default=None),
            skip_hours=tuple(sorted(feed.skip_hours)),
            failures=0,
        )
        return _Got(after, page)

    # --- the feed as a whole -----------------------------------------------------------------

    def _refuse_sudden_silence(self, page: Page, known: FeedCursor) -> None:
        """Refuse a page without entries from a feed that had some, until it stays that way."""
        if page.offered or not known.shown:
            self._empty = 0
            return
        self._empty += 1
        if self._empty < SURE_EMPTY or page.feed.cut:
            raise self._refusal(
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
            answer = await self._ask(url, FeedCursor())
            return (await self._read(answer, FeedCursor(), self._origin(name, answer))).page
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

    # --- comments ----------------------------------------------------------------------------

    def _with_comment_feeds(self, cursor: FeedCursor, pages: Sequence[Page]) -> FeedCursor:
        """Return the cursor that also knows the comment feeds of these entries, newest kept."""
        if self._source.options.get("comments") is not True:
            return cursor
        entries = [item for page in pages for item in page.items if item.comment_feed]
        for item in reversed(entries):
            known = cursor.comments.get(item.comment_feed, FeedCursor())
            stated = item.post.engagement.replies
            news = stated is not None and stated != known.replies
            known = replace(
                known,
                article=item.post.native_id,
                replies=stated,
                # What says it has changed is read first, and is worth another try.
                seen_at=None if news and stated else known.seen_at,
                failures=0 if news else known.failures,
            )
            cursor = cursor.with_comments(item.comment_feed, known)
        return cursor

    async def _poll_comments(self, cursor: FeedCursor) -> AsyncIterator[Batch]:
        """Yield the comments of the entries longest not looked at, one batch a comment feed."""
        if self._source.options.get("comments") is not True:
            return
        due = [
            (known.seen_at or 0, address)
            for address, known in cursor.comments.items()
            if known.replies != 0 and known.failures < _GIVEN_UP
        ]
        for _, address in sorted(due)[:MOST_COMMENT_FEEDS]:
            batch, cursor = await self._comments_of(address, cursor)
            yield batch

    async def _comments_of(self, address: str, cursor: FeedCursor) -> tuple[Batch, FeedCursor]:
        known = cursor.comments[address]
        url = self._address.at_home(address)
        try:
            answer = await self._ask(url, known)
            origin = self._origin(address, answer, known.article)
            got = await self._read(answer, known, origin)
        except SourceError as error:
            if error.state is SourceState.RATE_LIMITED:
                raise
            now = self._clock()
            failed = replace(known, failures=known.failures + 1, seen_at=now)
            cursor = cursor.with_comments(address, failed)
            told = () if known.failures else (BadRecord(address, error.sentence),)
            return Batch(bad=told, cursor=dump_cursor(cursor)), cursor
        pages = [got.page] if got.page else []
        known_now = ((each.key, each.content) for page in pages for each in page.items)
        after = got.cursor.remember(known_now, _KNOWN_COMMENTS)
        cursor = cursor.with_comments(address, after)
        batch = Batch(
            posts=tuple(_posts(_fresh(pages, known), known)),
            bad=tuple(record for page in pages for record in page.feed.bad),
            fetched=sum(page.offered for page in pages),
            cursor=dump_cursor(cursor),
        )
        return batch, cursor

    # --- manners -----------------------------------------------------------------------------

    def _in_peace(self, error: HttpError) -> SourceError:
        """Return the error with a time before which a server that did answer is not asked again."""
        if error.until is not None or error.state is not SourceState.FAILING:
            return error
        return self._refusal(error.sentence)

    def _refusal(self, sentence: Sentence) -> SourceError:
        shortest = feeds_schedule.SHORTEST
        at_home = feeds_schedule.SHORTEST_AT_HOME if self._address.is_home() else shortest
        pause = min(self._source.interval or at_home, shortest)
        until = Micros(self._clock() + int(pause * SECOND))
        return SourceError(SourceState.FAILING, sentence, until=until)


def _fresh(pages: Sequence[Page], known: FeedCursor) -> list[Item]:
    """Return what is new or changed, oldest first."""
    items = [item for page in pages for item in page.items]
    fresh = [item for item in reversed(items) if known.known.get(item.key) != item.content]
    if all(item.post.created_at is not None for item in fresh):
        fresh.sort(key=lambda item: item.post.created_at or 0)
    return fresh


def _posts(fresh: Sequence[Item], known: FeedCursor) -> list[Post]:
    """Return the posts; without a date, what is there at the first look is history, not news."""
    first = not known.known and known.seen_at is None
    return [
        replace(item.post, history=True) if first and item.post.created_at is None else item.post
        for item in fresh
    ]


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


def _validator(answer: Answer, name: str) -> str:
    value = answer.headers.get(name, "")
    return value if value.isascii() and value.isprintable() and len(value) <= 1000 else ""


def _about_page(error: NotAFeedError, url: str, known: FeedCursor) -> Sentence:
    """Return what to say of an answer that is no feed: what it is, and what to do."""
    if error.page and known.seen_at is not None:
        return Sentence(
            "{host} answers with a web page instead of its feed: is this a log-in page of the "
            "network you are on (captive portal), or has the feed moved? Nothing was lost.",
            {"host": host_of(url)},
        )
    if error.feeds:
        return Sentence(
            "{address} is a web page, not a feed. It offers a feed at {feed}: use that address "
            "for this source.",
            {"address": shown(url), "feed": error.feeds[0]},
        )
    if error.page:
        return Sentence(
            "{address} is a web page and names no feed. Look for the feed's address on the site "
            "(often /feed or /rss), or open a browser to see whether the network you are on wants "
            "you to log in (captive portal).",
            {"address": shown(url)},
        )
    return error.sentence
