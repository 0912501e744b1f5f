"""What every kind of feed comes down to, before it becomes posts."""

from __future__ import annotations

from dataclasses import dataclass

from listeners.model import BadRecord, Micros, Sentence


class NotAFeedError(Exception):
    """What was fetched is no feed. ``feeds`` are the feeds it links to, if it is a web page."""

    def __init__(
        self, sentence: Sentence, *, page: bool = False, feeds: tuple[str, ...] = ()
    ) -> None:
        super().__init__(sentence.template.format(**sentence.values))
        self.sentence = sentence
        self.page = page
        self.feeds = feeds


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One article, post or comment of a feed. Texts are plain and still untrusted.

    ``id`` and ``reply_to`` are as the feed states them, ``""`` where it does not. ``comment_feed``
    is the address of the feed of comments on this entry; ``replies`` counts them.
    """

    id: str = ""
    link: str = ""
    title: str = ""
    text: str = ""
    author: str = ""
    author_url: str = ""
    published: Micros | None = None
    updated: Micros | None = None
    stamp: str = ""
    lang: str = ""
    tags: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    reply_to: str = ""
    comment_feed: str = ""
    replies: int | None = None
    publisher: str = ""
    publisher_url: str = ""
    raw: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One page of a feed, in its own order.

    ``cut`` says that it is damaged or longer than what was read. ``period`` is how long it asks
    to be left alone, in seconds; ``skip_hours`` are hours of the day (UTC) it does not change in.
    ``next_page`` is where older entries are, if it says so; ``paged`` says that it is made by a
    program (WordPress) that shows older entries with ``?paged=2``.
    """

    title: str = ""
    link: str = ""
    author: str = ""
    lang: str = ""
    entries: tuple[Entry, ...] = ()
    bad: tuple[BadRecord, ...] = ()
    cut: bool = False
    period: float | None = None
    skip_hours: frozenset[int] = frozenset()
    next_page: str = ""
    paged: bool = False
