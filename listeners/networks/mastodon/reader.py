"""Reading a place page by page, so that nothing is skipped whatever moment it breaks off.

``min_id`` gives the page just above a record, so climbing with it is gapless: each page is handed
on before the next is asked for. Two kinds of places cannot be climbed and are walked down from
the newest record instead: servers that ignore ``min_id``, and searches, where Mastodon turns
``min_id`` into a time (``after:"…"``) and answers with the newest records above it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import cast

from listeners.http import Answer
from listeners.model import MINUTE, Gap, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.mastodon.decode import api_id_of, created_at_of
from listeners.networks.mastodon.places import Mark, Place
from listeners.networks.mastodon.server import Links, MastodonServer, RefusedError, links_of

FIRST_PAGES = 2
"""Pages of the past that a place's first reading takes."""
MOST_PAGES = 25
"""Pages walked down before what lies below is given up as a gap: 1,000 posts."""
MOST_CLIMBED = 250
"""Pages climbed in one reading; the rest waits for the next, nothing is skipped."""
OVERLAP = 10 * MINUTE
"""A walk goes this far below the last record: servers index late, and ids may change."""


@dataclass(frozen=True, slots=True)
class Page:
    """Records of a place, oldest first. ``mark`` is the newest; ``more``: not the last page."""

    records: tuple[object, ...]
    mark: Mark | None
    gap: Gap | None = None
    more: bool = False


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One answer, newest first, as servers send it."""

    records: tuple[object, ...]
    links: Links

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(number for record in self.records if (number := api_id_of(record)))

    @property
    def newest(self) -> str | None:
        return self.links.newer or next(iter(self.ids), None)

    @property
    def oldest(self) -> str | None:
        return self.links.older or (self.ids[-1] if self.ids else None)

    def mark(self) -> Mark | None:
        return Mark(self.newest, _newest_time(self.records)) if self.newest else None


class Reader:
    """Reads places of one server, and remembers how that server can be read."""

    def __init__(self, server: MastodonServer) -> None:
        self._server = server
        self._climbed: set[str] = set()
        self._walked: set[str] = set()
        self._untyped = False

    async def read(self, place: Place, mark: Mark | None) -> AsyncGenerator[Page, None]:
        """Yield what is new above ``mark``, oldest first; without a mark the newest pages.

        Raises:
            RefusedError: the server does not show this place.
            SourceError: it could not be asked, or understood.
        """
        climbable = mark is not None and place.kind != "search" and place.key not in self._walked
        if climbable and mark is not None:
            async with aclosing(self._climb(place, mark)) as pages:
                async for page in pages:
                    yield page
                    mark = page.mark or mark
            if place.key not in self._walked:
                return
        for page in await self._walk(place, mark):
            yield page

    async def newest(self, place: Place) -> Page:
        """Return the newest page of a place, whatever was read before."""
        sheet = await self._ask(place)
        return Page(sheet.records[::-1], sheet.mark())

    async def older(
        self, place: Place, position: str
    ) -> tuple[tuple[object, ...], str | None, Micros | None]:
        """Return a page below a position (empty: the newest), the next position, its oldest time.

        A position is an id; in a search it is how many were seen.

        Raises:
            RefusedError: the server does not show this place.
            SourceError: it could not be asked, or understood.
        """
        name = "offset" if place.kind == "search" else "max_id"
        sheet = await self._ask(place, (name, position) if position else None)
        oldest = _oldest_time(sheet.records)
        if not sheet.records:
            return (), None, oldest
        if place.kind == "search":
            seen = (int(position) if position.isdigit() else 0) + len(sheet.records)
            return sheet.records, str(seen), oldest
        # A server that ignores how it is paged sends the same page again: that is the end.
        below = None if position and position in sheet.ids else sheet.oldest
        return sheet.records, below, oldest

    async def _climb(self, place: Place, mark: Mark) -> AsyncGenerator[Page, None]:
        ahead: _Sheet | None = None
        for _ in range(MOST_CLIMBED):
            sheet = ahead or await self._ask(place, ("min_id", mark.id))
            ahead = None
            if sheet.newest is None or sheet.newest == mark.id:
                return
            if place.key not in self._climbed:
                # A server that ignores min_id shows it by sending a record that is not above it.
                # That must be known before the mark moves, or what lies between would be lost.
                ignored = mark.id in sheet.ids
                if not ignored:
                    ahead = await self._ask(place, ("min_id", sheet.newest))
                    ignored = not set(sheet.ids).isdisjoint(ahead.ids)
                if ignored:
                    self._walked.add(place.key)
                    return
                self._climbed.add(place.key)
            reached = sheet.mark() or mark
            more = len(sheet.records) >= place.limit // 2
            yield Page(sheet.records[::-1], reached, more=more)
            mark = reached

    async def _walk(self, place: Place, mark: Mark | None) -> list[Page]:
        """Collect pages from the newest down to ``mark``, and turn them round."""
        sheets: list[_Sheet] = []
        seen: set[str] = set()
        reached = False
        position: tuple[str, str] | None = None
        for _ in range(FIRST_PAGES if mark is None else MOST_PAGES):
            sheet = await self._ask(place, position)
            fresh = tuple(r for r in sheet.records if api_id_of(r) not in seen)
            # A server that ignores how it is paged sends the same page again: that is the end.
            ended = seen.issuperset(sheet.ids)
            if fresh and not (ended and sheets):
                sheets.append(replace(sheet, records=fresh))
            seen.update(sheet.ids)
            if ended or (mark is not None and (mark.id in sheet.ids or _is_below(fresh, mark))):
                reached = True
                break
            position = self._below(place, sheet, len(seen))
        gap = None
        if mark is not None and not reached:
            oldest = _oldest_time(sheets[-1].records) if sheets else None
            gap = Gap(mark.at, oldest, _too_much(self._server.name))
        pages = [Page(sheet.records[::-1], sheet.mark(), more=True) for sheet in sheets[::-1]]
        if pages:
            pages[0] = replace(pages[0], gap=gap)
            pages[-1] = replace(pages[-1], more=False)
        return pages

    def _below(self, place: Place, sheet: _Sheet, seen: int) -> tuple[str, str]:
        """Return the parameter that asks for what is older than everything seen so far."""
        if place.kind == "search":
            return "offset", str(seen)
        return "max_id", sheet.oldest or ""

    async def _ask(self, place: Place, position: tuple[str, str] | None = None) -> _Sheet:
        parameters = place.parameters()
        if self._untyped:
            parameters = [pair for pair in parameters if pair[0] != "types[]"]
        if position is not None:
            parameters.append(position)
        path = place.path(await self._account_id(place))
        try:
            answer = await self._server.get(path, parameters)
        except RefusedError as error:
            if place.kind != "notifications" or error.status not in (400, 422) or self._untyped:
                raise
            # Some servers know fewer kinds of notifications, and refuse to be asked for others.
            self._untyped = True
            return await self._ask(place, position)
        return _Sheet(self._records(place, answer), links_of(answer))

    async def _account_id(self, place: Place) -> str:
        if place.kind != "account":
            return ""
        number = api_id_of(await self._server.account(place.word))
        if number is None:
            raise self._server.knows_not(place.word)
        return number

    def _records(self, place: Place, answer: Answer) -> tuple[object, ...]:
        body = answer.json()
        if place.kind == "search" and isinstance(body, dict):
            body = body.get("statuses")
        if isinstance(body, list):
            return tuple(cast("Sequence[object]", body))
        raise SourceError(
            SourceState.FORMAT_CHANGED,
            Sentence(
                "{server} answered, but not with a list of posts as Mastodon does. Nothing was "
                "stored, and hubbub goes on from the same place. A newer hubbub may be needed.",
                {"server": self._server.name},
            ),
        )


def _times(records: Sequence[object]) -> list[Micros]:
    return [at for record in records if (at := created_at_of(record)) is not None]


def _newest_time(records: Sequence[object]) -> Micros | None:
    return max(_times(records), default=None)


def _oldest_time(records: Sequence[object]) -> Micros | None:
    return min(_times(records), default=None)


def _is_below(records: Sequence[object], mark: Mark) -> bool:
    """Whether a page lies wholly below a mark, although the marked record is not to be seen."""
    newest = _newest_time(records)
    return newest is not None and mark.at is not None and newest < mark.at - OVERLAP


def _too_much(server: str) -> Sentence:
    return Sentence(
        "{server} had more new posts than it lets hubbub page back through. The newest are "
        "stored; older ones of this stretch may be missing.",
        {"server": server},
    )
