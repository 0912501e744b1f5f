"""Questions to X: paid for before they leave, under old field names or new, and what a no means.

Source: docs.x.com/x-api/fundamentals/rate-limits and /response-codes-and-errors. A 429 is either
the limit of one question in 15 minutes (``x-rate-limit-reset``) or the usage cap of the plan; the
second does not end by waiting a little. X's OpenAPI 2.167 renames ``tweet.fields``: the old name
is sent until X refuses it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from urllib.parse import quote, urlencode
from uuid import uuid4

from listeners.clock import Clock
from listeners.config import SourceConfig
from listeners.http import Answer, Fetcher, HttpError
from listeners.model import SECOND, Micros, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.decoding import UnreadableError
from listeners.networks.x import words
from listeners.networks.x.decode import TITLE, Page, read_page
from listeners.networks.x.prices import ACCOUNT, Prices, ceiling_of, prices_of
from listeners.networks.x.refusals import about_names, refusal
from listeners.networks.x.token import Permission
from listeners.paying import Meter
from listeners.secret import Secret
from listeners.spending import Bill, MemorySpendBook

DEFAULT_SERVER = "https://api.x.com"
OLD, NEW = "tweet", "post"
_FIELDS = {
    OLD: "author_id,conversation_id,created_at,lang,public_metrics,referenced_tweets,"
    "in_reply_to_user_id,entities,edit_history_tweet_ids,note_tweet",
    NEW: "conversation_id,created_at,lang,public_metrics,entities,note_post",
}
"""The new names have no field for who wrote a post and what it answers: these are expansions, which
bring accounts and posts along that are charged as well."""
_ALONG = 2
"""Posts that may come along with one under the new names: what it answers, and what it quotes."""
_USER_FIELDS = "username,name,public_metrics"
Params = Mapping[str, str | int]


class XServer:
    """Asks questions with the app's token or an account's permission, and pays for them."""

    def __init__(self, fetch: Fetcher, source: SourceConfig, clock: Clock) -> None:
        self.fetch = fetch
        self._source = source
        self._clock = clock
        self.base = (source.base_url or DEFAULT_SERVER).rstrip("/")
        self.permission = Permission(fetch, source, self.base, clock)
        self.naming = OLD
        self.authors = source.options.get("authors", True) is not False
        self._book = fetch.spends or MemorySpendBook()
        self._meter: Meter | None = None
        self._prices: Prices | None = None
        self._closed: dict[str, Micros] = {}
        self._refused = False

    @property
    def has_key(self) -> bool:
        """Whether it may ask at all."""
        return self._source.token is not None or self.permission.given

    @property
    def prices(self) -> Prices:
        """What X charges. Raises ``SourceError``: the configuration's table cannot be read."""
        if self._prices is None:
            self._prices = prices_of(self._source)
        return self._prices

    @property
    def meter(self) -> Meter:
        """What pays. Raises ``SourceError``: the configuration's budget cannot be read."""
        if self._meter is None:
            ceiling = ceiling_of(self._source)
            self._meter = Meter(self._book, ACCOUNT, TITLE, ceiling, self._clock)
        return self._meter

    # --- reading -------------------------------------------------------------------------------

    async def page(
        self,
        endpoint: str,
        path: str,
        params: Params,
        *,
        kind: str = "post",
        least: int,
        mine: bool = False,
        most: int = 100,
    ) -> Page:
        """Return one page of posts, as long as the budget allows.

        ``endpoint`` is what X counts its limit by; ``kind`` what a post costs as.

        Raises:
            RefusedError: X said no.
            SourceError: it could not be asked, or the budget is used up.
        """

        async def ask() -> Page:
            async with self.meter.paying(self.most_for(kind), most, least) as payment:
                asked = {**params, **self.fields(self.naming), "max_results": payment.count}
                page = _read((await self._get(endpoint, path, asked, mine=mine)).json())
                payment.bills += self.bills(page, kind)
            return page

        return await self._under_either_name(endpoint, ask)

    async def lookup(self, ids: Sequence[str]) -> Page:
        """Return posts by their ids (100 at most). Raises as ``page``."""
        price = self.prices.of("post")

        async def ask() -> Page:
            fresh = await self.meter.unpaid([Bill("post", one, price) for one in ids])
            # What was charged today is not charged again, so it needs no money.
            each, count = self.most_for("post") if fresh else 0, max(len(fresh), 1)
            async with self.meter.paying(each, count, count) as payment:
                asked = {"ids": ",".join(ids), **self.fields(self.naming)}
                page = _read((await self._get("lookup", "/2/tweets", asked)).json())
                payment.bills += self.bills(page, "post")
            return page

        return await self._under_either_name("lookup", ask)

    async def worth_a_look(self, ids: Sequence[str]) -> list[str]:
        """Return which posts to look at again today: not those just read for a fifth of the price.

        Raises:
            SourceError: the configuration's prices or budget cannot be read.
        """
        kind = self.prices.ours
        if kind == "post":
            return list(ids)
        fresh = {one.item for one in await self.meter.unpaid([Bill(kind, one, 0) for one in ids])}
        return [one for one in ids if one in fresh]

    async def me(self) -> tuple[str, str]:
        """Return the id and handle of the account that gave its permission. Raises as ``page``."""
        found = await self._users("/2/users/me", {}, 1, mine=True)
        if not found:
            raise SourceError(SourceState.FORMAT_CHANGED, words.misunderstood())
        return found[0]

    async def accounts(self, handles: Sequence[str]) -> Sequence[tuple[str, str]]:
        """Return the ids and handles of accounts by their handles. Raises as ``page``."""
        names = ",".join(handles)
        return await self._users("/2/users/by", {"usernames": names}, len(handles))

    async def counted(self, query: str) -> int:
        """Return how many posts of the last seven days a search would bring. Raises as ``page``."""
        try:
            async with self.meter.paying(self.prices.of("counts"), 1) as payment:
                answer = await self._get(
                    "counts", "/2/tweets/counts/recent", {"query": query, "granularity": "day"}
                )
                asked = f"{self._clock()} {query}"
                payment.bills.append(Bill("counts", asked, self.prices.of("counts")))
        except HttpError as error:
            raise self.meaning(error, "counts") from error
        told = answer.json()
        meta = told.get("meta") if isinstance(told, Mapping) else None
        meta = meta if isinstance(meta, Mapping) else {}
        total = meta.get("total_tweet_count", meta.get("total_post_count"))
        return total if isinstance(total, int) and total >= 0 else 0

    async def _users(
        self, path: str, params: Params, most: int, *, mine: bool = False
    ) -> Sequence[tuple[str, str]]:
        try:
            async with self.meter.paying(self.prices.of("user"), most, most) as payment:
                told = (await self._get("users", path, params, mine=mine)).json()
                data = told.get("data") if isinstance(told, Mapping) else None
                records = [data] if isinstance(data, Mapping) else data or []
                found = [
                    (one["id"], one["username"])
                    for one in records
                    if isinstance(one.get("id"), str) and isinstance(one.get("username"), str)
                ]
                price = self.prices.of("user")
                payment.bills += [Bill("user", one, price) for one, _ in found]
        except HttpError as error:
            raise self.meaning(error, "users") from error
        return found

    # --- writing -------------------------------------------------------------------------------

    async def write(self, body: Mapping[str, object], kind: str) -> object:
        """Post something as the account, once.

        Raises:
            RefusedError: X said no, and nothing is there.
            SourceError: that is open; or the budget is used up, and it is ``unsent``.
        """
        try:
            async with self.meter.paying(self.prices.of(kind), 1) as payment:
                answer = await self.fetch.post(
                    f"{self.base}/2/tweets",
                    json=body,
                    secret_headers=await self.secrets(mine=True),
                    expect="json",
                    allow_private=self._source.allow_private,
                )
                payment.bills.append(Bill(kind, uuid4().hex, self.prices.of(kind)))
        except HttpError as error:
            raise self.meaning(error, "write") from error
        return answer.json()

    async def delete(self, native_id: str) -> object:
        """Delete a post of the account. Raises as ``write``."""
        try:
            async with self.meter.paying(self.prices.of("delete"), 1) as payment:
                answer = await self.fetch.delete(
                    f"{self.base}/2/tweets/{quote(native_id, safe='')}",
                    secret_headers=await self.secrets(mine=True),
                    allow_private=self._source.allow_private,
                )
                payment.bills.append(Bill("delete", native_id, self.prices.of("delete")))
        except HttpError as error:
            raise self.meaning(error, "write") from error
        return answer.json()

    # --- the stream ----------------------------------------------------------------------------

    async def rules(self) -> Sequence[Mapping[str, object]]:
        """Return the rules of the stream. Raises as ``page``."""
        try:
            told = (await self._get("rules", "/2/tweets/search/stream/rules", {})).json()
        except HttpError as error:
            raise self.meaning(error, "rules") from error
        data = told.get("data", []) if isinstance(told, Mapping) else []
        return [one for one in data if isinstance(one, Mapping)] if isinstance(data, list) else []

    async def change_rules(self, change: Mapping[str, object], *, dry: bool) -> object:
        """Add or delete rules; ``dry`` only asks whether X would. Raises as ``page``."""
        query = "?dry_run=true" if dry else ""
        try:
            answer = await self.fetch.post(
                f"{self.base}/2/tweets/search/stream/rules{query}",
                json=change,
                secret_headers=await self.secrets(),
                expect="json",
                allow_private=self._source.allow_private,
            )
        except HttpError as error:
            raise self.meaning(error, "rules") from error
        return answer.json()

    def stream_url(self) -> str:
        """Return the address of the stream, which keeps the old field names."""
        return f"{self.base}/2/tweets/search/stream?{urlencode(self.fields(OLD))}"

    # --- how it is asked -----------------------------------------------------------------------

    def fields(self, naming: str) -> dict[str, str | int]:
        """Return what of posts and accounts is asked for."""
        asked: dict[str, str | int] = {f"{naming}.fields": _FIELDS[naming]}
        if naming == NEW:
            asked["expansions"] = "author_id,referenced_posts"
        elif self.authors:
            asked["expansions"] = "author_id"
        return {**asked, "user.fields": _USER_FIELDS} if "expansions" in asked else asked

    def most_for(self, kind: str, naming: str = "") -> int:
        """Return the most one post of this kind can cost, with all that comes along."""
        price, user = self.prices.of(kind), self.prices.of("user")
        if (naming or self.naming) == NEW:
            return price + user + _ALONG * self.prices.of("post")
        return price + (user if self.authors else 0)

    async def secrets(self, *, mine: bool = False) -> dict[str, Secret | str]:
        """Return the header that lets a question in: the account's where ``mine``, else the app's.

        Raises:
            SourceError: there is none.
        """
        token = self._source.token
        if self.permission.given and (mine or token is None):
            return {"authorization": await self.permission.bearer()}
        if token is None or mine:
            why = words.no_permission() if mine else words.no_key()
            raise SourceError(SourceState.NEEDS_TOKEN, why, unsent=True)
        return await self.fetch.bearer(token)

    async def _under_either_name(self, endpoint: str, ask: Callable[[], Awaitable[Page]]) -> Page:
        """Ask for posts; where X does not know the names of fields, once more under the others."""
        try:
            try:
                return await ask()
            except HttpError as error:
                if not about_names(error, old=self.naming == OLD):
                    raise
                self.naming = NEW if self.naming == OLD else OLD
                return await ask()
        except HttpError as error:
            raise self.meaning(error, endpoint) from error

    async def _get(self, endpoint: str, path: str, params: Params, *, mine: bool = False) -> Answer:
        until = self._closed.get(endpoint, Micros(0))
        if until > self._clock():
            raise SourceError(
                SourceState.RATE_LIMITED, words.window_spent(), until=until, unsent=True
            )
        mine = mine and self.permission.given
        try:
            answer = await self._get_once(path, params, mine=mine)
        except HttpError as error:
            if error.status != 401 or not self.permission.given:
                raise
            if not (mine or self._source.token is None):
                raise
            await self.permission.refused(str(await self.permission.bearer()))
            self._refused = True
            answer = await self._get_once(path, params, mine=mine)
            self._refused = False
        reset = answer.headers.get("x-rate-limit-reset", "")
        if answer.headers.get("x-rate-limit-remaining") == "0" and reset.isdigit():
            self._closed[endpoint] = Micros(int(reset) * SECOND)
        return answer

    async def _get_once(self, path: str, params: Params, *, mine: bool) -> Answer:
        return await self.fetch.get(
            self.base + path,
            params=params,
            secret_headers=await self.secrets(mine=mine),
            expect="json",
            allow_private=self._source.allow_private,
        )

    def bills(self, page: Page, kind: str) -> list[Bill]:
        """Return what X charges for an answer."""
        price, user, also = (self.prices.of(one) for one in (kind, "user", "post"))
        return [
            *(Bill(kind, one, price) for one in page.post_ids),
            *(Bill("post", one, also) for one in page.also_ids),
            *(Bill("user", one, user) for one in page.user_ids),
        ]

    def meaning(self, error: HttpError, endpoint: str) -> SourceError:
        """Return an HTTP error in the words of X; trouble by status stays as it is."""
        ours = self._source.token is None or self._refused or endpoint == "write"
        fault = refusal(error, self._clock(), permitted=self.permission.given and ours)
        if fault.state is SourceState.RATE_LIMITED and fault.until is not None:
            self._closed[endpoint] = fault.until
        return fault


def _read(told: object) -> Page:
    try:
        return read_page(told)
    except UnreadableError as error:
        raise SourceError(SourceState.FORMAT_CHANGED, words.misunderstood()) from error
