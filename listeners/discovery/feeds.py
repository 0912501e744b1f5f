"""Feeds: is one there, what is it called, how much does it show; and the feeds of YouTube."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from listeners.clock import to_iso
from listeners.discovery.candidate import Candidate, Found, Hosts, source_of
from listeners.http import Answer
from listeners.model import Micros, Sentence
from listeners.networks.feeds.entry import Feed, NotAFeedError
from listeners.networks.feeds.html import shown
from listeners.networks.feeds.json import read_json_feed
from listeners.networks.feeds.xml import read_xml
from listeners.networks.forum.software import roots_of
from listeners.text import clean_line

FEED_TYPES: Final = (
    "application/feed+json, application/atom+xml, application/rss+xml, application/xml;q=0.9, "
    "text/xml;q=0.9, */*;q=0.5"
)
USUAL_FEEDS: Final = ("feed", "rss.xml", "atom.xml", "feed.xml", "index.xml", "rss")
"""Where a site often has a feed that its pages do not name."""
_CHANNEL: Final = re.compile(
    r'(?:channel_id=|"(?:channelId|externalId)":"|youtube\.com/channel/)(UC[\w-]{22})'
)
_TITLE_CAP: Final = 60

Values = Mapping[str, str | int | float]


def feed(url: str, *, home: str = "", guess: bool = False) -> Candidate:
    """Return the candidate of a feed at an address."""
    comments = "comment" in urlsplit(url).path
    hears = (
        Sentence("comments at {address}", {"address": shown(url)})
        if comments
        else Sentence("the feed at {address}", {"address": shown(url)})
    )
    return Candidate(
        hears=hears,
        source=source_of("feeds", what=url),
        urls=(url,),
        read=read_feed,
        guess=guess,
        home=home,
        accept=FEED_TYPES,
    )


def usual_feeds(url: str, home: str) -> Candidate:
    """Return the candidate that looks where sites usually have a feed."""
    parts = urlsplit(url)
    top = parts._replace(path="/", query="", fragment="").geturl()
    # A page deep inside is an article, and what stands below it are the comments on that alone.
    deep = parts.path.strip("/").count("/") > 0
    roots = (top,) if deep else tuple(dict.fromkeys((roots_of(url)[0], top)))
    return Candidate(
        hears=Sentence("the feed of {address}", {"address": shown(url)}),
        source={},
        urls=tuple(root + path for root in roots for path in USUAL_FEEDS),
        read=read_feed,
        guess=True,
        home=home,
        accept=FEED_TYPES,
        network="feeds",
    )


def read_feed(wish: Candidate, answer: Answer, _hosts: Hosts) -> Found | None:
    """Read a feed: its title, how much it shows, and since when nothing new came."""
    read = _feed_in(answer)
    if read is None:
        return None
    url = str(wish.source.get("what") or answer.moved_to or answer.url)
    values: Values = {"title": clean_line(read.title, _TITLE_CAP), "count": len(read.entries)}
    at = max((entry.updated or entry.published or 0 for entry in read.entries), default=0)
    if at:
        newest = to_iso(Micros(at))[:10]
        said = Sentence(
            "“{title}”, entries: {count}, the newest of {day}.",
            {**values, "day": newest},
        )
    else:
        said = Sentence("“{title}”, entries: {count}.", values)
    network = str(wish.source.get("network", "feeds"))
    return Found(
        said=said,
        source={**wish.source, **source_of(network, what=url)},
        hears=wish.hears if wish.source else feed(url).hears,
        more=_comments_beside(url, wish.home),
    )


def _comments_beside(url: str, home: str) -> tuple[Candidate, ...]:
    """Return where WordPress has the comments of a site whose articles are at ``/feed``."""
    path = urlsplit(url).path.rstrip("/")
    if not path.endswith("/feed") or "comment" in path:
        return ()
    beside = urlsplit(url)._replace(path=f"{path.removesuffix('feed')}comments/feed/", query="")
    return (feed(beside.geturl(), home=home, guess=True),)


def read_forum(wish: Candidate, answer: Answer, hosts: Hosts) -> Found | None:
    """Read one of a forum's feeds; the source is the forum, whose feed hubbub finds again."""
    found = read_feed(wish, answer, hosts)
    return found and Found(said=found.said, source=wish.source)


def _feed_in(answer: Answer) -> Feed | None:
    charset = re.search(r"charset=\"?([\w.:-]+)", answer.headers.get("content-type", ""), re.I)
    try:
        if answer.body[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
            return read_json_feed(answer.body, answer.url)
        return read_xml(answer.body, charset[1] if charset else "", answer.url)
    except NotAFeedError:
        return None


def read_youtube_page(_wish: Candidate, answer: Answer, hosts: Hosts) -> Found | None:
    """Read a channel's page for the channel's id, which its feed needs."""
    found = _CHANNEL.search(answer.body.decode("utf-8", "replace"))
    return Found(more=(youtube_feed(found[1], hosts),)) if found else None


def youtube_feed(channel: str, hosts: Hosts) -> Candidate:
    """Return the candidate of a channel's feed."""
    url = f"{hosts.youtube}/feeds/videos.xml?channel_id={channel}"
    return Candidate(
        hears=Sentence("new videos of the channel, by its feed"),
        source=source_of("feeds", what=url),
        urls=(url,),
        read=read_feed,
        accept=FEED_TYPES,
        needs=(Sentence("Free and without a key: the texts of its videos, no comments."),),
    )
