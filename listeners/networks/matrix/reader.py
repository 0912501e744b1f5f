"""Reading a homeserver without a gap: what is new since a token, and what was left out of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from listeners.clock import Clock
from listeners.model import (
    MINUTE,
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
from listeners.networks.matrix.cursor import Mark, Place, write_cursor
from listeners.networks.matrix.event import event_id_of, time_of
from listeners.networks.matrix.harvest import Harvest, Harvester
from listeners.networks.matrix.rooms import Rooms
from listeners.networks.matrix.server import MatrixServer, RefusedError, segment
from listeners.networks.matrix.sync import (
    PER_PAGE,
    News,
    RoomNews,
    page_filter,
    read_news,
    read_page,
    sync_filter,
)

FIRST_PAGES = 2
"""Pages of a room's history that the first reading takes."""
MOST_PAGES = 20
"""Pages read back to close a gap in one room; beyond, the gap is told."""
AT_ONCE = 100
"""Events in one batch."""
CAP = 32 * 2**20
"""Bytes of one sync: it brings all rooms at once, and after a long absence every one has news."""
GRACE = 20.0
"""Seconds an answer may take beyond what the server was asked to wait."""
DOUBT = 2 * MINUTE
"""How long a server is asked again that left words out and then shows none, before it is believed:
it may leave out what this account must not see."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Events of one room, oldest first; ``whole`` says that nothing between is missing."""

    events: tuple[object, ...]
    whole: bool = True


@dataclass(slots=True)
class _Pending:
    """What is to be handed on with the next batch."""

    posts: dict[str, Post] = field(default_factory=dict)
    deletions: dict[str, Deletion] = field(default_factory=dict)
    bad: list[BadRecord] = field(default_factory=list)
    gap: Gap | None = None
    fetched: int = 0

    def add(self, found: Harvest) -> None:
        self.posts.update(found.posts)
        for name in found.deletions:
            self.posts.pop(name, None)
        self.deletions.update(found.deletions)
        self.bad += found.bad
        self.fetched += found.fetched

    @property
    def holds(self) -> bool:
        return bool(self.posts or self.deletions or self.bad or self.gap)

    def batch(self, place: Place) -> Batch:
        return Batch(
            posts=tuple(self.posts.values()),
            deletions=tuple(self.deletions.values()),
            bad=tuple(self.bad),
            gap=self.gap,
            cursor=write_cursor(place),
            fetched=self.fetched,
        )


class LostPlaceError(Exception):
    """The server does not know the token any more from which the reading was to go on."""


