"""X (Twitter): what mentions us, what we write, a search, and the live stream; and answers.

Wire format: docs.x.com and /openapi.json; see the ``x_*`` files beside this one. X charges for
every post it returns, so each question is paid for before it leaves (``listeners.spending``), and
nothing is read twice by two ways.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import DAY, SECOND, Batch, Deletion, Gap, Post, Sentence
from listeners.model import SourceState as State
from listeners.networks.answering import Answering
from listeners.networks.contract import Capability, SourceError
from listeners.networks.harvest import HandedOn, Relevance, plain_handle
from listeners.networks.replying import Answered
from listeners.networks.searching import lost_place
from listeners.networks.x import words
from listeners.networks.x.decode import NETWORK, TITLE, Page, time_of
from listeners.networks.x.places import (
    Pending,
    Place,
    Spot,
    begin,
    mentions_spot,
    own_spot,
    read_cursor,
    search_spot,
    write_cursor,
)
from listeners.networks.x.query import queries_of
from listeners.networks.x.refusals import RefusedError
from listeners.networks.x.reply import Replies
from listeners.networks.x.server import XServer
from listeners.networks.x.stream import Live

PER_PAGE = 100
MOST_PAGES = 10
"""Pages of one question a round; the reading goes on in the next."""
BACK = DAY
"""How far back a first round reads; the past costs as much as the present."""
MOST_LOOKED_AT = 100
COUNT_EVERY = 7 * DAY


class XListener(Answering):
    """One configured X source. ``what`` may be a query in X's own language; else the brand's words.

    Options: ``account`` (the file ``hubbub connect x`` made), ``budget_day``, ``budget_month``,
    ``prices``, ``owned`` (the account owns the app), ``authors``, ``search``, ``stream``,
    ``follow`` (look again at posts of open conversations), ``back`` in days.
    """

    capability = Capability(
        network=NETWORK,
        title=TITLE,
        search=True,
        stream=True,
        thread=True,
        own_posts=True,
        reply=True,
        delete_reply=True,
        edits=True,
        deletions=True,
        reach=True,
        gapless=True,
        needs_token=True,
        interval=120.0,
        min_interval=60.0,
        needs=Sentence("Your account's handle in the brand's handles, or words to search for."),
        steps=(
            Sentence("Open developer.x.com with the account that shall answer, and buy credits."),
            Sentence(
                "Make a project and an app in it; under User authentication settings choose "
                "Read and write, Native App, and the callback http://127.0.0.1:8723/callback."
            ),
            Sentence("Run hubbub connect x with the app's client ID, and allow it in the browser."),
            Sentence("Write the account = line it prints into the source."),
            Sentence(
                "For the live stream, write the app's bearer token as token = "
                '"env:X_BEARER" as well.'
            ),
            Sentence("Say what it may cost: budget_day and budget_month, in dollars."),
        ),
        limits=(
            Sentence(
                "X charges for every post read, $0.005, or $0.001 of what is your own, and $0.010 "
                "for every account: hubbub stops before your budget is passed."
            ),
            Sentence(
                "Programs may answer only posts that @mention you or quote a post of yours; for "
                "all others the text is copied and the post opened."
            ),
            Sentence("A reply costs $0.010, one that holds a link $0.200."),
            Sentence("The search reaches back seven days."),
            Sentence(
                "X's terms forbid watching people and inferring what they believe: use what is "
                "heard for your brand alone."
            ),
        ),
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._source = source
        self._brands = [b for b in brands if not source.brand or b.name == source.brand]
        self._clock = clock
        self._server = XServer(fetch, source, clock)
        self._handed = HandedOn(clock)
        self._relevance = Relevance(source, self._brands)
        self._handles = tuple(
            dict.fromkeys(
                plain_handle(handle)
                for brand in self._brands
                for handle in brand.handles.get(NETWORK, ())
                if not brand.competitor
            )
        )
        self._own_ids: set[str] = set()
        self.voice = self._replies = Replies(self._server, self._handles, clock)

    # --- the parts of Particular ---------------------------------------------------------------

    def may_answer(self, to: Answered) -> Sentence | None:
        """See ``Particular.may_answer``."""
        return self._replies.may_answer(to)

    def with_link(self) -> Sentence | None:
        """See ``Particular.with_link``."""
        return self._replies.with_link()

    # --- listening -----------------------------------------------------------------------------

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield our posts, what mentions us, and what the search finds; each question's posts
        oldest first within a page.

        Raises:
            SourceError: X said no, could not be asked, or the budget is used up.
        """
        place = read_cursor(cursor)
        if place is None:
            yield Batch(gap=lost_place(self._clock()))
            place = Place()
        self._server.naming = place.naming
        async with aclosing(self._round(place)) as batches:
            async for batch in batches:
                place.naming = self._server.naming
                yield replace(batch, cursor=write_cursor(place))
                # Only here is the batch known to be stored.
                self._handed.stored(batch)

    def stream(self, cursor: str | None) -> AsyncGenerator[Batch, None] | None:
        """Yield what X pushes, where the source wants its stream; see ``x_stream``."""
        if self._source.options.get("stream") is not True:
            return None
        return self._stream(read_cursor(cursor) or Place())

    async def _stream(self, place: Place) -> AsyncGenerator[Batch, None]:
        if self._source.token is None:
            raise SourceError(State.NEEDS_TOKEN, words.stream_needs_token())
        rules = [f"@{handle}" for handle in self._handles]
        rules += [f"from:{handle}" for handle in self._handles]
        live = Live(
            self._server, self._server.fetch, self._source, self._brands, rules, self._clock
        )
        while True:
            async with aclosing(live.pages()) as pages:
                async for page in pages:
                    posts = [self._seen(post, None) for post in page.posts]
                    news = self._handed.news(posts)
                    newest = max((time_of(one) or 0 for one in page.post_ids), default=0)
                    live.moved(place, newest)
                    batch = Batch(
                        posts=news,
                        bad=self._handed.letters(page.bad),
                        fetched=len(page.posts) + len(page.bad),
                        cursor=write_cursor(place),
                    )
                    yield batch
                    self._handed.stored(batch)
            # What came while nobody listened is searched for, above the marks.
            async with aclosing(self._round(place)) as batches:
                async for batch in batches:
                    yield replace(batch, cursor=write_cursor(place))
                    self._handed.stored(batch)

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Look again at posts of open conversations, and at what they answer: each is charged
        once a day at most. Nothing is asked where ``follow = false``.

        Raises:
            SourceError: as ``poll``.
        """
        if self._source.options.get("follow") is False or not self._server.has_key:
            return Batch()
        wanted = [one for one in dict.fromkeys(native_ids) if one.isdigit()]
        wanted = await self._server.worth_a_look(wanted[:MOST_LOOKED_AT])
        if not wanted:
            return Batch()
        page = await self._server.lookup(wanted)
        found = {post.native_id: post for post in page.posts}
        later = list((page.latest or {}).values())
        above = [post.parent_id for post in page.posts if post.parent_id]
        more = [one for one in dict.fromkeys([*later, *above]) if one not in self._handed]
        more = [one for one in more if one not in wanted][:MOST_LOOKED_AT]
        bad = page.bad
        if more:
            around = await self._server.lookup(more)
            bad += around.bad
            for post in around.posts:
                found[post.native_id] = post
        posts = tuple(self._seen(post, None) for post in found.values())
        gone = tuple(Deletion(NETWORK, one) for one in page.gone if one in wanted)
        return Batch(posts=posts, deletions=gone, bad=bad, fetched=len(posts) + len(bad))

    # --- one round -----------------------------------------------------------------------------

    async def _round(self, place: Place) -> AsyncGenerator[Batch, None]:
        if not self._server.has_key:
            raise SourceError(State.NEEDS_TOKEN, words.no_key())
        if await self._look_up(place):
            yield Batch()  # kept at once: it is paid for
        spots = self._spots(place)
        if not spots:
            raise SourceError(State.FAILING, words.nothing_to_hear())
        place.keep([spot.key for spot in spots])
        if await self._count_once(spots, place):
            yield Batch()
        for spot in spots:
            async with aclosing(self._read(spot, place)) as batches:
                async for batch in batches:
                    yield batch

    def _spots(self, place: Place) -> Sequence[Spot]:
        """Return what to ask, what is said to us first: the budget may not suffice for all."""
        self._own_ids = set(place.accounts.values())
        kind = self._server.prices.ours
        spots = [mentions_spot(one, kind) for one in place.accounts.values()]
        spots += [own_spot(one, kind) for one in place.accounts.values()]
        if self._source.options.get("search") is False:
            return spots
        queries = queries_of(self._source, self._brands, apart=tuple(place.accounts))
        return [*spots, *map(search_spot, queries)]

    async def _look_up(self, place: Place) -> bool:
        """Learn the ids of our accounts, once: an account costs as much as ten of our posts.

        Return whether anything was learnt.
        """
        known = dict(place.accounts)
        if self._server.permission.given and not place.me:
            number, handle = await self._server.me()
            place.me = plain_handle(handle)
            place.accounts[place.me] = number
        missing = [handle for handle in self._handles if handle not in place.accounts]
        if missing:
            found = await self._server.accounts(missing)
            place.accounts |= {plain_handle(handle): number for number, handle in found}
        return place.accounts != known

    async def _count_once(self, spots: Sequence[Spot], place: Place) -> bool:
        """Ask how much the searches bring, so that their price is known before it is paid.

        Return whether that was asked now.
        """
        searches = [spot for spot in spots if spot.is_search]
        asked = place.counted_at
        if not searches or 0 <= self._clock() - asked < COUNT_EVERY:
            return False
        try:
            total = sum([await self._server.counted(str(one.params["query"])) for one in searches])
        except RefusedError as error:
            if error.state is State.OUT_OF_CREDITS:
                raise
            total = 0  # the count is a comfort; a plan without it still searches
        await self._server.meter.expect(total * self._server.most_for("post") // 7)
        place.counted_at = self._clock()
        return True

    async def _read(self, spot: Spot, place: Place) -> AsyncGenerator[Batch, None]:
        back = self._source.options.get("back", BACK / DAY)
        days = float(back) if isinstance(back, (int, float)) and 0 <= back <= 7 else BACK / DAY
        first = spot.key not in place.marks
        pending, cut = begin(place, spot, int(days * DAY), self._clock())
        gap = self._gap(place, spot) if cut else None
        for _ in range(MOST_PAGES):
            try:
                page = await self._page(spot, pending)
            except RefusedError as error:
                if error.status == 400 and "since_id" in error.about and not pending.token:
                    pending.since, gap = (
                        begin(Place(), spot, 7 * DAY, self._clock())[0].since,
                        (self._gap(place, spot)),
                    )
                    page = await self._page(spot, pending)
                elif error.status == 400 and pending.token:
                    # A page's token that is no longer known: the stretch is read anew.
                    place.pending.pop(spot.key, None)
                    pending.token = ""
                    page = await self._page(spot, pending)
                else:
                    raise
            pending.newest = pending.newest or page.newest
            pending.token = page.next_token
            if page.next_token:
                place.pending[spot.key] = pending
            else:
                place.pending.pop(spot.key, None)
                place.read_to(spot.key, pending.newest or pending.since)
            batch = self._batch(page, spot, first=first)
            if gap or page.post_ids or not page.next_token:
                yield replace(batch, gap=gap, lag=self._lag(page))
            gap = None
            if not page.next_token:
                return

    async def _page(self, spot: Spot, pending: Pending) -> Page:
        params: dict[str, str | int] = {**spot.params, "since_id": pending.since}
        if pending.token:
            token = "next_token" if spot.is_search else "pagination_token"
            params[token] = pending.token
        return await self._server.page(
            spot.endpoint,
            spot.path,
            params,
            kind=spot.kind,
            least=spot.least,
            mine=not spot.is_search,
            most=PER_PAGE,
        )

    def _batch(self, page: Page, spot: Spot, *, first: bool) -> Batch:
        posts = sorted(
            (self._seen(post, spot) for post in page.posts), key=lambda post: post.created_at or 0
        )
        self._relevance.learn(posts)
        return Batch(
            posts=self._handed.news([self._relevance.addressed(one) for one in posts], first=first),
            bad=self._handed.letters(page.bad),
            fetched=len(page.posts) + len(page.bad),
        )

    def _seen(self, post: Post, spot: Spot | None) -> Post:
        """Return a post with what is known from where it was found."""
        own = post.author.key in self._own_ids
        if own:
            return replace(post, own=True)
        if spot is not None and spot.to_us:
            return replace(post, addressed=True, wanted=True)
        named = {plain_handle(name) for name in post.mentions}
        return replace(post, addressed=not named.isdisjoint(self._handles))

    def _gap(self, place: Place, spot: Spot) -> Gap:
        last = time_of(place.marks.get(spot.key, ""))
        return Gap(last, time_of(self._farthest(spot).since), words.too_old())

    def _farthest(self, spot: Spot) -> Pending:
        """Return a reading as far back as X searches."""
        return begin(Place(), spot, 7 * DAY, self._clock())[0]

    def _lag(self, page: Page) -> float:
        """Return how far behind a reading is that has more pages: as far as it has come."""
        if not page.next_token or not page.post_ids:
            return 0.0
        return max(0.0, (self._clock() - (time_of(page.newest) or 0)) / SECOND)
