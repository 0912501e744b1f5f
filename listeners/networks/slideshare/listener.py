"""SlideShare: decks that Google Alerts finds, told more of by oEmbed; the old API for old keys.

SlideShare shows its pages to browsers alone, and its comments to nobody. What is left: a feed of
alerts on ``site:slideshare.net``, the oEmbed endpoint, and a search for who still has a key.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher, HttpError
from listeners.model import DAY, SECOND, Author, BadRecord, Batch, Micros, Post, Sentence
from listeners.model import SourceState as State
from listeners.networks.changes import Change, Changes, Page, Reach
from listeners.networks.contract import Capability, SourceError
from listeners.networks.decoding import UnreadableError, bad_record
from listeners.networks.feeds.entry import Entry, NotAFeedError
from listeners.networks.feeds.html import unwrap
from listeners.networks.feeds.xml import read_xml
from listeners.networks.recent import Recent
from listeners.networks.searching import lost_place, read_marks, search_words
from listeners.networks.slideshare.address import SITE, deck_address
from listeners.networks.slideshare.decode import (
    NETWORK,
    TITLE,
    NotSlideShareError,
    Refusal,
    decks_in,
    read_deck,
    read_embedded,
)
from listeners.secret import Secret, SecretError

SPACING = 2.0
PER_PAGE = 50
MOST_ENRICHED = 20
MOST_FEEDS = 10
_DECKS = "decks"
_MOST_REMEMBERED = 1000
_AskAt = Callable[[str, str | None, int | None], Awaitable[Page]]
_KEY = frozenset({"0", "1", "2"})
_LIMIT = frozenset({"97", "99"})
_MISSING = Sentence(
    "More decks came to SlideShare since the last reading than hubbub reads at once. The newest "
    "are stored."
)


class SlideShareListener:
    """``what``: feeds of Google Alerts, and decks' addresses, with commas between.

    With ``token`` and ``secret`` (an old API key and its secret) the brand's words are searched.
    """

    capability = Capability(
        network=NETWORK,
        title=TITLE,
        search=True,
        edits=True,
        interval=3600.0,
        min_interval=900.0,
        needs=Sentence("The address of a Google Alert's feed, or an old API key."),
        steps=(
            Sentence(
                'Open google.com/alerts, ask for site:slideshare.net "your brand", and deliver it '
                "to an RSS feed."
            ),
            Sentence("Write the feed's address into the source as what."),
            Sentence(
                "Who has an API key from before: token and secret, each as env:NAME. New keys "
                "have not been seen to be given."
            ),
        ),
        limits=(
            Sentence("SlideShare shows comments to nobody: decks are heard, not what is said."),
            Sentence("Its pages answer browsers alone; only titles, authors and slides are had."),
            Sentence("Without a feed or a key it is import only; nothing can be answered."),
        ),
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._source = source
        self._brands = [b for b in brands if not source.brand or b.name == source.brand]
        self._fetch = fetch
        self._clock = clock
        self._base = (source.base_url or SITE).rstrip("/")
        self._spacing = 0.0 if source.base_url else SPACING
        self._secret = str(source.options.get("secret", "")).strip()
        self._changes = Changes(NETWORK, clock, Reach(missing=_MISSING))
        self._told: Recent[str, Post] = Recent(_MOST_REMEMBERED)
        self._left = 0
        named = [one.strip() for one in source.what.split(",") if one.strip()]
        self._named = [one for one in named if "://" in one]

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield decks that are new, oldest first within each feed or search.

        Raises:
            SourceError: there is no feed and no key, or one of them does not answer.
        """
        decks = [found for one in self._named if (found := deck_address(one))]
        feeds = [one for one in self._named if not deck_address(one)][:MOST_FEEDS]
        has_key = self._source.token is not None and bool(self._secret)
        if not (decks or feeds or has_key):
            half = self._source.token is not None
            raise SourceError(State.NEEDS_TOKEN if half else State.IMPORT_ONLY, _WAY_ROUND)
        marks = read_marks(cursor)
        if marks is None:
            yield Batch(gap=lost_place(self._clock()))
            marks = {}
        self._left = MOST_ENRICHED
        places: list[tuple[str, _AskAt]] = [(feed, self._ask_feed) for feed in feeds]
        if has_key:
            asked = replace(self._source, what="")
            places += [(one, self._ask_search) for one in search_words(asked, self._brands, TITLE)]
        for key, ask_at in places:
            known = marks.get(key)

            async def ask(
                after: str | None,
                key: str = key,
                known: int | None = known,
                ask_at: _AskAt = ask_at,
            ) -> Page:
                return await ask_at(key, after, known)

            async with aclosing(self._changes.batches(key, ask, marks)) as batches:
                async for batch in batches:
                    yield batch
        if decks:
            async with aclosing(self._changes.batches(_DECKS, self._ask_decks, marks)) as batches:
                async for batch in batches:
                    yield batch

    def stream(self, cursor: str | None) -> None:
        """SlideShare pushes nothing."""
        return

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """SlideShare shows no comments."""
        return Batch()

    async def _ask_feed(self, key: str, after: str | None, known: int | None) -> Page:
        answer = await self._fetch.get(
            key, expect="feed", allow_private=self._source.allow_private, spacing=self._spacing
        )
        try:
            read = await asyncio.to_thread(read_xml, answer.body, "", key)
        except NotAFeedError as error:
            raise SourceError(State.FAILING, error.sentence) from error
        changes: list[Change] = []
        for entry in read.entries:
            address = deck_address(unwrap(entry.link))
            if not address:
                continue
            at = entry.published or entry.updated or Micros(0)
            if known is not None and at < known - DAY:
                continue
            bare = self._of_entry(entry, address)
            post = await self._enriched(bare, address)
            # What is stored already may be told more of than we can be now.
            if known is None or at > known or post is not bare:
                changes.append(Change(posts=(post,), at=at))
        return Page(changes=tuple(changes), fetched=len(read.entries))

    async def _ask_decks(self, after: str | None) -> Page:
        changes: list[Change] = []
        for address in filter(None, map(deck_address, self._named)):
            bare = Post(
                network=NETWORK,
                native_id=address,
                author=Author(key=f"deck {address}"),
                text=address,
                url=address,
                wanted=True,
            )
            found = await self._enriched(bare, address)
            if found is not bare:
                changes.append(Change(posts=(found,), at=Micros(0)))
        return Page(changes=tuple(changes), fetched=len(changes))

    async def _ask_search(self, key: str, after: str | None, known: int | None) -> Page:
        number = int(after) if after is not None and after.isdigit() else 1
        records = await self._searched(key, number)
        changes: list[Change] = []
        bad: list[BadRecord] = []
        for record in records:
            try:
                post = read_deck(record)
            except UnreadableError as fault:
                bad.append(bad_record(dict(record), fault))
                continue
            changes.append(Change(posts=(post,), at=post.created_at or Micros(0)))
        following = str(number + 1) if len(records) >= PER_PAGE else None
        fetched = len(records)
        return Page(changes=tuple(changes), bad=tuple(bad), fetched=fetched, after=following)

    def _of_entry(self, entry: Entry, address: str) -> Post:
        """Return what the alert itself says of a deck."""
        return Post(
            network=NETWORK,
            native_id=address,
            author=Author(key=entry.author or f"deck {address}", name=entry.author),
            title=entry.title,
            text=entry.text or entry.title or address,
            url=address,
            created_at=entry.published or entry.updated,
            root_id=address,
            wanted=True,
        )

    async def _enriched(self, post: Post, address: str) -> Post:
        """Return the post with what oEmbed knows; as it is where that does not tell.

        Its id stays the address: the next reading may not be told the number.

        Raises:
            SourceError: SlideShare asks for patience.
        """
        if (found := self._told.get(address)) is not None:
            return _more(post, found)
        if self._left <= 0:
            return post
        self._left -= 1
        try:
            answer = await self._fetch.get(
                f"{self._base}/api/oembed/2",
                params={"format": "json", "url": address},
                allow_private=self._source.allow_private,
                spacing=self._spacing,
            )
            told = read_embedded(answer.json(), address)
        except UnreadableError:
            return post
        except SourceError as error:
            # A page that wants a browser, or a deck that is gone: the alert's words remain.
            if error.state is State.RATE_LIMITED or not isinstance(error, HttpError):
                if error.state in (State.FORMAT_CHANGED, State.FAILING) and not error.unsent:
                    return post
                raise
            return post
        self._told.put(address, told)
        return _more(post, told)

    async def _searched(self, words: str, number: int) -> Sequence[dict[str, str]]:
        key = self._source.token
        if key is None:
            raise SourceError(State.NEEDS_TOKEN, _WAY_ROUND)
        try:
            secret = await self._fetch.reveal(Secret(self._secret))
        except SecretError as error:
            raise SourceError(State.NEEDS_TOKEN, error.sentence) from error
        stamp = str(self._clock() // SECOND)
        # The scheme is SlideShare's own; SHA-1 is what it asks for.
        proof = hashlib.sha1(f"{secret}{stamp}".encode(), usedforsecurity=False).hexdigest()
        answer = await self._fetch.get(
            f"{self._base}/api/2/search_slideshows",
            params={
                "q": words,
                "sort": "latest",
                "detailed": 1,
                "page": number,
                "items_per_page": PER_PAGE,
                "api_key": str(await self._fetch.reveal(key)),
                "ts": stamp,
                "hash": proof,
            },
            allow_private=self._source.allow_private,
            spacing=self._spacing,
        )
        answer.refuse_page()
        try:
            found = decks_in(answer.body)
        except NotSlideShareError as error:
            raise SourceError(State.FORMAT_CHANGED, _CHANGED) from error
        if isinstance(found, Refusal):
            raise _refused(found, self._clock())
        return [dict(one) for one in found]


def _more(post: Post, told: Post) -> Post:
    words = post.text if post.text not in ("", post.url, post.title) else told.text
    return replace(post, author=told.author, title=told.title, text=words, raw=told.raw)


def _refused(refusal: Refusal, now: Micros) -> SourceError:
    if refusal.number in _KEY:
        return SourceError(State.NEEDS_TOKEN, _KEY_REFUSED)
    if refusal.number in _LIMIT:
        return SourceError(State.RATE_LIMITED, _SPENT, until=Micros(now + DAY))
    return SourceError(
        State.FAILING,
        Sentence(
            "SlideShare did not answer the search: “{reason}”. What is stored is safe, and hubbub "
            "tries again by itself.",
            {"reason": refusal.said or refusal.number},
        ),
    )


_WAY_ROUND = Sentence(
    "SlideShare shows programs nothing to rely on. Write the feed of a Google Alert on "
    'site:slideshare.net "your brand" into this source as what (google.com/alerts, deliver to: '
    'RSS feed); hubbub tells more of each deck it finds. Files (network = "import") work too.'
)
_KEY_REFUSED = Sentence(
    "SlideShare does not accept this source's API key and secret. Keys are hardly given any more: "
    "take both out and write the feed of a Google Alert as what instead."
)
_SPENT = Sentence(
    "SlideShare's allowance for today is spent. What is stored is safe, and hubbub goes on "
    "tomorrow by itself."
)
_CHANGED = Sentence(
    "SlideShare answered, but not with decks. Nothing was stored, and hubbub goes on from the same "
    "place. A newer hubbub may be needed."
)
