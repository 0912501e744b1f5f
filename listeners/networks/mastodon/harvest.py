"""From records to posts: decoded, placed in their threads, and sifted for what is news."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.model import BadRecord, Post
from listeners.networks.contract import SourceError
from listeners.networks.harvest import HISTORY, matcher_of
from listeners.networks.mastodon.accounts import OwnAccounts
from listeners.networks.mastodon.decode import (
    NETWORK,
    Status,
    UnreadableError,
    api_id_of,
    bad_record,
    read_notification,
    read_status,
)
from listeners.networks.mastodon.memory import Memory
from listeners.networks.mastodon.places import Place, quote_segment
from listeners.networks.mastodon.server import MastodonServer
from listeners.query import Matcher, Subject

MOST_LOOKUPS = 20
"""Look-ups of ancestors for one page; the limit is 300 requests in 5 minutes."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Harvest:
    """What records turned out to be. ``statuses`` are all posts, ``posts`` those that are news."""

    fetched: int
    statuses: tuple[Status, ...]
    posts: tuple[Post, ...]
    bad: tuple[BadRecord, ...]


class Harvester:
    """Turns records of one server into posts."""

    def __init__(
        self,
        source: SourceConfig,
        brands: Sequence[BrandConfig],
        server: MastodonServer,
        memory: Memory,
        clock: Clock,
    ) -> None:
        self.own = OwnAccounts(
            (handle for brand in brands for handle in brand.handles.get(NETWORK, ())), server.base
        )
        self._source = source
        self._brands = brands
        self._matcher: Matcher | None = None
        self._server = server
        self._memory = memory
        self._clock = clock
        self._knows_own = False

    async def learn_own(self) -> None:
        """Find the ids of our accounts on this server, so that replies to them are noticed."""
        if self._knows_own:
            return
        self._knows_own = True
        for handle in self.own.handles():
            if number := api_id_of(await self._server.account(handle)):
                self._memory.learn_ours(number)

    async def gather(
        self, place: Place, records: Iterable[object], *, first: bool = False
    ) -> Harvest:
        """Return the posts in these records of a place.

        ``first``: the place was never read before, so that what is old is history.
        """
        statuses: list[Status] = []
        bad: list[BadRecord] = []
        fetched = 0
        read = read_notification if place.kind == "notifications" else read_status
        for record in records:
            fetched += 1
            try:
                status = read(record, self.own)
            except UnreadableError as fault:
                letter = bad_record(record, fault)
                if self._memory.is_new_fault(letter):
                    bad.append(letter)
                continue
            if status is not None:
                statuses.append(status)
        self._memory.learn(statuses)
        concerned = [s for s in statuses if not place.crowded or self._concerns_us(s.post)]
        await self._learn_ancestors(concerned)
        posts = [self.settle(status) for status in statuses]
        if first:
            posts = [self._as_history(post) for post in posts]
        news = tuple(post for post in posts if self._memory.is_news(post))
        return Harvest(fetched, tuple(statuses), news, tuple(bad))

    def settle(self, status: Status) -> Post:
        """Return a post with parent and root as far as known, and whether it answers us."""
        post = self._memory.settle(status)
        if self._is_ours(post) or post.repost:
            return post
        return replace(post, addressed=post.addressed or self._memory.answers_us(status))

    async def look_up(self, api_id: str) -> Status | None:
        """Ask for one post and learn from it; ``None`` where the server does not show it.

        Raises:
            SourceError: the server could not be asked, or asks us to wait.
        """
        record = await self._server.lookup(f"/api/v1/statuses/{quote_segment(api_id)}")
        if record is None:
            return None
        try:
            status = read_status(record, self.own)
        except UnreadableError:
            return None
        self._memory.learn([status])
        return status

    async def _learn_ancestors(self, statuses: Iterable[Status]) -> None:
        left = MOST_LOOKUPS
        for status in statuses:
            while left and (number := self._memory.unknown_ancestor(status)):
                left -= 1
                try:
                    found = await self.look_up(number)
                except SourceError as error:
                    # The page is worth more than its threads; the next request meets the same.
                    _log.info("ancestors are left unknown for now: %s", error)
                    return
                if found is None or found.api_id != number:
                    self._memory.learn_missing(number)

    def _concerns_us(self, post: Post) -> bool:
        if post.addressed or self._is_ours(post):
            return True
        if self._matcher is None:
            self._matcher = matcher_of(self._brands)
        return bool(self._matcher.match(Subject.of_post(post, self._source.key)))

    def _is_ours(self, post: Post) -> bool:
        return self.own.spelling(post.author.handle, post.author.url) is not None

    def _as_history(self, post: Post) -> Post:
        old = post.created_at is not None and post.created_at < self._clock() - HISTORY
        return replace(post, history=True) if old else post
