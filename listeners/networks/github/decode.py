"""GitHub's JSON as posts: issues, pull requests and comments; no network and no memory.

Wire format: docs.github.com/rest/issues, checked against recordings of octokit/fixtures. What
decides identity is read strictly, ornaments are read tolerantly.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from listeners.model import SECOND, Author, Engagement, Post
from listeners.networks.decoding import (
    LONGEST_EVIDENCE,
    UnreadableError,
    at_iso,
    converted,
    count,
    web_address,
)
from listeners.networks.github.text import read_markdown
from listeners.networks.github.web import NETWORK, TITLE, Spot, Web, root_of

TEAM = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
"""Whose words in a repository are its team's (``author_association``)."""
GHOST = "ghost"
"""The account GitHub shows for one that was deleted."""

_LIKES = ("+1", "heart", "hooray", "rocket")


class _WireUser(msgspec.Struct):
    login: str
    html_url: str | None = None
    type: object = None


class _WireIssue(msgspec.Struct):
    html_url: str
    number: int | None = None
    id: object = None
    node_id: object = None
    user: _WireUser | None = None
    title: str | None = None
    body: str | None = None
    created_at: object = None
    submitted_at: object = None
    updated_at: object = None
    author_association: object = None
    labels: object = None
    reactions: object = None
    comments: object = None
    locked: object = None
    pull_request: object = None
    in_reply_to_id: object = None


@dataclass(frozen=True, slots=True)
class Found:
    """A post with what reading needs besides: when it last changed, and what it is.

    ``updated`` is in seconds. ``comments`` counts those of an issue. ``team`` says that one
    of the repository's own people wrote it, ``login`` who. ``quoted`` are the words it answers.
    """

    post: Post
    spot: Spot
    updated: int | None
    login: str
    team: bool = False
    comments: int = 0
    locked: bool = False
    quoted: str = ""


def read_record(record: object, web: Web) -> Found:
    """Return the post in an issue, a pull request or a comment.

    Raises:
        UnreadableError: its address is missing, or is not one of this server.
    """
    wire = converted(record, _WireIssue, TITLE)
    spot = web.spot_of(wire.html_url)
    if spot is None:
        raise UnreadableError(TITLE, "its address is not one of this server's issues")
    if spot.comment is None and not wire.title:
        raise UnreadableError(TITLE, "the issue has no title")
    return _found(wire, spot, web)


def second_of(record: object, name: str = "updated_at") -> int | None:
    """Return a time of a record in seconds since 1970, if it says it legibly."""
    at = at_iso(record.get(name)) if isinstance(record, dict) else None
    return None if at is None else at // SECOND


def author_of(login: str, url: str, kind: object, web: Web) -> Author:
    """Return an account; one that was deleted is GitHub's ghost."""
    name = login if login and login.isprintable() else GHOST
    address = web_address(url)
    return Author(
        key=address or f"{web.base}/{name}",
        handle=name,
        url=address or f"{web.base}/{name}",
        automated=kind == "Bot" or name.endswith("[bot]"),
    )


def _found(wire: _WireIssue, spot: Spot, web: Web) -> Found:
    user = wire.user or _WireUser(GHOST)
    author = author_of(user.login, user.html_url or "", user.type, web)
    words = read_markdown(wire.body or "")
    title = wire.title or ""
    is_comment = spot.comment is not None
    root = root_of(wire.html_url)
    # A review is submitted, and says nothing of being changed.
    created = at_iso(wire.created_at) or at_iso(wire.submitted_at)
    updated = at_iso(wire.updated_at) or created
    above = count(wire.in_reply_to_id) if spot.on_code else None
    post = Post(
        network=NETWORK,
        native_id=wire.html_url,
        author=author,
        text=words.text if is_comment else words.text or title,
        title="" if is_comment else title,
        url=wire.html_url,
        created_at=created,
        # An issue counts as updated whenever anything happens to it; a comment only when edited.
        edited_at=updated if is_comment and updated != created else None,
        parent_id=f"{root}#discussion_r{above}" if above else root if is_comment else None,
        root_id=root if is_comment else None,
        links=words.links,
        tags=() if is_comment else _labels(wire.labels),
        mentions=words.mentions,
        engagement=Engagement(
            likes=_likes(wire.reactions),
            replies=None if is_comment else count(wire.comments),
        ),
        raw=_evidence(wire),
    )
    return Found(
        post=post,
        spot=spot,
        updated=None if updated is None else updated // SECOND,
        login=author.handle,
        team=isinstance(wire.author_association, str) and wire.author_association in TEAM,
        comments=count(wire.comments) or 0,
        locked=wire.locked is True,
        quoted=words.quoted,
    )


def _labels(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    named = [one.get("name") if isinstance(one, dict) else one for one in value[:50]]
    return tuple(name for name in named if isinstance(name, str) and name.isprintable() and name)


def _likes(reactions: object) -> int | None:
    if not isinstance(reactions, Mapping):
        return None
    return sum(count(reactions.get(name)) or 0 for name in _LIKES)


def _evidence(wire: _WireIssue) -> bytes:
    """Return what was really sent, without the author's profile: it is not ours to keep."""
    kept = {
        "html_url": wire.html_url,
        "node_id": wire.node_id if isinstance(wire.node_id, str) else None,
        "title": wire.title,
        "body": (wire.body or "")[:LONGEST_EVIDENCE],
        "author_association": wire.author_association
        if isinstance(wire.author_association, str)
        else None,
    }
    return json.dumps(kept).encode()
