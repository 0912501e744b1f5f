"""Reading a place of GitHub upwards in time, so that nothing is skipped wherever it breaks off.

Everything is asked for by when it last changed, oldest first, from the second read last. A full
page is followed by one that begins at its last second, and not by its number: what changes while
it is read moves to the end of the list and is met there. So a search may also have more hits than
the thousand that GitHub shows of one question.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from typing import cast

from listeners.clock import Clock
from listeners.model import SECOND, Gap, Micros, Sentence
from listeners.networks.github.decode import second_of
from listeners.networks.github.discussions import Discussions
from listeners.networks.github.places import PER_PAGE, Place
from listeners.networks.github.server import GitHubServer

OVERLAP = 60
"""Seconds below the last one read that a repository is asked for again."""
INDEX_OVERLAP = 10 * 60
"""The same for searches, whose index is late."""
MOST_PAGES = 20
"""Pages of a place in one round; the rest waits for the next, nothing is skipped."""
AT_ONCE = 10
"""Issues of a search handed on together, since each may need a request for its comments."""
MOST_INCOMPLETE = 3
"""Rounds in which a search may run out of time before what it missed is called a gap."""


@dataclass(frozen=True, slots=True)
class Page:
    """Records of a place, oldest change first.

    ``mark`` is the newest second, ``None`` where the place must be read again from where it was;
    ``since`` the one this round began at. ``keep`` is for ``Reader.stored``.
    """

    records: tuple[object, ...]
    mark: int | None
    since: int | None = None
    gap: Gap | None = None
    more: bool = False
    keep: tuple[list[tuple[str, str]], str] | None = None


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One answer. ``newest`` is its newest second, ``full``: there is more above it."""

    records: tuple[object, ...]
    newest: int | None
    full: bool
    tag: str = ""
    incomplete: bool = False


