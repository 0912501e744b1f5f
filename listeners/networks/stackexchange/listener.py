"""Stack Exchange: questions and answers found by search on any of its sites, own posts, threads.

Wire format: api.stackexchange.com/docs. Searches are walked by time of activity, oldest first, so
that nothing is missed however much is new, and edits come as well as new posts. Between pages the
walk goes by time and not by page number: whatever is touched meanwhile moves to the end.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass, replace

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import DAY, SECOND, BadRecord, Batch, Micros, Post, Sentence
from listeners.networks.contract import Capability
from listeners.networks.decoding import UnreadableError, bad_record
from listeners.networks.harvest import HandedOn, Relevance
from listeners.networks.recent import Recent
from listeners.networks.searching import lost_place, read_marks, write_marks
from listeners.networks.stackexchange.api import Exchange
from listeners.networks.stackexchange.decode import (
    NETWORK,
    TITLE,
    Stub,
    native_id,
    read_answer,
    read_question,
    read_stub,
)
from listeners.networks.stackexchange.places import Place, places_of, words_of
from listeners.networks.stackexchange.threads import read_threads

PER_PAGE = 100
MOST_PAGES = 20
"""Pages of one place in one round; the next round goes on from there."""
OVERLAP = 120
"""Seconds below the newest post that every reading asks for again: answers are kept a minute."""
LONGEST_REST = 3600.0
RESERVE = 3
"""Threads are read while more than one in this many of today's requests is left."""
_MOST_SEEN = 20_000


@dataclass(frozen=True, slots=True)
class _Whole:
    """Posts fetched whole, and the records that could not be read."""

    posts: tuple[Post, ...] = ()
    bad: tuple[BadRecord, ...] = ()


