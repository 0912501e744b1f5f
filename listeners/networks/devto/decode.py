"""Forem's JSON as posts: articles of DEV and its sister sites, and the comments below them.

Wire format: developers.forem.com/api/v1, and the views of github.com/forem/forem. Lists have an
article's description, the article itself its body; ``tags`` and ``tag_list`` swap their types
between the two. A deleted or hidden comment has an empty ``user``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from listeners.model import Author, Deletion, Engagement, Post
from listeners.networks.decoding import (
    UnreadableError,
    at_iso,
    converted,
    count,
    id_of,
    links_of_html,
    printable,
    web_address,
)
from listeners.text import html_to_text

NETWORK = "devto"
TITLE = "DEV"

_LONGEST_EVIDENCE = 20_000


class _Article(msgspec.Struct):
    id: int
    title: str
    user: object
    url: object = None
    description: object = None
    body_html: object = None
    published_at: object = None
    published_timestamp: object = None
    edited_at: object = None
    tag_list: object = None
    tags: object = None
    language: object = None
    comments_count: object = None
    public_reactions_count: object = None


class _Comment(msgspec.Struct):
    id_code: str
    body_html: str
    user: object = None
    created_at: object = None
    children: object = None


def comment_id(article: str, code: str) -> str:
    """Return the id of a comment: it holds the article, under which it is found."""
    return f"{article}#{code}"


def article_of(native_id: str) -> str:
    """Return the article a post stands under, empty for what is no id of ours."""
    article = native_id.partition("#")[0]
    return article if article.isascii() and article.isdigit() else ""


def read_article(record: object, site: str) -> Post:
    """Return the article in a record: with its body where that came, else with its description.

    Raises:
        UnreadableError: it has no id, title or author.
    """
    wire = converted(record, _Article, TITLE)
    native_id = id_of(wire.id, TITLE)
    body = wire.body_html if isinstance(wire.body_html, str) else ""
    description = wire.description if isinstance(wire.description, str) else ""
    listed = wire.tags if isinstance(wire.tags, list) else wire.tag_list
    language = printable(wire.language)
    return Post(
        network=NETWORK,
        native_id=native_id,
        author=_author(wire.user, site),
        text=html_to_text(body) if body else html_to_text(description),
        title=wire.title,
        url=web_address(wire.url) or f"{site}/articles/{native_id}",
        created_at=at_iso(wire.published_at) or at_iso(wire.published_timestamp),
        edited_at=at_iso(wire.edited_at),
        lang=language or None,
        links=links_of_html(body),
        tags=tuple(t for t in listed if isinstance(t, str)) if isinstance(listed, list) else (),
        engagement=Engagement(
            likes=count(wire.public_reactions_count), replies=count(wire.comments_count)
        ),
        raw=(body or description)[:_LONGEST_EVIDENCE].encode() or None,
    )


def read_comments(
    records: Iterable[object], article: str, site: str
) -> Iterator[Post | Deletion | UnreadableError]:
    """Yield the comments of an article, parents first; deleted and hidden ones as deletions."""
    waiting = [(record, article) for record in reversed(list(records))]
    while waiting:
        record, parent = waiting.pop()
        try:
            wire = converted(record, _Comment, TITLE)
            native_id = comment_id(article, id_of(wire.id_code, TITLE))
        except UnreadableError as fault:
            yield fault
            continue
        children = wire.children if isinstance(wire.children, list) else []
        waiting.extend((child, native_id) for child in reversed(children))
        if wire.user == {}:
            yield Deletion(NETWORK, native_id)
            continue
        try:
            yield _comment(wire, native_id, article, parent, site)
        except UnreadableError as fault:
            yield fault


def published_second(record: object) -> int | None:
    """Return when an article was published, in seconds since 1970."""
    if not isinstance(record, dict):
        return None
    at = at_iso(record.get("published_at")) or at_iso(record.get("published_timestamp"))
    return None if at is None else at // 1_000_000


def _comment(wire: _Comment, native_id: str, article: str, parent: str, site: str) -> Post:
    author = _author(wire.user, site)
    return Post(
        network=NETWORK,
        native_id=native_id,
        author=author,
        text=html_to_text(wire.body_html),
        url=f"{site}/{author.handle}/comment/{wire.id_code}",
        created_at=at_iso(wire.created_at),
        parent_id=parent,
        root_id=article,
        links=links_of_html(wire.body_html),
        raw=wire.body_html[:_LONGEST_EVIDENCE].encode(),
    )


def _author(user: object, site: str) -> Author:
    """Return who wrote it.

    Raises:
        UnreadableError: there is nobody.
    """
    fields = user if isinstance(user, dict) else {}
    handle, name = printable(fields.get("username")), fields.get("name")
    if not handle:
        raise UnreadableError(TITLE, "the post has no author")
    return Author(
        key=handle,
        handle=handle,
        name=name if isinstance(name, str) else "",
        url=f"{site}/{handle}",
        links=_elsewhere(fields),
    )


def _elsewhere(fields: dict[str, object]) -> tuple[str, ...]:
    """Return the addresses a profile names: a site, and the names on two other networks."""
    named = [printable(fields.get("website_url"))]
    for field, site in (("github_username", "github.com"), ("twitter_username", "x.com")):
        if name := printable(fields.get(field)):
            named.append(f"https://{site}/{name}")
    return tuple(address for each in named if (address := web_address(each)))
