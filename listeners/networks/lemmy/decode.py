"""Lemmy's views as posts, of both its APIs.

Wire formats: join-lemmy.org/docs and github.com/LemmyNet/lemmy-js-client (types of 0.19 and 1.0).
The same post has another number on every instance, and one ``ap_id`` everywhere: that is its id
here. Times of old versions name no zone and are UTC. A comment names those above it by their
numbers (``path`` "0.2.4" is comment 4 below 2), so whoever reads it must find their ``ap_id``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec

from listeners.model import Author, Engagement, Post
from listeners.networks.decoding import (
    UnreadableError,
    at_iso,
    converted,
    count,
    printable,
    web_address,
)
from listeners.networks.github.text import read_markdown
from listeners.text import links_in

NETWORK = "lemmy"
TITLE = "Lemmy"

_NAMED = re.compile(r"(?<![\w@/])@([\w.-]{1,60}@[\w.-]{3,100}\w)")
_PATH = re.compile(r"0(?:\.\d{1,18}){1,200}")
_MOST_NAMES = 20
_LARGEST = 2**62


class _Person(msgspec.Struct):
    name: str
    actor_id: object = None
    ap_id: object = None
    display_name: object = None
    bot_account: object = None
    bio: object = None


class _Post(msgspec.Struct):
    id: int
    ap_id: object = None
    name: object = None
    body: object = None
    url: object = None
    alt_text: object = None
    published: object = None
    published_at: object = None
    updated: object = None
    updated_at: object = None
    deleted: object = None
    removed: object = None
    language_id: object = None
    score: object = None
    comments: object = None


class _Comment(msgspec.Struct):
    id: int
    ap_id: object = None
    content: object = None
    path: object = None
    published: object = None
    published_at: object = None
    updated: object = None
    updated_at: object = None
    deleted: object = None
    removed: object = None
    language_id: object = None
    score: object = None
    child_count: object = None


class _Counts(msgspec.Struct):
    score: object = None
    comments: object = None
    child_count: object = None


class _View(msgspec.Struct):
    post: _Post
    creator: _Person
    comment: _Comment | None = None
    counts: _Counts | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A post with what only its instance understands.

    ``number`` is its own, ``below`` that of the submission it belongs to, ``above`` that of the
    comment it answers, ``None`` for the submission. ``gone``: deleted or removed. ``said`` is the
    Markdown.
    """

    post: Post
    number: int
    below: int
    above: int | None = None
    gone: bool = False
    said: str = ""

    @property
    def is_comment(self) -> bool:
        """Whether it is a comment, and no submission."""
        return self.post.root_id is not None


def read_view(record: object, languages: Mapping[int, str]) -> Found:
    """Return the post in a view: of a submission, a comment, a mention of us or an answer to us.

    A comment is said to answer its submission: whoever knows ``above`` puts that right.

    Raises:
        UnreadableError: identity, author or text are missing or of another type.
    """
    view = converted(record, _View, TITLE)
    submission = _address(view.post.ap_id)
    counts = view.counts or _Counts()
    if view.comment is None:
        return _submission(view, view.post, submission, counts, languages)
    return _comment(view, view.comment, submission, counts, languages)


def _submission(
    view: _View, wire: _Post, native_id: str, counts: _Counts, languages: Mapping[int, str]
) -> Found:
    body, title = _text(wire.body), _text(wire.name)
    gone = wire.deleted is True or wire.removed is True
    if not gone and not (title or body):
        raise UnreadableError(TITLE, "the post has neither title nor text")
    words = read_markdown(body)
    target = web_address(wire.url)
    score = wire.score if wire.score is not None else counts.score
    replies = wire.comments if wire.comments is not None else counts.comments
    post = Post(
        network=NETWORK,
        native_id=native_id,
        author=_author(view.creator),
        text=words.text or _text(wire.alt_text),
        title=title,
        url=native_id,
        created_at=at_iso(wire.published_at or wire.published),
        edited_at=at_iso(wire.updated_at or wire.updated),
        lang=_language(wire.language_id, languages),
        links=tuple(dict.fromkeys([*([target] if target else []), *words.links])),
        mentions=_named(body),
        engagement=Engagement(likes=_likes(score), replies=count(replies)),
    )
    return Found(post, _number(wire.id), _number(wire.id), gone=gone, said=body)


def _comment(
    view: _View, wire: _Comment, submission: str, counts: _Counts, languages: Mapping[int, str]
) -> Found:
    content = _text(wire.content)
    gone = wire.deleted is True or wire.removed is True
    if not gone and not content.strip():
        raise UnreadableError(TITLE, "the comment has no text")
    native_id = _address(wire.ap_id)
    words = read_markdown(content)
    score = wire.score if wire.score is not None else counts.score
    replies = wire.child_count if wire.child_count is not None else counts.child_count
    post = Post(
        network=NETWORK,
        native_id=native_id,
        author=_author(view.creator),
        text=words.text or content.strip(),
        url=native_id,
        created_at=at_iso(wire.published_at or wire.published),
        edited_at=at_iso(wire.updated_at or wire.updated),
        lang=_language(wire.language_id, languages),
        parent_id=submission,
        root_id=submission,
        links=words.links,
        mentions=_named(content),
        engagement=Engagement(likes=_likes(score), replies=count(replies)),
    )
    return Found(
        post,
        _number(wire.id),
        _number(view.post.id),
        above=_above(_text(wire.path)),
        gone=gone,
        said=content,
    )


def _above(path: str) -> int | None:
    """Return the number of the comment answered, from ``0.ANCESTORS.SELF``."""
    numbers = path.split(".") if _PATH.fullmatch(path) else []
    return int(numbers[-2]) if len(numbers) > 2 else None


def _author(person: _Person) -> Author:
    key = _address(person.ap_id or person.actor_id)
    name = printable(person.name)
    host = urlsplit(key).netloc
    if not name or len(name) > 200 or not host:
        raise UnreadableError(TITLE, "the author has no name")
    return Author(
        key=key,
        handle=f"{name}@{host}",
        name=_text(person.display_name),
        url=key,
        automated=person.bot_account is True,
        links=links_in(person.bio) if isinstance(person.bio, str) else (),
    )


def _address(value: object) -> str:
    found = web_address(value)
    try:
        host = urlsplit(found).netloc
    except ValueError:
        host = ""
    if not host or len(found) > 500:
        raise UnreadableError(TITLE, "the post has no id")
    return found


def _named(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.rstrip(".-") for name in _NAMED.findall(text)))[:_MOST_NAMES]


def _language(number: object, languages: Mapping[int, str]) -> str | None:
    return languages.get(number) if isinstance(number, int) else None


def _likes(score: object) -> int | None:
    return count(max(0, score)) if isinstance(score, int) else None


def _number(value: int) -> int:
    if not 0 < value < _LARGEST:
        raise UnreadableError(TITLE, "a number of the post is out of range")
    return value


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
