"""Which posts are one: cross-posts of a person, a federated post, an article in several feeds.

Pure. What is the same is a place of the mention that was heard first. The same words of different
people are never the same: that is a campaign, and the rules about spreading are there for it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from urllib.parse import urlsplit

from listeners.conversations.conversation import Conversation
from listeners.conversations.identity import canonical_url
from listeners.judge import Judged
from listeners.model import ConversationState, Micros, Part, Post
from listeners.store.elsewhere import Elsewhere, Writer
from listeners.text import fold

ARTICLES = frozenset({"feeds", "gdelt", "news"})
"""Networks that bring articles of others: the same one comes by many ways."""
FEDERATED = frozenset({"mastodon", "lemmy"})
"""Networks whose posts have one address everywhere, and whose accounts stand on many servers."""
NEVER_MERGED = frozenset({"reddit"})
"""Networks whose terms forbid to tell their people from their accounts elsewhere."""
SHORTEST = 20
"""Texts and titles shorter than this, in folded characters, are too common to be the same."""
_SHORTEST_HANDLE = 3
_SHORTEST_NAME = 7
_NOBODY = frozenset(
    {"admin", "anonymous", "anonyme", "deleted", "editor", "guest", "invité", "news", "unknown"}
)
_BRIDGE = ".ap.brid.gy"


def persons(writer: Writer) -> frozenset[str]:
    """Return the names under which somebody may be known elsewhere too.

    A handle without its server, and a full name: a first name alone is too many people.
    """
    if writer.network in NEVER_MERGED:
        return frozenset()
    local = writer.handle.strip().removeprefix("@").casefold()
    if local.endswith(_BRIDGE):
        local = local.partition(".")[0]
    local = local.partition("@")[0]
    if writer.network == "bluesky":
        local = local.removesuffix(".bsky.social")
    found = set()
    if len(local) >= _SHORTEST_HANDLE and local not in _NOBODY:
        found.add(local)
    name = " ".join(fold(writer.name).split())
    if len(name) >= _SHORTEST_NAME and " " in name:
        found.add(name)
    return frozenset(found)


def is_one_person(one: Writer, other: Writer) -> bool:
    """Whether two accounts are one person's, at two places.

    On one network they are two accounts, unless it is spread over servers and these differ.
    """
    if one.network == other.network:
        apart = one.network in FEDERATED and _server(one) != _server(other)
        if one.key == other.key or not apart:
            return False
    return not persons(one).isdisjoint(persons(other))


def _server(writer: Writer) -> str:
    host = writer.handle.rpartition("@")[2] if "@" in writer.handle.strip("@") else ""
    return (host or urlsplit(writer.key).netloc).casefold()


def may_fold(one: Judged) -> bool:
    """Whether a post may be told with another: ours never, nor what is private or a repost."""
    return not (one.ours or one.post.private or one.post.repost)


def article_keys(post: Post) -> tuple[str, ...]:
    """Return by what an article is recognised in another feed: its address, its title at its site.

    Comments are no articles. The address of a whole site is nobody's.
    """
    if post.network not in ARTICLES or post.parent_id:
        return ()
    found = []
    parts = urlsplit(post.url) if post.url.startswith(("http://", "https://")) else urlsplit("")
    address = canonical_url(post.url)
    if address and (parts.path.strip("/") or "?" in address):
        # In forums the part behind # is the post, and the rest its thread.
        part = f"#{parts.fragment}" if any(sign.isdigit() for sign in parts.fragment) else ""
        found.append(_digest(f"url {address}{part}"))
    title = " ".join(fold(post.title).split())
    if len(title) >= SHORTEST and parts.hostname:
        host = parts.hostname.casefold().removeprefix("www.")
        found.append(_digest(f"title {host} {title}"))
    return tuple(found)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=12).hexdigest()


def parts_of(posts: Sequence[Post]) -> list[list[Post]]:
    """Return posts in parts, in their order, so that no part holds two that may be one.

    What is told with a mention needs that mention stored.
    """
    parts: list[list[Post]] = [[]]
    seen: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for post in posts:
        words, writer = fold(post.text), writer_of(post)
        names = persons(writer) if len(words) >= SHORTEST else frozenset()
        where = f"{post.network} {_server(writer) if post.network in FEDERATED else ''}"
        number = 0
        for name in names:
            there = seen[name, words]
            others = [part + 1 for place, part in there.items() if place != where]
            number = max(number, there.get(where, max(others, default=0)))
        for name in names:
            seen[name, words].setdefault(where, number)
        while len(parts) <= number:
            parts.append([])
        parts[number].append(post)
    return parts


def writer_of(post: Post) -> Writer:
    """Return who wrote a post."""
    author = post.author
    return Writer(post.network, author.key, author.handle, author.name)


def asks_again(
    there: Elsewhere, thread: Conversation | None, last_ours: Micros | None, at: Micros
) -> bool:
    """Whether a question was settled before it was asked elsewhere: then it asks again."""
    if not there.asks or thread is None:
        return False
    if last_ours is not None and there.at < last_ours <= at:
        return True
    closed = thread.state in (ConversationState.RESOLVED, ConversationState.IGNORED)
    return closed and thread.state_since <= at


def is_public(there: Elsewhere) -> bool:
    """Whether a stored mention may have places: ours never, nor what is private or a repost."""
    return not (there.part is Part.OURS or there.private or there.repost)
