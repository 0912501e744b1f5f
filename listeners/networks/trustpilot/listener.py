"""Trustpilot: what customers write about a business, with their stars, and its answers.

Wire format: developers.trustpilot.com; see the ``trustpilot_*`` files beside this one. Page numbers
drift while reviews come, so a day is always read again; the newest page shows edits of its reviews.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher, HttpError
from listeners.model import BadRecord, Batch, Deletion, Micros, Post, Sentence
from listeners.model import SourceState as State
from listeners.networks.answering import Answering
from listeners.networks.changes import Change, Changes, Page, Reach, page_of
from listeners.networks.contract import Capability, SourceError
from listeners.networks.decoding import UnreadableError, bad_record
from listeners.networks.past import PastPage, walk_down
from listeners.networks.replying import ReplyLimit
from listeners.networks.reviews import ReviewAnswers, review_of
from listeners.networks.searching import lost_place, read_marks
from listeners.networks.trustpilot.decode import NETWORK, TITLE, read_review, reviews_in
from listeners.networks.trustpilot.server import TrustpilotServer, changed, needs_plan

PER_PAGE = 100
MOST_REVIEWS = 20
MOST_UNITS = 10
_UNIT = re.compile(r"[0-9a-f]{24}")
_ADDRESS = re.compile(r"https?://[\w.-]*trustpilot\.[a-z.]+/review/([^/?#\s]+).*")
_MISSING = Sentence(
    "More reviews came since the last reading than hubbub reads at once. The newest are stored; "
    "reading the past brings the others."
)


class TrustpilotListener(Answering):
    """The reviews of some businesses: ``what`` is their site (``kerlann.example``), or its id.

    Of a competitor's (``brand`` of the source) they are only wanted.
    """

    capability = Capability(
        network=NETWORK,
        title=TITLE,
        thread=True,
        own_posts=True,
        reply=True,
        delete_reply=True,
        edits=True,
        deletions=True,
        history=True,
        needs_token=True,
        interval=900.0,
        min_interval=300.0,
        needs=Sentence('The site you are reviewed as, such as what = "kerlann.example".'),
        steps=(
            Sentence("Have a Trustpilot plan with the Connect module."),
            Sentence(
                "On business.trustpilot.com, under Integrations, Developers, APIs, create an "
                "application."
            ),
            Sentence('Write its key into the source as token = "env:TRUSTPILOT_KEY".'),
            Sentence('To answer, write its secret there too: secret = "env:TRUSTPILOT_SECRET".'),
        ),
        limits=(
            Sentence("The API belongs to Trustpilot's paid plans with the Connect module."),
            Sentence("The mood of a review is that of its stars."),
            Sentence(
                "Edits and deletions are seen in the newest 100 reviews and in conversations you "
                "follow."
            ),
            Sentence("A review has one answer: sending another would replace it."),
        ),
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._source = source
        self._brands = [b for b in brands if not source.brand or b.name == source.brand]
        self._clock = clock
        self._ours = not any(b.competitor for b in self._brands if b.name == source.brand)
        self._server = TrustpilotServer(fetch, source, clock)
        self._changes = Changes(NETWORK, clock, Reach(missing=_MISSING))
        self._units: dict[str, str] = {}
        self.voice = ReviewAnswers(self._server, ReplyLimit(maximum=4000))

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield what is new or changed, oldest first within each business.

        Raises:
            SourceError: the key is missing or refused, or Trustpilot could not be asked.
        """
        marks = read_marks(cursor)
        if marks is None:
            yield Batch(gap=lost_place(self._clock()))
            marks = {}
        for unit in await self._found():

            async def ask(after: str | None, unit: str = unit) -> Page:
                return await self._page(unit, after)

            async with aclosing(self._changes.batches(unit, ask, marks)) as batches:
                async for batch in batches:
                    yield batch

    def stream(self, cursor: str | None) -> None:
        """Trustpilot pushes to servers that it can reach alone."""
        return

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return these reviews as they are now, with their answers, and which are gone.

        Raises:
            SourceError: Trustpilot could not be asked.
        """
        posts: list[Post] = []
        gone: list[Deletion] = []
        bad: list[BadRecord] = []
        unit = ((await self._found()) or ("",))[0]
        for review in list(dict.fromkeys(review_of(one) for one in native_ids))[:MOST_REVIEWS]:
            try:
                record = await self._server.get(f"reviews/{review}")
            except HttpError as error:
                if error.status not in (404, 410):
                    raise
                gone.append(Deletion(NETWORK, review))
                continue
            try:
                change = self._read(record, unit)
            except UnreadableError as fault:
                bad.append(bad_record(record, fault))
                continue
            posts += change.posts
            gone += self._changes.gone(change)
        fetched = len(posts) + len(bad)
        return Batch(posts=tuple(posts), deletions=tuple(gone), bad=tuple(bad), fetched=fetched)

    async def history(
        self, brand: BrandConfig, since: Micros, place: str | None
    ) -> AsyncGenerator[Batch, None]:
        """Yield all reviews back to ``since``; see ``Historical``.

        Raises:
            SourceError: as ``poll``.
        """

        async def ask(key: str, position: str) -> PastPage:
            page = await self._page(key, position or None)
            posts = tuple(post for change in page.changes for post in change.posts)
            return PastPage(
                posts=tuple(post for post in posts if (post.created_at or since) >= since),
                bad=page.bad,
                fetched=page.fetched,
                below=page.after,
                oldest=min((change.at for change in page.changes), default=None),
            )

        async with aclosing(walk_down(await self._found(), place, since, ask)) as batches:
            async for batch in batches:
                yield batch

    async def _found(self) -> Sequence[str]:
        """Return the ids of the businesses; their sites are looked up once."""
        if not self._server.has_key:
            raise SourceError(State.NEEDS_APPROVAL, needs_plan())
        named = _named(self._source.what, self._brands)
        if not named:
            raise SourceError(State.FAILING, _NOTHING)
        for name in named:
            if name not in self._units:
                self._units[name] = name if _UNIT.fullmatch(name) else await self._unit(name)
        return tuple(dict.fromkeys(self._units[name] for name in named))

    async def _unit(self, site: str) -> str:
        try:
            body = await self._server.get("business-units/find", {"name": site})
        except HttpError as error:
            if error.status != 404:
                raise
            raise SourceError(State.FAILING, _unknown(site)) from error
        unit = body.get("id") if isinstance(body, dict) else None
        if not isinstance(unit, str) or not unit.isalnum():
            raise SourceError(State.FORMAT_CHANGED, changed())
        return unit

    async def _page(self, unit: str, after: str | None) -> Page:
        number = int(after) if after is not None and after.isdigit() else 1
        body = await self._server.get(
            f"business-units/{unit}/reviews",
            {"perPage": PER_PAGE, "page": number, "orderBy": "createdat.desc"},
        )
        records = reviews_in(body)
        if records is None:
            raise SourceError(State.FORMAT_CHANGED, changed())
        following = str(number + 1) if records else None
        return page_of(records, lambda record: self._read(record, unit), following)

    def _read(self, record: object, unit: str) -> Change:
        return read_review(record, ours=self._ours, unit=unit)


def _named(what: str, brands: Sequence[BrandConfig]) -> Sequence[str]:
    """Return what the source names, else the brand's own sites."""
    named = [one.strip() for one in what.split(",") if one.strip()]
    if not named:
        named = [site for brand in brands if not brand.competitor for site in brand.websites]
    found = [_ADDRESS.sub(r"\1", one) for one in named]
    bare = [one.partition("://")[2] or one for one in found]
    return tuple(dict.fromkeys(one.partition("/")[0].casefold() for one in bare))[:MOST_UNITS]


def _unknown(site: str) -> Sentence:
    return Sentence(
        "Trustpilot knows no business of the name {site}. Write the site as it stands in the "
        "address of its page there, after /review/.",
        {"site": site},
    )


_NOTHING = Sentence(
    'This source names no business: write what = "kerlann.example", the site as it stands in the '
    "address of your page on Trustpilot."
)
