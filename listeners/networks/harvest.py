"""What most listeners do with decoded posts: keep to the news, tell the past, know our own posts.

A harvest is handed on as a batch; only when the next one is asked for is it known to be stored, and
remembered. A listener that is begun anew hands on once more what it reads: the store folds it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.model import HOUR, BadRecord, Batch, Post
from listeners.networks.recent import Recent
from listeners.query import Matcher, QuerySyntaxError, Subject, query_for_brand

HISTORY = 72 * HOUR
"""A post older than this when a place is first read is history, not work."""
_MOST_REMEMBERED = 20_000
_MOST_BAD = 200
_MOST_OWN = 5_000


class HandedOn:
    """What a listener handed on lately, so that reading a stretch again hands on changes only."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._posts: Recent[str, bytes] = Recent(_MOST_REMEMBERED)
        self._bad: Recent[str, None] = Recent(_MOST_BAD)

    def __contains__(self, native_id: object) -> bool:
        return native_id in self._posts

    def news(self, posts: Iterable[Post], *, first: bool = False) -> tuple[Post, ...]:
        """Return the posts that are new or changed.

        ``first``: their place was never read before, so that what is old among them is history.
        """
        fresh = (post for post in posts if self._posts.get(post.native_id) != _fingerprint(post))
        return tuple(self._as_history(post) if first else post for post in fresh)

    def letters(self, bad: Iterable[BadRecord]) -> tuple[BadRecord, ...]:
        """Return the dead letters that were not handed on before."""
        return tuple(letter for letter in bad if letter.record not in self._bad)

    def stored(self, batch: Batch) -> None:
        """Remember a batch: call it when the next one is asked for."""
        for post in batch.posts:
            self._posts.put(post.native_id, _fingerprint(post))
        for gone in batch.deletions:
            self._posts.pop(gone.native_id, None)
        for letter in batch.bad:
            self._bad.put(letter.record, None)

    def below(self, front: str) -> tuple[str, ...]:
        """Return the ids handed on that begin so."""
        return tuple(native_id for native_id in self._posts if native_id.startswith(front))

    def _as_history(self, post: Post) -> Post:
        old = post.created_at is not None and post.created_at < self._clock() - HISTORY
        return replace(post, history=True) if old else post


class Relevance:
    """Tells what concerns the brands of a source, and what answers us."""

    def __init__(self, source: SourceConfig, brands: Sequence[BrandConfig]) -> None:
        self._source = source.key
        self._own_names = frozenset(
            plain_handle(handle)
            for brand in brands
            for handle in brand.handles.get(source.network, ())
        )
        self._own_posts: Recent[str, str] = Recent(_MOST_OWN)
        self._matcher = matcher_of(brands)

    def learn(self, posts: Iterable[Post]) -> None:
        """Remember which of these are ours."""
        for post in posts:
            if self.is_ours(post):
                self._own_posts.put(post.native_id, post.author.key)

    def is_ours(self, post: Post) -> bool:
        """Whether one of our accounts wrote it."""
        if post.own:
            return True
        names = (post.author.handle, post.author.key)
        return any(plain_handle(name) in self._own_names for name in names if name)

    def concerns_us(self, post: Post) -> bool:
        """Whether it is ours, answers us, or speaks of a brand."""
        if self.is_ours(post) or post.addressed or (post.parent_id or "") in self._own_posts:
            return True
        return bool(self._matcher.match(Subject.of_post(post, self._source)))

    def addressed(self, post: Post) -> Post:
        """Return the post marked as addressed to us, if it answers a post of ours."""
        author = self._own_posts.get(post.parent_id or "")
        if author is None or self.is_ours(post):
            return post
        return replace(post, addressed=True, parent_author_key=author)


def plain_handle(handle: str) -> str:
    """Return the one spelling under which handles are compared: no ``@``, case folded."""
    return handle.strip().removeprefix("@").casefold()


def matcher_of(brands: Sequence[BrandConfig]) -> Matcher:
    """Return what tells which brands a post speaks of; an unreadable query matches nothing."""
    queries = {}
    for brand in brands:
        try:
            queries[brand.name] = query_for_brand(brand)
        except QuerySyntaxError:
            continue  # whoever loads the configuration tells the user
    return Matcher(queries)


def _fingerprint(post: Post) -> bytes:
    said = (
        f"{post.text}\0{post.title}\0{post.links}\0{post.tags}\0{post.engagement}"
        f"\0{post.addressed}\0{post.rating}"
    )
    return hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=12).digest()
