"""One Mastodon server as we may use it: addresses, token, and what its refusals mean.

Error texts are in the server's own language, so only status codes decide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from listeners.config import SourceConfig
from listeners.http import Answer, Fetcher, HttpError
from listeners.model import Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.mastodon.accounts import account_name
from listeners.secret import Secret

DEFAULT_SERVER = "https://mastodon.social"

_REFUSALS = frozenset({400, 401, 403, 404, 405, 406, 410, 422, 501})
_CLOSED = frozenset({401, 403, 422})
"""How servers say that a place is for signed-in accounts; 422 is that of Mastodon before 4.5."""
_GONE = frozenset({404, 410})
_UNCHANGED = _REFUSALS | {409, 413}
"""Answers that say that nothing was changed."""
_LINK = re.compile(r'<([^>]*)>\s*;\s*rel="?(next|prev)"?')


class RefusedError(SourceError):
    """The server answered, and its answer was no: to this place, not to us altogether."""

    def __init__(
        self, status: int, state: SourceState, sentence: Sentence, until: Micros | None = None
    ) -> None:
        super().__init__(state, sentence, until=until)
        self.status = status


@dataclass(frozen=True, slots=True)
class Links:
    """What a ``Link`` header says of the pages next to this one (rel="next" is older)."""

    older: str | None = None
    newer: str | None = None


class MastodonServer:
    """Asks one server questions, signed in where the source has a token."""

    def __init__(self, fetch: Fetcher, source: SourceConfig) -> None:
        self.base = (source.base_url or DEFAULT_SERVER).rstrip("/")
        self.name = urlsplit(self.base).netloc
        self.signed_in = source.token is not None
        self._fetch = fetch
        self._token = source.token
        self._accounts: dict[str, Mapping[str, object]] = {}
        self.allow_private = source.allow_private

    async def get(self, path: str, parameters: Sequence[tuple[str, str]] = ()) -> Answer:
        """Ask one question.

        Raises:
            RefusedError: the server said no to this question.
            SourceError: it could not be asked, or asks us to wait.
        """
        url = f"{self.base}{path}"
        if parameters:
            url = f"{url}?{urlencode(list(parameters))}"
        try:
            return await self._fetch.get(
                url,
                secret_headers=await self.secret_headers(),
                expect="json",
                allow_private=self.allow_private,
            )
        except HttpError as error:
            if error.state is SourceState.RATE_LIMITED or error.status not in _REFUSALS:
                raise
            raise self._refusal(error) from error

    async def change(
        self,
        method: Literal["POST", "DELETE"],
        path: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Change one thing, once; the server's refusals are answers here.

        Raises:
            SourceError: what became of it is not known, or the server asks us to wait.
        """
        url = f"{self.base}{path}"
        secrets = await self.secret_headers()
        if method == "DELETE":
            return await self._fetch.delete(
                url,
                headers=headers,
                secret_headers=secrets,
                allow_private=self.allow_private,
                allow_status=_UNCHANGED,
            )
        return await self._fetch.post(
            url,
            form=form,
            headers=headers,
            secret_headers=secrets,
            expect="json",
            allow_private=self.allow_private,
            allow_status=_UNCHANGED,
        )

    async def lookup(self, path: str, parameters: Sequence[tuple[str, str]] = ()) -> object:
        """Ask for one thing; ``None`` where the server has it no longer or does not show it.

        Raises:
            SourceError: it could not be asked, or asks us to wait.
        """
        try:
            return (await self.get(path, parameters)).json()
        except RefusedError:
            return None

    async def exists(self, path: str) -> bool | None:
        """Whether there is such a thing; ``None`` where the server does not let us see."""
        try:
            await self.get(path)
        except RefusedError as error:
            return False if error.status in _GONE else None
        return True

    async def account(self, handle: str) -> Mapping[str, object] | None:
        """Return the profile of an account, asked for once; ``None`` if it is not known here.

        Raises:
            SourceError: the server could not be asked, or asks us to wait.
        """
        if handle not in self._accounts:
            name = account_name(handle).removesuffix(f"@{self.name}")
            found = await self.lookup("/api/v1/accounts/lookup", [("acct", name)])
            if not isinstance(found, dict):
                return None
            self._accounts[handle] = found
        return self._accounts[handle]

    async def secret_headers(self) -> Mapping[str, Secret | str]:
        """Return the header that signs a request in, empty without a token.

        Raises:
            SourceError: the token cannot be read from where the configuration says it is.
        """
        return await self._fetch.bearer(self._token)

    def _refusal(self, error: HttpError) -> RefusedError:
        turned_away = error.status == 403 and _is_page(error)
        closed = error.status in _CLOSED and not turned_away
        state = SourceState.NEEDS_TOKEN if closed else error.state
        why = self._why(error.status, turned_away=turned_away)
        return RefusedError(error.status, state, why, error.until)

    def _why(self, status: int, *, turned_away: bool) -> Sentence:
        values: Mapping[str, str | int] = {"server": self.name, "status": status}
        if turned_away:
            return Sentence(
                "{server} turns programs like hubbub away ({status}). What was heard so far is "
                "safe. Another Mastodon server sees most of the same posts: try it as base_url.",
                values,
            )
        if status in _CLOSED and not self.signed_in:
            return Sentence(
                "{server} shows this only to signed-in accounts ({status}). What was heard so far "
                "is safe. On {server}, open Preferences, Development, New application; allow "
                "read:statuses, read:notifications and read:search; and give this source the "
                "access token shown there.",
                values,
            )
        if status == 401:
            return Sentence(
                "{server} does not accept this source's access token any more ({status}). What "
                "was heard so far is safe. On {server}, open Preferences, Development, and copy "
                "the token again or make a new one.",
                values,
            )
        if status in _CLOSED:
            return Sentence(
                "{server} does not let this access token read here ({status}). What was heard so "
                "far is safe. The token needs the scopes read:statuses, read:notifications and "
                "read:search: make a new application under Preferences, Development.",
                values,
            )
        if status in _GONE or status in (405, 501):
            return Sentence(
                "{server} does not offer this ({status}): it may not be a Mastodon server, or it "
                "is an old one. Check base_url; nothing was lost.",
                values,
            )
        return Sentence(
            "{server} did not understand the question ({status}). Nothing was lost.", values
        )

    def knows_not(self, account: str) -> RefusedError:
        """Return the error for an account that this server cannot find."""
        return RefusedError(
            404,
            SourceState.FAILING,
            Sentence(
                "{server} knows no account {account}. Check its spelling; nothing was lost.",
                {"server": self.name, "account": account},
            ),
        )


def links_of(answer: Answer) -> Links:
    """Return the ids for the pages beside this one. Source: RFC 8288; Mastodon's ``Link``.

    Only the ids are taken: the address itself may name another host behind a proxy.
    """
    found: dict[str, str] = {}
    for target, relation in _LINK.findall(answer.headers.get("link", "")[:4096]):
        try:
            query = dict(parse_qsl(urlsplit(target).query))
        except ValueError:
            continue
        name = "max_id" if relation == "next" else "min_id"
        if query.get(name):
            found[relation] = query[name]
    return Links(older=found.get("next"), newer=found.get("prev"))


def _is_page(error: HttpError) -> bool:
    return "html" in error.headers.get("content-type", "").lower()
