"""Google Business reviews: what customers write about our places on Google Maps, and our answers.

Wire format: Google My Business API v4; see the ``google_reviews_*`` files beside this one. Pages
begin with what changed last, so an edit comes to the top again.
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
from listeners.networks.google_reviews.decode import NETWORK, PAGE, TITLE, read_review, reviews_in
from listeners.networks.google_reviews.server import (
    PER_PAGE,
    GoogleServer,
    changed,
    needs_approval,
)
from listeners.networks.past import PastPage, walk_down
from listeners.networks.replying import ReplyLimit
from listeners.networks.reviews import ReviewAnswers, review_of
from listeners.networks.searching import lost_place, read_marks

MOST_PLACES = 50
MOST_REVIEWS = 20
_PLACE = re.compile(r"accounts/[^/\s]+/locations/[^/\s]+")
_MISSING = Sentence(
    "More reviews came or changed since the last reading than hubbub reads at once. The newest "
    "are stored; reading the past brings the others."
)


class GoogleReviewsListener(Answering):
    """The reviews of some places: ``what`` is ``accounts/1/locations/55``, several with commas.

    ``page`` is the address that opens for a review: Google gives it none.
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
        needs=Sentence('Your places, such as what = "accounts/1/locations/55".'),
        steps=(
            Sentence("Verify your place in Google Business Profile; it must be 60 days old."),
            Sentence(
                "Make a project at console.cloud.google.com and ask for access at "
                "support.google.com/business/contact/api_default, naming the project's number."
            ),
            Sentence("When Google wrote that it agrees, switch on the Google My Business API."),
            Sentence(
                "Make an OAuth client there, put it into production, and give it your consent "
                "for the scope business.manage."
            ),
            Sentence(
                "Write client_id, client_secret and refresh_token into the source, each as "
                "env:NAME or the like."
            ),
        ),
        limits=(
            Sentence("Until Google approves the project its quota is 0: nothing can be read."),
            Sentence("Only places you manage; other businesses' reviews cannot be had."),
            Sentence("The mood of a review is that of its stars."),
            Sentence("A review has one answer: sending another would replace it."),
            Sentence("Reviews have no address of their own: the list of reviews opens."),
        ),
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._what = source.what
        self._page_url = str(source.options.get("page", PAGE))
        self._clock = clock
        self._ours = not any(b.competitor for b in brands if b.name == source.brand)
        self._server = GoogleServer(fetch, source, clock)
        self._changes = Changes(NETWORK, clock, Reach(missing=_MISSING))
        # developers.google.com/my-business/reference/rest/v4: an answer has 4096 bytes at most.
        self.voice = ReviewAnswers(self._server, ReplyLimit(maximum=4096, unit="bytes"))

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield what is new or changed, oldest first within each place.

        Raises:
            SourceError: Google did not approve us, no place is named, or it could not be asked.
        """
        marks = read_marks(cursor)
        if marks is None:
            yield Batch(gap=lost_place(self._clock()))
            marks = {}
        for place in self._places():

            async def ask(after: str | None, place: str = place) -> Page:
                return await self._page(place, after)

            async with aclosing(self._changes.batches(place, ask, marks)) as batches:
                async for batch in batches:
                    yield batch

    def stream(self, cursor: str | None) -> None:
        """Google pushes to servers of its own cloud alone."""
        return

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return these reviews as they are now, with our answers, and which are gone.

        Raises:
            SourceError: Google could not be asked.
        """
        posts: list[Post] = []
        gone: list[Deletion] = []
        bad: list[BadRecord] = []
        asked = dict.fromkeys(review_of(one) for one in native_ids)
        for review in [one for one in asked if _PLACE.match(one)][:MOST_REVIEWS]:
            try:
                record = await self._server.get(review)
            except HttpError as error:
                if error.status != 404:
                    raise
                gone.append(Deletion(NETWORK, review))
                continue
            try:
                change = self._read(record)
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

        async with aclosing(walk_down(self._places(), place, since, ask)) as batches:
            async for batch in batches:
                yield batch

    def _places(self) -> Sequence[str]:
        if not self._server.has_permission:
            raise SourceError(State.NEEDS_APPROVAL, needs_approval())
        named = [one.strip().strip("/") for one in self._what.split(",") if one.strip()]
        for one in named:
            if not _PLACE.fullmatch(one):
                raise SourceError(State.FAILING, _no_place(one))
        if not named:
            raise SourceError(State.FAILING, _no_place(""))
        return tuple(dict.fromkeys(named))[:MOST_PLACES]

    async def _page(self, place: str, after: str | None) -> Page:
        params: dict[str, str | int] = {"pageSize": PER_PAGE, "orderBy": "updateTime desc"}
        body = await self._server.get(
            f"{place}/reviews", {**params, **({"pageToken": after} if after else {})}
        )
        found = reviews_in(body)
        if found is None:
            raise SourceError(State.FORMAT_CHANGED, changed())
        records, following = found
        return page_of(records, self._read, following)

    def _read(self, record: object) -> Change:
        return read_review(record, ours=self._ours, page=self._page_url)


def _no_place(what: str) -> Sentence:
    return Sentence(
        '“{what}” names no place: write what = "accounts/NUMBER/locations/NUMBER", as your '
        "Business Profile shows it; several with commas between.",
        {"what": what},
    )
