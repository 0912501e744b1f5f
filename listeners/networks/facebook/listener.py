"""A Facebook Page of ours: what is posted, commented, tagged and rated there, and answers.

Wire format: developers.facebook.com/docs/graph-api/reference/page; see the ``graph_*`` and
``facebook_*`` files beside this one. Other people's Pages are shown to reviewed apps alone.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import Batch, Post
from listeners.networks.facebook.decode import (
    COMMENT_FIELDS,
    NETWORK,
    read_comment,
    read_post,
    read_rating,
    root_of,
    total_of,
)
from listeners.networks.facebook.reply import Replies
from listeners.networks.facebook.words import CAPABILITY
from listeners.networks.graph.accounts import Account, facebook_page
from listeners.networks.graph.own_posts import POSTS_A_PAGE, OwnPostsListener
from listeners.networks.graph.places import Place
from listeners.networks.graph.records import list_in
from listeners.networks.graph.server import Page, Params

SERVER = "https://graph.facebook.com/v26.0"
_NESTED = "comments.order(reverse_chronological).filter(stream)"
POST_FIELDS = (
    "id,message,story,from,created_time,permalink_url,shares,message_tags,"
    "attachments{title,unshimmed_url},reactions.limit(0).summary(total_count),"
    f"{_NESTED}.limit(25).summary(true){{{COMMENT_FIELDS}}}"
)
WALK_FIELDS = f"id,created_time,{_NESTED}.limit(0).summary(true)"
TAGGED_FIELDS = "id,message,story,from,created_time,tagged_time,permalink_url,message_tags"
RATING_FIELDS = (
    "created_time,has_rating,has_review,rating,recommendation_type,review_text,reviewer,"
    f"open_graph_story{{id,data,comments.limit(25){{{COMMENT_FIELDS}}}}}"
)


class FacebookListener(OwnPostsListener):
    """One Page. ``what`` is its name or number where the key opens several."""

    capability = CAPABILITY
    network = NETWORK
    splits = True
    root_fields = POST_FIELDS

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        super().__init__(source, brands, fetch, clock, SERVER)
        self.voice = Replies(self._server, self.account)

    async def below(self, root: str, more: Mapping[str, str]) -> Page:
        """See ``graph_reading.Edge``."""
        params: Params = {
            "fields": COMMENT_FIELDS,
            "filter": "stream",
            "order": "reverse_chronological",
            "limit": 100,
        }
        return await self._server.page(f"{root}/comments", {**params, **more})

    def decoded(self, record: object, root: Post) -> Sequence[Post]:
        """See ``graph_reading.Edge``."""
        return [read_comment(record, root, self._account.id if self._account else "")]

    async def _find_account(self) -> Account:
        return await facebook_page(self._server, self._source.what.strip())

    def _path(self, me: Account) -> str:
        return f"{me.id}/feed"

    def _read_root(self, record: object, me: Account) -> Post:
        return read_post(record, me.id)

    async def _root_of(self, native_id: str, me: Account) -> str:
        return "" if native_id.startswith("rating-") else root_of(native_id, me.id)

    async def _round(self, me: Account, place: Place) -> AsyncGenerator[Batch, None]:
        parts = [
            self._own_posts(me, place),
            self._list(
                "tagged",
                f"{me.id}/tagged",
                {"fields": TAGGED_FIELDS, "limit": POSTS_A_PAGE},
                lambda one: [read_post(one, me.id)],
                place,
            ),
            self._list(
                "ratings",
                f"{me.id}/ratings",
                {"fields": RATING_FIELDS, "limit": POSTS_A_PAGE},
                lambda one: self._rating(one, me),
                place,
            ),
        ]
        parts.append(self._walk(WALK_FIELDS, me, place))
        for part in parts:
            async with aclosing(part) as batches:
                async for batch in batches:
                    yield batch

    def _rating(self, record: object, me: Account) -> Sequence[Post]:
        """Return a review with what was answered below it."""
        rating = read_rating(record, me.id)
        below = list_in(record, "open_graph_story", "comments", "data")
        return [rating, *(read_comment(one, rating, me.id) for one in below)]

    def _total(self, record: object) -> int | None:
        return total_of(record)
