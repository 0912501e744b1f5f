"""A Threads profile of ours: replies to our posts, mentions, searches, and answers.

Wire format: developers.facebook.com/docs/threads; see the ``graph_*`` and ``threads_*`` files
beside this one. Without Meta's review the search sees our own posts alone, and says nothing of it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher, Quota
from listeners.model import DAY, HOUR, MINUTE, SECOND, Batch, Post, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.graph import words
from listeners.networks.graph.accounts import Account, threads_profile
from listeners.networks.graph.faults import GraphError, Kind
from listeners.networks.graph.own_posts import POSTS_A_PAGE, OwnPostsListener
from listeners.networks.graph.places import Place
from listeners.networks.graph.reading import listed
from listeners.networks.graph.records import at_time, field_of, id_in
from listeners.networks.graph.server import Page, Params
from listeners.networks.recent import Recent
from listeners.networks.searching import MOST_SEARCHES, search_words
from listeners.networks.threads.decode import FIELDS, NETWORK, REPLY_FIELDS, TITLE, read_post
from listeners.networks.threads.reply import Replies
from listeners.networks.threads.words import CAPABILITY

SERVER = "https://graph.threads.net/v1.0"
SEARCH_EVERY = 15 * MINUTE
YOUNG = DAY
"""Posts younger than this have their replies read in every round, older ones every hour."""
SEARCHES = Quota(name="threads searches", limit=2_200)
EARLIEST = 1_688_540_400
"""The second before which Threads refuses to search."""
_OVERLAP = HOUR
_MOST_REMEMBERED = 20_000


class ThreadsListener(OwnPostsListener):
    """One profile. ``what``: words and ``#tags`` to search for, by comma, else the brands' own."""

    capability = CAPABILITY
    network = NETWORK
    splits = False
    root_fields = FIELDS

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        super().__init__(source, brands, fetch, clock, SERVER)
        self._below: Recent[str, str] = Recent(_MOST_REMEMBERED)
        self._searched: Recent[str, None] = Recent(_MOST_REMEMBERED)
        self._reads_old = True
        self.voice = Replies(self._server, self.account)

    async def below(self, root: str, more: Mapping[str, str]) -> Page:
        """See ``graph_reading.Edge``."""
        params: Params = {"fields": REPLY_FIELDS, "reverse": "true", "limit": 100}
        return await self._server.page(f"{root}/conversation", {**params, **more})

    def decoded(self, record: object, root: Post) -> Sequence[Post]:
        """See ``graph_reading.Edge``."""
        post = read_post(record, self._account or Account(""), below=root)
        self._below.put(post.native_id, root.native_id)
        return [post]

    async def _find_account(self) -> Account:
        return await threads_profile(self._server)

    def _path(self, me: Account) -> str:
        return f"{me.id}/threads"

    def _total(self, record: object) -> None:
        return None

    def _read_root(self, record: object, me: Account) -> Post:
        return read_post(record, me)

    async def _root_of(self, native_id: str, me: Account) -> str:
        if native_id in self._below:
            return self._below[native_id]
        try:
            told = await self._server.get(native_id, {"fields": "id,root_post"})
        except GraphError as error:
            if not error.about_one_part:
                raise
            # It may be gone, or not be for us: of our own posts that is known.
            return native_id if error.kind is Kind.GONE else ""
        return id_in(told, "root_post", "id") or native_id

    async def _first(self, record: object, *, wanted: bool = False) -> Page | None:
        at = at_time(field_of(record, "timestamp")) or 0
        if at < self._clock() - YOUNG and not (wanted or self._reads_old):
            return None
        if field_of(record, "has_replies") is False:
            return Page()
        return await self.below(id_in(record, "id"), {})

    async def _round(self, me: Account, place: Place) -> AsyncGenerator[Batch, None]:
        self._reads_old = place.is_due("old", HOUR, self._clock())
        parts = [
            self._own_posts(me, place),
            self._list(
                "replies",
                f"{me.id}/replies",
                {"fields": REPLY_FIELDS, "limit": POSTS_A_PAGE},
                lambda one: [read_post(one, me)],
                place,
            ),
            self._list(
                "mentions",
                f"{me.id}/mentions",
                {"fields": REPLY_FIELDS, "limit": POSTS_A_PAGE},
                lambda one: [read_post(one, me, to_us=True)],
                place,
            ),
            self._searches(me, place),
        ]
        for part in parts:
            async with aclosing(part) as batches:
                async for batch in batches:
                    yield batch
        if self._reads_old:
            place.done["old"] = self._clock()
            self._reads_old = False

    async def _searches(self, me: Account, place: Place) -> AsyncGenerator[Batch, None]:
        """Search for each word; say so once where the search sees our own posts alone."""
        if not place.is_due("search", SEARCH_EVERY, self._clock()):
            return
        place.done["search"] = self._clock()
        for word in self._words():
            name = f"search {word}"
            mark = place.marks.get(name)
            since = max(EARLIEST, ((mark or 0) - _OVERLAP) // SECOND) if mark else 0
            params: Params = {
                "q": word.removeprefix("#"),
                "search_type": "RECENT",
                "search_mode": "TAG" if word.startswith("#") else "KEYWORD",
                "fields": f"{FIELDS},is_reply",
                "limit": 100,
                **({"since": since} if since else {}),
            }
            try:
                found = await listed(
                    self._server,
                    "keyword_search",
                    params,
                    lambda one: [read_post(one, me)],
                    mark,
                    quota=SEARCHES,
                )
            except GraphError as error:
                if not error.about_one_part:
                    raise
                for batch in self._told_once("search", words.left_out(TITLE, error.fault.said)):
                    yield batch
                return
            except SourceError as error:
                if error.state is not SourceState.RATE_LIMITED:
                    raise
                # Searches have an allowance of their own: replies are heard on without it.
                for batch in self._told_once(f"search {error.until}", error.sentence):
                    yield batch
                return
            if any(not post.own for post in found.posts.values()):
                place.done["reviewed"] = self._clock()
            found.posts = {k: post for k, post in found.posts.items() if self._is_found(post)}
            for batch in self._news(name, found, place):
                yield batch
        if self._words() and "reviewed" not in place.done:
            for batch in self._told_once("search", sees_own_only()):
                yield batch

    def _is_found(self, post: Post) -> bool:
        """Whether a search alone brings a post: it does not tell what a reply answers, nor that a
        post names us, and what was read elsewhere says more."""
        native_id = post.native_id
        elsewhere = native_id in self._handed and native_id not in self._searched
        if post.own or elsewhere or self._branches.holds(native_id):
            return False
        self._searched.put(native_id, None)
        return True

    def _words(self) -> Sequence[str]:
        """Return what to search for, each word a question of its own."""
        entries = [one.strip() for one in self._source.what.split(",") if one.strip()]
        if entries:
            return [one.removeprefix("search:").strip() for one in entries][:MOST_SEARCHES]
        if not self._brands:
            return ()
        return [one.replace('"', "") for one in search_words(self._source, self._brands, TITLE)]


def sees_own_only() -> Sentence:
    """The search is that of an app without review."""
    return Sentence(
        "{network} has found nobody's posts but your own so far: until Meta has reviewed your app "
        "for threads_keyword_search, the search sees no others. Replies to your posts are heard.",
        {"network": TITLE},
    )
