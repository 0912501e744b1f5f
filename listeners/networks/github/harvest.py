"""From GitHub's records to what is news: decoded, told to whom they speak, sifted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.model import BadRecord, Batch, Post
from listeners.networks.decoding import UnreadableError, bad_record
from listeners.networks.github.decode import Found, read_record
from listeners.networks.github.quotes import Quotes
from listeners.networks.github.web import Web
from listeners.networks.harvest import HandedOn, matcher_of
from listeners.query import Matcher, Subject


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
        self.pulls = source.options.get("pull_requests") is True
        """Whether pull requests are listened to."""
        self._brands = brands
        self._web = web
        self._matcher: Matcher | None = None
        self._handed_on = HandedOn(clock)
        self._quotes = Quotes()

    def gather(self, records: Iterable[object], *, first: bool = False) -> Harvest:
        """Return the posts in these records; ``first``: what is old among them is history."""
        found: list[Found] = []
        bad: list[BadRecord] = []
        for record in records:
            try:
                one = read_record(record, self._web)
            except UnreadableError as fault:
                bad.append(bad_record(record, fault))
                continue
            if self.pulls or one.spot.kind != "pull":
                found.append(one)
                self._quotes.learn(one)
        news = self._handed_on.news(map(self.settled, found), first=first)
        return Harvest(tuple(found), news, self._handed_on.letters(bad))

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
            self._matcher = matcher_of(self._brands)
        return bool(self._matcher.match(Subject.of_post(one.post, self._source)))

    def known_below(self, root: str) -> tuple[str, ...]:
        """Return the comments of an issue that were handed on."""
        return self._handed_on.below(f"{root}#")

    def news(self, posts: Iterable[Post]) -> tuple[Post, ...]:
        """Return what is new or changed of posts read around one; what is old is history."""
        return self._handed_on.news(posts, first=True)

    def handed_on(self, batch: Batch) -> None:
        """Remember that this was stored: to be called when the next batch is asked for."""
        self._handed_on.stored(batch)
