"""A feed's older entries: its pages and archives (RFC 5005), or WordPress's ``?paged=2``."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from listeners.http import HttpError
from listeners.model import Batch, Micros
from listeners.networks.feeds.cursor import FeedCursor
from listeners.networks.feeds.html import host_of
from listeners.networks.feeds.posts import Page
from listeners.networks.feeds.reader import FeedReader
from listeners.networks.past import PastPage, oldest_of, walk_down

_ENDED = frozenset((400, 404, 410))
"""How sites answer a page beyond their last."""


def past_of(reader: FeedReader, since: Micros, place: str | None) -> AsyncGenerator[Batch, None]:
    """Yield the entries of a feed's older pages back to ``since``.

    Raises:
        SourceError: the feed said no, could not be reached, or is none.
    """
    feed = reader.address

    async def ask(_key: str, position: str) -> PastPage:
        name = position or feed.name
        url = feed.at_home(position) if position else feed.url
        try:
            answer = await reader.ask(url, FeedCursor())
        except HttpError as error:
            if not position or error.status not in _ENDED:
                raise
            return PastPage()
        page = (await reader.read(answer, FeedCursor(), name)).page
        if page is None or not page.items:
            return PastPage()
        posts = tuple(item.post for item in page.items)
        return PastPage(
            posts=posts,
            bad=page.feed.bad,
            fetched=page.offered,
            below=older_than(page, name) or None,
            oldest=oldest_of(posts),
        )

    return walk_down([feed.name], place, since, ask)


def older_than(page: Page, url: str) -> str:
    """Return the address of the page below this one, empty where the feed shows none.

    Another host's is not followed: a feed names its own pages.
    """
    stated = page.feed.next_page
    if stated:
        return stated if host_of(stated) == host_of(url) else ""
    if not page.feed.paged:
        return ""
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    number = int(asked["paged"]) if asked.get("paged", "").isdigit() else 1
    asked["paged"] = str(number + 1)
    return urlunsplit(parts._replace(query=urlencode(asked), fragment=""))
