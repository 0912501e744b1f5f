"""Reading what stands below a post, newest first, and lists of posts, down to what is known.

The Graph API has no "changed since": the newest are read again and again, the counts of older posts
are compared now and then, and what was seen before and is missing is asked for by its id.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Protocol

from listeners.clock import Clock
from listeners.http import Quota
from listeners.model import BadRecord, Batch, Deletion, Gap, Micros, Post
from listeners.networks.decoding import UnreadableError, bad_record
from listeners.networks.graph import words
from listeners.networks.graph.places import Place
from listeners.networks.graph.server import GraphServer, Page, Params
from listeners.networks.harvest import HandedOn, Relevance
from listeners.networks.recent import Recent

MOST_PAGES = 10
AT_ONCE = 100
"""Posts of one batch: what a crash replays at most."""
MOST_MISSED = 20
"""Missing comments of one post that are asked for by their ids in one round."""
_MOST_SEEN = 400
_MOST_HELD = 20_000


class Edge(Protocol):
    """What stands below a post on one network."""

    network: ClassVar[str]
    splits: ClassVar[bool]
    """Whether every comment on a post of ours begins a conversation of its own: hundreds of people
    who say different things there are no single one."""

    async def below(self, root: str, more: Mapping[str, str]) -> Page:
        """Return a page of what is below a post, newest first.

        Raises:
            SourceError: it could not be asked.
        """
        ...

    def decoded(self, record: object, root: Post) -> Sequence[Post]:
        """Return the comment of a record and what came inside it.

        Raises:
            UnreadableError: it is not what the network documents.
        """
        ...


@dataclass(slots=True)
class Found:
    """Posts that were read, and records nobody can read. ``cut``: older ones were passed by."""

    posts: dict[str, Post] = field(default_factory=dict)
    bad: list[BadRecord] = field(default_factory=list)
    cut: bool = False

    def take(self, records: Iterable[object], decoded: Callable[[object], Sequence[Post]]) -> int:
        """Read records; return the oldest time among them, 0 where none is told."""
        times = []
        for record in records:
            try:
                posts = decoded(record)
            except UnreadableError as fault:
                self.bad.append(bad_record(record, fault))
                continue
            for post in posts:
                self.posts.setdefault(post.native_id, post)
            # What came inside a record may be older or newer than the record's own place.
            times += [post.created_at or 0 for post in posts[:1]]
        return min(times, default=0)


class Branches:
    """Reads posts with what stands below them, and remembers what was handed on."""

    def __init__(
        self,
        server: GraphServer,
        edge: Edge,
        relevance: Relevance,
        handed: HandedOn,
        clock: Clock,
    ) -> None:
        self._server = server
        self._edge = edge
        self._clock = clock
        self.relevance = relevance
        self.handed = handed
        self._held: Recent[str, None] = Recent(_MOST_HELD)
        self._tops: Recent[str, str] = Recent(_MOST_HELD)
        self._seen: Recent[str, dict[str, int]] = Recent(_MOST_SEEN)

    async def read(
        self,
        root: Post,
        first: Page | None,
        total: int | None,
        place: Place,
        *,
        whole: bool = False,
    ) -> AsyncGenerator[Batch, None]:
        """Yield what is new of a post and below it, oldest first; the place moves with it.

        ``first`` is the newest page below, ``None`` where it was not asked for; ``total`` how many
        there are. ``whole``: every page is read, whatever is known.

        Raises:
            SourceError: the network could not be asked.
        """
        self._held.put(root.native_id, None)
        known, mark = place.roots.get(root.native_id, (None, None))
        if first is None:
            for batch in self._batches(root, (), Found(), (), mark):
                yield batch
            return
        found = Found()
        oldest = found.take(first.records, lambda one: self._edge.decoded(one, root))
        if known is not None and total is not None and not whole:
            fresh = sum((post.created_at or 0) > (mark or 0) for post in found.posts.values())
            # More or fewer than what is new explains: something changed farther down.
            whole = total - known != fresh and not (first.more and fresh and total > known)
        more = first.more
        pages = 1
        while more and (whole or (mark is not None and oldest > mark)):
            if pages == MOST_PAGES:
                found.cut = oldest > (mark or 0)
                break
            page = await self._edge.below(root.native_id, more)
            oldest = found.take(page.records, lambda one: self._edge.decoded(one, root))
            more = page.more
            pages += 1
        gone = await self._gone(root.native_id, found, 0 if not more else oldest)
        posts = self._settled(root, found)
        for batch in self._batches(root, posts, found, gone, mark):
            times = [p.created_at or 0 for p in batch.posts if p.native_id != root.native_id]
            mark = max(mark or 0, *times, 0)
            place.roots.put(root.native_id, (known or 0, mark))
            yield batch
        at = max((post.created_at or 0 for post in posts), default=0)
        place.roots.put(root.native_id, (total or 0, max(at, mark or 0)))

    def holds(self, native_id: str) -> bool:
        """Whether this was read here as a post of ours, or below one: of others a refusal does not
        tell whether they are gone or not for us."""
        return native_id in self._held

    async def around(self, root: Post, first: Page | None) -> Batch:
        """Return a post with all that is below it. Raises as ``read``."""
        first = first or Page()
        found = Found()
        found.take(first.records, lambda one: self._edge.decoded(one, root))
        more = first.more
        for _ in range(MOST_PAGES):
            if not more:
                break
            page = await self._edge.below(root.native_id, more)
            found.take(page.records, lambda one: self._edge.decoded(one, root))
            more = page.more
        gone = await self._gone(root.native_id, found, 0) if not more else ()
        posts = [root, *self._settled(root, found)]
        self.relevance.learn(posts)
        return Batch(
            posts=tuple(self.relevance.addressed(post) for post in posts),
            deletions=tuple(gone),
            bad=tuple(found.bad),
            fetched=len(posts) + len(found.bad),
        )

    def past(self, root: Post, first: Page | None, since: Micros) -> tuple[Post, ...]:
        """Return a post and the comments that came along with it, back to ``since``."""
        found = Found()
        found.take((first or Page()).records, lambda one: self._edge.decoded(one, root))
        return tuple(
            post
            for post in (root, *self._settled(root, found))
            if post.created_at is None or post.created_at >= since
        )

    def _settled(self, root: Post, found: Found) -> Sequence[Post]:
        """Return what is below a post, oldest first, each with the conversation it belongs to."""
        posts = sorted(found.posts.values(), key=lambda post: post.created_at or 0)
        if not (root.own and self._edge.splits):
            return posts
        settled = []
        for post in posts:
            parent = post.parent_id or root.native_id
            top = post.native_id if parent == root.native_id else self._tops.get(parent, parent)
            self._tops.put(post.native_id, top)
            settled.append(replace(post, root_id=top))
        return settled

    def _batches(
        self,
        root: Post,
        posts: Sequence[Post],
        found: Found,
        gone: Sequence[Deletion],
        mark: int | None,
    ) -> Iterator[Batch]:
        """Yield posts by the hundred; quiet ones, where nothing is new, are left out."""
        self.relevance.learn([root, *posts])
        settled = [self.relevance.addressed(post) for post in posts]
        first = mark is None
        news = self.handed.news([root, *settled], first=first)
        bad = self.handed.letters({one.record: one for one in found.bad}.values())
        gap = None
        if found.cut:
            gap = Gap(Micros(mark or 0), self._clock(), words.passed_by(self._server.title))
        for start in range(0, max(len(news), 1), AT_ONCE):
            part = news[start : start + AT_ONCE]
            if part or bad or gone or gap:
                yield Batch(
                    posts=part,
                    deletions=tuple(gone),
                    bad=bad,
                    gap=gap,
                    fetched=0 if start else len(found.posts) + len(found.bad) + 1,
                )
            gone, bad, gap = (), (), None

    async def _gone(self, root: str, found: Found, oldest: int) -> Sequence[Deletion]:
        """Return what was below a post before, should be among what was read now, and is not there
        when it is asked for: pages are not always whole."""
        there = {one: int(post.created_at or 0) for one, post in found.posts.items()}
        for one in there:
            self._held.put(one, None)
        before = self._seen.get(root, {})
        missing = [one for one, at in before.items() if one not in there and at >= oldest]
        gone = [one for one in missing[:MOST_MISSED] if await self._server.is_gone(one)]
        self._seen.put(root, {k: at for k, at in {**before, **there}.items() if k not in gone})
        return [Deletion(self._edge.network, one) for one in gone]


async def listed(
    server: GraphServer,
    path: str,
    params: Params,
    decoded: Callable[[object], Sequence[Post]],
    mark: int | None,
    *,
    quota: Quota | None = None,
) -> Found:
    """Return the newest posts of a list, down to what is known; the first time, its first page.

    A page whose posts are all known ends it, and so does an empty one: some lists give the same
    cursor on every page.

    Raises:
        SourceError: the network could not be asked.
    """
    found = Found()
    more: Mapping[str, str] = {}
    for number in range(MOST_PAGES):
        page = await server.page(path, {**params, **more}, quota=quota)
        before = len(found.posts)
        oldest = found.take(page.records, decoded)
        more = page.more
        stale = number > 0 and len(found.posts) == before
        if mark is None or not more or not page.records or stale or oldest <= mark:
            return found
    found.cut = bool(more)
    return found
