"""From YouTube's records to posts: comments, threads of them, videos, channels.

Source: developers.google.com/youtube/v3/docs (comments, commentThreads, videos, channels, search).
A comment's id is unlike a video's, which has eleven characters; replies have one level alone.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from listeners.model import Author, Engagement, Post
from listeners.networks.decoding import (
    LONGEST_EVIDENCE,
    UnreadableError,
    at_iso,
    converted,
    count,
    id_of,
    printable,
)
from listeners.networks.feeds.entry import Entry
from listeners.text import links_in

NETWORK = "youtube"
TITLE = "YouTube"
SITE = "https://www.youtube.com"

_VIDEO = re.compile(r"[\w-]{11}")
_CHANNEL = re.compile(r"UC[\w-]{22}")
_NAMED = re.compile(r"(?<![\w@])@([\w.·-]{3,30})")
_MOST_TAGS = 50


class _AuthorId(msgspec.Struct):
    value: str | None = None


class _CommentWords(msgspec.Struct, rename="camel"):
    text_display: str | None = None
    text_original: str | None = None
    author_display_name: str | None = None
    author_channel_id: _AuthorId | None = None
    author_channel_url: str | None = None
    channel_id: str | None = None
    video_id: str | None = None
    parent_id: str | None = None
    like_count: object = None
    published_at: object = None
    updated_at: object = None


class _Comment(msgspec.Struct):
    id: str
    snippet: _CommentWords


class _ThreadWords(msgspec.Struct, rename="camel"):
    top_level_comment: dict[str, object]
    channel_id: str | None = None
    video_id: str | None = None
    total_reply_count: object = None


class _Replies(msgspec.Struct):
    comments: list[object] = []


class _Thread(msgspec.Struct):
    id: str
    snippet: _ThreadWords
    replies: _Replies | None = None


class _VideoWords(msgspec.Struct, rename="camel"):
    title: str | None = None
    description: str | None = None
    channel_id: str | None = None
    channel_title: str | None = None
    published_at: object = None
    tags: list[str] = []
    default_audio_language: str | None = None
    default_language: str | None = None


class _Video(msgspec.Struct):
    id: str
    snippet: _VideoWords
    statistics: dict[str, object] = {}


@dataclass(frozen=True, slots=True)
class Thread:
    """A comment on a video with the replies that came with it; ``total`` is how many there are.
    ``channel`` is whose video it stands under."""

    comment: Post
    total: int
    replies: tuple[object, ...]
    video: str
    channel: str


def read_thread(record: object) -> Thread:
    """Return a thread.

    Raises:
        UnreadableError: it is not what YouTube documents.
    """
    wire = converted(record, _Thread, TITLE)
    words = wire.snippet
    video = printable(words.video_id)
    post = read_comment(words.top_level_comment, video=video)
    total = _number(words.total_reply_count) or 0
    replies = tuple(wire.replies.comments) if wire.replies is not None else ()
    return Thread(
        comment=replace(post, engagement=replace(post.engagement, replies=total)),
        total=total,
        replies=replies,
        video=video,
        channel=printable(words.channel_id),
    )


def read_comment(record: object, *, video: str = "") -> Post:
    """Return a comment or reply. Its words are asked for as plain text.

    Raises:
        UnreadableError: it is not what YouTube documents.
    """
    wire = converted(record, _Comment, TITLE)
    words = wire.snippet
    native_id = id_of(wire.id, TITLE)
    text = words.text_original if words.text_original is not None else words.text_display
    if text is None:
        raise UnreadableError(TITLE, "the comment has no text")
    parent = printable(words.parent_id)
    at, changed = at_iso(words.published_at), at_iso(words.updated_at)
    video = printable(words.video_id) or video
    return Post(
        network=NETWORK,
        native_id=native_id,
        author=_author(words),
        text=text,
        url=f"{SITE}/watch?v={video}&lc={native_id}" if video else "",
        created_at=at,
        edited_at=changed if changed != at else None,
        parent_id=parent or None,
        # Each comment on a video is a conversation of its own.
        root_id=parent or native_id,
        links=links_in(text),
        mentions=tuple(dict.fromkeys(_NAMED.findall(text))),
        engagement=Engagement(likes=count(words.like_count)),
        raw=json.dumps(record)[:LONGEST_EVIDENCE].encode(),
    )


def read_video(record: object) -> Post:
    """Return a video, as ``videos.list`` gives it.

    Raises:
        UnreadableError: it is not what YouTube documents.
    """
    wire = converted(record, _Video, TITLE)
    words, counts = wire.snippet, wire.statistics
    channel = printable(words.channel_id)
    if not is_video(wire.id) or not channel:
        raise UnreadableError(TITLE, "the video has no id or no channel")
    name = words.channel_title or ""
    description = words.description or ""
    return Post(
        network=NETWORK,
        native_id=wire.id,
        author=Author(key=channel, name=name, url=f"{SITE}/channel/{channel}"),
        title=html.unescape(words.title or ""),
        text=description or html.unescape(words.title or ""),
        url=f"{SITE}/watch?v={wire.id}",
        created_at=at_iso(words.published_at),
        lang=words.default_audio_language or words.default_language,
        links=links_in(description),
        tags=tuple(words.tags[:_MOST_TAGS]),
        engagement=Engagement(
            likes=_number(counts.get("likeCount")), replies=_number(counts.get("commentCount"))
        ),
        raw=json.dumps(record)[:LONGEST_EVIDENCE].encode(),
    )


def video_of_entry(entry: Entry) -> Post | None:
    """Return a video of a channel's feed; ``None`` for an entry that is none."""
    native_id = entry.id.removeprefix("yt:video:")
    channel = entry.author_url.rpartition("/")[2]
    if not is_video(native_id) or not is_channel(channel):
        return None
    return Post(
        network=NETWORK,
        native_id=native_id,
        author=Author(key=channel, name=entry.author, url=f"{SITE}/channel/{channel}"),
        title=entry.title,
        text=entry.text or entry.title,
        url=f"{SITE}/watch?v={native_id}",
        created_at=entry.published,
        links=links_in(entry.text),
        raw=entry.raw,
    )


