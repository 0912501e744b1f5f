"""App Store: what customers write below an app, country by country, with their stars.

Wire format: itunes.apple.com/{country}/rss/customerreviews. The newest 500 reviews of a country are
all it shows, 50 a page; a review that was changed comes to the top again under its own number.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass, replace

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import BadRecord, Batch, Gap, Micros, Post, Sentence, SourceState
from listeners.networks.appstore.decode import (
    NETWORK,
    TITLE,
    entries_of,
    read_review,
    review_id,
)
from listeners.networks.appstore.places import App, app_of
from listeners.networks.batches import says_something
from listeners.networks.contract import Capability, SourceError
from listeners.networks.decoding import UnreadableError, bad_record
from listeners.networks.harvest import HandedOn
from listeners.networks.searching import lost_place, read_marks, write_marks

DEFAULT_SERVER = "https://itunes.apple.com"
PAGES = 10
SPACING = 1.0


@dataclass(frozen=True, slots=True)
class _Page:
    """One page of a country; ``ended`` says that there is no page beyond."""

    records: tuple[object, ...]
    ended: bool

    @property
    def ids(self) -> list[int]:
        """The numbers of its reviews."""
        return [number for record in self.records if (number := review_id(record)) is not None]


class AppStoreListener:
    """One configured app: ``what`` is ``NUMBER[: COUNTRY, COUNTRY]`` or its page's address.

    A review of our app is addressed to us; of an app of a competitor (``brand`` of the source) it
    is only wanted.
    """

    capability = Capability(
        network=NETWORK,
        title=TITLE,
        edits=True,
        history=True,
        works_without_key=True,
        interval=3600.0,
        min_interval=900.0,
        needs=Sentence(
            'The number of the app and the countries, such as what = "497799835: us, fr".'
        ),
        limits=(
            Sentence("The newest 500 reviews of each country are all the App Store shows."),
            Sentence(
                "From some networks the App Store shows no reviews though there are some; hubbub "
                "says so when a country is empty."
            ),
            Sentence("The mood of a review is that of its stars, where it has any."),
            Sentence("Answering needs App Store Connect: its page opens in your browser."),
            Sentence("Deleted reviews are not seen to go."),
        ),
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._source = source
        self._brands = [b for b in brands if not source.brand or b.name == source.brand]
        self._fetch = fetch
        self._clock = clock
        self._base = (source.base_url or DEFAULT_SERVER).rstrip("/")
        self._spacing = 0.0 if source.base_url else SPACING
        self._handed_on = HandedOn(clock)
        self._ours = not any(b.competitor for b in self._brands if b.name == source.brand)

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield what is new or changed in every country, oldest first within each.

        Raises:
            SourceError: no app is named, or the App Store could not be asked or shows nothing.
        """
        app = app_of(self._source, self._brands)
        marks = read_marks(cursor)
        if marks is None:
            yield Batch(gap=lost_place(self._clock()))
            marks = {}
        empty: list[str] = []
        for country in app.countries:
            first = country not in marks
            mark = marks.get(country, 0)
            pages, gap = await self._newest(app, country, None if first else mark)
            if not pages[0].records:
                empty.append(country)
                continue
            for page in reversed(pages):
                posts, bad = self._read(page.records[::-1], country, app)
                before = marks.get(country)
                marks[country] = max(before or 0, *page.ids, 0)
                batch = Batch(
                    posts=self._news(posts, first=first),
                    bad=self._handed_on.letters(bad),
                    gap=gap,
                    fetched=len(page.records),
                    cursor=write_marks(marks),
                )
                gap = None
                if says_something(batch) or marks[country] != before:
                    yield batch
                    # Only here is the batch known to be stored.
                    self._handed_on.stored(batch)
        doubtful = [one for one in empty if one in marks]
        if doubtful or len(empty) == len(app.countries):
            raise _nothing_shown(doubtful or empty)

    def stream(self, cursor: str | None) -> None:
        """The App Store pushes to nobody."""
        return

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Reviews stand alone."""
        return Batch()

    async def history(
        self, brand: BrandConfig, since: Micros, place: str | None
    ) -> AsyncGenerator[Batch, None]:
        """Yield all ten pages of every country; see ``Historical``.

        Raises:
            SourceError: as ``poll``.
        """
        app = app_of(self._source, [brand])
        done = read_marks(place) or {}
        for country in app.countries:
            for number in range(done.get(country, 0) + 1, PAGES + 1):
                page = await self._page(app, country, number)
                posts, bad = self._read(page.records, country, app)
                times = [post.created_at for post in posts if post.created_at is not None]
                ended = page.ended or (bool(times) and max(times) < since)
                done[country] = PAGES if ended else number
                yield Batch(
                    posts=tuple(post for post in posts if (post.created_at or since) >= since),
                    bad=bad,
                    fetched=len(page.records),
                    cursor=write_marks(done),
                )
                if ended:
                    break

    async def _newest(
        self, app: App, country: str, mark: int | None
    ) -> tuple[list[_Page], Gap | None]:
        """Return the pages down to what was read; the first alone of a country never read."""
        pages: list[_Page] = []
        for number in range(1, PAGES + 1):
            page = await self._page(app, country, number)
            pages.append(page)
            if mark is None or page.ended or all(one <= mark for one in page.ids):
                return pages, None
        return pages, Gap(None, self._clock(), _TOO_MANY)

    async def _page(self, app: App, country: str, number: int) -> _Page:
        answer = await self._fetch.get(
            f"{self._base}/{country}/rss/customerreviews/page={number}/id={app.number}"
            "/sortby=mostrecent/json",
            allow_private=self._source.allow_private,
            spacing=self._spacing,
        )
        answer.refuse_page()
        if number > 1 and not answer.body.lstrip().startswith(b"{"):
            # Beyond the last page it answers in plain text.
            return _Page((), ended=True)
        records = entries_of(answer.json())
        if records is None:
            raise SourceError(SourceState.FORMAT_CHANGED, _CHANGED)
        return _Page(tuple(records), ended=not records)

    def _read(
        self, records: Iterable[object], country: str, app: App
    ) -> tuple[tuple[Post, ...], tuple[BadRecord, ...]]:
        posts: list[Post] = []
        bad: list[BadRecord] = []
        for record in records:
            try:
                post = read_review(record, country, app.number)
            except UnreadableError as fault:
                bad.append(bad_record(record, fault))
                continue
            posts.append(replace(post, addressed=self._ours, wanted=not self._ours))
        return tuple(posts), tuple(bad)

    def _news(self, posts: Iterable[Post], *, first: bool) -> tuple[Post, ...]:
        """Return what is new or changed; without a time, what a first reading shows is old."""
        news = self._handed_on.news(posts, first=first)
        if not first:
            return news
        return tuple(replace(p, history=p.history or p.created_at is None) for p in news)


def _nothing_shown(countries: Sequence[str]) -> SourceError:
    return SourceError(
        SourceState.FAILING,
        Sentence(
            "The App Store shows no reviews for {countries}. The app may have none there, or the "
            "App Store hides them from your network, which happens. What is stored is safe; "
            "hubbub asks again by itself.",
            {"countries": ", ".join(countries)},
        ),
    )


_TOO_MANY = Sentence(
    "More than 500 reviews came since the last reading, and the App Store shows no more. The "
    "newest are stored; older ones of this stretch may be missing."
)
_CHANGED = Sentence(
    "The App Store answered, but not with reviews. Nothing was stored, and hubbub goes on from "
    "the same place. A newer hubbub may be needed."
)
