"""From records of a forum to what is news: decoded, told to whom they speak, sifted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.model import BadRecord, Batch, Deletion, Post
from listeners.networks.decoding import UnreadableError, bad_record
from listeners.networks.discourse.decode import ForumPost, Topic, number_of, read_post
from listeners.networks.discourse.forum import NETWORK, Forum
from listeners.networks.harvest import HandedOn, matcher_of
from listeners.networks.recent import Recent
from listeners.query import Matcher, Subject

_MOST_NOTIFIED = 5_000


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
        self._matcher: Matcher | None = None
        self._handed_on = HandedOn(clock)
        self._notified: Recent[str, None] = Recent(_MOST_NOTIFIED)

    def gather(
        self,
        records: Iterable[object],
        *,
        private: bool = False,
        notified: bool = False,
        first: bool = False,
    ) -> Harvest:
        """Return the posts in these records.

        ``private``: these are private messages. ``notified``: the forum says that they speak to
        us. ``first``: their place was never read before, so
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
                bad.append(bad_record(record, fault))
        shown = [one for one in found if one.shown and not one.gone]
        if notified:
            for one in shown:
                self._notified.put(one.post.native_id, None)
        posts = [self.settled(one) for one in shown]
        return Harvest(
            fetched,
            tuple(one.post.native_id for one in found),
            self._handed_on.news(posts, first=first),
            tuple(Deletion(NETWORK, one.post.native_id) for one in found if one.gone),
            self._handed_on.letters(bad),
        )

    def settled(self, one: ForumPost) -> Post:
        """Return the post, marked if it speaks to us: if the forum notified us of it, or if it
        answers nobody in particular in a place of our own."""
        to_us = self._own_place and not one.staff and one.answers is None
        to_us = (to_us or one.post.native_id in self._notified) and not one.ours
        return replace(one.post, addressed=True) if to_us else one.post

    def concerns_us(self, one: ForumPost) -> bool:
        """Whether a post is to us or by us, or speaks of a brand."""
        if one.ours or one.post.addressed or (self._own_place and one.number == 1):
            return True
        if self._matcher is None:
            self._matcher = matcher_of(self._brands)
        return bool(self._matcher.match(Subject.of_post(one.post, self._source)))

    def known_of(self, front: str) -> tuple[str, ...]:
        """Return the ids handed on that begin so."""
        return self._handed_on.below(front)

    def knows(self, record: object) -> bool:
        """Whether the post of a record was handed on, in whatever words."""
        topic, number = number_of(record, "topic_id"), number_of(record, "post_number")
        if topic is None or number is None:
            return False
        return self._forum.post_id(topic, number) in self._handed_on

    def handed_on(self, batch: Batch) -> None:
        """Remember that this was stored: to be called when the next batch is asked for."""
        self._handed_on.stored(batch)
