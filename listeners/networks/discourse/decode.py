"""Discourse's JSON as posts: pure decoding, no network and no memory.

Wire format: docs.discourse.org (openapi.json) and the serializers of discourse/discourse; checked
against recordings of 1.0 to 3.x. ``/posts.json``, ``/private-posts.json``, topics and single posts
all hold the same record. What decides identity is read strictly, ornaments are read tolerantly.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from listeners.model import Author, Engagement, Micros, Post
from listeners.networks.decoding import (
    LONGEST_EVIDENCE,
    UnreadableError,
    at_iso,
    converted,
    count,
    printable,
)
from listeners.networks.discourse.forum import NETWORK, TITLE, Forum
from listeners.networks.discourse.text import read_cooked
from listeners.text import html_to_text

REGULAR = 1
"""The ``post_type`` of what a member wrote; others are notices of the forum and whispers."""
LIKE = 2
"""The id of a like in ``actions_summary``."""


class _WirePost(msgspec.Struct):
    id: int
    topic_id: int
    post_number: int
    username: str
    cooked: str | None = None
    created_at: object = None
    updated_at: object = None
    version: object = 1
    name: object = None
    post_type: object = REGULAR
    reply_to_post_number: object = None
    reply_to_user: object = None
    topic_slug: object = None
    topic_title: object = None
    category_id: object = None
    actions_summary: object = None
    reply_count: object = None
    like_count: object = None
    blurb: object = None
    raw: object = None
    yours: object = None
    hidden: object = None
    user_deleted: object = None
    deleted_at: object = None
    staff: object = None


@dataclass(frozen=True, slots=True)
class ForumPost:
    """A post with what only its forum understands.

    ``post_id`` is the forum's own id, by which pages are walked. ``ours`` says that one of our
    accounts wrote it, ``staff`` that one of the forum's own people did, ``gone`` that it was taken
    away. ``shown`` is false for notices, whispers and what is hidden behind flags: their words are
    not the author's, or not for us. ``raw`` is Markdown, empty where the forum did not send it.
    """

    post_id: int
    topic: int
    number: int
    post: Post
    category: int | None = None
    answers: int | None = None
    ours: bool = False
    staff: bool = False
    gone: bool = False
    shown: bool = True
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """What a topic tells of its posts: title, tags, and whether it is a private message."""

    title: str = ""
    tags: tuple[str, ...] = ()
    private: bool = False


def read_post(record: object, forum: Forum, topic: Topic = Topic()) -> ForumPost:
    """Return the post in a record of Discourse.

    Raises:
        UnreadableError: identity, author or text are missing or of another type.
    """
    wire = converted(record, _WirePost, TITLE)
    if not wire.username or not wire.username.isprintable():
        raise UnreadableError(TITLE, "the author has no name")
    if min(wire.id, wire.topic_id, wire.post_number) < 1 or wire.post_number >= 10**9:
        raise UnreadableError(TITLE, "a number of the post is out of range")
    if max(wire.id, wire.topic_id) >= 10**15:
        raise UnreadableError(TITLE, "a number of the post is out of range")
    if wire.cooked is None:
        raise UnreadableError(TITLE, "the post has no text")
    return _forum_post(wire, wire.cooked, forum, topic)


def read_topic(record: object) -> Topic:
    """Return what a topic's own record tells; tags are names, or tables since 2025."""
    if not isinstance(record, dict):
        return Topic()
    tags = record.get("tags")
    named = [tag.get("name") if isinstance(tag, dict) else tag for tag in _list(tags)]
    return Topic(
        title=_words(record.get("title")),
        tags=tuple(printable(tag) for tag in named if printable(tag)),
        private=record.get("archetype") == "private_message",
    )


def number_of(record: object, name: str = "id") -> int | None:
    """Return a number of a record, if it has it."""
    value = record.get(name) if isinstance(record, dict) else None
    return _number(value)


def time_of(record: object, name: str = "created_at") -> Micros | None:
    """Return a time of a record, if it has it legibly."""
    return at_iso(record.get(name)) if isinstance(record, dict) else None


def _forum_post(wire: _WirePost, cooked: str, forum: Forum, topic: Topic) -> ForumPost:
    words = read_cooked(cooked, forum)
    spelled = forum.spelled(wire.username)
    answers = _number(wire.reply_to_post_number)
    if answers is not None and not 1 <= answers < 10**9:
        answers = None
    first = wire.post_number == 1
    root = forum.post_id(wire.topic_id, 1)
    title = html_to_text(_words(wire.topic_title) or topic.title)
    answered = wire.reply_to_user if isinstance(wire.reply_to_user, Mapping) else {}
    answered_name = printable(answered.get("username"))
    to_us = bool(answered_name and forum.spelled(answered_name))
    names_us = any(forum.spelled(name) for name in words.mentions)
    native_id = forum.post_id(wire.topic_id, wire.post_number)
    ours = bool(spelled) or wire.yours is True
    post = Post(
        network=NETWORK,
        native_id=native_id,
        author=Author(
            key=forum.author_key(wire.username),
            handle=spelled or wire.username,
            name=_words(wire.name),
            url=forum.author_key(wire.username),
        ),
        # A topic that is only a link or a picture says what its title says.
        text=words.text or (title if first else ""),
        title=title if first else "",
        url=native_id,
        created_at=at_iso(wire.created_at),
        edited_at=at_iso(wire.updated_at) if (_number(wire.version) or 1) > 1 else None,
        parent_id=None if first else forum.post_id(wire.topic_id, answers or 1),
        # A private message is a conversation of its own, and not one with its author for ever.
        root_id=root if not first or topic.private else None,
        links=words.links,
        tags=topic.tags if first else (),
        mentions=tuple(forum.spelled(name) or name for name in words.mentions),
        parent_author_key=forum.author_key(answered_name) if answered_name else None,
        engagement=Engagement(likes=_likes(wire), replies=_number(wire.reply_count)),
        private=topic.private,
        addressed=not ours and (topic.private or to_us or names_us),
        raw=_evidence(wire),
    )
    return ForumPost(
        post_id=wire.id,
        topic=wire.topic_id,
        number=wire.post_number,
        post=post,
        category=_number(wire.category_id),
        answers=answers,
        ours=ours,
        staff=wire.staff is True,
        gone=wire.user_deleted is True or wire.deleted_at is not None,
        shown=wire.post_type == REGULAR and wire.hidden is not True,
        raw=wire.raw if isinstance(wire.raw, str) else "",
    )


def _likes(wire: _WirePost) -> int | None:
    if (likes := _number(wire.like_count)) is not None:
        return likes
    if not isinstance(wire.actions_summary, list):
        return None
    for action in wire.actions_summary:
        if isinstance(action, dict) and action.get("id") == LIKE:
            return _number(action.get("count"))
    return 0


def _evidence(wire: _WirePost) -> bytes:
    """Return what was really sent, without the author's profile: it is not ours to keep."""
    kept = {
        "id": wire.id,
        "cooked": (wire.cooked or "")[:LONGEST_EVIDENCE],
        "post_number": wire.post_number,
        "topic_id": wire.topic_id,
        "version": _number(wire.version),
        "staff": wire.staff is True,
    }
    return json.dumps(kept).encode()


def _list(value: object) -> list[object]:
    return value[:100] if isinstance(value, list) else []


def _words(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> int | None:
    """Return a count that a store can hold, also where it came as text, else ``None``."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        value = int(value)
    return count(value)
