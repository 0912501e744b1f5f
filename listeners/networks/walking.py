"""Reading a place from its newest post down to the one known last, where a network pages backwards.

Pages are asked for downwards and handed on upwards, each with the second up to which the place is
then read. The last minutes are always read again: what was indexed or federated late is not lost.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass, replace

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.model import (
    MINUTE,
    SECOND,
    BadRecord,
    Batch,
    Deletion,
    Gap,
    Micros,
    Post,
    Sentence,
    SourceState,
)
from listeners.networks.contract import SourceError
from listeners.networks.harvest import HandedOn, Relevance
from listeners.networks.recent import Recent
from listeners.networks.searching import write_marks

MOST_POSTS = 500
"""Posts of one thread that are handed on."""
DOUBT = 2 * MINUTE
"""How long a list is asked for again that promised more and shows none, before it is believed: what
was known may have been deleted."""
_MOST_REMEMBERED = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page as a network gives it, newest first. ``after`` asks for the one below it.

    ``fetched`` counts its records, read or not. ``promises``: the network says that there are
    posts below, or the page is full.
    """

    posts: tuple[Post, ...] = ()
    deletions: tuple[Deletion, ...] = ()
    bad: tuple[BadRecord, ...] = ()
    fetched: int = 0
    after: str | None = None
    promises: bool = False

    @property
    def last_at(self) -> Micros | None:
        """When the last of its posts was made: what is pinned stands first, however old."""
        times = [post.created_at for post in self.posts if post.created_at is not None]
        return times[-1] if times else None


Ask = Callable[[str | None], Awaitable[Sheet]]
"""Asks for the page that ``after`` names, ``None``: the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How far down a place is read. ``shown`` is how many posts the network's listings end after,
    0 where they do not; ``missing`` says what is lost when there were more."""

    missing: Sentence
    first: int = 2
    most: int = 20
    overlap: int = 10 * 60
    shown: int = 0


@dataclass(frozen=True, slots=True)
class Walked:
    """The pages of a place, oldest first, and what could not be reached. ``cut``: an empty page
    came where posts were promised."""

    sheets: list[Sheet]
    gap: Gap | None = None
    cut: bool = False


async def walk(ask: Ask, known: Micros | None, depth: Depth) -> Walked:
    """Return what a place shows down to what is known of it.

    ``known`` is when the newest known post was made: pages are asked for down to somewhat below.

    Raises:
        SourceError: as ``ask``.
    """
    until = None if known is None else _less(known, depth.overlap)
    sheets: list[Sheet] = []
    seen: set[str] = set()
    after: str | None = None
    ended = False
    for _ in range(depth.first if until is None else depth.most):
        sheet = await ask(after)
        ids = {post.native_id for post in sheet.posts}
        if ids and ids <= seen:
            break  # a server that gives one page for every question
        seen |= ids
        sheets.append(sheet)
        after = sheet.after
        last = sheet.last_at
        ended = after is None
        if ended or (until is not None and last is not None and last < until):
            break
    lasts = [sheet.last_at for sheet in sheets if sheet.last_at is not None]
    # A listing that ends early may have been cut off by the network.
    whole = ended and not (depth.shown and sum(one.fetched for one in sheets) >= depth.shown)
    if known is None or (lasts and lasts[-1] < known + SECOND):
        return Walked(sheets[::-1])
    cut = len(sheets) > 1 and sheets[-2].promises and not sheets[-1].fetched
    gap = None if whole else Gap(known, lasts[-1] if lasts else None, depth.missing)
    return Walked(sheets[::-1], gap, cut)


