"""Lobsters' JSON as posts: stories, and the comments below them.

Wire format: github.com/lobsters/lobsters (as_json of Story and Comment). People are names, or in
older answers tables; comments name their parent, or in older answers only how deep they stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from listeners.model import Author, Deletion, Engagement, Micros, Post
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

NETWORK = "lobsters"
TITLE = "Lobsters"

_LONGEST_EVIDENCE = 20_000


class _Story(msgspec.Struct):
    short_id: str
    title: str
    submitter_user: object
    created_at: object = None
    url: object = None
    description: object = None
    comments_url: object = None
    short_id_url: object = None
    score: object = None
    comment_count: object = None
    tags: object = None


class _Comment(msgspec.Struct):
    short_id: str
    comment: str
    commenting_user: object = None
    created_at: object = None
    last_edited_at: object = None
    updated_at: object = None
    url: object = None
    short_id_url: object = None
    score: object = None
    parent_comment: object = None
    indent_level: object = None
    depth: object = None
    is_deleted: object = False
    is_moderated: object = False


def comment_id(story: str, comment: str) -> str:
    """Return the id of a comment: it holds the story, under which it is found."""
    return f"{story}#c_{comment}"


def story_of(native_id: str) -> str:
    """Return the story a post stands under, empty for what is no id of ours."""
    story = native_id.partition("#")[0]
    return story if story.isascii() and story.isalnum() else ""


def read_story(record: object, site: str) -> Post:
    """Return the story in a record; ``site`` is the address of the forum.

    Raises:
        UnreadableError: it has no id, title or author.
    """
    wire = converted(record, _Story, TITLE)
    native_id = id_of(wire.short_id, TITLE)
    markup = wire.description if isinstance(wire.description, str) else ""
    return Post(
        network=NETWORK,
        native_id=native_id,
        author=_author(wire.submitter_user, site),
        text=html_to_text(markup),
        title=wire.title,
        url=web_address(wire.comments_url) or f"{site}/s/{native_id}",
        created_at=at_iso(wire.created_at),
        links=links_of_html(markup, web_address(wire.url)),
        tags=_tags(wire.tags),
        engagement=Engagement(likes=count(wire.score), replies=count(wire.comment_count)),
        raw=markup[:_LONGEST_EVIDENCE].encode() or None,
    )


def read_comments(
    records: Iterable[object], story: str, site: str
) -> Iterator[Post | Deletion | UnreadableError]:
    """Yield the comments of a story, as they stand below one another; the deleted as such."""
    above: list[str] = []
    for record in records:
        try:
            wire = converted(record, _Comment, TITLE)
            native_id = comment_id(story, id_of(wire.short_id, TITLE))
            depth = _depth(wire)
            del above[depth:]
            parent = above[-1] if above else story
            above.append(native_id)
            named = printable(wire.parent_comment)
            if wire.is_deleted is True or wire.is_moderated is True:
                yield Deletion(NETWORK, native_id)
                continue
            yield _comment(
                wire, native_id, story, comment_id(story, named) if named else parent, site
            )
        except UnreadableError as fault:
            yield fault


def created_second(record: object) -> int | None:
    """Return when a story was submitted, in seconds since 1970."""
    at = at_iso(record.get("created_at")) if isinstance(record, dict) else None
    return None if at is None else at // 1_000_000


def _comment(wire: _Comment, native_id: str, story: str, parent: str, site: str) -> Post:
    created = at_iso(wire.created_at)
    return Post(
        network=NETWORK,
        native_id=native_id,
        author=_author(wire.commenting_user, site),
        text=html_to_text(wire.comment),
        url=web_address(wire.short_id_url) or web_address(wire.url),
        created_at=created,
        edited_at=_edited(wire, created),
        parent_id=parent,
        root_id=story,
        links=links_of_html(wire.comment),
        engagement=Engagement(likes=count(wire.score)),
        raw=wire.comment[:_LONGEST_EVIDENCE].encode(),
    )


def _depth(wire: _Comment) -> int:
    """Return how many comments stand above; the first level is 1 by one name, 0 by the other."""
    indent = count(wire.indent_level)
    return max(0, indent - 1) if indent is not None else count(wire.depth) or 0


def _edited(wire: _Comment, created: Micros | None) -> Micros | None:
    at = at_iso(wire.last_edited_at) or at_iso(wire.updated_at)
    return at if at is not None and at != created else None


def _author(user: object, site: str) -> Author:
    """Return who wrote it, from a name or a table of the person.

    Raises:
        UnreadableError: there is nobody.
    """
    name = user.get("username") if isinstance(user, dict) else user
    handle = printable(name)
    if not handle:
        raise UnreadableError(TITLE, "the post has no author")
    return Author(key=handle, handle=handle, url=f"{site}/~{handle}")


def _tags(value: object) -> tuple[str, ...]:
    return tuple(t for t in value if isinstance(t, str)) if isinstance(value, list) else ()
