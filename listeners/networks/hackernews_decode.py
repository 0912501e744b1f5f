"""Hacker News' records as posts: Algolia's hits and item trees, and Firebase's items.

Wire formats: hn.algolia.com/api, github.com/HackerNews/API. Every field may be ``null``; texts are
HTML with ``<p>`` as a separator; ids are numbers that hubbub keeps as text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TypeVar, cast

import msgspec
from selectolax.lexbor import LexborHTMLParser

from listeners.model import SECOND, Author, BadRecord, Engagement, Micros, Post, Sentence
from listeners.text import HTML_CAP, html_to_text

NETWORK = "hackernews"
SITE = "https://news.ycombinator.com"

_TYPES = frozenset({"story", "comment", "job", "poll", "pollopt"})
_LONGEST_EVIDENCE = 20_000
_MOST_LINKS = 30


class UnreadableError(ValueError):
    """A record is not what Hacker News documents; ``sentence`` says where it differs."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.sentence = Sentence(
            "A post from Hacker News could not be read: {fault}", {"fault": fault}
        )


class DeletedError(Exception):
    """The record is of a post that is deleted; ``native_id`` names it."""

    def __init__(self, native_id: str) -> None:
        super().__init__(native_id)
        self.native_id = native_id


class _Hit(msgspec.Struct):
    """A hit of a search."""

    objectID: str | int  # noqa: N815 - the name on the wire
    author: str | None = None
    created_at_i: object = None
    title: str | None = None
    url: object = None
    story_text: str | None = None
    comment_text: str | None = None
    points: object = None
    num_comments: object = None
    parent_id: str | int | None = None
    story_id: str | int | None = None
    tags: object = msgspec.field(name="_tags", default=None)


class _Node(msgspec.Struct):
    """A node of an item's tree."""

    id: str | int
    type: str
    author: str | None = None
    created_at_i: object = None
    title: str | None = None
    url: object = None
    text: str | None = None
    points: object = None
    parent_id: str | int | None = None
    story_id: str | int | None = None
    children: list[object] = []


class _Item(msgspec.Struct):
    """An item of the Firebase API."""

    id: str | int
    type: str
    by: str | None = None
    time: object = None
    title: str | None = None
    url: object = None
    text: str | None = None
    score: object = None
    descendants: object = None
    parent: str | int | None = None
    deleted: bool = False


_Wire = TypeVar("_Wire", _Hit, _Node, _Item)


def read_hit(record: object) -> Post:
    """Return the post in a search hit.

    Raises:
        UnreadableError: it has no id or author, or neither title nor text.
    """
    hit = _converted(record, _Hit)
    tags = hit.tags if isinstance(hit.tags, list) else []
    is_comment = "comment" in tags or hit.comment_text is not None
    markup = hit.comment_text if is_comment else hit.story_text
    if markup is None and (is_comment or hit.title is None):
        raise UnreadableError("the post has neither title nor text")
    native_id = _id(hit.objectID)
    parent = _optional_id(hit.parent_id) if is_comment else None
    return _post(
        native_id,
        hit.author,
        markup or "",
        title="" if is_comment else hit.title or "",
        link="" if is_comment else _printable(hit.url),
        at=hit.created_at_i,
        parent=parent,
        root=(_optional_id(hit.story_id) or parent) if is_comment else None,
        engagement=Engagement(likes=_count(hit.points), replies=_count(hit.num_comments)),
    )


def read_tree(record: object) -> Iterator[Post | UnreadableError | DeletedError]:
    """Yield the posts of an item's tree, parents first; what is none comes as its error.

    The tree may be of any item; its root is ``story_id`` where that is given.
    """
    waiting = [(record, _story_of(record))]
    while waiting:
        current, root = waiting.pop()
        try:
            node = _converted(current, _Node)
        except UnreadableError as fault:
            yield fault
            continue
        waiting.extend((child, root or _id(node.id)) for child in reversed(node.children))
        yield _read_node(node, root)


