"""LinkedIn's Community Management API as an approved app may use it, and what refusals mean.

Source: learn.microsoft.com/linkedin/shared/api-guide/concepts (protocol 2.0.0, versions, errors,
rate limits). A version lives about a year; the option ``version`` names a newer one.
"""

from __future__ import annotations

from urllib.parse import quote

from listeners.config import SourceConfig
from listeners.http import Fetcher, HttpError
from listeners.model import Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.reasons import reason_of, retold, told

DEFAULT_SERVER = "https://api.linkedin.com/rest"
VERSION = "202608"
FORM = "https://developer.linkedin.com/product-catalog"
SPACING = 0.5
# Error codes of LinkedIn's guide: the token expired, was taken back by its member, or by LinkedIn.
_ENDED = frozenset({"EXPIRED_ACCESS_TOKEN", "REVOKED_ACCESS_TOKEN"})
_ENDED_NUMBERS = frozenset({65601, 65602})
_OLD_VERSION = frozenset({"NONEXISTENT_VERSION", "VERSION_MISSING"})


class LinkedInServer:
    """Asks and writes with the token of who manages the page."""

    def __init__(self, fetch: Fetcher, source: SourceConfig) -> None:
        self._fetch = fetch
        self._base = (source.base_url or DEFAULT_SERVER).rstrip("/")
        self._allow_private = source.allow_private
        self._spacing = 0.0 if source.base_url else SPACING
        self._token = source.token
        self._headers = {
            "linkedin-version": str(source.options.get("version", VERSION)),
            "x-restli-protocol-version": "2.0.0",
        }

    @property
    def has_token(self) -> bool:
        """Whether it may ask at all."""
        return self._token is not None

    async def get(self, path: str) -> object:
        """Return what LinkedIn answers. ``path`` is encoded: the protocol's own marks stay plain.

        Raises:
            SourceError: it said no, or could not be asked.
        """
        if self._token is None:
            raise SourceError(SourceState.NEEDS_APPROVAL, needs_approval(), unsent=True)
        try:
            answer = await self._fetch.get(
                f"{self._base}/{path}",
                headers=self._headers,
                secret_headers=await self._fetch.bearer(self._token),
                expect="json",
                allow_private=self._allow_private,
                spacing=self._spacing,
            )
        except HttpError as error:
            raise meant(error) from error
        return answer.json()

    async def write(self, path: str, body: object) -> tuple[object, str]:
        """Write something, once; return what LinkedIn says of it, and the id it gave.

        Raises:
            SourceError: it said no, or that is open.
        """
        try:
            answer = await self._fetch.post(
                f"{self._base}/{path}",
                json=body,
                headers=self._headers,
                secret_headers=await self._fetch.bearer(self._token),
                allow_private=self._allow_private,
            )
        except HttpError as error:
            raise meant(error) from error
        made = answer.headers.get("x-restli-id") or answer.headers.get("x-linkedin-id") or ""
        return (answer.json() if answer.body.strip() else None), made

    async def delete(self, path: str) -> None:
        """Delete something of ours.

        Raises:
            SourceError: it said no, or that is open.
        """
        try:
            await self._fetch.delete(
                f"{self._base}/{path}",
                headers=self._headers,
                secret_headers=await self._fetch.bearer(self._token),
                allow_private=self._allow_private,
            )
        except HttpError as error:
            raise meant(error) from error


def key(urn: str) -> str:
    """Return a name as it stands within an address."""
    return quote(urn, safe="")


def meant(error: HttpError) -> HttpError:
    """Return a refusal in LinkedIn's own meaning."""
    found = told(error.body)
    code, number = found.get("code"), found.get("serviceErrorCode")
    if error.status == 401 and (code in _ENDED or number in _ENDED_NUMBERS):
        return retold(error, SourceState.TOKEN_EXPIRED, token_ended())
    if error.status == 426 or code in _OLD_VERSION:
        return retold(error, SourceState.FORMAT_CHANGED, version_ended())
    if error.status == 403 and (said := reason_of(error.body)):
        return retold(error, SourceState.NEEDS_APPROVAL, not_allowed(said))
    return error


def needs_approval() -> Sentence:
    """LinkedIn shows comments to vetted apps alone."""
    return Sentence(
        "LinkedIn shows a page's comments only to apps it vetted for its Community Management API: "
        "a registered company asks at {form}. Until then its notification mails (network = "
        '"mailbox"), its exports (network = "import") and Google Alerts as a feed bring what can '
        "be had.",
        {"form": FORM},
    )


def token_ended() -> Sentence:
    """Tokens live for sixty days."""
    return Sentence(
        "LinkedIn's token of this source has ended: it lives for 60 days, or was taken back. What "
        "is stored stays. Make a new one in the app's Auth tab and write it where the old one was."
    )


def version_ended() -> Sentence:
    """The API's version is no longer answered."""
    return Sentence(
        "LinkedIn no longer answers the version of its API that this source asks for. Write a "
        'newer one into the source (version = "YYYYMM"); a newer hubbub knows it by itself.'
    )


def not_allowed(said: str) -> Sentence:
    """LinkedIn says why it does not let us in."""
    return Sentence(
        "LinkedIn does not let this token do that: “{reason}”. The app needs the Community "
        "Management API, and the token an administrator of the page with the permissions "
        "rw_organization_admin, r_organization_social and w_organization_social.",
        {"reason": said},
    )


def changed() -> Sentence:
    """The answer is not what LinkedIn documents."""
    return Sentence(
        "LinkedIn answered in a way it does not describe. Nothing was stored from this answer, and "
        "the place is kept. A newer hubbub may be needed."
    )
