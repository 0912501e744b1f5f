"""Reading a forum from its newest post down to the one known last, so that nothing is skipped.

``/posts.json`` gives the newest posts of all topics, and older ones ``before`` an id. Ids ascend,
so the walk ends at the newest id that was stored; the pages are then handed on oldest first.
Versions before 3.x answer with fifty ids whether there are posts or not, and repeat the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast
from urllib.parse import quote

from listeners.clock import Clock
from listeners.model import HOUR, Gap, Micros, Sentence
from listeners.networks.discourse.decode import number_of, time_of
from listeners.networks.discourse.places import Place
from listeners.networks.discourse.server import DiscourseServer, RefusedError

PAGE = 50
"""Posts on a page, and ids in a window of older versions."""
FIRST_PAGES = 2
"""Pages of the past that a place's first reading takes."""
MOST_PAGES = 40
"""Pages walked down before what lies below is given up as a gap: 2,000 posts."""
SEARCH_PAGES = 10
"""Pages of a search that Discourse shows."""
AT_ONCE = 10
"""Found posts fetched whole before they are handed on: a request for each of their topics."""
NOTIFICATIONS = 60
"""Newest notifications asked for, the most that Discourse shows at once."""
TELLING = frozenset({1, 2, 3, 15})
"""Kinds of notification that mean that somebody speaks to us: named, answered, quoted, or our
group named. Source: discourse/discourse, ``Notification.types``."""
TAG_PAGES = 5
KEPT = HOUR
"""How long the categories of a forum are taken as known."""


@dataclass(frozen=True, slots=True)
class Page:
    """Records of a place, oldest first. ``mark`` is the newest id; ``more``: not the last page."""

    records: tuple[object, ...]
    mark: int | None
    gap: Gap | None = None
    more: bool = False

    @property
    def newest_at(self) -> Micros | None:
        """When its newest post was made."""
        return max((at for r in self.records if (at := time_of(r)) is not None), default=None)