def read_item(record: object) -> Post:
    """Return the post in a Firebase item.

    Raises:
        UnreadableError: it is no post, or lacks what one needs.
        DeletedError: the post is deleted.
    """
    item = _converted(record, _Item)
    native_id = _id(item.id)
    if item.deleted:
        raise DeletedError(native_id)
    if item.type not in _TYPES:
        raise UnreadableError(f"an item of type {item.type!r}")
    parent = _optional_id(item.parent)
    return _post(
        native_id,
        item.by,
        item.text or "",
        title=item.title or "",
        link=_printable(item.url),
        at=item.time,
        parent=parent,
        root=None,
        engagement=Engagement(likes=_count(item.score), replies=_count(item.descendants)),
    )


def bad_record(record: object, fault: UnreadableError) -> BadRecord:
    """Return the dead letter of a record, cut to a length that can be kept."""
    try:
        evidence = json.dumps(record)
    except (ValueError, TypeError, RecursionError):
        evidence = repr(type(record))
    return BadRecord(evidence[:_LONGEST_EVIDENCE], fault.sentence)


def seconds_of(record: object) -> int | None:
    """Return when a hit was made, in seconds since 1970, if it says so legibly."""
    value = record.get("created_at_i") if isinstance(record, dict) else None
    return _count(value)


def _read_node(node: _Node, root: str | None) -> Post | UnreadableError | DeletedError:
    native_id = _id(node.id)
    if node.type not in _TYPES:
        return UnreadableError(f"an item of type {node.type!r}")
    if node.author is None and not node.text and not node.title:
        return DeletedError(native_id)
    try:
        return _post(
            native_id,
            node.author,
            node.text or "",
            title=node.title or "",
            link=_printable(node.url),
            at=node.created_at_i,
            parent=_optional_id(node.parent_id),
            root=root if root != native_id else None,
            engagement=Engagement(likes=_count(node.points)),
        )
    except UnreadableError as fault:
        return fault


def _post(
    native_id: str,
    author: str | None,
    markup: str,
    *,
    title: str,
    link: str,
    at: object,
    parent: str | None,
    root: str | None,
    engagement: Engagement,
) -> Post:
    name = _printable(author)
    if not name:
        raise UnreadableError("the post has no author")
    seconds = _count(at)
    return Post(
        network=NETWORK,
        native_id=native_id,
        author=Author(key=name, handle=name, url=f"{SITE}/user?id={name}"),
        # A story that is only a link says what its title says.
        text=html_to_text(markup) or html_to_text(title),
        title=html_to_text(title),
        url=f"{SITE}/item?id={native_id}",
        created_at=Micros(seconds * SECOND) if seconds is not None else None,
        parent_id=parent,
        root_id=root,
        links=_links(markup, link),
        engagement=engagement,
        raw=json.dumps({"id": native_id, "text": markup[:_LONGEST_EVIDENCE]}).encode(),
    )


def _links(markup: str, link: str) -> tuple[str, ...]:
    found = {link: None} if link.startswith(("https://", "http://")) else {}
    if "href" in markup:
        for anchor in LexborHTMLParser(markup[:HTML_CAP]).css("a[href]")[:_MOST_LINKS]:
            target = _printable(anchor.attributes.get("href"))
            if target.startswith(("https://", "http://")):
                found[target] = None
    return tuple(found)


def _story_of(record: object) -> str | None:
    if not isinstance(record, Mapping):
        return None
    value = record.get("story_id")
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else None


def _converted(record: object, kind: type[_Wire]) -> _Wire:
    try:
        return msgspec.convert(record, kind)
    except msgspec.ValidationError as error:
        raise UnreadableError(str(error)) from error


def _id(value: str | int) -> str:
    text = str(value)
    if not text or not text.isprintable():
        raise UnreadableError("the post has no id")
    return text


def _optional_id(value: str | int | None) -> str | None:
    return None if value is None or value == "" else _id(value)


def _printable(value: object) -> str:
    return value if isinstance(value, str) and value.isprintable() else ""


def _count(value: object) -> int | None:
    """Return a number that a store can hold as microseconds, else ``None``."""
    usable = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**43
    return cast(int, value) if usable else None
