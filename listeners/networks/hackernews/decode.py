"""Hacker News' records as posts: Algolia's hits and item trees, and Firebase's items.

Wire formats: hn.algolia.com/api, github.com/HackerNews/API. Every field may be ``null``; texts are
HTML with ``<p>`` as a separator; ids are numbers that hubbub keeps as text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import msgspec

from listeners.model import Author, Engagement, Post
from listeners.networks import decoding
from listeners.networks.decoding import (
    LONGEST_EVIDENCE,
    UnreadableError,
    at_second,
    count,
    links_of_html,
    printable,
)
from listeners.text import html_to_text

NETWORK = "hackernews"
TITLE = "Hacker News"
SITE = "https://news.ycombinator.com"

_TYPES = frozenset({"story", "comment", "job", "poll", "pollopt"})


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
    dead: bool = False


def read_hit(record: object) -> Post:
    """Return the post in a search hit.

    Raises:
        UnreadableError: it has no id or author, or neither title nor text.
    """
    hit = decoding.converted(record, _Hit, TITLE)
    tags = hit.tags if isinstance(hit.tags, list) else []
    is_comment = "comment" in tags or hit.comment_text is not None
    markup = hit.comment_text if is_comment else hit.story_text
    if markup is None and (is_comment or hit.title is None):
        raise UnreadableError(TITLE, "the post has neither title nor text")
    native_id = _id(hit.objectID)
    parent = _optional_id(hit.parent_id) if is_comment else None
    return _post(
        native_id,
        hit.author,
        markup or "",
        title="" if is_comment else hit.title or "",
        link="" if is_comment else printable(hit.url),
        at=hit.created_at_i,
        parent=parent,
        root=(_optional_id(hit.story_id) or parent) if is_comment else None,
        engagement=Engagement(likes=count(hit.points), replies=count(hit.num_comments)),
    )


def read_tree(record: object) -> Iterator[Post | UnreadableError | DeletedError]:
    """Yield the posts of an item's tree, parents first; what is none comes as its error.

    The tree may be of any item; its root is ``story_id`` where that is given.
    """
    waiting = [(record, _story_of(record))]
    while waiting:
        current, root = waiting.pop()
        try:
            node = decoding.converted(current, _Node, TITLE)
        except UnreadableError as fault:
            yield fault
            continue
        waiting.extend((child, root or _id(node.id)) for child in reversed(node.children))
        yield _read_node(node, root)


def read_item(record: object, root: str | None = None) -> Post:
    """Return the post in a Firebase item; ``root`` is the story it stands under, if known.

    Raises:
        UnreadableError: it is no post, or lacks what one needs.
        DeletedError: the post is deleted, or shown to nobody but its author.
    """
    item = decoding.converted(record, _Item, TITLE)
    native_id = _id(item.id)
    if item.deleted or item.dead:
        raise DeletedError(native_id)
    if item.type not in _TYPES:
        raise UnreadableError(TITLE, f"an item of type {item.type!r}")
    parent = _optional_id(item.parent)
    return _post(
        native_id,
        item.by,
        item.text or "",
        title=item.title or "",
        link=printable(item.url),
        at=item.time,
        parent=parent,
        root=root if parent is not None else None,
        engagement=Engagement(likes=count(item.score), replies=count(item.descendants)),
    )


def kids_of(record: object) -> tuple[str, ...]:
    """Return the ids of the answers to a Firebase item, as far as they are legible."""
    kids = record.get("kids") if isinstance(record, dict) else None
    return tuple(str(kid) for kid in kids if count(kid)) if isinstance(kids, list) else ()


def seconds_of(record: object) -> int | None:
    """Return when a hit was made, in seconds since 1970, if it says so legibly."""
    value = record.get("created_at_i") if isinstance(record, dict) else None
    return count(value)


def _read_node(node: _Node, root: str | None) -> Post | UnreadableError | DeletedError:
    native_id = _id(node.id)
    if node.type not in _TYPES:
        return UnreadableError(TITLE, f"an item of type {node.type!r}")
    if node.author is None and not node.text and not node.title:
        return DeletedError(native_id)
    try:
        return _post(
            native_id,
            node.author,
            node.text or "",
            title=node.title or "",
            link=printable(node.url),
            at=node.created_at_i,
            parent=_optional_id(node.parent_id),
            root=root if root != native_id else None,
            engagement=Engagement(likes=count(node.points)),
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
    name = printable(author)
    if not name:
        raise UnreadableError(TITLE, "the post has no author")
    return Post(
        network=NETWORK,
        native_id=native_id,
        author=Author(key=name, handle=name, url=f"{SITE}/user?id={name}"),
        # A story that is only a link says what its title says.
        text=html_to_text(markup) or html_to_text(title),
        title=html_to_text(title),
        url=f"{SITE}/item?id={native_id}",
        created_at=at_second(at),
        parent_id=parent,
        root_id=root,
        links=links_of_html(markup, link),
        engagement=engagement,
        raw=json.dumps({"id": native_id, "text": markup[:LONGEST_EVIDENCE]}).encode(),
    )


def _story_of(record: object) -> str | None:
    if not isinstance(record, Mapping):
        return None
    value = record.get("story_id")
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else None


def _id(value: str | int) -> str:
    return decoding.id_of(value, TITLE)


def _optional_id(value: str | int | None) -> str | None:
    return decoding.optional_id(value, TITLE)