class Reader:
    """Reads places of one forum."""

    def __init__(self, server: DiscourseServer, clock: Clock) -> None:
        self._server = server
        self._clock = clock
        self._categories: Mapping[str, frozenset[int]] = {}
        self._categories_at: Micros | None = None

    async def read(self, place: Place, mark: int | None) -> list[Page]:
        """Return what is new above ``mark``, oldest first; without a mark the newest pages.

        Records of a search are mostly stubs, of notifications all: ``whole`` completes them.

        Raises:
            RefusedError: the forum does not show this place.
            SourceError: it could not be asked, or understood.
        """
        if place.kind == "search":
            return await self._search(place, mark)
        if place.kind == "notifications":
            return await self._notified(mark)
        pages = await self._walk(place, mark)
        return await self._sifted(place, pages)

    async def older(self, place: Place, position: str) -> tuple[Page, str | None]:
        """Return a page below a position (empty: the newest), oldest first, and the next position.

        A position is a post's id; in a search it is the number of the page.

        Raises:
            RefusedError: the forum does not show this place.
            SourceError: it could not be asked, or understood.
        """
        number = int(position) if position.isdigit() else 0
        if place.kind == "search":
            asked = [("q", f"{place.word} order:latest"), ("page", str(number or 1))]
            records = self._list(await self._server.get("/search.json", asked), "posts")
            more = records and (number or 1) < SEARCH_PAGES
            below = str((number or 1) + 1) if more else None
            return Page(await self.whole(records[::-1]), None), below
        records = await self._ask(place, number or None)
        ids = [one for record in records if (one := number_of(record)) is not None]
        lowest = min(ids, default=max(0, number - PAGE))
        # Older versions answer an empty window with the page before it.
        lowest = lowest if not number or lowest < number else number - PAGE
        page = (await self._sifted(place, [Page(records[::-1], None)]))[0]
        return page, str(lowest) if records and lowest > 1 else None

    async def newest(self, place: Place) -> Page:
        """Return the newest page of a place, whatever was read before."""
        records = await self._ask(place, None)
        page = Page(records[::-1], None)
        return (await self._sifted(place, [page]))[0]

    async def whole(self, records: Sequence[object]) -> tuple[object, ...]:
        """Return posts as their topics show them, for stubs that a search found.

        A stub whose post is no longer there is left out.

        Raises:
            SourceError: the forum could not be asked, or understood.
        """
        topics: dict[int, list[int]] = {}
        for record in records:
            topic, number = number_of(record, "topic_id"), number_of(record)
            if not _is_stub(record) or topic is None or number is None:
                continue
            topics.setdefault(topic, []).append(number)
        found: dict[int, object] = {}
        for topic, numbers in topics.items():
            for record in await self.posts_of(topic, numbers):
                if (number := number_of(record)) is not None:
                    found[number] = record
        kept = [
            found.get(number_of(record) or 0) if _is_stub(record) else record for record in records
        ]
        return tuple(record for record in kept if record is not None)

    async def posts_of(self, topic: int, numbers: Sequence[int]) -> tuple[object, ...]:
        """Return posts of a topic by their ids, with their Markdown; none if it is gone.

        Raises:
            SourceError: the forum could not be asked, or understood.
        """
        asked = [("post_ids[]", str(number)) for number in numbers]
        answer = await self._server.lookup(
            f"/t/{topic}/posts.json", [*asked, ("include_raw", "true")]
        )
        stream = answer.get("post_stream") if isinstance(answer, dict) else None
        posts = stream.get("posts") if isinstance(stream, dict) else None
        return tuple(posts) if isinstance(posts, list) else ()

    async def _walk(self, place: Place, mark: int | None) -> list[Page]:
        sheets: list[tuple[object, ...]] = []
        seen: set[int] = set()
        before: int | None = None
        reached = False
        for _ in range(FIRST_PAGES if mark is None else MOST_PAGES):
            records = await self._ask(place, before)
            ids = [number for r in records if (number := number_of(r)) is not None]
            sheet = tuple(r for r in records if _is_above(r, mark or 0))
            if sheet:
                sheets.append(sheet)
            lowest = min(ids, default=before or 0)
            nothing_legible = not ids and (bool(records) or mark is None)
            if nothing_legible or (mark is not None and lowest <= mark):
                reached = True
                break
            # A page that brings nothing new may be a window without posts: the next lies below.
            before = lowest - PAGE if seen.issuperset(ids) else lowest
            seen.update(ids)
            if before <= (mark or 0):
                reached = True
                break
        gap = None
        if mark is not None and not reached and sheets:
            oldest = min((at for r in sheets[-1] if (at := time_of(r)) is not None), default=None)
            gap = Gap(None, oldest, self._too_much())
        return _turned(sheets, mark, gap)

    async def _search(self, place: Place, mark: int | None) -> list[Page]:
        sheets: list[tuple[object, ...]] = []
        reached = False
        for number in range(1, (1 if mark is None else SEARCH_PAGES) + 1):
            asked = [("q", f"{place.word} order:latest"), ("page", str(number))]
            answer = await self._server.get("/search.json", asked)
            records = self._list(answer, "posts")
            above = tuple(r for r in records if (number_of(r) or 0) > (mark or 0))
            if above:
                sheets.append(above)
            grouped = answer.get("grouped_search_result") if isinstance(answer, dict) else None
            more = grouped.get("more_full_page_results") if isinstance(grouped, dict) else None
            if len(above) < len(records) or not records or not more:
                reached = True
                break
        gap = None
        if mark is not None and not reached:
            oldest = min((at for r in sheets[-1] if (at := time_of(r)) is not None), default=None)
            gap = Gap(None, oldest, self._too_much())
        cut = [
            sheet[start : start + AT_ONCE]
            for sheet in sheets
            for start in range(0, len(sheet), AT_ONCE)
        ]
        return _turned(cut, mark, gap)

    async def _notified(self, mark: int | None) -> list[Page]:
        """Return stubs of what our account is notified of, and the newest notification's id."""
        answer = await self._server.get("/notifications.json", [("limit", str(NOTIFICATIONS))])
        fresh = [
            record
            for record in self._list(answer, "notifications")
            if (number_of(record) or 0) > (mark or 0)
        ]
        stubs = tuple(stub for record in fresh[::-1] if (stub := _stub_of(record)) is not None)
        newest = max((number_of(record) or 0 for record in fresh), default=mark or 0)
        return [Page(stubs, newest or None)] if fresh else []

    async def _sifted(self, place: Place, pages: Sequence[Page]) -> list[Page]:
        """Leave out what stands in other categories, or under other tags, than the place's."""
        if place.kind == "category" and pages:
            wanted = await self._category(place.word)
            return [
                replace(p, records=tuple(r for r in p.records if _in(r, "category_id", wanted)))
                for p in pages
            ]
        if place.kind == "tag" and pages:
            since = min((at for p in pages for r in p.records if (at := time_of(r))), default=None)
            topics = await self._tagged(place.word, since)
            return [
                replace(p, records=tuple(r for r in p.records if _in(r, "topic_id", topics)))
                for p in pages
            ]
        return list(pages)

    async def _ask(self, place: Place, before: int | None) -> tuple[object, ...]:
        private = place.kind == "private"
        asked = [("before", str(before))] if before is not None else []
        answer = await self._server.get("/private-posts.json" if private else "/posts.json", asked)
        return self._list(answer, "private_posts" if private else "latest_posts")

    async def _category(self, slug: str) -> frozenset[int]:
        """Return the ids of a category and those below it."""
        since = self._categories_at
        if since is None or not 0 <= self._clock() - since < KEPT:
            answer = await self._server.get("/categories.json", [("include_subcategories", "true")])
            held = answer.get("category_list") if isinstance(answer, dict) else None
            self._categories = _by_slug(self._list(held, "categories"))
            self._categories_at = self._clock()
        found = self._categories.get(slug) or self._categories.get(slug.rpartition("/")[2])
        if found is None:
            raise RefusedError(
                404,
                self._server.not_discourse().state,
                Sentence(
                    "{forum} shows us no category {name}. Write its name as its address has it; "
                    "nothing was lost.",
                    {"forum": self._server.forum.name, "name": slug},
                ),
            )
        return found

    async def _tagged(self, name: str, since: Micros | None) -> frozenset[int]:
        """Return the topics of a tag in which something was written since then."""
        topics: set[int] = set()
        for page in range(TAG_PAGES):
            asked = [("page", str(page))] if page else []
            answer = await self._server.get(f"/tag/{quote(name, safe='')}.json", asked)
            held = answer.get("topic_list") if isinstance(answer, dict) else None
            listed = self._list(held, "topics")
            found = {n for topic in listed if (n := number_of(topic)) is not None}
            bumped = [at for topic in listed if (at := time_of(topic, "bumped_at")) is not None]
            ended = found <= topics
            topics |= found
            if ended or since is None or not bumped or min(bumped) < since:
                break
        return frozenset(topics)

    def _list(self, answer: object, name: str) -> tuple[object, ...]:
        records = answer.get(name) if isinstance(answer, dict) else None
        if not isinstance(records, list):
            raise self._server.not_discourse()
        return tuple(cast("Sequence[object]", records))

    def _too_much(self) -> Sentence:
        return Sentence(
            "{forum} had more new posts than hubbub reads back through at once. The newest are "
            "stored; older ones of this stretch may be missing.",
            {"forum": self._server.forum.name},
        )


