"""TikTok's two APIs as an account may use them; both put an error inside an answer of status 200.

Source: developers.tiktok.com/doc/tiktok-api-v2-error-handling (``error.code`` is ``ok`` or not) and
business-api.tiktok.com/portal/docs, return codes (``code`` is 0 or not).
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from listeners.clock import Clock
from listeners.config import SourceConfig
from listeners.http import Answer, Fetcher, Hidden, HttpError
from listeners.model import DAY, MINUTE, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.reasons import retold
from listeners.secret import Secret
from listeners.text import clean_line

DISPLAY = "https://open.tiktokapis.com"
BUSINESS = "https://business-api.tiktok.com"
FORM = "https://business-api.tiktok.com/portal"
SPACING = 0.2
PER_PAGE = 20
MOST_COMMENTS = 30
_VIDEO_FIELDS = (
    "id,title,video_description,create_time,share_url,like_count,comment_count,share_count"
)
_OWN_FIELDS = ("item_id", "create_time", "caption", "share_url", "likes", "comments", "shares")
_LIMITS = frozenset({"rate_limit_exceeded", "40016", "40100", "40132", "40133"})
_DAILY = frozenset({"daily_quota_limit_exceeded"})
_TOKEN = frozenset({"access_token_invalid", "40102", "40104", "40105"})
_APPROVAL = frozenset({"scope_not_authorized", "scope_permission_missed", "40001", "40300"})


class RefusedError(SourceError):
    """TikTok answered, and its answer was no. ``code`` is its own, ``said`` its own words."""

    def __init__(
        self,
        code: str,
        said: str,
        state: SourceState,
        sentence: Sentence,
        until: Micros | None = None,
    ) -> None:
        super().__init__(state, sentence, until=until)
        self.code = code
        self.said = said


class TikTokServer:
    """Asks with the source's token. With ``business_id`` it is one of the Business API."""

    def __init__(self, fetch: Fetcher, source: SourceConfig, clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self.account = str(source.options.get("business_id", "")).strip()
        usual = BUSINESS if self.account else DISPLAY
        self._base = (source.base_url or usual).rstrip("/")
        self._allow_private = source.allow_private
        self._spacing = 0.0 if source.base_url else SPACING
        self._token = source.token

    @property
    def has_token(self) -> bool:
        """Whether it may ask at all."""
        return self._token is not None

    @property
    def shows_comments(self) -> bool:
        """Whether it is the Business API: the other one counts comments and shows none."""
        return bool(self.account)

    async def videos(self, after: str) -> tuple[list[object], str]:
        """Return a page of our videos, newest first, and what asks for the next.

        Raises:
            SourceError: TikTok said no, or could not be asked.
        """
        if self.account:
            more: dict[str, str | int] = {"cursor": after} if after else {}
            data = await self.business(
                "business/video/list/",
                {"fields": json.dumps(_OWN_FIELDS), "max_count": PER_PAGE, **more},
            )
        else:
            data = await self._display(after)
        return _page(data, "videos")

    async def comments(
        self, video: str, after: str = "", *, below: str = ""
    ) -> tuple[list[object], str]:
        """Return a page of the comments on a video, or of the answers ``below`` one of them.

        Raises:
            SourceError: as ``videos``.
        """
        params: dict[str, str | int] = {
            "video_id": video,
            "max_count": MOST_COMMENTS,
            "sort_field": "create_time",
            "sort_order": "desc",
            **({"cursor": after} if after else {}),
            **({"comment_id": below} if below else {}),
        }
        path = "business/comment/reply/list/" if below else "business/comment/list/"
        return _page(await self.business(path, params), "comments")

    async def business(self, path: str, params: Mapping[str, str | int]) -> Mapping[str, object]:
        """Ask the Business API as our account.

        Raises:
            SourceError: as ``videos``.
        """
        try:
            answer = await self._fetch.get(
                f"{self._base}/open_api/v1.3/{path}",
                params={"business_id": self.account, **params},
                secret_headers=await self._secrets(),
                expect="json",
                allow_private=self._allow_private,
                spacing=self._spacing,
            )
        except HttpError as error:
            raise self._meant(error) from error
        return self._read(answer)

    async def write(self, path: str, body: Mapping[str, object]) -> Mapping[str, object]:
        """Write something as our account, once.

        Raises:
            RefusedError: TikTok said no, and nothing is there.
            SourceError: that is open.
        """
        answer = await self._fetch.post(
            f"{self._base}/open_api/v1.3/{path}",
            json={"business_id": self.account, **body},
            secret_headers=await self._secrets(),
            expect="json",
            allow_private=self._allow_private,
        )
        return self._read(answer)

    async def _display(self, after: str) -> Mapping[str, object]:
        more = {"cursor": int(after)} if after.isdigit() else {}
        try:
            answer = await self._fetch.post(
                f"{self._base}/v2/video/list/?fields={_VIDEO_FIELDS}",
                json={"max_count": PER_PAGE, **more},
                secret_headers=await self._secrets(),
                expect="json",
                allow_private=self._allow_private,
            )
        except HttpError as error:
            raise self._meant(error) from error
        return self._read(answer)

    async def _secrets(self) -> Mapping[str, Secret | str]:
        if self._token is None:
            raise SourceError(SourceState.NEEDS_APPROVAL, needs_approval(), unsent=True)
        if self.account:
            return {"access-token": Hidden(await self._fetch.reveal(self._token))}
        return await self._fetch.bearer(self._token)

    def _read(self, answer: Answer) -> Mapping[str, object]:
        """Return the data of an envelope.

        Raises:
            SourceError: an error stands in it, or it is no envelope.
        """
        body = answer.json()
        if not isinstance(body, dict):
            raise misunderstood()
        error = body.get("error")
        if isinstance(error, dict):
            code, said = str(error.get("code", "ok")), error.get("message")
        else:
            code, said = str(body.get("code", "")), body.get("message")
        if code not in ("ok", "0"):
            if not code:
                raise misunderstood()
            raise self._refused(code, clean_line(said if isinstance(said, str) else "", 200))
        data = body.get("data")
        return data if isinstance(data, dict) else {}

    def _refused(self, code: str, said: str) -> RefusedError:
        # One number stands for several refusals there; what is said of a token is clearer.
        if code in _TOKEN or (code.startswith("401") and "token" in said.casefold()):
            return RefusedError(code, said, SourceState.TOKEN_EXPIRED, token_ended())
        if code in _LIMITS or code in _DAILY:
            wait = DAY if code in _DAILY else MINUTE
            until = Micros(self._clock() + wait)
            return RefusedError(code, said, SourceState.RATE_LIMITED, slow_down(), until)
        if code in _APPROVAL:
            return RefusedError(code, said, SourceState.NEEDS_APPROVAL, not_allowed(said or code))
        return RefusedError(code, said, SourceState.FAILING, said_no(said or code))

    def _meant(self, error: HttpError) -> HttpError:
        """Return a refusal by status in the meaning of the envelope within."""
        try:
            body = json.loads(error.body)
        except (ValueError, RecursionError):
            return error
        inner = body.get("error") if isinstance(body, dict) else None
        code = str(inner.get("code", "")) if isinstance(inner, dict) else ""
        if code in _TOKEN:
            return retold(error, SourceState.TOKEN_EXPIRED, token_ended())
        if code in _APPROVAL:
            return retold(error, SourceState.NEEDS_APPROVAL, not_allowed(code))
        return error


def _page(data: Mapping[str, object], name: str) -> tuple[list[object], str]:
    found = data.get(name, [])
    if not isinstance(found, list):
        raise misunderstood()
    after = data.get("cursor")
    more = data.get("has_more") is True and isinstance(after, (int, str))
    return found, str(after) if more else ""


def misunderstood() -> SourceError:
    """Return the error for an answer that is not what TikTok documents."""
    return SourceError(
        SourceState.FORMAT_CHANGED,
        Sentence(
            "TikTok answered in a way it does not describe. Nothing was stored from this answer, "
            "and the place is kept. A newer hubbub may be needed."
        ),
    )


def needs_approval() -> Sentence:
    """TikTok shows comments to approved apps alone."""
    return Sentence(
        "TikTok shows a business's comments only to apps it approved (Accounts API: ask at "
        "{form}); its Research API refuses businesses. Without approval an app of your own counts "
        "the comments on your videos. The way round: notification mails (network = "
        '"mailbox"), exports (network = "import") and Google Alerts as a feed.',
        {"form": FORM},
    )


def slow_down() -> Sentence:
    """TikTok has a limit, and it is reached."""
    return Sentence(
        "TikTok asks us to slow down. What is stored is safe, and hubbub goes on by itself."
    )


def token_ended() -> Sentence:
    """Access tokens live for a day."""
    return Sentence(
        "TikTok does not accept this source's token any more: it lives for a day, or was taken "
        "back. What is stored stays. Make a new one and write it where the old one was; a command "
        'that renews it (token = "cmd:…") spares you that.'
    )


def not_allowed(said: str) -> Sentence:
    """TikTok says why it does not let us in."""
    return Sentence(
        "TikTok does not let this token do that: “{reason}”. The app needs the permissions "
        "video.list, and comment.list of the Accounts API, approved at {form}.",
        {"reason": said, "form": FORM},
    )


def said_no(said: str) -> Sentence:
    """TikTok says no in its own words."""
    return Sentence(
        "TikTok did not answer the question: “{reason}”. What is stored is safe, and hubbub tries "
        "again by itself.",
        {"reason": said},
    )
