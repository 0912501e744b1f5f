"""Matrix: what is said in the rooms an account is in, as it is said, and answers to it.

Wire format: spec.matrix.org, client-server API; see the ``matrix_*`` files beside this one for
each part. One token names a place in all rooms; what the server leaves out of an answer is read
page by page, down to the newest event that was handed on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import (
    HOUR,
    BadRecord,
    Batch,
    Deletion,
    Gap,
    Micros,
    Post,
    Sentence,
    SourceState,
)
from listeners.networks.answering import Answering
from listeners.networks.contract import Capability, SourceError
from listeners.networks.matrix import words
from listeners.networks.matrix.cursor import Place, read_cursor, write_cursor
from listeners.networks.matrix.event import (
    NETWORK,
    Message,
    Redacted,
    UnreadableError,
    bad_record,
    read_event,
)
from listeners.networks.matrix.harvest import Harvester
from listeners.networks.matrix.reader import LostPlaceError, Reader
from listeners.networks.matrix.reply import Replies
from listeners.networks.matrix.rooms import Rooms
from listeners.networks.matrix.search import Search
from listeners.networks.matrix.server import MatrixServer, no_token, segment
from listeners.networks.matrix.sync import News
from listeners.networks.past import PastPage, walk_down
from listeners.networks.searching import MOST_SEARCHES
from listeners.query import QuerySyntaxError, push_down, query_for_brand

WAIT = 30.0
"""Seconds the server may wait for something new before it answers that there is nothing."""
LOOK_AGAIN = HOUR
"""How often the rooms are looked at again while streaming: an invitation may have come."""
MOST_THREADS = 20
TITLE = "Matrix"
_SEARCH = "search:"
_HASTY = 1.0
_LONGEST_REST = 30.0

_LOST_PLACE = Sentence(
    "The place up to which this source was read could not be understood. hubbub begins again at "
    "the newest posts; what came in between may be missing."
)


class MatrixListener(Answering):
    """One configured Matrix source. See ``matrix_rooms`` for what ``what`` may be.

    ``base_url`` is the homeserver's address, or its name alone (``kerlann.example``).
    Options: ``join`` lets it join the rooms of ``what``; ``ours`` says that they are the brand's
    own rooms, where everything that is not an answer to somebody else is said to us.
    """

    capability = Capability(
        network=NETWORK,
        title=TITLE,
        stream=True,
        thread=True,
        own_posts=True,
        reply=True,
        delete_reply=True,
        edits=True,
        deletions=True,
        history=True,
        gapless=True,
        needs_token=True,
        interval=60.0,
        min_interval=20.0,
        needs=words.NEEDS,
        steps=words.STEPS,
        limits=words.LIMITS,
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._clock = clock
        self._all_of_it = source.options.get("ours") is True
        self._server = MatrixServer(fetch, source)
        self._rooms = Rooms(self._server, source)
        self._harvester = Harvester(source, self._server, self._rooms, clock)
        self._reader = Reader(self._server, self._rooms, self._harvester, clock)
        self.voice = Replies(self._server, self._rooms, self._harvester)
        self._search = Search(self._server, self._rooms, self._harvester)
        self._looked_at: Micros | None = None

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield what was said since the cursor; at first a stretch of every room's history.

        Raises:
            SourceError: the server refuses us or cannot be read, or no room can be heard.
        """
        place = read_cursor(cursor)
        if place is None:
            yield Batch(gap=Gap(None, self._clock(), _LOST_PLACE))
            place = Place()
        token = await self._look()
        if not place.since:
            self._begin(place, token)
        async with aclosing(self._tell(place)) as told:
            async for batch in told:
                yield batch
        async with aclosing(self._reader.history(place)) as batches:
            async for batch in batches:
                yield batch
        before = write_cursor(place)
        async with aclosing(self._round(place, 0.0)) as batches:
            async for batch in batches:
                if batch.fetched or batch.gap or batch.cursor != before:
                    yield batch

    async def history(
        self, brand: BrandConfig, since: Micros, place: str | None
    ) -> AsyncGenerator[Batch, None]:
        """Yield what was said in every room before, as far as the server shows it to the account.

        In our own rooms and in private ones everything; in others, where the server can search
        them, what it finds of the brand.

        Raises:
            SourceError: the server refuses us or cannot be read, or no room can be heard.
        """
        now = await self._look()
        rooms = [name for name in self._rooms.wanted if not self._rooms[name].encrypted]
        wide = [] if self._all_of_it else [one for one in rooms if not self._rooms[one].private]
        terms = _searches(brand) if wide else ()
        searched = bool(terms) and await self._search.is_offered(wide, terms[0])
        left = [one for one in rooms if not (searched and one in wide)]
        keys = [*(f"{_SEARCH}{one}" for one in terms if searched), *left]

        async def ask(room_id: str, position: str) -> PastPage | None:
            if room_id.startswith(_SEARCH):
                return await self._search.page(wide, room_id.removeprefix(_SEARCH), position)
            found, below, oldest = await self._reader.older(room_id, position or now)
            posts = tuple(found.posts.values())
            return PastPage(
                posts=posts,
                bad=tuple(found.bad),
                fetched=found.fetched,
                below=below,
                oldest=oldest,
            )

        async with aclosing(walk_down(keys, place, since, ask)) as batches:
            async for batch in batches:
                yield batch

    def stream(self, cursor: str | None) -> AsyncGenerator[Batch, None] | None:
        """Yield what is said as it is said: the server keeps the question until there is news."""
        place = read_cursor(cursor)
        return None if place is None or not place.since else self._stream(place)

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return these messages, what they answer, and the threads they are in.

        Raises:
            SourceError: the server could not be asked, or asks us to wait.
        """
        if not self._rooms.joined():
            await self._look()
        posts: dict[str, Post] = {}
        gone: list[Deletion] = []
        bad: list[BadRecord] = []
        for event_id in list(dict.fromkeys(native_ids))[:MOST_THREADS]:
            found = await self._harvester.find(event_id)
            if found is None:
                continue
            room_id, message = found
            if isinstance(message, Redacted):
                gone.append(Deletion(NETWORK, event_id))
                continue
            root = message.thread or message.answers or None
            posts[event_id] = await self._harvester.around(room_id, message, root)
            for name in dict.fromkeys((message.thread, message.answers)):
                above = await self._harvester.look_up(room_id, name) if name else None
                if isinstance(above, Message):
                    posts[name] = await self._harvester.around(room_id, above, root)
            if message.thread:
                for record in await self._in_thread(room_id, message.thread):
                    try:
                        event = read_event(record)
                    except UnreadableError as fault:
                        bad.append(bad_record(record, fault))
                        continue
                    if isinstance(event, Message) and not event.replaces:
                        post = await self._harvester.around(room_id, event, message.thread)
                        posts[event.event_id] = post
        ordered = sorted(posts.values(), key=lambda post: post.created_at or 0)
        fetched = len(posts) + len(gone) + len(bad)
        return Batch(posts=tuple(ordered), deletions=tuple(gone), bad=tuple(bad), fetched=fetched)

    # --- rounds --------------------------------------------------------------------------------

    async def _look(self) -> str:
        if not self._server.signed_in:
            raise SourceError(SourceState.NEEDS_TOKEN, no_token(self._server.name))
        await self._server.me()
        token = await self._rooms.look()
        self._looked_at = self._clock()
        return token

    def _begin(self, place: Place, token: str) -> None:
        """Set the place to now, with all that was said before still to be read."""
        place.since = token
        place.todo = [name for name in self._rooms.wanted if not self._rooms[name].encrypted]

    async def _tell(self, place: Place) -> AsyncGenerator[Batch, None]:
        """Yield a gap where rooms are listened to in vain and the person was not told yet."""
        unreadable = self._rooms.unreadable()
        news = set(unreadable) - set(place.told)
        place.told = unreadable
        if news:
            why = self._rooms.why_unreadable()
            yield Batch(gap=Gap(self._clock(), None, why), cursor=write_cursor(place))

    async def _round(self, place: Place, wait: float) -> AsyncGenerator[Batch, None]:
        try:
            news = await self._reader.ask(place, wait)
        except LostPlaceError:
            # What was handed on last is known room by room, so it is read down to there.
            self._begin(place, await self._look())
            async with aclosing(self._reader.history(place)) as batches:
                async for batch in batches:
                    yield batch
            news = await self._asked_anew(place)
        if self._rooms.asks_for(news.invited) or news.left & set(self._rooms.wanted):
            self._looked_at = None
        async with aclosing(self._reader.take(news, place)) as batches:
            async for batch in batches:
                yield batch
        async with aclosing(self._tell(place)) as told:
            async for batch in told:
                yield batch

    async def _asked_anew(self, place: Place) -> News:
        try:
            return await self._reader.ask(place, 0.0)
        except LostPlaceError as error:
            raise self._server.misunderstood() from error

    async def _stream(self, place: Place) -> AsyncGenerator[Batch, None]:
        loop = asyncio.get_running_loop()
        rest = _HASTY
        while True:
            looked = self._looked_at
            if looked is None or not 0 <= self._clock() - looked < LOOK_AGAIN:
                await self._look()
            began, heard = loop.time(), 0
            async with aclosing(self._round(place, WAIT)) as batches:
                async for batch in batches:
                    heard += batch.fetched
                    yield batch
            # A server that does not wait must not be hammered.
            hasty = not heard and loop.time() - began < _HASTY
            rest = min(2 * rest, _LONGEST_REST) if hasty else _HASTY
            if hasty:
                await asyncio.sleep(rest)

    async def _in_thread(self, room_id: str, root: str) -> tuple[object, ...]:
        path = f"/rooms/{segment(room_id)}/relations/{segment(root)}/m.thread"
        body = await self._server.lookup(path, {"limit": 100}, api="/_matrix/client/v1")
        chunk = (body or {}).get("chunk")
        return tuple(chunk) if isinstance(chunk, list) else ()


def _searches(brand: BrandConfig) -> tuple[str, ...]:
    """Return the few searches that find all of a brand; none where only reading does."""
    try:
        found = push_down(query_for_brand(brand), "generic")
    except QuerySyntaxError:
        return ()  # whoever loads the configuration tells the user
    return found if len(found) <= MOST_SEARCHES else ()
