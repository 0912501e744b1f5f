"""LinkedIn's notifications, comments and posts as posts of ours.

Wire format: learn.microsoft.com/linkedin/marketing/community-management, version 2026-08. The same
comment is named in two ways within one answer, so names are brought to one form before anything.
"""

from __future__ import annotations

import re
from urllib.parse import quote

import msgspec

from listeners.model import MINUTE, Author, Engagement, Micros, Post
from listeners.networks.decoding import UnreadableError, converted, count, id_of

NETWORK = "linkedin"
TITLE = "LinkedIn"
SITE = "https://www.linkedin.com"

COMMENT = "COMMENT"
MENTION = "SHARE_MENTION"
OUR_ANSWER = "ADMIN_COMMENT"
EDITED = "COMMENT_EDIT"
DELETED = "COMMENT_DELETE"
ACTIONS = (COMMENT, MENTION, OUR_ANSWER, EDITED, DELETED)

_COMMENT = re.compile(r"urn:li:comment:\((.+),(\d+)\)")
_URN = re.compile(r"urn:li:[A-Za-z]+:[A-Za-z0-9_-]+")
_KINDS = frozenset({"activity", "share", "ugcPost", "groupPost"})
_NOT_EDITED = MINUTE


class _Said(msgspec.Struct):
    text: str | None = None


class _Piece(msgspec.Struct):
    """A comment or share as a notification decorates it."""

    entity: str | None = None
    owner: str | None = None
    text: str | None = None
    message: _Said | None = None


class _Pieces(msgspec.Struct):
    comment: _Piece | None = None
    share: _Piece | None = None


class _Notification(msgspec.Struct):
    notificationId: object = None  # noqa: N815 - the wire's name
    action: str | None = None
    organizationalEntity: str | None = None  # noqa: N815
    sourcePost: str | None = None  # noqa: N815
    generatedActivity: str | None = None  # noqa: N815
    decoratedGeneratedActivity: _Pieces | None = None  # noqa: N815
    lastModifiedAt: object = None  # noqa: N815


class _Moment(msgspec.Struct):
    time: object = None
    actor: str | None = None
    impersonator: str | None = None


class _Likes(msgspec.Struct):
    totalLikes: object = None  # noqa: N815


class _Below(msgspec.Struct):
    aggregatedTotalComments: object = None  # noqa: N815


class _Comment(msgspec.Struct):
    actor: str | None = None
    commentUrn: str | None = None  # noqa: N815
    urn: str | None = msgspec.field(default=None, name="$URN")
    parentComment: str | None = None  # noqa: N815
    created: _Moment | None = None
    lastModified: _Moment | None = None  # noqa: N815
    message: _Said | None = None
    likesSummary: _Likes | None = None  # noqa: N815
    commentsSummary: _Below | None = None  # noqa: N815


class _Share(msgspec.Struct):
    id: object = None
    author: str | None = None
    commentary: str | None = None
    publishedAt: object = None  # noqa: N815
    createdAt: object = None  # noqa: N815


class Notice(msgspec.Struct, frozen=True):
    """A notification: what happened (``action``) to what (``about``), said by whom, when."""

    id: str
    action: str
    about: str
    owner: str
    text: str
    at: Micros


def one_form(urn: str) -> str:
    """Return a name in its long form: ``urn:li:comment:(urn:li:activity:1,2)``."""
    urn = urn.strip()
    found = _COMMENT.fullmatch(urn)
    if found is None:
        return urn
    above, number = found.groups()
    kind = above.partition(":")[0]
    if kind in _KINDS:
        above = f"urn:li:{above}"
    return f"urn:li:comment:({above},{number})"


def post_above(urn: str) -> str:
    """Return the post that a comment stands below; a post is its own."""
    found = _COMMENT.fullmatch(urn)
    return found[1] if found else urn


def is_comment(urn: str) -> bool:
    """Whether this names a comment."""
    return _COMMENT.fullmatch(urn) is not None


def address_of(urn: str) -> str:
    """Return the web address of a post, or of a comment below it."""
    above = post_above(urn)
    address = f"{SITE}/feed/update/{above}/"
    return address if above == urn else f"{address}?commentUrn={quote(urn, safe='')}"


