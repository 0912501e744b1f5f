"""YouTube's Data API as we may use it: the key, the daily allowance, and what refusals mean.

Source: developers.google.com/youtube/v3/docs/errors and /determine_quota_cost. The key travels in
a header, never in an address. Searches have an allowance of their own: 100 a day.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from listeners.clock import Clock, from_datetime
from listeners.config import SourceConfig
from listeners.http import Fetcher, Hidden, HttpError, Quota
from listeners.model import SECOND, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.youtube import words
from listeners.networks.youtube.decode import SITE, TITLE
from listeners.networks.youtube.token import Permission
from listeners.secret import Secret
from listeners.text import clean_line

DEFAULT_SERVER = "https://youtube.googleapis.com"
WRITING = 50
"""Units a comment costs, written or deleted; reading costs one."""
_ZONE = "America/Los_Angeles"
_UNITS = 10_000
_SEARCHES = 100
_SPENT = frozenset({"quotaExceeded", "dailyLimitExceeded"})
_HASTY = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})
_KEY = frozenset({"keyInvalid", "keyExpired", "API_KEY_INVALID", "accessNotConfigured",
                  "SERVICE_DISABLED", "ipRefererBlocked", "badRequest_key"})  # fmt: skip
_PASSING = frozenset({"processingFailure", "backendError", "SERVICE_UNAVAILABLE"})

Params = Mapping[str, str | int]


class RefusedError(SourceError):
    """YouTube answered, and its answer was no. ``reason`` is its own word for why."""

    def __init__(
        self,
        status: int,
        reason: str,
        state: SourceState,
        sentence: Sentence,
        *,
        said: str = "",
        until: Micros | None = None,
    ) -> None:
        super().__init__(state, sentence, until=until)
        self.status = status
        self.reason = reason
        self.said = said

    @property
    def about_one_place(self) -> bool:
        """Whether it is this video or channel that cannot be read, and not YouTube."""
        own = self.reason in ("commentsDisabled", "forbidden", "channelClosed", "channelSuspended")
        return own or self.status == 404


class YouTubeServer:
    """Asks questions with the source's key, and writes with its owner's permission."""

    def __init__(self, fetch: Fetcher, source: SourceConfig, clock: Clock) -> None:
        self._fetch = fetch
        self._base = (source.base_url or DEFAULT_SERVER).rstrip("/")
        self._key = source.token
        self._allow_private = source.allow_private
        self._clock = clock
        self.permission = Permission(fetch, source, clock)
        site = source.options.get("site_url", "" if source.base_url else SITE)
        self._site = str(site).rstrip("/")

    @property
    def has_key(self) -> bool:
        """Whether it may ask the API at all."""
        return self._key is not None or self.permission.given

    async def get(self, resource: str, params: Params, *, mine: bool = False) -> Sequence[object]:
        """Return the items of one page. ``mine``: asked as the channel's owner.

        Raises:
            RefusedError: YouTube said no to this question.
            SourceError: it could not be asked, or the day's allowance is spent.
        """
        return items_of(await self.page(resource, params, mine=mine))

    async def page(
        self, resource: str, params: Params, *, mine: bool = False
    ) -> Mapping[str, object]:
        """Return one page whole, with the name of the next. Raises as ``get``."""
        try:
            answer = await self._fetch.get(
                f"{self._base}/youtube/v3/{resource}",
                params=params,
                secret_headers=await self._secrets(mine=mine),
                expect="json",
                allow_private=self._allow_private,
                quota=_search_quota() if resource == "search" else _quota(1),
            )
        except HttpError as error:
            raise self._read(error) from error
        body = answer.json()
        if not isinstance(body, Mapping) or not isinstance(body.get("items", []), list):
            raise misunderstood()
        return body

    async def write(self, resource: str, body: Mapping[str, object]) -> object:
        """Write something as the channel's owner, once.

        Raises:
            RefusedError: YouTube said no, and nothing is there.
            SourceError: that is open.
        """
        try:
            answer = await self._fetch.post(
                f"{self._base}/youtube/v3/{resource}?part=snippet",
                json=body,
                secret_headers=await self._secrets(mine=True),
                expect="json",
                allow_private=self._allow_private,
                quota=_quota(WRITING),
            )
        except HttpError as error:
            raise self._read(error) from error
        return answer.json()

    async def delete(self, resource: str, native_id: str) -> None:
        """Delete something as the channel's owner. Raises as ``write``."""
        query = urlencode({"id": native_id})
        try:
            await self._fetch.delete(
                f"{self._base}/youtube/v3/{resource}?{query}",
                secret_headers=await self._secrets(mine=True),
                allow_private=self._allow_private,
                quota=_quota(WRITING),
            )
        except HttpError as error:
            raise self._read(error) from error

    async def feed(self, channel: str) -> bytes:
        """Return the feed of a channel's newest videos, which costs nothing; empty for none.

        Raises:
            SourceError: it could not be fetched.
        """
        if not self._site:
            return b""
        answer = await self._fetch.get(
            f"{self._site}/feeds/videos.xml",
            params={"channel_id": channel},
            expect="feed",
            allow_private=self._allow_private,
        )
        return answer.body

    async def _secrets(self, *, mine: bool) -> dict[str, Secret | str]:
        if mine or self._key is None:
            if not mine and not self.permission.given:
                raise SourceError(SourceState.NEEDS_TOKEN, words.no_key())
            return {"authorization": await self.permission.bearer()}
        return {"x-goog-api-key": Hidden(await self._fetch.reveal(self._key))}

    def _read(self, error: HttpError) -> SourceError:
        """Return an HTTP error in the words of YouTube; trouble and limits by status stay."""
        reason, said = _reason(error.body)
        if error.status == 401:
            self.permission.forget()
        if error.status >= 500 or error.state is SourceState.RATE_LIMITED:
            return error
        if reason in _SPENT:
            # What was said of the day stands until its end, whatever an answer says of waiting.
            until: Micros | None = next_midnight(self._clock())
            return RefusedError(
                error.status,
                reason,
                SourceState.RATE_LIMITED,
                words.spent(),
                said=said,
                until=until,
            )
        state, sentence, until = self._meaning(error, reason, said)
        return RefusedError(error.status, reason, state, sentence, said=said, until=until)

    def _meaning(
        self, error: HttpError, reason: str, said: str
    ) -> tuple[SourceState, Sentence, Micros | None]:
        what, status = said or reason or TITLE, error.status
        if reason in _HASTY:
            until = Micros(self._clock() + 60 * SECOND)
            return SourceState.RATE_LIMITED, words.slower(), until
        if reason in _KEY or status == 401:
            return SourceState.NEEDS_TOKEN, words.key_refused(what, status), error.until
        if reason == "commentsDisabled":
            return SourceState.BLOCKED, words.switched_off(), error.until
        if reason in _PASSING:
            return SourceState.FAILING, words.not_now(what, status), None
        if status == 404:
            return SourceState.FAILING, words.unknown(what, status), None
        if status == 403:
            return SourceState.BLOCKED, words.not_allowed(what, status), error.until
        return error.state, words.refused(what, status), error.until


