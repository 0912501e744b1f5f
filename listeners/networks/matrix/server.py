"""One Matrix homeserver as we may use it: addresses, token, and what its refusals mean.

Wire format: spec.matrix.org, client-server API, "Standard error response". The ``errcode`` decides
where there is one; the server's own text is only repeated where it tells a person something.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit

from listeners.config import SourceConfig
from listeners.http import Answer, Fetcher, HttpError
from listeners.model import Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.matrix.home import homeserver_of, is_name
from listeners.networks.matrix.text import is_user
from listeners.secret import Secret
from listeners.text import clean_line

DEFAULT_SERVER = "https://matrix-client.matrix.org"

_API = "/_matrix/client/v3"
_REFUSALS = frozenset({400, 401, 403, 404, 405, 410, 413})
_TOKEN = frozenset({"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"})
_ACCOUNT = frozenset({"M_USER_DEACTIVATED", "M_USER_LOCKED", "M_USER_SUSPENDED"})


class RefusedError(SourceError):
    """The server answered, and its answer was no. ``said`` is its own text, cleaned."""

    def __init__(
        self,
        status: int,
        code: str,
        said: str,
        state: SourceState,
        sentence: Sentence,
        until: Micros | None = None,
    ) -> None:
        super().__init__(state, sentence, until=until)
        self.status = status
        self.code = code
        self.said = said

    @property
    def absent(self) -> bool:
        """Whether the thing asked for is not there, or not for us; the account is fine."""
        return self.code not in _TOKEN | _ACCOUNT and self.status in (403, 404)


class MatrixServer:
    """Asks one homeserver questions and tells it things, signed in with the source's token."""

    def __init__(self, fetch: Fetcher, source: SourceConfig) -> None:
        typed = source.base_url.rstrip("/")
        self._named = typed if is_name(typed) else ""
        self._base = "" if self._named else typed or DEFAULT_SERVER
        self.name = self._named or urlsplit(self._base).netloc
        self.signed_in = source.token is not None
        self._fetch = fetch
        self._token = source.token
        self._allow_private = source.allow_private
        self._me = ""

    async def me(self) -> str:
        """Return the user id the token belongs to, asked for once.

        Raises:
            SourceError: it has no token, or the server refuses it or cannot be asked.
        """
        if not self._me:
            found = await self.ask("/account/whoami")
            user = found.get("user_id")
            if not is_user(user):
                raise self.misunderstood()
            self._me = str(user)
        return self._me

    async def ask(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        *,
        timeout: float = 20.0,
        api: str = _API,
        long_poll: bool = False,
        cap: int = 8 * 2**20,
    ) -> Mapping[str, object]:
        """Ask one question within ``timeout`` seconds; an answer has at most ``cap`` bytes.

        Raises:
            RefusedError: the server said no to this question.
            SourceError: it could not be asked, or asks us to wait.
        """
        try:
            answer = await self._fetch.get(
                f"{await self._home()}{api}{path}",
                params=params,
                secret_headers=await self._fetch.bearer(self._key()),
                timeout=timeout,
                expect="json",
                allow_private=self._allow_private,
                long_poll=long_poll,
                cap=cap,
            )
        except HttpError as error:
            raise self._read(error) from error
        return self._table(answer)

    async def lookup(
        self, path: str, params: Mapping[str, str | int] | None = None, *, api: str = _API
    ) -> Mapping[str, object] | None:
        """Ask for one thing; ``None`` where it is not there, or not for us.

        Raises:
            SourceError: the server could not be asked, refuses the token, or asks us to wait.
        """
        try:
            return await self.ask(path, params, api=api)
        except RefusedError as error:
            if error.absent:
                return None
            raise

    async def put(self, path: str, content: Mapping[str, object]) -> Mapping[str, object]:
        """Put something there; the transaction id in the path makes it safe to repeat.

        Raises:
            RefusedError: the server said no, and nothing is there.
            SourceError: it may be there or not.
        """
        try:
            answer = await self._fetch.put(
                f"{await self._home()}{_API}{path}",
                json=content,
                secret_headers=await self._fetch.bearer(self._key()),
                expect="json",
                allow_private=self._allow_private,
            )
        except HttpError as error:
            raise self._read(error) from error
        return self._table(answer)

    async def post(
        self,
        path: str,
        content: Mapping[str, object],
        params: Mapping[str, str] | None = None,
    ) -> Mapping[str, object]:
        """Ask a question that is too long for an address. Raises as ``ask``."""
        query = f"?{urlencode(params)}" if params else ""
        try:
            answer = await self._fetch.post(
                f"{await self._home()}{_API}{path}{query}",
                json=content,
                secret_headers=await self._fetch.bearer(self._key()),
                timeout=60.0,
                expect="json",
                allow_private=self._allow_private,
            )
        except HttpError as error:
            raise self._read(error) from error
        return self._table(answer)

    async def join(self, room: str) -> str:
        """Join a room by id or alias, and return its id.

        Raises:
            RefusedError: we are not let in.
            SourceError: the server could not be asked, or asks us to wait.
        """
        try:
            answer = await self._fetch.post(
                f"{await self._home()}{_API}/join/{segment(room)}",
                json={},
                secret_headers=await self._fetch.bearer(self._key()),
                timeout=60.0,
                expect="json",
                allow_private=self._allow_private,
            )
        except HttpError as error:
            raise self._read(error) from error
        return str(self._table(answer).get("room_id", ""))

    def misunderstood(self) -> SourceError:
        """Return the error for an answer that is not what Matrix documents."""
        return SourceError(
            SourceState.FORMAT_CHANGED,
            Sentence(
                "{server} answered in a way Matrix does not describe. Nothing was stored from "
                "this answer, and the place is kept. Check base_url.",
                {"server": self.name},
            ),
        )

    async def _home(self) -> str:
        """Return the homeserver's address, found out once where only its name was given."""
        if not self._base:
            self._base = await homeserver_of(
                self._fetch, self._named, allow_private=self._allow_private
            )
        return self._base

    def _key(self) -> Secret:
        if self._token is None:
            raise SourceError(SourceState.NEEDS_TOKEN, no_token(self.name))
        return self._token

    def _table(self, answer: Answer) -> Mapping[str, object]:
        body = answer.json()
        if not isinstance(body, dict):
            raise self.misunderstood()
        return body

    def _read(self, error: HttpError) -> SourceError:
        """Return an HTTP error in the words of Matrix; one that only asks us to wait stays."""
        code, said = _reason(error.body)
        if error.state is SourceState.RATE_LIMITED:
            return error
        if error.status not in _REFUSALS and not code:
            return error
        if error.status >= 500:
            return error
        state, sentence = self._meaning(error, code, said)
        return RefusedError(error.status, code, said, state, sentence, error.until)

    def _meaning(self, error: HttpError, code: str, said: str) -> tuple[SourceState, Sentence]:
        values: Mapping[str, str | int] = {
            "server": self.name,
            "status": error.status,
            "code": code,
            "said": said or code,
        }
        if code in _ACCOUNT:
            return SourceState.NEEDS_TOKEN, Sentence(
                "{server} has closed this account ({code}). What was heard so far is safe. Ask "
                "those who run the server, or give this source the token of another account.",
                values,
            )
        if code in _TOKEN or error.status == 401:
            return SourceState.NEEDS_TOKEN, Sentence(
                "{server} does not accept this source's access token any more ({status}). What "
                "was heard so far is safe. Log in with the account anew and give this source the "
                "access token shown under Settings, Help & About.",
                values,
            )
        if code == "M_CONSENT_NOT_GIVEN":
            return SourceState.NEEDS_TOKEN, Sentence(
                "{server} wants its terms accepted first. Log in once with a Matrix app, accept "
                "them, and hubbub goes on from the same place.",
                values,
            )
        if code == "M_FORBIDDEN":
            return SourceState.BLOCKED, Sentence(
                "{server} does not let this account in here: {said} ({status}). What was heard so "
                "far is safe. Somebody in the room has to let the account in.",
                values,
            )
        if code in ("", "M_UNRECOGNIZED"):
            return error.state, Sentence(
                "{server} does not speak Matrix at this address ({status}). Check base_url: it is "
                "the address of the homeserver, not that of an app. Nothing was lost.",
                values,
            )
        return error.state, Sentence("{server} refused: {said} ({code}). Nothing was lost.", values)


def no_token(server: str) -> Sentence:
    """Nothing can be read or written without a token."""
    return Sentence(
        "{server} answers only with an access token. Make an account for hubbub there, log in "
        "with it once, and give this source the access token shown under Settings, Help & About.",
        {"server": server},
    )


def segment(text: str) -> str:
    """Return a text as one part of a path."""
    return quote(text, safe="")


def _reason(body: bytes) -> tuple[str, str]:
    """Return the ``errcode`` and the text of a refusal, empty where it has none."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return "", ""
    if not isinstance(told, dict):
        return "", ""
    code = told.get("errcode")
    return clean_line(code, 60), clean_line(told.get("error"), 200)
