"""GitHub: issues, their comments and discussions, in repositories or found by search.

Wire format: docs.github.com/rest and /graphql; see the ``github_*`` files beside this one.
Limits: 60 requests an hour without a token and 5,000 with one; 10 or 30 searches a minute.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import HOUR, SECOND, Batch, Micros
from listeners.networks.answering import Answering
from listeners.networks.contract import Capability
from listeners.networks.github import words
from listeners.networks.github.decode import Found
from listeners.networks.github.discussions import Discussions
from listeners.networks.github.harvest import Harvester
from listeners.networks.github.notified import Notifications
from listeners.networks.github.places import CURSOR, PER_PAGE, Place, places_of
from listeners.networks.github.reader import Page, Reader
from listeners.networks.github.reply import Replier
from listeners.networks.github.server import GitHubServer, RefusedError
from listeners.networks.github.threads import Threads
from listeners.networks.github.web import NETWORK, TITLE, Web
from listeners.networks.harvest import HISTORY
from listeners.networks.past import PastPage, walk_down
from listeners.networks.searching import lost_place, read_marks, write_marks

REFUSED_FOR = HOUR
"""How long a place that we thought of ourselves is left alone after a refusal."""

FIRST_TALKS = 10
"""Issues whose comments a search's first reading asks for: an hour allows 60 without a token."""


