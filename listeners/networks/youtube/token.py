"""The right to answer on YouTube: an access token, made anew from a lasting one each hour.

Source: developers.google.com/identity/protocols/oauth2/web-server#offline. The scope is
``https://www.googleapis.com/auth/youtube.force-ssl``.
"""

from __future__ import annotations

from collections.abc import Mapping

from listeners.clock import Clock
from listeners.config import SourceConfig
from listeners.http import Fetcher, Hidden, HttpError
from listeners.model import MINUTE, SECOND, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.secret import Secret, SecretError

TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address, not a password
_NEEDED = ("client_id", "client_secret", "refresh_token")
_EARLY = MINUTE


class Permission:
    """The permission of one account's owner: options ``client_id``, ``client_secret`` and
    ``refresh_token`` of the source, each a reference to where the secret is.

    ``missing`` is said where one is not given, ``ended`` where Google takes them no more."""

    def __init__(
        self,
        fetch: Fetcher,
        source: SourceConfig,
        clock: Clock,
        *,
        missing: Sentence | None = None,
        ended: Sentence | None = None,
    ) -> None:
        self._fetch = fetch
        self._missing = missing or not_given()
        self._ended = ended or taken_back()
        self._clock = clock
        self._stated = {name: str(source.options.get(name, "")).strip() for name in _NEEDED}
        self._url = str(source.options.get("oauth_url", TOKEN_URL))
        self._allow_private = "oauth_url" in source.options
        self._secrets: dict[str, Secret] = {}
        self._token: tuple[Hidden, Micros] | None = None

    @property
    def given(self) -> bool:
        """Whether all that is needed is configured."""
        return all(self._stated.values())

    async def bearer(self) -> Hidden:
        """Return the header that carries the permission.

        Raises:
            SourceError: it is not given, was taken back, or Google could not be asked.
        """
        if self._token is None or self._token[1] <= self._clock():
            self._token = await self._fresh()
        return Hidden(f"Bearer {self._token[0]}")

    def forget(self) -> None:
        """Make a new access token at the next question: this one was refused."""
        self._token = None

    async def _fresh(self) -> tuple[Hidden, Micros]:
        form = {name: str(await self._fetch.reveal(self._secret(name))) for name in _NEEDED}
        try:
            answer = await self._fetch.post(
                self._url,
                form={"grant_type": "refresh_token", **form},
                expect="json",
                allow_private=self._allow_private,
            )
        except HttpError as error:
            if error.status in (400, 401, 403) and error.state is not SourceState.RATE_LIMITED:
                raise SourceError(SourceState.NEEDS_TOKEN, self._ended, unsent=True) from error
            raise
        told = answer.json()
        token = told.get("access_token") if isinstance(told, Mapping) else None
        seconds = told.get("expires_in") if isinstance(told, Mapping) else None
        if not isinstance(token, str) or not token:
            raise SourceError(SourceState.NEEDS_TOKEN, self._ended, unsent=True)
        lasts = seconds if isinstance(seconds, int) and 0 < seconds < 10**6 else 3600
        return Hidden(token), Micros(self._clock() + lasts * SECOND - _EARLY)

    def _secret(self, name: str) -> Secret:
        if name not in self._secrets:
            if not self._stated[name]:
                raise SourceError(SourceState.NEEDS_TOKEN, self._missing, unsent=True)
            try:
                self._secrets[name] = Secret(self._stated[name])
            except SecretError as error:
                raise SourceError(SourceState.NEEDS_TOKEN, error.sentence, unsent=True) from error
        return self._secrets[name]


def not_given() -> Sentence:
    """Only the channel's owner can answer."""
    return Sentence(
        "To answer on YouTube, this source needs your permission besides its key: client_id, "
        "client_secret and refresh_token of an OAuth client (Google Cloud console, Credentials), "
        "each written as env:NAME or the like. docs/networks.md says how, step by step."
    )


def taken_back() -> Sentence:
    """The refresh token is no longer good."""
    return Sentence(
        "Google does not accept the permission of this source any more: it was taken back, or "
        "the OAuth client is still in testing, where it ends after seven days. Nothing was "
        "changed on YouTube. Give the permission anew and write the new refresh_token down."
    )
