"""Media and comments of Instagram, as the Graph API gives them.

Source: developers.facebook.com/docs/instagram-platform (ig-media, ig-comment, ig-hashtag). Who
published what a hashtag finds is not told.
"""

from __future__ import annotations

from collections.abc import Mapping

from listeners.model import Author, Engagement, Post
from listeners.networks.decoding import UnreadableError, count, id_of, printable, web_address
from listeners.networks.graph.accounts import Account
from listeners.networks.graph.records import (
    at_time,
    evidence,
    field_of,
    hidden_author,
    id_in,
    named_in,
    tags_of,
    words_of,
)
from listeners.text import links_in

NETWORK = "instagram"
TITLE = "Instagram"
SITE = "https://www.instagram.com"
_REPLY = "id,text,timestamp,username,from,like_count,hidden"
COMMENT_FIELDS = f"{_REPLY},parent_id,replies.limit(50){{{_REPLY}}}"
REPLY_FIELDS = _REPLY


def read_media(record: object, *, mine: Account | None = None, to_us: bool = False) -> Post:
    """Return a picture, film or album. ``mine``: it is that account's own; ``to_us``: we are
    tagged in it.

    Raises:
        UnreadableError: it is not what Instagram documents.
    """
    native_id = id_of(field_of(record, "id"), TITLE)
    text = words_of(record, "caption")
    at = at_time(field_of(record, "timestamp"))
    if not isinstance(record, Mapping) or (at is None and "media_type" not in record):
        raise UnreadableError(TITLE, "the record is no picture, film or album")
    handle = printable(field_of(record, "username"))
    if mine is not None:
        author = Author(key=mine.id, handle=mine.handle, url=f"{SITE}/{mine.handle}/")
    elif handle:
        author = Author(key=handle, handle=handle, url=f"{SITE}/{handle}/")
    else:
        author = hidden_author(native_id)
    return Post(
        network=NETWORK,
        native_id=native_id,
        author=author,
        text=text,
        url=web_address(field_of(record, "permalink")),
        created_at=at,
        links=links_in(text),
        tags=tags_of(text),
        mentions=named_in(text),
        engagement=Engagement(
            likes=count(field_of(record, "like_count")), replies=total_of(record)
        ),
        own=mine is not None,
        addressed=to_us,
        raw=evidence(record),
    )


def read_comment(record: object, root: Post, me: Account | None) -> Post:
    """Return a comment or a reply to one. Raises as ``read_media``."""
    native_id = id_of(field_of(record, "id"), TITLE)
    text = field_of(record, "text")
    if not isinstance(text, str):
        raise UnreadableError(TITLE, "the comment has no text")
    handle = printable(field_of(record, "username")) or printable(
        field_of(record, "from", "username")
    )
    key = id_in(record, "from", "id") or handle
    own = me is not None and (key == me.id or (handle != "" and handle == me.handle))
    if own and me is not None:
        author = Author(key=me.id, handle=me.handle, url=f"{SITE}/{me.handle}/")
    elif key:
        url = f"{SITE}/{handle}/" if handle else ""
        author = Author(key=key, handle=handle, url=url)
    else:
        author = hidden_author(native_id)
    parent = id_in(record, "parent_id") or root.native_id
    return Post(
        network=NETWORK,
        native_id=native_id,
        author=author,
        text=text,
        url=root.url,
        created_at=at_time(field_of(record, "timestamp")),
        parent_id=parent,
        root_id=root.native_id,
        parent_author_key=root.author.key if parent == root.native_id else None,
        links=links_in(text),
        tags=tags_of(text),
        mentions=named_in(text),
        engagement=Engagement(likes=count(field_of(record, "like_count"))),
        own=own,
        addressed=not own,
        raw=evidence(record),
    )


def total_of(record: object) -> int | None:
    """Return how many comments a picture has."""
    return count(field_of(record, "comments_count"))
