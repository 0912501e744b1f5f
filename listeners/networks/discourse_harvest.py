"""From records of a forum to what is news: decoded, told to whom they speak, sifted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.model import HOUR, BadRecord, Batch, Deletion, Post
from listeners.networks.discourse_decode import (
    ForumPost,
    Topic,
    UnreadableError,
    bad_record,
    number_of,
    read_post,
)
from listeners.networks.discourse_forum import NETWORK, Forum
from listeners.networks.recent import Recent
from listeners.query import Matcher, QuerySyntaxError, Subject, query_for_brand

HISTORY = 72 * HOUR
"""A post older than this when a place is first read is history, not work."""
MOST_REMEMBERED = 20_000
MOST_BAD = 200


@dataclass(frozen=True, slots=True)
class Harvest:
    """What records turned out to be. ``ids`` are all posts, ``posts`` those that are news."""

    fetched: int
    ids: tuple[str, ...]
    posts: tuple[Post, ...]
    deletions: tuple[Deletion, ...]
    bad: tuple[BadRecord, ...]


class Harvester:
    """Turns records of one forum into posts, and remembers what was handed on."""

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], forum: Forum, clock: Clock
    ) -> None:
        self._source = source.key
        self._own_place = source.options.get("ours") is True
        self._brands = brands
        self._forum = forum
        self._clock = clock
        self._matcher: Matcher | None = None
        self._handed_on: Recent[str, bytes] = Recent(MOST_REMEMBERED)
        self._bad: Recent[str, None] = Recent(MOST_BAD)

    def gather(
        self, records: Iterable[object], *, private: bool = False, first: bool = False
    ) -> Harvest:
        """Return the posts in these records.

        ``private``: these are private messages. ``first``: their place was never read before, so
        that what is old is history.
        """
        found: list[ForumPost] = []
        bad: list[BadRecord] = []
        fetched = 0
        for record in records:
            fetched += 1
            try:
                found.append(read_post(record, self._forum, Topic(private=private)))
            except UnreadableError as fault:
                letter = bad_record(record, fault)
                if letter.record not in self._bad:
                    bad.append(letter)
        posts = [self.settled(one) for one in found if one.shown and not one.gone]
        posts = [post for post in posts if self._is_news(post)]
        if first:
            posts = [self._as_history(post) for post in posts]
        return Harvest(
            fetched,
            tuple(one.post.native_id for one in found),
            tuple(posts),
            tuple(Deletion(NETWORK, one.post.native_id) for one in found if one.gone),
            tuple(bad),
        )

    def settled(self, one: ForumPost) -> Post:
        """Return the post; in a place of our own, what answers nobody in particular is to us."""
        to_us = self._own_place and not one.ours and not one.staff and one.answers is None
        return replace(one.post, addressed=True) if to_us else one.post

    def concerns_us(self, one: ForumPost) -> bool:
        """Whether a post is to us or by us, or speaks of a brand."""
        if one.ours or one.post.addressed or (self._own_place and one.number == 1):
            return True
        if self._matcher is None:
            self._matcher = _matcher(self._brands)
        return bool(self._matcher.match(Subject.of_post(one.post, self._source)))

    def known_of(self, front: str) -> tuple[str, ...]:
        """Return the ids handed on that begin so."""
        return tuple(native_id for native_id in self._handed_on if native_id.startswith(front))

    def knows(self, record: object) -> bool:
        """Whether the post of a record was handed on, in whatever words."""
        topic, number = number_of(record, "topic_id"), number_of(record, "post_number")
        if topic is None or number is None:
            return False
        return self._forum.post_id(topic, number) in self._handed_on

    def handed_on(self, batch: Batch) -> None:
        """Remember that this was stored: to be called when the next batch is asked for."""
        for post in batch.posts:
            self._handed_on.put(post.native_id, _fingerprint(post))
        for gone in batch.deletions:
            self._handed_on.pop(gone.native_id, None)
        for letter in batch.bad:
            self._bad.put(letter.record, None)

    def _is_news(self, post: Post) -> bool:
        return self._handed_on.get(post.native_id) != _fingerprint(post)

    def _as_history(self, post: Post) -> Post:
        old = post.created_at is not None and post.created_at < self._clock() - HISTORY
        return replace(post, history=True) if old else post


def _fingerprint(post: Post) -> bytes:
    said = f"{post.text}\0{post.title}\0{post.engagement}\0{post.addressed}"
    return hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=12).digest()


def _matcher(brands: Sequence[BrandConfig]) -> Matcher:
    queries = {}
    for brand in brands:
        try:
            queries[brand.name] = query_for_brand(brand)
        except QuerySyntaxError:
            continue  # whoever loads the configuration tells the user
    return Matcher(queries)
