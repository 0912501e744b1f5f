"""Posts, comments and ratings of a Facebook Page, as the Graph API gives them.

Source: developers.facebook.com/docs/graph-api/reference/page/feed, /object/comments and
/page/ratings. ``from`` is left out where a permission is missing, and even ids are: what a comment
belongs to then stands in its address alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from listeners.model import Author, Engagement, Post
from listeners.networks.decoding import UnreadableError, count, id_of, web_address
from listeners.networks.graph.records import (
    at_time,
    evidence,
    field_of,
    hidden_author,
    id_in,
    list_in,
    tags_of,
    words_of,
)
from listeners.text import links_in

NETWORK = "facebook"
TITLE = "Facebook"
SITE = "https://www.facebook.com"
COMMENT_FIELDS = (
    "id,message,from,created_time,parent{id},permalink_url,like_count,comment_count,message_tags"
)
_MOST_NAMED = 30


def read_post(record: object, page: str) -> Post:
    """Return a post on a Page, or one that names it. ``page`` is the Page's id.

    Raises:
        UnreadableError: it is not what Facebook documents.
    """
    native_id = id_of(field_of(record, "id"), TITLE)
    text = words_of(record, "message") or words_of(record, "story")
    attached = list_in(record, "attachments", "data")
    links = (web_address(field_of(one, "unshimmed_url")) for one in attached)
    author = _author(record, native_id)
    return Post(
        network=NETWORK,
        native_id=native_id,
        author=author,
        text=text or next(filter(None, (words_of(one, "title") for one in attached)), ""),
        url=web_address(field_of(record, "permalink_url")) or f"{SITE}/{native_id}",
        created_at=at_time(field_of(record, "created_time") or field_of(record, "tagged_time")),
        links=tuple(dict.fromkeys((*links_in(text), *filter(None, links)))),
        tags=tags_of(text),
        mentions=_named(record),
        engagement=Engagement(
            likes=count(field_of(record, "reactions", "summary", "total_count")),
            shares=count(field_of(record, "shares", "count")),
            replies=total_of(record),
        ),
        own=author.key == page,
        addressed=author.key != page,
        raw=evidence(record),
    )


def read_comment(record: object, root: Post, page: str) -> Post:
    """Return a comment below a post. Raises as ``read_post``."""
    url = web_address(field_of(record, "permalink_url"))
    by_address, above = _ids_in(url)
    native_id = id_in(record, "id") or by_address
    text = field_of(record, "message")
    if not native_id:
        raise UnreadableError(TITLE, "the comment has no id and no address")
    if not isinstance(text, str):
        raise UnreadableError(TITLE, "the comment has no text")
    parent = id_in(record, "parent", "id") or above or root.native_id
    author = _author(record, native_id)
    own = author.key == page
    return Post(
        network=NETWORK,
        native_id=native_id,
        author=author,
        text=text,
        url=url or root.url,
        created_at=at_time(field_of(record, "created_time")),
        parent_id=parent,
        root_id=root.native_id,
        parent_author_key=root.author.key if parent == root.native_id else None,
        links=links_in(text),
        tags=tags_of(text),
        mentions=_named(record),
        engagement=Engagement(
            likes=count(field_of(record, "like_count")),
            replies=count(field_of(record, "comment_count")),
        ),
        own=own,
        addressed=not own,
        raw=evidence(record),
    )


def read_rating(record: object, page: str) -> Post:
    """Return a review of the Page. Facebook asks whether one recommends it, and no more for stars:
    yes is taken as five of them, no as one. Raises as ``read_post``."""
    story = field_of(record, "open_graph_story")
    at = at_time(field_of(record, "created_time"))
    text = words_of(record, "review_text") or words_of(story, "data", "review_text")
    stars = count(field_of(record, "rating")) or count(field_of(story, "data", "rating", "value"))
    advice = words_of(record, "recommendation_type") or words_of(
        story, "data", "recommendation_type"
    )
    if not stars:
        stars = {"positive": 5, "negative": 1}.get(advice.casefold())
    reviewer = field_of(record, "reviewer")
    native_id = id_in(story, "id")
    if not native_id and at is None:
        raise UnreadableError(TITLE, "the rating has no id and no time")
    if not native_id:
        named = f"{id_in(reviewer, 'id')} {at} {text if at is None else ''}"
        native_id = f"rating-{hashlib.blake2b(named.encode(), digest_size=10).hexdigest()}"
    key = id_in(reviewer, "id")
    author = Author(key=key, name=words_of(reviewer, "name")) if key else hidden_author(native_id)
    return Post(
        network=NETWORK,
        native_id=native_id,
        author=author,
        text=text,
        url=f"{SITE}/{page}/reviews",
        created_at=at,
        lang=words_of(story, "data", "language") or None,
        links=links_in(text),
        rating=stars if stars and stars <= 5 else None,
        addressed=True,
        raw=evidence(record),
    )


def total_of(record: object) -> int | None:
    """Return how many comments a post has, those below comments included."""
    return count(field_of(record, "comments", "summary", "total_count"))


def root_of(native_id: str, page: str) -> str:
    """Return the post a comment (``POST_COMMENT``) stands below; a post's own id begins with the
    number of whose wall it is on."""
    front, _, rest = native_id.partition("_")
    return native_id if front == page or not rest else f"{page}_{front}"


def _author(record: object, native_id: str) -> Author:
    key = id_in(record, "from", "id")
    if not key:
        return hidden_author(native_id)
    handle = words_of(record, "from", "username")
    return Author(key=key, handle=handle, name=words_of(record, "from", "name"))


def _named(record: object) -> tuple[str, ...]:
    """Return whom a text names; older versions of the API give them by their place in it."""
    tags = field_of(record, "message_tags")
    groups = tags.values() if isinstance(tags, Mapping) else [tags]
    named = (tag for group in groups if isinstance(group, list) for tag in group)
    return tuple(dict.fromkeys(filter(None, (id_in(tag, "id") for tag in named))))[:_MOST_NAMED]


def _ids_in(url: str) -> tuple[str, str]:
    """Return the comment's id an address tells, and that of the comment above it, if any."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    query = parse_qs(parts.query)
    comment = query.get("comment_id", [""])[0]
    reply = query.get("reply_comment_id", [""])[0]
    steps = [step for step in parts.path.split("/") if step]
    post = query.get("story_fbid", steps[-1:] or [""])[0]
    if not comment.isdigit() or not post.isdigit():
        return "", ""
    above = f"{post}_{comment}"
    return (f"{post}_{reply}", above) if reply.isdigit() else (above, "")
