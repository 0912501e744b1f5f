"""Reddit's JSON things as posts: comments (t1), submissions (t3) and messages (t4).

Wire format: reddit.com/dev/api, "fullnames"; checked against recordings of oauth.reddit.com from
2016 to 2026. What was deleted, removed, or written by an account that is gone comes as its
deletion: Reddit's terms ask for that.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin

import msgspec
from selectolax.lexbor import LexborHTMLParser

from listeners.model import Author, Deletion, Engagement, Post
from listeners.networks.decoding import (
    UnreadableError,
    at_second,
    converted,
    count,
    printable,
    web_address,
)
from listeners.text import HTML_CAP, html_to_text, links_in

NETWORK = "reddit"
TITLE = "Reddit"
SITE = "https://www.reddit.com"
KINDS = frozenset({"t1", "t3", "t4"})
GONE = frozenset({"[deleted]", "[removed]", "[ removed by reddit ]", "[unavailable]"})
"""What Reddit shows instead of a text, or of an author, in lower case."""

_FULLNAME = re.compile(r"t[134]_[0-9a-z]{1,13}")
_THREAD = re.compile(r"/comments/([0-9a-z]{1,13})(?:/|$|\?)")
_NAME = re.compile(r"(?<![\w/])/?u/([A-Za-z0-9_-]{2,20})(?![\w-])")
_MOST_LINKS = 30
_MOST_NAMES = 20
_ROBOTS = frozenset({"automoderator"})

Thing = Post | Deletion


class _Thing(msgspec.Struct):
    name: str
    author: str | None = None
    created_utc: object = None
    edited: object = None
    title: object = None
    selftext: object = None
    selftext_html: object = None
    is_self: object = None
    url: object = None
    removed_by_category: object = None
    num_comments: object = None
    score: object = None
    score_hidden: object = None
    permalink: object = None
    context: object = None
    parent_id: object = None
    link_id: object = None
    body: object = None
    body_html: object = None
    type: object = None
    subject: object = None
    first_message_name: object = None


def kind_of(record: object) -> str:
    """Return the kind of a record: ``t1``, ``more``, …; nothing where it has none."""
    kind = record.get("kind") if isinstance(record, dict) else None
    return kind if isinstance(kind, str) else ""


def read_thing(record: object) -> Thing | None:
    """Return the post in a record, or that it is gone; ``None`` for what is no post.

    Raises:
        UnreadableError: it is one, and lacks what a post needs.
    """
    kind = kind_of(record)
    if kind not in KINDS or not isinstance(record, dict):
        return None
    thing = converted(record.get("data"), _Thing, TITLE)
    if not is_fullname(thing.name) or not thing.name.startswith(kind):
        raise UnreadableError(TITLE, "the post has no id")
    if kind == "t4":
        return _message(thing)
    if _is_gone(thing):
        return Deletion(NETWORK, thing.name)
    return _submission(thing) if kind == "t3" else _comment(thing)


def is_fullname(text: str) -> bool:
    """Whether this is the id of a comment, submission or message."""
    return _FULLNAME.fullmatch(text) is not None


def thread_of(address: str) -> str | None:
    """Return the id of the submission that an address or path leads to, if it does."""
    found = _THREAD.search(address)
    return f"t3_{found[1]}" if found else None


def author_of(name: str) -> Author:
    """Return an account. Names last for ever and are told apart without regard to case."""
    return Author(
        key=name.casefold(),
        handle=name,
        url=f"{SITE}/user/{name}",
        automated=name.casefold() in _ROBOTS,
    )


def words_of(markup: str) -> tuple[str, tuple[str, ...]]:
    """Return what rendered Markdown says, without quotations, and what it links to.

    A text of nothing but quotations stays whole.
    """
    if not markup:
        return "", ()
    whole = html_to_text(markup)
    tree = LexborHTMLParser(markup[:HTML_CAP])
    for node in tree.css("blockquote"):
        node.decompose()
    anchors = tree.css("a[href]")[:_MOST_LINKS]
    found = (web_address(_absolute(a.attributes.get("href") or "")) for a in anchors)
    body = tree.body
    own = html_to_text(body.html or "") if body is not None else ""
    return own or whole, tuple(dict.fromkeys(link for link in found if link))


def names_in(text: str) -> tuple[str, ...]:
    """Return the accounts a text names as u/NAME, both as NAME and so: people write either down."""
    found = list(dict.fromkeys(_NAME.findall(text)))[:_MOST_NAMES]
    return tuple(spelled for name in found for spelled in (name, f"u/{name}"))


def _submission(thing: _Thing) -> Post:
    text, links = words_of(_text(thing.selftext_html))
    text = text or _text(thing.selftext)
    target = web_address(thing.url) if thing.is_self is not True else ""
    if thread_of(target) == thing.name:
        target = ""
    title = html_to_text(_text(thing.title))
    if not title and not text:
        raise UnreadableError(TITLE, "the post has neither title nor text")
    return Post(
        network=NETWORK,
        native_id=thing.name,
        author=_author(thing),
        text=text,
        title=title,
        url=_address(thing.permalink) or f"{SITE}/comments/{thing.name[3:]}/",
        created_at=at_second(thing.created_utc),
        edited_at=None if isinstance(thing.edited, bool) else at_second(thing.edited),
        links=tuple(dict.fromkeys([*([target] if target else []), *links])),
        mentions=names_in(f"{title}\n{text}"),
        engagement=Engagement(likes=_score(thing), replies=count(thing.num_comments)),
    )


def _comment(thing: _Thing) -> Post:
    path = _text(thing.permalink) or _text(thing.context)
    stated = _text(thing.link_id)
    root = stated if is_fullname(stated) else thread_of(path)
    parent = _text(thing.parent_id)
    text, links = words_of(_text(thing.body_html))
    if not (text or _text(thing.body)):
        raise UnreadableError(TITLE, "the comment has no text")
    address = f"{SITE}/comments/{root[3:]}/_/{thing.name[3:]}/" if root else ""
    return Post(
        network=NETWORK,
        native_id=thing.name,
        author=_author(thing),
        text=text or _text(thing.body),
        url=_address(path) or address,
        created_at=at_second(thing.created_utc),
        edited_at=None if isinstance(thing.edited, bool) else at_second(thing.edited),
        parent_id=parent if is_fullname(parent) else root,
        root_id=root,
        links=links or links_in(_text(thing.body)),
        mentions=names_in(text),
        engagement=Engagement(likes=_score(thing)),
        addressed=bool(_text(thing.type)),
    )


def _message(thing: _Thing) -> Post | None:
    """Return a private message; what Reddit itself or a moderators' mailbox sends is none."""
    text, links = words_of(_text(thing.body_html))
    text = text or _text(thing.body)
    if not thing.author or thing.author.casefold() in {*GONE, "reddit"} or not text:
        return None
    first = _text(thing.first_message_name)
    parent = _text(thing.parent_id)
    return Post(
        network=NETWORK,
        native_id=thing.name,
        author=_author(thing),
        text=text,
        title=_text(thing.subject),
        url=f"{SITE}/message/messages/{(first or thing.name)[3:]}",
        created_at=at_second(thing.created_utc),
        parent_id=parent if is_fullname(parent) else None,
        root_id=first if is_fullname(first) else None,
        links=links,
        private=True,
        addressed=True,
    )


def _is_gone(thing: _Thing) -> bool:
    said = (thing.author, thing.body, thing.selftext)
    return bool(_text(thing.removed_by_category)) or any(
        isinstance(one, str) and one.strip().casefold() in GONE for one in said
    )


def _author(thing: _Thing) -> Author:
    name = printable(thing.author)
    if not name or len(name) > 200:
        raise UnreadableError(TITLE, "the author has no name")
    return author_of(name)


def _score(thing: _Thing) -> int | None:
    """Return the votes; Reddit hides those of fresh comments, and counts below nothing."""
    if thing.score_hidden is True or not isinstance(thing.score, int):
        return None
    return count(max(0, thing.score))


def _address(path: object) -> str:
    found = _text(path).partition("?")[0]
    return web_address(_absolute(found)) if found.startswith("/") else web_address(found)


def _absolute(link: str) -> str:
    try:
        return urljoin(f"{SITE}/", link)
    except ValueError:
        return ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
