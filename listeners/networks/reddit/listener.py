"""Reddit: searches, communities, accounts and what is sent to ours, by feeds or by an app.

Feeds need no key and tell no scores, no parents and no deletions; an app that Reddit has approved
hears all of that and can answer. See the ``reddit_*`` files beside this one for each part.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import HOUR, MINUTE, Batch, Micros, Sentence, SourceState
from listeners.networks.answering import Answering
from listeners.networks.contract import Capability, SourceError
from listeners.networks.reddit.decode import NETWORK, TITLE
from listeners.networks.reddit.places import API_PAGE, Place, places_of, queries_of
from listeners.networks.reddit.reader import Reader
from listeners.networks.reddit.reply import Replier
from listeners.networks.reddit.server import RedditServer, RefusedError
from listeners.networks.reddit.threads import Threads
from listeners.networks.searching import lost_place, read_marks
from listeners.networks.walking import Depth, Walker

SECOND_LOOK = 10 * MINUTE
"""How often what was handed on is asked for again: edits, votes and deletions are told nobody."""
REFUSED_FOR = HOUR
"""How long a place that we thought of ourselves is left alone after a refusal."""
APP_INTERVAL = 60.0
FEED_PAGES = 4
"""Pages a feed is walked down: each waits a minute for its turn."""
HISTORY_PAGES = 10

_MISSING = Sentence(
    "Reddit had more new posts than its listings show. The newest are stored; older ones of this "
    "stretch may be missing."
)
_log = logging.getLogger(__name__)


class RedditListener(Answering):
    """One configured Reddit source: ``what`` is empty (from the brands' queries), words,
    ``r/NAME``, ``r/NAME: WORDS`` or ``u/NAME``.

    With the option ``client_id`` it uses an app, see ``RedditServer``; else the feeds. ``ours``:
    the community is our own, and who begins a thread there speaks to us.
    """

    capability = Capability(
        network=NETWORK,
        title=TITLE,
        search=True,
        thread=True,
        own_posts=True,
        reply=True,
        delete_reply=True,
        edits=True,
        deletions=True,
        history=True,
        works_without_key=True,
        interval=300.0,
        min_interval=60.0,
        steps=(
            Sentence("Without an app: log in to Reddit and open reddit.com/prefs/feeds."),
            Sentence(
                "Copy what stands after feed= in the address of any of its private feeds: that is "
                "this source's token; your Reddit name is its username."
            ),
            Sentence(
                "With an app (to answer, and for scores and deletions): ask Reddit for access "
                "under its Responsible Builder Policy; Reddit decides case by case."
            ),
            Sentence(
                "Once approved, make the app under reddit.com/prefs/apps and write its id as "
                "client_id, where its secret is as client_secret, and where the refresh token of "
                "your account is as the token."
            ),
        ),
        limits=(
            Sentence(
                "Without a key Reddit answers about one request a minute from one address, for "
                "all Reddit sources together; from shared addresses often none."
            ),
            Sentence(
                "Reddit's search finds submissions, not comments: comments are heard where a "
                "community (r/NAME) is listened to, or where they answer you."
            ),
            Sentence(
                "Feeds tell no votes, no deletions and not which comment is answered; answering "
                "from here needs an approved app."
            ),
            Sentence(
                "Reddit's terms forbid to match its members with people elsewhere: hubbub never "
                "does."
            ),
        ),
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._source = source
        self._brands = [b for b in brands if not source.brand or b.name == source.brand]
        self._clock = clock
        handles = [handle for b in self._brands for handle in b.handles.get(NETWORK, ())]
        names = tuple(h.strip().removeprefix("u/").lstrip("@") for h in handles)
        self._server = RedditServer(fetch, source, clock, names)
        self._reader = Reader(self._server)
        depth = Depth(missing=_MISSING, first=2, most=10, shown=API_PAGE)
        if not self._server.app:
            depth = replace(depth, first=1, most=FEED_PAGES)
        self._walker = Walker(source, self._brands, clock, depth)
        self._walker.own.update(name.casefold() for name in names)
        self._threads = Threads(self._server, self._reader, self._walker, clock)
        self.voice = Replier(self._server, self._reader)
        self._refused: dict[str, Micros] = {}
        self._looked_at: Micros | None = clock()

    @property
    def next_interval(self) -> float | None:
        """Seconds between two polls with an app, which may ask a hundred times a minute."""
        return APP_INTERVAL if self._server.app else None

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield what is new in every place, oldest first within each; then look again.

        Raises:
            SourceError: Reddit refused a place the user asked for, or cannot be read.
        """
        marks = read_marks(cursor)
        if marks is None:
            yield Batch(gap=lost_place(self._clock()))
            marks = {}
        for place in await self._places():
            if not self._is_due(self._refused.get(place.key), REFUSED_FOR):
                continue
            ask = partial(self._reader.page, place)
            ours = place.kind == "community" and self._source.options.get("ours") is True
            try:
                async with aclosing(
                    self._walker.batches(place.key, ask, marks, ours=ours)
                ) as batches:
                    async for batch in batches:
                        self._threads.learn(batch.posts)
                        yield batch
            except RefusedError as error:
                wanted = not place.optional or error.status == 401
                if wanted or error.state is SourceState.RATE_LIMITED or error.until is not None:
                    raise
                self._refused[place.key] = self._clock()
                _log.info("Reddit does not show us a place of kind %s", place.kind)
        if self._server.app and self._is_due(self._looked_at, SECOND_LOOK):
            self._looked_at = self._clock()
            batch = await self._threads.look_again()
            if batch.posts or batch.deletions:
                yield batch
                self._walker.stored(batch)

    def stream(self, cursor: str | None) -> None:
        """Reddit pushes to nobody."""
        return

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return the threads around these posts; see ``reddit_threads``.

        Raises:
            SourceError: Reddit could not be asked, or asks us to wait.
        """
        return await self._threads.fetch(native_ids)

    async def history(
        self, brand: BrandConfig, since: Micros, place: str | None
    ) -> AsyncGenerator[Batch, None]:
        """Yield what Reddit's search still finds of a brand, newest first; see ``Historical``.

        Raises:
            SourceError: as ``poll``.
        """
        places = self._past(brand)
        number, after = _read_place(place)
        while number < len(places):
            for _ in range(HISTORY_PAGES):
                sheet = await self._reader.page(places[number], after or None)
                posts = tuple(p for p in sheet.posts if (p.created_at or since) >= since)
                last = sheet.last_at
                after = sheet.after or ""
                ended = not after or (last is not None and last < since)
                then = (number + 1, "") if ended else (number, after)
                yield Batch(
                    posts=tuple(self._walker.settled(posts)),
                    bad=sheet.bad,
                    fetched=sheet.fetched,
                    cursor=json.dumps({"search": then[0], "after": then[1]}),
                )
                if ended:
                    break
            number, after = number + 1, ""

    async def _places(self) -> tuple[Place, ...]:
        if self._source.token is not None and not (self._server.app or self._server.username):
            raise SourceError(
                SourceState.NEEDS_TOKEN,
                Sentence(
                    "A personal feed token opens Reddit's feeds only together with the name of "
                    "its account: write that as username in this source."
                ),
            )
        own = await self._server.own_name() if self._server.signed_in else ""
        if own:
            self._walker.own.add(own.casefold())
        inbox = self._server.signed_in or self._server.has_feed_token
        return places_of(self._source, self._brands, inbox=inbox, own=own)

    def _past(self, brand: BrandConfig) -> list[Place]:
        """Return the searches of a brand's past: in the source's community, or everywhere."""
        listened = places_of(self._source, [brand], inbox=False)
        named = [one for one in listened if one.kind == "community"]
        if not named:
            return [one for one in listened if not one.optional]
        name = named[0].path.split("/")[2]
        words = queries_of(replace(self._source, what=""), [brand])
        return [Place("search", f"/r/{name}/search", one, restricted=True) for one in words]

    def _is_due(self, since: Micros | None, every: int) -> bool:
        """Whether something last done at ``since`` is to be done again; a clock may jump back."""
        return since is None or not 0 <= self._clock() - since < every


def _read_place(place: str | None) -> tuple[int, str]:
    """Return where a reading of the past goes on; an illegible place is its beginning."""
    try:
        held = json.loads(place or "{}")
        return max(0, int(held.get("search", 0))), str(held.get("after", ""))
    except (ValueError, TypeError, AttributeError):
        return 0, ""
