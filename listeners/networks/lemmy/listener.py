"""Lemmy: searches, communities, accounts and what is sent to ours, on instances of 0.19 and 1.0.

Posts are federated: the same one is read on many instances, and is one by its ``ap_id``. See the
``lemmy_*`` files beside this one for each part.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import HOUR, Batch, Deletion, Micros, Sentence, SourceState
from listeners.networks.answering import Answering
from listeners.networks.contract import Capability
from listeners.networks.lemmy.decode import NETWORK, TITLE
from listeners.networks.lemmy.places import PAGE, Place, places_of, searches_of
from listeners.networks.lemmy.reader import Reader
from listeners.networks.lemmy.reply import Replier
from listeners.networks.lemmy.server import LemmyServer, RefusedError
from listeners.networks.lemmy.threads import Threads
from listeners.networks.searching import lost_place, read_marks
from listeners.networks.walking import Depth, Sheet, Walker

REFUSED_FOR = HOUR
"""How long a place that we thought of ourselves is left alone after a refusal."""
HISTORY_PAGES = 40
_SHARE = 0.5
"""The part of an instance's searches that one source takes."""

_MISSING = Sentence(
    "There were more new posts on this Lemmy instance than hubbub reads back through at once. The "
    "newest are stored; older ones of this stretch may be missing."
)
_log = logging.getLogger(__name__)


class LemmyListener(Answering):
    """One configured instance: ``base_url`` is its address, lemmy.world where there is none.

    ``what`` is empty (from the brands' queries), words, ``c/NAME@INSTANCE`` or
    ``u/NAME@INSTANCE``. The token is that of a log-in. ``ours``: the community is our own, and
    who begins a thread there speaks to us.
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
        gapless=True,
        works_without_key=True,
        interval=120.0,
        min_interval=30.0,
        needs=Sentence(
            "The address of a Lemmy instance as base_url; without one it listens on lemmy.world."
        ),
        steps=(
            Sentence("To answer, make an account on the instance, or use the brand's own."),
            Sentence(
                "Log in there in a browser, open its developer tools, and copy the cookie named "
                "jwt: that is this source's token. Logging out there ends it."
            ),
        ),
        limits=(
            Sentence(
                "An instance knows what its members follow, and no more: a large one hears most."
            ),
            Sentence("Private messages are not read, and there is nothing that pushes."),
        ),
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._source = source
        self._brands = [b for b in brands if not source.brand or b.name == source.brand]
        self._clock = clock
        self._server = LemmyServer(fetch, source, clock)
        self._reader = Reader(self._server)
        self._walker = Walker(source, self._brands, clock, Depth(missing=_MISSING, most=40))
        self._threads = Threads(self._reader, self._walker)
        self.voice = Replier(self._server, self._reader)
        self._refused: dict[str, Micros] = {}
        self._pages: dict[str, Sheet] = {}
        self._searches = 0

    @property
    def next_interval(self) -> float | None:
        """Seconds between two polls, so that searching leaves others their share of the limit."""
        site = self._server.known
        if site is None or not self._searches:
            return None
        allowed = site.searches * _SHARE / site.within
        return max(self.capability.interval, self._searches / allowed)

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield what is new in every place, oldest first within each, and what vanished there.

        Raises:
            SourceError: the instance refused a place the user asked for, or cannot be read.
        """
        marks = read_marks(cursor)
        if marks is None:
            yield Batch(gap=lost_place(self._clock()))
            marks = {}
        for place in await self._places():
            since = self._refused.get(place.key)
            if since is not None and 0 <= self._clock() - since < REFUSED_FOR:
                continue
            try:
                async with aclosing(self._read(place, marks)) as batches:
                    async for batch in batches:
                        yield batch
            except RefusedError as error:
                if not place.optional or error.state is SourceState.RATE_LIMITED:
                    raise
                self._refused[place.key] = self._clock()
                _log.info("the instance does not show us %s (%s)", place.kind, error.status)

    def stream(self, cursor: str | None) -> None:
        """Lemmy pushes to nobody."""
        return

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return the threads around these posts; see ``lemmy_threads``.

        Raises:
            SourceError: the instance could not be asked, or asks us to wait.
        """
        return await self._threads.fetch(native_ids)

    async def history(
        self, brand: BrandConfig, since: Micros, place: str | None
    ) -> AsyncGenerator[Batch, None]:
        """Yield what the instance still has of a brand, newest first; see ``Historical``.

        Raises:
            SourceError: as ``poll``.
        """
        places = self._past(brand)
        number, after = _read_place(place)
        while number < len(places):
            for _ in range(HISTORY_PAGES):
                sheet = await self._reader.page(places[number], after or None)
                last = sheet.last_at
                after = sheet.after or ""
                ended = not (after and sheet.fetched) or (last is not None and last < since)
                posts = [p for p in sheet.posts if (p.created_at or since) >= since]
                then = (number + 1, "") if ended else (number, after)
                yield Batch(
                    posts=tuple(self._walker.settled(posts)),
                    bad=sheet.bad,
                    fetched=sheet.fetched,
                    cursor=json.dumps({"list": then[0], "after": then[1]}),
                )
                if ended:
                    break
            number, after = number + 1, ""

    async def _places(self) -> tuple[Place, ...]:
        site = await self._server.site()
        if site.account:
            self._walker.own.add(site.account)
        places = places_of(
            self._source, self._brands, host=self._server.name, username=site.username
        )
        self._searches = sum(place.kind == "search" for place in places)
        return places

    async def _read(self, place: Place, marks: dict[str, int]) -> AsyncGenerator[Batch, None]:
        newest: list[Sheet] = []

        async def ask(after: str | None) -> Sheet:
            sheet = await self._reader.page(place, after)
            if after is None:
                newest[:] = [sheet]
            return sheet

        ours = place.kind == "community" and self._source.options.get("ours") is True
        async with aclosing(self._walker.batches(place.key, ask, marks, ours=ours)) as batches:
            async for batch in batches:
                self._threads.learn(batch.posts)
                yield batch
        before = self._pages.get(place.key)
        if newest:
            gone = await self._vanished(before, newest[0]) if before is not None else []
            self._pages[place.key] = newest[0]
            if gone:
                batch = Batch(deletions=tuple(gone), fetched=len(gone))
                yield batch
                self._walker.stored(batch)

    async def _vanished(self, before: Sheet, now: Sheet) -> list[Deletion]:
        """Return what is gone of a place's newest page: nothing but a deletion takes a post from
        between others that stay. What old age pushed off stood below them all."""
        floor = now.last_at if now.fetched >= PAGE else 0
        there = {post.native_id for post in now.posts} | {one.native_id for one in now.deletions}
        missing = [
            post.native_id
            for post in before.posts
            if post.native_id not in there and (post.created_at or 0) > (floor or 0)
        ]
        return await self._threads.gone(missing)

    def _past(self, brand: BrandConfig) -> tuple[Place, ...]:
        """Return the lists of a brand's past: all of the source's community, or searches."""
        listened = places_of(self._source, [brand], host=self._server.name)
        named = tuple(one for one in listened if one.kind != "search" and not one.optional)
        return named or searches_of(self._source, [brand])


def _read_place(place: str | None) -> tuple[int, str]:
    """Return where a reading of the past goes on; an illegible place is its beginning."""
    try:
        held = json.loads(place or "{}")
        return max(0, int(held.get("list", 0))), str(held.get("after", ""))
    except (ValueError, TypeError, AttributeError):
        return 0, ""
