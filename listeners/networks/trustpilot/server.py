"""Trustpilot's API as a customer of its may use it: a key to read, key and secret to answer.

Source: developers.trustpilot.com (authentication, Service Reviews). The key travels in a header. At
most 833 requests in five minutes are recommended.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from urllib.parse import quote

from listeners.clock import Clock
from listeners.config import SourceConfig
from listeners.http import Fetcher, Hidden, HttpError
from listeners.model import MINUTE, SECOND, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.decoding import UnreadableError
from listeners.networks.reasons import reason_of, retold
from listeners.networks.trustpilot.decode import TITLE, answer_in
from listeners.secret import Secret, SecretError

DEFAULT_SERVER = "https://api.trustpilot.com"
SPACING = 0.4
_PATH = "/v1/oauth/oauth-business-users-for-applications/accesstoken"

Params = Mapping[str, str | int]


class TrustpilotServer:
    """Asks with the source's key; answers with ``secret``, and as ``business_user`` if named."""

    title = TITLE

    def __init__(self, fetch: Fetcher, source: SourceConfig, clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._base = (source.base_url or DEFAULT_SERVER).rstrip("/")
        self._allow_private = source.allow_private
        self._spacing = 0.0 if source.base_url else SPACING
        self._key = source.token
        self._stated = str(source.options.get("secret", "")).strip()
        self._user = str(source.options.get("business_user", "")).strip()
        self._bearer: tuple[Hidden, Micros] | None = None

    @property
    def has_key(self) -> bool:
        """Whether it may ask at all."""
        return self._key is not None

    def may_answer(self) -> Sentence | None:
        """Return why nothing can be sent, ``None`` where it can."""
        return None if self._key is not None and self._stated else no_secret()

    async def get(self, path: str, params: Params | None = None) -> object:
        """Return what Trustpilot answers, decoded.

        Raises:
            SourceError: it said no, or could not be asked.
        """
        if self._key is None:
            raise SourceError(SourceState.NEEDS_APPROVAL, needs_plan(), unsent=True)
        try:
            answer = await self._fetch.get(
                f"{self._base}/v1/{quote(path)}",
                params=params,
                secret_headers={"apikey": self._key},
                expect="json",
                allow_private=self._allow_private,
                spacing=self._spacing,
            )
        except HttpError as error:
            if error.status == 403 and (said := reason_of(error.body)):
                raise retold(error, SourceState.NEEDS_APPROVAL, not_allowed(said)) from error
            raise
        return answer.json()

    async def answer_to(self, review: str) -> str | None:
        """Return the words of the answer that stands there, ``None`` for none."""
        try:
            return answer_in(await self.get(f"reviews/{review}"))
        except UnreadableError as error:
            raise SourceError(SourceState.FORMAT_CHANGED, changed()) from error

    async def answer(self, review: str, text: str) -> None:
        """Write the answer."""
        as_user = {"authorBusinessUserId": self._user} if self._user else {}
        await self._fetch.post(
            f"{self._base}/v1/private/reviews/{quote(review)}/reply",
            json={**as_user, "message": text},
            secret_headers=await self._permission(),
            allow_private=self._allow_private,
        )

    async def withdraw(self, review: str) -> None:
        """Take the answer away."""
        await self._fetch.delete(
            f"{self._base}/v1/private/reviews/{quote(review)}/reply",
            secret_headers=await self._permission(),
            allow_private=self._allow_private,
        )

    async def _permission(self) -> Mapping[str, Secret | str]:
        """Return the header that may write; the permission is made anew when it ended.

        Raises:
            SourceError: it was not given; nothing was sent.
        """
        if self._bearer is None or self._bearer[1] <= self._clock():
            self._bearer = await self._fresh()
        return {"authorization": Hidden(f"Bearer {self._bearer[0]}")}

    async def _fresh(self) -> tuple[Hidden, Micros]:
        if self._key is None or not self._stated:
            raise SourceError(SourceState.NEEDS_TOKEN, no_secret(), unsent=True)
        try:
            secret = Secret(self._stated)
        except SecretError as error:
            raise SourceError(SourceState.NEEDS_TOKEN, error.sentence, unsent=True) from error
        pair = f"{await self._fetch.reveal(self._key)}:{await self._fetch.reveal(secret)}"
        basic = base64.b64encode(pair.encode()).decode("ascii")
        try:
            answer = await self._fetch.post(
                f"{self._base}{_PATH}",
                form={"grant_type": "client_credentials"},
                secret_headers={"authorization": Hidden(f"Basic {basic}")},
                expect="json",
                allow_private=self._allow_private,
            )
        except HttpError as error:
            if error.status in (400, 401, 403) and error.state is not SourceState.RATE_LIMITED:
                raise SourceError(SourceState.NEEDS_TOKEN, secret_refused(), unsent=True) from error
            raise _unsent(error) from error
        except SourceError as error:
            raise _unsent(error) from error
        told = answer.json()
        token = told.get("access_token") if isinstance(told, Mapping) else None
        lasts = told.get("expires_in") if isinstance(told, Mapping) else None
        if not isinstance(token, str) or not token:
            raise SourceError(SourceState.NEEDS_TOKEN, secret_refused(), unsent=True)
        seconds = int(lasts) if isinstance(lasts, (int, str)) and str(lasts).isdigit() else 3600
        return Hidden(token), Micros(self._clock() + min(seconds, 10**6) * SECOND - MINUTE)


def _unsent(error: SourceError) -> SourceError:
    """Return an error on the way to the permission: what was to be sent stayed here."""
    return SourceError(error.state, error.sentence, until=error.until, unsent=True)


def needs_plan() -> Sentence:
    """Trustpilot's API belongs to some of its plans."""
    return Sentence(
        "Trustpilot gives its API to businesses whose plan has the Connect module: make a key "
        "under Integrations, Developers, APIs on business.trustpilot.com and write it into this "
        'source. Without it, its notification mails (network = "mailbox") bring reviews.'
    )


def no_secret() -> Sentence:
    """A key alone reads."""
    return Sentence(
        "To answer on Trustpilot, this source needs the secret of its key besides: secret = "
        '"env:NAME" (business.trustpilot.com, Integrations, Developers, APIs). Until then the '
        "review opens in your browser."
    )


def secret_refused() -> Sentence:
    """Key and secret do not belong together, or were taken back."""
    return Sentence(
        "Trustpilot does not accept this source's key and secret together, so nothing was changed "
        "there. Make a new pair under Integrations, Developers, APIs and write both down."
    )


def not_allowed(said: str) -> Sentence:
    """Trustpilot says why it does not let us in."""
    return Sentence(
        "Trustpilot does not let this key read the reviews: “{reason}”. The plan may lack the "
        'Connect module; its notification mails (network = "mailbox") are the way round.',
        {"reason": said},
    )


def changed() -> Sentence:
    """The answer is not what Trustpilot documents."""
    return Sentence(
        "Trustpilot answered, but not with reviews. Nothing was stored, and hubbub goes on from "
        "the same place. A newer hubbub may be needed."
    )
