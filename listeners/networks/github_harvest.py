"""From GitHub's records to what is news: decoded, told to whom they speak, sifted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.model import HOUR, BadRecord, Batch, Post
from listeners.networks.github_decode import Found, UnreadableError, bad_record, read_record
from listeners.networks.github_quotes import Quotes
from listeners.networks.github_web import Web
from listeners.networks.recent import Recent
from listeners.query import Matcher, QuerySyntaxError, Subject, query_for_brand

HISTORY = 72 * HOUR
"""A post older than this when a place is first read is history, not work."""
MOST_REMEMBERED = 20_000
MOST_BAD = 200


@dataclass(frozen=True, slots=True)
class Harvest:
    """What records turned out to be. ``found`` are all posts, ``posts`` those that are news."""

    found: tuple[Found, ...]
    posts: tuple[Post, ...]
    bad: tuple[BadRecord, ...]


class Harvester:
    """Turns records of one GitHub into posts, and remembers what was handed on."""

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], web: Web, clock: Clock
    ) -> None:
        self._source = source.key
        self._ours = source.options.get("ours") is True
        self._pulls = source.options.get("pull_requests") is True
        self._brands = brands
        self._web = web
        self._clock = clock
        self._matcher: Matcher | None = None
        self._handed_on: Recent[str, bytes] = Recent(MOST_REMEMBERED)
        self._bad: Recent[str, None] = Recent(MOST_BAD)
        self._quotes = Quotes()

    def gather(self, records: Iterable[object], *, first: bool = False) -> Harvest:
        """Return the posts in these records; ``first``: what is old among them is history."""
        found: list[Found] = []
        bad: list[BadRecord] = []
        for record in records:
            try:
                one = read_record(record, self._web)
            except UnreadableError as fault:
                letter = bad_record(record, fault)
                if letter.record not in self._bad:
                    bad.append(letter)
                continue
            if self._pulls or one.spot.kind != "pull":
                found.append(one)
                self._quotes.learn(one)
        posts = [self.settled(one) for one in found]
        if first:
            posts = [self._as_history(post) for post in posts]
        news = tuple(post for post in posts if self._is_news(post))
        return Harvest(tuple(found), news, tuple(bad))

    def settled(self, one: Found) -> Post:
        """Return the post, below what it quotes; and told whether it speaks to us.

        What outsiders write in a repository of ours does, unless it names somebody else and none
        of us, or answers somebody else: then it is talk among others. Elsewhere it does where it
        answers one of us.
        """
        post = one.post
        answered = self._quotes.answered_by(one)
        if answered is not None:
            post = replace(post, parent_id=answered.native_id)
        if self.is_ours(one) or post.author.automated:
            return post
        if answered is not None:
            to_us = self._web.is_ours(answered.login)
        else:
            elsewhere = bool(post.mentions) and not any(map(self._web.is_ours, post.mentions))
            among_others = elsewhere and one.spot.comment is not None
            to_us = self.is_at_home(one) and not one.team and not among_others
        return replace(post, addressed=True) if to_us else post

    def is_ours(self, one: Found) -> bool:
        """Whether one of our accounts wrote it."""
        return self._web.is_ours(one.login)

    def is_at_home(self, one: Found) -> bool:
        """Whether it stands in a repository of ours."""
        return self._ours or self._web.is_ours(one.spot.owner)

    def concerns_us(self, one: Found) -> bool:
        """Whether a post is to us or by us, or speaks of a brand."""
        if self.is_at_home(one) or self.is_ours(one):
            return True
        if any(map(self._web.is_ours, one.post.mentions)):
            return True
        if self._matcher is None:
            self._matcher = _matcher(self._brands)
        return bool(self._matcher.match(Subject.of_post(one.post, self._source)))

    def known_below(self, root: str) -> tuple[str, ...]:
        """Return the comments of an issue that were handed on."""
        return tuple(one for one in self._handed_on if one.startswith(f"{root}#"))

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
    said = f"{post.text}\0{post.title}\0{post.engagement}\0{post.addressed}\0{post.tags}"
    return hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=12).digest()


def _matcher(brands: Sequence[BrandConfig]) -> Matcher:
    queries = {}
    for brand in brands:
        try:
            queries[brand.name] = query_for_brand(brand)
        except QuerySyntaxError:
            continue  # whoever loads the configuration tells the user
    return Matcher(queries)