class Walker:
    """Turns walks into batches, and remembers what was handed on.

    ``own`` are the keys of authors that are us, however their handles are written down.
    """

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], clock: Clock, depth: Depth
    ) -> None:
        self.handed_on = HandedOn(clock)
        self.relevance = Relevance(source, brands)
        self.own: set[str] = set()
        self._clock = clock
        self._depth = depth
        self._doubted: dict[str, Micros] = {}
        self._gone: Recent[str, None] = Recent(_MOST_REMEMBERED)
        self._addressed: Recent[str, None] = Recent(_MOST_REMEMBERED)

    async def batches(
        self, key: str, ask: Ask, marks: MutableMapping[str, int], *, ours: bool = False
    ) -> AsyncGenerator[Batch, None]:
        """Yield what is new in the place ``key``, each batch with the cursor that ``marks`` make.

        ``ours``: who begins a thread in this place speaks to us.

        Raises:
            SourceError: as ``ask``; the list broke off, and was not yet asked for long enough.
        """
        mark = marks.get(key, 0)
        known = Micros(mark * SECOND) if mark else None
        walked = await walk(ask, known, self._depth)
        self._doubt(key, cut=walked.cut)
        sheets, gap = walked.sheets, walked.gap
        for number, sheet in enumerate(sheets):
            settled = self.settled(sheet.posts[::-1], ours=ours)
            now = self._clock()
            # A server whose clock runs ahead must not make us skip what others write meanwhile.
            newest = max((at for p in settled if (at := p.created_at) is not None), default=0)
            below, above = _parted(settled, known, self._depth.overlap)
            before = marks.get(key)
            marks[key] = max(min(newest, now) // SECOND, marks.get(key, 0))
            batch = Batch(
                posts=(
                    *self.handed_on.news(below, first=True),
                    *self.handed_on.news(above, first=not mark),
                ),
                deletions=tuple(d for d in sheet.deletions if d.native_id not in self._gone),
                bad=self.handed_on.letters(sheet.bad),
                gap=gap,
                cursor=write_marks(marks),
                fetched=sheet.fetched,
                lag=max(0.0, (now - newest) / SECOND) if newest and sheets[number + 1 :] else 0.0,
            )
            gap = None
            moved = marks[key] != before
            if moved or batch.posts or batch.deletions or batch.bad or batch.gap:
                yield batch
                self.stored(batch)

    def _doubt(self, key: str, *, cut: bool) -> None:
        """Note whether a list broke off: nothing of it is handed on, or what is below were lost."""
        now = self._clock()
        since = self._doubted.pop(key, now)
        if not cut or now - since >= DOUBT:
            return
        self._doubted[key] = since
        raise SourceError(
            SourceState.FAILING,
            Sentence(
                "A list of posts broke off before it came to those known. Nothing is lost; hubbub "
                "asks again."
            ),
        )

    def stored(self, batch: Batch) -> None:
        """Remember a batch: call it when the next one is asked for."""
        self.handed_on.stored(batch)
        for gone in batch.deletions:
            self._gone.put(gone.native_id, None)

    def settled(self, posts: Sequence[Post], *, ours: bool = False) -> list[Post]:
        """Return the posts, those marked that answer us or stand in a place of ours."""
        posts = [replace(p, own=True) if p.author.key in self.own else p for p in posts]
        self.relevance.learn(posts)
        marked = [self._remembered(self.relevance.addressed(post)) for post in posts]
        if not ours:
            return marked
        return [
            post
            if post.parent_id or self.relevance.is_ours(post)
            else replace(post, addressed=True)
            for post in marked
        ]

    def _remembered(self, post: Post) -> Post:
        """Return the post addressed to us if any place showed it so: a search does not tell."""
        if post.addressed:
            self._addressed.put(post.native_id, None)
        return replace(post, addressed=True) if post.native_id in self._addressed else post

    def around(self, posts: Sequence[Post], asked: Sequence[str]) -> list[Post]:
        """Return the part of a thread that belongs together, in its order; parents come first.

        All of it where its first post concerns us; else what concerns us or was asked for, what
        that answers, and what answers it.
        """
        settled = self.settled(posts)
        if not settled or self.relevance.concerns_us(settled[0]):
            return settled[:MOST_POSTS]
        above = {post.native_id: post.parent_id for post in settled}
        kept: set[str] = set()
        for post in settled:
            wanted = post.native_id in asked or post.parent_id in kept
            if wanted or self.relevance.concerns_us(post):
                kept.add(post.native_id)
        for native_id in list(kept):
            upper = above.get(native_id)
            while upper is not None and upper not in kept:
                kept.add(upper)
                upper = above.get(upper)
        return [post for post in settled if post.native_id in kept][:MOST_POSTS]


def _parted(
    posts: Sequence[Post], known: Micros | None, overlap: int
) -> tuple[list[Post], list[Post]]:
    """Part posts into what the last reading should have seen and what it cannot have seen.

    The former comes again for its changes; what is old there is history, not work.
    """
    if known is None:
        return [], list(posts)
    until = _less(known, overlap)
    below = [post for post in posts if (post.created_at or until) < until]
    return below, [post for post in posts if (post.created_at or until) >= until]


def _less(at: Micros, seconds: int) -> Micros:
    return Micros(max(0, at - seconds * SECOND))