class GitHubListener(Answering):
    """One configured GitHub source: ``what`` is ``OWNER/NAME`` (several by comma), words to
    search for, or empty (the brands' queries).

    Without a token it reads issues and their comments; with one discussions too, and it answers;
    with a classic token and an empty ``what`` also the threads its account is notified of.
    Pull requests, with the remarks on their code, come with ``pull_requests = true``. What
    outsiders write is to us in a repository whose owner is one of our handles, or anywhere with
    ``ours = true``. ``base_url`` is the API of a GitHub Enterprise:
    ``https://github.example/api/v3``.
    """

    capability = Capability(
        network=NETWORK,
        title=TITLE,
        search=True,
        thread=True,
        own_posts=True,
        reply=True,
        delete_reply=True,
        edits=True,
        deletions=True,
        history=True,
        works_without_key=True,
        interval=120.0,
        min_interval=60.0,
        steps=words.STEPS,
        limits=words.LIMITS,
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._source = source
        self._brands = [b for b in brands if not source.brand or b.name == source.brand]
        self._clock = clock
        handles = [handle for b in self._brands for handle in b.handles.get(NETWORK, ())]
        self._web = Web(source, handles)
        self._server = GitHubServer(fetch, source, self._web, clock)
        self._discussions = Discussions(self._server)
        self._reader = Reader(self._server, self._discussions, clock)
        self._harvester = Harvester(source, self._brands, self._web, clock)
        self._threads = Threads(self._server, self._reader, self._discussions, self._harvester)
        self._notifications = Notifications(self._server, clock)
        self._refused: dict[str, Micros] = {}
        self.voice = Replier(self._server, self._reader, self._discussions)

    @property
    def next_interval(self) -> float | None:
        """Seconds until GitHub wants to be asked again at the earliest, where it says so."""
        asked = self._server.poll_interval
        return None if asked is None else max(asked, self.capability.interval)

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield what changed in every place, oldest change first within each.

        Raises:
            SourceError: GitHub refused a place the user asked for, or cannot be read.
        """
        marks = read_marks(cursor, CURSOR)
        if marks is None:
            yield Batch(gap=lost_place(self._clock()))
            marks = {}
        for place in places_of(self._source, self._brands, signed_in=self._server.signed_in):
            refused_at = self._refused.get(place.key)
            if refused_at is not None and 0 <= self._clock() - refused_at < REFUSED_FOR:
                continue
            read = self._notified if place.kind == "notifications" else self._read
            try:
                async with aclosing(read(place, marks)) as batches:
                    async for batch in batches:
                        yield batch
            except RefusedError as error:
                if not place.optional or error.status not in (403, 404, 422):
                    raise
                self._refused[place.key] = self._clock()

    def history(
        self, brand: BrandConfig, since: Micros, place: str | None
    ) -> AsyncGenerator[Batch, None]:
        """Yield issues and comments by when they were written, and discussions.

        Raises:
            SourceError: GitHub refused a place the user asked for, or cannot be read.
        """
        found = places_of(self._source, [brand], signed_in=self._server.signed_in)
        places = {one.key: one for one in found if one.kind != "notifications"}

        async def ask(key: str, position: str) -> PastPage | None:
            begun = since // SECOND
            oldest: int | None = None
            try:
                if places[key].kind == "discussions":
                    records, below = await self._discussions.older(
                        places[key].word, begun, position or None
                    )
                else:
                    records, below, oldest = await self._reader.older(places[key], position, begun)
            except RefusedError as error:
                if not places[key].optional or error.status not in (403, 404, 422):
                    raise
                return None
            harvest = self._harvester.gather(records[::-1])
            return PastPage(
                posts=harvest.posts,
                bad=harvest.bad,
                fetched=len(records),
                below=below,
                oldest=None if oldest is None else Micros(oldest * SECOND),
            )

        return walk_down(list(places), place, since, ask)

    def stream(self, cursor: str | None) -> None:
        """GitHub pushes to servers that it can reach alone."""
        return

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return the issues and discussions around these posts; see ``github_threads``.

        Raises:
            SourceError: GitHub could not be asked, or asks us to wait.
        """
        return await self._threads.fetch(native_ids)

    async def _read(self, place: Place, marks: dict[str, int]) -> AsyncGenerator[Batch, None]:
        """Yield the batches of one place, each with the cursor that ``marks`` then make."""
        first = place.key not in marks
        async with aclosing(self._reader.read(place, marks.get(place.key))) as pages:
            async for page in pages:
                batch = await self._batch_of(place, page, first=first)
                moved = page.mark is not None and page.mark != marks.get(place.key)
                if page.mark is not None:
                    marks[place.key] = page.mark
                if moved or batch.posts or batch.bad or batch.gap:
                    yield replace(batch, cursor=write_marks(marks, CURSOR))
                    # Only here is the batch known to be stored.
                    self._harvester.handed_on(batch)
                self._reader.stored(place, page)

    async def _notified(self, place: Place, marks: dict[str, int]) -> AsyncGenerator[Batch, None]:
        """Yield what is new in the threads that GitHub tells this account of."""
        async with aclosing(self._notifications.since(marks.get(place.key))) as notified:
            async for told in notified:
                if self._harvester.pulls or "/pull/" not in told.thread:
                    batch = await self._threads.fetch([told.thread])
                    batch = replace(batch, posts=self._harvester.news(batch.posts))
                else:
                    batch = Batch()
                moved = told.at > marks.get(place.key, 0)
                marks[place.key] = max(told.at, marks.get(place.key, 0))
                if moved or batch.posts or batch.deletions or batch.bad:
                    yield replace(batch, cursor=write_marks(marks, CURSOR))
                    self._harvester.handed_on(batch)
        if place.key not in marks:
            marks[place.key] = self._clock() // SECOND
            yield Batch(cursor=write_marks(marks, CURSOR))

    async def _batch_of(self, place: Place, page: Page, *, first: bool) -> Batch:
        harvest = self._harvester.gather(page.records, first=first)
        posts, bad, fetched = harvest.posts, harvest.bad, len(page.records)
        if place.kind in ("search", "pulls"):
            # A search finds issues also by their comments, but does not show these.
            news = {post.native_id for post in posts}
            talked = [one for one in harvest.found if one.comments and one.post.native_id in news]
            for one in self._lately(talked) if first else talked:
                comments = await self._comments_of(one, page.since)
                below = self._harvester.gather(comments, first=first)
                posts, bad = posts + below.posts, bad + below.bad
                fetched += len(comments)
        behind = self._clock() / SECOND - page.mark if page.more and page.mark else 0.0
        return Batch(posts=posts, bad=bad, gap=page.gap, fetched=fetched, lag=max(0.0, behind))

    def _lately(self, found: Sequence[Found]) -> Sequence[Found]:
        """Return the newest of what a first reading found, as far as it is not history."""
        since = (self._clock() - HISTORY) // SECOND
        return [one for one in found if one.updated and one.updated > since][-FIRST_TALKS:]

    async def _comments_of(self, one: Found, since: int | None) -> tuple[object, ...]:
        """Return the comments of an issue: all where one request brings them, else the newer."""
        if one.comments <= PER_PAGE:
            since = None
        try:
            return await self._reader.comments(one.spot.path, one.spot.number, since)
        except RefusedError as error:
            if error.status not in (403, 404, 410):
                raise
            return ()
