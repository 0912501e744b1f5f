"""Pages, posts and threads of one Lemmy instance, with every comment below the one it answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from listeners.model import BadRecord, Deletion, Micros, Post
from listeners.networks.decoding import UnreadableError, bad_record
from listeners.networks.lemmy.decode import NETWORK, Found, read_view
from listeners.networks.lemmy.places import PAGE, Place
from listeners.networks.lemmy.server import LemmyServer, RefusedError
from listeners.networks.recent import Recent
from listeners.networks.walking import Sheet

MOST_LOOKED_UP = 10
"""Comments answered that are asked for one by one for a page; beyond, the submission is named."""
THREAD_PAGES = 10
"""Pages of a thread: 500 comments."""
_MOST_KNOWN = 50_000


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a post stands on this instance: its submission, and the comment if it is one."""

    below: int
    comment: int | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """Records as what they turned out to be, in their order."""

    found: tuple[Found, ...]
    bad: tuple[BadRecord, ...]
    fetched: int

    @property
    def posts(self) -> tuple[Post, ...]:
        """The posts that are there."""
        return tuple(one.post for one in self.found if not one.gone)

    @property
    def deletions(self) -> tuple[Deletion, ...]:
        """Those that were deleted or removed."""
        return tuple(Deletion(NETWORK, one.post.native_id) for one in self.found if one.gone)


