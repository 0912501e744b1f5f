"""The comment feeds of a feed's entries: found, read in turns, given up where they fail."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Final

from listeners.clock import Clock
from listeners.model import BadRecord, Batch, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.feeds.cursor import FeedCursor, dump_cursor
from listeners.networks.feeds.posts import Page
from listeners.networks.feeds.reader import FeedReader, fresh_items, posts_of

MOST_COMMENT_FEEDS: Final = 10
"""Comment feeds read in one round."""
_KNOWN_COMMENTS: Final = 100
_GIVEN_UP: Final = 3


def with_comment_feeds(cursor: FeedCursor, pages: Sequence[Page]) -> FeedCursor:
    """Return the cursor that also knows the comment feeds of these entries, newest kept."""
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


async def poll_comments(
    reader: FeedReader, cursor: FeedCursor, clock: Clock
) -> AsyncIterator[Batch]:
    """Yield the comments of the entries longest not looked at, one batch a comment feed.

    Raises:
        SourceError: the server asks to slow down; any other fault is told in its batch.
    """
    due = [
        (known.seen_at or 0, address)
        for address, known in cursor.comments.items()
        if known.replies != 0 and known.failures < _GIVEN_UP
    ]
    for _, address in sorted(due)[:MOST_COMMENT_FEEDS]:
        batch, cursor = await _comments_of(address, reader, cursor, clock)
        yield batch


async def _comments_of(
    address: str, reader: FeedReader, cursor: FeedCursor, clock: Clock
) -> tuple[Batch, FeedCursor]:
    known = cursor.comments[address]
    try:
        answer = await reader.ask(reader.address.at_home(address), known)
        got = await reader.read(answer, known, address, known.article)
    except SourceError as error:
        if error.state is SourceState.RATE_LIMITED:
            raise
        failed = replace(known, failures=known.failures + 1, seen_at=clock())
        cursor = cursor.with_comments(address, failed)
        told = () if known.failures else (BadRecord(address, error.sentence),)
        return Batch(bad=told, cursor=dump_cursor(cursor)), cursor
    pages = [got.page] if got.page else []
    known_now = ((each.key, each.content) for page in pages for each in page.items)
    cursor = cursor.with_comments(address, got.cursor.remember(known_now, _KNOWN_COMMENTS))
    batch = Batch(
        posts=tuple(posts_of(fresh_items(pages, known), known)),
        bad=tuple(record for page in pages for record in page.feed.bad),
        fetched=sum(page.offered for page in pages),
        cursor=dump_cursor(cursor),
    )
    return batch, cursor