def _is_above(record: object, mark: int) -> bool:
    """Whether a record is new; one without an id is kept, to be laid aside as unreadable."""
    number = number_of(record)
    return number is None or number > mark


def _turned(sheets: Sequence[Sequence[object]], mark: int | None, gap: Gap | None) -> list[Page]:
    """Turn sheets that run from the newest down into pages that run upwards, each with its mark."""
    pages: list[Page] = []
    for sheet in reversed(sheets):
        ids = [number for r in sheet if (number := number_of(r)) is not None]
        mark = max([*ids, mark or 0]) or None
        pages.append(Page(tuple(sheet)[::-1], mark, more=True))
    if pages:
        pages[0] = replace(pages[0], gap=gap)
        pages[-1] = replace(pages[-1], more=False)
    return pages


def _by_slug(records: Sequence[object]) -> dict[str, frozenset[int]]:
    found: dict[str, frozenset[int]] = {}
    waiting = list(records)
    while waiting:
        record = waiting.pop()
        number = number_of(record)
        if not isinstance(record, dict) or number is None:
            continue
        below = record.get("subcategory_ids")
        ids = {n for n in below if isinstance(n, int)} if isinstance(below, list) else set()
        found[str(record.get("slug", "")).casefold()] = frozenset({number, *ids})
        nested = record.get("subcategory_list")
        waiting.extend(nested if isinstance(nested, list) else ())
    return found


def _in(record: object, name: str, wanted: frozenset[int]) -> bool:
    """Whether a record is wanted; one that does not say where it stands is left to be judged."""
    number = number_of(record, name)
    return number is None or number in wanted


def _is_stub(record: object) -> bool:
    return isinstance(record, dict) and not isinstance(record.get("cooked"), str)


def _stub_of(record: object) -> dict[str, object] | None:
    """Return where the post of a notification stands, ``None`` for one that tells of none."""
    if number_of(record, "notification_type") not in TELLING or not isinstance(record, dict):
        return None
    post = number_of(record.get("data"), "original_post_id")
    topic, number = number_of(record, "topic_id"), number_of(record, "post_number")
    if post is None or topic is None or number is None:
        return None
    return {"id": post, "topic_id": topic, "post_number": number}