class StackExchangeListener:
    """One configured Stack Exchange source: ``what`` is ``SITE[, SITE]: WORDS``; without words the
    brands' queries are searched, without a site ``stackoverflow``; the option ``sites`` adds more.

    The token is an application's key, which only raises the allowance. Our accounts stand under
    ``handles`` as ``stackoverflow/12345``: names there are nobody's own.
    """

    capability = Capability(
        network=NETWORK,
        title=TITLE,
        search=True,
        thread=True,
        own_posts=True,
        edits=True,
        deletions=True,
        history=True,
        gapless=True,
        works_without_key=True,
        interval=120.0,
        min_interval=60.0,
        steps=(
            Sentence("Open stackapps.com/apps/oauth/register and sign in."),
            Sentence("Register an application; any name and any address will do."),
            Sentence('Copy its "Key" (not the client secret) and name where it is as token =.'),
        ),
        limits=(
            Sentence(
                "Without a key 300 questions a day may be asked from your address, so hubbub asks "
                "more seldom and reads fewer threads; with a free key it is 10,000."
            ),
            Sentence(
                "hubbub does not answer there: the API lets only approved applications write. "
                "The page opens in your browser."
            ),
            Sentence("Comments are seen below questions hubbub follows, not elsewhere."),
            Sentence(
                "Texts are under CC BY-SA: whoever quotes one names its author and links to it."
            ),
        ),
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._source = source
        self._brands = [b for b in brands if not source.brand or b.name == source.brand]
        self._clock = clock
        self._exchange = Exchange(fetch, source, clock)
        self._handed_on = HandedOn(clock)
        self._relevance = Relevance(source, self._brands)
        self._seen: Recent[str, int] = Recent(_MOST_SEEN)
        self._places = 1
        self._turn = 0

    @property
    def next_interval(self) -> float | None:
        """Seconds until the next round where the day's allowance would not last for the day."""
        needed = 1.5 * self._places * DAY / SECOND / self._exchange.allowed
        return None if needed <= self.capability.min_interval else min(needed, LONGEST_REST)

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield what is new or edited in every place, oldest first within each.

        Raises:
            SourceError: Stack Exchange refused, or must be left alone for a while.
        """
        marks = read_marks(cursor)
        if marks is None:
            yield Batch(gap=lost_place(self._clock()))
            marks = {}
        places = places_of(self._source, self._brands)
        self._places = len(places)
        for _ in places:
            # A round that was told to rest goes on with the place it did not come to.
            place = places[self._turn % len(places)]
            walk = self._walk(place, marks) if place.key in marks else self._begin(place, marks)
            async for batch in walk:
                yield batch
                # Only here is the batch known to be stored.
                self._handed_on.stored(batch)
            self._turn = (self._turn + 1) % len(places)

    def stream(self, cursor: str | None) -> None:
        """Stack Exchange pushes to browsers alone."""
        return

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return questions with all their answers and comments, and what of them is gone.

        Raises:
            SourceError: as ``poll``.
        """
        remaining = self._exchange.remaining
        if remaining is not None and remaining * RESERVE < self._exchange.allowed:
            return Batch()
        batch = await read_threads(self._exchange, native_ids, self._handed_on.below)
        return replace(batch, posts=self._settled(batch.posts))

    async def history(
        self, brand: BrandConfig, since: Micros, place: str | None
    ) -> AsyncGenerator[Batch, None]:
        """Yield a brand's past, newest first; see ``Historical``.

        Raises:
            SourceError: as ``poll``.
        """
        done = read_marks(place) or {}
        lowest = since // SECOND
        for one in words_of(self._source, brand):
            before = done.get(one.key, self._clock() // SECOND)
            while before > lowest:
                limits = {"sort": "creation", "order": "desc", "max": str(before)}
                page = await self._exchange.ask(
                    "search/excerpts", one.site, {**_search(one), **limits, "min": str(lowest)}
                )
                stubs, bad = _stubs(page.items)
                whole = await self._whole(one.site, stubs)
                born = [stub.created_at for stub in stubs if stub.created_at]
                lower = min([before, *born]) if page.more else lowest
                before = lower if lower < before else before - 1
                done[one.key] = before
                yield Batch(
                    posts=self._settled(whole.posts),
                    bad=(*bad, *whole.bad),
                    fetched=len(page.items),
                    cursor=write_marks(done),
                )

    async def _begin(self, place: Place, marks: dict[str, int]) -> AsyncGenerator[Batch, None]:
        """Yield the newest page of a place that was never read."""
        parameters = {**_search(place), "sort": "activity", "order": "desc"}
        page = await self._exchange.ask(_method(place), place.site, parameters)
        stubs, bad = _stubs(page.items)
        whole = await self._whole(place.site, stubs)
        marks[place.key] = max((stub.active_at for stub in stubs), default=0)
        posts = self._settled(whole.posts)
        yield Batch(
            posts=self._handed_on.news(posts, first=True),
            bad=self._handed_on.letters((*bad, *whole.bad)),
            fetched=len(page.items),
            cursor=write_marks(marks),
        )

    async def _walk(self, place: Place, marks: dict[str, int]) -> AsyncGenerator[Batch, None]:
        """Yield what was active since the mark of a place, oldest first."""
        low, number = max(0, marks[place.key] - OVERLAP), 1
        for _ in range(MOST_PAGES):
            page = await self._exchange.ask(
                _method(place),
                place.site,
                {
                    **_search(place),
                    "sort": "activity",
                    "order": "asc",
                    "min": str(low),
                    "page": str(number),
                },
            )
            stubs, unread = _stubs(page.items)
            fresh = [s for s in stubs if self._seen.get(s.native_id(place.site)) != s.active_at]
            whole = await self._whole(place.site, fresh)
            newest = max((stub.active_at for stub in stubs), default=low)
            moved = newest > marks[place.key]
            marks[place.key] = max(marks[place.key], newest)
            news = self._handed_on.news(self._settled(whole.posts))
            bad = self._handed_on.letters((*unread, *whole.bad))
            if news or bad or moved:
                behind = self._clock() / SECOND - newest if page.more else 0.0
                yield Batch(
                    posts=news,
                    bad=bad,
                    fetched=len(page.items),
                    cursor=write_marks(marks),
                    lag=max(0.0, behind),
                )
            for stub in fresh:
                self._seen.put(stub.native_id(place.site), stub.active_at)
            if not page.more:
                return
            # Many posts of one second are all that page numbers are needed for.
            low, number = (newest, 1) if newest > low else (low, number + 1)

    async def _whole(self, site: str, stubs: Iterable[Stub]) -> _Whole:
        """Fetch what was found: a hit has no author, and only a piece of the text."""
        stubs = tuple(stubs)
        questions = sorted({stub.question for stub in stubs if stub.answer is None})
        answers = sorted({stub.answer for stub in stubs if stub.answer is not None})
        records: list[tuple[str, object]] = []
        for kind, ids in (("questions", questions), ("answers", answers)):
            if ids:
                names = ";".join(map(str, ids))
                asked = {"filter": "withbody", "pagesize": str(PER_PAGE)}
                page = await self._exchange.ask(f"{kind}/{names}", site, asked)
                records += [(kind, record) for record in page.items]
        posts: dict[str, Post] = {}
        bad: list[BadRecord] = []
        for kind, record in records:
            try:
                read = read_question if kind == "questions" else read_answer
                post = read(record, site)
                posts[post.native_id] = post
            except UnreadableError as fault:
                bad.append(bad_record(record, fault))
        order = [native_id(site, stub.question, answer=stub.answer) for stub in stubs]
        found = dict.fromkeys(one for one in order if one in posts)
        return _Whole(tuple(posts[one] for one in found), tuple(bad))

    def _settled(self, posts: Iterable[Post]) -> tuple[Post, ...]:
        """Mark what answers a post of ours, as far as ours are known."""
        posts = tuple(posts)
        self._relevance.learn(posts)
        return tuple(self._relevance.addressed(post) for post in posts)


def _method(place: Place) -> str:
    return f"users/{';'.join(place.users)}/{place.kind}" if place.users else "search/excerpts"


def _search(place: Place) -> dict[str, str]:
    asked = {"pagesize": str(PER_PAGE)}
    return asked if place.users else {**asked, "q": place.words}


def _stubs(records: Iterable[object]) -> tuple[list[Stub], tuple[BadRecord, ...]]:
    stubs: list[Stub] = []
    bad: list[BadRecord] = []
    for record in records:
        try:
            stubs.append(read_stub(record))
        except UnreadableError as fault:
            bad.append(bad_record(record, fault))
    return stubs, tuple(bad)