def read_notice(record: object) -> Notice:
    """Return a notification.

    Raises:
        UnreadableError: it does not say what happened to what.
    """
    told = converted(record, _Notification, TITLE)
    pieces = told.decoratedGeneratedActivity or _Pieces()
    piece = pieces.comment or pieces.share or _Piece()
    about = one_form(piece.entity or told.generatedActivity or "")
    at = at_millisecond(told.lastModifiedAt)
    if told.action not in ACTIONS or at is None:
        raise UnreadableError(TITLE, "the notification says nothing that is known here")
    if not (is_comment(about) or _URN.fullmatch(about)):
        raise UnreadableError(TITLE, "the notification does not say what it is about")
    said = piece.text or (piece.message.text if piece.message else None) or ""
    return Notice(
        id=id_of(told.notificationId, TITLE),
        action=told.action,
        about=about,
        owner=piece.owner or "",
        text=said.strip(),
        at=at,
    )


def read_comment(record: object, ours: str, *, named: str = "") -> Post:
    """Return a comment; ``ours`` is the name of our page, ``named`` how it was asked for.

    Raises:
        UnreadableError: it has no name, or no words.
    """
    told = converted(record, _Comment, TITLE)
    native_id = one_form(told.commentUrn or told.urn or named)
    if not is_comment(native_id):
        raise UnreadableError(TITLE, "the comment has no name")
    text = (told.message.text if told.message else None) or ""
    if not text.strip():
        raise UnreadableError(TITLE, "the comment has no words")
    made = told.created or _Moment()
    created = at_millisecond(made.time)
    changed = at_millisecond((told.lastModified or _Moment()).time)
    parent = one_form(told.parentComment) if told.parentComment else None
    own = ours in (told.actor, made.impersonator)
    edited = created is not None and changed is not None and changed > created + _NOT_EDITED
    return Post(
        network=NETWORK,
        native_id=native_id,
        author=author_of(ours if own else told.actor or made.actor or native_id),
        text=text,
        url=address_of(native_id),
        created_at=created,
        edited_at=changed if edited else None,
        parent_id=parent,
        root_id=parent or native_id,
        engagement=Engagement(
            likes=count((told.likesSummary or _Likes()).totalLikes),
            replies=count((told.commentsSummary or _Below()).aggregatedTotalComments),
        ),
        addressed=not own,
        own=own,
    )


def read_share(record: object, ours: str, *, named: str = "") -> Post:
    """Return a post that mentions our page.

    Raises:
        UnreadableError: it has no name, or no words.
    """
    told = converted(record, _Share, TITLE)
    native_id = one_form(told.id) if isinstance(told.id, str) and told.id else named
    text = told.commentary or ""
    if not native_id or not text.strip():
        raise UnreadableError(TITLE, "the post has no name or no words")
    own = told.author == ours
    return Post(
        network=NETWORK,
        native_id=native_id,
        author=author_of(told.author or native_id),
        text=text,
        url=address_of(native_id),
        created_at=at_millisecond(told.publishedAt) or at_millisecond(told.createdAt),
        root_id=native_id,
        addressed=not own,
        own=own,
    )


def post_of(notice: Notice, ours: str) -> Post | None:
    """Return what a notification itself shows; ``None`` where it shows no words.

    It does not say which comment is answered: each then begins a conversation of its own.
    """
    if not notice.text or notice.action == DELETED:
        return None
    own = notice.action == OUR_ANSWER or notice.owner == ours
    edited = notice.action == EDITED
    return Post(
        network=NETWORK,
        native_id=notice.about,
        author=author_of(ours if own else notice.owner or notice.about),
        text=notice.text,
        url=address_of(notice.about),
        created_at=None if edited else notice.at,
        edited_at=notice.at if edited else None,
        root_id=notice.about,
        addressed=not own,
        own=own,
    )


def author_of(urn: str) -> Author:
    """Return who this is: LinkedIn shows a number, and names members to nobody."""
    return Author(key=urn, handle=urn.rpartition(":")[2] if _URN.fullmatch(urn) else "")


def at_millisecond(value: object) -> Micros | None:
    """Return a time given in milliseconds since 1970, ``None`` where it is none."""
    milliseconds = count(value)
    return None if milliseconds is None else Micros(milliseconds * 1000)
