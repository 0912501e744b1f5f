"""News of the whole world by GDELT: articles whose text holds the brand's words, by their titles.

Wire format: blog.gdeltproject.org/gdelt-doc-2-0-api-debuts. Windows are read again for two hours:
articles are found late. An article is one by its canonical address, whatever search found it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import replace

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import (
    DAY,
    HOUR,
    SECOND,
    BadRecord,
    Batch,
    Gap,
    Micros,
    Post,
    Sentence,
)
from listeners.networks.batches import says_something
from listeners.networks.contract import Capability
from listeners.networks.decoding import UnreadableError, bad_record
from listeners.networks.gdelt.decode import NETWORK, TITLE, read_article, seen_at
from listeners.networks.gdelt.search import KEPT, MOST, STEP, Archive, Query, queries_of
from listeners.networks.harvest import HandedOn, matcher_of
from listeners.networks.searching import lost_place, read_marks, write_marks
from listeners.query import Subject

OVERLAP = 2 * HOUR
"""How far below the newest article every reading begins: some are found late."""
FIRST = 3 * DAY
"""How far back a source that was never read begins."""
MOST_WINDOWS = 10
"""Answers of one question in one round; the next round goes on from there."""


class GdeltListener:
    """One configured search of the news: ``what`` is GDELT's own query, or empty for the brands'
    words; the options ``languages`` and ``countries`` (English names) narrow it.

    GDELT searches the text and shows the title alone. An article whose title does not name the
    brand is kept where the source is for one brand, since GDELT found the words in its text.
    """

    capability = Capability(
        network=NETWORK,
        title=TITLE,
        search=True,
        history=True,
        works_without_key=True,
        interval=900.0,
        min_interval=300.0,
        limits=(
            Sentence("Articles come with their title alone: the mood is that of the title."),
            Sentence("The time of an article is when GDELT saw it, up to a quarter hour later."),
            Sentence("The last three months can be searched, and nobody can be answered there."),
            Sentence(
                "Name the brand in the source (brand =) to hear also of articles that speak of "
                "it only in their text."
            ),
        ),
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._source = source
        self._brands = [b for b in brands if not source.brand or b.name == source.brand]
        self._clock = clock
        self._archive = Archive(fetch, source)
        self._handed_on = HandedOn(clock)

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield what is new of every search, oldest first within each.

        Raises:
            SourceError: GDELT does not search for such words, or could not be asked.
        """
        marks = read_marks(cursor)
        if marks is None:
            yield Batch(gap=lost_place(self._clock()))
            marks = {}
        for query in queries_of(self._source, self._brands):
            walk = self._walk(query, marks) if query.asked in marks else self._begin(query, marks)
            async for batch in walk:
                yield batch
                # Only here is the batch known to be stored.
                self._handed_on.stored(batch)

    def stream(self, cursor: str | None) -> None:
        """GDELT pushes to nobody."""
        return

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Articles are no conversation."""
        return Batch()

    async def history(
        self, brand: BrandConfig, since: Micros, place: str | None
    ) -> AsyncGenerator[Batch, None]:
        """Yield a brand's past, newest first; see ``Historical``.

        Raises:
            SourceError: as ``poll``.
        """
        lowest = Micros(max(since, self._clock() - KEPT))
        done = read_marks(place) or {}
        for query in queries_of(self._source, [brand]):
            end = Micros(done.get(query.asked, self._clock() // SECOND) * SECOND)
            while end > lowest:
                records = await self._archive.find(query, lowest, end, newest=True)
                posts, bad = self._read(records, query, [brand])
                oldest = min((at for r in records if (at := seen_at(r)) is not None), default=end)
                if len(records) < MOST:
                    oldest = lowest
                end = oldest if oldest < end else Micros(end - STEP)
                done[query.asked] = end // SECOND
                yield Batch(posts=posts, bad=bad, fetched=len(records), cursor=write_marks(done))

    async def _begin(self, query: Query, marks: dict[str, int]) -> AsyncGenerator[Batch, None]:
        """Yield the newest articles of a search that was never made."""
        now = self._clock()
        records = await self._archive.find(query, Micros(now - FIRST), now, newest=True)
        posts, bad = self._read(records, query, self._brands)
        marks[query.asked] = min(_newest(records) or now, now) // SECOND
        yield Batch(
            posts=self._handed_on.news(reversed(posts), first=True),
            bad=self._handed_on.letters(bad),
            fetched=len(records),
            cursor=write_marks(marks),
        )

    async def _walk(self, query: Query, marks: dict[str, int]) -> AsyncGenerator[Batch, None]:
        """Yield what was seen since the mark of a search, oldest first."""
        now = self._clock()
        start = Micros(marks[query.asked] * SECOND - OVERLAP)
        gap: Gap | None = None
        if start < now - KEPT:
            gap = Gap(start, Micros(now - KEPT), _TOO_LONG_AGO)
            start = Micros(now - KEPT)
        for _ in range(MOST_WINDOWS):
            records = await self._archive.find(query, start, now, newest=False)
            posts, bad = self._read(records, query, self._brands)
            newest = _newest(records)
            if newest is not None:
                newest = min(newest, now)
            full = len(records) >= MOST
            if full and (newest is None or newest <= start):
                # More of one landing than an answer shows: what is beyond cannot be asked for.
                newest = Micros(start + STEP)
                gap = gap or Gap(start, newest, _TOO_MANY)
            before = marks[query.asked]
            if newest is not None:
                marks[query.asked] = max(before, newest // SECOND)
            batch = Batch(
                posts=self._handed_on.news(posts),
                bad=self._handed_on.letters(bad),
                gap=gap,
                fetched=len(records),
                cursor=write_marks(marks),
                lag=max(0.0, (now - (newest or now)) / SECOND) if full else 0.0,
            )
            if says_something(batch) or marks[query.asked] != before:
                yield batch
            if not full or newest is None:
                return
            start, gap = newest, None

    def _read(
        self, records: Iterable[object], query: Query, brands: Sequence[BrandConfig]
    ) -> tuple[tuple[Post, ...], tuple[BadRecord, ...]]:
        posts: dict[str, Post] = {}
        bad: list[BadRecord] = []
        for record in records:
            try:
                post = read_article(record)
                posts.setdefault(post.native_id, post)
            except UnreadableError as fault:
                bad.append(bad_record(record, fault))
        kept = tuple(self._wanted(post, query, brands) for post in posts.values())
        return kept, tuple(bad)

    def _wanted(self, post: Post, query: Query, brands: Sequence[BrandConfig]) -> Post:
        """Mark an article that speaks of the brand in its text: its title need not name it.

        What the brand's query leaves out is left out by the title as well. A search of the
        user's own needs no brand at all.
        """
        if len(brands) != 1:
            return post
        if self._source.what.strip():
            return replace(post, wanted=True)
        held = [Subject.of_post(replace(post, text=words)) for words in query.words]
        matcher = matcher_of(brands)
        return replace(post, wanted=any(bool(matcher.match(one)) for one in held))


def _newest(records: Iterable[object]) -> Micros | None:
    return max((at for record in records if (at := seen_at(record)) is not None), default=None)


_TOO_LONG_AGO = Sentence(
    "hubbub did not ask for news for longer than GDELT keeps them: articles of that time may be "
    "missing."
)
_TOO_MANY = Sentence(
    "More articles came at once than GDELT shows. The first are stored; others of this quarter "
    "hour may be missing. Narrower words, languages or countries help."
)
