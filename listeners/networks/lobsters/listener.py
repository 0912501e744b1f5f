"""Lobsters: new stories of the whole forum or of some tags, links to our sites, their comments.

Wire format and limits: github.com/lobsters/lobsters (routes.rb, rack_attack.rb). From one address
4 requests a second, 30 a minute, 100 in ten minutes and 400 an hour: nine seconds between two keep
all four. Its robots.txt bars robots from the search, so hubbub looks for the brands' words itself.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import replace

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Answer, Fetcher, HttpError
from listeners.model import (
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
from listeners.networks.batches import says_something
from listeners.networks.contract import Capability, SourceError
from listeners.networks.decoding import UnreadableError, bad_record
from listeners.networks.harvest import HandedOn, Relevance
from listeners.networks.lobsters.decode import (
    NETWORK,
    TITLE,
    created_second,
    read_comments,
    read_story,
    story_of,
)
from listeners.networks.lobsters.places import Place, places_of
from listeners.networks.recent import Recent
from listeners.networks.searching import lost_place, read_marks, write_marks

DEFAULT_SERVER = "https://lobste.rs"
SPACING = 9.0
OVERLAP = 3600
"""Seconds below the newest story that are read again: what a moderator merges comes late."""
MOST_PAGES = 8
"""Pages of 25 stories that are walked back before the rest is called a gap: about a week."""
MOST_THREADS = 5
_MOST_STORIES = 1_000
MOST_HISTORY = 200
"""Pages that reading the past walks: half a year, in half an hour."""


class LobstersListener:
    """One configured Lobsters source: ``what`` is empty (all new stories, and links to the brands'
    websites), ``tag:NAME, NAME`` or ``domain:HOST``. ``base_url`` names a sister site."""

    capability = Capability(
        network=NETWORK,
        title=TITLE,
        thread=True,
        own_posts=True,
        edits=True,
        deletions=True,
        history=True,
        works_without_key=True,
        interval=600.0,
        min_interval=300.0,
        limits=(
            Sentence(
                "Lobsters bars programs from its search: hubbub reads the new stories and looks "
                "for the brand's words in their titles and texts itself."
            ),
            Sentence(
                "Comments are read below stories hubbub follows; for all of them, add the feed "
                "lobste.rs/comments.rss."
            ),
            Sentence("There is no way to answer but its own page, which opens in your browser."),
        ),
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._source = source
        self._brands = [b for b in brands if not source.brand or b.name == source.brand]
        self._fetch = fetch
        self._clock = clock
        self._site = (source.base_url or DEFAULT_SERVER).rstrip("/")
        self._spacing = 0.0 if source.base_url else SPACING
        self._handed_on = HandedOn(clock)
        self._relevance = Relevance(source, self._brands)
        self._comments: Recent[str, int] = Recent(_MOST_STORIES)

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield the new stories of every list, oldest first within each, and changed ones.

        Raises:
            SourceError: Lobsters could not be asked, or its answer not understood.
        """
        marks = read_marks(cursor)
        if marks is None:
            yield Batch(gap=lost_place(self._clock()))
            marks = {}
        for place in places_of(self._source, self._brands):
            first = place.path not in marks
            pages, gap = await self._newest(place, marks.get(place.path))
            for records in reversed(pages):
                posts, bad = self._stories(records[::-1])
                seconds = [s for record in records if (s := created_second(record)) is not None]
                before = marks.get(place.path)
                # A time that lies ahead would hide what comes before it.
                newest = min(max(seconds, default=0), self._clock() // SECOND)
                marks[place.path] = max(before or 0, newest)
                batch = Batch(
                    posts=self._handed_on.news(posts, first=first),
                    bad=self._handed_on.letters(bad),
                    gap=gap,
                    fetched=len(records),
                    cursor=write_marks(marks),
                )
                gap = None
                if says_something(batch) or marks[place.path] != before:
                    yield batch
                    # Only here is the batch known to be stored.
                    self._handed_on.stored(batch)
                async for below in self._talk(posts, place, first=first):
                    yield below
                    self._handed_on.stored(below)

    def stream(self, cursor: str | None) -> None:
        """Lobsters pushes to nobody."""
        return

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return the stories of these posts with all their comments, and what of them is gone.

        Raises:
            SourceError: as ``poll``.
        """
        asked = dict.fromkeys(story for one in native_ids if (story := story_of(one)))
        talks = [
            await self._talk_below(story, [one for one in native_ids if story_of(one) == story])
            for story in list(asked)[:MOST_THREADS]
        ]
        return Batch(
            posts=tuple(post for talk in talks for post in talk.posts),
            deletions=tuple(gone for talk in talks for gone in talk.deletions),
            bad=tuple(letter for talk in talks for letter in talk.bad),
            fetched=sum(talk.fetched for talk in talks),
        )

    async def history(
        self, brand: BrandConfig, since: Micros, place: str | None
    ) -> AsyncGenerator[Batch, None]:
        """Yield older stories that concern a brand, newest first; see ``Historical``.

        Raises:
            SourceError: as ``poll``.
        """
        done = read_marks(place) or {}
        relevance = Relevance(self._source, [brand])
        for one in places_of(self._source, [brand]):
            for number in range(done.get(one.path, 0) + 1, MOST_HISTORY + 1):
                records = await self._page(one, number)
                posts, bad = self._stories(records)
                ended = not records or all((p.created_at or since) < since for p in posts)
                done[one.path] = MOST_HISTORY if ended else number
                kept = [p for p in posts if relevance.concerns_us(p) or one.linked]
                yield Batch(
                    posts=tuple(p for p in kept if (p.created_at or since) >= since),
                    bad=bad,
                    fetched=len(records),
                    cursor=write_marks(done),
                )
                if ended:
                    break

    async def _newest(
        self, place: Place, mark: int | None
    ) -> tuple[list[list[object]], Gap | None]:
        """Return the pages down to what was read; the first alone of a list never read."""
        pages: list[list[object]] = []
        for number in range(1, MOST_PAGES + 1):
            records = await self._page(place, number)
            pages.append(records)
            seconds = [s for record in records if (s := created_second(record)) is not None]
            if mark is None or not seconds or min(seconds) <= mark - OVERLAP:
                return pages, None
        oldest = min(seconds)
        return pages, Gap(
            None if mark is None else Micros(mark * SECOND), Micros(oldest * SECOND), _TOO_MANY
        )

    async def _page(self, place: Place, number: int) -> list[object]:
        """Return the stories of a page; none where the list or the page does not exist."""
        answer = await self._get(place.page(number), missing=place.path != "/newest")
        if answer.status == 404:
            return []
        records = answer.json()
        if not isinstance(records, list):
            raise SourceError(SourceState.FORMAT_CHANGED, _CHANGED)
        return records

    async def _talk(
        self, posts: Iterable[Post], place: Place, *, first: bool
    ) -> AsyncGenerator[Batch, None]:
        """Yield the comments of stories that concern us, where their number changed."""
        for post in posts:
            said = post.engagement.replies or 0
            if said == self._comments.get(post.native_id, 0):
                continue
            if place.linked or self._relevance.concerns_us(post):
                talk = await self._talk_below(post.native_id, ())
                news = self._handed_on.news(talk.posts, first=first)
                batch = replace(talk, posts=news, bad=self._handed_on.letters(talk.bad))
                if says_something(batch):
                    yield batch
                self._comments.put(post.native_id, said)

    async def _talk_below(self, story: str, asked: Sequence[str]) -> Batch:
        """Return a story with all its comments, and which of the known ones are gone."""
        below = [one for one in self._handed_on.below(story) if story_of(one) == story]
        known = [*asked, *below]
        record = await self._story(story)
        if record is None:
            gone = dict.fromkeys([story, *known])
            return Batch(deletions=tuple(Deletion(NETWORK, one) for one in gone))
        posts, removed, bad = self._read_thread(record, story)
        gone = dict.fromkeys(removed)
        if not bad:
            here = {post.native_id for post in posts}
            gone |= dict.fromkeys(one for one in known if one not in here)
        self._relevance.learn(posts)
        return Batch(
            posts=tuple(self._relevance.addressed(post) for post in posts),
            deletions=tuple(Deletion(NETWORK, one) for one in gone),
            bad=tuple(bad),
            fetched=len(posts) + len(removed) + len(bad),
        )

    async def _story(self, story: str) -> dict[str, object] | None:
        try:
            answer = await self._get(f"/s/{story}.json", missing=True)
        except HttpError as error:
            if error.status != 410:
                raise
            return None
        if answer.status == 404:
            return None
        record = answer.json()
        if not isinstance(record, dict):
            raise SourceError(SourceState.FORMAT_CHANGED, _CHANGED)
        return record

    async def _get(self, path: str, *, missing: bool) -> Answer:
        return await self._fetch.get(
            f"{self._site}{path}",
            expect="json",
            allow_private=self._source.allow_private,
            allow_status=frozenset({404} if missing else ()),
            spacing=self._spacing,
        )

    def _stories(self, records: Iterable[object]) -> tuple[tuple[Post, ...], tuple[BadRecord, ...]]:
        posts: list[Post] = []
        bad: list[BadRecord] = []
        for record in records:
            try:
                posts.append(read_story(record, self._site))
            except UnreadableError as fault:
                bad.append(bad_record(record, fault))
        self._relevance.learn(posts)
        return tuple(posts), tuple(bad)

    def _read_thread(
        self, record: dict[str, object], story: str
    ) -> tuple[list[Post], list[str], list[BadRecord]]:
        """Return the posts of a story, what is deleted in it, and what could not be read."""
        (head, faults) = self._stories([record])
        posts, gone, bad = list(head), [], list(faults)
        comments = record.get("comments")
        for one in read_comments(comments if isinstance(comments, list) else [], story, self._site):
            match one:
                case Post():
                    posts.append(one)
                case Deletion():
                    gone.append(one.native_id)
                case UnreadableError():
                    bad.append(bad_record({"story": story}, one))
        return posts, gone, bad


_TOO_MANY = Sentence(
    "Lobsters had more new stories than hubbub walks back. The newest are stored; older ones of "
    "this stretch may be missing."
)
_CHANGED = Sentence(
    "Lobsters answered, but not with stories. Nothing was stored, and hubbub goes on from the "
    "same place. A newer hubbub may be needed."
)
