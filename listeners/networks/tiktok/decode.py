"""TikTok's videos and comments as posts.

Wire format: developers.tiktok.com (Display API v2) and business-api.tiktok.com (Accounts, v1.3).
Both call the same things by other names, and give numbers as numbers or as text.
"""

from __future__ import annotations

import msgspec

from listeners.model import Author, Engagement, Micros, Post
from listeners.networks.decoding import (
    UnreadableError,
    at_second,
    converted,
    count,
    id_of,
    optional_id,
    printable,
    web_address,
)

NETWORK = "tiktok"
TITLE = "TikTok"
SITE = "https://www.tiktok.com"


class _Video(msgspec.Struct):
    id: object = None
    item_id: object = None
    title: str | None = None
    video_description: str | None = None
    caption: str | None = None
    create_time: object = None
    share_url: str | None = None
    like_count: object = None
    likes: object = None
    comment_count: object = None
    comments: object = None
    share_count: object = None
    shares: object = None


class _Comment(msgspec.Struct):
    comment_id: object = None
    video_id: object = None
    text: str | None = None
    create_time: object = None
    user_id: object = None
    unique_identifier: object = None
    username: str | None = None
    display_name: str | None = None
    owner: bool | None = None
    status: str | None = None
    parent_comment_id: object = None
    likes: object = None
    replies: object = None


def read_video(record: object) -> Post:
    """Return a video of ours with its counts.

    Raises:
        UnreadableError: it has no id.
    """
    video = converted(record, _Video, TITLE)
    native_id = id_of(video.item_id or video.id, TITLE)
    words = (video.caption or video.video_description or video.title or "").strip()
    url = web_address(video.share_url) or f"{SITE}/@/video/{native_id}"
    return Post(
        network=NETWORK,
        native_id=native_id,
        author=Author(key="our account"),
        text=words or url,
        url=url,
        created_at=at_second(_number(video.create_time)),
        root_id=native_id,
        engagement=Engagement(
            likes=_first(video.likes, video.like_count),
            shares=_first(video.shares, video.share_count),
            replies=_first(video.comments, video.comment_count),
        ),
        own=True,
        wanted=True,
    )


def read_comment(record: object, video: Post) -> Post:
    """Return a comment below a video of ours; its id names both, since an answer needs both.

    Raises:
        UnreadableError: it has no id or no words.
    """
    told = converted(record, _Comment, TITLE)
    number = id_of(told.comment_id, TITLE)
    text = (told.text or "").strip()
    if not text:
        raise UnreadableError(TITLE, "the comment has no words")
    own = told.owner is True
    handle = printable(told.username)
    who = optional_id(told.user_id or told.unique_identifier, TITLE) or handle
    front = video.native_id
    above = optional_id(told.parent_comment_id, TITLE)
    parent = f"{front}/{above}" if above and above not in ("0", number, front) else None
    native_id = f"{front}/{number}"
    return Post(
        network=NETWORK,
        native_id=native_id,
        author=Author(
            key="our account" if own else who or f"comment {number}",
            handle=handle,
            name=printable(told.display_name),
            url=f"{SITE}/@{handle}" if handle else "",
        ),
        text=text,
        url=video.url,
        created_at=at_second(_number(told.create_time)),
        parent_id=parent,
        root_id=parent or native_id,
        engagement=Engagement(likes=_first(told.likes), replies=_first(told.replies)),
        addressed=not own,
        own=own,
    )


def at_of(post: Post) -> Micros:
    """Return when it was written, 0 where that is not said."""
    return post.created_at or Micros(0)


def _number(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


def _first(*values: object) -> int | None:
    return next((found for one in values if (found := count(_number(one))) is not None), None)