class Reader:
    """Reads one account's rooms. ``Place`` is moved as batches are made of what was read."""

    def __init__(
        self, server: MatrixServer, rooms: Rooms, harvester: Harvester, clock: Clock
    ) -> None:
        self._server = server
        self._rooms = rooms
        self._harvester = harvester
        self._clock = clock
        self._doubted: dict[str, Micros] = {}

    async def ask(self, place: Place, wait: float) -> News:
        """Return what is new since the place; the server may wait this many seconds for it.

        Raises:
            LostPlaceError: the server does not know this place.
            SourceError: it could not be asked, refuses us, or asks us to wait.
        """
        params: dict[str, str | int] = {
            "since": place.since,
            "filter": sync_filter(self._rooms.filtered),
            "timeout": int(wait * 1000),
            "set_presence": "offline",
        }
        try:
            body = await self._server.ask(
                "/sync", params, timeout=wait + GRACE, long_poll=wait > 0, cap=CAP
            )
        except RefusedError as error:
            if error.status == 400:
                raise LostPlaceError from error
            raise
        news = read_news(body)
        if news is None:
            raise self._server.misunderstood()
        self._rooms.learn(news)
        return news

    async def take(self, news: News, place: Place) -> AsyncGenerator[Batch, None]:
        """Yield what an answer brought, what it left out first; the last batch moves the token.

        Raises:
            SourceError: what was left out could not be read.
        """
        pending = _Pending()
        for room in news.rooms:
            if not self._rooms.hears(room.room_id):
                continue
            stretch = await self._since(room, place)
            if not stretch.whole:
                if pending.holds:
                    yield pending.batch(place)
                    pending = _Pending()
                pending.gap = self._gap(room.room_id, stretch, place)
            for start in range(0, len(stretch.events), AT_ONCE):
                await self._harvest(room.room_id, stretch.events[start:][:AT_ONCE], place, pending)
                if pending.fetched >= AT_ONCE:
                    yield pending.batch(place)
                    pending = _Pending()
        place.since = news.next_batch
        yield pending.batch(place)

    async def history(self, place: Place) -> AsyncGenerator[Batch, None]:
        """Yield what was said in the rooms still to do before the place, a bounded stretch each.

        Raises:
            SourceError: it could not be read.
        """
        for room_id in tuple(place.todo):
            mark = place.marks.get(room_id)
            pages = FIRST_PAGES if mark is None else MOST_PAGES
            stretch = await self._back(room_id, place.since, mark, pages)
            pending = _Pending()
            if mark is not None and not stretch.whole:
                pending.gap = self._gap(room_id, stretch, place)
            for start in range(0, len(stretch.events), AT_ONCE):
                if pending.fetched:
                    yield pending.batch(place)
                    pending = _Pending()
                events = stretch.events[start:][:AT_ONCE]
                await self._harvest(room_id, events, place, pending, first=mark is None)
            place.todo.remove(room_id)
            yield pending.batch(place)

    async def older(self, room_id: str, start: str) -> tuple[Harvest, str | None, Micros | None]:
        """Return what a room's page below a token holds, the token below it, its oldest time.

        Raises:
            SourceError: it could not be read.
        """
        params: dict[str, str | int] = {
            "dir": "b",
            "from": start,
            "limit": PER_PAGE,
            "filter": page_filter(),
        }
        try:
            body = await self._server.ask(f"/rooms/{segment(room_id)}/messages", params)
        except RefusedError as error:
            if not error.absent:
                raise
            return Harvest(mark=None), None, None
        page = read_page(body)
        if page is None:
            raise self._server.misunderstood()
        self._rooms.learn_members(room_id, page.state)
        times = [
            at
            for event in page.events
            if isinstance(event, dict) and (at := time_of(event.get("origin_server_ts")))
        ]
        found = await self._harvester.take(room_id, page.events[::-1], None, first=True)
        below = page.end if page.end and page.end != start else None
        return found, below, min(times, default=None)

    async def _harvest(
        self,
        room_id: str,
        events: Sequence[object],
        place: Place,
        pending: _Pending,
        *,
        first: bool = False,
    ) -> None:
        mark = place.marks.get(room_id)
        found = await self._harvester.take(room_id, events, mark, first=first)
        if found.mark is not None:
            place.mark(room_id, found.mark)
        pending.add(found)

    async def _since(self, room: RoomNews, place: Place) -> Stretch:
        """Return a room's events after those handed on, with what the answer left out."""
        mark = place.marks.get(room.room_id)
        names = [event_id_of(event) for event in room.events]
        if mark is not None and mark.event_id in names:
            return Stretch(room.events[names.index(mark.event_id) + 1 :])
        if not room.limited or self._rooms[room.room_id].encrypted:
            return Stretch(room.events)
        before = await self._back(room.room_id, room.before, mark, MOST_PAGES, place.since)
        if mark is not None:
            self._doubt(room.room_id, shown=bool(before.events))
        return Stretch((*before.events, *room.events), before.whole)

    async def _back(
        self, room_id: str, start: str, mark: Mark | None, pages: int, until: str = ""
    ) -> Stretch:
        """Read back from a token to the newest event handed on, or to the token ``until``."""
        found: list[object] = []
        token, whole = start, False
        for _ in range(pages):
            params: dict[str, str | int] = {
                "dir": "b",
                "from": token,
                "limit": PER_PAGE,
                "filter": page_filter(),
            }
            if until:
                params["to"] = until
            try:
                body = await self._server.ask(f"/rooms/{segment(room_id)}/messages", params)
            except RefusedError as error:
                if not error.absent:
                    raise
                break
            page = read_page(body)
            if page is None:
                raise self._server.misunderstood()
            self._rooms.learn_members(room_id, page.state)
            names = [event_id_of(event) for event in page.events]
            if mark is not None and mark.event_id in names:
                found += page.events[: names.index(mark.event_id)]
                whole = True
                break
            found += page.events
            # An empty page is not yet the end, says the specification.
            if not page.end or page.end == token:
                whole = True
                break
            token = page.end
        return Stretch(tuple(reversed(found)), whole)

    def _doubt(self, room_id: str, *, shown: bool) -> None:
        """Note whether a server showed what it left out of an answer.

        Raises:
            SourceError: it showed nothing, and was not yet asked for long enough.
        """
        now = self._clock()
        since = self._doubted.pop(room_id, now)
        if shown or now - since >= DOUBT:
            return
        self._doubted[room_id] = since
        raise SourceError(
            SourceState.FAILING,
            Sentence(
                "The server left words out of what was said in {room} and does not show them. "
                "Nothing is lost; hubbub asks again.",
                {"room": self._rooms[room_id].title},
            ),
        )

    def _gap(self, room_id: str, stretch: Stretch, place: Place) -> Gap:
        mark = place.marks.get(room_id)
        oldest = next(iter(stretch.events), None)
        first = oldest.get("origin_server_ts") if isinstance(oldest, dict) else None
        return Gap(
            mark.run.at if mark and mark.run else None,
            time_of(first) or self._clock(),
            Sentence(
                "More was said in {room} than hubbub could page back through. The newest is "
                "stored; older words of this stretch may be missing.",
                {"room": self._rooms[room_id].title},
            ),
        )
