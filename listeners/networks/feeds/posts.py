"""Entries of feeds as posts: who they are, whose, what they answer.

An id is what the feed states, else the entry's address, else a hash. Ids that are addresses or
URNs are the same everywhere, so that an article met in two feeds is one mention and a comment
finds its article; all others mean something in their own feed alone and carry its name.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from listeners.model import Author, Engagement, Micros, Post
from listeners.networks.feeds.cursor import digest
from listeners.networks.feeds.entry import Entry, Feed
from listeners.networks.feeds.html import GOOGLE_NEWS, host_of
from listeners.networks.feeds.json import read_json_feed
from listeners.networks.feeds.xml import read_xml
from listeners.text import fold

NETWORK: Final = "feeds"

_UNIVERSAL = re.compile(
    r"(?:https?://[^\s/]+\S*|(?:tag|urn|yt|doi|at|info|oai|mid):\S+)$", re.IGNORECASE
)
_LONGEST_ID: Final = 500
_MOST_TAGS: Final = 30
_LONGEST_TAG: Final = 100
_LONGEST_BY: Final = 12
_COMMENT: Final = re.compile(r"(https?://[^\s#]+)#comment-?\w{1,40}$", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s{0,9}=\s{0,9}[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?![a-z])")
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a page came from. ``what`` names the feed as configured, ``url`` as fetched.

    ``sites`` are the hosts of our own websites: what is commented there is said to us.
    ``article`` is the native id of the entry whose comments this is.
    """

    what: str
    url: str
    sites: frozenset[str] = frozenset()
    article: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One post of a page; ``key`` and ``content`` are the hashes the cursor keeps."""

    post: Post
    key: str
    content: str
    comment_feed: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a feed as posts, each id once, in the feed's order."""

    feed: Feed
    items: tuple[Item, ...]

    @property
    def offered(self) -> int:
        """How many entries the page held, good, bad or twice."""
        return len(self.feed.entries) + len(self.feed.bad)


