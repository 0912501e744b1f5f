"""DEV (and other Forem sites): new articles, those of our accounts, and the comments below them.

Wire format: developers.forem.com/api/v1. There is no search fit for listening, so the words of the
brands are looked for here: in titles, descriptions and tags, and with ``bodies`` in whole texts.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import replace

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Answer, Fetcher
from listeners.model import (
    DAY,
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
from listeners.networks.devto.decode import (
    NETWORK,
    TITLE,
    article_of,
    published_second,
    read_article,
    read_comments,
)
from listeners.networks.devto.places import Place, places_of
from listeners.networks.harvest import HandedOn, Relevance
from listeners.networks.recent import Recent
from listeners.networks.searching import lost_place, read_marks, write_marks

DEFAULT_SERVER = "https://dev.to"
SPACING = 0.5
"""Seconds between two requests: three a second are allowed."""
SHORTEST_PAGE = 30
"""Articles of a page where ``per_page`` is not listened to."""
FIRST_DAYS = 3
OVERLAP = 3600
"""Seconds below the newest article that are read again: some are published with an older time."""
MOST_PAGES = 10
MOST_HISTORY = 100
MOST_THREADS = 20
_MOST_BODIES = 1_000


class DevListener:
    """One configured DEV source: ``what`` is empty (all new articles), ``tag:NAME, NAME`` or
    ``user:NAME``; articles of our own accounts (``handles``) are always read.

    With ``bodies = true`` the whole text of every new article is looked through: for tags, not for
    all of DEV. ``base_url`` names another Forem; the token is an API key, needed for closed ones.
    """

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
        steps=(
            Sentence("A key is needed only for a Forem that is closed to guests."),
            Sentence("Sign in, open Settings, Extensions, and look for DEV Community API Keys."),
            Sentence("Make a key and name where it is kept as token =."),
        ),
        limits=(
            Sentence(
                "DEV has no search for programs: hubbub looks for the brand's words in titles, "
                "descriptions and tags of new articles, and with bodies = true in whole texts."
            ),
            Sentence("Comments are read below articles that concern you, not elsewhere."),
            Sentence("Comments cannot be written by programs: the page opens in your browser."),
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
        self._bodies = source.options.get("bodies") is True
        self._handed_on = HandedOn(clock)
        self._relevance = Relevance(source, self._brands)
        self._whole: Recent[str, tuple[object, Post]] = Recent(_MOST_BODIES)
        self._comments: Recent[str, int] = Recent(_MOST_BODIES)

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield new and changed articles of every list, oldest first, with their comments.

        Raises:
            SourceError: DEV could not be asked, or its answer not understood.
        """
        marks = read_marks(cursor)
        if marks is None:
            yield Batch(gap=lost_place(self._clock()))
            marks = {}
        for place in places_of(self._source, self._brands):
            first = place.key not in marks
            pages, gap = await self._newest(place, marks.get(place.key))
            now = self._clock() // SECOND
            newest = max([0, *(s for page in pages for s in _seconds(page))])
            for left, records in enumerate(reversed(pages), start=1 - len(pages)):
                posts, bad = await self._articles(records[::-1], self._relevance)
                before = marks.get(place.key)
                # A list by reactions is in no order of time: its place moves when all is read.
                if not left or not place.by_days:
                    reached = max([0, *_seconds(records)])
                    # A time that lies ahead would hide what comes before it.
                    reached = min(reached if left else newest, now)
                    marks[place.key] = max(marks.get(place.key, 0), reached)
                batch = Batch(
                    posts=self._handed_on.news(posts, first=first),
                    bad=self._handed_on.letters(bad),
                    gap=gap,
                    fetched=len(records),
                    cursor=write_marks(marks),
                )
                gap = None
                if says_something(batch) or marks.get(place.key) != before:
                    yield batch
                    # Only here is the batch known to be stored.
                    self._handed_on.stored(batch)
                async for below in self._talk(posts, first=first):
                    yield below
                    self._handed_on.stored(below)

    def stream(self, cursor: str | None) -> None:
        """DEV pushes to browsers alone."""
        return

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return the articles of these posts with all their comments, and what of them is gone.

        Raises:
            SourceError: as ``poll``.
        """
        batches = []
        asked = dict.fromkeys(article for one in native_ids if (article := article_of(one)))
        for article in list(asked)[:MOST_THREADS]:
            known = [one for one in native_ids if article_of(one) == article]
            answer = await self._get(f"/api/articles/{article}", {}, missing=True)
            if answer.status == 404:
                gone = dict.fromkeys([article, *known, *self._below(article)])
                batches.append(Batch(deletions=tuple(Deletion(NETWORK, one) for one in gone)))
                continue
            posts, bad = self._read([answer.json()])
            talk = await self._comments_of(article, known)
            self._relevance.learn(posts)
            batches.append(replace(talk, posts=(*posts, *talk.posts), bad=(*bad, *talk.bad)))
        return Batch(
            posts=tuple(post for batch in batches for post in batch.posts),
            deletions=tuple(gone for batch in batches for gone in batch.deletions),
            bad=tuple(letter for batch in batches for letter in batch.bad),
            fetched=sum(batch.fetched + 1 for batch in batches),
        )

    async def history(
        self, brand: BrandConfig, since: Micros, place: str | None
    ) -> AsyncGenerator[Batch, None]:
        """Yield older articles that concern a brand, newest first; see ``Historical``.

        Raises:
            SourceError: as ``poll``.
        """
        done = read_marks(place) or {}
        relevance = Relevance(self._source, [brand])
        days = (self._clock() - since) // DAY + 1
        for one in places_of(self._source, [brand]):
            for number in range(done.get(one.key, 0) + 1, MOST_HISTORY + 1):
                records = await self._page(one, number, days)
                posts, bad = await self._articles(records, relevance)
                seconds = _seconds(records)
                ended = len(records) < SHORTEST_PAGE or not seconds
                ended = ended or (not one.by_days and max(seconds) < since // SECOND)
                done[one.key] = MOST_HISTORY if ended else number
                yield Batch(
                    posts=tuple(
                        post
                        for post in posts
                        if relevance.concerns_us(post) and (post.created_at or since) >= since
                    ),
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
        seconds: list[int] = []
        away = 0 if mark is None else max(0, self._clock() // SECOND - mark)
        days = FIRST_DAYS if mark is None else away // 86_400 + 2
        for number in range(1, MOST_PAGES + 1):
            records = await self._page(place, number, days)
            pages.append(records)
            seconds = [*seconds, *_seconds(records)]
            if len(records) < SHORTEST_PAGE:
                return pages, None
            reached = not _seconds(records) or min(seconds) <= (mark or 0) - OVERLAP
            if not place.by_days and (mark is None or reached):
                return pages, None
        start = None if mark is None else Micros(mark * SECOND)
        return pages, Gap(start, Micros(min(seconds) * SECOND) if seconds else None, _TOO_MANY)

    async def _page(self, place: Place, number: int, days: int) -> list[object]:
        asked = place.parameters(number, days)
        answer = await self._get(place.path, asked, missing=bool(place.asked))
        if answer.status == 404:
            return []
        records = answer.json()
        if not isinstance(records, list):
            raise SourceError(SourceState.FORMAT_CHANGED, _CHANGED)
        return records

    async def _articles(
        self, records: Sequence[object], relevance: Relevance
    ) -> tuple[tuple[Post, ...], tuple[BadRecord, ...]]:
        """Read a list; what concerns us, or with ``bodies`` everything, is fetched whole."""
        listed, bad = self._read(records)
        posts: list[Post] = []
        faults = list(bad)
        for post in listed:
            if not (self._bodies or relevance.concerns_us(post)):
                posts.append(post)
                continue
            sign = (post.title, post.text, post.edited_at)
            known = self._whole.get(post.native_id)
            if known is not None and known[0] == sign:
                posts.append(replace(known[1], engagement=post.engagement))
                continue
            answer = await self._get(f"/api/articles/{post.native_id}", {}, missing=True)
            if answer.status == 404:
                continue
            whole, letters = self._read([answer.json()])
            faults += letters
            posts += whole
            for one in whole:
                self._whole.put(one.native_id, (sign, one))
        relevance.learn(posts)
        return tuple(posts), tuple(faults)

    async def _talk(self, posts: Iterable[Post], *, first: bool) -> AsyncGenerator[Batch, None]:
        """Yield the comments of articles that concern us, where their number changed."""
        for post in posts:
            said = post.engagement.replies or 0
            if said == self._comments.get(post.native_id, 0):
                continue
            if self._relevance.concerns_us(post):
                talk = await self._comments_of(post.native_id, ())
                news = self._handed_on.news(talk.posts, first=first)
                letters = self._handed_on.letters(talk.bad)
                batch = replace(talk, posts=news, bad=letters)
                if says_something(batch):
                    yield batch
                self._comments.put(post.native_id, said)

    async def _comments_of(self, article: str, known: Iterable[str]) -> Batch:
        """Return all comments of an article, and which of the known ones are gone."""
        answer = await self._get("/api/comments", {"a_id": article}, missing=True)
        records = [] if answer.status == 404 else answer.json()
        if not isinstance(records, list):
            raise SourceError(SourceState.FORMAT_CHANGED, _CHANGED)
        posts: list[Post] = []
        gone: dict[str, None] = {}
        bad: list[BadRecord] = []
        for one in read_comments(records, article, self._site):
            match one:
                case Post():
                    posts.append(one)
                case Deletion():
                    gone[one.native_id] = None
                case UnreadableError():
                    bad.append(bad_record({"article": article}, one))
        if not bad:
            here = {article, *(post.native_id for post in posts)}
            gone |= dict.fromkeys(o for o in (*known, *self._below(article)) if o not in here)
        self._relevance.learn(posts)
        return Batch(
            posts=tuple(self._relevance.addressed(post) for post in posts),
            deletions=tuple(Deletion(NETWORK, one) for one in gone),
            bad=tuple(bad),
            fetched=len(posts) + len(gone) + len(bad),
        )

    def _below(self, article: str) -> tuple[str, ...]:
        return self._handed_on.below(f"{article}#")

    def _read(self, records: Iterable[object]) -> tuple[tuple[Post, ...], tuple[BadRecord, ...]]:
        posts: list[Post] = []
        bad: list[BadRecord] = []
        for record in records:
            try:
                posts.append(read_article(record, self._site))
            except UnreadableError as fault:
                bad.append(bad_record(record, fault))
        return tuple(posts), tuple(bad)

    async def _get(self, path: str, asked: Mapping[str, str], *, missing: bool) -> Answer:
        token = self._source.token
        return await self._fetch.get(
            f"{self._site}{path}",
            params=dict(asked),
            headers={"accept": "application/vnd.forem.api-v1+json"},
            secret_headers={"api-key": token} if token else None,
            expect="json",
            allow_private=self._source.allow_private,
            allow_status=frozenset({404} if missing else ()),
            spacing=self._spacing,
        )


def _seconds(records: Iterable[object]) -> list[int]:
    return [second for record in records if (second := published_second(record)) is not None]


_TOO_MANY = Sentence(
    "DEV had more new articles than hubbub walks back. The newest are stored; older ones of this "
    "stretch may be missing."
)
_CHANGED = Sentence(
    "DEV answered, but not with articles. Nothing was stored, and hubbub goes on from the same "
    "place. A newer hubbub may be needed."
)
