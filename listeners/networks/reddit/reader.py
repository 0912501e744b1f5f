"""Pages of Reddit's listings, from its API or its feeds, as sheets of posts.

A listing shows about its newest thousand, newest first, and pages by the id of the last one seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from listeners.model import BadRecord, Deletion, Post
from listeners.networks.decoding import UnreadableError, bad_record
from listeners.networks.reddit.atom import NoFeedError, read_atom
from listeners.networks.reddit.decode import (
    NETWORK,
    is_fullname,
    kind_of,
    read_thing,
    thread_of,
)
from listeners.networks.reddit.places import API_PAGE, FEED_PAGE, Place
from listeners.networks.reddit.server import RedditServer, RefusedError
from listeners.networks.walking import Sheet

AT_ONCE = 100
"""Ids ``/api/info`` takes."""
MOST_FOLDED = 200
"""Comments of a thread behind "more" that are fetched."""
_ANCHORS = 3
"""Ids tried to go on below: a listing cannot be continued from a post deleted meanwhile."""
_THREAD_PAGE = 500


class Reader:
    """Reads places and threads."""

    def __init__(self, server: RedditServer) -> None:
        self._server = server

    async def page(self, place: Place, after: str | None) -> Sheet:
        """Return one page of a place, below the id ``after``; several with commas between them
        are tried in turn, for one of them may be gone.

        Raises:
            RefusedError: Reddit does not show this place.
            SourceError: it could not be asked, or understood.
        """
        sheet = Sheet()
        for anchor in after.split(",") if after else [None]:
            sheet = await self._page(place, anchor)
            if sheet.fetched:
                return sheet
        return sheet

    async def info(self, ids: Sequence[str]) -> Sheet:
        """Return these posts as they are now; what is no longer there is not among them.

        Raises:
            SourceError: Reddit could not be asked, or understood.
        """
        asked = [one for one in ids if not one.startswith("t4_")][:AT_ONCE]
        if not asked:
            return Sheet()
        answer = await self._server.get("/api/info", {"id": ",".join(asked)})
        return _sheet(self._children(answer))

    async def thread(self, root: str, comment: str = "") -> Sheet:
        """Return a submission and what stands below it, in its order; parents come first.

        Raises:
            RefusedError: Reddit does not show it.
            SourceError: it could not be asked, or understood.
        """
        asked: dict[str, str | int]
        if not self._server.app:
            asked = {"limit": AT_ONCE, "sort": "new"}
            sheet = await self._feed(f"/comments/{root[3:]}/.rss", asked)
            return Sheet(
                posts=_topped(sheet.posts, root),
                deletions=sheet.deletions,
                bad=sheet.bad,
                fetched=sheet.fetched,
            )
        path = f"/comments/{root[3:]}" + (f"/_/{comment[3:]}" if comment else "")
        asked = {"limit": _THREAD_PAGE, "sort": "new"}
        if comment:
            asked["context"] = 8
        answer = await self._server.get(path, asked)
        if not isinstance(answer, list):
            raise self._server.odd_answer()
        records = [child for listing in answer for child in _flat(self._children(listing))]
        folded = [one for record in records for one in _folded(record)][:MOST_FOLDED]
        for start in range(0, len(folded), AT_ONCE):
            ids = ",".join(folded[start : start + AT_ONCE])
            records += self._children(await self._server.get("/api/info", {"id": ids}))
        return _sheet(records)

    async def _page(self, place: Place, after: str | None) -> Sheet:
        asked = place.parameters()
        if after:
            asked |= {"after": after, "count": API_PAGE}
        if not self._server.app:
            return await self._feed(place.feed, asked)
        if place.kind == "search":
            asked["type"] = "link"
        answer = await self._server.get(place.path, asked)
        children = self._children(answer)
        data = answer.get("data") if isinstance(answer, dict) else None
        more = data.get("after") if isinstance(data, dict) else None
        return _sheet(children, more=isinstance(more, str) and bool(more))

    async def _feed(self, path: str, asked: dict[str, str | int]) -> Sheet:
        answer = await self._server.feed(path, asked)
        try:
            things, bad, ids = read_atom(answer.body)
        except NoFeedError as error:
            raise self._server.odd_answer() from error
        fetched = len(things) + len(bad)
        return Sheet(
            posts=tuple(one for one in things if isinstance(one, Post)),
            deletions=tuple(one for one in things if isinstance(one, Deletion)),
            bad=tuple(bad),
            fetched=fetched,
            # One, since each that is tried waits for its turn.
            after=ids[-1] if ids and fetched >= FEED_PAGE else None,
        )

    def _children(self, answer: object) -> list[object]:
        data = answer.get("data") if isinstance(answer, dict) else None
        children = data.get("children") if isinstance(data, dict) else None
        if not isinstance(children, list):
            raise self._server.odd_answer()
        return children


def gone_for(error: RefusedError) -> bool:
    """Whether a refusal says that what was asked for is not there any more."""
    return error.status in (404, 410)


def root_of(native_id: str, post: Post | None) -> str | None:
    """Return the submission a post stands below, as far as that is known."""
    if native_id.startswith("t3_"):
        return native_id
    if post is None:
        return None
    return post.root_id or thread_of(post.url)


def _sheet(records: Sequence[object], *, more: bool = False) -> Sheet:
    posts: list[Post] = []
    deletions: list[Deletion] = []
    bad: list[BadRecord] = []
    for record in records:
        try:
            thing = read_thing(record)
        except UnreadableError as fault:
            bad.append(bad_record(record, fault))
            continue
        if isinstance(thing, Post):
            posts.append(thing)
        elif thing is not None:
            deletions.append(Deletion(NETWORK, thing.native_id))
    return Sheet(
        posts=tuple(posts),
        deletions=tuple(deletions),
        bad=tuple(bad),
        fetched=len(records),
        after=_anchors([name for record in records if (name := _name(record))]) if more else None,
        promises=more,
    )


def _anchors(ids: Sequence[str]) -> str | None:
    return ",".join(ids[::-1][:_ANCHORS]) or None


def _name(record: object) -> str:
    data = record.get("data") if isinstance(record, dict) else None
    name = data.get("name") if isinstance(data, dict) else None
    return name if isinstance(name, str) and is_fullname(name) else ""


def _flat(records: Iterable[object]) -> Iterator[object]:
    """Yield records and all that is nested below them, parents first."""
    waiting = list(records)[::-1]
    while waiting:
        record = waiting.pop()
        yield record
        data = record.get("data") if isinstance(record, dict) else None
        replies = data.get("replies") if isinstance(data, dict) else None
        below = replies.get("data") if isinstance(replies, dict) else None
        children = below.get("children") if isinstance(below, dict) else None
        if isinstance(children, list):
            waiting.extend(children[::-1])


def _folded(record: object) -> list[str]:
    """Return the comments that stand behind a "more"."""
    data = record.get("data") if kind_of(record) == "more" and isinstance(record, dict) else None
    children = data.get("children") if isinstance(data, dict) else None
    names = [f"t1_{one}" for one in children or () if isinstance(one, str)]
    return [name for name in names if is_fullname(name)]


def _topped(posts: Sequence[Post], root: str) -> tuple[Post, ...]:
    """Return a thread's posts with the submission first, and the rest oldest first."""
    return tuple(sorted(posts, key=lambda post: (post.native_id != root, post.created_at or 0)))
