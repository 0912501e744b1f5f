"""Asking one address of a feed and reading what it answers, politely and in a thread apart."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Answer, Fetcher, HttpError
from listeners.model import SECOND, Micros, Post, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.feeds import schedule as feeds_schedule
from listeners.networks.feeds.address import FeedAddress
from listeners.networks.feeds.cursor import FeedCursor
from listeners.networks.feeds.entry import NotAFeedError
from listeners.networks.feeds.html import host_of, shown
from listeners.networks.feeds.posts import Item, Origin, Page, read_page

CAP: Final = 5 * 2**20
"""Bytes of one feed on the wire."""
_READING_SECONDS: Final = 60.0
_ACCEPT: Final = {
    "accept": "application/feed+json, application/atom+xml, application/rss+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
}

# Reading a feed takes up to seconds, and the default threads may hang in slow name servers.
_READERS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="feed-reader")


@dataclass(frozen=True, slots=True)
class Got:
    """What one address answered: a page, or none if nothing changed; and the cursor after it."""

    cursor: FeedCursor
    page: Page | None


class FeedReader:
    """Asks the addresses that belong to one source and reads their answers."""

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self.address = FeedAddress(source)
        self._source = source
        self._fetch = fetch
        self._clock = clock
        self._sites = frozenset(
            host_of(site if "://" in site else f"https://{site}")
            for brand in brands
            for site in brand.websites
        )

    async def ask(self, url: str, known: FeedCursor) -> Answer:
        """Get an address, on the condition that it changed since ``known``.

        Raises:
            SourceError: as ``Fetcher.get``.
        """
        asked = dict(_ACCEPT)
        if known.etag:
            asked["if-none-match"] = known.etag
        if known.modified:
            asked["if-modified-since"] = known.modified
        return await self._fetch.get(
            url,
            headers=asked,
            secret_headers=await self.address.credentials(self._fetch, url),
            cap=CAP,
            allow_private=self.address.is_home(url),
        )

    async def read(self, answer: Answer, known: FeedCursor, name: str, article: str = "") -> Got:
        """Return what an answer holds; ``name`` is the address as the user or the feed wrote it.

        ``article`` is the native id of the entry whose comments these are.

        Raises:
            SourceError: it is no feed, or takes too long to read.
        """
        now = self._clock()
        every = feeds_schedule.asked_by_server(answer.headers, now)
        if answer.status == 304:
            return Got(replace(known, seen_at=now, every=every or known.every), None)
        origin = Origin(
            what=self.address.name,
            url=self.address.public(name, answer.url),
            sites=self._sites,
            article=article,
        )
        kind = answer.headers.get("content-type", "")
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_READING_SECONDS):
                page = await loop.run_in_executor(_READERS, read_page, answer.body, kind, origin)
        except TimeoutError as error:
            raise self.refusal(
                Sentence(
                    "The feed of {address} takes too long to read: it is damaged or hostile. "
                    "Nothing was stored from it.",
                    {"address": shown(origin.url)},
                )
            ) from error
        except NotAFeedError as error:
            raise self.refusal(_about_page(error, origin.url, known)) from error
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
        return Got(after, page)

    def in_peace(self, error: HttpError) -> SourceError:
        """Return the error with a time before which a server that did answer is not asked again."""
        if error.until is not None or error.state is not SourceState.FAILING:
            return error
        return self.refusal(error.sentence)

    def refusal(self, sentence: Sentence) -> SourceError:
        """Return the error of a server that answers, but not with what was asked for."""
        shortest = feeds_schedule.SHORTEST
        at_home = feeds_schedule.SHORTEST_AT_HOME if self.address.is_home() else shortest
        pause = min(self._source.interval or at_home, shortest)
        until = Micros(self._clock() + int(pause * SECOND))
        return SourceError(SourceState.FAILING, sentence, until=until)


def fresh_items(pages: Sequence[Page], known: FeedCursor) -> list[Item]:
    """Return what is new or changed, oldest first."""
    items = [item for page in pages for item in page.items]
    fresh = [item for item in reversed(items) if known.known.get(item.key) != item.content]
    if all(item.post.created_at is not None for item in fresh):
        fresh.sort(key=lambda item: item.post.created_at or 0)
    return fresh


def posts_of(fresh: Sequence[Item], known: FeedCursor) -> list[Post]:
    """Return the posts; without a date, what is there at the first look is history, not news."""
    first = not known.known and known.seen_at is None
    return [
        replace(item.post, history=True) if first and item.post.created_at is None else item.post
        for item in fresh
    ]


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
