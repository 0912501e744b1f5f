"""Reddit as we may use it: feeds without an app, its API with one, and its refusals in words.

Sources: support.reddithelp.com 16160319875092 (Data API) and 42728983564564 (Responsible Builder
Policy), github.com/reddit-archive/reddit/wiki/OAuth2. Since 2026 nothing but the feeds is open to
everybody, and those to about one request a minute from one address; a personal feed token opens
them wider.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Final

from listeners import __version__
from listeners.clock import Clock
from listeners.config import SourceConfig
from listeners.http import Answer, Fetcher, Hidden, HttpError
from listeners.http.answer import looks_like_page
from listeners.http.ask import PATH_SECRET
from listeners.model import HOUR, SECOND, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.reddit.decode import SITE
from listeners.secret import Secret, SecretError
from listeners.text import clean_line

API: Final = "https://oauth.reddit.com"
FEED_SPACING: Final = 60.0
"""Seconds between two feeds without a feed token: about one a minute from one address."""
TOKEN_SPACING: Final = 6.0
_BLOCKED_FOR = HOUR
_ABOUT = "+https://pypi.org/project/hubbub/"
_MOST_WORDS = 200

_UNKNOWN = Sentence(
    "Reddit has no such community or account: its name may be misspelled in what = of this source, "
    "or it is gone. Nothing was lost."
)

Params = Mapping[str, str | int]


class RefusedError(SourceError):
    """Reddit answered, and its answer was no. ``said`` is its reason in its own words."""

    def __init__(
        self,
        status: int,
        state: SourceState,
        sentence: Sentence,
        said: str = "",
        until: Micros | None = None,
    ) -> None:
        super().__init__(state, sentence, until=until)
        self.status = status
        self.said = said


class RedditServer:
    """Asks Reddit, as the app in the source's ``client_id`` or, without one, for its feeds.

    With an app, ``token`` is its refresh token and ``client_secret`` where its secret is; without
    ``token`` the app reads, and speaks for nobody. Without an app, ``token`` is the personal feed
    token of the account ``username``. ``base_url`` replaces both of Reddit's servers.
    """

    def __init__(
        self, fetch: Fetcher, source: SourceConfig, clock: Clock, handles: tuple[str, ...]
    ) -> None:
        self.app = str(source.options.get("client_id", "")).strip()
        named = str(source.options.get("username", "")).strip()
        self.username = named.removeprefix("u/") or (handles[0] if handles else "")
        self.signed_in = bool(self.app) and source.token is not None
        self.has_feed_token = not self.app and source.token is not None and bool(self.username)
        self._fetch = fetch
        self._clock = clock
        self._token = source.token
        self._client_secret: Secret | None = None
        self._stated_secret = source.options.get("client_secret")
        self._web = source.base_url or SITE
        self._api = source.base_url or API
        self._allow_private = source.allow_private
        self._bearer = Hidden("")
        self._bearer_until = Micros(0)
        by = f"by /u/{self.username}" if self.username else _ABOUT
        self._headers = {"user-agent": f"python:hubbub:{__version__} ({by})"}

    async def feed(self, path: str, params: Params) -> Answer:
        """Get a feed.

        Raises:
            RefusedError: Reddit does not show it to us.
            SourceError: it could not be asked, or asks us to wait.
        """
        query: dict[str, str | int] = dict(params)
        if self.has_feed_token:
            query |= {"feed": PATH_SECRET, "user": self.username}
        spacing = TOKEN_SPACING if self.has_feed_token else FEED_SPACING
        try:
            answer = await self._fetch.get(
                f"{self._web}{path}",
                params=query,
                headers={**self._headers, "accept": "application/atom+xml, application/xml;q=0.9"},
                expect="any",
                allow_private=self._allow_private,
                spacing=spacing,
                path_secret=self._token if self.has_feed_token else None,
            )
        except HttpError as error:
            raise self._refusal(error) from error
        self._refuse_search(answer)
        if looks_like_page(answer.body):
            raise self._blocked(answer.status)
        return answer

    async def get(self, path: str, params: Params) -> object:
        """Ask the API one question and return the decoded answer. Raises as ``feed``."""
        return await self._retried(path, params)

    async def post(self, path: str, form: Mapping[str, str]) -> object:
        """Change something, once, and return what Reddit says of it.

        Raises:
            RefusedError: Reddit said no.
            SourceError: it may be done or not.
        """
        secrets = {"authorization": await self._authorization()}
        try:
            answer = await self._fetch.post(
                f"{self._api}{path}",
                form={**form, "api_type": "json", "raw_json": "1"},
                headers=self._headers,
                secret_headers=secrets,
                expect="json",
                allow_private=self._allow_private,
            )
        except HttpError as error:
            raise self._refusal(error) from error
        return answer.json()

    async def own_name(self) -> str:
        """Return the account of the refresh token.

        Raises:
            SourceError: it cannot be told.
        """
        if not self.username:
            me = await self.get("/api/v1/me", {})
            name = me.get("name") if isinstance(me, dict) else None
            if not isinstance(name, str) or not name.isprintable():
                raise self.odd_answer()
            self.username = name
        return self.username

    def odd_answer(self) -> SourceError:
        """Return the error for an answer that Reddit does not document."""
        return SourceError(
            SourceState.FORMAT_CHANGED,
            Sentence(
                "Reddit answered, but not as it used to. Nothing was stored, and hubbub goes on "
                "from the same place. A newer hubbub may be needed."
            ),
        )

    async def _retried(self, path: str, params: Params) -> object:
        try:
            return await self._asked(path, params)
        except RefusedError as error:
            if error.status != 401 or not self._bearer:
                raise
            # The hour's token was revoked before its time; the lasting one may still be good.
            self._bearer = Hidden("")
            return await self._asked(path, params)

    async def _asked(self, path: str, params: Params) -> object:
        secrets = {"authorization": await self._authorization()}
        try:
            answer = await self._fetch.get(
                f"{self._api}{path}",
                params={**params, "raw_json": 1},
                headers=self._headers,
                secret_headers=secrets,
                expect="json",
                allow_private=self._allow_private,
            )
        except HttpError as error:
            raise self._refusal(error) from error
        self._refuse_search(answer)
        return answer.json()

    async def _authorization(self) -> Secret | str:
        """Return the header of the token of this hour, asking for a new one where it is over."""
        if self._bearer and self._clock() < self._bearer_until:
            return Hidden(f"bearer {self._bearer}")
        secret = await self._secret()
        pair = base64.b64encode(f"{self.app}:{secret}".encode()).decode("ascii")
        try:
            answer = await self._fetch.post(
                f"{self._web}/api/v1/access_token",
                form=await self._grant(bool(secret)),
                headers=self._headers,
                secret_headers={"authorization": Hidden(f"Basic {pair}")},
                expect="json",
                allow_private=self._allow_private,
            )
        except HttpError as error:
            raise self._not_let_in(error) from error
        granted = answer.json()
        token = granted.get("access_token") if isinstance(granted, dict) else None
        if not isinstance(granted, dict) or not isinstance(token, str) or not token:
            raise self._not_let_in(None)  # refused grants come with 200 and {"error": …}
        lasting = granted.get("expires_in")
        seconds = lasting if isinstance(lasting, int) and 0 < lasting <= 90_000 else 3600
        self._bearer = Hidden(token)
        self._bearer_until = Micros(self._clock() + max(seconds - 60, 1) * SECOND)
        return Hidden(f"bearer {token}")

    async def _grant(self, has_secret: bool) -> dict[str, str]:
        if self._token is not None:
            refresh = await self._fetch.reveal(self._token)
            return {"grant_type": "refresh_token", "refresh_token": refresh}
        if has_secret:
            return {"grant_type": "client_credentials"}
        return {
            "grant_type": "https://oauth.reddit.com/grants/installed_client",
            "device_id": "DO_NOT_TRACK_THIS_DEVICE",
        }

    async def _secret(self) -> str:
        if not isinstance(self._stated_secret, str) or not self._stated_secret.strip():
            return ""
        if self._client_secret is None:
            try:
                self._client_secret = Secret(self._stated_secret)
            except SecretError as error:
                raise SourceError(SourceState.NEEDS_TOKEN, error.sentence) from error
        return await self._fetch.reveal(self._client_secret)

    def _refuse_search(self, answer: Answer) -> None:
        """Refuse an answer from where Reddit sends who asks for a community that never was."""
        if "/subreddits/search" in answer.url:
            raise RefusedError(404, SourceState.FAILING, _UNKNOWN)

    def _refusal(self, error: HttpError) -> SourceError:
        if error.state is SourceState.RATE_LIMITED:
            return RefusedError(error.status, error.state, error.sentence, "", error.until)
        said, reason = _told(error.body)
        if error.status == 401:
            return self._not_let_in(error)
        if error.status == 403 and not reason:
            return self._blocked(error.status, said, lasting=not said)
        if error.status == 403:
            sentence = Sentence(
                "Reddit does not show this community or account to us ({reason}): it may be "
                "private, in quarantine or banned. Nothing was lost; take it out of this source "
                "if it stays closed.",
                {"reason": clean_line(reason, 40)},
            )
            return RefusedError(error.status, SourceState.BLOCKED, sentence, said)
        if error.status == 404:
            return RefusedError(error.status, SourceState.FAILING, _UNKNOWN, said)
        if 400 <= error.status < 500:
            return RefusedError(error.status, error.state, error.sentence, said, error.until)
        return error

    def _blocked(self, status: int, said: str = "", *, lasting: bool = True) -> RefusedError:
        """Return the refusal of everything, or, where it is not ``lasting``, of this question."""
        if self.app:
            sentence = Sentence(
                "Reddit does not let this app in (403): it is not approved, or lacks the scope "
                "for this. Nothing was lost. Look at it under reddit.com/prefs/apps; without "
                "client_id and token this source goes on with Reddit's public feeds."
            )
        elif self.has_feed_token:
            sentence = Sentence(
                "Reddit shows a page for browsers instead of the feed: it does not accept the "
                "personal feed token, or refuses the address you are on. Nothing was lost. Copy "
                "the token anew from reddit.com/prefs/feeds, or listen from another network."
            )
        else:
            sentence = Sentence(
                "Reddit shows a page for browsers instead of the feed: it refuses the address you "
                "are on, which is common for shared and cloud addresses. Nothing was lost. The "
                "way round: log in to Reddit, open reddit.com/prefs/feeds, and give this source "
                "the personal feed token (feed=…) as its token and your name as username."
            )
        until = Micros(self._clock() + _BLOCKED_FOR) if lasting else None
        return RefusedError(status, SourceState.BLOCKED, sentence, said, until)

    def _not_let_in(self, error: HttpError | None) -> SourceError:
        if error is not None and error.state is SourceState.RATE_LIMITED:
            return RefusedError(error.status, error.state, error.sentence, "", error.until)
        if error is not None and error.status >= 500:
            return error
        return RefusedError(
            401,
            SourceState.NEEDS_TOKEN,
            Sentence(
                "Reddit does not accept this source's app or its token (401). What was heard so "
                "far is safe. Check client_id and client_secret under reddit.com/prefs/apps, and "
                "make a new refresh token; without client_id and token this source goes on with "
                "Reddit's public feeds."
            ),
            until=None if error is None else error.until,
        )


def _told(body: bytes) -> tuple[str, str]:
    """Return what a refusal says, and its reason in one word."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return "", ""
    if not isinstance(told, dict):
        return "", ""
    reason = told.get("reason")
    message = told.get("explanation") or told.get("message")
    return clean_line(message, _MOST_WORDS), reason if isinstance(reason, str) else ""
