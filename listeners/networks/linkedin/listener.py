"""LinkedIn: what members comment below our page's posts, and posts that mention it.

Wire format: learn.microsoft.com/linkedin/marketing/community-management; see the ``linkedin_*``
files beside this one. Notifications say what happened, the comments themselves what answers what.
LinkedIn keeps notifications for 60 days, and lets members' words be kept for 48 hours.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher, HttpError
from listeners.model import DAY, HOUR, BadRecord, Batch, Deletion, Gap, Micros, Post, Sentence
from listeners.model import SourceState as State
from listeners.networks.answering import Answering
from listeners.networks.contract import Capability, SourceError
from listeners.networks.decoding import UnreadableError, bad_record
from listeners.networks.harvest import HandedOn
from listeners.networks.linkedin.decode import (
    ACTIONS,
    DELETED,
    EDITED,
    NETWORK,
    TITLE,
    Notice,
    is_comment,
    one_form,
    post_above,
    post_of,
    read_comment,
    read_notice,
    read_share,
)
from listeners.networks.linkedin.reply import Answers, comments_of
from listeners.networks.linkedin.server import LinkedInServer, changed, key, needs_approval
from listeners.networks.recent import Recent
from listeners.networks.searching import lost_place, read_marks, write_marks

PER_PAGE = 50
MOST_PAGES = 20
AT_ONCE = 10
KEPT = 60 * DAY
"""How long LinkedIn keeps notifications."""
OVERLAP = HOUR
FIRST = 2 * DAY
"""How far back a first reading goes: what is older may not be kept here."""
MOST_THREADS = 20
_MARK = "notices"
_MOST_REMEMBERED = 5_000
_NUMBER = re.compile(r"(?:urn:li:organization:|https?://\S*/company/)?(\d+)(?:/.*)?")


class LinkedInListener(Answering):
    """One page: ``what`` is its number (``5637409``), its URN, or its address with the number."""

    capability = Capability(
        network=NETWORK,
        title=TITLE,
        thread=True,
        own_posts=True,
        reply=True,
        delete_reply=True,
        edits=True,
        deletions=True,
        needs_token=True,
        interval=600.0,
        min_interval=300.0,
        keep_hours=48.0,
        needs=Sentence('The number of your page, such as what = "5637409".'),
        steps=(
            Sentence("Make an app at linkedin.com/developers/apps for your verified company page."),
            Sentence(
                "Under Products, request the Community Management API: LinkedIn wants a registered "
                "company, a form and a screen recording; an app it refused cannot ask again."
            ),
            Sentence(
                "In the Auth tab, as an administrator of the page, make a token with "
                "rw_organization_admin, r_organization_social and w_organization_social."
            ),
            Sentence('Write it into the source as token = "env:LINKEDIN_TOKEN"; renew in 60 days.'),
            Sentence("The page's number stands in the address of its admin view."),
        ),
        limits=(
            Sentence(
                "Without LinkedIn's approval nothing can be read; mails, imports and feeds are the "
                "way round."
            ),
            Sentence("LinkedIn has no search: only your page's comments and mentions of it."),
            Sentence("Mentions within comments on others' posts are not told."),
            Sentence("Members are shown as numbers; their names are on LinkedIn alone."),
            Sentence(
                "LinkedIn's terms let members' words be kept for 48 hours, their profiles for 24; "
                "hubbub keeps what you did, without their words."
            ),
        ),
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._clock = clock
        self._server = LinkedInServer(fetch, source)
        self._ours = _organization(source, brands)
        self._handed = HandedOn(clock)
        self._done: Recent[str, None] = Recent(_MOST_REMEMBERED)
        self._may_read_comments = True
        self.voice = Answers(self._server, self._ours)

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield what happened since, oldest first.

        Raises:
            SourceError: LinkedIn did not approve us, no page is named, or it could not be asked.
        """
        if not self._server.has_token:
            raise SourceError(State.NEEDS_APPROVAL, needs_approval())
        if not self._ours:
            raise SourceError(State.FAILING, _NO_PAGE)
        marks = read_marks(cursor)
        if marks is None:
            yield Batch(gap=lost_place(self._clock()))
            marks = {}
        now = self._clock()
        known = marks.get(_MARK)
        gap = None
        if known is not None and known < now - KEPT:
            gap = Gap(Micros(known), Micros(now - KEPT), _TOO_LONG)
        since = now - FIRST if known is None else max(known - OVERLAP, now - KEPT)
        found, bad, fetched, whole = await self._notices(Micros(since), now)
        if not whole:
            gap = Gap(Micros(since), found[0].at if found else now, _TOO_MANY)
        notices = [one for one in found if one.id not in self._done]
        self._may_read_comments = True
        for start in range(0, max(len(notices), 1), AT_ONCE):
            part = notices[start : start + AT_ONCE]
            # The whole reading is judged before the place moves: a change of format keeps it.
            began = start == 0
            batch = await self._batch(part)
            newest = min(max((one.at for one in part), default=0), now)
            before = marks.get(_MARK)
            # Where nothing happened, the place follows the time: LinkedIn forgets after a while.
            marks[_MARK] = max(newest, before or since, now - KEPT // 2)
            batch = replace(
                batch,
                bad=(*batch.bad, *(self._handed.letters(bad) if began else ())),
                gap=gap,
                fetched=fetched if began else 0,
                cursor=write_marks(marks),
            )
            gap = None
            if marks[_MARK] != before or batch.posts or batch.deletions or batch.bad or batch.gap:
                yield batch
                # Only here is the batch known to be stored.
                self._handed.stored(batch)
            for one in part:
                self._done.put(one.id, None)

    def stream(self, cursor: str | None) -> None:
        """LinkedIn pushes to servers that it can reach alone."""
        return

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return these conversations as they are now, and which are gone.

        Raises:
            SourceError: LinkedIn could not be asked.
        """
        posts: list[Post] = []
        gone: list[Deletion] = []
        bad: list[BadRecord] = []
        for name in list(dict.fromkeys(map(one_form, native_ids)))[:MOST_THREADS]:
            try:
                root = await self._asked(name)
                records = await comments_of(self._server, name)
            except HttpError as error:
                if error.status == 404:
                    gone.append(Deletion(NETWORK, name))
                    continue
                raise
            except UnreadableError as fault:
                bad.append(bad_record(name, fault))
                continue
            posts.append(root)
            for record in records:
                try:
                    found = read_comment(record, self._ours)
                except UnreadableError as fault:
                    bad.append(bad_record(record, fault))
                    continue
                # Below a post that mentions us stands a conversation; below a comment, its answers.
                below = found.parent_id or root.native_id
                posts.append(replace(found, parent_id=below, root_id=root.native_id))
        fetched = len(posts) + len(bad)
        return Batch(posts=tuple(posts), deletions=tuple(gone), bad=tuple(bad), fetched=fetched)

    async def _notices(
        self, since: Micros, now: Micros
    ) -> tuple[list[Notice], list[BadRecord], int, bool]:
        """Return the notifications of a stretch, oldest first, each once; whether it is whole."""
        found: dict[str, Notice] = {}
        bad: list[BadRecord] = []
        fetched = 0
        for page in range(MOST_PAGES):
            records = await self._page(since, now, page * PER_PAGE)
            fetched += len(records)
            for record in records:
                try:
                    notice = read_notice(record)
                except UnreadableError as fault:
                    bad.append(bad_record(record, fault))
                    continue
                found[notice.id] = notice
            if len(records) < PER_PAGE:
                return _in_order(found), bad, fetched, True
        return _in_order(found), bad, fetched, False

    async def _page(self, since: Micros, now: Micros, start: int) -> list[object]:
        stretch = f"(start:{since // 1000},end:{now // 1000 + 1})"
        body = await self._server.get(
            f"organizationalEntityNotifications?q=criteria&organizationalEntity={key(self._ours)}"
            f"&actions=List({','.join(ACTIONS)})&timeRange={stretch}"
            f"&start={start}&count={PER_PAGE}"
        )
        found = body.get("elements", []) if isinstance(body, dict) else None
        if not isinstance(found, list):
            raise SourceError(State.FORMAT_CHANGED, changed())
        return found

    async def _batch(self, notices: Sequence[Notice]) -> Batch:
        posts: dict[str, Post] = {}
        gone: dict[str, Deletion] = {}
        for notice in notices:
            if notice.action == DELETED:
                posts.pop(notice.about, None)
                gone[notice.about] = Deletion(NETWORK, notice.about)
                continue
            post = await self._told(notice)
            if post is not None:
                gone.pop(notice.about, None)
                posts[post.native_id] = post
        return Batch(
            posts=self._handed.news(posts.values(), first=True), deletions=tuple(gone.values())
        )

    async def _told(self, notice: Notice) -> Post | None:
        """Return what a notification is about, as it is now; ``None`` where nothing is there."""
        shown = post_of(notice, self._ours)
        if self._may_read_comments or shown is None:
            try:
                found = await self._asked(notice.about)
            except HttpError as error:
                if error.status == 404:
                    return None
                if error.status != 403:
                    raise
                # Some tokens may be told what happened, and not read it.
                self._may_read_comments = False
            except UnreadableError:
                return shown
            else:
                own = found.own or (shown is not None and shown.own)
                return replace(found, own=own, addressed=not own, edited_at=_edited(found, notice))
        return shown

    async def _asked(self, name: str) -> Post:
        """Return a comment, or a post that mentions us, as it is now."""
        if not is_comment(name):
            return read_share(await self._server.get(f"posts/{key(name)}"), self._ours, named=name)
        number = name.rpartition(",")[2].rstrip(")")
        record = await self._server.get(f"socialActions/{key(post_above(name))}/comments/{number}")
        return read_comment(record, self._ours, named=name)


def _edited(found: Post, notice: Notice) -> Micros | None:
    return found.edited_at or (notice.at if notice.action == EDITED else None)


def _in_order(found: dict[str, Notice]) -> list[Notice]:
    return sorted(found.values(), key=lambda one: (one.at, one.id))


def _organization(source: SourceConfig, brands: Sequence[BrandConfig]) -> str:
    """Return the page's URN: of ``what``, else of the brand's handles."""
    own = [b for b in brands if not b.competitor and (not source.brand or b.name == source.brand)]
    named = [source.what, *(one for b in own for one in b.handles.get(NETWORK, ()))]
    found = next((f for one in named if (f := _NUMBER.fullmatch(one.strip()))), None)
    return f"urn:li:organization:{found[1]}" if found else ""


_NO_PAGE = Sentence(
    'This source names no page of LinkedIn: write what = "5637409", the number in the address of '
    "your page's admin view."
)
_TOO_LONG = Sentence(
    "LinkedIn keeps notifications for 60 days, and hubbub was away for longer. What happened "
    "before that is on LinkedIn alone."
)
_TOO_MANY = Sentence(
    "More happened on LinkedIn since the last reading than hubbub reads at once. What is missing "
    "stands below your page's posts there."
)