class Reader:
    """Reads one instance, and remembers which post has which number there."""

    def __init__(self, server: LemmyServer) -> None:
        self._server = server
        self._addresses: Recent[int, str] = Recent(_MOST_KNOWN)
        self._spots: Recent[str, Spot] = Recent(_MOST_KNOWN)

    async def page(self, place: Place, after: str | None) -> Sheet:
        """Return a page of a place, newest first.

        Raises:
            RefusedError: the instance does not show this place.
            SourceError: it could not be asked, or understood.
        """
        site = await self._server.site()
        path, asked = place.question(site.api, after)
        answer = await self._server.get(path, asked)
        records = place.records(answer)
        if records is None:
            raise self._server.odd_answer()
        read = await self._read(map(_view, records))
        posts = read.posts
        below = place.after(site.api, answer, after)
        if place.kind in ("mentions", "replies"):
            posts = tuple(replace(post, addressed=True) for post in posts)
        return Sheet(
            posts=posts,
            deletions=read.deletions,
            bad=read.bad,
            fetched=read.fetched,
            after=below,
            promises=bool(below) and (site.api == 4 or len(records) >= PAGE),
        )

    async def own(self, username: str, since: Micros, pages: int) -> tuple[list[Found], bool]:
        """Return comments of an account since then, and whether these are certainly all.

        Raises:
            SourceError: the instance could not be asked, or understood.
        """
        place = Place("account", username, comments=True)
        site = await self._server.site()
        found: list[Found] = []
        after: str | None = None
        for _ in range(pages):
            path, asked = place.question(site.api, after)
            answer = await self._server.get(path, asked)
            records = place.records(answer)
            if records is None:
                raise self._server.odd_answer()
            read = await self._read(map(_view, records), look_up=False)
            found += read.found
            after = place.after(site.api, answer, after)
            times = [at for one in read.found if (at := one.post.created_at) is not None]
            if after is None or (times and min(times) < since):
                return found, not read.bad
        return found, False

    async def thread(self, number: int) -> tuple[Read, bool] | None:
        """Return a submission with its comments, parents first, and whether these are all; ``None``
        where it is not there any more.

        Raises:
            SourceError: the instance could not be asked, or understood.
        """
        try:
            answer = await self._server.get("/post", {"id": number})
        except RefusedError as error:
            if error.absent:
                return None
            raise
        records: list[object] = [answer.get("post_view")]
        whole = False
        after: str | None = None
        place = Place("thread", str(number), comments=True)
        site = await self._server.site()
        for _ in range(THREAD_PAGES):
            path, asked = place.question(site.api, after)
            answer = await self._server.get(path, asked)
            page = place.records(answer)
            if page is None:
                raise self._server.odd_answer()
            records += page
            after = place.after(site.api, answer, after) if len(page) >= PAGE else None
            if after is None:
                whole = True
                break
        return await self._read(records), whole

    async def spot(self, native_id: str) -> Spot | None:
        """Return where a post stands on this instance, ``None`` where it does not.

        Raises:
            SourceError: the instance could not be asked, or understood.
        """
        known = self._spots.get(native_id)
        if known is not None:
            return known
        kind, number = _own_number(native_id, self._server.name)
        try:
            if kind == "post":
                return Spot(number)
            if kind == "comment":
                answer = await self._server.get("/comment", {"id": number})
            else:
                answer = await self._server.get("/resolve_object", {"q": native_id})
        except RefusedError as error:
            if error.absent or error.status == 400:
                return None
            raise
        views = [answer, *(answer.get(name) for name in ("comment", "post", "comment_view"))]
        await self._read([view for view in views if _is_view(view)], look_up=False)
        return self._spots.get(native_id)

    async def is_gone(self, native_id: str) -> bool:
        """Whether the instance no longer has a post, or shows that it was taken away.

        Raises:
            SourceError: the instance could not be asked, or understood.
        """
        spot = self._spots.get(native_id)
        if spot is None:
            return False
        path, number = ("/post", spot.below) if spot.comment is None else ("/comment", spot.comment)
        try:
            answer = await self._server.get(path, {"id": number})
        except RefusedError as error:
            if error.absent:
                return True
            raise
        record = answer.get("post_view" if spot.comment is None else "comment_view")
        read = await self._read([record], look_up=False)
        return any(one.gone and one.post.native_id == native_id for one in read.found)

    async def made(self, record: object) -> Found | None:
        """Return the comment that was just made, ``None`` where it cannot be read."""
        read = await self._read([record], look_up=False)
        return read.found[0] if read.found else None

    async def _read(self, records: Iterable[object], *, look_up: bool = True) -> Read:
        site = await self._server.site()
        found: list[Found] = []
        bad: list[BadRecord] = []
        fetched = 0
        for record in records:
            fetched += 1
            try:
                one = read_view(record, site.languages)
            except UnreadableError as fault:
                bad.append(bad_record(record, fault))
                continue
            found.append(one)
            self._learn(one)
        left = MOST_LOOKED_UP if look_up else 0
        placed: list[Found] = []
        for one in found:
            address = None
            if one.above is not None and not one.gone:
                address = self._addresses.get(one.above)
                if address is None and left:
                    left -= 1
                    address = await self._look_up(one.above)
            if address is not None:
                one = replace(one, post=replace(one.post, parent_id=address))
            placed.append(one)
        return Read(tuple(placed), tuple(bad), fetched)

    async def _look_up(self, number: int) -> str | None:
        try:
            answer = await self._server.get("/comment", {"id": number})
        except RefusedError as error:
            if error.absent:
                return None
            raise
        site = await self._server.site()
        try:
            self._learn(read_view(answer.get("comment_view"), site.languages))
        except UnreadableError:
            return None
        return self._addresses.get(number)

    def _learn(self, one: Found) -> None:
        if one.is_comment:
            self._addresses.put(one.number, one.post.native_id)
            self._spots.put(one.post.native_id, Spot(one.below, one.number))
        else:
            self._spots.put(one.post.native_id, Spot(one.number))


def _view(record: object) -> object:
    """Return the view in a record: a notification of version 4 wraps it."""
    data = record.get("data") if isinstance(record, dict) else None
    return data if isinstance(data, dict) and "creator" in data else record


def _is_view(value: object) -> bool:
    return isinstance(value, Mapping) and "creator" in value and "post" in value


def _own_number(native_id: str, host: str) -> tuple[str, int]:
    """Return what an address of this very instance names, and its number."""
    parts = urlsplit(native_id)
    steps: Sequence[str] = parts.path.strip("/").split("/")
    usable = parts.netloc == host and len(steps) == 2 and steps[1].isdigit()
    if usable and steps[0] in ("post", "comment") and len(steps[1]) < 18:
        return steps[0], int(steps[1])
    return "", 0