def video_id_in(record: object) -> str:
    """Return the video a search found, empty for anything else."""
    found = record.get("id") if isinstance(record, Mapping) else None
    video = found.get("videoId") if isinstance(found, Mapping) else None
    return video if isinstance(video, str) and is_video(video) else ""


def subscribers_of(record: object) -> tuple[str, int | None]:
    """Return a channel's id and how many follow it, ``None`` where it hides that."""
    if not isinstance(record, Mapping):
        return "", None
    counts = record.get("statistics")
    shown = isinstance(counts, Mapping) and counts.get("hiddenSubscriberCount") is not True
    found = counts.get("subscriberCount") if isinstance(counts, Mapping) and shown else None
    return printable(record.get("id")), _number(found)


def is_video(text: str) -> bool:
    """Whether this is a video's id."""
    return _VIDEO.fullmatch(text) is not None


def is_channel(text: str) -> bool:
    """Whether this is a channel's id."""
    return _CHANNEL.fullmatch(text) is not None


def _author(words: _CommentWords) -> Author:
    name = words.author_display_name or ""
    key = printable(words.author_channel_id.value) if words.author_channel_id is not None else ""
    url = printable(words.author_channel_url)
    if not key:
        key = url or printable(name)
    if not key:
        raise UnreadableError(TITLE, "the comment has no author")
    # Names that begin with @ are handles: unique, and what people call each other by.
    handle = printable(name).removeprefix("@") if name.startswith("@") else ""
    there = f"{SITE}/channel/{key}" if is_channel(key) else ""
    return Author(key=key, handle=handle, name=name, url=there)


def _number(value: object) -> int | None:
    """Return a count, which YouTube writes as a number or as digits."""
    return count(int(value)) if isinstance(value, str) and value.isdigit() else count(value)