def read_page(body: bytes, content_type: str, origin: Origin) -> Page:
    """Return a page of a feed as posts. Takes long; runs in a thread of its own.

    Raises:
        NotAFeedError: it is no feed.
    """
    charset = _CHARSET.search(content_type)
    if body[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        feed = read_json_feed(body, origin.url)
    else:
        feed = read_xml(body, charset[1] if charset else "", origin.url)
    return Page(feed, _items(feed, origin))


def _items(feed: Feed, origin: Origin) -> tuple[Item, ...]:
    # Some generators give every entry the address of the site: there it is nobody's identity.
    links = Counter(entry.link for entry in feed.entries if not entry.id)
    newest: dict[str, tuple[Micros, Item]] = {}
    for entry in feed.entries:
        native_id = _identity(entry, origin, shared_link=links[entry.link] > 1)
        post = _post(entry, native_id, feed, origin)
        item = Item(
            post,
            digest(native_id),
            digest(post.title, post.text, post.url),
            entry.comment_feed,
        )
        at = entry.updated or entry.published or Micros(0)
        if native_id not in newest or newest[native_id][0] < at:
            newest[native_id] = (at, item)
    return tuple(item for _, item in newest.values())


def _identity(entry: Entry, origin: Origin, *, shared_link: bool) -> str:
    if entry.id:
        return native_id_of(entry.id, origin.what)
    if entry.link and not shared_link:
        return native_id_of(entry.link, origin.what)
    facts = (entry.title, entry.stamp) if entry.title or entry.stamp else (entry.text, "")
    return native_id_of(digest(entry.link, *facts), origin.what)


def native_id_of(stated: str, what: str) -> str:
    """Return the id of an entry on the network "feeds", from the id its feed ``what`` states."""
    stated = keepable(stated)
    if len(stated) > _LONGEST_ID:
        stated = digest(stated)
    if _UNIVERSAL.match(stated):
        return stated
    return f"{host_of(what)}-{digest(what)[:6]}#{stated}"


def keepable(text: str) -> str:
    """Return a text without what the store cannot hold: NUL and halves of surrogate pairs."""
    return _UNKEEPABLE.sub("\ufffd", text)


def _post(entry: Entry, native_id: str, feed: Feed, origin: Origin) -> Post:
    parent = _parent(entry, native_id, origin)
    title, text = entry.title, entry.text
    if host_of(entry.link) == GOOGLE_NEWS:
        # The description is a list of other articles.
        title, text = title.removesuffix(f" - {entry.publisher}"), ""
    if parent and text and _names_its_author_alone(title, entry.author):
        title = ""
    site = host_of(entry.link) or host_of(feed.link) or host_of(origin.url)
    # YouTube moves the date of a video with its counts.
    dated = not entry.id.startswith("yt:")
    edited = dated and entry.updated and entry.published and entry.updated > entry.published
    return Post(
        network=NETWORK,
        native_id=native_id,
        author=_author(entry, feed, origin, site),
        text=keepable(text or title),
        title=keepable(title),
        url=entry.link or (native_id if native_id.startswith(("http://", "https://")) else ""),
        created_at=entry.published,
        edited_at=entry.updated if edited else None,
        lang=_lang(entry, feed, comment=bool(parent)),
        parent_id=parent or None,
        links=tuple(dict.fromkeys([*([entry.link] if entry.link else []), *entry.links])),
        tags=_tags(entry),
        engagement=Engagement(replies=entry.replies),
        addressed=bool(parent) and not origin.sites.isdisjoint((site, host_of(parent))),
        raw=entry.raw,
    )


def _parent(entry: Entry, native_id: str, origin: Origin) -> str:
    """Return the native id of what a comment answers, ``""`` for an article.

    Stated by ``thr:in-reply-to``; else the article whose comments were asked for; else what is
    left of the comment's id or address without ``#comment-5`` (WordPress and its kin).
    """
    if entry.reply_to:
        parent = native_id_of(entry.reply_to, origin.what)
        return parent if parent != native_id else ""
    if origin.article:
        return origin.article if origin.article != native_id else ""
    for stated in (entry.id, entry.link):
        if comment := _COMMENT.match(stated):
            return native_id_of(comment[1], origin.what)
    return ""


def _names_its_author_alone(title: str, author: str) -> bool:
    """Whether a comment's title is "By: Ann", in whatever language: WordPress puts one on each."""
    return bool(author) and title.endswith(author) and len(title) - len(author) <= _LONGEST_BY


def _author(entry: Entry, feed: Feed, origin: Origin, site: str) -> Author:
    """Return who wrote an entry: as it says, else its publisher, its site, or the whole feed."""
    name = entry.author or entry.publisher or feed.author
    if not name:
        own = site == (host_of(feed.link) or host_of(origin.url))
        name = (feed.title if own else "") or site
    # Names are only unique within a site; a profile on the site itself is better still.
    profile = entry.author_url if entry.author and host_of(entry.author_url) == site else ""
    url = entry.author_url if entry.author else entry.publisher_url
    name = keepable(name)
    return Author(key=profile or f"{site}/{fold(name)}", handle=name, name=name, url=url)


def _lang(entry: Entry, feed: Feed, *, comment: bool) -> str | None:
    """Return the language an entry is declared in.

    A feed's own language says nothing of its comments, and "en" is what blogs are installed with.
    """
    if found := _LANGUAGE.match(entry.lang.lower()):
        return found[0]
    found = _LANGUAGE.match(feed.lang.lower())
    return found[0] if found and not comment and found[0] != "en" else None


def _tags(entry: Entry) -> tuple[str, ...]:
    tags = (keepable(tag).strip().lstrip("#") for tag in entry.tags)
    return tuple(dict.fromkeys(tag for tag in tags if 0 < len(tag) <= _LONGEST_TAG))[:_MOST_TAGS]
