"""An Instagram account of ours: comments on what it publishes, tags, hashtags, and answers.

Wire format: developers.facebook.com/docs/instagram-platform; see the ``graph_*`` and
``instagram_*`` files beside this one. Mentions of us elsewhere are told by webhook alone.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import Batch, Post
from listeners.networks.graph import words
from listeners.networks.graph.accounts import Account, instagram_account
from listeners.networks.graph.faults import GraphError
from listeners.networks.graph.own_posts import POSTS_A_PAGE, OwnPostsListener
from listeners.networks.graph.places import Place
from listeners.networks.graph.records import field_of, id_in, list_in
from listeners.networks.graph.server import Page, Params, next_of
from listeners.networks.instagram.decode import (
    COMMENT_FIELDS,
    NETWORK,
    REPLY_FIELDS,
    read_comment,
    read_media,
    total_of,
)
from listeners.networks.instagram.hashtags import Hashtags, ledger_full, wanted_tags
from listeners.networks.instagram.reply import Replies
from listeners.networks.instagram.words import CAPABILITY
from listeners.networks.recent import Recent

SERVER = "https://graph.facebook.com/v26.0"
OWN_LOGIN_SERVER = "https://graph.instagram.com/v26.0"
_PLAIN = "id,caption,media_type,permalink,timestamp,comments_count,like_count"
MEDIA_FIELDS = f"{_PLAIN},comments.limit(50){{{COMMENT_FIELDS}}}"
TAGGED_FIELDS = f"{_PLAIN},username"
REPLY_PAGES = 5
_MOST_REMEMBERED = 20_000


class InstagramListener(OwnPostsListener):
    """One professional account. ``what``: hashtags (``#boats``) by comma, and the account's name
    where the key opens several. The option ``login = "instagram"`` says that the key is one of
    Instagram's own login, not of a Facebook Page."""

    capability = CAPABILITY
    network = NETWORK
    splits = True
    root_fields = MEDIA_FIELDS

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._own_login = source.options.get("login") == NETWORK
        base = OWN_LOGIN_SERVER if self._own_login else SERVER
        super().__init__(source, brands, fetch, clock, base)
        self._tags = wanted_tags(source.what)
        self._hashtags = Hashtags(self._server, clock)
        self._below: Recent[str, str] = Recent(_MOST_REMEMBERED)
        self.voice = Replies(self._server, self.account)

    async def below(self, root: str, more: Mapping[str, str]) -> Page:
        """See ``graph_reading.Edge``."""
        params: Params = {"fields": COMMENT_FIELDS, "limit": 50}
        return await self._flat(await self._server.page(f"{root}/comments", {**params, **more}))

    def decoded(self, record: object, root: Post) -> Sequence[Post]:
        """See ``graph_reading.Edge``."""
        post = read_comment(record, root, self._account)
        self._below.put(post.native_id, root.native_id)
        return [post]

    async def _find_account(self) -> Account:
        entries = [entry.strip() for entry in self._source.what.split(",")]
        named = next((one for one in entries if one and not one.startswith("#")), "")
        return await instagram_account(self._server, named, own_login=self._own_login)

    def _path(self, me: Account) -> str:
        return f"{me.id}/media"

    def _total(self, record: object) -> int | None:
        return total_of(record)

    def _read_root(self, record: object, me: Account) -> Post:
        return read_media(record, mine=me)

    async def _root_of(self, native_id: str, me: Account) -> str:
        if native_id in self._below:
            return self._below[native_id]
        try:
            told = await self._server.get(native_id, {"fields": "id,media{id}"})
        except GraphError as error:
            if not error.about_one_part:
                raise
            return native_id  # a picture has no picture, and one that is gone is asked for again
        return id_in(told, "media", "id") or native_id

    async def _first(self, record: object, *, wanted: bool = False) -> Page | None:
        first = await super()._first(record, wanted=wanted)
        if first is None:
            # Where nobody commented, Instagram leaves the field out.
            return Page() if total_of(record) == 0 else None
        return await self._flat(first)

    async def _flat(self, page: Page) -> Page:
        """Return a page with the replies beside the comments they answer."""
        records: list[object] = []
        for comment in page.records:
            records.append(comment)
            native_id = id_in(comment, "id")
            replies = list_in(comment, "replies", "data")
            more = next_of(field_of(comment, "replies", "paging"))
            for _ in range(REPLY_PAGES):
                if not more:
                    break
                params: Params = {"fields": REPLY_FIELDS, "limit": 50}
                deeper = await self._server.page(f"{native_id}/replies", {**params, **more})
                replies = [*replies, *deeper.records]
                more = deeper.more
            records += [
                {"parent_id": native_id, **reply} if isinstance(reply, Mapping) else reply
                for reply in replies
            ]
        return Page(records, page.more)

    async def _round(self, me: Account, place: Place) -> AsyncGenerator[Batch, None]:
        parts = [
            self._own_posts(me, place),
            self._list(
                "tags",
                f"{me.id}/tags",
                {"fields": TAGGED_FIELDS, "limit": POSTS_A_PAGE},
                lambda one: [read_media(one, to_us=True)],
                place,
            ),
            *(self._hashtag(tag, me, place) for tag in self._tags),
            self._walk(_PLAIN, me, place),
        ]
        for part in parts:
            async with aclosing(part) as batches:
                async for batch in batches:
                    yield batch

    async def _hashtag(self, tag: str, me: Account, place: Place) -> AsyncGenerator[Batch, None]:
        if not self._hashtags.is_due(tag, place):
            return
        try:
            found = await self._hashtags.read(tag, me, place)
        except GraphError as error:
            if not error.about_one_part:
                raise
            told = self._told_once("hashtags", words.left_out(self._title, error.fault.said))
        else:
            told = (
                self._told_once(f"#{tag}", ledger_full(tag))
                if found is None
                else self._news(f"#{tag}", found, place)
            )
        for batch in told:
            yield batch
