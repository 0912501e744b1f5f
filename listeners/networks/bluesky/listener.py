"""Bluesky: the whole network's posts by Jetstream, read for what concerns us.

One socket brings every public post; what matches a brand, addresses, quotes or answers one, or is
written by one comes out, as do deletions. The AppView is asked for what the stream has not: names
of authors, threads, what was said while the stream had forgotten it, notifications.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import (
    HOUR,
    MINUTE,
    Batch,
    Gap,
    Micros,
    Post,
    Sentence,
    SourceState,
)
from listeners.networks.answering import Answering
from listeners.networks.bluesky import words
from listeners.networks.bluesky.accounts import Accounts, Profiles
from listeners.networks.bluesky.api import BlueskyApi
from listeners.networks.bluesky.cursor import Cursor, read_cursor
from listeners.networks.bluesky.gap import LOST_PLACE, Backfill
from listeners.networks.bluesky.harvest import Harvest
from listeners.networks.bluesky.jetstream import Jetstream, Stream
from listeners.networks.bluesky.past import past_of
from listeners.networks.bluesky.record import NETWORK
from listeners.networks.bluesky.reply import BlueskyVoice
from listeners.networks.bluesky.sieve import Sieve
from listeners.networks.contract import Capability, SourceError
from listeners.query import QuerySyntaxError

SINCE = 1.0
"""Hours read back on the first run unless ``since`` says otherwise: 160 MB; Jetstream keeps 36."""
GAP_FROM = MINUTE
"""A first event later than this after our place means that the server had forgotten some."""
QUIET = 3.0
"""Seconds of silence that count as having reached the present."""
AT_ONCE = 200
_FLUSH = 0.25
_STEP = 3.0
_HEALTHY = 60.0
_LOOK_EVERY = 60.0
_MOST_HOURS = 24 * 365

_log = logging.getLogger(__name__)


class BlueskyListener(Answering):
    """One configured Bluesky source.

    ``what`` may hold a query of its own; what it finds is stored even if no brand matches.
    Options: ``since`` (hours), ``protocol``, ``watch = "own"`` (our accounts alone), ``appview``,
    ``pds``, ``identifier``, ``session_file`` (keeps the session over restarts, in this file). The
    token is an app password.
    """

    capability = Capability(
        network=NETWORK,
        title="Bluesky",
        search=True,
        stream=True,
        thread=True,
        own_posts=True,
        reply=True,
        delete_reply=True,
        edits=True,
        deletions=True,
        reach=True,
        history=True,
        gapless=True,
        works_without_key=True,
        interval=60.0,
        min_interval=10.0,
        steps=words.STEPS,
        limits=words.LIMITS,
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._source = source
        self._clock = clock
        mine = [brand for brand in brands if not source.brand or brand.name == source.brand]
        spelled = [handle for brand in mine for handle in brand.handles.get(NETWORK, ())]
        self._refused: QuerySyntaxError | None = None
        self._sieve = Sieve(source.key, mine)
        try:
            self._sieve.watch(source.what)
        except QuerySyntaxError as error:
            self._refused = error
        self._api = BlueskyApi(fetch, source, spelled[0] if spelled else "")
        self._accounts = Accounts(self._api, spelled)
        self._profiles = Profiles(self._api)
        self.voice = BlueskyVoice(self._api)
        self._jetstream = Jetstream(source, clock)
        nameless = not any(b.query.strip() or b.names or b.name.strip() for b in mine)
        self._only_own = source.options.get("watch") == "own" or (
            nameless and not source.what.strip()
        )
        self._place = Cursor()
        self._lost = False
        self._looked: float | None = None

    @property
    def known(self) -> Callable[[str], bool] | None:
        """Whether the store has a post (at-uri), or anything of an author (DID).

        Set by whoever owns the store. Without it every deletion of the network is passed on, and
        answers in our threads are recognised as far as this process has heard the thread.
        """
        return self._sieve.known

    @known.setter
    def known(self, known: Callable[[str], bool] | None) -> None:
        self._sieve.known = known

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield what was said from ``cursor`` up to now; the first time, of the last hours.

        Raises:
            SourceError: no server answers, it broke off, or the token is not accepted.
        """
        await self._begin(cursor)
        async with aclosing(self._listen(to_present=True)) as batches:
            async for batch in batches:
                yield batch
        async with aclosing(self._notified(tell_all=True)) as batches:
            async for batch in batches:
                yield batch

    def history(
        self, brand: BrandConfig, since: Micros, place: str | None
    ) -> AsyncGenerator[Batch, None]:
        """Yield what Bluesky's search still finds, newest first.

        Raises:
            SourceError: the search cannot be asked: it wants an account that is signed in.
        """
        return past_of(self._api, self._sieve, brand, since, place)

    def stream(self, cursor: str | None) -> AsyncIterator[Batch] | None:
        """Yield what is said, as it is said."""
        return self._stream(cursor)

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return the posts around these ones; empty where nobody can be asked.

        Raises:
            SourceError: the AppView does not answer.
        """
        posts: dict[str, Post] = {}
        if self._api.available:
            for uri in native_ids:
                found = await self._api.thread(uri)
                for post in found.posts if found is not None else ():
                    posts[post.native_id] = self._sieve.adopt(post)
        # A view of a post shows its author's name, but not how many follow them.
        told = await self._profiles.complete(tuple(posts.values()))
        return Batch(posts=told, fetched=len(posts))

    async def _stream(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        await self._begin(cursor)
        while True:
            opened = time.monotonic()
            try:
                async with aclosing(self._listen(to_present=False)) as batches:
                    async for batch in batches:
                        yield batch
            except SourceError:
                # A server that restarts after long service is no trouble to speak of.
                if time.monotonic() - opened < _HEALTHY:
                    raise

    async def _begin(self, cursor: str | None) -> None:
        if self._refused is not None:
            raise SourceError(SourceState.FAILING, self._refused.sentence)
        place = read_cursor(cursor)
        now = self._clock()
        self._lost = place is None or place.time_us > now + GAP_FROM
        self._place = Cursor() if place is None or self._lost else place
        accounts = await self._accounts.learn(self._place.accounts)
        self._place = self._place.knowing(accounts)
        self._sieve.own(self._accounts.ours)

    # --- the stream ----------------------------------------------------------------------------

    async def _listen(self, *, to_present: bool) -> AsyncGenerator[Batch, None]:
        start = self._place
        if start.at is None:
            start = start.moved_to(max(self._clock() - self._since(), 0))
        dids = tuple(self._accounts.ours) if self._only_own else ()
        async with self._jetstream.open(start, dids) as stream:
            harvest = Harvest(self._sieve, self._place, stream.host)
            try:
                async with aclosing(self._read(stream, harvest, start, to_present)) as batches:
                    async for batch in batches:
                        yield batch
            except SourceError:
                self._jetstream.try_another()
                raise

    async def _read(
        self, stream: Stream, harvest: Harvest, start: Cursor, to_present: bool
    ) -> AsyncGenerator[Batch, None]:
        present = self._clock()
        flushed = heard = time.monotonic()
        checked = False
        failure: SourceError | None = None
        while failure is None:
            try:
                messages = await stream.socket.receive(AT_ONCE, _FLUSH)
            except SourceError as error:
                failure = error
                messages = []
            for message in messages:
                harvest.take(message)
            # Messages that already wait are received without a pause: let others have a turn.
            await asyncio.sleep(0)
            now = time.monotonic()
            heard = now if messages else heard
            if harvest.first is not None and not checked:
                checked = True
                async with aclosing(self._check_gap(stream, harvest, start)) as found:
                    async for batch in found:
                        yield batch
            if harvest.failed:
                failure = _ended_by_server(stream.host, harvest.failed)
            reached = (harvest.newest or 0) >= present or now - heard >= QUIET
            ended = stream.socket.closed or failure is not None or (to_present and reached)
            something = harvest.heard > 0 or harvest.count > 0
            waiting = (_FLUSH if harvest.count else _STEP) <= now - flushed
            if ended or harvest.count >= AT_ONCE or (waiting and something):
                flushed = now
                if something:
                    yield await self._hand_over(harvest)
            if not to_present and self._api.signed_in and self._is_time_to_look():
                async with aclosing(self._notified(tell_all=False)) as found:
                    async for batch in found:
                        yield batch
                harvest.notified(self._place.notified)
            if ended:
                break
        if failure is not None:
            raise failure
        if not to_present:
            raise _ended_by_server(stream.host, "1000")

    async def _hand_over(self, harvest: Harvest) -> Batch:
        posts = await self._profiles.complete(harvest.posts())
        self._place = harvest.place
        return harvest.batch(self._clock(), posts)

    async def _check_gap(
        self, stream: Stream, harvest: Harvest, start: Cursor
    ) -> AsyncGenerator[Batch, None]:
        """Notice that the stream begins too late, search for what is missing, and say so."""
        begins = harvest.first.at if harvest.first is not None else None
        if begins is None or start.at is None:
            return
        if self._lost:
            self._lost = False
            harvest.miss(Gap(None, begins, LOST_PLACE))
            return
        forgot = stream.forgot or "OutdatedCursor" in harvest.notices
        # The stream of a few accounts is silent for hours without anything being lost.
        late = not self._only_own and begins > start.at + GAP_FROM
        if self._place.at is None or begins <= start.at or not (late or forgot):
            return
        backfill = Backfill(self._api, self._sieve, stream.host, start.at, begins)
        async with aclosing(backfill.batches()) as batches:
            async for batch in batches:
                yield replace(batch, posts=await self._profiles.complete(batch.posts))
        harvest.miss(backfill.gap)

    # --- notifications -------------------------------------------------------------------------

    def _is_time_to_look(self) -> bool:
        return self._looked is None or time.monotonic() - self._looked >= _LOOK_EVERY

    async def _notified(self, *, tell_all: bool) -> AsyncGenerator[Batch, None]:
        """Yield what Bluesky itself says was addressed to us: the safety net under the stream."""
        if not self._api.signed_in:
            return
        self._looked = time.monotonic()
        newest = known = self._place.notified
        posts: dict[str, Post] = {}
        try:
            async with aclosing(self._api.notifications(known)) as pages:
                async for found, latest in pages:
                    newest = max(newest, latest)
                    for post in found.posts:
                        posts.setdefault(post.native_id, self._sieve.adopt(post))
        except SourceError as error:
            if tell_all and error.state is SourceState.NEEDS_TOKEN:
                raise
            _log.info("the notifications could not be read: %s", error)
            return
        if not posts and newest == known:
            return
        self._place = self._place.notified_until(newest)
        yield Batch(
            posts=await self._profiles.complete(tuple(reversed(posts.values()))),
            cursor=str(self._place) if self._place.at is not None else None,
            fetched=len(posts),
        )

    def _since(self) -> int:
        hours = self._source.options.get("since", SINCE)
        if not isinstance(hours, (int, float)) or not 0 <= hours <= _MOST_HOURS:
            hours = SINCE
        return int(hours * HOUR)


def _ended_by_server(host: str, reason: str) -> SourceError:
    return SourceError(
        SourceState.FAILING,
        Sentence(
            "{host} ended the stream ({reason}). hubbub connects again and goes on from the same "
            "place.",
            {"host": host, "reason": reason[:60]},
        ),
    )
