"""Google's Business Profile API as the owner of a place may use it, and what refusals mean.

Source: developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews. Without
Google's approval a project has a quota of nothing, and every question is refused with 429.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from listeners.clock import Clock
from listeners.config import SourceConfig
from listeners.http import Fetcher, HttpError
from listeners.model import Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.decoding import UnreadableError
from listeners.networks.google_reviews.decode import TITLE, answer_in
from listeners.networks.reasons import reason_of, retold, told
from listeners.networks.youtube.token import Permission
from listeners.secret import Secret

DEFAULT_SERVER = "https://mybusiness.googleapis.com/v4"
FORM = "https://support.google.com/business/contact/api_default"
SPACING = 0.3
PER_PAGE = 50

Params = Mapping[str, str | int]


class GoogleServer:
    """Asks and writes with the permission of who manages the place."""

    title = TITLE

    def __init__(self, fetch: Fetcher, source: SourceConfig, clock: Clock) -> None:
        self._fetch = fetch
        self._base = (source.base_url or DEFAULT_SERVER).rstrip("/")
        self._allow_private = source.allow_private
        self._spacing = 0.0 if source.base_url else SPACING
        self._token = source.token
        self._permission = Permission(
            fetch, source, clock, missing=needs_approval(), ended=permission_ended()
        )

    @property
    def has_permission(self) -> bool:
        """Whether it may ask at all."""
        return self._token is not None or self._permission.given

    def may_answer(self) -> Sentence | None:
        """Return why nothing can be sent, ``None`` where it can."""
        return None if self.has_permission else no_permission_to_answer()

    async def get(self, path: str, params: Params | None = None) -> object:
        """Return what Google answers, decoded.

        Raises:
            SourceError: it said no, or could not be asked.
        """
        try:
            answer = await self._fetch.get(
                f"{self._base}/{quote(path)}",
                params=params,
                secret_headers=await self._secrets(),
                expect="json",
                allow_private=self._allow_private,
                spacing=self._spacing,
            )
        except HttpError as error:
            raise self._meant(error) from error
        return answer.json()

    async def answer_to(self, review: str) -> str | None:
        """Return the words of the answer that stands there, ``None`` for none."""
        try:
            return answer_in(await self.get(review))
        except UnreadableError as error:
            raise SourceError(SourceState.FORMAT_CHANGED, changed()) from error

    async def answer(self, review: str, text: str) -> None:
        """Write the answer: it takes the place of any other."""
        try:
            await self._fetch.put(
                f"{self._base}/{quote(review)}/reply",
                json={"comment": text},
                secret_headers=await self._secrets(),
                allow_private=self._allow_private,
            )
        except HttpError as error:
            raise self._meant(error) from error

    async def withdraw(self, review: str) -> None:
        """Take the answer away."""
        try:
            await self._fetch.delete(
                f"{self._base}/{quote(review)}/reply",
                secret_headers=await self._secrets(),
                allow_private=self._allow_private,
            )
        except HttpError as error:
            raise self._meant(error) from error

    async def _secrets(self) -> Mapping[str, Secret | str]:
        if self._permission.given:
            return {"authorization": await self._permission.bearer()}
        if self._token is None:
            raise SourceError(SourceState.NEEDS_APPROVAL, needs_approval(), unsent=True)
        return await self._fetch.bearer(self._token)

    def _meant(self, error: HttpError) -> HttpError:
        if error.status == 401:
            self._permission.forget()
        if error.status == 429 and _is_nothing(error.body):
            return retold(error, SourceState.NEEDS_APPROVAL, quota_of_nothing())
        if error.status == 403 and (said := reason_of(error.body)):
            return retold(error, SourceState.NEEDS_APPROVAL, not_allowed(said))
        return error


def _is_nothing(body: bytes) -> bool:
    """Whether a refusal says that the quota is 0, so that waiting does not help."""
    details = told(body).get("details")
    for one in details if isinstance(details, list) else ():
        more = one.get("metadata") if isinstance(one, dict) else None
        if isinstance(more, dict) and str(more.get("quota_limit_value")) == "0":
            return True
    return False


def needs_approval() -> Sentence:
    """Google gives reviews to approved projects alone."""
    return Sentence(
        "Google shows reviews only to projects it approved: ask for Business Profile API access "
        "at {form}, then give this source client_id, client_secret and refresh_token. Until then "
        'its notification mails (network = "mailbox") bring reviews.',
        {"form": FORM},
    )


def no_permission_to_answer() -> Sentence:
    """Only who manages the place answers."""
    return Sentence(
        "To answer here, Google must have approved your project, and this source needs client_id, "
        "client_secret and refresh_token. Until then the review opens in your browser."
    )


def quota_of_nothing() -> Sentence:
    """The project exists, and is not approved."""
    return Sentence(
        "Google gives this project a quota of 0: it is not approved yet. Ask at {form} (it takes "
        "days to weeks); nothing is lost meanwhile, and hubbub looks again by itself.",
        {"form": FORM},
    )


def not_allowed(said: str) -> Sentence:
    """Google says why it does not let us in."""
    return Sentence(
        "Google does not let this account read the reviews: “{reason}”. Switch the API on in your "
        "project, use an account that manages this place, or ask for access at {form}.",
        {"reason": said, "form": FORM},
    )


def permission_ended() -> Sentence:
    """The refresh token is no longer good."""
    return Sentence(
        "Google does not accept the permission of this source any more: it was taken back, or "
        "the OAuth client is still in testing, where it ends after seven days. What is stored "
        "stays. Give the permission anew and write the new refresh_token down."
    )


def changed() -> Sentence:
    """The answer is not what Google documents."""
    return Sentence(
        "Google answered, but not with reviews. Nothing was stored, and hubbub goes on from the "
        "same place. A newer hubbub may be needed."
    )
