"""Forums by their feeds: from a forum's address alone, whatever program runs it.

The page at the address shows the program; its feeds are tried in the order in which they tell the
most, and the one that answers is remembered in the cursor. Reading the feed is the work of the
feeds listener: here its entries become posts of topics.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Final, cast

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher, HttpError
from listeners.http.answer import looks_like_page
from listeners.model import HOUR, Batch, Micros, Post, Sentence, SourceState
from listeners.networks.contract import Capability, SourceError
from listeners.networks.feeds import schedule as feeds_schedule
from listeners.networks.feeds.cursor import FeedCursor
from listeners.networks.feeds.entry import NotAFeedError
from listeners.networks.feeds.html import feeds_of_page, shown
from listeners.networks.feeds.listener import FeedsListener
from listeners.networks.feeds.reader import FeedReader
from listeners.networks.forum.posts import NETWORK, as_forum_post
from listeners.networks.forum.software import (
    DISCOURSE,
    UNKNOWN,
    Software,
    feeds_to_try,
    named,
    roots_of,
    software_by_feed,
    software_of,
)
from listeners.networks.forum.threads import topic_feed, topics_of
from listeners.networks.searching import lost_place

INTERVAL: Final = 300.0
"""Seconds between two looks at a feed that wishes nothing else: a busy one holds an hour."""
LOOK_AGAIN: Final = 6 * HOUR
"""How long a forum is left in peace whose feed was searched for in vain."""
_GONE: Final = frozenset({401, 403, 404, 410})

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Found:
    """The feed of a forum: where, of what program, and up to where it was read."""

    feed: str
    software: str
    cursor: str | None = None


class ForumListener:
    """One forum. ``what`` is its address, any page of it, or the address of one of its feeds.

    ``ours = true`` says that it is the brand's own. ``next_interval`` is as for feeds.
    """

    capability = Capability(
        network=NETWORK,
        title="Forums: phpBB, XenForo, SMF, FluxBB, vBulletin, MyBB, Fossil",
        thread=True,
        edits=True,
        works_without_key=True,
        interval=INTERVAL,
        min_interval=feeds_schedule.SHORTEST,
        needs=Sentence('The address of the forum, such as what = "https://forum.example.org".'),
        limits=(
            Sentence(
                "A forum's feed holds its newest posts only, and some programs put topics or "
                "titles into it, not every answer. Whole topics are read on phpBB and FluxBB. A "
                "forum may switch its feeds off."
            ),
            Sentence("Answers are written in the browser: forums take none from programs."),
        ),
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self.next_interval: float | None = None
        self._source = source
        self._brands = brands
        self._fetch = fetch
        self._clock = clock
        self._reader = FeedReader(source, brands, fetch, clock)
        self._ours = source.options.get("ours") is True
        self._searched_at: Micros | None = None
        self._found: _Found | None = None
        self._listener: tuple[str, FeedsListener] | None = None

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield what is new or changed in the forum, oldest first.

        Raises:
            SourceError: it has no feed we may read, runs Discourse, or could not be reached.
        """
        known = _read_cursor(cursor)
        if cursor and known is None:
            yield Batch(gap=lost_place(self._clock()))
        if known is not None:
            try:
                async with aclosing(self._read(known)) as batches:
                    async for batch in batches:
                        yield batch
                return
            except SourceError as error:
                if not self._is_lost(error):
                    raise
                _log.info("%s is lost: %s", shown(known.feed), error)
        async with aclosing(self._search(known)) as batches:
            async for batch in batches:
                yield batch

    def stream(self, cursor: str | None) -> None:
        """A forum pushes to nobody."""
        return

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return the topics these posts are in, where the program has a feed for each.

        Raises:
            SourceError: the forum asks us to slow down, or cannot be reached.
        """
        posts: list[Post] = []
        offered = 0
        for url, topic in self._topic_feeds(native_ids):
            try:
                answer = await self._reader.ask(self._reader.address.at_home(url), FeedCursor())
                page = (await self._reader.read(answer, FeedCursor(), url)).page
            except SourceError as error:
                if not _is_no_feed(error):
                    raise
                _log.info("no feed of topic %s: %s", topic, error)
                continue
            items = page.items if page else ()
            posts += (self._as_post(item.post, topic) for item in items)
            offered += len(items)
        return Batch(posts=tuple(posts), fetched=offered)

    def _topic_feeds(self, native_ids: Sequence[str]) -> list[tuple[str, str]]:
        """Return the feeds of the topics of these posts, each with the topic's number."""
        found = self._found
        if found is None:
            return []
        software = named(found.software)
        feeds = ((topic_feed(software, found.feed, each), each) for each in topics_of(native_ids))
        return [(url, topic) for url, topic in feeds if url]

    def _as_post(self, post: Post, topic: str = "", found: _Found | None = None) -> Post:
        found = found or self._found
        software = named(found.software) if found else UNKNOWN
        return as_forum_post(post, software, ours=self._ours, topic=topic)

    async def _read(self, found: _Found) -> AsyncGenerator[Batch, None]:
        """Yield what the feed has, as posts of the forum."""
        # Kept over the rounds: it counts how often a feed came empty before it believes that.
        if self._listener is None or self._listener[0] != found.feed:
            source = replace(self._source, network="feeds", what=found.feed)
            listener = FeedsListener(source, self._brands, self._fetch, self._clock)
            self._listener = (found.feed, listener)
        listener = self._listener[1]
        polled = cast("AsyncGenerator[Batch, None]", listener.poll(found.cursor))
        async with aclosing(polled) as batches:
            async for batch in batches:
                moved = batch.cursor and replace(found, cursor=batch.cursor)
                yield replace(
                    batch,
                    posts=tuple(self._as_post(post, found=found) for post in batch.posts),
                    cursor=_write_cursor(moved) if moved else None,
                )
        self._found = found
        wished = listener.next_interval
        self.next_interval = INTERVAL if wished == feeds_schedule.USUAL else wished

    async def _search(self, known: _Found | None) -> AsyncGenerator[Batch, None]:
        """Yield what the first feed has that answers, of those a forum may have."""
        self._searched_at = self._clock()
        software, tries = await self._look()
        for feed in tries:
            same = known is not None and known.feed == feed
            found = known if known and same else _Found(feed, software.name)
            if not software.name:
                found = replace(found, software=software_by_feed(feed).name)
            try:
                async with aclosing(self._read(found)) as batches:
                    async for batch in batches:
                        yield batch
                return
            except SourceError as error:
                if not _is_no_feed(error):
                    raise
                _log.info("no feed at %s: %s", shown(feed), error)
        raise self._no_feed(software)

    async def _look(self) -> tuple[Software, tuple[str, ...]]:
        """Return the program that made the page at the forum's address, and the feeds to try."""
        address = self._reader.address
        if not self._source.what.strip():
            raise SourceError(
                SourceState.FAILING,
                Sentence('This source names no forum. Write its address as what = "https://…".'),
            )
        try:
            answer = await self._reader.ask(address.url, FeedCursor())
        except HttpError as error:
            raise self._reader.in_peace(error) from error
        if not looks_like_page(answer.body):
            return software_by_feed(address.name), (address.name,)
        page = answer.body.decode("utf-8", "replace")
        software = software_of(page)
        url = address.public(address.name, answer.url)
        if software is DISCOURSE:
            raise SourceError(
                SourceState.FAILING,
                Sentence(
                    "{address} runs Discourse, which hubbub hears better by its own name: write "
                    'network = "discourse" and base_url = "{base}" in this source.',
                    {"address": shown(url), "base": roots_of(url)[-1].rstrip("/")},
                ),
            )
        return software, feeds_to_try(software, url, feeds_of_page(page, url))

    def _is_lost(self, error: SourceError) -> bool:
        """Whether a feed that answered is no more, and has not just been searched for."""
        if not _is_no_feed(error):
            return False
        searched = self._searched_at
        return searched is None or not 0 <= self._clock() - searched < LOOK_AGAIN

    def _no_feed(self, software: Software) -> SourceError:
        address = shown(self._reader.address.url)
        until = Micros(self._clock() + HOUR)
        if software.title:
            return SourceError(
                SourceState.FAILING,
                Sentence(
                    "{address} runs {software} and gives no feed: it has switched its feeds off, "
                    "or shows them to members only. Its administrator can switch them on; "
                    "otherwise let it send you mails, and import those.",
                    {"address": address, "software": software.title},
                ),
                until=until,
            )
        return SourceError(
            SourceState.FAILING,
            Sentence(
                "{address} shows no feed, and is no forum hubbub knows. If you find a feed there, "
                "write its address into this source.",
                {"address": address},
            ),
            until=until,
        )


def _is_no_feed(error: SourceError) -> bool:
    """Whether a server answered that there is no feed for us here, and not that it is ill."""
    answered = error if isinstance(error, HttpError) else error.__cause__
    if isinstance(answered, HttpError):
        return answered.status in _GONE
    return isinstance(answered, NotAFeedError)


def _read_cursor(cursor: str | None) -> _Found | None:
    """Return the feed a cursor names; ``None`` for none, or none of ours."""
    try:
        table = json.loads(cursor or "null")
    except ValueError:
        return None
    if not isinstance(table, dict) or not isinstance(table.get("feed"), str):
        return None
    inner = table.get("cursor")
    return _Found(
        table["feed"], str(table.get("software", "")), inner if isinstance(inner, str) else None
    )


def _write_cursor(found: _Found) -> str:
    table = {"feed": found.feed, "software": found.software, "cursor": found.cursor}
    return json.dumps(table, separators=(",", ":"))