def items_of(page: Mapping[str, object]) -> Sequence[object]:
    """Return the items of a page."""
    found = page.get("items")
    return found if isinstance(found, list) else []


def next_of(page: Mapping[str, object]) -> str:
    """Return the name of the page after this one, empty for the last."""
    token = page.get("nextPageToken")
    return token if isinstance(token, str) else ""


def next_midnight(now: Micros) -> Micros:
    """Return when the day's allowance comes back: midnight in California."""
    here = datetime.fromtimestamp(now / SECOND, ZoneInfo(_ZONE))
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return from_datetime(midnight + timedelta(days=1))


def misunderstood() -> SourceError:
    """Return the error for an answer that is not what YouTube documents."""
    return SourceError(
        SourceState.FORMAT_CHANGED,
        Sentence(
            "YouTube answered in a way it does not describe. Nothing was stored from this answer, "
            "and the place is kept. Check base_url; a newer hubbub may be needed."
        ),
    )


def _quota(units: int) -> Quota:
    return Quota(name="youtube", limit=_UNITS, units=units, zone=_ZONE)


def _search_quota() -> Quota:
    return Quota(name="youtube search", limit=_SEARCHES, zone=_ZONE)


def _reason(body: bytes) -> tuple[str, str]:
    """Return YouTube's word for a refusal and its own text, without its HTML."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return "", ""
    error = told.get("error") if isinstance(told, dict) else None
    if not isinstance(error, dict):
        return "", clean_line(error or "", 200)
    faults = [one for one in _list(error.get("errors")) if isinstance(one, dict)]
    details = [one for one in _list(error.get("details")) if isinstance(one, dict)]
    reasons = [one.get("reason") for one in (*details, *faults)]
    # The details are the more exact: a wrong key is a mere "badRequest" among the errors.
    reason = next((one for one in reasons if isinstance(one, str) and one), "")
    said = error.get("message")
    plain = said.partition("<")[0] if isinstance(said, str) else ""
    return clean_line(reason, 60), clean_line(plain, 200)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
