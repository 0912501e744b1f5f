"""Posts as the AppView shows them: search results, threads, notifications, feeds, single records.

Wire format: the lexicons app.bsky.feed.defs, app.bsky.notification.listNotifications and
com.atproto.repo.getRecord. One reader for all of them: what is a post becomes a ``Post``,
everything else is refused by name, so that an answer is never silently empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import msgspec

from listeners.clock import from_iso
from listeners.model import Author, Engagement, Micros, Post, Sentence
from listeners.networks.bluesky.record import POST, UnreadableError, record_of
from listeners.networks.bluesky.sieve import build_post
from listeners.text import links_in

ADDRESSED = frozenset(("mention", "reply", "quote"))
"""Notifications that are somebody speaking to us."""

_CONTAINERS = ("parent", "post", "posts", "feed", "thread", "replies", "notifications", "items")
_NO_POST = Sentence("This answer of Bluesky holds no post.")


@dataclass(slots=True)
class Found:
    """Posts of an answer in its order, and what in it is no post, with the reason."""

    posts: list[Post] = field(default_factory=list)
    refused: list[Sentence] = field(default_factory=list)


def read_posts(answer: object) -> Found:
    """Return every post of an answer of the AppView, each once, without recursion."""
    found = Found()
    seen: set[str] = set()
    waiting = [answer]
    while waiting:
        view = waiting.pop()
        if isinstance(view, list):
            waiting.extend(reversed(view))
        elif isinstance(view, dict):
            _read_one(view, found, seen, waiting)
    if not found.posts and not found.refused:
        found.refused.append(_NO_POST)
    return found


def _read_one(
    view: Mapping[str, object], found: Found, seen: set[str], waiting: list[object]
) -> None:
    record = view.get("record", view.get("value"))
    if isinstance(view.get("uri"), str) and isinstance(record, dict) and "post" not in record:
        uri = str(view["uri"])
        if uri in seen:
            return
        seen.add(uri)
        try:
            found.posts.append(_post(uri, view, record))
        except UnreadableError as error:
            found.refused.append(error.sentence)
        return
    inner = [view[name] for name in _CONTAINERS if name in view]
    if isinstance(record, dict) and "post" in record:
        inner.append(record)
    if not inner:
        found.refused.append(_not_a_post(view))
    waiting.extend(reversed(inner))


def _post(uri: str, view: Mapping[str, object], record: Mapping[str, object]) -> Post:
    kind = record.get("$type", POST)
    if kind != POST:
        raise UnreadableError(_named(kind))
    seen_at = _time(view.get("indexedAt"))
    raw = msgspec.json.encode(record)
    author = author_of(view.get("author")) or Author(key=uri[5:].partition("/")[0])
    read = record_of(record)
    post = build_post(uri, author, read, raw, seen_at or read.created_at() or Micros(0))
    return replace(
        post,
        created_at=read.created_at() or seen_at,
        title="" if read.text.strip() else read.around(),
        engagement=Engagement(
            likes=_count(view.get("likeCount")),
            shares=_count(view.get("repostCount")),
            replies=_count(view.get("replyCount")),
        ),
        addressed=view.get("reason") in ADDRESSED,
    )


def author_of(profile: object) -> Author | None:
    """Return the author a profile view shows, or ``None`` if it is none.

    Followers are in the detailed view alone; a self-given "bot" label says it is automated.
    """
    if not isinstance(profile, dict) or not isinstance(profile.get("did"), str):
        return None
    labels = profile.get("labels")
    values = [
        label.get("val")
        for label in (labels if isinstance(labels, list) else [])
        if isinstance(label, dict)
    ]
    handle = profile.get("handle")
    name = profile.get("displayName")
    # Notifications and searches for people bring the profile whole, posts do not.
    words = profile.get("description")
    return Author(
        key=profile["did"],
        handle=handle if isinstance(handle, str) and handle != "handle.invalid" else "",
        name=name if isinstance(name, str) else "",
        url=f"https://bsky.app/profile/{profile['did']}",
        followers=_count(profile.get("followersCount")),
        automated="bot" in values,
        links=links_in(words) if isinstance(words, str) else (),
    )


def _not_a_post(view: Mapping[str, object]) -> Sentence:
    if view.get("notFound") is True:
        return Sentence("A post of this thread is gone.")
    if view.get("blocked") is True:
        return Sentence("A post of this thread is hidden by a block.")
    if view.get("$type") == POST:
        return Sentence("A post without its address cannot be stored.")
    if isinstance(view.get("did"), str):
        return Sentence("This is an account, not a post.")
    return _named(view.get("$type", "?"))


def _named(kind: object) -> Sentence:
    return Sentence("This is a {kind}, not a post.", {"kind": str(kind)[:80]})


def _time(value: object) -> Micros | None:
    try:
        return from_iso(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