class Reader:
    """Reads places of one GitHub."""

    def __init__(self, server: GitHubServer, discussions: Discussions, clock: Clock) -> None:
        self._server = server
        self._discussions = discussions
        self._clock = clock
        self._incomplete: dict[str, int] = {}

    async def read(self, place: Place, mark: int | None) -> AsyncGenerator[Page, None]:
        """Yield what changed since ``mark``, oldest first; without a mark the newest page.

        Raises:
            RefusedError: GitHub does not show this place.
            SourceError: it could not be asked, or understood.
        """
        if mark is None:
            sheet = await self._ask(place, None, 1)
            if sheet is not None:
                yield Page(sheet.records[::-1], sheet.newest or self._clock() // SECOND)
            return
        since = start = max(0, mark - (INDEX_OVERLAP if place.searches else OVERLAP))
        number = 1
        for _ in range(MOST_PAGES):
            sheet = await self._ask(place, since, number)
            if sheet is None:
                return
            gap = self._gap(place, sheet, since)
            if sheet.incomplete and gap is None:
                yield Page(sheet.records, None, start)
                return
            for page in _cut(place, sheet, mark, since, number):
                mark = page.mark or mark
                yield replace(page, gap=gap, since=start)
                gap = None
            if not sheet.full:
                return
            newest = max(sheet.newest or since, since)
            since, number = (newest, 1) if newest > since else (since, number + 1)

    async def older(
        self, place: Place, position: str, since: int
    ) -> tuple[tuple[object, ...], str | None, int | None]:
        """Return a page of what was written before, the next position, and its oldest second.

        A position is the number of the page; in a search it is a second, since GitHub shows only
        a thousand hits of one question.

        Raises:
            RefusedError: GitHub does not show this place.
            SourceError: it could not be asked, or understood.
        """
        number = int(position) if position.isdigit() else 0
        answer = await self._server.ask(place.path, place.past(number or None, since))
        body = answer.json() if answer.status != 304 else []
        if place.searches:
            body = body.get("items") if isinstance(body, dict) else None
        records = self._list(body)
        oldest = min(
            (at for r in records if (at := second_of(r, "created_at")) is not None), default=None
        )
        if len(records) < PER_PAGE or oldest is None:
            return records, None, oldest
        return records, str(oldest if place.searches else (number or 1) + 1), oldest

    def stored(self, place: Place, page: Page) -> None:
        """Remember that a page is stored: asked for again, it may be answered by 304."""
        if page.keep is not None:
            self._server.keep(place.path, *page.keep)

    async def comments(self, path: str, number: int, since: int | None) -> tuple[object, ...]:
        """Return the comments of an issue that changed since a second, or all of them.

        Raises:
            SourceError: GitHub could not be asked, or understood.
        """
        place = Place("comments", path)
        asked = [pair for pair in place.parameters(since, 1) if pair[0] == "since"]
        return await self._all(f"/repos/{path}/issues/{number}/comments", asked)

    async def remarks(self, path: str, number: int, since: int | None = None) -> tuple[object, ...]:
        """Return the remarks on a pull request's code. Arguments and errors as ``comments``."""
        place = Place("remarks", path)
        asked = [pair for pair in place.parameters(since, 1) if pair[0] == "since"]
        return await self._all(f"/repos/{path}/pulls/{number}/comments", asked)

    async def reviews(self, path: str, number: int) -> tuple[object, ...]:
        """Return the reviews of a pull request that say anything. Raises as ``comments``."""
        found = await self._all(f"/repos/{path}/pulls/{number}/reviews", [])
        return tuple(one for one in found if isinstance(one, dict) and one.get("body"))

    async def _all(self, path: str, asked: Sequence[tuple[str, str]]) -> tuple[object, ...]:
        found: list[object] = []
        for page in range(1, MOST_PAGES + 1):
            parameters = [*asked, ("per_page", str(PER_PAGE)), ("page", str(page))]
            records = self._list(await self._server.get(path, parameters))
            found += records
            if len(records) < PER_PAGE:
                break
        return tuple(found)

    async def _ask(self, place: Place, since: int | None, number: int) -> _Sheet | None:
        """Return a page, ``None`` where nothing changed since it was last stored."""
        if place.kind == "discussions":
            if number > 1:
                return None
            found = await self._discussions.search(place.word, since)
            records = found.records if since is not None else found.records[::-1]
            return _Sheet(records, found.newest, found.more, incomplete=found.incomplete)
        asked = place.parameters(since, number)
        answer = await self._server.ask(place.path, asked)
        if answer.status == 304:
            return None
        body = answer.json()
        incomplete = False
        if place.searches:
            incomplete = isinstance(body, dict) and body.get("incomplete_results") is True
            body = body.get("items") if isinstance(body, dict) else None
        records = self._list(body)
        return _Sheet(
            records,
            max((at for r in records if (at := second_of(r)) is not None), default=None),
            len(records) >= PER_PAGE,
            answer.headers.get("etag", ""),
            incomplete,
        )

    def _gap(self, place: Place, sheet: _Sheet, since: int) -> Gap | None:
        """Return what a search missed that ran out of time once too often."""
        if not sheet.incomplete:
            self._incomplete.pop(place.key, None)
            return None
        tries = self._incomplete.get(place.key, 0) + 1
        self._incomplete[place.key] = tries % MOST_INCOMPLETE
        if tries < MOST_INCOMPLETE:
            return None
        return Gap(
            Micros(since * SECOND),
            self._clock(),
            Sentence(
                "{server} did not finish searching for {words} in time, several times over. What "
                "it found is stored; more may be missing. Fewer words help.",
                {"server": self._server.web.name, "words": place.word},
            ),
        )

    def _list(self, body: object) -> tuple[object, ...]:
        if not isinstance(body, list):
            raise self._server.odd_answer()
        return tuple(cast("Sequence[object]", body))


def _cut(place: Place, sheet: _Sheet, mark: int, since: int, number: int) -> list[Page]:
    """Cut an answer into pages, each with the mark it makes; an empty one makes one page."""
    size = AT_ONCE if place.kind in ("search", "pulls") else PER_PAGE
    pages: list[Page] = []
    for start in range(0, max(len(sheet.records), 1), size):
        records = sheet.records[start : start + size]
        last = start + size >= len(sheet.records)
        newest = sheet.newest if last else None
        if place.kind != "discussions":
            newest = max((at for r in records if (at := second_of(r)) is not None), default=None)
        mark = max(mark, newest or 0)
        keep = (place.parameters(since, number), sheet.tag) if last and not sheet.full else None
        pages.append(Page(records, mark, more=sheet.full or not last, keep=keep))
    return pages
